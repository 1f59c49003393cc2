/**
 * The store on SQLite (libsql: prebuilt inside npm, so Node and npm are all a machine needs).
 *
 * Promises: WAL with `synchronous=FULL`, so a commit that returned is on the disk; one process at a time; a store of
 * another version is left untouched. Full disk: the transaction is undone, reads go on, the next write just tries again.
 *
 * A row's key is `room × 2²⁴ + position`: rows of one room lie together in the order in which they arrived, and the
 * one index (room, client, clock) finds what a joiner lacks without touching a single struct.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'libsql';
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { EntryRow, Move, PlacedItem, Range, RoomBatch, Store, Written } from './store.ts';

export const STORE_VERSION = 3;
const POSITIONS = 2 ** 24;
/** Rooms whose place is remembered, so that a commit needs no look-up. */
const REMEMBERED_PLACES = 20_000;

const SCHEMA = `
	CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
	CREATE TABLE circles (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
	CREATE TABLE entries (circle INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL,
		PRIMARY KEY (circle, seq)) STRICT, WITHOUT ROWID;
	CREATE TABLE devices (device TEXT NOT NULL, circle INTEGER NOT NULL,
		PRIMARY KEY (device, circle)) STRICT, WITHOUT ROWID;
	CREATE INDEX devices_by_circle ON devices (circle);
	CREATE TABLE invites (key TEXT NOT NULL, circle INTEGER NOT NULL,
		PRIMARY KEY (key, circle)) STRICT, WITHOUT ROWID;
	CREATE TABLE shown (log TEXT NOT NULL, circle TEXT NOT NULL, PRIMARY KEY (log, circle)) STRICT, WITHOUT ROWID;
	CREATE INDEX shown_to ON shown (circle);
	CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, circle TEXT NOT NULL,
		moved INTEGER NOT NULL) STRICT;
	CREATE INDEX rooms_by_move ON rooms (circle, moved);
	CREATE TABLE runs (first INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE) STRICT;
	CREATE TABLE rows (id INTEGER PRIMARY KEY, client INTEGER NOT NULL, clock INTEGER NOT NULL,
		struct BLOB NOT NULL) STRICT;
	CREATE UNIQUE INDEX rows_by_clock ON rows ((id >> 24), client, clock);
	PRAGMA user_version = ${STORE_VERSION};
`;

export type OpenReason = 'not-writable' | 'other-version' | 'in-use' | 'damaged';
export type Opened = { ok: true; value: SqliteStore } | { ok: false; reason: OpenReason };

/** Opens (or begins) the store in a folder; `null` keeps it in memory, for tests. */
export function openSqliteStore(folder: string | null): Opened {
	let lock: Database.Database | null = null;
	let db: Database.Database | null = null;
	const give = (reason: OpenReason): Opened => {
		db?.close();
		lock?.close();
		return { ok: false, reason };
	};
	try {
		if (folder !== null) {
			makeFolder(folder);
			// the operating system lets go of this lock even after SIGKILL
			lock = new Database(join(folder, 'relay.lock'));
			try {
				lock.exec('BEGIN EXCLUSIVE');
			} catch (error) {
				return give(codeOf(error).startsWith('SQLITE_BUSY') ? 'in-use' : 'not-writable');
			}
		}
		db = new Database(folder === null ? ':memory:' : join(folder, 'relay.db'));
		const version = (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
		if (version !== 0 && version !== STORE_VERSION) return give('other-version');
		if (folder !== null) db.prepare('PRAGMA journal_mode = WAL').get();
		db.exec('PRAGMA synchronous = FULL');
		if (version === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
		return { ok: true, value: new SqliteStore(db, lock) };
	} catch (error) {
		const code = codeOf(error);
		return give(code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT') ? 'damaged' : 'not-writable');
	}
}

interface Place {
	readonly room: number;
	next: number;
}

class SqliteStore implements Store {
	readonly #db: Database.Database;
	readonly #lock: Database.Database | null;
	readonly #statements = new Map<string, Database.Statement>();
	readonly #places = new Map<string, Place>();
	#lastMove: number;
	#open = true;

	constructor(db: Database.Database, lock: Database.Database | null) {
		this.#db = db;
		this.#lock = lock;
		// a run without a move still takes its first number, so that no two runs share one
		this.#lastMove =
			this.#row<[number]>(
				`SELECT max(coalesce((SELECT max(moved) FROM rooms), 0), coalesce((SELECT max(first) FROM runs), 0))`,
				[]
			)?.[0] ?? 0;
	}

	setting(name: string): string | null {
		const row = this.#row<[string]>('SELECT value FROM meta WHERE name = ?', [name]);
		return row === undefined ? null : row[0];
	}

	putSetting(name: string, value: string): Written {
		return this.#write(() => this.#run('INSERT OR REPLACE INTO meta VALUES (?, ?)', [name, value]));
	}

	entries(circle: string, after: number, maxBytes: number): Bytes[] {
		const rows = this.#rows<[Bytes]>(
			`SELECT bytes FROM entries WHERE circle = (SELECT id FROM circles WHERE name = ?) AND seq >= ?
			 ORDER BY seq LIMIT 1000`,
			[circle, after]
		);
		const entries: Bytes[] = [];
		let size = 0;
		for (const [bytes] of rows) {
			size += bytes.length;
			if (size > maxBytes && entries.length > 0) break;
			entries.push(bytes);
		}
		return entries;
	}

	appendEntry(entry: EntryRow): Written {
		return this.#write(() => {
			this.#run('INSERT OR IGNORE INTO circles (name) VALUES (?)', [entry.circle]);
			const circle = this.#row<[number]>('SELECT id FROM circles WHERE name = ?', [entry.circle])?.[0] ?? 0;
			const next = this.#row<[number]>('SELECT coalesce(max(seq) + 1, 0) FROM entries WHERE circle = ?', [
				circle
			]);
			if (next?.[0] !== entry.seq) throw new Taken();
			this.#run('INSERT INTO entries VALUES (?, ?, ?)', [circle, entry.seq, entry.bytes]);
			this.#run('DELETE FROM devices WHERE circle = ?', [circle]);
			for (const device of entry.devices) this.#run('INSERT INTO devices VALUES (?, ?)', [device, circle]);
			for (const key of entry.invites)
				this.#run('INSERT OR IGNORE INTO invites VALUES (?, ?)', [key, circle]);
			for (const { log, to } of entry.shown ?? [])
				this.#run('INSERT OR IGNORE INTO shown VALUES (?, ?)', [log, to]);
			if (entry.setting) {
				this.#run('INSERT OR REPLACE INTO meta VALUES (?, ?)', [entry.setting.name, entry.setting.value]);
			}
		});
	}

	circlesOfDevice(device: string): string[] {
		return this.#rows<[string]>(
			'SELECT name FROM circles JOIN devices ON circles.id = devices.circle WHERE device = ? ORDER BY circles.id',
			[device]
		).map(([name]) => name);
	}

	circlesOfInvite(key: string): string[] {
		return this.#rows<[string]>(
			'SELECT name FROM circles JOIN invites ON circles.id = invites.circle WHERE key = ? ORDER BY circles.id',
			[key]
		).map(([name]) => name);
	}

	logsShownTo(circle: string): string[] {
		return this.#rows<[string]>('SELECT log FROM shown WHERE circle = ? ORDER BY log', [circle]).map(
			([log]) => log
		);
	}

	circlesShown(log: string): string[] {
		return this.#rows<[string]>('SELECT circle FROM shown WHERE log = ? ORDER BY circle', [log]).map(
			([circle]) => circle
		);
	}

	clocks(room: string): Map<number, number> {
		const place = this.#placeOf(room);
		if (place === null) return new Map();
		return new Map(
			this.#rows<[number, number]>(
				'SELECT client, max(clock) + 1 FROM rows WHERE (id >> 24) = ? GROUP BY client',
				[place.room]
			)
		);
	}

	struct(room: string, client: number, clock: number): Bytes | null {
		const place = this.#placeOf(room);
		if (place === null) return null;
		const row = this.#row<[Bytes]>(
			'SELECT struct FROM rows WHERE (id >> 24) = ? AND client = ? AND clock = ?',
			[place.room, client, clock]
		);
		return row === undefined ? null : row[0];
	}

	missing(room: string, have: ReadonlyMap<number, number>): Range[] {
		const place = this.#placeOf(room);
		if (place === null || place.next === 0) return [];
		if (have.size === 0) return [{ from: 0, to: place.next - 1 }];
		const positions: number[] = [];
		for (const [client, next] of this.clocks(room)) {
			const from = have.get(client) ?? 0;
			if (from >= next) continue;
			const rows = this.#rows<[number]>(
				'SELECT id FROM rows WHERE (id >> 24) = ? AND client = ? AND clock >= ?',
				[place.room, client, from]
			);
			for (const [id] of rows) positions.push(id % POSITIONS);
		}
		return rangesOf(positions.sort((a, b) => a - b));
	}

	read(room: string, range: Range, limit: number): PlacedItem[] {
		const place = this.#placeOf(room);
		if (place === null) return [];
		const base = place.room * POSITIONS;
		return this.#rows<[number, number, number, Bytes]>(
			'SELECT id, client, clock, struct FROM rows WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?',
			[base + range.from, base + range.to, limit]
		).map(([id, client, clock, struct]) => ({ position: id % POSITIONS, client, clock, struct }));
	}

	countRooms(circle: string): number {
		return this.#row<[number]>('SELECT count(*) FROM rooms WHERE circle = ?', [circle])?.[0] ?? 0;
	}

	commit(batches: readonly RoomBatch[]): Written {
		const move = this.#lastMove + 1;
		const written = this.#write(() => {
			const moved = new Set<number>();
			for (const { room, circle, items } of batches) {
				const place = this.#placeOf(room) ?? this.#begin(room, circle);
				moved.add(place.room);
				for (const { client, clock, struct } of items) {
					if (place.next >= POSITIONS) throw new Taken();
					this.#run('INSERT INTO rows VALUES (?, ?, ?, ?)', [
						place.room * POSITIONS + place.next,
						client,
						clock,
						struct
					]);
					place.next += 1;
				}
			}
			for (const room of moved) this.#run('UPDATE rooms SET moved = ? WHERE id = ?', [move, room]);
		});
		// what was undone must not be remembered
		if (written.ok) this.#lastMove = move;
		else this.#places.clear();
		return written;
	}

	get lastMove(): number {
		return this.#lastMove;
	}

	moves(circles: readonly string[], after: number, limit: number): Move[] {
		const among = 'FROM rooms WHERE circle IN (SELECT value FROM json_each(?))';
		const names = JSON.stringify(circles);
		const rows = this.#rows<[string, number]>(
			`SELECT name, moved ${among} AND moved > ? ORDER BY moved LIMIT ?`,
			[names, after, limit]
		);
		const last = rows.at(-1)?.[1] ?? 0;
		// the last move may not be whole: it is read anew, with all of its rooms
		const whole = rows.length < limit ? rows : rows.filter(([, moved]) => moved < last);
		const rest =
			whole.length === rows.length
				? []
				: this.#rows<[string, number]>(`SELECT name, moved ${among} AND moved = ?`, [names, last]);
		return [...whole, ...rest].map(([room, move]) => ({ room, move }));
	}

	beginRun(token: string): Written {
		const first = this.#lastMove + 1;
		const written = this.#write(() => this.#run('INSERT INTO runs VALUES (?, ?)', [first, token]));
		if (written.ok) this.#lastMove = first;
		return written;
	}

	movesOfRun(token: string): Range | null {
		const from = this.#row<[number]>('SELECT first FROM runs WHERE token = ?', [token])?.[0];
		if (from === undefined) return null;
		const next = this.#row<[number]>('SELECT first FROM runs WHERE first > ? ORDER BY first LIMIT 1', [from]);
		return { from, to: next === undefined ? this.#lastMove : next[0] - 1 };
	}

	probe(): Written {
		return this.#write(() => {
			this.#run("INSERT OR REPLACE INTO meta VALUES ('probe', ?)", ['x'.repeat(32_768)]);
			this.#run("DELETE FROM meta WHERE name = 'probe'", []);
		});
	}

	/** Lets the database grow by this many pages more, or (null) without limit: a full disk for tests. */
	limitPages(more: number | null): void {
		const { page_count } = this.#db.prepare('PRAGMA page_count').get() as { page_count: number };
		this.#db.prepare(`PRAGMA max_page_count = ${more === null ? 4_294_967_294 : page_count + more}`).get();
	}

	close(): void {
		if (!this.#open) return;
		this.#open = false;
		try {
			this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
		} catch {
			// the log beside the database is complete; the next start reads it
		}
		this.#statements.clear();
		this.#db.close();
		this.#lock?.close();
	}

	#write(change: () => void): Written {
		try {
			this.#db.exec('BEGIN IMMEDIATE');
			change();
			this.#db.exec('COMMIT');
			return { ok: true };
		} catch (error) {
			// SQLite has undone it by itself after some errors, and says so by being outside of a transaction
			if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
			if (error instanceof Taken) return { ok: false, reason: 'taken' };
			const code = codeOf(error);
			if (code.startsWith('SQLITE_CONSTRAINT')) return { ok: false, reason: 'taken' };
			if (code === 'SQLITE_FULL') return { ok: false, reason: 'full' };
			if (code.startsWith('SQLITE_')) return { ok: false, reason: 'failed' };
			throw error;
		}
	}

	#begin(room: string, circle: string): Place {
		this.#run('INSERT INTO rooms (name, circle, moved) VALUES (?, ?, 0)', [room, circle]);
		const place = this.#placeOf(room);
		if (place === null) throw new Error('a room just begun must be there');
		return place;
	}

	#placeOf(name: string): Place | null {
		const known = this.#places.get(name);
		if (known !== undefined) return known;
		const room = this.#row<[number]>('SELECT id FROM rooms WHERE name = ?', [name])?.[0];
		if (room === undefined) return null;
		const last = this.#row<[number | null]>('SELECT max(id) FROM rows WHERE id BETWEEN ? AND ?', [
			room * POSITIONS,
			room * POSITIONS + POSITIONS - 1
		])?.[0];
		const place = { room, next: typeof last === 'number' ? (last % POSITIONS) + 1 : 0 };
		if (this.#places.size >= REMEMBERED_PLACES) this.#places.clear();
		this.#places.set(name, place);
		return place;
	}

	#statement(sql: string): Database.Statement {
		let statement = this.#statements.get(sql);
		if (statement === undefined) {
			statement = this.#db.prepare(sql);
			if (statement.reader) statement.raw(true);
			this.#statements.set(sql, statement);
		}
		return statement;
	}

	#run(sql: string, values: readonly unknown[]): void {
		this.#statement(sql).run(values);
	}

	#row<T>(sql: string, values: readonly unknown[]): T | undefined {
		return this.#statement(sql).get(values) as T | undefined;
	}

	#rows<T>(sql: string, values: readonly unknown[]): T[] {
		return this.#statement(sql).all(values) as T[];
	}
}

/** Something else stands there: undo the transaction and say so. */
class Taken extends Error {}

/** Not `recursive`: Node's own never ends where a folder is refused with ENOENT, as in /proc. */
function makeFolder(folder: string): void {
	if (existsSync(folder)) return;
	const parent = dirname(folder);
	if (parent !== folder) makeFolder(parent);
	mkdirSync(folder);
}

function rangesOf(positions: readonly number[]): Range[] {
	const ranges: { from: number; to: number }[] = [];
	for (const position of positions) {
		const last = ranges.at(-1);
		if (last !== undefined && last.to + 1 === position) last.to = position;
		else ranges.push({ from: position, to: position });
	}
	return ranges;
}

function codeOf(error: unknown): string {
	const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
	return typeof code === 'string' ? code : '';
}
