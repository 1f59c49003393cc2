/**
 * What was not accepted in one room [E6]: kept with its reason and bytes, counted, and tried again. Each only once,
 * however often it comes.
 */
import { equalBytes, sha256, toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import type { SessionId } from '#lib/circle/ids.ts';
import { readEnvelope } from '#lib/envelope/envelope.ts';
import type { SealedStorage } from './options.ts';

/** A snapshot that is not what the log before it says [L3]. */
export const FALSE_SNAPSHOT = 'false-snapshot';
/** Written before a roll, and neither in its snapshot nor durable at the relay: whoever wrote it has to send it again. */
export const AFTER_ROLL = 'after-roll';
/** An owner went back behind a false snapshot that this device had believed: it has to be opened anew. */
export const PUT_RIGHT = 'put-right';

interface Row {
	readonly bytes: Bytes;
	readonly reason: string;
	/** Null while (or if) it is not on disk. */
	id: number | null;
}

export class SetAside {
	#storage: SealedStorage;
	#room: () => string;
	#lane: string;
	#now: () => number;
	#rows = new Map<string, Row>();

	/** `lane`: the beginning of the names of all its rooms. */
	constructor(storage: SealedStorage, lane: string, room: () => string, now: () => number) {
		this.#storage = storage;
		this.#lane = lane;
		this.#room = room;
		this.#now = now;
	}

	get count(): number {
		return this.#rows.size;
	}

	async load(): Promise<void> {
		const rows = await this.#storage.setAside.list(this.#lane).catch(() => []);
		for (const row of rows) this.#rows.set(await keyOf(row.bytes), { ...row });
	}

	/** Whatever could be accepted by now: a forgery never can. */
	get again(): Bytes[] {
		return [...this.#rows.values()].flatMap(({ bytes, reason }) => (isFinal(reason) ? [] : [bytes]));
	}

	isForged(bytes: Bytes): boolean {
		for (const row of this.#rows.values())
			if (row.reason === 'forged' && equalBytes(row.bytes, bytes)) return true;
		return false;
	}

	async add(bytes: Bytes, reason: string): Promise<void> {
		const key = await keyOf(bytes);
		const before = this.#rows.get(key);
		if (before !== undefined) {
			if (reason !== 'forged' || before.reason === 'forged') return;
			if (before.id !== null) await this.#storage.setAside.remove(before.id).catch(() => undefined);
		}
		const row: Row = { bytes, reason, id: null };
		this.#rows.set(key, row);
		row.id = await this.#storage.setAside
			.add({ room: this.#room(), reason, bytes, at: this.#now() })
			.catch(() => null);
	}

	/** It was accepted after all. */
	async remove(bytes: Bytes): Promise<void> {
		if (this.#rows.size === 0) return;
		const key = await keyOf(bytes);
		const row = this.#rows.get(key);
		if (row !== undefined) await this.#remove(key, row);
	}

	/** What was written before a roll and has come again in this generation, at the same place in its session. */
	async removeRepeated(nextSeqOf: (session: SessionId) => number): Promise<void> {
		for (const [key, row] of [...this.#rows]) {
			if (row.reason !== AFTER_ROLL) continue;
			const read = readEnvelope(row.bytes);
			if (read.ok && read.value.seq < nextSeqOf(read.value.session)) await this.#remove(key, row);
		}
	}

	async #remove(key: string, row: Row): Promise<void> {
		this.#rows.delete(key);
		if (row.id !== null) await this.#storage.setAside.remove(row.id).catch(() => undefined);
	}
}

/** Whatever else becomes known, this is not accepted. */
function isFinal(reason: string): boolean {
	return (
		['forged', 'corrupt-row', 'wrong-room', 'stale', FALSE_SNAPSHOT, AFTER_ROLL].includes(reason) ||
		reason.startsWith('relay-')
	);
}

/** Of all bytes: somebody could send many variants that end alike, to push one another out of the table. */
async function keyOf(bytes: Bytes): Promise<string> {
	return toBase64Url(await sha256(bytes));
}
