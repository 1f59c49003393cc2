/**
 * Random people sign random entries, plausible and not. An independent, much smaller account of who may give what is kept
 * beside the reducer: nobody ever has a right that was not given by somebody entitled to give it.
 */
import { expect, test } from 'vitest';
import { fromBase64Url, randomBytes, toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import { generateSigningSecret, sign, type SigningSecret } from '#lib/crypto/sign.ts';
import { WRAP_LENGTH } from '#lib/crypto/wrap.ts';
import { seededRandom, seeds, type Random } from '../../../tests/support/random.ts';
import { createDeviceSecrets, introduceDevice, type DeviceSecrets } from './device.ts';
import { readEntry, writeEntry, type Entry } from './entry.ts';
import { idBytes, isPersonId, newPersonId, type CircleId, type DeviceId, type PersonId } from './ids.ts';
import { receiversOf } from './policy.ts';
import { applyEntry, joinProof } from './reduce.ts';
import {
	activeCircles,
	activeDevices,
	everyDevice,
	mayOpen,
	ownersOf,
	roleOf,
	standingOf,
	withMemberState
} from './roles.ts';
import { roles, type CircleState, type MemberId, type Role } from './state.ts';
import { NOW, TestCircle } from './test-people.ts';

/** `RUNS=500` for a long run. */
const RUNS = seeds(20);
const ENTRIES = 90;
const rank: Readonly<Record<Role, number>> = { owner: 3, editor: 2, commenter: 1, reader: 0 };

interface Actor {
	readonly person: PersonId;
	readonly devices: readonly DeviceSecrets[];
}

const cast: readonly Actor[] = await Promise.all(
	Array.from({ length: 5 }, async () => ({
		person: newPersonId(),
		devices: await Promise.all([createDeviceSecrets(), createDeviceSecrets()])
	}))
);
const links: readonly SigningSecret[] = await Promise.all(
	Array.from({ length: 24 }, () => generateSigningSecret())
);
const sealed = () => randomBytes(300);
const wrapped = () => randomBytes(WRAP_LENGTH);

type Draw = { readonly type: string; readonly body: Record<string, unknown>; readonly by: DeviceSecrets };

/** `others`: circles that can be let in. */
async function draw(state: CircleState, random: Random, others: readonly CircleState[] = []): Promise<Draw> {
	const ids = activeIds(state);
	const isIn = ({ devices }: Actor) => devices.some((one) => ids.has(one.device));
	const somebody = (wanted: (one: Actor) => boolean) =>
		random.pick([...cast.filter(wanted), random.pick(cast)]);
	// most of the time people who can do something do it: what is refused at once proves little
	const actor = somebody(isIn);
	const active = actor.devices.filter((one) => ids.has(one.device));
	const by = random.pick(active.length > 0 && random.chance(0.9) ? active : actor.devices);
	const other = random.chance(0.5) ? somebody(isIn) : somebody((one) => !isIn(one));
	const device = random.pick(other.devices);
	// now and then a device says that it belongs to somebody else than the entry claims
	const owner = random.chance(0.9) ? other.person : actor.person;
	const newDevice = await introduceDevice(device, owner);
	const role = random.pick(roles);
	const guest = random.chance(0.3);
	const until = guest || random.chance(0.2) ? NOW + 1_000_000 : null;
	const link = random.pick(links);
	const pending = [...state.invites].filter(([, one]) => one.state === 'open' || one.state === 'requested');
	const some = random.chance(0.8) ? pending.map(([key]) => key) : [...state.invites.keys()];
	const known = random.pick([...some, toBase64Url(link.publicKey)]);
	const secret = links.find(({ publicKey }) => toBase64Url(publicKey) === known) ?? link;
	const inside = activeCircles(state).map(({ circle }) => circle);
	const memberId: MemberId = inside.length > 0 && random.chance(0.3) ? random.pick(inside) : other.person;
	const member = idBytes(memberId);
	const epochFor = (ending: Parameters<typeof receiversOf>[1]) => {
		const { devices, circles, invites } = receiversOf(state, ending);
		const seen = circles.flatMap((circle) => others.filter((one) => one.circle === circle));
		const left = random.chance(0.1) ? devices.slice(1) : devices;
		return {
			epoch: state.epoch + 1,
			circleKey: by.receiving.publicKey,
			wraps: left.map((id) => ({ device: idBytes(id), wrapped: wrapped() })),
			circleWraps: seen.map(({ circle, epochs }) => ({
				circle: idBytes(circle),
				receiveKey: epochs.at(-1)?.circleKey,
				wrapped: wrapped()
			})),
			inviteWraps: invites.map((key) => ({ key: fromBase64Url(key), wrapped: wrapped() })),
			before: { staff: randomBytes(60), everyone: randomBytes(60) },
			heads: seen.map(({ circle, head }) => ({ circle: idBytes(circle), ...head })),
			cuts: []
		};
	};
	const draws: (() => Promise<Draw> | Draw)[] = [
		() => {
			const approval = random.chance(0.4);
			const ownDevice = random.chance(0.3);
			const mine = state.people.get(actor.person);
			const own = mine === undefined ? null : standingOf(mine);
			const standing = ownDevice && own !== null && random.chance(0.8) ? own : { role, guest, until };
			const body = {
				key: link.publicKey,
				receiveKey: device.receiving.publicKey,
				role: standing.role,
				guest: standing.guest,
				until: standing.until,
				expires: NOW + 1000,
				approval: approval || ownDevice,
				ownDevice,
				requestSecret: approval && !ownDevice ? randomBytes(60) : null,
				wrapped: approval || ownDevice ? null : wrapped()
			};
			return { type: 'invite', body, by };
		},
		() => ({ type: 'invite-withdraw', body: { key: secret.publicKey }, by }),
		async () => {
			const invite = state.invites.get(known);
			const type = (invite?.approval ?? false) === random.chance(0.9) ? 'join-request' : 'join';
			const person = invite?.ownDevice === true && random.chance(0.8) ? invite.by : other.person;
			const newDevice = await introduceDevice(device, random.chance(0.9) ? person : actor.person);
			const proof = joinProof(type, state.circle, state.head.hash, { person, ...newDevice });
			const inviteSignature = await sign(random.chance(0.95) ? secret : link, proof);
			const body = {
				key: secret.publicKey,
				person: idBytes(person),
				name: sealed(),
				...newDevice,
				inviteSignature
			};
			return { type, body: type === 'join' ? { ...body, wrapped: wrapped() } : body, by: device };
		},
		async () => {
			const asked = state.invites.get(known)?.request ?? null;
			const devices = asked === null ? [newDevice] : [asked];
			const body = {
				person: idBytes(asked === null ? other.person : asked.person),
				role,
				guest: state.invites.get(known)?.guest ?? guest,
				until,
				name: sealed(),
				devices: devices.map(({ signKey, receiveKey, statement }) => ({
					signKey,
					receiveKey,
					statement,
					wrapped: wrapped()
				})),
				request: asked === null || random.chance(0.2) ? null : secret.publicKey
			};
			return { type: 'grant', body, by };
		},
		() => {
			const asked = state.invites.get(known)?.request ?? null;
			const { signKey, receiveKey, statement } = asked ?? newDevice;
			const person = idBytes(asked === null ? other.person : asked.person);
			const request = asked === null ? null : secret.publicKey;
			const body = { person, signKey, receiveKey, statement, wrapped: wrapped(), request };
			return { type: 'device-add', body, by };
		},
		() => ({ type: 'change-role', body: { member, role, until, cuts: [] }, by }),
		() => {
			const ending = { type: 'remove', at: NOW, body: { members: [memberId] } } as const;
			return { type: 'remove', body: { members: [member], reason: null, ...epochFor(ending) }, by };
		},
		() => {
			const ending = { type: 'device-remove', at: NOW, body: { device: device.device } } as const;
			return { type: 'device-remove', body: { device: idBytes(device.device), ...epochFor(ending) }, by };
		},
		() => ({ type: 'leave', body: {}, by }),
		() => ({ type: 'epoch', body: epochFor({ type: 'epoch', at: NOW }), by })
	];
	if (others.length > 0 && random.chance(0.12)) {
		const { circle, head, epochs } = random.pick(others);
		const receiveKey = epochs.at(-1)?.circleKey;
		const body = { circle: idBytes(circle), role, name: sealed(), receiveKey, head, wrapped: wrapped() };
		return { type: 'grant-circle', body, by };
	}
	// what takes away is drawn less often, or nobody would be left
	return random.pick([...draws.slice(0, 6), ...draws.slice(2, 6), ...draws])();
}

const standingIn = (state: CircleState, person: PersonId) => {
	const member = state.people.get(person);
	return member === undefined ? null : standingOf(member);
};
const activeIds = (state: CircleState) => new Set(activeDevices(state).map(({ device }) => device));
const personIn = (state: CircleState, device: DeviceId) =>
	activeIds(state).has(device) ? (state.devices.get(device)?.person ?? null) : null;

/** Why this entry may give this to somebody; null: nobody entitled gave it. */
function entitled(before: CircleState, entry: Entry, person: PersonId, given: Role): string | null {
	const signer = personIn(before, entry.by);
	const isOwner = signer !== null && standingIn(before, signer)?.role === 'owner';
	const mayLetIn = (maker: PersonId, role: Role) => {
		const standing = standingIn(before, maker);
		if (standing === null || standing.guest || rank[role] > rank[standing.role]) return false;
		const mayEditors = before.kind === 'case' || before.kind === 'document';
		return standing.role === 'owner' || (standing.role === 'editor' && mayEditors);
	};
	switch (entry.type) {
		case 'change-role':
			return isOwner && entry.body.member === person ? 'an owner changed it' : null;
		case 'grant': {
			if (entry.body.person !== person || entry.body.role !== given) return null;
			const { request } = entry.body;
			if (request === null) return isOwner ? 'an owner let them in' : null;
			const invite = before.invites.get(toBase64Url(request));
			const isAsked = invite?.state === 'requested' && invite.request?.person === person;
			if (!isAsked || rank[given] > rank[invite.role]) return null;
			if (isOwner) return 'an owner said yes';
			return invite.by === signer && mayLetIn(invite.by, given) ? 'asked, and got a yes' : null;
		}
		case 'join': {
			const invite = before.invites.get(toBase64Url(entry.body.key));
			const isOpen = invite?.state === 'open' && !invite.approval && invite.role === given;
			return isOpen && entry.body.person === person && mayLetIn(invite.by, given) ? 'was invited' : null;
		}
		default:
			return null;
	}
}

function judge(before: CircleState, after: CircleState, entry: Entry): void {
	const signer = personIn(before, entry.by);
	const isOwner = signer !== null && standingIn(before, signer)?.role === 'owner';
	const isJoining = entry.type === 'join' || entry.type === 'join-request';
	expect(isJoining || signer !== null, `${entry.type} by who is in by themselves`).toBe(true);
	expect(ownersOf(after).length, '[C6] an owner').toBeGreaterThan(0);
	for (const { person } of cast) {
		const [was, is] = [standingIn(before, person), standingIn(after, person)];
		const more = is !== null && (was === null || rank[is.role] > rank[was.role] || (was.guest && !is.guest));
		if (more)
			expect(entitled(before, entry, person, is.role), `${entry.type} gives ${is.role}`).not.toBeNull();
		const less = was !== null && (is === null || rank[is.role] < rank[was.role]);
		if (less && !isOwner) expect([entry.type, signer], 'takes away').toEqual(['leave', person]);
		if (is?.guest === true) expect([is.role === 'owner', is.until === null]).toEqual([false, false]);
	}
	const [active, nowActive] = [activeIds(before), activeIds(after)];
	for (const device of nowActive) {
		const { person } = after.devices.get(device) ?? {};
		const earlier = before.devices.get(device);
		if (earlier !== undefined) expect(person, 'one person for ever').toBe(earlier.person);
		if (active.has(device)) continue;
		const own = cast.find(({ devices }) => devices.some((one) => one.device === device))?.person;
		const isAdded = entry.type === 'device-add' && (isOwner || (signer !== null && signer === person));
		const isLetIn =
			person !== undefined &&
			entitled(before, entry, person, standingIn(after, person)?.role ?? 'owner') !== null;
		expect(
			isAdded || isLetIn,
			`${entry.type} brings a device of ${own === person ? 'its' : 'no'} person`
		).toBe(true);
	}
	if (entry.type === 'invite') {
		const standing = signer === null ? null : standingIn(before, signer);
		expect(rank[entry.body.role], 'invites to no more than they are').toBeLessThanOrEqual(
			standing === null ? -1 : rank[standing.role]
		);
	}
	// [S2] a new secret is for whoever is in, and for nobody else
	if (after.epoch > before.epoch) {
		const holders = [...after.devices.values()].filter(({ wraps }) => wraps.at(-1)?.epoch === after.epoch);
		expect(new Set(holders.map(({ device }) => device))).toEqual(nowActive);
	}
}

test('[C1] [C6] whatever anybody signs, nobody has a right that was not given, and there is always an owner', async () => {
	const accepted = new Map<string, number>();
	let refused = 0;
	for (const seed of RUNS) {
		const random = seededRandom(seed);
		const [founder] = cast;
		const [device] = founder?.devices ?? [];
		if (founder === undefined || device === undefined) throw new Error('somebody founds it');
		const kind = random.pick(['case', 'case', 'document', 'team', 'agency'] as const);
		let { state } = await TestCircle.found({ name: 'Founder', person: founder.person, device }, kind);
		for (let i = 0; i < ENTRIES; i++) {
			const { type, body, by } = await draw(state, random);
			const bytes: Bytes = await writeEntry(state, by, type, body, NOW);
			const applied = await applyEntry(state, bytes);
			if (!applied.ok) {
				refused++;
				continue;
			}
			const entry = await readEntry(bytes);
			if (!entry.ok) throw new Error('what was applied can be read');
			judge(state, applied.value, entry.value);
			accepted.set(type, (accepted.get(type) ?? 0) + 1);
			state = applied.value;
		}
	}
	// a test that lets nothing happen would prove nothing
	expect([...accepted.keys()].sort()).toEqual([
		'change-role',
		'device-add',
		'device-remove',
		'epoch',
		'grant',
		'invite',
		'invite-withdraw',
		'join',
		'join-request',
		'leave',
		'remove'
	]);
	expect(refused).toBeGreaterThan(RUNS.length * 10);
});

/** What circles were let into this one, and as what: by an owner's word, and by nobody else's. */
type Given = Map<CircleId, Role>;

function account(given: Given, before: CircleState, entry: Entry): void {
	const signer = personIn(before, entry.by);
	const isOwner = signer !== null && standingIn(before, signer)?.role === 'owner';
	const note = (member: MemberId, role: Role | null) => {
		if (isPersonId(member)) return;
		expect(isOwner, `${entry.type} of a circle by an owner`).toBe(true);
		expect(role, 'a circle decides nothing').not.toBe('owner');
		if (role === null) given.delete(member);
		else given.set(member, role);
	};
	if (entry.type === 'grant-circle') note(entry.body.circle, entry.body.role);
	if (entry.type === 'change-role') note(entry.body.member, entry.body.role);
	if (entry.type === 'remove') for (const member of entry.body.members) note(member, null);
}

test('[C4] through teams and documents of their own, nobody has more than an owner there gave to whom they belong', async () => {
	const accepted = new Map<string, number>();
	let through = 0;
	for (const seed of seeds(10)) {
		const random = seededRandom(seed);
		const worlds = await Promise.all(
			(['team', 'case', 'document'] as const).map(async (kind, at) => {
				const founder = cast[at];
				const [device] = founder?.devices ?? [];
				if (founder === undefined || device === undefined) throw new Error('somebody founds it');
				const { state } = await TestCircle.found({ name: 'Founder', person: founder.person, device }, kind);
				return { kind, state, given: new Map() as Given };
			})
		);
		const named = (circle: CircleId) => worlds.find(({ state }) => state.circle === circle);
		/** With the newest log of every circle that is in, as deep as they go. */
		const whole = (state: CircleState, depth = 0): CircleState =>
			depth === 3
				? state
				: activeCircles(state).reduce((known, { circle }) => {
						const inner = named(circle);
						return inner === undefined ? known : withMemberState(known, whole(inner.state, depth + 1));
					}, state);
		/** The most that this device was given here, told from the accounts alone; staff only where it is a way into another circle. */
		const most = (
			{ state, given }: (typeof worlds)[number],
			device: DeviceId,
			staff: boolean,
			depth = 0
		): number => {
			const person = personIn(state, device);
			const direct = person === null ? null : standingIn(state, person);
			let rankHere = direct === null || (staff && direct.guest) ? -1 : rank[direct.role];
			for (const [circle, role] of given) {
				const inner = named(circle);
				if (inner !== undefined && depth < 3 && most(inner, device, true, depth + 1) >= 0)
					rankHere = Math.max(rankHere, rank[role]);
			}
			return rankHere;
		};
		for (let i = 0; i < 150; i++) {
			const world = random.pick(worlds);
			const { state } = world;
			const others = worlds.filter((one) => one !== world).map((one) => one.state);
			const { type, body, by } = await draw(state, random, others);
			const bytes = await writeEntry(state, by, type, body, NOW);
			const applied = await applyEntry(state, bytes);
			if (!applied.ok) continue;
			const entry = await readEntry(bytes);
			if (!entry.ok) throw new Error('what was applied can be read');
			judge(state, applied.value, entry.value);
			account(world.given, state, entry.value);
			accepted.set(type, (accepted.get(type) ?? 0) + 1);
			world.state = applied.value;
			for (const one of worlds) {
				const now = whole(one.state);
				for (const { devices } of cast)
					for (const { device } of devices) {
						const role = roleOf(now, device);
						const has = role === null ? -1 : rank[role];
						const why = `seed ${seed}, ${one.kind}, after ${type} in ${world.kind}`;
						expect(has, why).toBeLessThanOrEqual(most(one, device, false));
						if (role === null) continue;
						const direct = personIn(one.state, device);
						if (direct === null) through++;
						// what is said among staff is for who is staff by one way at least
						const isStaff =
							(direct !== null && standingIn(one.state, direct)?.guest === false) ||
							[...one.given.keys()].some((circle) => {
								const inner = named(circle);
								return inner !== undefined && most(inner, device, true) >= 0;
							});
						if (mayOpen(now, device, 'internal', NOW)) expect(isStaff, `internal, ${why}`).toBe(true);
						expect(everyDevice(now).has(device), why).toBe(true);
					}
			}
		}
	}
	for (const type of ['grant-circle', 'change-role', 'remove', 'epoch', 'grant', 'join'])
		expect(accepted.get(type), type).toBeGreaterThan(0);
	// a test in which nobody is in by a team would prove nothing
	expect(through).toBeGreaterThan(100);
});
