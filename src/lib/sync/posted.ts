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
	/** The room it was sealed for. */
	readonly room: string;
	readonly since: number;
	/** Sealed in this opening; the others are what an earlier one (or another tab) left. */
	readonly own: boolean;
	/** Null while it is not on the log. */
	position: LogPosition | null;
	/** May it have left this device? */
	sent: boolean;
	/** Outbox row, once it is written durably. */
	row: number | null;
	/** Settles when the disk has answered (or was given up on). */
	written: Promise<unknown>;
	durable: boolean;
	/** Acknowledged before the disk had answered: the row is removed as soon as there is one. */
	acknowledged: boolean;
}

export type PostedEnvelope = Readonly<Pick<Posted, 'envelope' | 'room' | 'own' | 'sent' | 'position'>>;

export interface PostedOptions {
	/** The room where envelopes are sealed for now. */
	readonly room: () => string;
	/** The beginning of the names of all rooms of this lane. */
	readonly lane: string;
	readonly storage: SealedStorage;
	readonly patience: number;
	readonly changed: () => void;
}

export class PostedEnvelopes {
	#options: PostedOptions;
	#posted = new Map<string, Posted>();
	/** What the disk has been asked and not answered: adding, and removing what was acknowledged. */
	#onDisk = new Set<Promise<unknown>>();
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
		return new Set([...this.#posted.values()].flatMap(({ position }) => position?.client ?? []));
	}

	/** What is not on the log yet, of the room at hand. */
	get unplaced(): readonly Bytes[] {
		const room = this.#options.room();
		return [...this.#posted.values()].flatMap((posted) =>
			posted.position === null && posted.room === room ? [posted.envelope] : []
		);
	}

	/** All that waits, with where it stands on the log, if it does. */
	get all(): readonly PostedEnvelope[] {
		return [...this.#posted.values()];
	}

	/** Before connecting: from now on all of it may have left, and a later opening must know that. */
	async send(): Promise<void> {
		const rows: number[] = [];
		const unwritten: Promise<unknown>[] = [];
		for (const posted of this.#posted.values()) {
			if (posted.sent) continue;
			posted.sent = true;
			if (posted.row === null) unwritten.push(posted.written);
			else rows.push(posted.row);
		}
		const { storage, patience } = this.#options;
		await Promise.all(unwritten);
		if (rows.length > 0)
			await this.#wait(
				within(
					storage.outbox.markSent(rows).catch(() => undefined),
					patience
				)
			);
	}

	/** `sent`: may it leave this device at once? */
	add(envelope: Bytes, position: LogPosition | null, now: number, sent: boolean): void {
		const { storage, patience } = this.#options;
		const room = this.#options.room();
		const posted: Posted = {
			envelope,
			room,
			since: now,
			own: true,
			sent,
			position,
			row: null,
			written: Promise.resolve(),
			durable: false,
			acknowledged: false
		};
		this.#posted.set(keyOf(envelope), posted);
		this.#onScreenOnly++;
		const added = storage.outbox.add(room, envelope, sent).then(
			(row) => this.#keep([posted], [row], sent),
			() => undefined
		);
		posted.written = this.#wait(within(added, patience));
	}

	/** The rows that earlier openings (or other tabs) left. */
	async restore(): Promise<void> {
		const { storage, lane } = this.#options;
		for (const { id, room, envelope, at, sent } of await storage.outbox.list(lane).catch(() => [])) {
			if (this.has(envelope)) continue;
			this.#posted.set(keyOf(envelope), {
				envelope,
				room,
				since: at,
				sent,
				own: false,
				position: null,
				row: id,
				written: Promise.resolve(),
				durable: true,
				acknowledged: false
			});
		}
	}

	/**
	 * These were sealed anew for another generation: in the outbox the new rows take the place of the old in one step, so
	 * that no crash leaves both or neither.
	 */
	async replace(pairs: readonly { readonly old: Bytes; readonly sealed: Bytes | null }[]): Promise<void> {
		const { storage, patience, changed } = this.#options;
		const room = this.#options.room();
		const gone: number[] = [];
		const fresh: Posted[] = [];
		for (const { old, sealed } of pairs) {
			const before = this.#posted.get(keyOf(old));
			if (before === undefined) continue;
			await before.written;
			this.#forget(keyOf(old), before);
			if (before.row !== null) gone.push(before.row);
			if (sealed === null) continue;
			const { since, own } = before;
			const written = Promise.resolve();
			const posted = { envelope: sealed, room, since, own, sent: false, position: null, row: null, written };
			fresh.push({ ...posted, durable: false, acknowledged: false });
		}
		for (const posted of fresh) this.#posted.set(keyOf(posted.envelope), posted);
		this.#onScreenOnly += fresh.length;
		const envelopes = fresh.map(({ envelope }) => envelope);
		const replaced = storage.outbox.replace(gone, room, envelopes).then(
			(rows) => this.#keep(fresh, rows, false),
			() => undefined
		);
		const written = this.#wait(within(replaced, patience));
		for (const posted of fresh) posted.written = written;
		await written;
		changed();
	}

	/** The disk has them, perhaps after nobody waited any more. `sent`: as their rows say. */
	async #keep(kept: readonly Posted[], rows: readonly number[], sent: boolean): Promise<void> {
		const { storage, changed } = this.#options;
		const over: number[] = [];
		const left: number[] = [];
		for (const [at, posted] of kept.entries()) {
			const row = rows[at];
			if (row === undefined) continue;
			posted.row = row;
			if (posted.acknowledged) {
				over.push(row);
				continue;
			}
			posted.durable = true;
			this.#onScreenOnly--;
			if (posted.sent && !sent) left.push(row);
		}
		changed();
		if (left.length > 0) await storage.outbox.markSent(left).catch(() => undefined);
		await this.#remove(over);
	}

	has(envelope: Bytes): boolean {
		const posted = this.#posted.get(keyOf(envelope));
		return posted !== undefined && equalBytes(posted.envelope, envelope);
	}

	/** Sealed in this opening: it is in the clear document already. */
	isOwn(envelope: Bytes): boolean {
		const posted = this.#posted.get(keyOf(envelope));
		return posted !== undefined && posted.own && equalBytes(posted.envelope, envelope);
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
			if (position === null || (durable.get(position.client) ?? 0) <= position.clock) continue;
			this.#forget(key, posted);
			if (posted.row !== null) rows.push(posted.row);
		}
		await this.#remove(rows);
	}

	/** Rows that other tabs left and the relay has by now. Only for a moment when the whole log is durable. */
	async removeLeftovers(entries: () => readonly LogEntry[]): Promise<void> {
		const { storage, room } = this.#options;
		const rows = await storage.outbox.list(room()).catch(() => []);
		const others = rows.filter(({ envelope }) => !this.has(envelope));
		if (others.length === 0) return;
		const found = findInLog(others, entries());
		const ids = others.flatMap(({ id, envelope }) => (found.has(envelope) ? [id] : []));
		await this.#remove(ids);
	}

	/** Another tab of this device sees to it. */
	leaveToOthers(envelope: Bytes): void {
		this.#posted.delete(keyOf(envelope));
	}

	/** It will never be acknowledged; the caller has set it aside. */
	async withdraw(envelope: Bytes): Promise<void> {
		const posted = this.#posted.get(keyOf(envelope));
		if (posted === undefined) return;
		await posted.written;
		this.#forget(keyOf(envelope), posted);
		if (posted.row !== null) await this.#remove([posted.row]);
	}

	#forget(key: string, posted: Posted): void {
		this.#posted.delete(key);
		if (posted.acknowledged) return;
		posted.acknowledged = true;
		if (!posted.durable) this.#onScreenOnly--;
	}

	/** Settles when the disk has answered all that it was asked: what was added is kept, what was acknowledged is gone. */
	async written(): Promise<void> {
		while (this.#onDisk.size > 0) await Promise.all(this.#onDisk);
	}

	async #remove(ids: readonly number[]): Promise<void> {
		if (ids.length === 0) return;
		const { storage, patience } = this.#options;
		await this.#wait(
			within(
				storage.outbox.remove(ids).catch(() => undefined),
				patience
			)
		);
	}

	#wait<T>(answer: Promise<T>): Promise<T> {
		const waited = answer.finally(() => this.#onDisk.delete(waited));
		this.#onDisk.add(waited);
		return waited;
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
