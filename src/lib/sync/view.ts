/**
 * The firewall between an editor and the clear document [V2].
 *
 * Promises: everything that comes to the clear document reaches the view; only what a person did (inside `asUser`, or
 * by an undo manager) flows back. What a plugin "repairs" by itself is dropped and reported.
 * Must never: forward anything once the view has diverged. A dropped repair that contained structs leaves a hole in
 * the view's clocks, and what is typed behind a hole would wait at every peer for ever: the editor is mounted again on
 * a fresh view instead.
 */
import * as Y from 'yjs';
import { ORIGIN } from './origins.ts';
import { Listeners } from './queue.ts';

export interface View {
	/** What an editor is bound to. Its `clientID` is `yClient`. */
	readonly doc: Y.Doc;
	readonly yClient: number;
	/** Runs a change a person made; updates of `doc` inside it flow to the clear document. Throws when `detached`. */
	asUser<T>(change: () => T): T;
	/** A repair was kept out. `diverged`: this view is dead (`detached`), open another one. */
	onRepairDropped(listener: (diverged: boolean) => void): () => void;
	/** Closed, diverged, or the document was written by a newer app [V1]: nothing flows any more. */
	readonly detached: boolean;
	onDetached(listener: () => void): () => void;
	close(): void;
}

export interface ViewOptions {
	readonly clear: Y.Doc;
	readonly yClient: number;
	/** An update a person made, already applied to the clear document. */
	readonly send: (update: Uint8Array) => void;
	readonly closed: () => void;
}

export class ClearView implements View {
	readonly doc: Y.Doc;
	readonly yClient: number;
	#options: ViewOptions;
	#depth = 0;
	#detached = false;
	#closed = false;
	#repairs = new Listeners<[boolean]>();
	#detachings = new Listeners<[]>();

	constructor(options: ViewOptions) {
		this.#options = options;
		// forgets as little as the document it is a copy of
		this.doc = new Y.Doc({ gcFilter: options.clear.gcFilter });
		this.yClient = options.yClient;
		this.doc.clientID = options.yClient;
		Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(options.clear), ORIGIN.clear);
		options.clear.on('update', this.#fromClear);
		this.doc.on('update', this.#fromView);
	}

	get detached(): boolean {
		return this.#detached;
	}

	asUser<T>(change: () => T): T {
		if (this.#detached) throw new Error('this view is detached');
		this.#depth++;
		try {
			return change();
		} finally {
			this.#depth--;
		}
	}

	onRepairDropped(listener: (diverged: boolean) => void): () => void {
		return this.#repairs.on(listener);
	}

	onDetached(listener: () => void): () => void {
		return this.#detachings.on(listener);
	}

	/** Nothing flows from now on, in either direction; the doc stays as it is. */
	detach(): void {
		if (this.#detached) return;
		this.#detached = true;
		this.#options.clear.off('update', this.#fromClear);
		this.#detachings.tell();
	}

	/** The clear document holds something that will not stand: another view has to take over. */
	diverge(): void {
		this.detach();
		this.#repairs.tell(true);
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.detach();
		this.doc.off('update', this.#fromView);
		this.#options.closed();
		this.#repairs.clear();
		this.#detachings.clear();
	}

	#fromClear = (update: Uint8Array, origin: unknown) => {
		if (origin !== this) Y.applyUpdate(this.doc, update, ORIGIN.clear);
	};

	#fromView = (update: Uint8Array, origin: unknown) => {
		if (origin === ORIGIN.clear || this.#detached) return;
		if (this.#depth > 0 || origin instanceof Y.UndoManager) {
			Y.applyUpdate(this.#options.clear, update, this);
			this.#options.send(update);
			return;
		}
		const diverged = Y.parseUpdateMeta(update).to.size > 0;
		if (diverged) this.diverge();
		else this.#repairs.tell(false);
	};
}
