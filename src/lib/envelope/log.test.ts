import * as encoding from 'lib0/encoding';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { randomBytes, toBase64Url } from '#lib/crypto/bytes.ts';
import { mutate, seededRandom } from '#lib/circle/test-people.ts';
import { LOG_FIELD, readLogUpdate, splitLogUpdate, writeLogUpdate, type LogItem } from './log.ts';

function logDoc(client?: number): Y.Doc {
	const doc = new Y.Doc({ gc: false });
	if (client !== undefined) doc.clientID = client;
	return doc;
}
const logOf = (doc: Y.Doc) => doc.getArray<Uint8Array>(LOG_FIELD);
/** Every envelope as text, in order: quick to compare. */
const textOf = (doc: Y.Doc) =>
	logOf(doc)
		.map((envelope) => toBase64Url(envelope))
		.join(' ');
const sync = (to: Y.Doc, from: Y.Doc) =>
	Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)), 'sync');

function itemsOf(update: Uint8Array): readonly LogItem[] {
	const read = readLogUpdate(update);
	if (!read.ok) throw new Error(read.reason);
	return read.value;
}
const reasonOf = (update: Uint8Array) => {
	const read = readLogUpdate(update);
	return read.ok ? 'ok' : read.reason;
};

/** Several devices that push and meet at random, and the updates they sent on the way. */
function randomLogs(seed: number): { docs: Y.Doc[]; updates: Uint8Array[] } {
	const random = seededRandom(seed);
	const docs = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
		logDoc(Math.floor(random() * 2 ** 32))
	);
	const updates: Uint8Array[] = [];
	for (const doc of docs) {
		doc.on('update', (update: Uint8Array, origin: unknown) => origin !== 'sync' && updates.push(update));
	}
	const pick = () => docs[Math.floor(random() * docs.length)]!;
	for (let step = 0; step < 40; step++) {
		if (random() < 0.3) sync(pick(), pick());
		else {
			const pushed = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
				randomBytes(Math.floor(random() * 300))
			);
			logOf(pick()).push(pushed);
		}
	}
	return { docs, updates };
}

describe('[L1] The sealed log', () => {
	test('read and written again is the same log, for random histories', () => {
		for (let seed = 0; seed < 60; seed++) {
			const { docs, updates } = randomLogs(seed);
			const [whole, again, byRows] = [logDoc(), logDoc(), logDoc()];
			for (const doc of docs) sync(whole, doc);
			const update = Y.encodeStateAsUpdate(whole);
			Y.applyUpdate(again, writeLogUpdate(itemsOf(update)));
			expect(textOf(again), `seed ${seed}`).toBe(textOf(whole));
			expect(again.store.pendingStructs).toBeNull();
			const rows = updates.flatMap((sent) => itemsOf(sent));
			Y.applyUpdate(byRows, writeLogUpdate(rows));
			expect(textOf(byRows), `seed ${seed}, row by row`).toBe(textOf(whole));
			expect(new Set(rows.map(({ client, clock }) => `${client} ${clock}`)).size).toBe(rows.length);
			expect(itemsOf(update).length).toBe(logOf(whole).length);
		}
	});

	test('answers a state vector like Yjs does: rows from its clocks on, with skips tolerated', () => {
		const [a, b] = [logDoc(1), logDoc(2)];
		for (let i = 0; i < 10; i++) logOf(a).push([new Uint8Array([i])]);
		sync(b, a);
		for (let i = 10; i < 20; i++) logOf(a).push([new Uint8Array([i])]);
		const rows = itemsOf(Y.encodeStateAsUpdate(a)).filter(({ clock }) => clock >= 10);
		Y.applyUpdate(b, writeLogUpdate(rows));
		expect(textOf(b)).toBe(textOf(a));
		// a gap in the middle is written as a skip, and read as one
		const holes = itemsOf(Y.encodeStateAsUpdate(a)).filter(({ clock }) => clock < 3 || clock > 15);
		expect(itemsOf(writeLogUpdate(holes))).toEqual(holes);
		const c = logDoc();
		Y.applyUpdate(c, writeLogUpdate(holes));
		expect(logOf(c).length).toBe(3);
		Y.applyUpdate(c, Y.encodeStateAsUpdate(a));
		expect(textOf(c)).toBe(textOf(a));
	});

	test('names what each item stands on', () => {
		const [a, b] = [logDoc(1), logDoc(2)];
		logOf(a).push([new Uint8Array([1])]);
		sync(b, a);
		logOf(b).push([new Uint8Array([2])]);
		logOf(b).insert(1, [new Uint8Array([3])]);
		const byId = new Map(
			itemsOf(Y.encodeStateAsUpdate(b)).map((item) => [`${item.client}.${item.clock}`, item])
		);
		expect(byId.get('1.0')).toMatchObject({ left: null, right: null, envelope: new Uint8Array([1]) });
		expect(byId.get('2.0')).toMatchObject({ left: { client: 1, clock: 0 }, right: null });
		expect(byId.get('2.1')).toMatchObject({ left: { client: 1, clock: 0 }, right: { client: 2, clock: 0 } });
	});

	test('of nothing is empty', () => {
		expect(itemsOf(Y.encodeStateAsUpdate(logDoc()))).toEqual([]);
		expect(writeLogUpdate([])).toEqual(new Uint8Array([0, 0]));
	});

	test('refuses to delete', () => {
		const doc = logDoc();
		logOf(doc).push([randomBytes(5), randomBytes(5)]);
		const updates: Uint8Array[] = [];
		doc.on('update', (update: Uint8Array) => updates.push(update));
		logOf(doc).delete(0, 1);
		expect(updates.map(reasonOf)).toEqual(['deletes']);
		expect(reasonOf(Y.encodeStateAsUpdate(doc))).toBe('deletes');
	});

	test('refuses anything but bytes in its one array', () => {
		const made = (write: (doc: Y.Doc) => void) => {
			const doc = new Y.Doc({ gc: false });
			write(doc);
			return reasonOf(Y.encodeStateAsUpdate(doc));
		};
		const none = 'not-an-envelope-log';
		expect(made((doc) => doc.getArray(LOG_FIELD).push(['text']))).toBe(none);
		expect(made((doc) => doc.getArray(LOG_FIELD).push([{ a: 1 }]))).toBe(none);
		expect(made((doc) => doc.getArray(LOG_FIELD).push([new Y.Array()]))).toBe(none);
		expect(made((doc) => doc.getArray(LOG_FIELD).push([new Y.Doc()]))).toBe(none);
		expect(made((doc) => doc.getText(LOG_FIELD).insert(0, 'text'))).toBe(none);
		expect(made((doc) => doc.getMap(LOG_FIELD).set('key', randomBytes(3)))).toBe(none);
		expect(made((doc) => doc.getArray('other').push([randomBytes(3)]))).toBe(none);
		expect(made((doc) => doc.getArray('logs').push([randomBytes(3)]))).toBe(none);
		// a key hidden on an item that copies its parent from its neighbour
		const doc = logDoc(9);
		logOf(doc).push([new Uint8Array([1])]);
		logOf(doc).push([new Uint8Array([2])]);
		const update = Y.encodeStateAsUpdate(doc);
		const at = update.lastIndexOf(0x83);
		expect(update.indexOf(0x83), 'the second item’s, and nothing else’s').toBe(at);
		update[at] = 0x83 | 0x20;
		expect(reasonOf(update)).toBe(none);
	});

	test('refuses garbage-collected structs, hidden second runs and trailing bytes', () => {
		const item = [0x01, 1, 3, 0x6c, 0x6f, 0x67, 1, 0xaa];
		const update = (...bytes: number[]) => reasonOf(new Uint8Array(bytes));
		item[0] = 0x03;
		expect(update(1, 1, 7, 0, ...item, 0)).toBe('ok');
		expect(update(1, 1, 7, 0, 0, 5, 0)).toBe('not-an-envelope-log');
		expect(update(2, 1, 7, 0, ...item, 1, 7, 1, ...item, 0)).toBe('malformed');
		expect(update(1, 1, 7, 0, ...item, 0, 0)).toBe('malformed');
		expect(update(1, 1, 7, 0, ...item)).toBe('malformed');
		expect(update(1, 2, 7, 0, ...item, 0)).not.toBe('ok');
		expect(update(1, 1, 7, 0, 10, 0, 0)).toBe('malformed');
	});

	test('believes no count that it cannot pay for', () => {
		const claim = (...counts: number[]) => {
			const encoder = encoding.createEncoder();
			for (const count of counts) encoding.writeVarUint(encoder, count);
			return encoding.toUint8Array(encoder);
		};
		const huge = Number.MAX_SAFE_INTEGER;
		expect(reasonOf(claim(huge))).toBe('malformed');
		expect(reasonOf(claim(1, huge, 7, 0))).toBe('malformed');
		expect(reasonOf(claim(1, 1, huge, 0))).toBe('malformed');
		expect(reasonOf(claim(1, 1, 7, huge, 10, huge))).toBe('malformed');
		// an envelope that claims to be 2^53 bytes long
		expect(reasonOf(new Uint8Array([1, 1, 7, 0, 3, 1, 3, 0x6c, 0x6f, 0x67, ...claim(huge)]))).toBe(
			'malformed'
		);
		// a clock far beyond any log
		expect(reasonOf(new Uint8Array([1, 1, 7, ...claim(2 ** 50), 3, 1, 3, 0x6c, 0x6f, 0x67, 1, 1, 0]))).toBe(
			'malformed'
		);
	});

	test('never throws on 10,000 wounded updates, and what it accepts, Yjs applies', () => {
		const { docs } = randomLogs(7);
		const whole = logDoc();
		for (const doc of docs) sync(whole, doc);
		const update = Y.encodeStateAsUpdate(whole);
		const random = seededRandom(20261122);
		let accepted = 0;
		for (let i = 0; i < 10_000; i++) {
			const mutated = mutate(update, random);
			const read = readLogUpdate(mutated);
			splitLogUpdate(mutated, 500);
			if (!read.ok) continue;
			accepted++;
			const { structs, ds } = Y.decodeUpdate(mutated);
			const items = structs.filter((struct) => !(struct instanceof Y.Skip));
			expect(items.map(({ id }) => [id.client, id.clock])).toEqual(
				read.value.map(({ client, clock }) => [client, clock])
			);
			expect(ds.clients.size).toBe(0);
		}
		expect(accepted).toBeGreaterThan(100);
	});
});

describe('[L1] Splitting', () => {
	test('keeps every item, in pieces that apply one after the other with nothing pending', () => {
		for (let seed = 100; seed < 140; seed++) {
			const { docs } = randomLogs(seed);
			const [whole, pieceByPiece] = [logDoc(), logDoc()];
			for (const doc of docs) sync(whole, doc);
			const update = Y.encodeStateAsUpdate(whole);
			const pieces = splitLogUpdate(update, 600);
			for (const piece of pieces) {
				expect(piece.length, `seed ${seed}`).toBeLessThanOrEqual(600);
				Y.applyUpdate(pieceByPiece, piece);
				expect(pieceByPiece.store.pendingStructs, `seed ${seed}`).toBeNull();
			}
			expect(textOf(pieceByPiece), `seed ${seed}`).toBe(textOf(whole));
		}
	});

	test('leaves alone what is small, what is no log, and one item that is larger', () => {
		const doc = logDoc();
		logOf(doc).push([randomBytes(2000), randomBytes(10)]);
		const update = Y.encodeStateAsUpdate(doc);
		expect(splitLogUpdate(update, 10_000)).toEqual([update]);
		expect(splitLogUpdate(new Uint8Array(900), 500)).toEqual([new Uint8Array(900)]);
		expect(splitLogUpdate(update, 500).map((piece) => piece.length > 500)).toEqual([true, false]);
	});

	test('ends even on items that stand on each other in a circle', () => {
		const ids = (client: number, clock: number) => [client, clock];
		// 7:0 stands on 8:0, and 8:0 on 7:0
		const bytes = (on: number) => [0x83, ...ids(on, 0), 4, 1, 2, 3, 4];
		const update = new Uint8Array([2, 1, 7, 0, ...bytes(8), 1, 8, 0, ...bytes(7), 0]);
		expect(splitLogUpdate(update, 4).length).toBe(2);
	});
});
