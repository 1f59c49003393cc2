/**
 * What the relay keeps, behind one small interface: SQLite today, Postgres when one machine is no longer enough.
 *
 * Promises: `commit` and `appendEntry` return `ok` only when the data would survive a power cut; a refused write
 * changes nothing; reads go on while writes are refused. The rules of every store are in store.contract.ts.
 * It must never look inside a struct or an entry: they are sealed.
 */
import type { Bytes } from '#lib/crypto/bytes.ts';

/** One item of a sealed log: its place in Yjs' numbering, and its encoded struct. */
export interface StoredItem {
	readonly client: number;
	readonly clock: number;
	readonly struct: Uint8Array;
}

/** An item with its place in the order of arrival, which is also an order that respects every origin. */
export interface PlacedItem extends StoredItem {
	readonly position: number;
}

/** Positions `from` to `to`, both included. */
export interface Range {
	readonly from: number;
	readonly to: number;
}

export interface RoomBatch {
	readonly room: string;
	readonly circle: string;
	readonly items: readonly StoredItem[];
}

/** One circle entry, and what the relay wants to find it by. */
export interface EntryRow {
	readonly circle: string;
	readonly seq: number;
	readonly bytes: Uint8Array;
	/** Devices that are members after this entry. */
	readonly devices: readonly string[];
	/** Keys of the invitations this circle has ever had. */
	readonly invites: readonly string[];
	/** Logs that whoever is in the circle `to` is shown besides, from now on for ever. */
	readonly shown?: readonly { readonly log: string; readonly to: string }[];
	/** A setting written in the same transaction: founding is one step, not two. */
	readonly setting?: { readonly name: string; readonly value: string };
}

/** `full`: no space. `taken`: something else stands at that place already. `failed`: the disk or the database. */
export type Written =
	{ readonly ok: true } | { readonly ok: false; readonly reason: 'full' | 'taken' | 'failed' };

/** A room and the number of the newest commit that wrote to it. */
export interface Move {
	readonly room: string;
	readonly move: number;
}

export interface Store {
	setting(name: string): string | null;
	putSetting(name: string, value: string): Written;

	/** Entries of a circle from sequence number `after` on, at most about `maxBytes` (but one at least). */
	entries(circle: string, after: number, maxBytes: number): Bytes[];
	/** Appends at exactly `seq`, which must be the next one. */
	appendEntry(row: EntryRow): Written;
	circlesOfDevice(device: string): string[];
	circlesOfInvite(key: string): string[];
	/** Logs that whoever is in this circle is shown besides. */
	logsShownTo(circle: string): string[];
	/** Circles in which this log is shown. */
	circlesShown(log: string): string[];

	/** For each Yjs client of a room the next clock; empty for a room never written to. */
	clocks(room: string): Map<number, number>;
	struct(room: string, client: number, clock: number): Bytes | null;
	/** Where the items are that somebody lacks who has `have`, in order of arrival. */
	missing(room: string, have: ReadonlyMap<number, number>): Range[];
	/** The first `limit` items within a range. */
	read(room: string, range: Range, limit: number): PlacedItem[];
	countRooms(circle: string): number;
	/** All batches in one durable transaction, or none of them. Each transaction is one *move*, numbered upwards. */
	commit(batches: readonly RoomBatch[]): Written;

	/** The number of the newest move. */
	readonly lastMove: number;
	/**
	 * Rooms of these circles that moved after `after`, in the order of their newest move; about `limit` of them, and
	 * always all of one move.
	 */
	moves(circles: readonly string[], after: number, limit: number): Move[];
	/** From now on moves belong to this run of the relay. A token serves once. */
	beginRun(token: string): Written;
	/** Which moves a run made, as far as this store knows; null for a run it has never heard of. */
	movesOfRun(token: string): Range | null;
	/** Would a write succeed now? Tries one and undoes it. */
	probe(): Written;

	close(): void;
}
