import { afterEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { openStorage, type DeviceStorage } from './storage.ts';

type Bytes = Uint8Array<ArrayBuffer>;
const bytes = (...values: number[]) => new Uint8Array(values);
let count = 0;
const newName = () => `storage-test-${count++}`;
const opened: { close(): Promise<void> }[] = [];
async function open(name: string): Promise<DeviceStorage> {
	const storage = await openStorage(name);
	opened.push(storage);
	return storage;
}
function push(log: Y.Doc, ...envelopes: Bytes[]): void {
	log.getArray<Bytes>('log').push(envelopes);
}
const contents = (log: Y.Doc) => log.getArray<Bytes>('log').toArray();
function rowsOf(name: string): Promise<Bytes[]> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open(name);
		request.onerror = () => reject(request.error ?? new Error('open'));
		request.onsuccess = () => {
			const rows = request.result.transaction('updates').objectStore('updates').getAll();
			rows.onsuccess = () => {
				request.result.close();
				resolve(rows.result as Bytes[]);
			};
		};
	});
}
function addRow(name: string, row: unknown): Promise<void> {
	return new Promise((resolve) => {
		const request = indexedDB.open(name);
		request.onsuccess = () => {
			const transaction = request.result.transaction('updates', 'readwrite');
			transaction.objectStore('updates').add(row);
			transaction.oncomplete = () => {
				request.result.close();
				resolve();
			};
		};
	});
}
function deleteDatabase(name: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.deleteDatabase(name);
		request.onsuccess = () => resolve();
		request.onerror = () => reject(request.error ?? new Error('delete'));
	});
}

afterEach(async () => {
	vi.restoreAllMocks();
	await Promise.all(opened.splice(0).map((storage) => storage.close()));
});

test('the outbox is written with strict durability, in order, and counted by room', async () => {
	const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
	const storage = await open(newName());
	await storage.outbox.add('one', bytes(1));
	await storage.outbox.add('two', bytes(2));
	const id = await storage.outbox.add('one', bytes(3));
	const writes = transaction.mock.calls.filter(
		([stores, mode]) => mode === 'readwrite' && ([stores].flat() as string[]).includes('outbox')
	);
	expect(writes.map(([, , options]) => options)).toEqual(Array(3).fill({ durability: 'strict' }));
	expect((await storage.outbox.list('one')).map((row) => row.envelope)).toEqual([bytes(1), bytes(3)]);
	expect((await storage.outbox.waiting()).map(({ room, count }) => [room, count])).toEqual([
		['one', 2],
		['two', 1]
	]);
	await storage.outbox.remove([id]);
	expect(await storage.outbox.list('one')).toHaveLength(1);
});

test('what one opening wrote, the next one reads', async () => {
	const name = newName();
	const deviceKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
	const first = await openStorage(name);
	await first.keystore.write({ deviceKey, sealed: bytes(9) });
	await first.rows.put('circles', 'c', bytes(1, 2));
	await first.setAside.add({ room: 'r', reason: 'forged', bytes: bytes(7), at: 5 });
	const log = new Y.Doc({ gc: false });
	const store = await first.openLog('room', log);
	expect(await store.loaded).toBe('loaded');
	push(log, bytes(1), bytes(2));
	push(log, bytes(3));
	await first.close();

	const second = await open(name);
	expect((await second.keystore.read())?.sealed).toEqual(bytes(9));
	expect(await second.rows.get('circles', 'c')).toEqual(bytes(1, 2));
	expect(await second.setAside.list('r')).toMatchObject([{ reason: 'forged', bytes: bytes(7) }]);
	const again = new Y.Doc({ gc: false });
	expect(await (await second.openLog('room', again)).loaded).toBe('loaded');
	expect(contents(again)).toEqual([bytes(1), bytes(2), bytes(3)]);
});

test('a row that is no sealed log is set aside, not deleted, and the rest loads', async () => {
	const name = newName();
	const first = await openStorage(name);
	const log = new Y.Doc({ gc: false });
	await (
		await first.openLog('room', log)
	).loaded;
	push(log, bytes(1));
	await first.close();
	await addRow(`${name}/room`, bytes(255, 255, 255, 1));
	const readable = new Y.Doc();
	readable.getText('t').insert(0, 'a foreign row');
	await addRow(`${name}/room`, Y.encodeStateAsUpdate(readable));

	const second = await open(name);
	const again = new Y.Doc({ gc: false });
	const store = await second.openLog('room', again, { isSound: (row) => !row.includes('a'.charCodeAt(0)) });
	expect(await store.loaded).toBe('loaded');
	expect(contents(again)).toEqual([bytes(1)]);
	expect((await second.setAside.list('room')).map((row) => row.reason)).toEqual([
		'corrupt-row',
		'corrupt-row'
	]);
});

test('a sealed log deleted by another tab is opened again and written anew', async () => {
	const name = newName();
	const storage = await open(name);
	const log = new Y.Doc({ gc: false });
	const store = await storage.openLog('room', log);
	await store.loaded;
	push(log, bytes(1));
	await store.flush();
	const statuses: string[] = [];
	store.onStatus((status) => statuses.push(status));
	await deleteDatabase(`${name}/room`);
	push(log, bytes(2));
	await store.flush();
	expect(statuses[0]).toBe('failed');
	expect(store.status).toBe('ok');
	await store.close();
	const again = new Y.Doc({ gc: false });
	await (
		await storage.openLog('room', again)
	).loaded;
	expect(contents(again)).toEqual([bytes(1), bytes(2)]);
});

test('a closed connection never throws into the transaction that wrote, and what it missed is written', async () => {
	const name = newName();
	const storage = await open(name);
	const log = new Y.Doc({ gc: false });
	const store = await storage.openLog('room', log);
	await store.loaded;
	vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
		throw new DOMException('closed', 'InvalidStateError');
	});
	expect(() => push(log, bytes(1))).not.toThrow();
	expect(store.status).toBe('failed');
	await store.flush();
	expect(store.status).toBe('ok');
	await store.close();
	const kept = new Y.Doc();
	for (const row of await rowsOf(`${name}/room`)) Y.applyUpdate(kept, row);
	expect(contents(kept)).toEqual([bytes(1)]);
});

test('a log that the disk did not open in time is told while it is open, and no longer', async () => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	// another tab has the turn and does not answer
	const locks = { request: () => new Promise(() => {}) } as unknown as LockManager;
	const storage = await openStorage('slow', { locks });
	const store = await storage.openLog('room', new Y.Doc());
	vi.runAllTimers();
	expect(await store.loaded).toBe('unavailable');
	expect(storage.status).toBe('failed');
	const closing = store.close();
	await vi.advanceTimersByTimeAsync(60_000);
	await closing;
	expect(storage.status).toBe('ok');
	vi.useRealTimers();
	await storage.close();
});

test('a full disk is told by name, and a sealed row waits in memory until there is room', async () => {
	const storage = await open(newName());
	const full = vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
		throw new DOMException('whatever the browser says', 'QuotaExceededError');
	});
	const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
		throw new DOMException('whatever the browser says', 'QuotaExceededError');
	});
	await expect(storage.outbox.add('r', bytes(1))).rejects.toThrow();
	expect(storage.status).toBe('full');
	await storage.rows.put('summaries', 's', bytes(5));
	expect(await storage.rows.get('summaries', 's')).toEqual(bytes(5));
	full.mockRestore();
	put.mockRestore();
	await storage.outbox.add('r', bytes(2));
	expect(storage.status).toBe('ok');
	expect(await storage.rows.all('summaries')).toEqual([{ id: 's', bytes: bytes(5) }]);
});

test('what a full disk kept from the sealed log is written when there is room again', async () => {
	const name = newName();
	const storage = await open(name);
	const log = new Y.Doc({ gc: false });
	const store = await storage.openLog('room', log);
	await store.loaded;
	// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the store it is asked for
	const add = IDBObjectStore.prototype.add;
	const full = vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (
		this: IDBObjectStore,
		row
	) {
		const request = add.call(this, row);
		// as Chromium does it: the request succeeds, the commit does not
		request.addEventListener('success', () => this.transaction.abort());
		return request;
	});
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	try {
		push(log, bytes(1));
		await vi.waitFor(() => expect(store.status).toBe('failed'));
		// still no room
		await vi.advanceTimersByTimeAsync(6_000);
		await vi.waitFor(() => expect(full.mock.calls.length).toBeGreaterThan(1));
		expect(store.status).toBe('failed');
		full.mockRestore();
		await vi.waitFor(async () => {
			await vi.advanceTimersByTimeAsync(6_000);
			expect(store.status).toBe('ok');
		});
	} finally {
		vi.useRealTimers();
	}
	push(log, bytes(2));
	await store.close();
	const kept = new Y.Doc();
	for (const row of await rowsOf(`${name}/room`)) Y.applyUpdate(kept, row);
	expect(contents(kept)).toEqual([bytes(1), bytes(2)]);
});

test('[K2] the device database deleted under an open tab is made again with keys and outbox', async () => {
	const name = newName();
	const storage = await open(name);
	const deviceKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
	await storage.keystore.write({ deviceKey, sealed: bytes(9) });
	await storage.outbox.add('r', bytes(1));
	await storage.rows.put('circles', 'c', bytes(2));
	const back = new Promise<void>((resolve) => storage.onStatus((status) => status === 'ok' && resolve()));
	await deleteDatabase(name);
	await back;
	expect((await storage.keystore.read())?.sealed).toEqual(bytes(9));
	expect((await storage.outbox.list('r')).map((row) => row.envelope)).toEqual([bytes(1)]);
	expect(await storage.rows.get('circles', 'c')).toEqual(bytes(2));
});

test('storage that is refused is an error at once, not a hanging page', async () => {
	vi.spyOn(indexedDB, 'open').mockImplementation(() => {
		throw new DOMException('no', 'SecurityError');
	});
	await expect(openStorage(newName())).rejects.toThrow();
});

test('two tabs: one writes, the other loads, and takes over when the first is gone', async () => {
	const name = newName();
	const locks = fakeLocks();
	const [one, two] = [await openStorage(name, { locks }), await openStorage(name, { locks })];
	opened.push(one, two);
	const [logOne, logTwo] = [new Y.Doc({ gc: false }), new Y.Doc({ gc: false })];
	const storeOne = await one.openLog('room', logOne);
	await storeOne.loaded;
	push(logOne, bytes(1));
	await storeOne.flush();
	const storeTwo = await two.openLog('room', logTwo);
	expect(await storeTwo.loaded).toBe('loaded');
	expect(contents(logTwo)).toEqual([bytes(1)]);
	const before = (await rowsOf(`${name}/room`)).length;
	push(logTwo, bytes(2));
	await storeTwo.flush();
	expect((await rowsOf(`${name}/room`)).length).toBe(before);
	await storeOne.close();
	await locks.settled();
	await storeTwo.flush();
	const kept = new Y.Doc();
	for (const row of await rowsOf(`${name}/room`)) Y.applyUpdate(kept, row);
	expect(contents(kept)).toEqual([bytes(1), bytes(2)]);
});

/** Web Locks for one process: exclusive, `ifAvailable`, `signal`. */
function fakeLocks() {
	const tails = new Map<string, Promise<unknown>>();
	const held = new Set<string>();
	let handovers: Promise<unknown> = Promise.resolve();
	const request = async (name: string, options: LockOptions, work: (lock: object | null) => unknown) => {
		if (options.ifAvailable && held.has(name)) return work(null);
		const before = tails.get(name) ?? Promise.resolve();
		let release = () => {};
		tails.set(name, new Promise<void>((resolve) => (release = resolve)));
		if (held.has(name)) handovers = before;
		await before;
		if (options.signal?.aborted) return release();
		held.add(name);
		try {
			await work({ name });
		} finally {
			held.delete(name);
			release();
		}
	};
	return { request, settled: () => handovers } as unknown as LockManager & { settled(): Promise<void> };
}
