/**
 * A sealed log on disk: stock y-indexeddb, wrapped against what it does not do itself.
 *
 * Promises: a write that fails is told by `status`, never throws into the transaction that wrote, and is made up for
 * with the whole state, again and again until there is room: a missing row would be a hole in the log; a database that
 * was closed or deleted under us is opened again and the whole state written anew; `loaded` always settles; rows that
 * cannot be read are set aside, not deleted; `close` is done when the disk is quiet.
 * Must never: be given a clear document. It stores whatever it is given, as it is.
 */
import { IndexeddbPersistence } from 'y-indexeddb';
import * as Y from 'yjs';
import { statusOf, Watched, type StorageStatus } from './status.ts';
import { takeWritingTurn, type WritingTurn } from './writing-tab.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface SealedLogStore {
	/** Settles when what the disk has is in the log, or when that cannot be (in time). */
	readonly loaded: Promise<'loaded' | 'unavailable'>;
	readonly status: StorageStatus;
	onStatus(listener: (status: StorageStatus) => void): () => void;
	/** From now on this log is the one that is kept, in place of the old one and all its rows [L6]. */
	replace(log: Y.Doc): Promise<void>;
	/** Settles when everything handed over so far is written (or its failure is in `status`). */
	flush(): Promise<void>;
	close(): Promise<void>;
}

export interface SealedLogStoreOptions {
	/** Is this row a piece of a sealed log? The others are set aside. */
	readonly isSound?: (row: Uint8Array) => boolean;
	readonly setAside?: (row: Bytes) => Promise<unknown>;
	/** How long loading may take, ms. */
	readonly patience?: number;
	readonly locks?: LockManager | undefined;
}

const UPDATES = 'updates';
const PATIENCE = 8_000;
const ATTEMPTS = 3;
/** Between two tries to write what could not be written, ms. */
const MEND_AFTER = 5_000;

export function openSealedLogStore(
	name: string,
	log: Y.Doc,
	options: SealedLogStoreOptions = {}
): SealedLogStore {
	return new Store(name, log, options);
}

class Store implements SealedLogStore {
	#name: string;
	#log: Y.Doc;
	#options: SealedLogStoreOptions;
	#status = new Watched<StorageStatus>('ok');
	#persistence: IndexeddbPersistence | null = null;
	#turn: WritingTurn | null = null;
	#work: Promise<unknown> = Promise.resolve();
	#closed = false;
	#reopening = false;
	#mending: ReturnType<typeof setTimeout> | undefined;
	readonly loaded: Promise<'loaded' | 'unavailable'>;

	constructor(name: string, log: Y.Doc, options: SealedLogStoreOptions) {
		this.#name = name;
		this.#log = log;
		this.#options = options;
		const opening = this.#inTurn(() => this.#open());
		this.loaded = within(opening, options.patience ?? PATIENCE).then((done) => {
			if (done !== true) this.#fail(done === false ? new Error('unavailable') : new Error('took too long'));
			return done === true ? 'loaded' : 'unavailable';
		});
	}

	get status(): StorageStatus {
		return this.#status.value;
	}

	onStatus(listener: (status: StorageStatus) => void): () => void {
		return this.#status.onChange(listener);
	}

	replace(log: Y.Doc): Promise<void> {
		return this.#inTurn(async () => {
			await this.#detach();
			this.#log = log;
			if (this.#closed) return;
			const database = await openDatabase(this.#name);
			try {
				const transaction = database.transaction([UPDATES], 'readwrite');
				const rows = transaction.objectStore(UPDATES);
				rows.clear();
				rows.add(Y.encodeStateAsUpdate(log));
				await doneOf(transaction);
			} finally {
				database.close();
			}
			await this.#attach();
			if (this.#turn?.mine === false) await this.#detach();
		}).then(
			() => undefined,
			(error: unknown) => this.#fail(error)
		);
	}

	async flush(): Promise<void> {
		await within(
			this.#inTurn(() => this.#quiet()).catch(() => undefined),
			PATIENCE
		);
	}

	async close(): Promise<void> {
		if (!this.#closed) {
			this.#closed = true;
			clearTimeout(this.#mending);
			void this.#inTurn(async () => {
				await this.#detach();
				this.#turn?.release();
			}).catch(() => undefined);
		}
		await within(
			this.#work.catch(() => undefined),
			PATIENCE
		);
		this.#turn?.release();
		this.#status.close();
	}

	/** Loads, and stays attached if this tab is the one that writes. False when the disk cannot be read. */
	async #open(): Promise<boolean> {
		try {
			const turn = await takeWritingTurn(
				`${this.#name}/writes`,
				() => void this.#inTurn(() => this.#attach()).catch((error: unknown) => this.#fail(error)),
				'locks' in this.#options ? this.#options.locks : globalThis.navigator?.locks
			);
			this.#turn = turn;
			if (this.#closed) return false;
			await this.#sortOutRows();
			await this.#attach();
			// another tab writes: what it and the relay have comes over their channels, ours goes to the outbox
			if (!turn.mine) await this.#detach();
			return true;
		} catch (error) {
			this.#fail(error);
			return false;
		}
	}

	/** y-indexeddb never finishes loading when one row is broken, so those are moved away before it looks. */
	async #sortOutRows(): Promise<void> {
		const { isSound = isUpdate, setAside } = this.#options;
		const database = await openDatabase(this.#name);
		try {
			const reading = database.transaction([UPDATES], 'readonly').objectStore(UPDATES);
			const [keys, rows] = await Promise.all([
				resultOf(reading.getAllKeys()),
				resultOf<unknown[]>(reading.getAll())
			]);
			const broken = rows.flatMap((row, index) =>
				row instanceof Uint8Array && isUpdate(row) && isSound(row) ? [] : [{ key: keys[index], row }]
			);
			if (broken.length === 0) return;
			for (const { row } of broken) if (row instanceof Uint8Array) await setAside?.(row as Bytes);
			const transaction = database.transaction([UPDATES], 'readwrite');
			for (const { key } of broken) if (key !== undefined) transaction.objectStore(UPDATES).delete(key);
			await doneOf(transaction);
		} finally {
			database.close();
		}
	}

	/** Stock y-indexeddb on the log; it writes the log's whole state as a first row, so nothing is missing on disk. */
	async #attach(): Promise<void> {
		if (this.#closed || this.#persistence !== null) return;
		// opened once by ourselves first: y-indexeddb answers a refusal with an unhandled rejection
		(await openDatabase(this.#name)).close();
		const persistence = new IndexeddbPersistence(this.#name, this.#log);
		this.#persistence = persistence;
		const store = persistence._storeUpdate;
		this.#log.off('update', store);
		persistence._storeUpdate = (update: Uint8Array, origin: unknown) => {
			try {
				store(update, origin);
			} catch (error) {
				this.#fail(error);
				this.#reopen();
			}
		};
		this.#log.on('update', persistence._storeUpdate);
		await persistence._db;
		const database = persistence.db;
		if (database === null) throw new Error('no database');
		let sound = true;
		const noticed = (event: Event) => {
			sound = false;
			const { error } = event.target as { error?: unknown };
			this.#fail(error);
			this.#mendLater();
			// prevented: the failure has been heard, it need not be thrown at the window as well
			event.preventDefault();
		};
		database.addEventListener('error', noticed);
		database.addEventListener('abort', noticed);
		database.addEventListener('close', () => this.#lost(persistence));
		database.addEventListener('versionchange', () => this.#lost(persistence));
		await persistence.whenSynced;
		await this.#quiet();
		if (sound && this.#persistence === persistence && !this.#reopening) this.#status.set('ok');
	}

	#mendLater(): void {
		if (this.#closed) return;
		this.#mending ??= setTimeout(() => {
			this.#mending = undefined;
			void this.#inTurn(() => this.#mend());
		}, MEND_AFTER);
	}

	/** One row with everything: whatever could not be written before is in it. */
	async #mend(): Promise<void> {
		const database = this.#persistence?.db;
		if (this.#closed || !database || this.#status.value === 'ok') return;
		try {
			const transaction = database.transaction([UPDATES], 'readwrite');
			transaction.objectStore(UPDATES).add(Y.encodeStateAsUpdate(this.#log));
			await doneOf(transaction);
			this.#status.set('ok');
		} catch (error) {
			this.#fail(error);
			this.#mendLater();
		}
	}

	async #detach(): Promise<void> {
		const persistence = this.#persistence;
		if (persistence === null) return;
		await this.#quiet();
		this.#persistence = null;
		await persistence.destroy();
	}

	/** Done when every transaction started so far is: a later one over the same rows waits for them. */
	async #quiet(): Promise<void> {
		const database = this.#persistence?.db;
		if (!database) return;
		try {
			const transaction = database.transaction([UPDATES], 'readwrite');
			transaction.objectStore(UPDATES).count();
			await doneOf(transaction);
		} catch (error) {
			this.#fail(error);
		}
	}

	#lost(persistence: IndexeddbPersistence): void {
		if (this.#persistence !== persistence || this.#closed) return;
		this.#fail(new Error('closed'));
		this.#reopen();
	}

	#reopen(): void {
		if (this.#reopening || this.#closed) return;
		this.#reopening = true;
		void this.#inTurn(async () => {
			for (let attempt = 1; !this.#closed; attempt++) {
				try {
					const persistence = this.#persistence;
					this.#persistence = null;
					await persistence?.destroy();
					this.#reopening = false;
					await this.#attach();
					return;
				} catch (error) {
					this.#reopening = true;
					this.#fail(error);
					if (attempt === ATTEMPTS) return;
				}
			}
		}).finally(() => (this.#reopening = false));
	}

	#fail(error: unknown): void {
		if (!this.#closed) this.#status.set(statusOf(error));
	}

	#inTurn<T>(work: () => Promise<T>): Promise<T> {
		const done = this.#work.then(work, work);
		this.#work = done.catch(() => undefined);
		return done;
	}
}

/** The same database y-indexeddb makes. */
function openDatabase(name: string): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open(name);
		request.onupgradeneeded = () => {
			request.result.createObjectStore(UPDATES, { autoIncrement: true });
			request.result.createObjectStore('custom');
		};
		request.onsuccess = () => {
			request.result.onversionchange = () => request.result.close();
			if (request.result.objectStoreNames.contains(UPDATES)) return resolve(request.result);
			request.result.close();
			reject(new Error('another kind of database'));
		};
		request.onerror = () => reject(request.error ?? new Error('refused'));
	});
}

function doneOf(transaction: IDBTransaction): Promise<void> {
	return new Promise((resolve, reject) => {
		transaction.oncomplete = () => resolve();
		transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
	});
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error ?? new Error('refused'));
	});
}

function isUpdate(row: Uint8Array): boolean {
	try {
		Y.decodeUpdate(row);
		return true;
	} catch {
		return false;
	}
}

/** The value if it comes in time, else null. Its timer never keeps a process alive. */
async function within<T>(promise: Promise<T>, patience: number): Promise<T | null> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), patience)));
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}
