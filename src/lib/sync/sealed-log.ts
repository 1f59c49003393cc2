/**
 * The sealed log of one lane as a Yjs document [L1]: one root array `log` of envelopes, append-only.
 *
 * Promises: items are told in the order of the array (each writer's own order, causes before effects); what was pushed
 * here is told apart from what came. Must never: delete.
 */
import * as Y from 'yjs';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { readLogUpdate, writeLogUpdate } from '#lib/envelope/log.ts';
import { ORIGIN } from './origins.ts';

export interface LogPosition {
	readonly client: number;
	readonly clock: number;
}
export interface LogEntry extends LogPosition {
	readonly envelope: Bytes;
}

export class SealedLog {
	readonly doc: Y.Doc;
	#array: Y.Array<Bytes>;
	#arrived: (entries: readonly LogEntry[]) => void;

	constructor(arrived: (entries: readonly LogEntry[]) => void, doc = new Y.Doc({ gc: false })) {
		this.doc = doc;
		this.#arrived = arrived;
		this.#array = doc.getArray<Bytes>('log');
		doc.on('afterTransaction', this.#afterTransaction);
	}

	/** The Yjs client of what is pushed here. */
	get client(): number {
		return this.doc.clientID;
	}

	/** How much was pushed here. */
	get pushed(): number {
		return Y.getState(this.doc.store, this.doc.clientID);
	}

	get stateVector(): Map<number, number> {
		return Y.decodeStateVector(Y.encodeStateVector(this.doc));
	}

	/** Something later arrived before something earlier: part of the log is missing. */
	get hasHole(): boolean {
		return this.doc.store.pendingStructs !== null;
	}

	push(envelope: Bytes): LogPosition {
		const position = { client: this.client, clock: this.pushed };
		this.doc.transact(() => this.#array.push([envelope]), ORIGIN.push);
		return position;
	}

	/** What stands at a place, or null. */
	at({ client, clock }: LogPosition): LogEntry | null {
		if (clock >= Y.getState(this.doc.store, client)) return null;
		const structs = this.doc.store.clients.get(client) ?? [];
		const struct = structs[Y.findIndexSS(structs, clock)];
		return struct instanceof Y.Item ? entryOf(struct) : null;
	}

	/** All of it, in order; without what `covered` covers. */
	entries(covered?: ReadonlyMap<number, number>): LogEntry[] {
		const entries: LogEntry[] = [];
		for (let item = this.#array._start; item !== null; item = item.right) {
			const entry = entryOf(item);
			if (entry !== null && (covered?.get(entry.client) ?? 0) <= entry.clock) entries.push(entry);
		}
		return entries;
	}

	/** A log without these items and all that hangs on them; what hung on them comes back as bytes, in order [L6]. */
	without(refused: readonly LogPosition[]): { doc: Y.Doc; loose: Bytes[] } | null {
		const update = Y.encodeStateAsUpdate(this.doc);
		const read = readLogUpdate(update);
		if (!read.ok) return null;
		const keep = new Map<number, number>();
		const cut = (client: number, clock: number) => {
			if ((keep.get(client) ?? Infinity) <= clock) return false;
			keep.set(client, clock);
			return true;
		};
		const isCut = (at: LogPosition | null) => at !== null && (keep.get(at.client) ?? Infinity) <= at.clock;
		for (const { client, clock } of refused) cut(client, clock);
		const isRefused = (at: LogPosition) =>
			refused.some(({ client, clock }) => client === at.client && clock === at.clock);
		// what stands beside something that goes has to go as well, and with it all its writer's later items
		for (let again = true; again;) {
			again = false;
			for (const { client, clock, left, right } of read.value)
				if (!isCut({ client, clock }) && (isCut(left) || isCut(right)) && cut(client, clock)) again = true;
		}
		const loose = this.entries()
			.filter((entry) => isCut(entry) && !isRefused(entry))
			.map(({ envelope }) => envelope);
		const doc = new Y.Doc({ gc: false });
		const kept = read.value.filter((item) => !isCut(item));
		// each with the neighbours it always had
		Y.transact(doc, () => Y.applyUpdate(doc, writeLogUpdate(kept), ORIGIN.rebuild), ORIGIN.rebuild);
		return { doc, loose };
	}

	close(): void {
		this.doc.off('afterTransaction', this.#afterTransaction);
		this.doc.destroy();
	}

	#afterTransaction = (transaction: Y.Transaction) => {
		if (transaction.origin === ORIGIN.push) return;
		const entries: LogEntry[] = [];
		for (const [client, clock] of transaction.afterState) {
			const before = transaction.beforeState.get(client) ?? 0;
			if (clock <= before) continue;
			const structs = this.doc.store.clients.get(client) ?? [];
			for (let at = structs.length - 1; at >= 0; at--) {
				const struct = structs[at];
				if (struct === undefined || struct.id.clock < before) break;
				const entry = struct instanceof Y.Item ? entryOf(struct) : null;
				if (entry !== null) entries.push(entry);
			}
		}
		if (entries.length === 0) return;
		if (entries.length === 1) return this.#arrived(entries);
		// many at once (loading, joining): the array's order is the one in which causes come before effects
		this.#arrived(this.entries(transaction.beforeState));
	};
}

function entryOf(item: Y.Item): LogEntry | null {
	if (item.deleted || !(item.content instanceof Y.ContentBinary)) return null;
	return { client: item.id.client, clock: item.id.clock, envelope: item.content.content as Bytes };
}
