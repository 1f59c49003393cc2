import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { turn, until } from './world.fixture.ts';
import { setup, text, type } from './worlds.fixture.ts';

test('two people write one document through a relay, and it is acknowledged', async () => {
	const world = await setup();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await Promise.all([amina.synced, ben.synced]);
	type(amina, 'Housing by May. ');
	await world.calm(amina, ben);
	type(ben, 'Call the landlord.');
	await world.calm(amina, ben);
	expect(text(amina)).toBe('Housing by May. Call the landlord.');
	expect(text(ben)).toBe(text(amina));
	expect(amina.saved).toMatchObject({
		unsealed: 0,
		inOutbox: 0,
		connected: true,
		complete: true,
		setAside: 0
	});
});

test('work done offline outlives the tab and reaches the others when the relay is back', async () => {
	const world = await setup();
	world.relay.away.add('amina');
	const offline = await world.open('amina');
	await offline.loaded;
	type(offline, 'Written on the bus. ');
	await offline.flush();
	expect(offline.saved).toMatchObject({ unsealed: 0, inOutbox: 1, connected: false });
	await offline.close();

	const again = await world.open('amina');
	await again.loaded;
	expect(text(again)).toBe('Written on the bus. ');
	expect(again.saved.inOutbox).toBe(1);
	type(again, 'And at home.');
	await again.close();

	world.relay.away.clear();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await world.calm(amina, ben);
	expect(text(ben)).toBe('Written on the bus. And at home.');
	expect(amina.saved.inOutbox).toBe(0);
	expect(world.relay.envelopes).toHaveLength(2);
});

test('[R3] an envelope stays in the outbox until the relay says that it is durable', async () => {
	const world = await setup();
	world.relay.holdBack = true;
	const amina = await world.open('amina');
	await amina.synced;
	type(amina, 'word');
	await world.calm(amina);
	expect(world.relay.envelopes).toHaveLength(1);
	expect(amina.saved.inOutbox).toBe(1);
	world.relay.sayStored();
	await world.calm(amina);
	expect(amina.saved.inOutbox).toBe(0);
	const storage = await world.person('amina').storage();
	expect(await storage.outbox.list()).toEqual([]);
});

test('a crash between outbox and log: the outbox alone brings the envelope back, once', async () => {
	const world = await setup();
	world.relay.away.add('amina');
	const crashing = await world.open('amina');
	await crashing.loaded;
	type(crashing, 'not lost');
	await crashing.close();
	await new Promise((resolve) => {
		const names = `${crashing.room.circle as string}.${crashing.room.document}.body.0`;
		void indexedDB.databases().then((databases) => {
			const name = databases.find((database) => database.name?.endsWith(names))?.name ?? '';
			indexedDB.deleteDatabase(name).onsuccess = resolve;
		});
	});
	world.relay.away.clear();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await world.calm(amina, ben);
	expect([text(amina), text(ben)]).toEqual(['not lost', 'not lost']);
	// and once more: nothing is left to send
	await amina.close();
	const again = await world.open('amina');
	await world.calm(again, ben);
	expect(text(again)).toBe('not lost');
	expect(world.relay.envelopes).toHaveLength(1);
});

test('the same envelope twice in the log, and out of order, counts once', async () => {
	const world = await setup();
	const amina = await world.open('amina');
	await amina.synced;
	for (const word of ['one ', 'two ', 'three ']) {
		type(amina, word);
		await world.calm(amina);
	}
	const envelopes = world.relay.envelopes;
	world.relay.items.clear();
	world.relay.inject(...[...envelopes].reverse(), ...envelopes);
	const ben = await world.open('ben');
	await world.calm(ben);
	expect(text(ben)).toBe('one two three ');
	expect(ben.saved).toMatchObject({ gaps: [], setAside: 0 });
});

test('[E3] what is missing is shown as a gap, and the gap closes when it comes', async () => {
	const world = await setup();
	const amina = await world.open('amina');
	await amina.synced;
	for (const word of ['one ', 'two ', 'three ']) {
		type(amina, word);
		await world.calm(amina);
	}
	const [first, second, third] = world.relay.envelopes;
	if (!first || !second || !third) throw new Error('three envelopes');
	world.relay.items.clear();
	world.relay.inject(first, third);
	const ben = await world.open('ben');
	await world.calm(ben);
	expect(text(ben)).toBe('one ');
	const { person, device } = world.person('amina');
	expect(ben.saved.gaps).toEqual([{ person, device: device.device }]);
	expect(ben.saved.complete).toBe(false);
	world.relay.inject(second);
	await world.calm(ben);
	expect(text(ben)).toBe('one two three ');
	expect(ben.saved.gaps).toEqual([]);
});

test('[R3] a message dropped on a live socket is noticed and asked for again', async () => {
	const world = await setup();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await world.calm(amina, ben);
	let dropped = 0;
	world.relay.drop = (to, frame) => to === 'ben' && frame.length > 300 && frame[0] === 0 && dropped++ === 0;
	type(amina, 'dropped ');
	await world.calm(amina, ben);
	expect(dropped).toBe(1);
	expect(text(ben)).toBe('');
	type(amina, 'noticed');
	await world.calm(amina, ben);
	expect(text(ben)).toBe('dropped noticed');
	// the last message of all leaves no hole behind it: the relay's `stored` shows that it is missing
	dropped = 0;
	type(amina, '!');
	await world.calm(amina, ben);
	expect(text(ben)).toBe('dropped noticed');
	world.relay.sayStored();
	await world.calm(amina, ben);
	expect(text(ben)).toBe('dropped noticed!');
	expect(ben.saved.complete).toBe(true);
});

test('two tabs of one device: one outbox drain, and both have every word', async () => {
	const world = await setup();
	const storage = await world.person('amina').storage();
	const [one, two] = [await world.open('amina', { storage }), await world.open('amina', { storage })];
	await world.calm(one, two);
	for (let i = 0; i < 20; i++) type(i % 2 === 0 ? one : two, `${i} `);
	await world.calm(one, two);
	expect(text(one)).toBe(text(two));
	expect(text(one).trim().split(' ')).toHaveLength(20);
	expect(await storage.outbox.list()).toEqual([]);
	expect(new Set(world.relay.envelopes.map(String)).size).toBe(world.relay.envelopes.length);
});

test('settled waits for a disk that is slow to forget what the relay has', async () => {
	const world = await setup();
	const storage = await world.person('amina').storage();
	const remove = storage.outbox.remove.bind(storage.outbox);
	let answer = () => {};
	const asked = new Promise<void>((resolve) => {
		vi.spyOn(storage.outbox, 'remove').mockImplementation(async (ids) => {
			resolve();
			await new Promise<void>((slowly) => (answer = slowly));
			await remove(ids);
		});
	});
	const amina = await world.open('amina', { storage });
	await amina.synced;
	type(amina, 'word');
	await asked;
	const settled = amina.settled().then(() => 'settled');
	expect(await Promise.race([settled, turn().then(() => 'waiting')])).toBe('waiting');
	answer();
	await settled;
	expect(await storage.outbox.list()).toEqual([]);
});

test('[V4] a template given to two people at once is there once', async () => {
	const world = await setup();
	const template = new Y.Doc();
	template.clientID = 7;
	template.getText('t').insert(0, 'Goals: ');
	const seed = Y.encodeStateAsUpdate(template);
	const [amina, ben] = [await world.open('amina', { seed }), await world.open('ben', { seed })];
	await world.calm(amina, ben);
	type(amina, 'housing');
	await world.calm(amina, ben);
	expect([text(amina), text(ben)]).toEqual(['Goals: housing', 'Goals: housing']);
	expect(world.relay.envelopes).toHaveLength(1);
});

test('a second opening verifies only what is new, and shows all of it', async () => {
	const world = await setup();
	const amina = await world.open('amina');
	await amina.synced;
	for (let i = 0; i < 5; i++) {
		type(amina, `${i} `);
		await amina.flush();
	}
	await world.calm(amina);
	await amina.close();
	const ben = await world.open('ben');
	await ben.synced;
	type(ben, 'new');
	await world.calm(ben);
	const verify = vi.spyOn(crypto.subtle, 'verify');
	const again = await world.open('amina');
	await again.synced;
	await world.calm(again);
	expect(text(again)).toBe('0 1 2 3 4 new');
	// ben's one envelope; presence is verified as well, and there is none of amina's own
	const lengths = verify.mock.calls.map(([, , , bytes]) => (bytes as Uint8Array).length);
	expect(lengths.filter((length) => length > 600).length).toBeLessThanOrEqual(2);
});

test('a checkpoint that covers more than the disk has left is not believed', async () => {
	const world = await setup();
	const amina = await world.open('amina');
	await amina.synced;
	type(amina, 'all of it');
	await world.calm(amina);
	await amina.close();
	const databases = await indexedDB.databases();
	for (const { name } of databases)
		if (name?.endsWith(`${amina.room.document}.body.0`)) indexedDB.deleteDatabase(name);
	world.relay.away.add('amina');
	const offline = await world.open('amina');
	await offline.loaded;
	expect(text(offline)).toBe('all of it');
	await offline.close();
	world.relay.away.clear();
	const again = await world.open('amina');
	await world.calm(again);
	expect(text(again)).toBe('all of it');
	expect(again.saved).toMatchObject({ complete: true, gaps: [], setAside: 0 });
});

test('a disk that is full or refuses keeps no word from the others, and says so', async () => {
	const world = await setup();
	const storage = await world.person('amina').storage();
	vi.spyOn(storage.outbox, 'add').mockRejectedValue(new DOMException('full', 'QuotaExceededError'));
	const [amina, ben] = [await world.open('amina', { storage }), await world.open('ben')];
	await world.calm(amina, ben);
	world.relay.holdBack = true;
	type(amina, 'still said');
	await world.calm(amina, ben);
	expect(text(ben)).toBe('still said');
	expect(amina.saved.unsealed).toBe(1);
	world.relay.sayStored();
	await world.calm(amina, ben);
	expect(amina.saved).toMatchObject({ unsealed: 0, inOutbox: 0 });
});

test('a disk that never answers does not keep the document from the relay', async () => {
	const world = await setup();
	const never = new Promise<never>(() => undefined);
	const storage = await world.person('amina').storage();
	const store = {
		loaded: never,
		status: 'ok' as const,
		onStatus: () => () => true,
		replace: () => never,
		flush: () => Promise.resolve(),
		close: () => Promise.resolve()
	};
	storage.openLog = () => Promise.resolve(store);
	const timing = { together: 0, alone: 0, jitter: 0, resend: 0, patience: 20 };
	const [amina, ben] = [await world.open('amina', { storage, timing }), await world.open('ben')];
	type(ben, 'hello');
	await world.calm(amina, ben);
	expect(text(amina)).toBe('hello');
	expect(amina.saved.storage).toBe('unavailable');
});

test('a clock wrong by days changes nothing', async () => {
	const world = await setup();
	const day = 86_400_000;
	const [amina, ben] = [
		await world.open('amina', { now: () => Date.now() - 3 * day }),
		await world.open('ben', { now: () => Date.now() + 3 * day })
	];
	await world.calm(amina, ben);
	type(ben, 'from the future ');
	await world.calm(amina, ben);
	type(amina, 'from the past');
	await world.calm(amina, ben);
	expect([text(amina), text(ben)]).toEqual(Array(2).fill('from the future from the past'));
	expect(ben.saved).toMatchObject({ inOutbox: 0, setAside: 0, gaps: [] });
});

test('the last stage: everybody here who has opened all of it is named, and nobody else', async () => {
	const world = await setup({ amina: 'owner', ben: 'editor', carla: 'reader' });
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await world.calm(amina, ben);
	expect(amina.saved.seenBy).toEqual([]);
	type(amina, 'seen');
	await world.calm(amina, ben);
	expect(amina.saved.seenBy).toEqual([world.person('ben').person]);
	expect(ben.saved.seenBy).toEqual([]);
	await ben.close();
	await world.calm(amina);
	expect(amina.saved.seenBy).toEqual([]);
	expect(amina.people).toEqual([]);
});

test('[L6] somebody without the right to write seals nothing; what they typed is set aside and said', async () => {
	const world = await setup({ amina: 'owner', rosa: 'reader' });
	const rosa = await world.open('rosa');
	await rosa.synced;
	type(rosa, 'not mine to write');
	await world.calm(rosa);
	expect(rosa.saved).toMatchObject({ unsealed: 1, inOutbox: 0, refused: 'may-not-write' });
	expect(world.relay.envelopes).toEqual([]);
	await rosa.close();
	const rows = await (await world.person('rosa').storage()).setAside.list();
	expect(rows.map(({ reason }) => reason)).toEqual(['may-not-write']);
});

test('an edit larger than an envelope arrives in pieces and whole', async () => {
	const world = await setup();
	const rollAt = { envelopes: 1_000, bytes: Infinity };
	const [amina, ben] = [await world.open('amina', { rollAt }), await world.open('ben', { rollAt })];
	await world.calm(amina, ben);
	const paragraph = 'x'.repeat(100_000);
	amina.edit((clear) => {
		const list = clear.getArray<string>('list');
		for (let i = 0; i < 30; i++) list.push([paragraph]);
		clear.getText('t').insert(0, 'end');
		clear.getText('t').delete(0, 1);
	});
	await world.calm(amina, ben);
	expect(
		ben.clear
			.getArray('list')
			.toJSON()
			.map(String)
			.map(({ length }) => length)
	).toEqual(Array(30).fill(100_000));
	expect(text(ben)).toBe('nd');
	expect(Math.max(...world.relay.envelopes.map(({ length }) => length))).toBeLessThan(1_900_000);
	expect(Math.max(...world.relay.frames.map(({ length }) => length))).toBeLessThan(2_000_000);
});

test('an envelope that names a newer circle is judged when the circle is known, and shown as missing till then', async () => {
	const world = await setup();
	const ben = await world.open('ben');
	await ben.synced;
	const { circle } = world.person('ben');
	circle.cutOff = true;
	await world.invite('dora', 'editor');
	await world.person('dora').circle.learn();
	const dora = await world.open('dora');
	await dora.synced;
	type(dora, 'I am new here');
	await world.calm(dora, ben);
	expect(circle.refreshed).toBeGreaterThan(0);
	expect(text(ben)).toBe('');
	expect(ben.saved).toMatchObject({ setAside: 0, complete: false });
	expect(ben.saved.gaps).toHaveLength(1);
	circle.cutOff = false;
	await circle.learn();
	await world.calm(dora, ben);
	expect(text(ben)).toBe('I am new here');
	expect(ben.saved).toMatchObject({ gaps: [], complete: true });
});

test('closing twice is closing once, flushes, and leaves nothing behind that runs', async () => {
	const world = await setup();
	const amina = await world.open('amina', { timing: { alone: 60_000, together: 60_000 } });
	// typed before anything is loaded
	type(amina, 'first ');
	type(amina, 'merged, and only sealed by close');
	await Promise.all([amina.close(), amina.close()]);
	expect(() => type(amina, 'late')).toThrow();
	const again = await world.open('amina');
	await again.loaded;
	expect(text(again)).toBe('first merged, and only sealed by close');
});

test('[E5] the first keystroke goes at once, those that follow go together', async () => {
	const world = await setup();
	const amina = await world.open('amina', { timing: { alone: 60_000, together: 60_000, jitter: 0 } });
	await amina.synced;
	for (const letter of 'merged') type(amina, letter);
	await until(() => world.relay.envelopes.length === 1);
	await until(() => amina.saved.unsealed === 1);
	await amina.flush();
	await until(() => world.relay.envelopes.length === 2);
	expect(amina.saved.unsealed).toBe(0);
});
