import { beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { createDeviceSecrets, type DeviceSecrets } from '#lib/circle/device.ts';
import { verify } from '#lib/crypto/sign.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { readLogUpdate } from '#lib/envelope/log.ts';
import { relaySocketClass, writeUpdateFrame } from './relay-socket.ts';
import { HeldSocket, heldSocketClass } from './socket.fixture.ts';
import { MAX_FRAME, proofOf, SYNC, SYNC_UPDATE, writeMessage } from './wire.ts';

interface Opened {
	OPEN: number;
	readyState: number;
	onopen: () => void;
	onmessage: (event: { data: ArrayBuffer }) => void;
	onclose: (event: { code: number }) => void;
	send(data: Uint8Array): void;
}

let device: DeviceSecrets;
const heard: string[] = [];

async function open(jitter = 0, random = () => 0.5) {
	device = await createDeviceSecrets();
	const Socket = relaySocketClass({
		device,
		origin: 'https://relay.test',
		room: 'the-room',
		WebSocket: heldSocketClass,
		jitter,
		random,
		ownItem: () => 'not-ours',
		onAcknowledged: () => heard.push('acknowledged'),
		onStored: () => heard.push('stored'),
		onRefused: ({ reason }) => heard.push(`refused ${reason}`),
		onPlaceTaken: () => heard.push('taken'),
		onDishonest: (reason) => heard.push(`dishonest ${reason}`)
	}) as unknown as new (url: string) => Opened;
	const create = () => {
		const socket = new Socket('wss://relay.test/ws/the-room');
		socket.onopen = () => heard.push('open');
		socket.onmessage = ({ data }) => heard.push(`frame ${new Uint8Array(data)[0]}`);
		socket.onclose = ({ code }) => heard.push(`closed ${code}`);
		return socket;
	};
	const socket = create();
	const [held] = HeldSocket.opened;
	if (held === undefined) throw new Error('did not connect');
	return { socket, held, create };
}

beforeEach(() => {
	heard.length = 0;
	HeldSocket.opened.length = 0;
	vi.useRealTimers();
});

test('[R1] y-websocket sees an open socket only after the device has proven itself and was welcomed', async () => {
	const { socket, held } = await open();
	expect(socket.OPEN).toBe(1);
	held.give(new Uint8Array([SYNC, 0, 1, 0]));
	const nonce = await held.challenge();
	expect(heard).toEqual([]);
	expect(socket.readyState).toBe(0);
	socket.send(new Uint8Array([1]));
	const proof = held.said;
	if (proof?.type !== 'prove') throw new Error('no proof');
	expect(proof.signKey).toEqual(device.signing.publicKey);
	const signs = (origin: string, room: string) =>
		verify(proof.signKey, proof.signature, proofOf('device', origin, room, nonce));
	expect(await signs('https://relay.test', 'the-room')).toBe(true);
	expect(await signs('https://evil.test', 'the-room')).toBe(false);
	expect(await signs('https://relay.test', 'another-room')).toBe(false);
	expect(held.sent).toHaveLength(1);
	held.say('welcome', { now: 0 });
	expect(heard).toEqual(['open']);
	expect(held.url).not.toContain('?');
});

test('our own messages never reach y-websocket, and a newer relay may say what we do not know', async () => {
	const { held } = await open();
	await held.welcome();
	const stateVector = new Uint8Array([0]);
	held.say('acknowledged', { stateVector });
	held.say('stored', { stateVector });
	held.say('refused', { reason: 'may-not-write', client: 1, clock: 2 });
	held.give(new Uint8Array([127, 0xa0]));
	held.give(writeUpdateFrame(new Uint8Array([0, 0])));
	expect(heard).toEqual(['open', 'acknowledged', 'stored', 'refused may-not-write', 'frame 0']);
});

test('[L1] what is no log of envelopes does not reach y-websocket', async () => {
	const { held } = await open();
	await held.welcome();
	const readable = new Y.Doc();
	readable.getText('t').insert(0, 'x');
	held.give(writeUpdateFrame(Y.encodeStateAsUpdate(readable)));
	held.give(writeUpdateFrame(new Uint8Array([200])));
	held.give(new Uint8Array([SYNC]));
	held.give(new Uint8Array([]));
	expect(heard).toEqual([
		'open',
		'dishonest not-an-envelope-log',
		'dishonest malformed',
		'dishonest malformed',
		'dishonest malformed'
	]);
});

test('an update larger than a frame leaves in pieces that together are the same', async () => {
	const { socket, held } = await open();
	await held.welcome();
	const log = new Y.Doc({ gc: false });
	for (let i = 0; i < 6; i++) log.getArray<Bytes>('log').push([new Uint8Array(500_000).fill(i)]);
	socket.send(writeUpdateFrame(Y.encodeStateAsUpdate(log)));
	expect(held.sent.length).toBeGreaterThan(2);
	const again = new Y.Doc({ gc: false });
	for (const frame of held.sent) {
		expect(frame.length).toBeLessThan(MAX_FRAME);
		expect([frame[0], frame[1]]).toEqual([SYNC, SYNC_UPDATE]);
		const at = frame.findIndex((_, index) => index > 2 && readLogUpdate(frame.subarray(index)).ok);
		Y.applyUpdate(again, frame.subarray(at));
	}
	expect(again.getArray('log').length).toBe(6);
});

test.each([4403, 4503, 1006])('close code %i passes through, once', async (code) => {
	const { socket, held } = await open();
	await held.welcome();
	held.end(code);
	held.onclose?.({ code, reason: '' });
	expect(heard).toEqual(['open', `closed ${code}`]);
	expect(socket.readyState).toBe(3);
	held.give(writeMessage('stored', { stateVector: new Uint8Array([0]) }));
	expect(heard).toHaveLength(2);
});

test('a relay of another version is left for good; one that never says welcome is left for now', async () => {
	const { held } = await open();
	await held.challenge(2);
	expect(heard).toEqual(['closed 4400']);
	heard.length = 0;
	HeldSocket.opened.length = 0;
	vi.useFakeTimers();
	await open();
	vi.advanceTimersByTime(10_000);
	expect(heard).toEqual(['closed 4529']);
});

test('the first connection is made at once, each later one after a random wait', async () => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	const { held, create } = await open(2_000, () => 0.5);
	held.end(1006);
	create();
	expect(HeldSocket.opened).toHaveLength(1);
	vi.advanceTimersByTime(999);
	expect(HeldSocket.opened).toHaveLength(1);
	vi.advanceTimersByTime(1);
	expect(HeldSocket.opened).toHaveLength(2);
});
