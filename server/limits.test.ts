/** What bounds the relay [R5]: disk, readers, writers, waiting rooms. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { CLOSE } from '#lib/sync/wire.ts';
import { readRoomFrame, writeUpdate } from './frames.ts';
import { LIMITS, TokenBucket } from './limits.ts';
import { RawClient, settle, type House } from './raw-client.fixture.ts';
import { startRelay, type Relay } from './relay.ts';
import { openSqliteStore } from './sqlite-store.ts';

type Sqlite = Extract<ReturnType<typeof openSqliteStore>, { ok: true }>['value'];
let store: Sqlite;
let relay: Relay;
let house: House;
beforeEach(async () => {
	const opened = openSqliteStore(null);
	if (!opened.ok) throw new Error(opened.reason);
	store = opened.value;
	relay = await startRelay({ port: 0, host: '127.0.0.1', data: null, store });
	house = await settle(relay, ['amina', 'ben', 'carol']);
});
afterEach(() => relay.close());

const acknowledged = (client: RawClient, clock: number) =>
	client.until(() =>
		client
			.messages('acknowledged')
			.some(({ stateVector }) => [...Y.decodeStateVector(stateVector).values()].includes(clock))
	);

test('a full disk refuses writes with its reason, answers readers, and asks for what it owes when there is room', async () => {
	const [amina, writer] = [await house.client('amina'), await house.writer('amina')];
	amina.send(await writer.frame());
	await acknowledged(amina, 1);
	store.limitPages(0);
	const from = amina.frames.length;
	amina.send(await writer.frame({}, 60_000));
	expect(await amina.message('refused', from)).toMatchObject({ reason: 'storage-full', clock: 1 });
	expect((await fetch(`http://127.0.0.1:${relay.port}/healthz`)).status).toBe(503);
	const ben = await house.client('ben');
	expect((await ben.download()).size).toBe(1);
	expect(amina.messages('acknowledged', from)).toEqual([]);

	const before = amina.frames.length;
	store.limitPages(null);
	const asked = await amina.until(() =>
		amina.frames
			.slice(before)
			.map(readRoomFrame)
			.find((frame) => frame?.type === 'step1')
	);
	expect(asked).toMatchObject({ have: new Map([[writer.log.clientID, 1]]) });
	amina.send(writeUpdate(Y.encodeStateAsUpdate(writer.log)));
	await acknowledged(amina, 2);
	await ben.until(() => ben.received().items.size === 2);
	expect((await fetch(`http://127.0.0.1:${relay.port}/healthz`)).status).toBe(200);
});

test('who does not read is cut, the others get everything, and the one who was cut gets it later', async () => {
	const [amina, ben, carol] = await Promise.all(['amina', 'ben', 'carol'].map((name) => house.client(name)));
	if (amina === undefined || ben === undefined || carol === undefined) throw new Error('three people');
	await Promise.all([ben.download(), carol.download()]);
	ben.socket.pause();
	const writer = await house.writer('amina');
	for (let i = 0; i < 60; i += 1) amina.send(await writer.frame({}, 400_000));
	await acknowledged(amina, 60);
	await carol.until(() => carol.received().items.size === 60);
	ben.socket.resume();
	await ben.closed();
	const back = await house.client('ben');
	expect((await back.download()).size).toBe(60);
});

test('who sends too fast is read more slowly, and loses nothing', async () => {
	const [amina, writer] = [await house.client('amina'), await house.writer('amina')];
	const count = LIMITS.burst + 100;
	for (let i = 0; i < count; i += 1) amina.send(await writer.frame());
	await acknowledged(amina, count);
	expect(amina.closeCode).toBeNull();
	const bucket = new TokenBucket(2, 10, 0);
	expect([bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(100), bucket.take(1000)]).toEqual([
		0, 0, 100, 100, 0
	]);
});

test('who does not prove itself within five seconds is sent away', async () => {
	const silent = new RawClient(relay, house.text);
	await silent.message('challenge');
	// "later", not "never": a slow network looks just like this
	expect(await silent.closed()).toBe(CLOSE.busy);
});
