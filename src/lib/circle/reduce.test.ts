import { describe, expect, test } from 'vitest';
import { concatBytes, randomBytes, toBase64Url, utf8, type Bytes } from '#lib/crypto/bytes.ts';
import { sign } from '#lib/crypto/sign.ts';
import { changeRole, leaveCircle, withdrawInvite, writeRoll } from './actions.ts';
import type { DeviceSecrets } from './device.ts';
import { writeEntry } from './entry.ts';
import { idBytes, newDocumentId, type CircleId } from './ids.ts';
import { createLinkSecret, inviteSecretOf } from './link.ts';
import { mayAppend, mayFound, rules } from './policy.ts';
import { applyEntry, joinProof, reduce, replayEntries } from './reduce.ts';
import { readEntry } from './entry.ts';
import { beginEpoch } from './removal.ts';
import { canWrite, currentRole, epochAt, ownersOf, roleOf } from './roles.ts';
import { openName, readEpochSecrets } from './secrets.ts';
import { isLeftOut, rollAfter, rollsOf } from './state.ts';
import { createPerson, DAY, NOW, TestCircle, type TestPerson } from './test-people.ts';

const [amina, ben, chidi, mallory] = await Promise.all(
	['Amina', 'Ben', 'Chidi', 'Mallory'].map(createPerson)
);
if (!amina || !ben || !chidi || !mallory) throw new Error('four people');

/** A join that departs from the rules in one thing. */
async function forgeJoin(
	circle: TestCircle,
	link: Bytes,
	change: {
		proof?: (proof: Bytes) => Bytes;
		body?: Record<string, unknown>;
		by?: DeviceSecrets;
		prev?: Bytes;
		circle?: CircleId;
	}
): Promise<Bytes> {
	const honest = await readEntry(await circle.join(ben!, link));
	if (!honest.ok || honest.value.type !== 'join') throw new Error('no join');
	const { body } = honest.value;
	const proof = joinProof(
		'join',
		change.circle ?? circle.state.circle,
		change.prev ?? circle.state.head.hash,
		body
	);
	const inviteSignature = await sign(await inviteSecretOf(link), (change.proof ?? ((p: Bytes) => p))(proof));
	const wire = { ...body, person: idBytes(body.person), inviteSignature, ...change.body };
	return writeEntry(circle.state, change.by ?? ben!.device, 'join', wire, NOW + 1);
}

describe('[C1] Founding, inviting, joining, granting', () => {
	test('an agency grows by one link and one grant', async () => {
		const circle = await TestCircle.found(amina);
		await circle.letIn(amina, ben, 'editor');
		await circle.append(await circle.grant(amina, chidi, 'commenter'));
		const { state } = circle;
		expect(state.head.seq).toBe(3);
		expect(state.hashes.length).toBe(4);
		expect([amina, ben, chidi, mallory].map(({ device }) => roleOf(state, device.device))).toEqual([
			'owner',
			'editor',
			'commenter',
			null
		]);
		expect(state.people.get(ben.person)?.invitedBy).toBe(amina.person);
		expect([...state.invites.values()][0]?.state).toBe('used');
		const replayed = await replayEntries(circle.entries);
		expect(replayed.ok && replayed.value).toEqual(state);
	});

	test('a role is the one that held at the place asked for', async () => {
		const circle = await (await TestCircle.found(amina)).letIn(amina, ben, 'editor');
		expect(roleOf(circle.state, ben.device.device, 1)).toBeNull();
		expect(roleOf(circle.state, ben.device.device, 2)).toBe('editor');
		const removed = { ...circle.state.devices.get(ben.device.device)!, removedAt: 3 };
		const later = { ...circle.state, devices: new Map([[ben.device.device, removed]]) };
		expect(roleOf(later, ben.device.device, 2)).toBe('editor');
		expect(roleOf(later, ben.device.device, 3)).toBeNull();
		const second = { ...circle.state.devices.get(ben.device.device)!, addedAt: 7 };
		const withSecond = { ...circle.state, devices: new Map([[ben.device.device, second]]) };
		expect(roleOf(withSecond, ben.device.device, 6)).toBeNull();
		expect(roleOf(withSecond, ben.device.device, 7)).toBe('editor');
	});

	test('an entry with one flipped bit, anywhere, is refused', async () => {
		const circle = await TestCircle.found(amina);
		const invite = await circle.invite(amina, 'editor');
		const reasons = new Set<string>();
		for (let i = 0; i < invite.length; i++) {
			const flipped = new Uint8Array(invite);
			flipped[i] = (flipped[i] ?? 0) ^ (1 << (i % 8));
			const reason = await circle.refusal(flipped);
			expect(reason, `byte ${i}`).not.toBe('accepted');
			reasons.add(reason);
		}
		expect([...reasons]).toContain('bad-signature');
	});

	test('a founding entry with one flipped bit is refused', async () => {
		const [first] = (await TestCircle.found(amina)).entries;
		for (let i = 0; i < first!.length; i += 3) {
			const flipped = new Uint8Array(first!);
			flipped[i] = (flipped[i] ?? 0) ^ (1 << (i % 8));
			expect((await applyEntry(null, flipped)).ok, `byte ${i}`).toBe(false);
		}
	});

	test('an entry that does not follow the head is refused: again, too early, or after another', async () => {
		const circle = await TestCircle.found(amina);
		const [first, second] = [await circle.invite(amina, 'editor'), await circle.invite(amina, 'reader')];
		await circle.append(first);
		expect(await circle.refusal(first)).toBe('wrong-place');
		expect(await circle.refusal(second)).toBe('wrong-place');
		expect(await circle.refusal(circle.entries[0]!)).toBe('wrong-place');
		const misplaced = { ...circle.state, head: { seq: 1, hash: randomBytes(32) } };
		const wrongPrev = await writeEntry(
			misplaced,
			amina.device,
			'invite-withdraw',
			{ key: randomBytes(32) },
			NOW
		);
		expect(await circle.refusal(wrongPrev)).toBe('wrong-place');
	});

	test('an entry of another circle is refused', async () => {
		const [ours, theirs] = [await TestCircle.found(amina), await TestCircle.found(amina)];
		expect(await ours.refusal(await theirs.invite(amina, 'editor'))).toBe('wrong-circle');
	});

	test('nobody signs for somebody else', async () => {
		const circle = await TestCircle.found(amina);
		const forger = { ...mallory.device, device: amina.device.device };
		const secrets = { link: createLinkSecret() };
		const invite = await readEntry(await circle.invite(amina, 'owner', secrets.link));
		if (!invite.ok || invite.value.type !== 'invite') throw new Error('no invite');
		const forged = await writeEntry(circle.state, forger, 'invite', { ...invite.value.body }, NOW);
		expect(await circle.refusal(forged)).toBe('bad-signature');
		const stranger = await writeEntry(circle.state, mallory.device, 'invite', { ...invite.value.body }, NOW);
		expect(await circle.refusal(stranger)).toBe('not-a-member');
	});

	test('a circle is founded under its own first device, a case under an agency', async () => {
		const circle = await TestCircle.found(amina);
		const entry = await readEntry(circle.entries[0]!);
		if (!entry.ok || entry.value.type !== 'init') throw new Error('no init');
		const { body } = entry.value;
		const wire = { ...body, person: idBytes(body.person) };
		const refusal = async (bytes: Bytes) => {
			const verdict = await applyEntry(null, bytes);
			return verdict.ok ? 'accepted' : verdict.reason;
		};
		expect(await refusal(await writeEntry(null, mallory.device, 'init', wire, NOW))).toBe('malformed');
		expect(await refusal(await writeEntry(null, amina.device, 'init', { ...wire, kind: 'case' }, NOW))).toBe(
			'wrong-parent'
		);
		expect(
			await refusal(await writeEntry(null, amina.device, 'init', { ...wire, parent: randomBytes(32) }, NOW))
		).toBe('wrong-parent');
		expect(await refusal(await circle.invite(amina, 'editor'))).toBe('wrong-place');
	});
});

describe('[C1] Joining', () => {
	test('works once', async () => {
		const circle = await TestCircle.found(amina);
		const link = createLinkSecret();
		await circle.append(await circle.invite(amina, 'editor', link));
		await circle.append(await circle.join(ben, link));
		expect(await circle.refusal(await circle.join(chidi, link))).toBe('invitation-used');
	});

	test('is refused on the day the invitation ends, by the entry and by the clock of the relay', async () => {
		const circle = await TestCircle.found(amina);
		const link = createLinkSecret();
		await circle.append(await circle.invite(amina, 'editor', link));
		expect(await circle.refusal(await circle.join(ben, link, NOW + 7 * DAY))).toBe('invitation-expired');
		const join = await readEntry(await circle.join(ben, link, NOW + 1));
		if (!join.ok) throw new Error(join.reason);
		expect(mayAppend(circle.state, join.value, NOW + 7 * DAY - 1).ok).toBe(true);
		expect(mayAppend(circle.state, join.value, NOW + 7 * DAY)).toEqual({
			ok: false,
			reason: 'invitation-expired'
		});
	});

	test('is refused after the invitation was withdrawn, and without one', async () => {
		const circle = await TestCircle.found(amina);
		const link = createLinkSecret();
		const { publicKey } = await inviteSecretOf(link);
		await circle.append(await circle.invite(amina, 'editor', link));
		const early = await circle.join(ben, link);
		await circle.append(await withdrawInvite(circle.state, amina.device, publicKey, NOW));
		expect(await circle.refusal(await circle.join(ben, link))).toBe('invitation-withdrawn');
		expect(await circle.refusal(await withdrawInvite(circle.state, amina.device, publicKey, NOW))).toBe(
			'invitation-withdrawn'
		);
		expect(
			await circle.refusal(await withdrawInvite(circle.state, amina.device, randomKey(mallory.device), NOW))
		).toBe('unknown-invitation');
		expect(await circle.refusal(early)).toBe('wrong-place');
	});

	test('needs the signature of the invitation, over this circle, place, person and keys', async () => {
		const [circle, other] = [await TestCircle.found(amina), await TestCircle.found(amina)];
		const link = createLinkSecret();
		await circle.append(await circle.invite(amina, 'editor', link));
		await other.append(await other.invite(amina, 'editor', link));
		const refusalOf = async (change: Parameters<typeof forgeJoin>[2]) =>
			circle.refusal(await forgeJoin(circle, link, change));
		expect(await refusalOf({})).toBe('accepted');
		expect(await refusalOf({ proof: (proof) => concatBytes(proof, utf8('x')) })).toBe('bad-signature');
		expect(await refusalOf({ prev: randomBytes(32) })).toBe('bad-signature');
		expect(await refusalOf({ circle: other.state.circle })).toBe('bad-signature');
		expect(await refusalOf({ body: { person: idBytes(chidi.person) } })).toBe('bad-signature');
		expect(await refusalOf({ body: { receiveKey: chidi.device.receiving.publicKey } })).toBe('bad-signature');
		// somebody who saw Ben's join puts their own device into it
		const { signing } = mallory.device;
		expect(await refusalOf({ body: { signKey: signing.publicKey }, by: mallory.device })).toBe(
			'bad-signature'
		);
		expect(await refusalOf({ by: mallory.device })).toBe('malformed');
		// replayed from the other circle that the same link opens
		const elsewhere = await readEntry(await other.join(ben, link));
		if (!elsewhere.ok || elsewhere.value.type !== 'join') throw new Error('no join');
		const { inviteSignature } = elsewhere.value.body;
		expect(await refusalOf({ body: { inviteSignature } })).toBe('bad-signature');
		// an invitation that nobody made
		expect(await circle.refusal(await forgeJoin(circle, link, { body: await ownInvitation(circle) }))).toBe(
			'unknown-invitation'
		);
	});

	test('does not let anybody take the place of a person or a device that is in', async () => {
		const circle = await TestCircle.found(amina);
		const link = createLinkSecret();
		await circle.append(await circle.invite(amina, 'editor', link));
		expect(await circle.refusal(await circle.join({ ...mallory, person: amina.person }, link))).toBe(
			'already-a-member'
		);
		expect(await circle.refusal(await circle.join({ ...amina, person: mallory.person }, link))).toBe(
			'already-a-member'
		);
	});

	test('lets the same person with the same device into a second circle', async () => {
		const agency = await (await TestCircle.found(amina)).letIn(amina, ben, 'editor');
		const file = await (await TestCircle.found(amina, 'case')).letIn(amina, ben, 'commenter');
		expect(roleOf(agency.state, ben.device.device)).toBe('editor');
		expect(roleOf(file.state, ben.device.device)).toBe('commenter');
	});
});

describe('[C1] Policy', () => {
	test('reads aloud: every rule is one sentence', () => {
		for (const { sentence } of rules) expect(sentence).toMatch(/^[A-Z].*[^.]\.( \[\w+\])?$/);
		expect(new Set(rules.map(({ sentence }) => sentence)).size).toBe(rules.length);
	});

	test('only an owner grants and begins an epoch', async () => {
		const circle = await (await TestCircle.found(amina, 'case')).letIn(amina, ben, 'editor');
		expect(await circle.refusal(await circle.grant(ben, chidi, 'reader'))).toBe('may-not');
		const secrets = await readEpochSecrets(circle.state, ben.device);
		const { bytes } = await beginEpoch(circle.state, secrets, ben.device, { cuts: [], at: NOW });
		expect(await circle.refusal(bytes)).toBe('may-not');
		expect(await circle.refusal(await circle.grant(amina, chidi, 'reader'))).toBe('accepted');
	});

	test('an owner invites to an agency, an editor also to a case, and to no higher role than their own', async () => {
		const outcomes = async (kind: 'agency' | 'case', role: 'editor' | 'commenter' | 'reader') => {
			const circle = await (await TestCircle.found(amina, kind)).letIn(amina, ben, role);
			return Promise.all(
				(['owner', 'editor', 'reader'] as const).map(async (to) =>
					circle.refusal(await circle.invite(ben, to))
				)
			);
		};
		expect(await outcomes('agency', 'editor')).toEqual(['may-not', 'may-not', 'may-not']);
		expect(await outcomes('case', 'editor')).toEqual(['role-too-high', 'accepted', 'accepted']);
		expect(await outcomes('case', 'commenter')).toEqual(['may-not', 'may-not', 'may-not']);
		expect(await outcomes('case', 'reader')).toEqual(['may-not', 'may-not', 'may-not']);
	});

	test('an invitation is withdrawn by who made it or by an owner, and its key is used once', async () => {
		const circle = await (await TestCircle.found(amina, 'case')).letIn(amina, ben, 'editor');
		await circle.letIn(amina, chidi, 'editor');
		const link = createLinkSecret();
		await circle.append(await circle.invite(ben, 'reader', link));
		const { publicKey } = await inviteSecretOf(link);
		const withdrawal = (by: DeviceSecrets) => withdrawInvite(circle.state, by, publicKey, NOW);
		expect(await circle.refusal(await withdrawal(chidi.device))).toBe('may-not');
		expect(await circle.refusal(await withdrawal(ben.device))).toBe('accepted');
		expect(await circle.refusal(await withdrawal(amina.device))).toBe('accepted');
		expect(await circle.refusal(await circle.invite(ben, 'editor', link))).toBe('invitation-exists');
	});

	test('[C6] the last owner cannot become less than an owner, and a circle without one is never a state', async () => {
		const circle = await (await TestCircle.found(amina, 'case')).letIn(amina, ben, 'editor');
		const lower = { member: amina.person, role: 'reader', until: null, cuts: [], at: NOW } as const;
		expect(await circle.refusal(await changeRole(circle.state, amina.device, lower))).toBe('last-owner');
		expect(await circle.refusal(await leaveCircle(circle.state, amina.device, NOW))).toBe('last-owner');
		expect(await circle.refusal(await circle.grant(amina, amina, 'reader'))).toBe('already-a-member');
		expect(await circle.refusal(await circle.grant(amina, ben, 'owner'))).toBe('already-a-member');
		// whatever rule a later version forgets: the reducer itself refuses the outcome
		const people = new Map(circle.state.people).set(amina.person, {
			...circle.state.people.get(amina.person)!,
			roles: [
				{ seq: 0, role: 'owner' as const, guest: false, until: null },
				{ seq: 4, role: 'editor' as const, guest: false, until: null }
			]
		});
		const invite = await readEntry(await circle.invite(amina, 'editor'));
		if (!invite.ok) throw new Error(invite.reason);
		expect(ownersOf({ ...circle.state, people })).toEqual([]);
		expect(reduce({ ...circle.state, people }, invite.value)).toEqual({ ok: false, reason: 'last-owner' });
	});

	test('a grant brings new devices only, each once', async () => {
		const circle = await TestCircle.found(amina);
		const stolen = { ...chidi, device: amina.device };
		expect(await circle.refusal(await circle.grant(amina, stolen, 'editor'))).toBe('already-a-member');
		const grant = await readEntry(await circle.grant(amina, chidi, 'editor'));
		if (!grant.ok || grant.value.type !== 'grant') throw new Error('no grant');
		const { body } = grant.value;
		const [device] = body.devices;
		const twice = { ...body, person: idBytes(body.person), devices: [device, device] };
		expect(await circle.refusal(await writeEntry(circle.state, amina.device, 'grant', twice, NOW))).toBe(
			'already-a-member'
		);
	});

	test('editors and owners of the agency found cases; commenters, readers and strangers do not', async () => {
		const agency = await (await TestCircle.found(amina)).letIn(amina, ben, 'editor');
		await agency.letIn(amina, chidi, 'commenter');
		const may = [amina, ben, chidi, mallory].map(({ device }) =>
			mayFound(agency.state, 'case', device.device, NOW)
		);
		expect(may).toEqual([true, true, false, false]);
	});

	test('editors write the text, commenters discuss, readers read', () => {
		const table = (['owner', 'editor', 'commenter', 'reader', null] as const).map((role) => [
			canWrite(role, 'body'),
			canWrite(role, 'discussion')
		]);
		expect(table).toEqual([
			[true, true],
			[true, true],
			[false, true],
			[false, false],
			[false, false]
		]);
	});
});

describe('[S1] A new epoch', () => {
	test('reaches every device and open invitation, and keeps the past readable', async () => {
		const circle = await (await TestCircle.found(amina)).letIn(amina, ben, 'editor');
		const link = createLinkSecret();
		await circle.append(await circle.invite(amina, 'reader', link));
		const before = await readEpochSecrets(circle.state, amina.device);
		const { bytes, secret } = await beginEpoch(circle.state, before, amina.device, { cuts: [], at: NOW });
		await circle.append(bytes);
		expect(circle.state.epoch).toBe(1);
		expect([epochAt(circle.state, 3), epochAt(circle.state, 4)]).toEqual([0, 1]);
		await circle.append(await circle.join(chidi, link));
		for (const { device } of [amina, ben, chidi]) {
			const secrets = await readEpochSecrets(circle.state, device);
			expect(secrets.get(1)).toEqual(secret);
			expect(secrets.get(0)).toEqual(before.get(0));
			for (const member of circle.state.people.values()) {
				const name = await openName(secrets, circle.state.circle, member);
				expect(['Amina', 'Ben', 'Chidi']).toContain(name);
			}
		}
		expect((await readEpochSecrets(circle.state, mallory.device)).size).toBe(0);
	});

	test('leaves nobody out, includes nobody else, and skips no number', async () => {
		const circle = await (await TestCircle.found(amina)).letIn(amina, ben, 'editor');
		const secrets = await readEpochSecrets(circle.state, amina.device);
		const honest = await readEntry(
			(await beginEpoch(circle.state, secrets, amina.device, { cuts: [], at: NOW })).bytes
		);
		if (!honest.ok || honest.value.type !== 'epoch') throw new Error('no epoch');
		const { body } = honest.value;
		const wraps = body.wraps.map(({ device, wrapped }) => ({ device: idBytes(device), wrapped }));
		const refusalOf = async (change: Record<string, unknown>) =>
			circle.refusal(
				await writeEntry(circle.state, amina.device, 'epoch', { ...body, wraps, ...change }, NOW)
			);
		expect(await refusalOf({})).toBe('accepted');
		expect(await refusalOf({ wraps: wraps.slice(1) })).toBe('wrong-wraps');
		expect(await refusalOf({ wraps: [wraps[0], wraps[0]] })).toBe('wrong-wraps');
		const stranger = { device: idBytes(mallory.device.device), wrapped: wraps[0]?.wrapped };
		expect(await refusalOf({ wraps: [...wraps, stranger] })).toBe('wrong-wraps');
		expect(await refusalOf({ epoch: 2 })).toBe('wrong-epoch');
	});
});

describe('Entries of a newer version', () => {
	const sealed = { reason: utf8('sealed') };

	test('are kept and make the circle read-only, if a member signed them and they follow the head', async () => {
		const circle = await (await TestCircle.found(amina)).letIn(amina, ben, 'editor');
		const unknownType = await writeEntry(circle.state, amina.device, 'sign-off', sealed, NOW);
		const unknownField = await writeEntry(
			circle.state,
			amina.device,
			'invite-withdraw',
			{ key: randomKey(ben.device), reason: 'x' },
			NOW
		);
		for (const bytes of [unknownType, unknownField]) {
			const verdict = await applyEntry(circle.state, bytes);
			expect(verdict.ok && verdict.value.readOnlyBecause).toBe('newer-entry');
			expect(verdict.ok && verdict.value.head.seq).toBe(3);
			const entry = await readEntry(bytes);
			expect(entry.ok && mayAppend(circle.state, entry.value, NOW)).toEqual({
				ok: false,
				reason: 'newer-entry'
			});
		}
		const stranger = await writeEntry(circle.state, mallory.device, 'sign-off', sealed, NOW);
		expect(await circle.refusal(stranger)).toBe('not-a-member');
		const gone = { ...circle.state.devices.get(ben.device.device)!, removedAt: 2 };
		const devices = new Map(circle.state.devices).set(ben.device.device, gone);
		const fromGone = await writeEntry(circle.state, ben.device, 'sign-off', sealed, NOW);
		expect(await applyEntry({ ...circle.state, devices }, fromGone)).toEqual({
			ok: false,
			reason: 'not-a-member'
		});
		const forged = new Uint8Array(unknownType);
		forged[10] = (forged[10] ?? 0) ^ 1;
		expect(await circle.refusal(forged)).toBe('bad-signature');
	});

	test('do not stop the log: what follows is applied where it can be judged, else kept', async () => {
		const circle = await TestCircle.found(amina);
		await circle.append(await writeEntry(circle.state, amina.device, 'sign-off', sealed, NOW));
		await circle.append(await circle.invite(amina, 'editor'));
		expect(circle.state.invites.size).toBe(1);
		// perhaps the unread entry brought this device in
		await circle.append(await writeEntry(circle.state, mallory.device, 'recovery-set', sealed, NOW));
		expect(circle.state.head.seq).toBe(3);
		expect(roleOf(circle.state, mallory.device.device)).toBeNull();
		expect(circle.state.readOnlyBecause).toBe('newer-entry');
	});
});

test('A member reads as what they are now', () => {
	const member = {
		person: amina.person,
		name: randomBytes(1),
		nameEpoch: 0,
		namedAt: 0,
		since: 0,
		invitedBy: null
	};
	expect(currentRole({ ...member, roles: [] })).toBeNull();
	expect(
		currentRole({
			...member,
			roles: [
				{ seq: 0, role: 'owner', guest: false, until: null },
				{ seq: 1, role: 'reader', guest: false, until: null }
			]
		})
	).toBe('reader');
});

/** Some well-formed key. */
const randomKey = (device: DeviceSecrets) => device.signing.publicKey;

/** Fields of a join by an invitation that its user made up. */
async function ownInvitation(circle: TestCircle): Promise<Record<string, unknown>> {
	const invite = await inviteSecretOf(createLinkSecret());
	expect(circle.state.invites.has(toBase64Url(invite.publicKey))).toBe(false);
	const keys = {
		person: ben!.person,
		signKey: ben!.device.signing.publicKey,
		receiveKey: ben!.device.receiving.publicKey
	};
	const proof = joinProof('join', circle.state.circle, circle.state.head.hash, keys);
	return { key: invite.publicKey, inviteSignature: await sign(invite, proof) };
}

test('[L3] only an owner rolls again, behind the generations that began falsely, and nobody goes on from those', async () => {
	const circle = await TestCircle.found(amina, 'case');
	await circle.append(await circle.grant(amina, ben, 'editor'));
	await circle.append(await circle.grant(amina, chidi, 'owner'));
	const document = newDocumentId();
	const lane = 'body' as const;
	const roll = { document, lane, hash: randomBytes(32), covers: randomBytes(1), at: NOW };
	const by = (who: TestPerson, from?: number) =>
		writeRoll(circle.state, who.device, from === undefined ? roll : { ...roll, from });
	await circle.append(await by(ben));
	expect(await circle.refusal(await by(ben, 0))).toBe('may-not');
	// from the one before is an ordinary roll
	expect(await circle.refusal(await by(amina, 1))).toBe('wrong-generation');
	await circle.append(await by(amina, 0));
	const rolls = rollsOf(circle.state, document, lane);
	expect(rolls.map(({ from, generation, by: device }) => [from, generation, device])).toEqual([
		[0, 1, ben.device.device],
		[0, 2, amina.device.device]
	]);
	expect([0, 1].map((generation) => rollAfter(rolls, generation)?.generation)).toEqual([2, 2]);
	expect([rollAfter(rolls, 2), isLeftOut(rolls, 1), isLeftOut(rolls, 2)]).toEqual([undefined, true, false]);
	expect(await circle.refusal(await by(chidi, 1))).toBe('wrong-generation');
	await circle.append(await by(chidi, 0));
	expect(rollAfter(rollsOf(circle.state, document, lane), 2)?.generation).toBe(3);
});
