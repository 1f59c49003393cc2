/**
 * A case that is shared with a team, on a real relay process with real devices: who joins the team is in, who leaves it is
 * out, and nobody gains more than the team was given.
 */
import { afterEach, beforeAll, expect, test } from 'vitest';
import { grantCircle, grantMember } from '#lib/circle/actions.ts';
import { devicesToCut } from '#lib/circle/cuts.ts';
import { introduceDevice } from '#lib/circle/device.ts';
import { newDocumentId, type CircleId } from '#lib/circle/ids.ts';
import { beginEpoch, headsOf } from '#lib/circle/removal.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import type { CircleState, Cut } from '#lib/circle/state.ts';
import { indexDocumentOf, writeRoom } from '#lib/envelope/room.ts';
import {
	foundOwnCircle,
	goneFromCase,
	listOwnDocument,
	ownDocumentsOf,
	titleInList
} from '#lib/session/own-document.ts';
import { Summaries } from '#lib/session/summaries.ts';
import { CLOSE } from '#lib/sync/wire.ts';
import { RawClient } from '../server/raw-client.fixture.ts';
import {
	closeAll,
	closeLater,
	createDevice,
	found,
	keepDevicesApart,
	knownTo,
	letIn,
	removeFrom,
	soon,
	type Device
} from './support/device.ts';
import { RelayProcess } from './support/relay-process.ts';

const DONE = { ok: true, value: undefined };
beforeAll(keepDevicesApart);
afterEach(closeAll);

async function letTeamIn(by: Device, circle: CircleId, team: CircleState) {
	const into = knownTo(by, circle);
	return by.circles.append(into, (state) =>
		grantCircle(state, into.secrets, by.vault.device, {
			inner: team,
			name: 'Nights',
			role: 'editor',
			at: Date.now()
		})
	);
}

async function renew(by: Device, circle: CircleId, cuts: readonly Cut[] = []) {
	const of = knownTo(by, circle);
	return by.circles.append(
		of,
		async (state) => (await beginEpoch(state, of.secrets, by.vault.device, { cuts, at: Date.now() })).bytes
	);
}

/** Amina's agency, the team Nights with Ben in it, and Amina's case, which the team is in. Chidi is in the agency. */
async function settle() {
	const relay = await RelayProcess.start();
	closeLater(() => relay.remove());
	const [amina, ben, chidi] = [
		await createDevice(relay, 'Amina'),
		await createDevice(relay, 'Ben'),
		await createDevice(relay, 'Chidi')
	];
	const agency = await found(amina, 'agency', 'Harbour House', null, relay.foundingCode);
	for (const colleague of [ben, chidi]) await letIn(amina, agency, colleague);
	const team = await found(amina, 'team', 'Nights', knownTo(amina, agency));
	await letIn(amina, team, ben);
	const file = await found(amina, 'case', 'Harbour House', knownTo(amina, agency));
	expect(await letTeamIn(amina, file, knownTo(amina, team).state)).toEqual(DONE);
	await soon(() => expect(ben.circles.get(file)?.role).toBe('editor'));
	return { relay, amina, ben, chidi, agency, team, file };
}

const open = (device: Device, circle: CircleId, document: ReturnType<typeof newDocumentId>) => {
	const { sealed } = device.rooms.open(knownTo(device, circle), document);
	return {
		sealed,
		text: () => sealed.clear.getText('words').toJSON(),
		write: async (words: string) => {
			sealed.edit((doc) => doc.getText('words').insert(0, words));
			await sealed.flush();
		}
	};
};

test('[C4] who joins the team opens the case and is heard; who leaves it is cut off, and the case begins anew without them', async () => {
	const { amina, ben, chidi, team, file } = await settle();
	const document = newDocumentId();
	const aminas = open(amina, file, document);
	await aminas.write('written before. ');
	expect(await aminas.sealed.acknowledged(60_000)).toBe(true);

	// everybody of the agency knows the team by name, and who is in it; the case only who is in
	await soon(() => expect(chidi.circles.get(team)?.label).toBe('Nights'));
	expect(knownTo(chidi, team).nameOf(ben.me)).toBe('Ben');
	expect(chidi.circles.get(file)).toBeUndefined();
	expect(await chidi.connection.fetch(file, 0)).toEqual({ ok: false, reason: 'not-allowed' });

	await letIn(amina, team, chidi);
	await soon(() => expect(chidi.circles.get(file)?.role).toBe('editor'));
	expect((await chidi.connection.fetchMoves([file], ''))?.rooms.length).toBe(1);
	const chidis = open(chidi, file, document);
	await soon(() => expect(chidis.text()).toBe('written before. '));
	await chidis.write('Chidi was here. ');
	expect(await chidis.sealed.acknowledged(60_000)).toBe(true);
	const bens = open(ben, file, document);
	for (const one of [aminas, bens])
		await soon(() => expect(one.text()).toBe('Chidi was here. written before. '));
	expect(knownTo(ben, file).nameOf(chidi.me)).toBe('Chidi');

	// Chidi goes: cut off by the relay at once, and shut out by keys with the case's next epoch
	expect(await removeFrom(amina, team, chidi.me)).toEqual(DONE);
	expect(await chidi.connection.fetch(file, 0)).toEqual({ ok: false, reason: 'not-allowed' });
	expect(await chidi.connection.list()).not.toContain(file);
	expect((await chidi.connection.fetchMoves([file], ''))?.rooms).toEqual([]);
	await chidis.write('said too late. ');
	await soon(() => expect(knownTo(amina, file).state.circles.get(team)?.state?.epoch).toBe(1));
	const heads = headsOf(knownTo(amina, file).state);
	const gone = devicesToCut(knownTo(amina, file).state, { type: 'epoch', members: [], device: null, heads });
	expect([...gone.keys()]).toEqual([chidi.vault.device.device]);
	// what Chidi wrote and the relay has acknowledged must not be left out
	expect(await renew(amina, file)).toEqual({ ok: false, reason: 'behind-rooms' });
	const { device } = chidi.vault.device;
	const cuts = aminas.sealed
		.sessionsOf(device)
		.map(
			({ session, count }) => ({ device, document, lane: 'body', generation: 0, session, count }) as const
		);
	expect(await renew(amina, file, cuts)).toEqual(DONE);

	await aminas.write('Not for Chidi. ');
	expect(await aminas.sealed.acknowledged(60_000)).toBe(true);
	await soon(() => expect(bens.text()).toBe('Not for Chidi. Chidi was here. written before. '));
	expect(chidis.text()).toBe('said too late. Chidi was here. written before. ');
	const theirs = await readEpochSecrets(
		knownTo(amina, file).state,
		chidi.vault.device,
		new Map([[team, knownTo(chidi, team).secrets]])
	);
	expect(theirs.has(knownTo(amina, file).state.epoch)).toBe(false);
});

test('nobody but an owner of the case brings a team in, and an old key of the team is taken for nothing', async () => {
	const { amina, ben, chidi, agency, team, file } = await settle();
	const before = knownTo(amina, team).state;
	// in the case by the team, which decides nothing there
	const nights = await found(ben, 'team', 'Nights of Ben', knownTo(ben, agency));
	await letIn(ben, nights, chidi);
	expect(await letTeamIn(ben, file, knownTo(ben, nights).state)).toEqual({
		ok: false,
		reason: 'not-a-member'
	});
	// in the team as an editor, who does not decide there
	const into = knownTo(ben, team);
	const { device, profile } = chidi.vault;
	const grant = {
		person: profile.person,
		personName: 'Chidi',
		role: 'editor',
		devices: [await introduceDevice(device, profile.person)],
		at: Date.now()
	} as const;
	const granting = ben.circles.append(into, (state) =>
		grantMember(state, into.secrets, ben.vault.device, grant)
	);
	expect(await granting).toEqual({ ok: false, reason: 'may-not' });
	// taken out of the case, its people learn that; who comes into the team later was never there
	expect(await removeFrom(amina, file, team)).toEqual(DONE);
	await soon(() => expect(knownTo(ben, file).isOut).toBe(true));
	const whole = await ben.connection.fetch(file, 0);
	await letIn(amina, team, chidi);
	await renew(amina, file);
	expect(await chidi.connection.fetch(file, 0)).toEqual({ ok: false, reason: 'not-allowed' });
	expect(await ben.connection.fetch(file, 0)).toEqual(whole);
	// a key that Ben still holds after he was let go
	expect(await removeFrom(amina, team, ben.me)).toEqual(DONE);
	const other = await found(amina, 'case', 'Harbour House', knownTo(amina, agency));
	expect(await letTeamIn(amina, other, before)).toEqual({ ok: false, reason: 'wrong-heads' });
	expect(await letTeamIn(amina, other, knownTo(amina, team).state)).toEqual(DONE);
	// the agency itself is nothing to bring in, and nothing is written in a team
	expect(await letTeamIn(amina, other, knownTo(amina, agency).state)).toEqual({
		ok: false,
		reason: 'not-allowed'
	});
	const inTeam = open(amina, team, newDocumentId());
	await inTeam.write('words');
	await soon(() => expect(inTeam.sealed.saved.refused).toBe('not-allowed'));
});

test('[C3] a relay that withholds or shortens the team’s log lets nobody in: their words wait, and nothing is lost', async () => {
	const { amina, ben, chidi, team, file } = await settle();
	const document = newDocumentId();
	// Ben's connection hears nothing of the team any more
	const fetch = ben.connection.fetch.bind(ben.connection);
	let withheld = true;
	ben.connection.fetch = (circle, after) =>
		withheld && circle === team
			? Promise.resolve({ ok: false, reason: 'not-allowed' })
			: fetch(circle, after);
	const nights = knownTo(ben, team);
	const extend = nights.extend.bind(nights);
	nights.extend = () => Promise.resolve({ ok: true, value: undefined });
	await letIn(amina, team, chidi);
	await soon(() => expect(chidi.circles.get(file)?.role).toBe('editor'));
	const chidis = open(chidi, file, document);
	await chidis.write('Chidi was here.');
	expect(await chidis.sealed.acknowledged(60_000)).toBe(true);
	const bens = open(ben, file, document);
	await soon(() => expect(bens.sealed.saved.setAside).toBe(1));
	expect(bens.text()).toBe('');
	withheld = false;
	nights.extend = extend;
	await knownTo(ben, file).refresh();
	await soon(() => expect(bens.text()).toBe('Chidi was here.'));
	expect(bens.sealed.saved.setAside).toBe(0);
});

test('[S1] a document limited to Amina and Chidi is nothing to Ben, who is in the case: no log, no room, no key, no title', async () => {
	const { relay, amina, ben, chidi, file, team } = await settle();
	await letIn(amina, file, chidi);
	await soon(() => expect(chidi.circles.get(file)?.role).toBe('editor'));
	const summariesOf = (device: Device) => new Summaries(device.vault, device.name);
	const [aminas, chidis] = [summariesOf(amina), summariesOf(chidi)];
	const founded = await foundOwnCircle(amina.circles, amina.vault, knownTo(amina, file), [chidi.me]);
	if (!founded.ok) throw new Error(founded.reason);
	const own = founded.value;
	const { circle } = own;
	const document = newDocumentId();
	const facts = { kind: 'case-note', template: null, schema: 1, createdAt: 1, createdBy: '' };
	const row = { ...facts, id: document, title: 'Quinine for Rosa' };
	await listOwnDocument({ rooms: amina.rooms, summaries: aminas }, own, file, row);
	const words = open(amina, circle, document);
	await words.write('Zaunkönig words');
	expect(await words.sealed.acknowledged(60_000)).toBe(true);

	// Chidi, as an editor and not an owner, finds it in the case
	await soon(() => expect(chidi.circles.get(circle)?.directRole).toBe('editor'));
	const theirs = open(chidi, circle, document);
	await soon(() => expect(theirs.text()).toBe('Zaunkönig words'));
	const list = chidi.rooms.open(knownTo(chidi, circle), await indexDocumentOf(circle)).sealed;
	await soon(() => expect(titleInList(knownTo(chidi, circle), list.clear)).toBe('Quinine for Rosa'));
	await chidis.note(document, { circle, caseCircle: file, title: 'Quinine for Rosa' });
	expect(ownDocumentsOf(file, chidi.circles.all, chidis)).toMatchObject([
		{ document, people: 2, mine: false }
	]);

	// Ben may found circles in the case himself; of this one he is told nothing, and let in nowhere
	expect(await ben.connection.list()).not.toContain(circle);
	expect(await ben.connection.fetch(circle, 0)).toEqual({ ok: false, reason: 'not-allowed' });
	expect((await ben.connection.fetchMoves([circle, file], ''))?.rooms ?? []).not.toContainEqual(
		expect.stringContaining(circle)
	);
	expect(ownDocumentsOf(file, ben.circles.all, summariesOf(ben))).toEqual([]);
	// with the whole log stolen he has a lock and no key, and a room that does not open
	const stolen = await ben.circles.add(circle, own.entries, false);
	if (!stolen.ok) throw new Error(stolen.reason);
	expect(stolen.value.secrets.size).toBe(0);
	expect(stolen.value.role).toBeNull();
	const room = writeRoom({ circle, document, lane: 'body', generation: 0 });
	const knocking = new RawClient(relay, room);
	await knocking.prove(relay, room, ben.vault.device);
	expect(await knocking.closed()).toBe(CLOSE.notAllowed);
	expect(knocking.messages('welcome')).toEqual([]);
	const peeking = open(ben, circle, document);
	await soon(() => expect(peeking.sealed.saved.refused).not.toBeNull());
	expect(peeking.text()).toBe('');
	// nor does he come in by bringing the team or the case, or himself
	const mine = await introduceDevice(ben.vault.device, ben.me);
	const intruding = ben.connection.append(
		circle,
		await grantMember(own.state, own.secrets, ben.vault.device, {
			person: ben.me,
			personName: 'Ben',
			role: 'editor',
			devices: [mine],
			at: Date.now()
		})
	);
	expect(await intruding).toMatchObject({ ok: false });
	expect(knownTo(amina, team).role).toBe('owner');

	// who leaves the case is to be let go from its documents
	expect(goneFromCase(own, knownTo(amina, file))).toEqual([]);
	expect(await removeFrom(amina, file, chidi.me)).toEqual(DONE);
	await soon(() => expect(goneFromCase(own, knownTo(amina, file))).toEqual([chidi.me]));
	expect(await removeFrom(amina, circle, chidi.me)).toEqual(DONE);
	await words.write('Not for Chidi. ');
	expect(await words.sealed.acknowledged(60_000)).toBe(true);
	await soon(() => expect(knownTo(chidi, circle).isOut).toBe(true));
	expect(theirs.text()).toBe('Zaunkönig words');
});
