import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDeviceSecrets } from '#lib/circle/device.ts';
import type { CircleId } from '#lib/circle/ids.ts';
import { toBase64Url } from '#lib/crypto/bytes.ts';
import { generateSigningSecret, verify } from '#lib/crypto/sign.ts';
import { connectCircles, type CirclesConnection } from './circles-connection.ts';
import { HeldSocket, heldSocketClass } from './socket.fixture.ts';
import { proofOf } from './wire.ts';

const circle = toBase64Url(new Uint8Array(32).fill(7)) as CircleId;
const entry = new Uint8Array([1, 2, 3]);
const open: CirclesConnection[] = [];

async function connect(): Promise<{ connection: CirclesConnection; socket: () => HeldSocket }> {
	const device = await createDeviceSecrets();
	const connection = connectCircles({
		url: 'wss://relay.test',
		origin: 'https://relay.test',
		device,
		WebSocket: heldSocketClass,
		random: () => 0,
		firstWait: 0,
		longestWait: 0
	});
	open.push(connection);
	await expect.poll(() => HeldSocket.opened).toHaveLength(1);
	const socket = () => {
		const newest = HeldSocket.opened.at(-1);
		if (newest === undefined) throw new Error('no socket');
		return newest;
	};
	return { connection, socket };
}

/** Answers the next request of a connection. */
async function asked(socket: HeldSocket, type: string): Promise<number> {
	await expect.poll(() => socket.said?.type).toBe(type);
	const { said } = socket;
	return said !== null && 'id' in said ? said.id : -1;
}

beforeEach(() => void (HeldSocket.opened.length = 0));
afterEach(() => {
	vi.useRealTimers();
	for (const connection of open.splice(0)) connection.close();
});

test('asks, appends and hears what others append', async () => {
	const { connection, socket } = await connect();
	const heard: unknown[] = [];
	connection.onEntries((grown, entries) => heard.push([grown, entries]));
	expect(connection.relayFounded()).toBe(null);
	await socket().welcome();
	expect(connection.relayFounded()).toBe(true);
	expect(connection.status).toBe('connected');

	const listed = connection.list();
	socket().say('circleList', { id: await asked(socket(), 'listCircles'), circles: [circle, 'no id'] });
	expect(await listed).toEqual([circle]);

	const fetched = connection.fetch(circle, 2);
	expect(await asked(socket(), 'fetchCircle')).toBeGreaterThan(0);
	expect(socket().said).toMatchObject({ circle, after: 2 });
	socket().say('circleEntries', { id: await asked(socket(), 'fetchCircle'), circle, entries: [entry] });
	expect(await fetched).toEqual({ ok: true, value: [entry] });

	const appended = connection.append(circle, entry, { foundingCode: 'code' });
	const id = await asked(socket(), 'append');
	expect(socket().said).toMatchObject({ foundingCode: 'code', entry });
	socket().say('appended', { id });
	expect(await appended).toEqual({ ok: true });

	socket().say('entries', { circle, entries: [entry] });
	expect(heard).toEqual([[circle, [entry]]]);
});

test('[C2] somebody faster is a conflict with the entries that are missing; a refusal has its reason', async () => {
	const { connection, socket } = await connect();
	await socket().welcome();
	const first = connection.append(circle, entry);
	socket().say('conflict', { id: await asked(socket(), 'append'), entries: [entry, entry] });
	expect(await first).toEqual({ ok: false, reason: 'conflict', entries: [entry, entry] });
	socket().sent.length = 0;
	const second = connection.append(circle, entry);
	socket().say('failed', { id: await asked(socket(), 'append'), reason: 'may-not' });
	expect(await second).toEqual({ ok: false, reason: 'may-not' });
});

test('an invitation is asked for with a proof of its key over this very socket', async () => {
	const { connection, socket } = await connect();
	const nonce = await socket().challenge();
	socket().say('welcome', { now: 0 });
	socket().sent.length = 0;
	const link = await generateSigningSecret();
	const found = connection.findInvitation(link);
	const id = await asked(socket(), 'findInvitation');
	const { said } = socket();
	if (said?.type !== 'findInvitation') throw new Error('not asked');
	const proof = proofOf('invitation', 'https://relay.test', 'circles', nonce);
	expect(await verify(said.key, said.signature, proof)).toBe(true);
	socket().say('invitation', { id, circles: [{ circle, entries: [entry] }] });
	expect(await found).toEqual({ ok: true, value: [{ circle, entries: [entry] }] });
});

test('every promise settles when the socket closes, and the next socket serves the next question', async () => {
	const { connection, socket } = await connect();
	const statuses: string[] = [];
	connection.onStatus((status) => statuses.push(status));
	await socket().welcome();
	const waiting = [connection.append(circle, entry), connection.fetch(circle, 0)];
	const listed = connection.list();
	await asked(socket(), 'listCircles');
	socket().end(1006);
	for (const answer of await Promise.all(waiting)) expect(answer).toEqual({ ok: false, reason: 'offline' });
	expect(await listed).toEqual([]);
	expect(await connection.fetch(circle, 0)).toEqual({ ok: false, reason: 'offline' });
	await expect.poll(() => HeldSocket.opened).toHaveLength(2);
	await socket().welcome();
	expect(statuses).toEqual(['connected', 'offline', 'connecting', 'connected']);
});

test('a relay that is down at first start is waited for, and what was asked is answered with "offline"', async () => {
	const { connection, socket } = await connect();
	const answer = connection.fetch(circle, 0);
	socket().end(1006);
	expect(await answer).toEqual({ ok: false, reason: 'offline' });
	expect(connection.relayFounded()).toBe(null);
	await expect.poll(() => HeldSocket.opened).toHaveLength(2);
});

test('44xx is for good, and closing is for good and settles what waits', async () => {
	const { connection, socket } = await connect();
	socket().accept();
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	socket().end(4403);
	expect(connection.status).toBe('refused');
	await vi.runAllTimersAsync();
	expect(HeldSocket.opened).toHaveLength(1);
	vi.useRealTimers();

	HeldSocket.opened.length = 0;
	const other = await connect();
	await other.socket().welcome();
	const listed = other.connection.list();
	await asked(other.socket(), 'listCircles');
	other.connection.close();
	other.connection.close();
	expect(await listed).toEqual([]);
	expect(await other.connection.append(circle, entry)).toEqual({ ok: false, reason: 'offline' });
});

test('garbage from the relay is not heard', async () => {
	const { connection, socket } = await connect();
	await socket().welcome();
	socket().give(new Uint8Array([]));
	socket().give(new Uint8Array([130, 1, 2, 3]));
	socket().onmessage?.({ data: 'text' });
	expect(connection.status).toBe('connected');
});
