import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { foundCircle, grantMember, inviteToCircle, joinCircle, withdrawInvite } from '#lib/circle/actions.ts';
import { introduceDevice } from '#lib/circle/device.ts';
import { createLinkSecret, inviteSecretOf, type LinkSecret } from '#lib/circle/link.ts';
import { replayEntries } from '#lib/circle/reduce.ts';
import { removeMembers } from '#lib/circle/removal.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import type { CircleState } from '#lib/circle/state.ts';
import { sign } from '#lib/crypto/sign.ts';
import { CLOSE, proofOf, writeMessage } from '#lib/sync/wire.ts';
import { admit, createSomebody, foundTeam, type Somebody } from '../tests/support/team.ts';
import { append, ask, codeOf, RawClient, settle, type House } from './raw-client.fixture.ts';
import { startRelay, type Relay } from './relay.ts';

const WEEK = 7 * 86_400_000;
let clock: number;
let relay: Relay;
beforeEach(async () => {
	clock = Date.now();
	relay = await startRelay({ port: 0, host: '127.0.0.1', data: null, now: () => clock });
});
afterEach(() => relay.close());

const desk = ({ device }: Somebody) => RawClient.open(relay, 'circles', device);
const list = async (client: RawClient) =>
	(await ask(client, (id) => writeMessage('listCircles', { id }), 'circleList')).circles;
const fetch = async (client: RawClient, circle: string, after = 0) => {
	const write = (id: number) => writeMessage('fetchCircle', { id, circle, after });
	const answer = await ask(client, write, 'circleEntries', 'failed');
	return answer.type === 'failed' ? answer.reason : answer.entries;
};

describe('founding', () => {
	test('needs the code of this start, once', async () => {
		const team = await foundTeam(['amina']);
		const amina = await desk(team.named('amina'));
		expect((await amina.message('challenge')).founded).toBe(false);
		const [first] = team.agency.entries;
		if (first === undefined || relay.foundingCode === null) throw new Error('no entry');
		expect(await append(amina, team.agency.circle, first)).toBe('wrong-code');
		expect(await append(amina, team.agency.circle, first, { foundingCode: 'guess' })).toBe('wrong-code');
		expect(await append(amina, team.agency.circle, first, codeOf(relay))).toBe('appended');
		expect(await append(amina, team.agency.circle, first)).toBe('appended');
		expect(await list(amina)).toEqual([team.agency.circle]);

		const other = await foundTeam(['mallory']);
		const mallory = await desk(other.named('mallory'));
		expect((await mallory.message('challenge')).founded).toBe(true);
		const [entry] = other.agency.entries;
		if (entry === undefined) throw new Error('no entry');
		expect(await append(mallory, other.agency.circle, entry, codeOf(relay))).toBe('founded-already');
	});

	test('of a case is for editors and owners of this agency', async () => {
		const house = await settle(relay, ['amina']);
		const amina = await desk(house.named('amina'));
		const mallory = await createSomebody('mallory');
		const stranger = await desk(mallory);
		const caseOf = (somebody: Somebody, parent: typeof house.agency.circle) =>
			foundCircle({
				kind: 'case',
				parent,
				label: 'x',
				device: somebody.device,
				person: somebody.person,
				personName: somebody.name,
				at: clock
			});
		const foreign = await caseOf(mallory, house.agency.circle);
		expect(await append(stranger, foreign.circle, foreign.bytes)).toBe('not-allowed');
		const elsewhere = await caseOf(house.named('amina'), house.case.circle);
		expect(await append(amina, elsewhere.circle, elsewhere.bytes)).toBe('wrong-parent');
		const good = await caseOf(house.named('amina'), house.agency.circle);
		expect(await append(amina, house.case.circle, good.bytes)).toBe('wrong-circle');
		expect(await append(amina, good.circle, good.bytes)).toBe('appended');
		expect(await list(amina)).toEqual([house.agency.circle, house.case.circle, good.circle]);
	});
});

describe('a circle', () => {
	test('[C2] two at once: one is appended, the other gets what it lacks', async () => {
		const house = await settle(relay, ['amina', 'ben']);
		const { state, circle } = house.case;
		const founder = house.named('amina');
		const [amina, other] = [await desk(founder), await desk(founder)];
		const secrets = await readEpochSecrets(state, founder.device);
		const invite = async (link: LinkSecret) =>
			inviteToCircle(state, secrets, founder.device, {
				link,
				role: 'editor',
				expires: clock + WEEK,
				at: clock
			});
		const [one, two] = [await invite(createLinkSecret()), await invite(createLinkSecret())];
		const answers = await Promise.all([append(amina, circle, one), append(other, circle, two)]);
		expect(answers.sort()).toEqual(['appended', 'conflict']);
		const [conflict] = [...amina.messages('conflict'), ...other.messages('conflict')];
		expect(conflict?.entries).toHaveLength(1);
		const replayed = await replayEntries(conflict?.entries ?? [], state);
		expect(replayed.ok).toBe(true);
	});

	test('is pushed to every member device, and to nobody else', async () => {
		const house = await settle(relay, ['amina', 'ben']);
		const [amina, ben, mallory] = await Promise.all([
			desk(house.named('amina')),
			desk(house.named('ben')),
			desk(await createSomebody('mallory'))
		]);
		const carol = await createSomebody('carol');
		await admit(house.case, house.named('amina'), carol, 'reader', clock);
		const entry = house.case.entries.at(-1);
		if (entry === undefined) throw new Error('no entry');
		expect(await append(amina, house.case.circle, entry)).toBe('appended');
		const pushed = await ben.message('entries');
		expect(pushed).toMatchObject({ circle: house.case.circle });
		expect(pushed.entries.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual([
			Buffer.from(entry).toString('hex')
		]);
		expect(await list(mallory)).toEqual([]);
		expect(mallory.messages('entries')).toEqual([]);
		expect(amina.messages('entries')).toEqual([]);
	});

	test('is shown to members; to others it looks like one that does not exist', async () => {
		const house = await settle(relay, ['amina', 'ben']);
		const [ben, mallory] = [await desk(house.named('ben')), await desk(await createSomebody('mallory'))];
		expect(await fetch(ben, house.case.circle)).toHaveLength(house.case.entries.length);
		expect(await fetch(ben, house.case.circle, 1)).toHaveLength(house.case.entries.length - 1);
		expect(await fetch(ben, house.agency.circle)).toBe('not-allowed');
		expect(await fetch(mallory, house.case.circle)).toBe('not-allowed');
		expect(await fetch(mallory, 'nonsense')).toBe('not-allowed');
	});

	test('an entry with one bit flipped anywhere is refused', async () => {
		const house = await settle(relay, ['amina']);
		const amina = await desk(house.named('amina'));
		await admit(house.case, house.named('amina'), await createSomebody('ben'), 'editor', clock);
		const entry = house.case.entries.at(-1);
		if (entry === undefined) throw new Error('no entry');
		for (let i = 0; i < entry.length; i += 13) {
			const flipped = entry.slice();
			flipped[i] = (flipped[i] ?? 0) ^ 4;
			expect(await append(amina, house.case.circle, flipped)).not.toBe('appended');
		}
		expect(await append(amina, house.case.circle, entry)).toBe('appended');
	});

	test('a frame that is none of ours ends the socket', async () => {
		const amina = await desk(await createSomebody('amina'));
		amina.send(Uint8Array.of(120, 0xff, 1));
		expect(await amina.closed()).toBe(CLOSE.malformed);
	});
});

describe('an invitation', () => {
	const prove = async (client: RawClient, link: LinkSecret) => {
		const { publicKey } = await inviteSecretOf(link);
		const secret = await inviteSecretOf(link);
		const proof = proofOf('invitation', `http://127.0.0.1:${relay.port}`, 'circles', client.nonce);
		const signature = await sign(secret, proof);
		const write = (id: number) => writeMessage('findInvitation', { id, key: publicKey, signature });
		return ask(client, write, 'invitation', 'failed');
	};
	const invited = async (house: House) => {
		const link = createLinkSecret();
		const founder = house.named('amina');
		const { state } = house.case;
		const secrets = await readEpochSecrets(state, founder.device);
		const wish = { link, role: 'editor', expires: clock + WEEK, at: clock } as const;
		const entry = await inviteToCircle(state, secrets, founder.device, wish);
		await house.case.append(entry);
		const amina = await desk(founder);
		expect(await append(amina, house.case.circle, entry)).toBe('appended');
		return { link, amina, founder };
	};
	const join = async (state: CircleState, link: LinkSecret, who: Somebody) =>
		(await joinCircle(state, who.device, link, { person: who.person, personName: who.name, at: clock }))
			.bytes;

	test('opens its circle to who proves it, lets in once, and then says that it is used', async () => {
		const house = await settle(relay, ['amina']);
		const { link, amina } = await invited(house);
		const [ben, eve] = [await createSomebody('ben'), await createSomebody('eve')];
		const [bens, eves] = [await desk(ben), await desk(eve)];
		const found = await prove(bens, link);
		if (found.type !== 'invitation') throw new Error(found.reason);
		expect(found.circles.map(({ circle }) => circle)).toEqual([house.case.circle]);
		const state = await replayEntries(found.circles[0]?.entries ?? []);
		if (!state.ok) throw new Error(state.reason);
		expect(await fetch(bens, house.case.circle)).toHaveLength(house.case.entries.length);
		await prove(eves, link);

		const entry = await join(state.value, link, ben);
		const rival = await join(state.value, link, eve);
		expect(await append(bens, house.case.circle, entry)).toBe('appended');
		expect((await amina.message('entries')).circle).toBe(house.case.circle);
		expect(await append(eves, house.case.circle, rival)).toBe('conflict');
		await house.case.append(entry);
		expect(await append(eves, house.case.circle, await join(house.case.state, link, eve))).toBe(
			'invitation-used'
		);
		expect(await list(bens)).toEqual([house.case.circle]);
		expect((await prove(eves, link)).type).toBe('invitation');
	});

	test('ends by the clock of the relay, whatever the joining device says', async () => {
		const house = await settle(relay, ['amina']);
		const { link } = await invited(house);
		const ben = await createSomebody('ben');
		const bens = await desk(ben);
		const entry = await join(house.case.state, link, ben);
		clock += WEEK + 1;
		expect(await append(bens, house.case.circle, entry)).toBe('invitation-expired');
		clock -= WEEK;
		expect(await append(bens, house.case.circle, entry)).toBe('appended');
	});

	test('[R7] that was used before the store was lost lets in again, if an owner says so and nobody else', async () => {
		const house = await settle(relay, ['amina']);
		const { link, amina } = await invited(house);
		const ben = await createSomebody('ben');
		const bens = await desk(ben);
		const entry = await join(house.case.state, link, ben);
		const forged = entry.slice();
		forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
		clock += WEEK + 1;
		const again = { again: true };
		expect(await append(bens, house.case.circle, entry, again)).toBe('invitation-expired');
		expect(await append(amina, house.case.circle, forged, again)).not.toBe('appended');
		expect(await append(amina, house.case.circle, entry, again)).toBe('appended');
		expect(await list(bens)).toEqual([house.case.circle]);
	});

	test('that was withdrawn says so', async () => {
		const house = await settle(relay, ['amina']);
		const { link, amina, founder } = await invited(house);
		const { publicKey } = await inviteSecretOf(link);
		const entry = await withdrawInvite(house.case.state, founder.device, publicKey, clock);
		expect(await append(amina, house.case.circle, entry)).toBe('appended');
		await house.case.append(entry);
		const ben = await createSomebody('ben');
		const bens = await desk(ben);
		expect((await prove(bens, link)).type).toBe('invitation');
		const late = await join(house.case.state, link, ben).catch(() => null);
		if (late !== null) expect(await append(bens, house.case.circle, late)).toBe('invitation-withdrawn');
	});

	test('that is not proven opens nothing', async () => {
		const house = await settle(relay, ['amina']);
		const { link } = await invited(house);
		const eves = await desk(await createSomebody('eve'));
		const { publicKey } = await inviteSecretOf(link);
		const other = await inviteSecretOf(createLinkSecret());
		const proof = proofOf('invitation', `http://127.0.0.1:${relay.port}`, 'circles', eves.nonce);
		const signature = await sign(other, proof);
		const write = (id: number) => writeMessage('findInvitation', { id, key: publicKey, signature });
		expect(await ask(eves, write, 'failed', 'invitation')).toMatchObject({ reason: 'not-proven' });
		expect(await fetch(eves, house.case.circle)).toBe('not-allowed');
	});
});

describe('an end', () => {
	const removal = async (house: House, who: Somebody) => {
		const { device } = house.named('amina');
		const wish = { members: [who.person], reason: null, cuts: [], at: clock };
		const secrets = await readEpochSecrets(house.case.state, device);
		return (await removeMembers(house.case.state, secrets, device, wish)).bytes;
	};

	test('[R4] is told to who was removed, and nothing that comes after it', async () => {
		const house = await settle(relay, ['amina', 'ben', 'chidi']);
		const amina = await desk(house.named('amina'));
		const bens = await desk(house.named('ben'));
		const entry = await removal(house, house.named('ben'));
		expect(await append(amina, house.case.circle, entry)).toBe('appended');
		await house.case.append(entry);
		expect((await bens.message('entries')).entries).toEqual([entry]);
		const later = await removal(house, house.named('chidi'));
		expect(await append(amina, house.case.circle, later)).toBe('appended');
		// away meanwhile: up to the entry that says so, from wherever he stopped
		const back = await desk(house.named('ben'));
		expect(await fetch(back, house.case.circle)).toEqual(house.case.entries);
		expect(await fetch(back, house.case.circle, house.case.entries.length)).toEqual([]);
		expect(await list(back)).toEqual([]);
		expect(await fetch(await desk(await createSomebody('eve')), house.case.circle)).toBe('not-allowed');
	});

	test('[C7] of a guest comes in the middle of a meeting, though nobody sends a thing', async () => {
		const house = await settle(relay, ['amina']);
		const lee = await createSomebody('lee');
		const { device } = house.named('amina');
		const grant = await grantMember(
			house.case.state,
			await readEpochSecrets(house.case.state, device),
			device,
			{
				person: lee.person,
				personName: 'Lee',
				role: 'commenter',
				devices: [await introduceDevice(lee.device, lee.person)],
				guest: true,
				until: clock + 60_000,
				at: clock
			}
		);
		expect(await append(await desk(house.named('amina')), house.case.circle, grant)).toBe('appended');
		vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
		try {
			const guest = await RawClient.open(relay, house.text, lee.device);
			const amina = await house.client('amina');
			await guest.download();
			clock += 59_999;
			vi.advanceTimersByTime(59_999);
			expect((await guest.download()).size).toBe(0);
			clock += 1;
			vi.advanceTimersByTime(1);
			expect(await guest.closed()).toBe(CLOSE.notAllowed);
			expect((await amina.download()).size).toBe(0);
		} finally {
			vi.useRealTimers();
		}
	});
});
