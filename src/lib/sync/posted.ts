/**
 * Own envelopes on their way: from the screen to this disk, from there to the relay's.
 *
 * Promises: an envelope leaves the outbox only when the relay has said that it is durable, at the very place of the log
 * where we put it. Adding it never waits for the disk, so that a full or refused disk does not keep words from peers.
 */
import { keyOf } from './ingest.ts';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import type { SealedStorage } from './options.ts';
import type { LogEntry, LogPosition } from './sealed-log.ts';
import { within } from './queue.ts';

interface Posted {
	readonly envelope: Bytes;
	readonly since: number;
	position: LogPosition;
	/** Outbox row, once it is written durably. */
	row: number | null;
	/** Settles when the disk has answered (or was given up on). */
	written: Promise<unknown>;
	durable: boolean;
	/** Acknowledged before the disk had answered: the row is removed as soon as there is one. */
	acknowledged: boolean;
}

export interface PostedOptions {
	readonly room: string;
	readonly storage: SealedStorage;
	readonly patience: number;
	readonly changed: () => void;
}

export class PostedEnvelopes {
	#options: PostedOptions;
	#posted = new Map<string, Posted>();
	#onScreenOnly = 0;

	constructor(options: PostedOptions) {
		this.#options = options;
	}

	/** Not acknowledged by the relay. */
	get waiting(): number {
		return this.#posted.size;
	}

	/** Neither on this disk nor at the relay. */
	get onScreenOnly(): number {
		return this.#onScreenOnly;
	}

	get since(): number | null {
		// the oldest came first
		for (const { since } of this.#posted.values()) return since;
		return null;
	}

	/** Writers of the log whose items are not acknowledged. */
	get clients(): ReadonlySet<number> {
		return new Set([...this.#posted.values()].map(({ position }) => position.client));
	}

	add(envelope: Bytes, position: LogPosition, now: number): void {
		const { room, storage, patience, changed } = this.#options;
		const posted: Posted = {
			envelope,
			since: now,
			position,
			row: null,
			written: Promise.resolve(),
			durable: false,
			acknowledged: false
		};
		this.#posted.set(keyOf(envelope), posted);
		this.#onScreenOnly++;
		const added = storage.outbox.add(room, envelope).then(
			(row) => {
				posted.row = row;
				if (posted.acknowledged) return storage.outbox.remove([row]);
				posted.durable = true;
				this.#onScreenOnly--;
				return changed();
			},
			() => undefined
		);
		posted.written = within(added, patience);
	}

	/** A row that an earlier opening (or another tab) left. */
	restore(row: { id: number; envelope: Bytes; at: number }, position: LogPosition): void {
		this.#posted.set(keyOf(row.envelope), {
			envelope: row.envelope,
			since: row.at,
			position,
			row: row.id,
			written: Promise.resolve(),
			durable: true,
			acknowledged: false
		});
	}

	has(envelope: Bytes): boolean {
		const posted = this.#posted.get(keyOf(envelope));
		return posted !== undefined && equalBytes(posted.envelope, envelope);
	}

	move(envelope: Bytes, position: LogPosition): void {
		const posted = this.#posted.get(keyOf(envelope));
		if (posted !== undefined) posted.position = position;
	}

	/** All that this vector covers is durable at the relay. */
	async acknowledge(durable: ReadonlyMap<number, number>): Promise<void> {
		const rows: number[] = [];
		for (const [key, posted] of this.#posted) {
			const { position } = posted;
			if ((durable.get(position.client) ?? 0) <= position.clock) continue;
			this.#forget(key, posted);
			if (posted.row !== null) rows.push(posted.row);
		}
		if (rows.length > 0) await this.#options.storage.outbox.remove(rows).catch(() => undefined);
	}

	/** Rows that other tabs left and the relay has by now. Only for a moment when the whole log is durable. */
	async removeLeftovers(entries: () => readonly LogEntry[]): Promise<void> {
		const { storage, room } = this.#options;
		const rows = await storage.outbox.list(room).catch(() => []);
		const others = rows.filter(({ envelope }) => !this.has(envelope));
		if (others.length === 0) return;
		const found = findInLog(others, entries());
		const ids = others.flatMap(({ id, envelope }) => (found.has(envelope) ? [id] : []));
		if (ids.length > 0) await storage.outbox.remove(ids).catch(() => undefined);
	}

	/** It will never be acknowledged; the caller has set it aside. */
	async withdraw(envelope: Bytes): Promise<void> {
		const posted = this.#posted.get(keyOf(envelope));
		if (posted === undefined) return;
		await posted.written;
		this.#forget(keyOf(envelope), posted);
		if (posted.row !== null) await this.#options.storage.outbox.remove([posted.row]).catch(() => undefined);
	}

	#forget(key: string, posted: Posted): void {
		this.#posted.delete(key);
		posted.acknowledged = true;
		if (!posted.durable) this.#onScreenOnly--;
	}

	/** Settles when the disk has answered for each of them. */
	async written(): Promise<void> {
		await Promise.all([...this.#posted.values()].map((posted) => posted.written));
	}
}

/** Which of these rows the log holds, and where. */
export function findInLog(
	rows: readonly { readonly envelope: Bytes }[],
	entries: readonly LogEntry[]
): Map<Bytes, LogPosition> {
	const byKey = new Map(rows.map((row) => [keyOf(row.envelope), row.envelope]));
	const found = new Map<Bytes, LogPosition>();
	for (const { client, clock, envelope } of entries) {
		const row = byKey.get(keyOf(envelope));
		if (row !== undefined && !found.has(row) && equalBytes(row, envelope)) found.set(row, { client, clock });
	}
	return found;
}
