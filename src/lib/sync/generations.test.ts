/** [L2]–[L5]: a sealed log rolls to a snapshot, and nothing is lost, doubled or believed on the way. */
import { expect, test } from 'vitest';
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
		room: world.room,
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

/** Ben's snapshot says less than what was written. */
function withoutTheBeginning(honest: Snapshot): Snapshot {
	const doc = new Y.Doc();
	Y.applyUpdateV2(doc, honest.clear);
	doc.getText('t').delete(0, 6);
	return { ...honest, clear: asBytes(Y.encodeStateAsUpdateV2(doc)) };
}

test('[L3] an owner goes back behind a false snapshot: nobody loses a word, whoever believed it hears so, and who comes now never meets it', async () => {
	const world = await setup({
		...{ amina: 'owner', ben: 'editor', carl: 'editor', dora: 'editor', ella: 'editor', fay: 'editor' }
	});
	const [amina, carl] = [await world.open('amina'), await world.open('carl')];
	await world.calm(amina, carl);
	type(amina, 'plan: housing by May. ');
	await world.calm(amina, carl);
	// Fay takes it with her, and goes on writing on the bus
	const fays = await world.person('fay').storage();
	const fay = await world.open('fay', { storage: fays });
	await world.calm(amina, carl, fay);
	await fay.close();
	world.relay.away.add('fay');
	const onTheBus = await world.open('fay', { storage: fays });
	await onTheBus.loaded;
	type(onTheBus, 'Fay on the bus. ');
	await onTheBus.flush();
	await onTheBus.close();

	await rollAs(world, 'ben', withoutTheBeginning);
	await until(() => amina.falseSnapshot !== null && carl.falseSnapshot !== null);
	const byBen = { by: world.person('ben').device.device };
	expect([amina.falseSnapshot, carl.falseSnapshot]).toEqual([
		{ ...byBen, mayGoBack: true },
		{ ...byBen, mayGoBack: false }
	]);
	type(amina, 'And on. ');
	type(carl, 'Carl too. ');
	await Promise.all([amina.settled(), carl.settled()]);
	expect(await carl.goBack()).toEqual({ ok: false, reason: 'may-not' });
	// Dora never saw the log before: she works in what Ben made of it
	const doras = await world.person('dora').storage();
	const dora = await world.open('dora', { storage: doras });
	await until(() => dora.saved.complete);
	expect([dora.room.generation, text(dora)]).toEqual([1, 'housing by May. ']);
	// and is told as soon as she has looked at what came before it
	await until(() => dora.falseSnapshot !== null);
	expect([dora.falseSnapshot, dora.saved.refused]).toEqual([
		{ ...byBen, mayGoBack: false },
		'false-snapshot'
	]);
	type(dora, 'Dora called the landlord. ');
	await dora.settled();
	await until(() => dora.saved.inOutbox === 0);

	expect(await amina.goBack()).toEqual({ ok: true, value: undefined });
	await until(() => [amina, carl, dora].every(({ room }) => room.generation === 2));
	await world.calm(amina, carl, dora);
	const whole = ['plan: housing by May. ', 'And on. ', 'Carl too. ', 'Dora called the landlord. '];
	for (const document of [amina, carl]) {
		for (const words of whole) expect(text(document).split(words)).toHaveLength(2);
		expect(document.falseSnapshot).toBeNull();
		expect(document.saved).toMatchObject({ refused: null, inOutbox: 0, complete: true, gaps: [] });
	}
	expect(text(carl)).toBe(text(amina));
	// what she is looking at is not what was written, and she is told to open it anew
	expect(dora.saved.refused).toBe('put-right');
	await dora.close();
	const again = await world.open('dora', { storage: doras });
	await world.calm(amina, carl, again);
	expect(text(again)).toBe(text(amina));
	// the false snapshot is kept, as a proof
	expect(again.saved).toMatchObject({ refused: null, setAside: 1 });

	const ella = await world.open('ella');
	await world.calm(amina, carl, ella);
	expect(ella.falseSnapshot).toBeNull();
	expect([ella.room.generation, text(ella)]).toEqual([2, text(amina)]);
	world.relay.away.clear();
	const back = await world.open('fay', { storage: fays });
	await until(() => back.room.generation === 2 && back.saved.inOutbox === 0);
	await world.calm(amina, carl, ella, back);
	for (const document of [amina, ella, back])
		expect(text(document).split('Fay on the bus. ')).toHaveLength(2);
	expect(text(back)).toBe(text(amina));
	// and it rolls on from there as ever
	expect(
		world.log.state.rolls
			.values()
			.next()
			.value?.map(({ from }) => from)
	).toEqual([0, 0]);
});

test('[L3] an owner who came after it was laid down finds out too, and goes back behind it', async () => {
	const world = await setup();
	const before = await world.open('ben');
	await before.synced;
	type(before, 'plan: housing by May. ');
	await world.calm(before);
	await before.close();
	await rollAs(world, 'ben', withoutTheBeginning);
	const aminas = await world.person('amina').storage();
	const amina = await world.open('amina', { storage: aminas });
	await until(() => amina.falseSnapshot?.mayGoBack === true);
	type(amina, 'And on. ');
	await amina.settled();
	await until(() => amina.saved.inOutbox === 0);
	expect(await amina.goBack()).toEqual({ ok: true, value: undefined });
	await until(() => amina.room.generation === 2);
	await world.calm(amina);
	await amina.close();
	const again = await world.open('amina', { storage: aminas });
	await world.calm(again);
	expect(text(again).includes('plan: housing by May. ') && text(again).includes('And on. ')).toBe(true);
	expect(again.saved).toMatchObject({ refused: null, inOutbox: 0, complete: true });
});

test('[L3] what stands on something that only a false snapshot held is left out, and kept aside', async () => {
	const world = await setup({ amina: 'owner', ben: 'editor', dora: 'editor' });
	const amina = await world.open('amina');
	await amina.synced;
	type(amina, 'plan: housing by May. ');
	await world.calm(amina);
	await rollAs(world, 'ben', (honest) => {
		const doc = new Y.Doc();
		doc.clientID = 77_777_777;
		Y.applyUpdateV2(doc, honest.clear);
		doc.getText('t').insert(0, 'Never written. ');
		return { ...honest, clear: asBytes(Y.encodeStateAsUpdateV2(doc)) };
	});
	await until(() => amina.falseSnapshot !== null);
	const dora = await world.open('dora');
	await until(() => dora.saved.complete);
	dora.edit((doc) => doc.getText('t').insert(5, 'XX'));
	await dora.flush();
	type(dora, 'At the end. ');
	await dora.settled();
	await until(() => dora.saved.inOutbox === 0);
	expect(await amina.goBack()).toEqual({ ok: true, value: undefined });
	await until(() => amina.room.generation === 2);
	await world.calm(amina);
	expect(text(amina)).toBe('plan: housing by May. ');
	const aside = amina.saved.setAside;
	// the snapshot, and both of Dora's: the second hangs on the first
	expect(aside).toBe(3);
	type(amina, 'And on.');
	await world.calm(amina);
	expect(amina.saved).toMatchObject({ refused: null, inOutbox: 0, gaps: [] });
});

test('[L4] what one colleague alone had when the relay died is set aside by a roll, until whoever wrote it is back', async () => {
	const world = await setup({ amina: 'owner', ben: 'editor', chloe: 'editor' });
	const { relay } = world;
	const [ben, chloe] = [await world.open('ben'), await world.open('chloe')];
	await world.calm(ben, chloe);
	type(ben, 'hello ');
	await world.calm(ben, chloe);
	const durable = new Map(relay.items);
	relay.holdBack = true;
	type(ben, 'from Ben ');
	await until(() => text(chloe) === 'hello from Ben ');
	for (const name of ['ben', 'chloe']) relay.cutOff(name);
	for (const client of relay.items.keys()) relay.items.set(client, durable.get(client) ?? []);
	relay.holdBack = false;

	const amina = await world.open('amina', { rollAt });
	await amina.synced;
	await typeMany(world, amina, 7);
	await until(() => amina.room.generation > 0);
	expect(text(amina)).not.toContain('from Ben');
	relay.away.delete('chloe');
	await until(() => chloe.room.generation > 0);
	await world.calm(amina, chloe);
	expect(chloe.saved.setAside).toBe(1);
	await chloe.close();
	const again = await world.open('chloe');
	await world.calm(amina, again);
	expect([again.saved.setAside, text(again)]).toEqual([1, text(amina)]);

	relay.away.delete('ben');
	await until(() => ben.room.generation > 0);
	await until(() => text(again).includes('from Ben '));
	await world.calm(amina, ben, again);
	expect(new Set([amina, ben, again].map(text)).size).toBe(1);
	expect(text(again).split('from Ben ')).toHaveLength(2);
	expect([amina, ben, again].map(({ saved }) => saved.setAside)).toEqual([0, 0, 0]);
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
