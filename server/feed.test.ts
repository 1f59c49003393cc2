import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { grantMember } from '#lib/circle/actions.ts';
import { introduceDevice } from '#lib/circle/device.ts';
import { newDocumentId } from '#lib/circle/ids.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import type { Lane } from '#lib/circle/state.ts';
import { writeRoom } from '#lib/envelope/room.ts';
import { writeMessage } from '#lib/sync/wire.ts';
import { createSomebody, foundTeam } from '../tests/support/team.ts';
import { append, ask, RawClient, settle, type House } from './raw-client.fixture.ts';
import { startRelay, type Relay } from './relay.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
});

async function relayOn(data: string | null): Promise<Relay> {
	const relay = await startRelay({ port: 0, host: '127.0.0.1', data });
	closers.push(() => relay.close());
	return relay;
}

const desk = (relay: Relay, house: House, name: string) =>
	RawClient.open(relay, 'circles', house.named(name).device);

const moves = (client: RawClient, circles: string[], cursor = '') =>
	ask(client, (id) => writeMessage('fetchMoves', { id, circles, cursor }), 'moves');

/** One more durable envelope in a room of its own, and the room's name. */
async function write(relay: Relay, house: House, name: string, lane: Lane = 'body'): Promise<string> {
	const writer = await house.writer(name, { document: newDocumentId(), lane });
	const text = writeRoom(writer.room);
	const client = await RawClient.open(relay, text, house.named(name).device);
	client.send(await writer.frame({ kind: lane === 'body' ? 'update' : 'ops' }));
	await client.message('acknowledged');
	await client.close();
	return text;
}

test('[R6] a device is told which rooms moved since its cursor, in the order in which they did', async () => {
	const relay = await relayOn(null);
	const house = await settle(relay, ['amina', 'ben']);
	const ben = await desk(relay, house, 'ben');
	const circles = [house.case.circle];
	const start = await moves(ben, circles);
	expect(start).toMatchObject({ rooms: [], more: false, lost: false });

	const first = await write(relay, house, 'amina');
	const second = await write(relay, house, 'amina');
	const told = await moves(ben, circles, start.cursor);
	expect(told.rooms).toEqual([first, second]);
	expect((await moves(ben, circles, told.cursor)).rooms).toEqual([]);
	expect((await moves(ben, circles)).rooms).toEqual([first, second]);
});

test('[R6] who listens is told soon after, by one frame, with a cursor that leaves nothing out', async () => {
	const relay = await relayOn(null);
	const house = await settle(relay, ['amina', 'ben']);
	const ben = await desk(relay, house, 'ben');
	const room = await write(relay, house, 'amina');
	const pushed = await ben.message('moved');
	expect(pushed.rooms).toEqual([room]);
	expect((await moves(ben, [house.case.circle], pushed.cursor)).rooms).toEqual([]);
});

test('nobody is told of rooms of a circle they are not in', async () => {
	const relay = await relayOn(null);
	const house = await settle(relay, ['amina']);
	const outsider = await foundTeam(['mallory']);
	const mallory = await RawClient.open(relay, 'circles', outsider.named('mallory').device);
	const amina = await desk(relay, house, 'amina');
	await write(relay, house, 'amina');
	await amina.message('moved');
	expect((await moves(mallory, [house.case.circle])).rooms).toEqual([]);
	expect(mallory.messages('moved')).toEqual([]);
});

test('a guest is not told that staff speak among themselves', async () => {
	const relay = await relayOn(null);
	const house = await settle(relay, ['amina', 'ben']);
	const [amina, guest] = [house.named('amina'), await createSomebody('dara')];
	const secrets = await readEpochSecrets(house.case.state, amina.device);
	const entry = await grantMember(house.case.state, secrets, amina.device, {
		person: guest.person,
		personName: 'Dara',
		role: 'commenter',
		guest: true,
		until: Date.now() + 86_400_000,
		devices: [await introduceDevice(guest.device, guest.person)],
		at: Date.now()
	});
	await house.case.append(entry);
	const staff = await desk(relay, house, 'ben');
	expect(await append(staff, house.case.circle, entry)).toBe('appended');
	const dara = await RawClient.open(relay, 'circles', guest.device);
	const circles = [house.case.circle];

	const quiet = await write(relay, house, 'amina', 'internal');
	expect((await staff.message('moved')).rooms).toEqual([quiet]);
	const open = await write(relay, house, 'amina', 'discussion');
	expect((await dara.message('moved')).rooms).toEqual([open]);
	expect(dara.messages('moved')).toHaveLength(1);
	expect((await moves(dara, circles)).rooms).toEqual([open]);
	expect((await moves(staff, circles)).rooms).toEqual([quiet, open]);
});

test('[R7] a store restored from an older copy says that it has forgotten; a restart of the same one does not', async () => {
	const data = mkdtempSync(join(tmpdir(), 'relay-feed-'));
	const backup = mkdtempSync(join(tmpdir(), 'relay-feed-'));
	closers.push(() => [data, backup].forEach((folder) => rmSync(folder, { recursive: true, force: true })));
	let relay = await relayOn(data);
	const house = await settle(relay, ['amina']);
	const circles = [house.case.circle];
	const kept = await write(relay, house, 'amina');
	await relay.close();
	cpSync(data, backup, { recursive: true });

	relay = await relayOn(data);
	const later = await write(relay, house, 'amina');
	const before = await moves(await desk(relay, house, 'amina'), circles);
	expect(before.rooms).toEqual([kept, later]);
	await relay.close();

	relay = await relayOn(data);
	const restarted = await moves(await desk(relay, house, 'amina'), circles, before.cursor);
	expect(restarted).toMatchObject({ rooms: [], lost: false });
	await relay.close();

	const restored = await relayOn(backup);
	const after = await moves(await desk(restored, house, 'amina'), circles, before.cursor);
	expect(after).toMatchObject({ rooms: [kept], lost: true });
	// also once the restored store has made as many moves as the lost one
	for (let i = 0; i < 3; i++) await write(restored, house, 'amina');
	expect(await moves(await desk(restored, house, 'amina'), circles, before.cursor)).toMatchObject({
		lost: true
	});
});

test('a cursor that no relay ever wrote is answered like a lost one', async () => {
	const relay = await relayOn(null);
	const house = await settle(relay, ['amina']);
	const room = await write(relay, house, 'amina');
	const amina = await desk(relay, house, 'amina');
	for (const cursor of ['x', 'x.1', '.', '..', 'x.1e999', 'x'.repeat(100_000)])
		expect(await moves(amina, [house.case.circle], cursor), cursor).toMatchObject({
			rooms: [room],
			lost: true
		});
});
