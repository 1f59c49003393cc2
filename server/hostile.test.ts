/** What a forger, a broken app or a careless programmer might send, over raw sockets. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { newDocumentId } from '#lib/circle/ids.ts';
import { writeLogUpdate } from '#lib/envelope/log.ts';
import { writeRoom } from '#lib/envelope/room.ts';
import {
	CLOSE,
	MAX_FRAME,
	SYNC,
	SYNC_STEP_1,
	SYNC_STEP_2,
	SYNC_UPDATE,
	writeMessage
} from '#lib/sync/wire.ts';
import { seededRandom } from '../tests/support/random.ts';
import { writeStateVector, writeStep1, writeStep2, writeUpdate } from './frames.ts';
import { RawClient, settle, type House, type Writer } from './raw-client.fixture.ts';
import { startRelay, type Relay } from './relay.ts';

let relay: Relay;
let house: House;
/** A client that does nothing wrong, connected all along. */
let witness: RawClient;
beforeAll(async () => {
	relay = await startRelay({ port: 0, host: '127.0.0.1', data: null });
	house = await settle(relay, ['amina', 'ben', 'carol']);
	witness = await house.client('carol');
	await witness.download();
});
afterAll(async () => {
	// whatever was done here: the others go on
	const [amina, writer] = [await house.client('amina'), await house.writer('amina')];
	amina.send(await writer.frame());
	await witness.until(() => witness.received().items.has(`${writer.log.clientID}:0`), 'an honest envelope');
	expect(witness.closeCode).toBeNull();
	await relay.close();
});

let client: RawClient;
let writer: Writer;
beforeEach(async () => {
	[client, writer] = [await house.client('amina'), await house.writer('amina')];
});

const notStored = async (client = writer.log.clientID) => {
	const reader = await house.client('ben');
	const items = await reader.download();
	await reader.close();
	expect([...items.keys()].filter((key) => key.startsWith(`${client}:`))).toEqual([]);
};
const refusedAs = async (reason: string) => expect(await client.message('refused')).toMatchObject({ reason });

describe('an attack ends the socket and stores nothing:', () => {
	test('[E1] any bit of an envelope flipped', async () => {
		const envelope = await writer.envelope();
		const reasons = new Set<string>();
		for (let i = 0; i < envelope.length; i += 17) {
			const attacker = await house.client('ben');
			const flipped = envelope.slice();
			flipped[i] = (flipped[i] ?? 0) ^ (1 << (i % 8));
			const log = new Y.Doc({ gc: false });
			log.getArray('log').push([flipped]);
			attacker.send(writeUpdate(Y.encodeStateAsUpdate(log)));
			const { reason } = await attacker.message('refused');
			reasons.add(reason);
			await notStored(log.clientID);
			await attacker.close();
		}
		expect([...reasons]).toContain('bad-signature');
		expect([...reasons]).toContain('wrong-room');
	});

	test('[E1] an envelope of another document, lane or generation', async () => {
		for (const change of [
			{ document: newDocumentId() },
			{ lane: 'discussion' as const, kind: 'ops' as const },
			{ generation: 1 }
		]) {
			const attacker = await house.client('amina');
			attacker.send(await (await house.writer('amina')).frame(change));
			expect(await attacker.message('refused')).toMatchObject({ reason: 'wrong-room' });
			expect(await attacker.closed()).toBe(CLOSE.attack);
		}
	});

	test('[E2] an envelope that names another author than the one whose key signed it', async () => {
		client.send(await writer.frame({ device: house.named('ben').device.device }));
		await refusedAs('bad-signature');
		expect(await client.closed()).toBe(CLOSE.attack);
		await notStored();
	});

	test('[L1] a deletion', async () => {
		client.send(await writer.frame());
		await client.message('acknowledged');
		let deletion = new Uint8Array();
		writer.log.once('update', (update: Uint8Array) => (deletion = new Uint8Array(update)));
		writer.log.getArray('log').delete(0, 1);
		client.send(writeUpdate(deletion));
		await refusedAs('deletes');
		expect(await client.closed()).toBe(CLOSE.attack);
		const reader = await house.client('ben');
		expect((await reader.download()).has(`${writer.log.clientID}:0`)).toBe(true);
	});

	test('[L1] anything but bytes in the one array', async () => {
		const shapes: ((doc: Y.Doc) => void)[] = [
			(doc) => doc.getArray('log').push(['text']),
			(doc) => doc.getArray('log').push([1, 2, 3]),
			(doc) => doc.getArray('log').push([new Y.Map()]),
			(doc) => doc.getArray('other').push([new Uint8Array(600)]),
			(doc) => doc.getMap('log').set('key', new Uint8Array(600)),
			(doc) => doc.getText('log').insert(0, 'readable')
		];
		for (const shape of shapes) {
			const attacker = await house.client('ben');
			const doc = new Y.Doc();
			shape(doc);
			attacker.send(writeUpdate(Y.encodeStateAsUpdate(doc)));
			expect(await attacker.closed()).toBe(CLOSE.attack);
			await notStored(doc.clientID);
		}
	});

	test('frames that are none: empty, text, cut short, huge lengths, another socket’s messages', async () => {
		const good = await writer.frame();
		const huge = encoding.createEncoder();
		encoding.writeVarUint(huge, SYNC);
		encoding.writeVarUint(huge, SYNC_UPDATE);
		encoding.writeVarUint(huge, 2 ** 40);
		const vector = encoding.createEncoder();
		encoding.writeVarUint(vector, SYNC);
		encoding.writeVarUint(vector, SYNC_STEP_1);
		encoding.writeVarUint8Array(vector, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f));
		const frames: (Uint8Array | string)[] = [
			new Uint8Array(),
			'text',
			good.slice(0, good.length / 2),
			good.slice(0, 3),
			Uint8Array.of(...good, 0),
			encoding.toUint8Array(huge),
			encoding.toUint8Array(vector),
			Uint8Array.of(SYNC, 7, 0),
			Uint8Array.of(99),
			writeMessage('listCircles', { id: 1 }),
			writeMessage('welcome', { now: 0 }),
			new Uint8Array(64).fill(0xff)
		];
		for (const frame of frames) {
			const attacker = await house.client('ben');
			attacker.socket.send(frame);
			expect(await attacker.closed()).toBe(CLOSE.malformed);
		}
		await notStored();
	});

	test('[R5] a frame above 2 MB, however it is cut', async () => {
		client.send(new Uint8Array(MAX_FRAME + 1));
		expect(await client.closed()).toBe(1009);
		const fragments = await house.client('ben');
		for (let i = 0; i < 20_000 && fragments.closeCode === null; i += 1) {
			fragments.socket.send(Uint8Array.of(0), { fin: false });
		}
		expect([1008, 1009]).toContain(await fragments.closed());
	});
});

describe('a mistake is refused with its reason, and the socket stays open:', () => {
	const staysOpen = async () => {
		await client.download();
		expect(client.closeCode).toBeNull();
	};

	test('an unknown version', async () => {
		const envelope = await writer.envelope();
		envelope[3] = 2;
		client.send(writeUpdate(writer.push(envelope)));
		await refusedAs('unknown-version');
		await staysOpen();
		await notStored();
	});

	test('[V1] a schema that would lock every app out, a template’s client id, a kind of the other lane', async () => {
		for (const [change, reason] of [
			[{ schema: 65_535 }, 'bad-schema'],
			[{ schema: 0 }, 'bad-schema'],
			[{ yClient: 7 }, 'foreign-client'],
			[{ kind: 'ops' }, 'wrong-kind'],
			[{ epoch: 3 }, 'wrong-epoch']
		] as const) {
			const from = client.frames.length;
			const other = await house.writer('amina');
			client.send(await other.frame(change));
			expect(await client.message('refused', from)).toMatchObject({ reason, client: other.log.clientID });
		}
		await staysOpen();
	});

	test('[L6] what follows a refused envelope of the same client is not stored either, the rest is', async () => {
		const other = await house.writer('ben');
		const all = new Y.Doc({ gc: false });
		for (const update of [
			writer.push(await writer.envelope({ epoch: 9 })),
			writer.push(await writer.envelope()),
			other.push(await other.envelope())
		]) {
			Y.applyUpdate(all, update);
		}
		client.send(writeUpdate(Y.encodeStateAsUpdate(all)));
		await client.message('refused');
		await client.message('acknowledged');
		expect(client.messages('refused')).toHaveLength(1);
		await notStored();
	});
});

test('[R2] one forged envelope among good ones: none of the frame is stored', async () => {
	const forged = await writer.envelope();
	forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
	writer.push(await writer.envelope());
	writer.push(forged);
	client.send(writeUpdate(Y.encodeStateAsUpdate(writer.log)));
	await refusedAs('bad-signature');
	expect(await client.closed()).toBe(CLOSE.attack);
	await notStored();
});

test('items that stand on themselves or on each other are a gap, not a loop', async () => {
	const struct = (leftClient: number, leftClock: number, envelope: Uint8Array) => {
		const encoder = encoding.createEncoder();
		encoding.writeUint8(encoder, 0x83);
		encoding.writeVarUint(encoder, leftClient);
		encoding.writeVarUint(encoder, leftClock);
		encoding.writeVarUint8Array(encoder, envelope);
		return encoding.toUint8Array(encoder);
	};
	const [one, two] = [await writer.envelope(), await writer.envelope()];
	client.send(
		writeUpdate(
			writeLogUpdate([
				{ client: 11, clock: 0, struct: struct(12, 0, one) },
				{ client: 12, clock: 0, struct: struct(11, 0, two) },
				{ client: 13, clock: 0, struct: struct(13, 0, one) }
			])
		)
	);
	await client.download();
	for (const id of [11, 12, 13]) await notStored(id);
});

test('frames changed at random do no harm to the relay, nor to anybody else', async () => {
	const count = Number(process.env['MUTATIONS'] ?? 10_000);
	const seed = Number(process.env['SEED'] ?? 20_261_122);
	const random = seededRandom(seed);
	const room = { ...house.room, document: newDocumentId() };
	const text = writeRoom(room);
	const honest = await house.writer('amina', { document: room.document });
	const recorded: Uint8Array[] = [
		await honest.frame(),
		await honest.frame(),
		writeStep2(Y.encodeStateAsUpdate(honest.log)),
		writeStep1(new Map([[honest.log.clientID, 1]])),
		writeMessage('prove', { version: 1, signKey: new Uint8Array(32), signature: new Uint8Array(64) }),
		Uint8Array.of(1, 3, 1, 2, 3)
	];
	const mutate = (frame: Uint8Array): Uint8Array => {
		const changed = frame.slice(0, random.chance(0.2) ? random.below(frame.length) + 1 : frame.length);
		for (let i = random.below(4); i >= 0; i -= 1) {
			// often in front, where the lengths are
			const at = random.below(random.chance(0.5) ? Math.min(24, changed.length) : changed.length);
			changed[at] = random.chance(0.3) ? 0xff : random.below(256);
		}
		return changed;
	};
	const step1 = writeStep1(new Map([[honest.log.clientID, 99]]));
	const attack = async (share: number) => {
		let attacker = await house.client('ben', text);
		for (let i = 0; i < share; i += 1) {
			const from = attacker.frames.length;
			const frame = mutate(recorded[random.below(recorded.length)] ?? new Uint8Array());
			attacker.send(frame);
			attacker.send(step1);
			await attacker.until(
				() => attacker.closeCode !== null || attacker.received(from).complete,
				`seed ${seed}`
			);
			if (attacker.closeCode !== null) attacker = await house.client('ben', text);
			else attacker.frames.length = 0;
		}
		await attacker.close();
	};
	await Promise.all(Array.from({ length: 8 }, () => attack(Math.ceil(count / 8))));
	const reader = await house.client('carol', text);
	const sent = honest.log
		.getArray<Uint8Array>('log')
		.toArray()
		.map((bytes) => Buffer.from(bytes).toString('hex'));
	for (const envelope of (await reader.download()).values()) {
		expect(sent).toContain(Buffer.from(envelope).toString('hex'));
	}
	expect(witness.closeCode).toBeNull();
});

test('the vectors and frames of these tests are the ones an app writes', () => {
	const doc = new Y.Doc();
	expect(writeStateVector(new Map([[5, 2]]))).toEqual(Y.encodeStateVector(new Map([[5, 2]])));
	expect(writeStep2(Y.encodeStateAsUpdate(doc))).toEqual(Uint8Array.of(SYNC, SYNC_STEP_2, 2, 0, 0));
});
