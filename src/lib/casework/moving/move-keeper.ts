/**
 * Settles the moves of one document whenever something arrives that a move has torn apart (strays.ts).
 *
 * What this device wrote or moved it settles at once. What others did it leaves to them for a while: they are most
 * likely at it, and what two bring over at the same time flickers.
 */
import * as Y from 'yjs';
import { BODY_FIELD } from '../schema-version.ts';
import { MOVES_FIELD } from './moves.ts';
import { settleMoves } from './strays.ts';

export interface MoveKeeperOptions {
	/** Changes the document and sends it. */
	edit(change: (doc: Y.Doc) => void): void;
	/** Did this device write as this Yjs client? */
	isMine(yClient: number): boolean;
	/** False for those who may only read. */
	mayWrite(): boolean;
	/** Milliseconds until what others left behind is settled here. */
	readonly patience?: number;
}

const PATIENCE = 20_000;

export class MoveKeeper {
	#doc: Y.Doc;
	#options: MoveKeeperOptions;
	#isDue = false;
	#later: ReturnType<typeof setTimeout> | null = null;

	constructor(doc: Y.Doc, options: MoveKeeperOptions) {
		this.#doc = doc;
		this.#options = options;
		doc.on('afterTransaction', this.#look);
	}

	/** At once, for everybody. */
	settleAll(): void {
		this.#settle(() => true);
	}

	close(): void {
		this.#doc.off('afterTransaction', this.#look);
		if (this.#later !== null) clearTimeout(this.#later);
		this.#later = null;
	}

	#look = (transaction: Y.Transaction) => {
		if (this.#isDue || !concerns(transaction, this.#doc)) return;
		this.#isDue = true;
		queueMicrotask(() => {
			this.#isDue = false;
			this.#settle((client) => this.#options.isMine(client));
			this.#later ??= setTimeout(() => {
				this.#later = null;
				this.settleAll();
			}, this.#options.patience ?? PATIENCE);
		});
	};

	#settle(isMine: (client: number) => boolean): void {
		const body = this.#doc.getXmlFragment(BODY_FIELD);
		if (this.#doc.isDestroyed || !this.#options.mayWrite()) return;
		this.#options.edit((doc) => settleMoves(doc, body, isMine));
	}
}

/** A move was written down, or something arrived in what is no longer there. */
function concerns(transaction: Y.Transaction, doc: Y.Doc): boolean {
	const moves = doc.share.get(MOVES_FIELD);
	if (moves && transaction.changed.has(moves as Y.AbstractType<Y.YEvent<Y.AbstractType<unknown>>>))
		return true;
	for (const [client, until] of transaction.afterState) {
		const from = transaction.beforeState.get(client) ?? 0;
		if (from === until) continue;
		const structs = doc.store.clients.get(client) ?? [];
		for (let index = structs.length - 1; index >= 0; index--) {
			const item = structs[index];
			if (!item || item.id.clock + item.length <= from) break;
			if (item instanceof Y.Item && item.deleted && item.parent instanceof Y.AbstractType)
				if (item.parent._item?.deleted === true) return true;
		}
	}
	return false;
}
