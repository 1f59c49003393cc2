/**
 * A relay that cheats, seen from the devices of two people: the real relay process, with somebody in front of it who does
 * to the frames whatever they like. Each story ends with every word in its place, and with a sentence for those concerned.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { readSyncMessage } from 'y-protocols/sync';
import { inviteToCircle } from '#lib/circle/actions.ts';
import { newDocumentId, type CircleId } from '#lib/circle/ids.ts';
import { createLinkSecret } from '#lib/circle/link.ts';
import { writeRoom } from '#lib/envelope/room.ts';
import type { RoomLease } from '#lib/session/rooms.ts';
import { sentenceFor } from '#lib/session/sentences.ts';
import { writeUpdateFrame } from '#lib/sync/relay-socket.ts';
import { AWARENESS, frameType, readMessage, SYNC } from '#lib/sync/wire.ts';
import {
	closeAll,
	closeLater,
	createDevice,
	foundCase,
	keepDevicesApart,
	knownTo,
	letIn,
	removeFrom,
	soon,
	type Device
} from './support/device.ts';
import { DishonestRelay } from './support/dishonest-relay.ts';
import { RelayProcess } from './support/relay-process.ts';

beforeAll(keepDevicesApart);
afterEach(closeAll);

const text = ({ sealed }: RoomLease) => sealed.clear.getText('words').toJSON();
const type = ({ sealed }: RoomLease, words: string) =>
	sealed.edit((doc) => doc.getText('words').insert(doc.getText('words').length, words));

function invite(who: Device, circle: CircleId) {
	const known = knownTo(who, circle);
	const wish = { role: 'editor', expires: Date.now() + 60_000, at: Date.now() } as const;
	return who.circles.append(known, (state) =>
		inviteToCircle(state, known.secrets, who.vault.device, { link: createLinkSecret(), ...wish })
	);
}

/** Amina and Ben own a case and have one document open; Amina's relay is the dishonest one. */
async function setup() {
	const relay = await RelayProcess.start();
	closeLater(() => relay.remove());
	const between = await DishonestRelay.before(relay);
	closeLater(() => between.close());
	const amina = await createDevice(between, 'Amina');
	const ben = await createDevice(relay, 'Ben');
	const circle = await foundCase(amina, relay.foundingCode);
	await letIn(amina, circle, ben, 'owner');
	const document = newDocumentId();
	const room = writeRoom({ circle, document, lane: 'body', generation: 0 });
	const open = (who: Device) => {
		const lease = who.rooms.open(knownTo(who, circle), document);
		closeLater(() => lease.close());
		return lease;
	};
	return { relay, between, amina, ben, circle, room, open };
}

test('[R3] it withholds and reorders: the document is not called complete, and when the words come they are all there', async () => {
	const { between, amina, ben, room, open } = await setup();
	const [hers, his] = [open(amina), open(ben)];
	await soon(() => expect(hers.sealed.saved.complete).toBe(true));
	const held: Uint8Array[] = [];
	between.toApp = (frame, path) => {
		if (path !== room || frameType(frame) !== SYNC) return [frame];
		held.push(frame);
		return [];
	};
	for (const words of ['one ', 'two ', 'three']) {
		type(his, words);
		await his.sealed.flush();
		expect(await his.sealed.acknowledged(60_000)).toBe(true);
	}
	await soon(() => expect(hers.sealed.saved.complete).toBe(false));
	expect(text(hers)).toBe('');
	expect(his.sealed.saved.seenBy).toEqual([]);

	await soon(() => expect(held.length).toBeGreaterThanOrEqual(3));
	between.toApp = (frame) => [frame];
	for (const frame of held.reverse()) between.say(room, frame);
	await soon(() => expect(text(hers)).toBe('one two three'));
	await soon(() => expect(hers.sealed.saved).toMatchObject({ complete: true, gaps: [], refused: null }));
	await soon(() => expect(his.sealed.saved.seenBy).toEqual([amina.me]));
});

test('[L1] it deletes, and sends what is no change at all: nothing moves, and it is said', async () => {
	const { between, amina, ben, room, open } = await setup();
	const [hers, his] = [open(amina), open(ben)];
	const frames: Uint8Array[] = [];
	between.toApp = (frame, path) => {
		if (path === room && frameType(frame) === SYNC) frames.push(frame);
		return [frame];
	};
	type(his, 'kept');
	await soon(() => expect(text(hers)).toBe('kept'));
	const evil = new Y.Doc({ gc: false });
	for (const frame of frames) {
		const decoder = decoding.createDecoder(frame);
		decoding.readVarUint(decoder);
		readSyncMessage(decoder, encoding.createEncoder(), evil, null);
	}
	expect(evil.getArray('log').length).toBe(1);
	evil.getArray('log').delete(0, evil.getArray('log').length);
	between.say(room, writeUpdateFrame(Y.encodeStateAsUpdate(evil)));
	between.say(room, writeUpdateFrame(new Uint8Array([9, 9, 9])));
	await soon(() => expect(hers.sealed.saved.refused).toMatch(/^relay-/));
	expect(sentenceFor(hers.sealed.saved.refused ?? '')).toContain('something that it should never send');
	type(his, ' and going on');
	await soon(() => expect(text(hers)).toBe('kept and going on'));
});

test('[P1] it plays yesterday’s presence back: nobody is shown who is not here', async () => {
	const { between, amina, ben, room, open } = await setup();
	const recorded: Uint8Array[] = [];
	between.toApp = (frame, path) => {
		if (path === room && frameType(frame) === AWARENESS) recorded.push(frame);
		return [frame];
	};
	const [hers, his] = [open(amina), open(ben)];
	his.sealed.presence.setLocalStateField('user', { name: 'Ben' });
	await soon(() => expect(hers.sealed.people.map(({ person }) => person)).toEqual([ben.me]));
	await his.close();
	await soon(() => expect(hers.sealed.people).toEqual([]));
	await hers.close();
	const again = open(amina);
	await soon(() => expect(again.sealed.saved.complete).toBe(true));
	const before = recorded.length;
	expect(before).toBeGreaterThan(0);
	for (const frame of recorded.slice()) between.say(room, frame);
	// what comes behind them has been read when this is
	const his2 = open(ben);
	type(his2, 'here now');
	await soon(() => expect(text(again)).toBe('here now'));
	expect(again.sealed.people.every(({ person }) => person === ben.me)).toBe(true);
	expect(again.sealed.people.length).toBeLessThanOrEqual(1);
});

test('[C3] it forks a circle: whoever has seen the other history notices, keeps the proof, and keeps their words', async () => {
	const { relay, between, amina, ben, circle, open } = await setup();
	const his = open(ben);
	// a second relay goes on from a copy, in the name of the first
	await relay.stop();
	const copy = mkdtempSync(join(tmpdir(), 'relay-fork-'));
	cpSync(relay.data, copy, { recursive: true });
	const fork = await RelayProcess.start({ data: copy, env: { ORIGIN: relay.origin } });
	closeLater(() => fork.remove());
	// before the first is there again, or she would still go there with what she says next
	between.leadTo(fork);
	await relay.start();
	await soon(() =>
		expect([amina, ben].map(({ connection }) => connection.status)).toEqual(['connected', 'connected'])
	);
	for (const who of [amina, ben]) {
		expect(await invite(who, circle)).toEqual({ ok: true, value: undefined });
	}
	// Amina is led back to where Ben is
	between.leadTo(relay);
	await soon(() => expect(amina.circles.differing.get(circle)).toBe('record-differs'));
	expect(sentenceFor('record-differs')).toContain('a different history of who has access');
	await soon(async () =>
		expect(await amina.vault.get('settings', `fork.${circle}`)).toMatchObject({ seq: 2 })
	);
	const hers = open(amina);
	type(hers, 'written on the other side');
	await hers.sealed.flush();
	await soon(() => expect(hers.sealed.saved).toMatchObject({ unsealed: 0, inOutbox: 1 }));
	type(his, 'and on this side');
	expect(await his.sealed.acknowledged(60_000)).toBe(true);
	expect(text(his)).toBe('and on this side');
});

test('[R7] it is honest, but restored from last week’s backup: an owner’s device gives back who is in, and who is out', async () => {
	const { relay, between, amina, ben, circle, room, open } = await setup();
	const carl = await createDevice(relay, 'Carl');
	const hers = open(amina);
	type(hers, 'last week; ');
	expect(await hers.sealed.acknowledged(60_000)).toBe(true);
	await relay.stop();
	const backup = mkdtempSync(join(tmpdir(), 'relay-backup-'));
	closeLater(() => rmSync(backup, { recursive: true, force: true }));
	cpSync(relay.data, backup, { recursive: true });
	await relay.start();
	await soon(() => expect(amina.connection.status).toBe('connected'));

	// Ben writes, Carl comes, Ben goes and does not hear of it
	const bens = open(ben);
	await soon(() => expect(text(bens)).toBe('last week; '));
	type(bens, 'by Ben; ');
	await soon(() => expect(text(hers)).toBe('last week; by Ben; '));
	await bens.close();
	ben.connection.close();
	await letIn(amina, circle, carl, 'editor');
	const { device } = ben.vault.device;
	const cuts = hers.sealed
		.sessionsOf(device)
		.map(({ session, count }) => ({ ...hers.sealed.room, device, session, count }));
	const removed = await removeFrom(amina, circle, ben.me, cuts);
	expect(removed).toEqual({ ok: true, value: undefined });
	const theirs = open(carl);
	await soon(() => expect(text(theirs)).toBe('last week; by Ben; '));
	type(theirs, 'this week');
	await soon(() => expect(text(hers)).toBe('last week; by Ben; this week'));

	// the backup comes back, and Ben is there before anybody else
	between.toRelay = () => [];
	await relay.stop();
	rmSync(relay.data, { recursive: true });
	cpSync(backup, relay.data, { recursive: true });
	await theirs.close();
	carl.connection.close();
	await relay.start();
	const his = open(ben);
	await soon(() => expect(his.sealed.saved.complete).toBe(true));
	type(his, 'not any more mine to write');
	expect(await his.sealed.acknowledged(60_000)).toBe(true);

	// her words are back before who is in is
	let tooEarly = 0;
	between.toApp = (frame) => {
		const message = readMessage(frame);
		if (message?.type === 'refused' && message.reason === 'unknown-head') tooEarly++;
		return [frame];
	};
	between.isAway = (path) => path === 'circles';
	between.toRelay = (frame) => [frame];
	between.leadTo(relay);
	await soon(() => expect(tooEarly).toBeGreaterThan(0));
	between.isAway = () => false;
	await soon(() => expect(amina.connection.status).toBe('connected'));
	const stranger = await createDevice(relay, 'Dora');
	await letIn(amina, circle, stranger, 'reader');
	const seen = open(stranger);
	await soon(() => expect(text(seen)).toBe('last week; by Ben; this week'));
	expect(knownTo(stranger, circle).state.people.get(ben.me)).toBeDefined();
	expect([...amina.circles.differing.values()]).toEqual([]);
	expect(text(hers)).toBe('last week; by Ben; this week');
	await soon(() => expect(hers.sealed.saved.setAside).toBe(1));
	expect(room).toContain(circle);
});
