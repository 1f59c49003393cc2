/**
 * This device's disk: wrapped keys, outbox, set-aside, sealed rows, sealed logs.
 *
 * Promises: a settled `outbox.add` outlives a power cut; a failure is in `status`, never silent; if the database is
 * deleted or closed under us it is made again from what this tab still knows; keys live beside what they open [K2];
 * nothing is deleted because it could not be read.
 * Must never: be handed anything readable. It imports nothing of this project, so it cannot even know what a case is.
 */
import { Dexie } from 'dexie';
import type * as Y from 'yjs';
import {
	DeviceDatabase,
	type KeystoreRow,
	type OutboxRow,
	type RowTable,
	type SealedRow,
	type SetAsideRow
} from './device-database.ts';
import type { SealedLogStore, SealedLogStoreOptions } from './sealed-log-store.ts';
import { statusOf, Watched, type StorageStatus } from './status.ts';

type Bytes = Uint8Array<ArrayBuffer>;
export type { KeystoreRow, OutboxRow, RowTable, SealedLogStore, SealedRow, SetAsideRow, StorageStatus };

export interface DeviceStorage {
	/** `write` rejects when the keys could not be kept. */
	readonly keystore: { read(): Promise<KeystoreRow | null>; write(row: KeystoreRow): Promise<void> };
	/** Sealed rows. What cannot be written for now is kept in memory, told by `status`, and written with the next. */
	readonly rows: {
		get(table: RowTable, id: string): Promise<Bytes | undefined>;
		put(table: RowTable, id: string, bytes: Bytes): Promise<void>;
		delete(table: RowTable, id: string): Promise<void>;
		all(table: RowTable): Promise<SealedRow[]>;
	};
	/** Own envelopes until the relay has acknowledged them. `add` rejects when it is not on disk. */
	readonly outbox: {
		/** `sent`: may it have left this device? */
		add(room: string, envelope: Bytes, sent?: boolean): Promise<number>;
		/** Rejects when that is not on disk. */
		markSent(ids: readonly number[]): Promise<void>;
		/** Of all rooms whose name begins like this, oldest first. */
		list(room?: string): Promise<OutboxRow[]>;
		/** Removes these and adds those, in one step; rejects when that is not on disk. */
		replace(ids: readonly number[], room: string, envelopes: readonly Bytes[]): Promise<number[]>;
		remove(ids: readonly number[]): Promise<void>;
		waiting(): Promise<{ room: string; count: number; since: number }[]>;
		/** Told in every tab of this browser. */
		onChange(listener: () => void): () => void;
	};
	readonly setAside: {
		add(row: Omit<SetAsideRow, 'id'>): Promise<number>;
		/** Of all rooms whose name begins like this, oldest first. */
		list(room?: string): Promise<SetAsideRow[]>;
		remove(id: number): Promise<void>;
		onChange(listener: () => void): () => void;
	};
	/** Its generation is over, and what it held is in the next one. Never rejects. */
	forgetLog(room: string): Promise<void>;
	/** y-indexeddb and Yjs are loaded with the first log: a list of cases needs neither. */
	openLog(
		room: string,
		log: Y.Doc,
		options?: Pick<SealedLogStoreOptions, 'isSound'>
	): Promise<SealedLogStore>;
	/** Has the browser promised not to clear this by itself? */
	persisted(): Promise<boolean>;
	readonly status: StorageStatus;
	onStatus(listener: (status: StorageStatus) => void): () => void;
	close(): Promise<void>;
}

export interface StorageOptions {
	readonly now?: () => number;
	/** How long the first opening may take, ms. */
	readonly patience?: number;
	readonly locks?: LockManager | undefined;
}

/** Rejects when the browser refuses to keep anything (no IndexedDB, private mode, blocked by another version). */
export async function openStorage(name: string, options: StorageOptions = {}): Promise<DeviceStorage> {
	const database = new DeviceDatabase(name);
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error('storage did not open in time')), options.patience ?? 10_000);
	});
	try {
		await Promise.race([database.open(), late]);
	} catch (error) {
		database.close();
		throw error;
	} finally {
		clearTimeout(timer);
	}
	return new Storage(name, database, options);
}

class Storage implements DeviceStorage {
	#name: string;
	#database: DeviceDatabase;
	#options: StorageOptions;
	#now: () => number;
	#status = new Watched<StorageStatus>('ok');
	#logs = new Set<SealedLogStore>();
	#work = new Set<Promise<unknown>>();
	#closed = false;
	/** What this tab would write again, should the database be deleted under it. */
	#keys: KeystoreRow | null = null;
	#waiting = new Map<number, OutboxRow>();
	#rows = new Map<string, { table: RowTable; row: SealedRow; written: boolean }>();

	constructor(name: string, database: DeviceDatabase, options: StorageOptions) {
		this.#name = name;
		this.#database = database;
		this.#options = options;
		this.#now = options.now ?? Date.now;
		database.on('versionchange', (event) => {
			// somebody deletes or upgrades it: let go, or they wait for ever; then see what is left
			database.close({ disableAutoOpen: false });
			if (event.newVersion === null) void this.#restore();
			else this.#status.set('failed');
			return false;
		});
		database.on('close', () => {
			if (!this.#closed) void this.#restore();
		});
	}

	readonly keystore = {
		read: async () => (this.#keys = (await this.#database.readKeystore()) ?? this.#keys),
		write: async (row: KeystoreRow) => {
			await this.#write(() => this.#database.writeKeystore(row));
			this.#keys = row;
		}
	};

	readonly rows = {
		get: async (table: RowTable, id: string) => {
			const known = this.#rows.get(`${table}/${id}`);
			if (known?.written === false) return known.row.bytes;
			const row = await this.#database[table].get(id);
			if (row !== undefined) this.#remember(table, row, true);
			return row?.bytes;
		},
		put: async (table: RowTable, id: string, bytes: Bytes) => {
			const row = { id, bytes };
			this.#remember(table, row, false);
			try {
				await this.#write(() => this.#database[table].put(row));
				this.#remember(table, row, true);
			} catch {
				// in `status`; tried again with the next write that succeeds
			}
		},
		delete: async (table: RowTable, id: string) => {
			this.#rows.delete(`${table}/${id}`);
			await this.#write(() => this.#database[table].delete(id)).catch(() => undefined);
		},
		all: async (table: RowTable) => {
			const rows = new Map((await this.#database[table].toArray()).map((row) => [row.id, row]));
			for (const row of rows.values()) this.#remember(table, row, true);
			for (const known of this.#rows.values())
				if (known.table === table && !known.written) rows.set(known.row.id, known.row);
			return [...rows.values()];
		}
	};

	readonly outbox = {
		add: async (room: string, envelope: Bytes, sent = false) => {
			const row = { room, envelope, at: this.#now(), sent };
			const id = await this.#write(() => this.#database.outbox.add(row));
			this.#waiting.set(id, { id, ...row });
			return id;
		},
		list: async (room?: string) => {
			const rows = await (room === undefined
				? this.#database.outbox.toArray()
				: this.#database.outbox.where('room').startsWith(room).sortBy('id'));
			for (const row of rows) this.#waiting.set(row.id, row);
			return rows;
		},
		remove: async (ids: readonly number[]) => {
			for (const id of ids) this.#waiting.delete(id);
			await this.#write(() => this.#database.outbox.bulkDelete([...ids])).catch(() => undefined);
		},
		markSent: async (ids: readonly number[]) => {
			await this.#write(() =>
				this.#database.outbox
					.where('id')
					.anyOf([...ids])
					.modify({ sent: true })
			);
			for (const id of ids) {
				const row = this.#waiting.get(id);
				if (row !== undefined) this.#waiting.set(id, { ...row, sent: true });
			}
		},
		replace: async (ids: readonly number[], room: string, envelopes: readonly Bytes[]) => {
			const rows = envelopes.map((envelope) => ({ room, envelope, at: this.#now(), sent: false }));
			const { outbox } = this.#database;
			const added = await this.#write(() =>
				this.#database.transaction('rw', outbox, async () => {
					await outbox.bulkDelete([...ids]);
					return outbox.bulkAdd(rows, { allKeys: true });
				})
			);
			for (const id of ids) this.#waiting.delete(id);
			rows.forEach((row, at) => {
				const id = added[at];
				if (id !== undefined) this.#waiting.set(id, { id, ...row });
			});
			return added;
		},
		waiting: async () => {
			const byRoom = new Map<string, { room: string; count: number; since: number }>();
			await this.#database.outbox.each(({ room, at }) => {
				const entry = byRoom.get(room) ?? { room, count: 0, since: at };
				byRoom.set(room, { room, count: entry.count + 1, since: Math.min(entry.since, at) });
			});
			return [...byRoom.values()];
		},
		onChange: (listener: () => void) => this.#onTable('outbox', listener)
	};

	readonly setAside = {
		add: (row: Omit<SetAsideRow, 'id'>) => this.#write(() => this.#database.setAside.add({ ...row })),
		list: async (room?: string) =>
			room === undefined
				? this.#database.setAside.toArray()
				: this.#database.setAside.where('room').startsWith(room).sortBy('id'),
		remove: async (id: number) => {
			await this.#write(() => this.#database.setAside.delete(id)).catch(() => undefined);
		},
		onChange: (listener: () => void) => this.#onTable('setAside', listener)
	};

	async openLog(
		room: string,
		log: Y.Doc,
		options: Pick<SealedLogStoreOptions, 'isSound'> = {}
	): Promise<SealedLogStore> {
		const { openSealedLogStore } = await import('./sealed-log-store.ts');
		const store = openSealedLogStore(`${this.#name}/${room}`, log, {
			...options,
			...('locks' in this.#options ? { locks: this.#options.locks } : {}),
			setAside: (bytes) => this.setAside.add({ room, reason: 'corrupt-row', bytes, at: this.#now() })
		});
		this.#logs.add(store);
		store.onStatus((status) => {
			if (status !== 'ok') this.#status.set(status);
			else if ([...this.#logs].every((other) => other.status === 'ok')) this.#status.set('ok');
		});
		const close = store.close.bind(store);
		store.close = async () => {
			await close();
			this.#logs.delete(store);
			// a disk that was too slow for this log alone is not said to fail once the log is gone
			if (store.status === 'failed' && !this.#closed) await this.#writeWhatIsLeft().catch(() => undefined);
		};
		return store;
	}

	async forgetLog(room: string): Promise<void> {
		await new Promise<void>((resolve) => {
			const request = indexedDB.deleteDatabase(`${this.#name}/${room}`);
			// another tab that has it open lets go of it when it comes to the next generation itself
			request.onsuccess = request.onerror = request.onblocked = () => resolve();
		});
	}

	async persisted(): Promise<boolean> {
		return (await globalThis.navigator?.storage?.persisted?.().catch(() => false)) ?? false;
	}

	get status(): StorageStatus {
		return this.#status.value;
	}

	onStatus(listener: (status: StorageStatus) => void): () => void {
		return this.#status.onChange(listener);
	}

	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		await Promise.all([...this.#logs].map((log) => log.close()));
		await Promise.allSettled([...this.#work]);
		this.#database.close();
		this.#status.close();
	}

	#onTable(table: string, listener: () => void): () => void {
		const prefix = `idb://${this.#name}/${table}/`;
		const heard = (parts: Record<string, unknown>) => {
			if (Object.keys(parts).some((part) => part.startsWith(prefix))) listener();
		};
		Dexie.on.storagemutated.subscribe(heard);
		return () => Dexie.on.storagemutated.unsubscribe(heard);
	}

	#remember(table: RowTable, row: SealedRow, written: boolean): void {
		const id = `${table}/${row.id}`;
		const known = this.#rows.get(id);
		// an older write that ends late must not call a newer one written
		if (written && known?.written === false && known.row !== row) return;
		if (table === 'checkpoints' && written) this.#rows.delete(id);
		else this.#rows.set(id, { table, row, written });
	}

	/** Runs a write, and makes its failure known. */
	async #write<T>(work: () => PromiseLike<T>): Promise<T> {
		const running = Promise.resolve(work());
		this.#work.add(running);
		try {
			const result = await running;
			if (this.#status.value !== 'ok') await this.#writeWhatIsLeft();
			return result;
		} catch (error) {
			if (!this.#closed) this.#status.set(statusOf(error));
			throw error;
		} finally {
			this.#work.delete(running);
		}
	}

	async #writeWhatIsLeft(): Promise<void> {
		for (const { table, row, written } of [...this.#rows.values()]) {
			if (written) continue;
			await this.#database[table].put(row);
			this.#remember(table, row, true);
		}
		if ([...this.#logs].every((log) => log.status === 'ok')) this.#status.set('ok');
	}

	/** After the database went away: everything this tab still knows is written again, if it is not there. */
	async #restore(): Promise<void> {
		if (this.#closed) return;
		this.#status.set('failed');
		try {
			await this.#database.open();
			if (this.#keys !== null && (await this.#database.readKeystore()) === null)
				await this.#database.writeKeystore(this.#keys);
			for (const row of this.#waiting.values())
				if ((await this.#database.outbox.get(row.id)) === undefined) await this.#database.outbox.put(row);
			for (const { table, row } of [...this.#rows.values()])
				if ((await this.#database[table].get(row.id)) === undefined) await this.#database[table].put(row);
			this.#status.set('ok');
		} catch (error) {
			if (!this.#closed) this.#status.set(statusOf(error));
		}
	}
}
