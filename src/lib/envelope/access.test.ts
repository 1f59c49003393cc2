import { describe, expect, test } from 'vitest';
import { checkWriter } from './check.ts';
import { laneSecretOf } from './envelope.ts';
import { headerOf } from './test-envelopes.ts';
import { toBase64Url } from '#lib/crypto/bytes.ts';
import {
	addDevice,
	approveRequest,
	changeRole,
	grantCircle,
	grantMember,
	inviteToCircle,
	leaveCircle,
	requestToJoin,
	writeRoll
} from '#lib/circle/actions.ts';
import { devicesToCut, endingOf, isEpochDue } from '#lib/circle/cuts.ts';
import { readEntry } from '#lib/circle/entry.ts';
import { introduceDevice } from '#lib/circle/device.ts';
import { newDocumentId } from '#lib/circle/ids.ts';
import { createLinkSecret, inviteSecretOf } from '#lib/circle/link.ts';
import { mayAppend, mayFound, mayGrantCircle } from '#lib/circle/policy.ts';
import { beginEpoch, headsOf, removeDevice, removeMembers } from '#lib/circle/removal.ts';
import { everyDevice, nextEnd, roleNow, roleOf, withMemberState } from '#lib/circle/roles.ts';
import { safetyNumber } from '#lib/circle/safety.ts';
import { openName, openRequestName, readEpochSecrets } from '#lib/circle/secrets.ts';
import type { Cut } from '#lib/circle/state.ts';
import { createPerson, DAY, NOW, TestCircle, type TestPerson } from '#lib/circle/test-people.ts';

const [amina, ben, chidi, dara, mallory] = (await Promise.all(
	['Amina', 'Ben', 'Chidi', 'Dara', 'Mallory'].map(createPerson)
)) as [TestPerson, TestPerson, TestPerson, TestPerson, TestPerson];

const secretsOf = (circle: TestCircle, who: TestPerson) => readEpochSecrets(circle.state, who.device);

async function remove(circle: TestCircle, by: TestPerson, who: TestPerson, cuts: readonly Cut[] = []) {
	const wish = { members: [who.person], reason: 'left the agency', cuts, at: NOW };
	return (await removeMembers(circle.state, await secretsOf(circle, by), by.device, wish)).bytes;
}

async function guest(circle: TestCircle, who: TestPerson) {
	const { person, name: personName } = who;
	const devices = [await introduceDevice(who.device, person)];
	const grant = {
		person,
		personName,
		role: 'commenter',
		guest: true,
		until: NOW + DAY,
		devices,
		at: NOW
	} as const;
	return circle.append(await grantMember(circle.state, await secretsOf(circle, amina), amina.device, grant));
}

describe('Somebody removed', () => {
	test('[S2] reads nothing of the new epoch, and their open invitation lets nobody in', async () => {
		const circle = await (await TestCircle.found(amina, 'case')).letIn(amina, ben, 'editor');
		const link = createLinkSecret();
		await circle.append(await circle.invite(ben, 'reader', link));
		await circle.append(await remove(circle, amina, ben));
		expect(circle.state.epoch).toBe(1);
		expect(roleOf(circle.state, ben.device.device)).toBeNull();
		expect([...(await secretsOf(circle, ben)).keys()]).toEqual([0]);
		expect([...(await secretsOf(circle, amina)).keys()].sort()).toEqual([0, 1]);
		expect([...circle.state.invites.values()].at(-1)?.state).toBe('withdrawn');
		const again = await circle.grant(amina, ben, 'reader');
		await circle.append(again);
		expect(roleOf(circle.state, ben.device.device)).toBe('reader');
	});

	test('[E2] counts with what was there, and with nothing that names an old head later', async () => {
		const circle = await (await TestCircle.found(amina, 'case')).letIn(amina, ben, 'editor');
		const old = headerOf(circle, ben);
		const { device, document, lane, generation, session } = old;
		const cuts = [{ device, document, lane, generation, session, count: 2 }];
		expect([
			...devicesToCut(circle.state, { type: 'epoch', members: [ben.person], device: null, heads: [] })
		]).toEqual([[device, ['body', 'discussion', 'internal']]]);
		await circle.append(await remove(circle, amina, ben, cuts));
		const verdict = (change: object) => {
			const checked = checkWriter({ ...old, ...change }, circle.state);
			return checked.ok ? 'ok' : checked.reason;
		};
		expect([0, 1, 2, 3].map((seq) => verdict({ seq }))).toEqual(['ok', 'ok', 'too-late', 'too-late']);
		expect(verdict({ document: newDocumentId() })).toBe('too-late');
		expect(verdict({ circleHead: circle.state.head, epoch: 1 })).toBe('not-a-member');
		// who was brought back writes under the new head
		await circle.append(await circle.grant(amina, ben, 'editor'));
		expect([verdict({ seq: 2 }), verdict({ seq: 9, circleHead: circle.state.head, epoch: 1 })]).toEqual([
			'too-late',
			'ok'
		]);
	});

	test('lowered to commenter, still discusses, and writes no body in the name of an old head', async () => {
		const circle = await (await TestCircle.found(amina, 'case')).letIn(amina, ben, 'editor');
		const old = headerOf(circle, ben);
		const lower = { member: ben.person, role: 'commenter', until: null, cuts: [], at: NOW } as const;
		await circle.append(await changeRole(circle.state, amina.device, lower));
		const ok = (lane: 'body' | 'discussion') => checkWriter({ ...old, lane }, circle.state).ok;
		expect([ok('body'), ok('discussion')]).toEqual([false, true]);
	});

	test('two owners remove each other at once: the second stands in the wrong place', async () => {
		const circle = await (await TestCircle.found(amina, 'case')).letIn(amina, ben, 'owner');
		const [first, second] = [await remove(circle, amina, ben), await remove(circle, ben, amina)];
		await circle.append(first);
		expect(await circle.refusal(second)).toBe('wrong-place');
		expect(await circle.refusal(await remove(circle, ben, amina).catch(() => second))).not.toBe('accepted');
	});
});

describe('A guest', () => {
	test('holds what everyone holds, and comes to nothing internal, in no epoch', async () => {
		const circle = await guest(await TestCircle.found(amina, 'case'), dara);
		const when = { cuts: [], at: NOW };
		await circle.append(
			(await beginEpoch(circle.state, await secretsOf(circle, amina), amina.device, when)).bytes
		);
		const [ours, theirs] = [await secretsOf(circle, amina), await secretsOf(circle, dara)];
		for (const epoch of [0, 1]) {
			expect(theirs.get(epoch)).toEqual({ everyone: ours.get(epoch)!.everyone, staff: null });
			const room = headerOf(circle, dara, { lane: 'internal' });
			expect(await laneSecretOf(theirs.get(epoch)!, room)).toBeNull();
		}
		expect(await openName(theirs, circle.state.circle, circle.state.people.get(amina.person)!)).toBe('Amina');
		const lanes = (['body', 'discussion', 'internal'] as const).map(
			(lane) => checkWriter(headerOf(circle, dara, { lane }), circle.state).ok
		);
		expect(lanes).toEqual([false, true, false]);
		expect(mayFound(circle.state, 'document', dara.device.device, NOW)).toBe(false);
	});

	test('[C7] is out from their end date on, by the clock of the relay', async () => {
		const circle = await guest(await TestCircle.found(amina, 'case'), dara);
		expect(nextEnd(circle.state, NOW)).toBe(NOW + DAY);
		expect(roleNow(circle.state, dara.device.device, NOW + DAY - 1)).toBe('commenter');
		expect(roleNow(circle.state, dara.device.device, NOW + DAY)).toBeNull();
		const later = await readEntry(await leaveCircle(circle.state, dara.device, NOW));
		expect(later.ok && mayAppend(circle.state, later.value, NOW + DAY).ok).toBe(false);
	});

	test('asks, and is let in with exactly the keys they asked with', async () => {
		const circle = await (await TestCircle.found(amina, 'case')).letIn(amina, ben, 'editor');
		const link = createLinkSecret();
		const wish = {
			link,
			role: 'commenter',
			guest: true,
			approval: true,
			until: NOW + 90 * DAY,
			expires: NOW + DAY,
			at: NOW
		} as const;
		await circle.append(await inviteToCircle(circle.state, await secretsOf(circle, ben), ben.device, wish));
		const asks = { person: dara.person, personName: dara.name, at: NOW };
		await circle.append(await requestToJoin(circle.state, dara.device, link, asks));
		expect(await circle.refusal(await requestToJoin(circle.state, mallory.device, link, asks))).toBe(
			'invitation-requested'
		);
		expect(roleOf(circle.state, dara.device.device)).toBeNull();
		const { publicKey } = await inviteSecretOf(link);
		const invite = circle.state.invites.get(toBase64Url(publicKey))!;
		const secrets = await secretsOf(circle, ben);
		expect(await openRequestName(secrets, circle.state.circle, invite, invite.request!)).toBe('Dara');
		const approval = { invite, personName: 'Dara', at: NOW };
		const forged = {
			...invite,
			request: { ...invite.request!, ...(await introduceDevice(mallory.device, dara.person)) }
		};
		const yes = (changed: typeof invite) =>
			approveRequest(circle.state, secrets, ben.device, { ...approval, invite: changed });
		expect(await circle.refusal(await yes(forged))).toBe('wrong-request');
		expect(await circle.refusal(await yes({ ...invite, role: 'editor' }))).toBe('role-too-high');
		expect(await circle.refusal(await yes({ ...invite, until: null }))).not.toBe('accepted');
		await circle.append(await yes(invite));
		expect(roleOf(circle.state, dara.device.device)).toBe('commenter');
	});
});

test('[I2] A device is added by its person or an owner, by no stranger; a lost one reads nothing new', async () => {
	const circle = await (await TestCircle.found(amina, 'case')).letIn(amina, ben, 'editor');
	await circle.letIn(amina, chidi, 'editor');
	const phone = await createPerson('phone');
	const add = async (by: TestPerson) =>
		addDevice(circle.state, await secretsOf(circle, by), by.device, {
			person: ben.person,
			newDevice: await introduceDevice(phone.device, ben.person),
			at: NOW
		});
	expect(await circle.refusal(await add(chidi))).toBe('may-not');
	await circle.append(await add(ben));
	expect(roleOf(circle.state, phone.device.device)).toBe('editor');
	const lose = async (by: TestPerson) =>
		(
			await removeDevice(circle.state, await secretsOf(circle, by), by.device, {
				lost: phone.device.device,
				cuts: [],
				at: NOW
			})
		).bytes;
	expect(await circle.refusal(await lose(chidi))).toBe('may-not');
	await circle.append(await lose(ben));
	expect((await secretsOf(circle, phone)).has(1)).toBe(false);
	expect(roleOf(circle.state, ben.device.device)).toBe('editor');
});

test('[I2] A link for a device of one’s own asks, once, and brings exactly the device that asked', async () => {
	const circle = await (await TestCircle.found(amina)).letIn(amina, ben, 'editor');
	const link = createLinkSecret();
	const wish = {
		link,
		role: 'editor',
		ownDevice: true,
		approval: true,
		expires: NOW + 600_000,
		at: NOW
	} as const;
	const invite = async (change: object) =>
		inviteToCircle(circle.state, await secretsOf(circle, ben), ben.device, { ...wish, ...change });
	// nobody makes themself more by it, and nobody comes in by the link alone
	expect(await circle.refusal(await invite({ role: 'owner' }))).toBe('role-too-high');
	expect(await circle.refusal(await invite({ role: 'reader' }))).toBe('may-not');
	expect(await circle.refusal(await invite({ approval: false }))).toBe('may-not');
	expect(await circle.refusal(await invite({ expires: NOW + 2 * 3_600_000 }))).toBe('may-not');
	await circle.append(await invite({}));
	const phone = await createPerson('phone');
	const ask = (who: TestPerson, person = ben.person) =>
		requestToJoin(circle.state, who.device, link, { person, personName: 'Phone', at: NOW });
	// the link is Ben's: who opens it becomes nobody else, neither themself nor Amina
	expect(await circle.refusal(await ask(phone, phone.person))).toBe('may-not');
	expect(await circle.refusal(await ask(phone, amina.person))).toBe('may-not');
	await circle.append(await ask(phone));
	expect(await circle.refusal(await ask(mallory))).toBe('invitation-requested');
	expect(roleOf(circle.state, phone.device.device)).toBeNull();

	const { publicKey: request } = await inviteSecretOf(link);
	const add = async (by: TestPerson, who: TestPerson, person = ben.person, stated = person) =>
		addDevice(circle.state, await secretsOf(circle, by), by.device, {
			person,
			newDevice: await introduceDevice(who.device, stated),
			request,
			at: NOW
		});
	expect(await circle.refusal(await add(ben, mallory))).toBe('wrong-request');
	expect(await circle.refusal(await add(amina, phone, amina.person))).toBe('wrong-request');
	// a device that never said so belongs to nobody
	expect(await circle.refusal(await add(ben, phone, ben.person, amina.person))).toBe('bad-signature');
	await circle.append(await add(ben, phone));
	expect(roleOf(circle.state, phone.device.device)).toBe('editor');
	expect((await secretsOf(circle, phone)).has(0)).toBe(true);
	expect(await circle.refusal(await add(ben, phone))).toBe('already-a-member');
	expect(await circle.refusal(await ask(mallory))).toBe('invitation-used');
});

test('[C4] [S1] A team is in by one entry: its people read and write, and no more once the case knows they left', async () => {
	const team = await (await TestCircle.found(amina, 'team')).letIn(amina, ben, 'reader');
	const file = await TestCircle.found(amina, 'case');
	await file.append(
		await grantCircle(file.state, await secretsOf(file, amina), amina.device, {
			inner: team.state,
			name: 'Nights',
			role: 'editor',
			at: NOW
		})
	);
	const granted = await readEntry(file.entries[1]!);
	if (!granted.ok || granted.value.type !== 'grant-circle') throw new Error('no grant');
	expect(mayGrantCircle((await TestCircle.found(amina, 'case')).state, team.state, granted.value.body)).toBe(
		true
	);
	expect(roleOf(file.state, ben.device.device)).toBeNull();
	file.state = withMemberState(file.state, team.state);
	expect(roleOf(file.state, ben.device.device)).toBe('editor');
	expect([...everyDevice(file.state)].sort()).toEqual([amina.device.device, ben.device.device].sort());
	const through = new Map([[team.state.circle, await secretsOf(team, ben)]]);
	expect(await readEpochSecrets(file.state, ben.device, through)).toEqual(await secretsOf(file, amina));
	const header = headerOf(file, ben);
	expect(checkWriter(header, file.state).ok).toBe(true);

	await team.append(await remove(team, amina, ben));
	file.state = withMemberState(file.state, team.state);
	expect(roleOf(file.state, ben.device.device)).toBeNull();
	expect(isEpochDue(file.state)).toBe(true);
	// the case has not recorded it: by its log Ben still was in
	expect(checkWriter(header, file.state).ok).toBe(true);
	const ending = { type: 'epoch', members: [], device: null, heads: headsOf(file.state) } as const;
	expect([...devicesToCut(file.state, ending).keys()]).toEqual([ben.device.device]);
	const { device, document, lane, generation, session } = header;
	const cuts = [{ device, document, lane, generation, session, count: 1 }];
	const begun = await beginEpoch(file.state, await secretsOf(file, amina), amina.device, { cuts, at: NOW });
	const entry = await readEntry(begun.bytes);
	expect(entry.ok && endingOf(entry.value)?.type).toBe('epoch');
	await file.append(begun.bytes);
	expect(isEpochDue(file.state)).toBe(false);
	expect([0, 1].map((seq) => checkWriter({ ...header, seq }, file.state).ok)).toEqual([true, false]);
	expect((await readEpochSecrets(file.state, ben.device, through)).has(1)).toBe(false);
	// a log older than the case has seen gives nothing
	expect(
		withMemberState(
			{ ...file.state, circles: file.state.circles },
			(await TestCircle.found(amina, 'team')).state
		)
	).toStrictEqual(file.state);
});

test('[L2] A lane rolls one generation after the other, by who may write the text', async () => {
	const circle = await (await TestCircle.found(amina, 'case')).letIn(amina, ben, 'commenter');
	const roll = {
		document: newDocumentId(),
		lane: 'body',
		hash: new Uint8Array(32),
		covers: new Uint8Array(2),
		at: NOW
	} as const;
	expect(await circle.refusal(await writeRoll(circle.state, ben.device, roll))).toBe('may-not');
	const before = circle.state;
	await circle.append(await writeRoll(circle.state, amina.device, roll));
	expect(
		await circle.refusal(await writeRoll({ ...before, head: circle.state.head }, amina.device, roll))
	).toBe('wrong-generation');
});

test('[I3] A safety number is the same for both, and another as soon as a key is', async () => {
	const [a, b, c] = [amina, ben, chidi].map(({ device }) => device.signing.publicKey) as [
		Uint8Array<ArrayBuffer>,
		Uint8Array<ArrayBuffer>,
		Uint8Array<ArrayBuffer>
	];
	const number = await safetyNumber([a, c], [b]);
	expect(number).toMatch(/^(\d{5} ){5}\d{5}$/);
	expect(await safetyNumber([b], [c, a])).toBe(number);
	expect(await safetyNumber([a], [b, c])).not.toBe(number);
});
