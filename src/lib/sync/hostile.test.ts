/** What a forger, an eavesdropper or a careless programmer would try. */
import { expect, test, vi } from 'vitest';
import { UndoManager, Doc, applyUpdate, encodeStateAsUpdate, XmlElement, XmlText } from 'yjs';
import * as Y from 'yjs';
import { sha256 } from '#lib/crypto/bytes.ts';
import { createDeviceSecrets } from '#lib/circle/device.ts';
import { newDocumentId, newSessionId, type DeviceId } from '#lib/circle/ids.ts';
import { writeLogUpdate } from '#lib/envelope/log.ts';
import { writeUpdateFrame } from './relay-socket.ts';
import { AWARENESS } from './wire.ts';
import { forge, said, typed, until, type World } from './world.fixture.ts';
import { setup, text, type } from './worlds.fixture.ts';

const reasons = async (world: World, name: string) =>
	(await (await world.person(name).storage()).setAside.list()).map(({ reason }) => reason).sort();

/** Injects envelopes into Ben's room; everything else must go on working, and the reasons be kept. */
async function injected(world: World, ...envelopes: Uint8Array[]) {
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await world.calm(amina, ben);
	type(amina, 'before ');
	await world.calm(amina, ben);
	world.relay.inject(...envelopes);
	await world.calm(amina, ben);
	type(amina, 'after');
	await world.calm(amina, ben);
	expect(text(ben)).toBe('before after');
	expect(text(amina)).toBe('before after');
	expect(ben.saved.setAside).toBe(envelopes.length);
	return { amina, ben };
}

test('[E1] one bit flipped anywhere, and the envelope is set aside with a reason', async () => {
	const world = await setup();
	const good = await forge({ by: world.person('amina'), room: world.room });
	const flipped = [4, 90, 101, 170, 182, 200, good.length - 70, good.length - 1].map((at) => {
		const bad = good.slice();
		bad[at] = (bad[at] ?? 0) ^ 1;
		return bad;
	});
	await injected(world, ...flipped);
	for (const reason of await reasons(world, 'ben'))
		expect(['bad-signature', 'malformed', 'wrong-kind', 'not-a-member']).toContain(reason);
});

test('[E1] an envelope of another document, generation or epoch is refused, whatever its header says', async () => {
	const world = await setup();
	const { room } = world;
	const by = world.person('amina');
	const elsewhere = { ...room, document: newDocumentId() };
	const { ben } = await injected(
		world,
		await forge({ by, room: elsewhere }),
		await forge({ by, room: { ...room, generation: 1 } }),
		// the header says here, the seal was made for there
		await forge({ by, room, sealedFor: { room: elsewhere } }),
		await forge({ by, room, header: { epoch: 3 } }),
		await forge({
			by,
			room,
			sealedFor: { epochSecret: { staff: null, everyone: await sha256(new Uint8Array(1)) } }
		})
	);
	await ben.close();
	expect(await reasons(world, 'ben')).toEqual([
		'cannot-open',
		'cannot-open',
		'wrong-epoch',
		'wrong-room',
		'wrong-room'
	]);
});

test('[E2] a reader, a commenter, a stranger and a borrowed name write nothing', async () => {
	const world = await setup({ amina: 'owner', ben: 'editor', rosa: 'reader', carl: 'commenter' });
	const { room } = world;
	const stranger = await createDeviceSecrets();
	const rosa = world.person('rosa');
	await injected(
		world,
		await forge({ by: rosa, room }),
		await forge({ by: world.person('carl'), room }),
		await forge({ by: rosa, room, header: { device: stranger.device }, signing: stranger.signing }),
		// Rosa signs, and says that she is Amina
		await forge({ by: rosa, room, header: { device: world.person('amina').device.device } }),
		// the right to write at a head that never was
		await forge({
			by: world.person('amina'),
			room,
			header: { circleHead: { seq: 1, hash: await sha256(new Uint8Array(2)) } }
		})
	);
	expect(await reasons(world, 'ben')).toEqual([
		'bad-signature',
		'forked-head',
		'may-not-write',
		'may-not-write',
		'not-a-member'
	]);
});

test('[E2] [S1] a guest says nothing among staff, however well it is made: set aside by everybody, and counted', async () => {
	const world = await setup();
	const carl = await world.invite('carl', 'commenter', true);
	await carl.circle.learn();
	for (const name of ['amina', 'ben']) await world.person(name).circle.learn();
	const room = { ...world.room, lane: 'internal' } as const;
	world.relay.room = room;
	const [amina, ben] = [await world.open('amina', { room }), await world.open('ben', { room })];
	const operations = () => [amina, ben].map(({ clear }): unknown => clear.getArray('operations').toJSON());
	await world.calm(amina, ben);
	// no key of the guest opens this lane
	await expect(forge({ by: carl, room })).rejects.toThrow('not for them');
	const operation = { v: 1, type: 'thread', id: `${carl.person}.x`, lamport: 0, at: 0, text: 'Let me in' };
	const inName = (device: DeviceId) => ({ kind: 'ops', yClient: 5_000_000, device }) as const;
	const content = said(5_000_000, operation);
	const secrets = world.person('ben').circle.secrets.get(0);
	const everyone = { room: { ...room, lane: 'discussion' } } as const;
	const own = inName(carl.device.device);
	world.relay.inject(
		// signed by the guest, and sealed with the only key they have
		await forge({ by: carl, room, content, header: own, sealedFor: everyone }),
		// even with the staff's own key, in a careless colleague's hands
		await forge({
			by: carl,
			room,
			content,
			header: { ...own, yClient: 5_000_001 },
			...(secrets && { sealedFor: { epochSecret: secrets } })
		}),
		// under a colleague's name, signed with the guest's own key
		await forge({
			by: carl,
			room,
			content,
			header: { ...inName(world.person('ben').device.device), yClient: 5_000_002 },
			sealedFor: everyone
		})
	);
	await world.calm(amina, ben);
	expect(operations()).toEqual([[], []]);
	amina.edit((doc) => doc.getArray('operations').push([{ ...operation, text: 'Among us' }]));
	await world.calm(amina, ben);
	expect(operations()).toMatchObject([[{ text: 'Among us' }], [{ text: 'Among us' }]]);
	expect([amina.saved.setAside, ben.saved.setAside]).toEqual([3, 3]);
	expect(await reasons(world, 'ben')).toEqual(['bad-signature', 'may-not-write', 'may-not-write']);
});

test('[E3] two envelopes of one place prove a forgery: both are set aside, and stay so', async () => {
	const world = await setup();
	const by = world.person('amina');
	const { room } = world;
	const [session, yClient] = [newSessionId(), 4_000_000];
	const one = await forge({ by, room, word: 'one', header: { session, yClient } });
	const other = await forge({ by, room, word: 'other', header: { session, yClient } });
	const ben = await world.open('ben');
	await world.calm(ben);
	world.relay.inject(one, other);
	await world.calm(ben);
	expect(ben.saved.setAside).toBe(2);
	await ben.close();
	expect(await reasons(world, 'ben')).toEqual(['forged', 'forged']);
	const again = await world.open('ben');
	await world.calm(again);
	expect(text(again)).toBe('');
	expect(again.saved.setAside).toBe(2);
});

test('[E3] a link to an envelope that never was is refused', async () => {
	const world = await setup();
	const by = world.person('amina');
	const { room } = world;
	const [session, yClient] = [newSessionId(), 4_000_000];
	const first = await forge({ by, room, word: 'x', header: { session, yClient } });
	const ben = await world.open('ben');
	await world.calm(ben);
	const broken = { session, yClient, seq: 1, prev: await sha256(new Uint8Array(3)) };
	world.relay.inject(first, await forge({ by, room, header: broken }));
	await world.calm(ben);
	expect(text(ben)).toBe('x');
	expect(await reasons(world, 'ben')).toEqual(['forged']);
});

test("[E4] nobody writes in another's name: not with their client id, not with a template's", async () => {
	const world = await setup();
	const by = world.person('ben');
	const { room } = world;
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await world.calm(amina, ben);
	type(amina, 'mine');
	await world.calm(amina, ben);
	const hers = amina.clear.clientID;
	world.relay.inject(
		// her client id in the header, and in the structs alone, and a template's
		await forge({ by, room, header: { yClient: hers } }),
		await forge({ by, room, content: typed(hers, 'not hers') }),
		await forge({ by, room, header: { yClient: 7 } })
	);
	await world.calm(amina, ben);
	expect([text(amina), text(ben)]).toEqual(['mine', 'mine']);
	expect(amina.clear.clientID).toBe(hers);
	expect(await reasons(world, 'amina')).toEqual(['foreign-client', 'foreign-client', 'foreign-client']);
	type(amina, ', still');
	await world.calm(amina, ben);
	expect(text(ben)).toBe('mine, still');
});

test('[E4] an envelope under a live client id that has not written yet does not steal it', async () => {
	const world = await setup();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	const view = amina.openView();
	await world.calm(amina, ben);
	world.relay.inject(
		await forge({ by: world.person('ben'), room: world.room, header: { yClient: view.yClient } })
	);
	await world.calm(amina);
	expect(view.doc.clientID).toBe(view.yClient);
	expect(await reasons(world, 'amina')).toEqual(['foreign-client']);
});

test('[E6] a poisonous update is set aside with its bytes, and the rest applies', async () => {
	const world = await setup();
	const by = world.person('amina');
	const { room } = world;
	const yClient = 5_000_000;
	const doc = new Doc();
	doc.clientID = yClient;
	doc.getText('t').insert(0, 'abc');
	const before = Y.encodeStateVector(doc);
	doc.getText('t').insert(3, 'def');
	const hole = encodeStateAsUpdate(doc, before);
	const poison = await forge({ by, room, content: hole, header: { yClient } });
	const { ben } = await injected(
		world,
		await forge({ by, room, content: new Uint8Array([255, 255, 255]) }),
		poison
	);
	expect(ben.clear.store.pendingStructs).toBe(null);
	await ben.close();
	expect(await reasons(world, 'ben')).toEqual(['clock-gap', 'malformed-update']);
	const rows = await (await world.person('ben').storage()).setAside.list();
	expect(rows.map(({ bytes }) => bytes)).toContainEqual(poison);
});

test('[E6] what was set aside is tried again, and leaves the table when it is accepted', async () => {
	const world = await setup();
	const ben = await world.open('ben');
	await ben.synced;
	const storage = await world.person('ben').storage();
	await ben.close();
	const envelope = await forge({ by: world.person('amina'), room: world.room, word: 'at last' });
	const { circle, document, lane, generation } = world.room;
	const room = [circle, document, lane, generation].join('.');
	await storage.setAside.add({ room, reason: 'cannot-open', bytes: envelope, at: 0 });
	const again = await world.open('ben');
	await again.loaded;
	expect(text(again)).toBe('at last');
	expect(await storage.setAside.list()).toEqual([]);
});

test('[L1] a dishonest relay that deletes, or sends what is no envelope, changes nothing and is named', async () => {
	const world = await setup();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await world.calm(amina, ben);
	type(amina, 'kept');
	await world.calm(amina, ben);
	const evil = new Doc({ gc: false });
	for (const items of world.relay.items.values())
		for (const { envelope } of items) evil.getArray('log').push([envelope]);
	applyUpdate(evil, encodeStateAsUpdate(evil));
	evil.getArray('log').delete(0, 1);
	const readable = new Doc();
	readable.getArray('log').push(['text']);
	const map = new Doc();
	map.getMap('log').set('k', new Uint8Array(3));
	for (const update of [evil, readable, map].map((doc) => encodeStateAsUpdate(doc)))
		world.relay.say('ben', writeUpdateFrame(update));
	world.relay.say('ben', writeUpdateFrame(new Uint8Array([9, 9, 9])));
	world.relay.say('ben', new Uint8Array([1, 250, 1]));
	world.relay.say('ben', new Uint8Array([]));
	await world.calm(amina, ben);
	expect(text(ben)).toBe('kept');
	expect(ben.saved.refused).toMatch(/^relay-/);
	expect((await reasons(world, 'ben')).every((reason) => reason.startsWith('relay-'))).toBe(true);
	type(amina, ' and going on');
	await world.calm(amina, ben);
	expect(text(ben)).toBe('kept and going on');
});

test('[L6] one refused envelope does not block what comes behind it, from this tab or later ones', async () => {
	const world = await setup();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await world.calm(amina, ben);
	world.relay.away.add('amina');
	world.relay.cutOff('amina');
	const view = amina.openView();
	view.asUser(() => view.doc.getText('refused').insert(0, 'never wanted'));
	await amina.flush();
	type(amina, 'wanted');
	await amina.flush();
	const [row] = await (await world.person('amina').storage()).outbox.list();
	const unwanted = String(row?.envelope);
	world.relay.refuse = ({ envelope }) => (String(envelope) === unwanted ? 'may-not-write' : null);
	const diverged = vi.fn();
	view.onRepairDropped(diverged);
	world.relay.away.clear();
	await until(() => text(ben) === 'wanted');
	await world.calm(amina, ben);
	expect(amina.saved).toMatchObject({ inOutbox: 0, setAside: 1, refused: 'may-not-write' });
	expect(diverged).toHaveBeenCalledWith(true);
	type(amina, ' too');
	await world.calm(amina, ben);
	expect(text(ben)).toBe('wanted too');
	await amina.close();
	expect(await reasons(world, 'amina')).toEqual(['may-not-write']);
	const again = await world.open('amina');
	await world.calm(again, ben);
	expect(text(again)).toBe('wanted too');
});

test('[L6] a place in the log taken by somebody else costs no word: it goes again, elsewhere', async () => {
	const world = await setup();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await world.calm(amina, ben);
	let conflicts = 1;
	world.relay.refuse = () => (conflicts-- > 0 ? 'conflicting' : null);
	type(amina, 'not lost');
	await world.calm(amina, ben);
	await until(() => text(ben) === 'not lost');
	await world.calm(amina, ben);
	expect(amina.saved).toMatchObject({ inOutbox: 0, setAside: 0 });
});

test('[L6] somebody who writes at the next place of our part of the log cannot make us lose a word', async () => {
	const world = await setup();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await world.calm(amina, ben);
	type(amina, 'one ');
	await world.calm(amina, ben);
	const [ours] = [...world.relay.items.keys()];
	if (ours === undefined) throw new Error('nothing arrived');
	const thief = await forge({ by: world.person('ben'), room: world.room, word: 'stolen place ' });
	world.relay.inject(thief);
	const stolen = [...world.relay.items.values()]
		.flat()
		.find(({ envelope }) => String(envelope) === String(thief));
	if (stolen === undefined) throw new Error('not injected');
	for (const [client, items] of world.relay.items)
		if (items.includes(stolen)) world.relay.items.delete(client);
	const taken = { ...stolen, client: ours, clock: 1 };
	world.relay.items.set(ours, [...(world.relay.items.get(ours) ?? []), taken]);
	world.relay.say('amina', writeUpdateFrame(writeLogUpdate([taken])));
	type(amina, 'two');
	await until(() => text(ben).includes('two'));
	await world.calm(amina, ben);
	expect(text(amina)).toBe(text(ben));
	expect(amina.saved).toMatchObject({ inOutbox: 0, refused: null });
});

test('[P1] presence is sealed, signed and fresh: no replay, no borrowed caret, no word in the frame', async () => {
	const world = await setup({ amina: 'owner', ben: 'editor', mallory: 'editor' });
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	ben.presence.setLocalStateField('user', { name: 'Ben Canary' });
	await world.calm(amina, ben);
	expect(amina.people.map(({ person }) => person)).toEqual([world.person('ben').person]);
	expect(amina.presence.getStates().get(ben.presence.clientID)).toEqual({ user: { name: 'Ben Canary' } });
	for (const frame of world.relay.awareness) expect(Buffer.from(frame).includes('Canary')).toBe(false);
	const recorded = world.relay.awareness.map((frame) => frame.slice());
	await ben.close();
	await world.calm(amina);
	expect(amina.people).toEqual([]);
	// the relay plays everything back, to Amina who knows Ben's counter, and to a fresh tab that does not
	for (const frame of recorded) world.relay.say('amina', frame);
	await world.calm(amina);
	expect(amina.people).toEqual([]);
	await amina.close();
	const fresh = await world.open('amina');
	await world.calm(fresh);
	for (const frame of recorded) world.relay.say('amina', frame);
	await world.calm(fresh);
	expect(fresh.people).toEqual([]);
	expect(recorded.every((frame) => frame[0] === AWARENESS)).toBe(true);
});

test('[V1] the views are detached before anything of a newer schema is applied', async () => {
	const world = await setup();
	const old = await world.open('amina');
	await world.calm(old);
	const view = old.openView();
	const seen: string[] = [];
	view.onDetached(() => seen.push(`detached with "${view.doc.getText('t').toJSON()}"`));
	old.onSchema((schema) => seen.push(`schema ${schema} with "${text(old)}"`));
	const newer = await world.open('ben', { schema: 2 });
	await world.calm(old, newer);
	type(newer, 'a newer block');
	await world.calm(old, newer);
	expect(seen).toEqual(['detached with ""', 'schema 2 with ""']);
	expect(text(old)).toBe('a newer block');
	expect(view.doc.getText('t').toJSON()).toBe('');
	expect(() => view.asUser(() => undefined)).toThrow();
	expect(old.openView().detached).toBe(true);
});

test("[V2] an old editor's repairs never reach the clear document, and what a person does, and undoes, does", async () => {
	const world = await setup();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await world.calm(amina, ben);
	const view = amina.openView();
	const body = () => view.doc.getXmlFragment('body');
	const dropped: boolean[] = [];
	view.onRepairDropped((diverged) => dropped.push(diverged));
	// an old editor's binding: whenever something arrives, it deletes the nodes it does not know
	view.doc.on('afterTransaction', () => {
		const unknown = body()
			.toArray()
			.findIndex((node) => node instanceof XmlElement && node.nodeName === 'goalCard');
		if (unknown >= 0) view.doc.transact(() => body().delete(unknown, 1), 'repair');
	});
	const undo = new UndoManager(body());
	ben.edit((clear) => {
		const card = new XmlElement('goalCard');
		card.insert(0, [new XmlText('a newer node')]);
		clear.getXmlFragment('body').insert(0, [card]);
	});
	await world.calm(amina, ben);
	expect(dropped).toEqual([false]);
	expect(amina.clear.getXmlFragment('body').toJSON()).toContain('a newer node');
	view.asUser(() => body().insert(0, [new XmlText('typed')]));
	await world.calm(amina, ben);
	expect(ben.clear.getXmlFragment('body').toJSON()).toContain('typed');
	undo.clear();
	view.asUser(() => body().insert(0, [new XmlText('regretted')]));
	undo.undo();
	await world.calm(amina, ben);
	expect(ben.clear.getXmlFragment('body').toJSON()).not.toContain('regretted');
	expect(ben.clear.getXmlFragment('body').toJSON()).toContain('a newer node');
	// a repair that writes leaves a hole in the view's clocks: it must not go on
	view.doc.transact(() => body().push([new XmlText('repair')]), 'plugin');
	expect(dropped).toEqual([false, true]);
	expect(view.detached).toBe(true);
	const renewed = amina.openView();
	renewed.asUser(() => renewed.doc.getXmlFragment('body').push([new XmlText('going on')]));
	await world.calm(amina, ben);
	expect(ben.clear.getXmlFragment('body').toJSON()).toContain('going on');
	expect(ben.clear.getXmlFragment('body').toJSON()).not.toContain('repair');
});

test('canary: not one readable word in IndexedDB or in any frame', async () => {
	const world = await setup();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	amina.presence.setLocalStateField('user', { name: 'Amina Canary' });
	type(amina, 'The canary sings of housing.');
	amina.edit((clear) => clear.getMap('meta').set('title', 'Canary plan'));
	await world.calm(amina, ben);
	world.relay.cutOff('amina');
	type(amina, 'Another canary offline.');
	await amina.flush();
	await amina.close();
	await ben.close();
	const words = ['canary', 'Canary', 'housing', 'Amina', 'title'];
	const held = await dumpIndexedDb();
	expect(held.length).toBeGreaterThan(5_000);
	for (const word of words) expect(held.includes(word)).toBe(false);
	for (const frame of world.relay.frames)
		for (const word of words) expect(Buffer.from(frame).includes(word)).toBe(false);
	// the search itself works: what is there is found
	expect(held.includes(Buffer.from(world.relay.envelopes[0]?.subarray(0, 32) ?? []))).toBe(true);
});

/** Every byte of every database: keys, values, whatever is inside. */
async function dumpIndexedDb(): Promise<Buffer> {
	const parts: Buffer[] = [];
	for (const { name = '' } of await indexedDB.databases()) {
		parts.push(Buffer.from(name));
		const database = await new Promise<IDBDatabase>((resolve) => {
			const request = indexedDB.open(name);
			request.onsuccess = () => resolve(request.result);
		});
		for (const store of database.objectStoreNames) {
			const rows = database.transaction(store).objectStore(store);
			const values = await new Promise<unknown[]>((resolve) => {
				const request = rows.getAll();
				request.onsuccess = () => resolve(request.result as unknown[]);
			});
			for (const value of values) collect(value, parts);
		}
		database.close();
	}
	return Buffer.concat(parts);
}

function collect(value: unknown, parts: Buffer[]): void {
	if (value instanceof Uint8Array) parts.push(Buffer.from(value));
	else if (typeof value === 'object' && value !== null)
		for (const [key, inner] of Object.entries(value)) {
			parts.push(Buffer.from(key));
			collect(inner, parts);
		}
	else parts.push(Buffer.from(String(value)));
}
