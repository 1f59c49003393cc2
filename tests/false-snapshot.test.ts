/**
 * An editor with an app of their own shortens a document's history falsely, at a real relay: nobody who has the document
 * believes it, an owner leads everybody back, and whoever comes later reads what was written. [L3]
 */
import { afterEach, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { writeRoll } from '#lib/circle/actions.ts';
import { newDocumentId } from '#lib/circle/ids.ts';
import { asBytes } from '#lib/crypto/bytes.ts';
import { writeRoom, type Room } from '#lib/envelope/room.ts';
import { foldLog } from '#lib/sync/fold.ts';
import type { FollowedCircle } from '#lib/sync/options.ts';
import { Sealer } from '#lib/sync/sealer.ts';
import { writeSnapshot } from '#lib/sync/snapshot.ts';
import { writeUpdate } from '../server/frames.ts';
import { RawClient } from '../server/raw-client.fixture.ts';
import {
	closeAll,
	closeLater,
	createDevice,
	foundCase,
	keepDevicesApart,
	knownTo,
	letIn,
	soon,
	type Device
} from './support/device.ts';
import { RelayProcess } from './support/relay-process.ts';

beforeAll(keepDevicesApart);
afterEach(closeAll);

function open(who: Device, { circle, document }: Room) {
	const lease = who.rooms.open(knownTo(who, circle), document);
	closeLater(() => lease.close());
	const { sealed } = lease;
	return { sealed, words: () => sealed.clear.getText('words').toJSON() };
}

const write = ({ sealed }: ReturnType<typeof open>, words: string) =>
	sealed.edit((doc) => doc.getText('words').insert(doc.getText('words').length, words));

/** What is written becomes `other` in the snapshot, which this device signs and the circle is told of. */
async function shortenFalsely(who: Device, port: number, room: Room, other: string): Promise<void> {
	const known = knownTo(who, room.circle);
	const { device } = who.vault;
	const own = await RawClient.open({ port }, writeRoom(room), device);
	const items = await own.download();
	const covers = new Map<number, number>();
	for (const key of items.keys()) {
		const [client = 0, clock = 0] = key.split(':').map(Number);
		covers.set(client, Math.max(covers.get(client) ?? 0, clock + 1));
	}
	const circle: Pick<FollowedCircle, 'state' | 'secrets'> = known;
	const sealer = new Sealer({
		...{ room: () => room, device, schema: 1, now: Date.now },
		circle: circle as FollowedCircle
	});
	const folded = await foldLog({
		...{ envelopes: [...items.values()], base: null, seed: undefined, forgets: undefined, room },
		circle: circle as FollowedCircle,
		laneSecret: (epoch) => sealer.laneSecret(epoch)
	});
	if (!folded.ok) throw new Error(folded.reason);
	const forged = new Y.Doc();
	forged.getText('words').insert(0, other);
	const clear = asBytes(Y.encodeStateAsUpdateV2(forged));
	const next = { ...room, generation: 1 };
	const written = await writeSnapshot({ ...folded.value, clear }, next, sealer);
	if (written === null) throw new Error('may not');
	const log = new Y.Doc({ gc: false });
	for (const envelope of written.envelopes) log.getArray('log').push([envelope]);
	const raw = await RawClient.open({ port }, writeRoom(next), device);
	raw.send(writeUpdate(Y.encodeStateAsUpdate(log)));
	await raw.message('acknowledged');
	const { document, lane } = room;
	const roll = { document, lane, hash: written.hash, covers: asBytes(Y.encodeStateVector(covers)) };
	const told = await who.circles.append(known, (state) =>
		writeRoll(state, device, { ...roll, at: Date.now() })
	);
	expect(told.ok, 'the relay cannot tell what is in a snapshot').toBe(true);
	await own.close();
	await raw.close();
}

test('a false snapshot is believed by nobody who has the document; an owner goes back, and later ones read the truth', async () => {
	const relay = await RelayProcess.start();
	closeLater(() => relay.remove());
	const [amina, ben, chidi] = [
		await createDevice(relay, 'Amina'),
		await createDevice(relay, 'Ben'),
		await createDevice(relay, 'Chidi')
	];
	const circle = await foundCase(amina, relay.foundingCode);
	await letIn(amina, circle, ben);
	const room: Room = { circle, document: newDocumentId(), lane: 'body', generation: 0 };
	const hers = open(amina, room);
	await hers.sealed.loaded;
	write(hers, 'Rosa asked about housing.');
	expect(await hers.sealed.acknowledged(60_000)).toBe(true);

	await shortenFalsely(ben, relay.port, room, 'Rosa asked about nothing.');
	await soon(() =>
		expect(hers.sealed.falseSnapshot).toEqual({ by: ben.vault.device.device, mayGoBack: true })
	);
	expect(hers.words()).toBe('Rosa asked about housing.');
	// what is written meanwhile waits here, and comes along
	write(hers, ' And a bus pass.');
	expect(await hers.sealed.goBack()).toEqual({ ok: true, value: undefined });
	await soon(() => expect(hers.sealed.falseSnapshot).toBeNull());
	expect(await hers.sealed.acknowledged(60_000)).toBe(true);

	await letIn(amina, circle, chidi);
	const his = open(chidi, room);
	await soon(() => expect(his.words()).toBe('Rosa asked about housing. And a bus pass.'));
	expect(hers.words()).toBe('Rosa asked about housing. And a bus pass.');
});
