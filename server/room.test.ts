import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { sign } from '#lib/crypto/sign.ts';
import { readLogUpdate } from '#lib/envelope/log.ts';
import { AWARENESS, CLOSE, proofOf, readMessage, WIRE_VERSION, writeMessage } from '#lib/sync/wire.ts';
import { admit, createSomebody, foundTeam } from '../tests/support/team.ts';
import { readRoomFrame, writeUpdate } from './frames.ts';
import { LIMITS } from './limits.ts';
import { append, RawClient, settle, Writer, type House } from './raw-client.fixture.ts';
import { startRelay, type Relay } from './relay.ts';

let relay: Relay;
let house: House;
beforeEach(async () => {
	relay = await startRelay({ port: 0, host: '127.0.0.1', data: null });
	house = await settle(relay, ['amina', 'ben', 'carol']);
});
afterEach(() => relay.close());

const acknowledged = async (client: RawClient, clock: number, from = 0) =>
	client.until(
		() =>
			client
				.messages('acknowledged', from)
				.some(({ stateVector }) => [...Y.decodeStateVector(stateVector).values()].includes(clock)),
		`acknowledgement of ${clock}`
	);
const awarenessFrame = (text: string) => {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, AWARENESS);
	encoding.writeVarUint8Array(encoder, new TextEncoder().encode(text));
	return encoding.toUint8Array(encoder);
};

describe('an envelope', () => {
	test('[R3] is forwarded, stored, acknowledged to its writer only, and given to who comes later', async () => {
		const [amina, ben] = [await house.client('amina'), await house.client('ben')];
		await Promise.all([amina.download(), ben.download()]);
		const writer = await house.writer('amina');
		amina.send(await writer.frame());
		amina.send(await writer.frame());
		await acknowledged(amina, 2);
		await ben.until(() => ben.received().items.size === 2);
		expect(ben.messages('acknowledged')).toEqual([]);
		expect(amina.received().items.size).toBe(0);

		const carol = await house.client('carol');
		const all = await carol.download();
		expect([...all.keys()]).toEqual([`${writer.log.clientID}:0`, `${writer.log.clientID}:1`]);
		expect([...all.values()]).toEqual(writer.log.getArray('log').toArray());
		const some = await carol.download(new Map([[writer.log.clientID, 1]]));
		expect([...some.keys()]).toEqual([`${writer.log.clientID}:1`]);
		expect(Y.decodeStateVector((await carol.message('stored')).stateVector).get(writer.log.clientID)).toBe(2);
	});

	test('sent twice is acknowledged twice, stored once and forwarded once', async () => {
		const [amina, ben] = [await house.client('amina'), await house.client('ben')];
		await ben.download();
		const writer = await house.writer('amina');
		const frame = await writer.frame();
		amina.send(frame);
		await acknowledged(amina, 1);
		const from = amina.frames.length;
		amina.send(frame);
		await acknowledged(amina, 1, from);
		expect(ben.frames.filter((one) => readRoomFrame(one)?.type === 'update')).toHaveLength(1);
		expect(amina.messages('refused')).toEqual([]);
	});

	test('another one in its place is refused as conflicting, and the first one stays', async () => {
		const [amina, ben] = [await house.client('amina'), await house.client('ben')];
		const writer = await house.writer('amina');
		const twin = await house.writer('ben');
		twin.log.clientID = writer.log.clientID;
		amina.send(await writer.frame());
		await acknowledged(amina, 1);
		ben.send(await twin.frame());
		expect(await ben.message('refused')).toMatchObject({ reason: 'conflicting', clock: 0 });
		expect([...(await ben.download()).values()]).toEqual(writer.log.getArray('log').toArray());
		expect(ben.closeCode).toBeNull();
	});

	test('[R3] behind a lost one is not stored: the relay asks, and gets both', async () => {
		const amina = await house.client('amina');
		const writer = await house.writer('amina');
		await writer.frame(); // lost
		await amina.until(() => amina.frames.some((frame) => readRoomFrame(frame)?.type === 'step1'));
		const from = amina.frames.length;
		amina.send(await writer.frame());
		const asked = await amina.until(() => {
			const read = amina.frames.slice(from).map(readRoomFrame);
			return read.find((frame) => frame?.type === 'step1');
		});
		expect(asked).toMatchObject({ have: new Map() });
		expect((await amina.download()).size).toBe(0);
		amina.send(writeUpdate(Y.encodeStateAsUpdate(writer.log)));
		await acknowledged(amina, 2);
		expect((await amina.download()).size).toBe(2);
	});

	test('that stands on an unknown one is a gap as well', async () => {
		const amina = await house.client('amina');
		const [first, second] = [await house.writer('amina'), await house.writer('ben')];
		Y.applyUpdate(second.log, first.push(await first.envelope()));
		amina.send(await second.frame());
		expect((await amina.download()).size).toBe(0);
		amina.send(writeUpdate(Y.encodeStateAsUpdate(second.log)));
		await acknowledged(amina, 1);
		expect((await amina.download()).size).toBe(2);
	});

	test('in one update with what it stands on needs no particular order', async () => {
		const amina = await house.client('amina');
		const writers = await Promise.all(['amina', 'ben', 'amina', 'ben'].map((name) => house.writer(name)));
		const all = new Y.Doc({ gc: false });
		for (let i = 0; i < 40; i += 1) {
			const writer = writers[(i * 7) % 4];
			if (writer === undefined) continue;
			Y.applyUpdate(writer.log, Y.encodeStateAsUpdate(all));
			Y.applyUpdate(all, writer.push(await writer.envelope()));
		}
		amina.send(writeUpdate(Y.encodeStateAsUpdate(all)));
		await amina.until(() => amina.messages('acknowledged').length > 0);
		const ben = await house.client('ben');
		await ben.download();
		// in an order in which a Y.Doc can take each frame at once
		const copy = new Y.Doc({ gc: false });
		for (const frame of ben.frames) {
			const read = readRoomFrame(frame);
			if (read?.type === 'step2' || read?.type === 'update') Y.applyUpdate(copy, read.update);
			expect(copy.store.pendingStructs).toBeNull();
		}
		expect(copy.getArray('log').toArray()).toEqual(all.getArray('log').toArray());
	});
});

describe('rights', () => {
	test('[E2] a commenter and a reader are refused in the body, and stay connected', async () => {
		const [founder, dora, eli] = [
			house.named('amina'),
			await createSomebody('dora'),
			await createSomebody('eli')
		];
		const desk = await RawClient.open(relay, 'circles', founder.device);
		await admit(house.case, founder, dora, 'commenter', 1);
		await admit(house.case, founder, eli, 'reader', 1);
		for (const entry of house.case.entries.slice(-2)) {
			expect(await append(desk, house.case.circle, entry)).toBe('appended');
		}
		for (const { device } of [dora, eli]) {
			const client = await RawClient.open(relay, house.text, device);
			const writer = await Writer.open(house.room, device, () => house.case.state);
			client.send(await writer.frame());
			expect(await client.message('refused')).toMatchObject({ reason: 'may-not-write' });
			expect((await client.download()).size).toBe(0);
			expect(client.closeCode).toBeNull();
		}
	});

	test('an envelope under a head that the relay does not know is refused, not stored', async () => {
		const amina = await house.client('amina');
		const writer = await house.writer('amina');
		amina.send(await writer.frame({ circleHead: { seq: 99, hash: new Uint8Array(32) } }));
		expect(await amina.message('refused')).toMatchObject({ reason: 'unknown-head', clock: 0 });
	});

	test('[R1] a stranger, a stranger in another name and an old proof stay outside', async () => {
		const stranger = await createSomebody('mallory');
		const client = new RawClient(relay, house.text);
		await client.prove(relay, house.text, stranger.device);
		expect(await client.closed()).toBe(CLOSE.notAllowed);
		expect(client.messages('welcome')).toEqual([]);

		const pretender = new RawClient(relay, house.text);
		const { nonce } = await pretender.message('challenge');
		const { signing } = house.named('amina').device;
		const proof = proofOf('device', relay.url.replace('localhost', '127.0.0.1'), house.text, nonce);
		const signature = await sign(stranger.device.signing, proof);
		pretender.send(writeMessage('prove', { version: WIRE_VERSION, signKey: signing.publicKey, signature }));
		expect(await pretender.closed()).toBe(CLOSE.notProven);

		// a proof for another room, and for another origin, made by the right key over the right nonce
		for (const [origin, room] of [
			[`http://127.0.0.1:${relay.port}`, 'circles'],
			['http://evil.example', house.text]
		] as const) {
			const replayed = new RawClient(relay, house.text);
			const challenge = await replayed.message('challenge');
			const wrong = await sign(signing, proofOf('device', origin, room, challenge.nonce));
			replayed.send(writeMessage('prove', { version: 1, signKey: signing.publicKey, signature: wrong }));
			expect(await replayed.closed()).toBe(CLOSE.notProven);
		}
	});

	test('[R1] nothing is answered before the proof, and an unknown circle says later', async () => {
		const client = new RawClient(relay, house.text);
		await client.message('challenge');
		client.send((await house.writer('amina')).push(new Uint8Array(600)));
		expect(await client.closed()).toBe(CLOSE.malformed);
		const unknown = (await foundTeam(['mallory'])).case.circle;
		const text = house.text.replace(house.room.circle, unknown);
		const early = new RawClient(relay, text);
		await early.prove(relay, text, house.named('amina').device);
		expect(await early.closed()).toBe(CLOSE.unknownRoom);
	});

	test('a page of another origin may not even connect', async () => {
		const client = new RawClient(relay, house.text, { origin: 'http://evil.example' });
		expect(await client.closed()).toBe(1006);
	});
});

describe('presence', () => {
	test('[P2] is forwarded unread, to its sender too, and shown to newcomers', async () => {
		const [amina, ben] = [await house.client('amina'), await house.client('ben')];
		const frame = awarenessFrame('sealed');
		amina.send(frame);
		const isIt = (client: RawClient) =>
			client.frames.some((one) => Buffer.from(one).equals(Buffer.from(frame)));
		await amina.until(() => isIt(amina));
		await ben.until(() => isIt(ben));
		const carol = await house.client('carol');
		await carol.until(() => isIt(carol));
	});

	test('too much of it is refused', async () => {
		const amina = await house.client('amina');
		amina.send(awarenessFrame('x'.repeat(LIMITS.awareness)));
		expect(await amina.message('refused')).toMatchObject({ reason: 'too-large' });
		expect(amina.closeCode).toBeNull();
	});
});

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('[R5] a long log is sent in frames below 1 MB, and completeness is said last', async () => {
	const amina = await house.client('amina');
	const writer = await house.writer('amina');
	for (let i = 0; i < 12; i += 1) amina.send(await writer.frame({}, 250_000));
	await acknowledged(amina, 12);
	const ben = await house.client('ben');
	const all = await ben.download();
	expect([...all.values()].map(hexOf)).toEqual(writer.log.getArray<Uint8Array>('log').toArray().map(hexOf));
	const parts = ben.frames.filter((frame) => ['step2', 'update'].includes(readRoomFrame(frame)?.type ?? ''));
	expect(parts.length).toBeGreaterThan(5);
	expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(1_000_000);
	expect(readRoomFrame(parts.at(-1) ?? new Uint8Array())?.type).toBe('step2');
	expect(parts.slice(0, -1).every((frame) => readRoomFrame(frame)?.type === 'update')).toBe(true);
});

test('closing says later to everybody, and is done once if asked twice', async () => {
	const amina = await house.client('amina');
	await Promise.all([relay.close(), relay.close()]);
	expect(await amina.closed()).toBe(CLOSE.goingAway);
});

test('stock y-websocket carries real envelopes through the relay', async () => {
	const socketOf = (name: string) => {
		const { device } = house.named(name);
		return class {
			static readonly OPEN = 1;
			readonly OPEN = 1;
			readonly #socket: WebSocket;
			#isProven = false;
			onopen: ((event: unknown) => void) | null = null;
			onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
			onclose: ((event: unknown) => void) | null = null;
			onerror: ((event: unknown) => void) | null = null;
			constructor(url: string) {
				this.#socket = new WebSocket(url);
				this.#socket.on('close', (code) => this.onclose?.({ code, reason: '' }));
				this.#socket.on('error', (error) => this.onerror?.(error));
				this.#socket.on('message', (data: Buffer) => void this.#hear(new Uint8Array(data)));
			}
			async #hear(frame: Uint8Array<ArrayBuffer>) {
				const message = readMessage(frame);
				if (message?.type === 'challenge') {
					const proof = proofOf('device', `http://127.0.0.1:${relay.port}`, house.text, message.nonce);
					const signature = await sign(device.signing, proof);
					this.#socket.send(
						writeMessage('prove', { version: 1, signKey: device.signing.publicKey, signature })
					);
				} else if (message?.type === 'welcome') {
					this.#isProven = true;
					this.onopen?.({});
				} else if (decoding.readVarUint(decoding.createDecoder(frame)) < 100) {
					this.onmessage?.({ data: frame.slice().buffer });
				}
			}
			get readyState() {
				return this.#isProven ? this.#socket.readyState : 0;
			}
			send(data: Uint8Array) {
				this.#socket.send(data);
			}
			close() {
				this.#socket.close();
			}
		} as unknown as typeof globalThis.WebSocket;
	};
	const open = (name: string, log: Y.Doc) =>
		new WebsocketProvider(`ws://127.0.0.1:${relay.port}/ws`, house.text, log, {
			WebSocketPolyfill: socketOf(name),
			disableBc: true
		});
	const synced = (provider: WebsocketProvider) =>
		new Promise<void>((resolve) => (provider.synced ? resolve() : provider.once('sync', () => resolve())));
	const filled = (log: Y.Doc, length: number) =>
		new Promise<void>((resolve) => {
			const look = () => {
				if (log.getArray('log').length < length) return;
				log.off('update', look);
				resolve();
			};
			log.on('update', look);
			look();
		});

	const [amina, ben] = [await house.writer('amina'), await house.writer('ben')];
	const providers = [open('amina', amina.log), open('ben', ben.log)];
	await Promise.all(providers.map(synced));
	for (let i = 0; i < 100; i += 1) {
		const writer = i % 3 === 0 ? ben : amina;
		writer.push(await writer.envelope());
		if (i === 50) providers[0]?.disconnect();
		if (i === 80) providers[0]?.connect();
	}
	await Promise.all([filled(amina.log, 100), filled(ben.log, 100)]);
	const carol = new Y.Doc({ gc: false });
	const late = open('carol', carol);
	await synced(late);
	await filled(carol, 100);
	expect(amina.log.getArray('log').toArray()).toEqual(ben.log.getArray('log').toArray());
	expect(carol.getArray('log').toArray()).toEqual(ben.log.getArray('log').toArray());
	expect(readLogUpdate(Y.encodeStateAsUpdate(carol)).ok).toBe(true);
	for (const provider of [...providers, late]) provider.destroy();
});
