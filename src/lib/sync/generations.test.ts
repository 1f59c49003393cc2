/** [L2]–[L5]: a sealed log rolls to a snapshot, and nothing is lost, doubled or believed on the way. */
import { expect, test, vi } from 'vitest';
import type { SealedDocument } from './sealed-document.ts';
import * as Y from 'yjs';
import { writeRoll } from '#lib/circle/actions.ts';
import { asBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { writeRoom } from '#lib/envelope/room.ts';
import { foldLog } from './fold.ts';
import { Sealer } from './sealer.ts';
import { writeSnapshot, type Snapshot } from './snapshot.ts';
import { forge, turn, until, type World } from './world.fixture.ts';
import { setup, text, type } from './worlds.fixture.ts';

// a busy machine folds and seals slowly
vi.setConfig({ testTimeout: 30_000 });

const rollAt = { envelopes: 5, bytes: Infinity };

async function typeMany(world: World, document: SealedDocument, count: number, ...others: SealedDocument[]) {
	for (let i = 0; i < count; i++) {
		type(document, `${i} `);
		await world.calm(document, ...others);
	}
}

test('[L2] a long log rolls: all go on in the next generation with every word, and the old one is frozen', async () => {
	const world = await setup();
	const [amina, ben] = [await world.open('amina', { rollAt }), await world.open('ben', { rollAt })];
	await world.calm(amina, ben);
	await typeMany(world, amina, 7, ben);
	await until(() => amina.room.generation > 0 && ben.room.generation > 0);
	type(ben, 'and on');
	await world.calm(amina, ben);
	expect(text(amina)).toBe('0 1 2 3 4 5 6 and on');
	expect(text(ben)).toBe(text(amina));
	expect(amina.saved).toMatchObject({ inOutbox: 0, complete: true, setAside: 0, gaps: [], refused: null });
	// whoever comes now reads the snapshot alone, and knows who wrote what
	const late = await world.open('ben', { rollAt });
	await world.calm(amina, ben, late);
	expect(text(late)).toBe(text(amina));
	const [client] = [...late.clear.store.clients.keys()].filter((id) => late.writerOf(id) !== null);
	expect(client).toBeDefined();
	expect(late.saved).toMatchObject({ complete: true, setAside: 0 });
});

test('[L4] what somebody wrote offline across rolls arrives, once', async () => {
	const world = await setup({ amina: 'owner', ben: 'editor' });
	const [amina, ben] = [await world.open('amina', { rollAt }), await world.open('ben', { rollAt })];
	await world.calm(amina, ben);
	type(ben, 'seen ');
	await world.calm(amina, ben);
	await ben.close();
	world.relay.away.add('ben');
	const offline = await world.open('ben', { rollAt });
	await offline.loaded;
	type(offline, 'on the bus ');
	await offline.flush();
	type(offline, 'and at home ');
	await offline.flush();
	await offline.close();
	for (let round = 0; round < 2; round++)
		for (let i = 0; i < 7; i++) {
			type(amina, `${i} `);
			await amina.settled();
			await turn();
		}
	await until(() => amina.room.generation > 0);
	world.relay.away.clear();
	const again = await world.open('ben', { rollAt });
	await world.calm(amina, again);
	await until(() => again.saved.complete && again.saved.inOutbox === 0);
	await world.calm(amina, again);
	expect(text(again)).toBe(text(amina));
	for (const words of ['seen ', 'on the bus ', 'and at home '])
		expect(text(amina).split(words)).toHaveLength(2);
	expect(again.saved).toMatchObject({ setAside: 0, gaps: [], refused: null });
	expect(amina.saved).toMatchObject({ setAside: 0, gaps: [], refused: null });
});

/** Ben's modified app rolls the log to whatever `change` makes of the honest snapshot. */
async function rollAs(world: World, name: string, change: (honest: Snapshot) => Snapshot): Promise<void> {
	const { device, circle } = world.person(name);
	const room = { ...world.room, generation: world.room.generation + 1 };
	const sealer = new Sealer({ room: () => world.room, device, circle, schema: 1, now: () => 0 });
	const folded = await foldLog({
		envelopes: world.relay.envelopes,
		base: null,
		seed: undefined,
		forgets: undefined,
		circle,
		room: () => world.room,
		laneSecret: (epoch) => sealer.laneSecret(epoch)
	});
	if (!folded.ok) throw new Error(folded.reason);
	const written = await writeSnapshot(change(folded.value), room, sealer);
	if (written === null) throw new Error('not allowed');
	const covers = asBytes(Y.encodeStateVector(world.relay.stateVector));
	world.relay.room = room;
	world.relay.inject(...written.envelopes);
	world.relay.room = world.room;
	const { document, lane } = room;
	const roll = { document, lane, hash: written.hash, covers, at: 0 };
	const told = await circle.append((state) => writeRoll(state, device, roll));
	expect(told.ok).toBe(true);
}

/** The same structs, other letters. */
function otherWords(clear: Bytes): Bytes {
	const v1 = Y.convertUpdateFormatV2ToV1(clear);
	const at = v1.findIndex((_, i) => String.fromCharCode(...v1.subarray(i, i + 7)) === 'housing');
	const changed = v1.slice();
	changed.set(new TextEncoder().encode('nothing'), at);
	return asBytes(Y.convertUpdateFormatV1ToV2(changed));
}

test.each<[string, (honest: Snapshot) => Snapshot, string | null]>([
	['honest', (honest) => honest, null],
	['with other words', (honest) => ({ ...honest, clear: otherWords(honest.clear) }), 'false-snapshot'],
	[
		'without a paragraph',
		(honest) => {
			const doc = new Y.Doc();
			Y.applyUpdateV2(doc, honest.clear);
			doc.getText('t').delete(0, 5);
			return { ...honest, clear: asBytes(Y.encodeStateAsUpdateV2(doc)) };
		},
		'false-snapshot'
	],
	[
		'in the name of somebody else',
		(honest) => {
			const chains = honest.chains.chains.slice();
			// behind version, count and session: the device
			chains.set(new Uint8Array(16).fill(7), 2 + 16);
			return { ...honest, chains: { ...honest.chains, chains } };
		},
		'false-snapshot'
	]
])('[L3] a snapshot %s', async (_, change, refused) => {
	const world = await setup();
	const amina = await world.open('amina');
	await amina.synced;
	type(amina, 'plan: housing by May. ');
	await world.calm(amina);
	await rollAs(world, 'ben', change);
	await until(() => amina.room.generation > 0 || amina.saved.refused !== null);
	await amina.settled();
	expect(text(amina)).toBe('plan: housing by May. ');
	expect(amina.saved.refused).toBe(refused);
	type(amina, 'And on.');
	await amina.settled();
	expect(text(amina)).toBe('plan: housing by May. And on.');
	if (refused === null) {
		await world.calm(amina);
		expect(amina.saved).toMatchObject({ inOutbox: 0, setAside: 0, complete: true });
		return;
	}
	// the old generation is kept, and what is written there stays on this device
	expect(amina.room.generation).toBe(0);
	expect(amina.saved).toMatchObject({ inOutbox: 1, setAside: 1 });
	await amina.close();
	const again = await world.open('amina');
	await again.synced.catch(() => undefined);
	await again.settled();
	expect(text(again)).toBe('plan: housing by May. And on.');
});

test('[L2] a relay that adds an envelope to a frozen generation changes nothing for whoever comes late', async () => {
	const world = await setup();
	const ben = await world.open('ben');
	await ben.synced;
	type(ben, 'hello ');
	await world.calm(ben);
	await ben.close();
	const amina = await world.open('amina', { rollAt });
	await amina.synced;
	await typeMany(world, amina, 7);
	await until(() => amina.room.generation > 0);
	const running = world.relay.room;
	world.relay.room = world.room;
	world.relay.inject(await forge({ by: world.person('ben'), room: world.room, word: 'too late' }));
	world.relay.room = running;
	const late = await world.open('ben');
	await until(() => late.room.generation > 0);
	await world.calm(amina, late);
	await late.close();
	const again = await world.open('ben');
	await world.calm(amina, again);
	expect(text(again)).toBe(text(amina));
	expect(text(again)).not.toContain('too late');
});

test('[L2] whoever dies between laying down a snapshot and telling the circle leaves everything as it was', async () => {
	const world = await setup();
	const { circle } = world.person('amina');
	circle.cutOff = true;
	const amina = await world.open('amina', { rollAt });
	await amina.synced;
	await typeMany(world, amina, 7);
	const next = writeRoom({ ...world.room, generation: 1 });
	await until(() => (world.relay.rooms.get(next)?.size ?? 0) > 0);
	await amina.close();
	circle.cutOff = false;
	const [again, ben] = [await world.open('amina', { rollAt }), await world.open('ben')];
	expect(ben.room.generation).toBe(0);
	await world.calm(again, ben);
	type(again, 'and on');
	await world.calm(again, ben);
	await until(() => again.room.generation > 0 && ben.room.generation > 0);
	await world.calm(again, ben);
	expect([text(again), text(ben)]).toEqual(Array(2).fill('0 1 2 3 4 5 6 and on'));
	expect(again.saved).toMatchObject({ setAside: 0, gaps: [], inOutbox: 0 });
});
