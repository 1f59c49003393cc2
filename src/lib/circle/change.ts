/**
 * What each entry changes. Shape, signatures and policy were judged before: reduce.ts.
 *
 * Promises: pure and total for every entry that policy lets through; nothing that was known is forgotten.
 */
import { equalBytes, toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import type { Body } from './bodies.ts';
import { lanesLost } from './cuts.ts';
import type { Entry } from './entry.ts';
import { readId, type CircleId, type DeviceId, type PersonId } from './ids.ts';
import type { NewDevice } from './device.ts';
import { EMERGENCY } from './policy.ts';
import { devicesOf, isHigher, standingOf } from './roles.ts';
import {
	cutKey,
	type CircleState,
	type Device,
	type Invite,
	type Lane,
	type Member,
	type MemberCircle,
	type MemberId,
	type Role,
	type Roll,
	type Standing,
	type Wrap
} from './state.ts';

type EntryOf<T extends Entry['type']> = Extract<Entry, { type: T }>;

export function found(entry: EntryOf<'init'>): CircleState {
	const { body, by, hash, at } = entry;
	const standing = { seq: 0, role: 'owner', guest: false, until: null } as const;
	const member = {
		person: body.person,
		name: body.name,
		nameEpoch: 0,
		namedAt: 0,
		roles: [standing],
		since: at,
		invitedBy: null
	};
	const wraps = [{ epoch: 0, of: 'staff', wrapped: body.wrapped }] as const;
	return {
		circle: readId<CircleId>(hash),
		kind: body.kind,
		parent: body.parent,
		head: { seq: 0, hash },
		hashes: [hash],
		label: body.label,
		announced: body.announced,
		people: new Map([[body.person, member]]),
		devices: new Map([[by, arrived(undefined, body, by, body.person, 0, wraps)]]),
		circles: new Map(),
		invites: new Map(),
		epoch: 0,
		epochs: [{ since: 0, circleKey: body.circleKey, before: null }],
		cuts: new Map(),
		uncut: new Set(),
		rolls: new Map(),
		readOnlyBecause: null
	};
}

export function change(state: CircleState, entry: Exclude<Entry, { type: 'newer' }>): CircleState {
	const next = follow(state, entry);
	switch (entry.type) {
		case 'init':
			return state;
		case 'grant':
			return grant(next, entry);
		case 'grant-circle':
			return grantCircle(next, entry);
		case 'change-role':
			return withCuts(changeRole(next, entry.body, entry.seq), entry.body.cuts);
		case 'remove':
			return beginEpoch(remove(next, entry.body.members, entry.seq), entry.body, entry.seq);
		case 'leave': {
			const person = signer(next, entry);
			const uncut = new Set(next.uncut);
			for (const { device } of devicesOf(next, person)) uncut.add(device);
			return { ...remove(next, [person], entry.seq, false), uncut };
		}
		case 'device-add': {
			const [id] = entry.newDevices;
			const { person, wrapped, request } = entry.body;
			if (id === undefined) return next;
			const added = withDevice(next, entry.body, id, person, entry.seq, wrapped);
			return request === null ? added : withInvite(added, { ...inviteAt(next, request), state: 'used' });
		}
		case 'device-remove':
			return beginEpoch(removeDevice(next, entry.body.device, entry.seq), entry.body, entry.seq);
		case 'invite': {
			const { wrapped, ...invite } = entry.body;
			const by = signer(state, entry);
			const { epoch } = state;
			const wraps = wrapped === null ? [] : [wrapOf(epoch, invite.guest, wrapped)];
			return withInvite(next, { ...invite, by, epoch, state: 'open', request: null, wraps });
		}
		case 'invite-withdraw':
			return withInvite(next, { ...inviteAt(state, entry.body.key), state: 'withdrawn' });
		case 'join':
			return join(next, entry);
		case 'join-request': {
			const { person, name, signKey, receiveKey, statement, key } = entry.body;
			const request = { person, name, signKey, receiveKey, statement, at: entry.at };
			return withInvite(next, { ...inviteAt(state, key), state: 'requested', request });
		}
		case 'epoch':
			return beginEpoch(next, entry.body, entry.seq);
		case 'roll':
		case 'roll-again': {
			const { document, lane, generation, hash, covers } = entry.body;
			const room = `${document}.${lane}`;
			const from = entry.type === 'roll' ? generation - 1 : entry.body.from;
			const roll: Roll = { generation, hash, covers, from, by: entry.by, seq: entry.seq };
			return { ...next, rolls: new Map(next.rolls).set(room, [...(next.rolls.get(room) ?? []), roll]) };
		}
	}
}

/** Chain and head go on; what the entry means is left to a newer app. */
export function keepUnread(state: CircleState, entry: Entry): CircleState {
	return { ...follow(state, entry), readOnlyBecause: 'newer-entry' };
}

function follow(state: CircleState, { seq, hash }: Entry): CircleState {
	return { ...state, head: { seq, hash }, hashes: [...state.hashes, hash] };
}

function grant(next: CircleState, entry: EntryOf<'grant'>): CircleState {
	const { person, name, role, guest, until, devices, request } = entry.body;
	const standing = { seq: entry.seq, role, guest, until };
	let granted = withPerson(next, person, name, standing, entry.at, signer(next, entry));
	devices.forEach((keys, i) => {
		const id = entry.newDevices[i];
		if (id !== undefined) granted = withDevice(granted, keys, id, person, entry.seq, keys.wrapped);
	});
	return request === null ? granted : withInvite(granted, { ...inviteAt(next, request), state: 'used' });
}

function join(next: CircleState, entry: EntryOf<'join'>): CircleState {
	const { key, person, name, wrapped } = entry.body;
	const invite = inviteAt(next, key);
	const used = withInvite(next, { ...invite, state: 'used' });
	const standing = {
		seq: entry.seq,
		role: invite.role,
		guest: invite.guest,
		until: untilOf(invite, entry.at)
	};
	const joined = withPerson(used, person, name, standing, entry.at, invite.by);
	return withDevice(joined, entry.body, entry.by, person, entry.seq, wrapped);
}

/** Who joins at once as a guest is in for 72 hours at most. */
function untilOf({ guest, until }: Invite, at: number): number | null {
	return guest ? Math.min(until ?? Infinity, at + EMERGENCY) : until;
}

function grantCircle(next: CircleState, entry: EntryOf<'grant-circle'>): CircleState {
	const { seq, at } = entry;
	const { circle, role, name, receiveKey, head, wrapped } = entry.body;
	const known = next.circles.get(circle);
	const standing = { seq, role, guest: false, until: null };
	const member: MemberCircle = {
		circle,
		name,
		nameEpoch: next.epoch,
		since: at,
		grantedBy: signer(next, entry),
		roles: [...(known?.roles ?? []), standing],
		wraps: [...(known?.wraps ?? []), { epoch: next.epoch, receiveKey, wrapped }],
		heads: [...(known?.heads ?? []), { at: seq, head }],
		ends: known?.ends ?? new Map(),
		state: known?.state ?? null
	};
	return { ...next, circles: new Map(next.circles).set(circle, stillSeen(member)) };
}

function changeRole(next: CircleState, body: Body<'change-role'>, seq: number): CircleState {
	const { member, role, until } = body;
	const before = standingOf(
		next.people.get(member as PersonId) ?? next.circles.get(member as CircleId) ?? { roles: [] }
	);
	const changed = restand(next, member, role, until, seq);
	// who invited while they were more must not let in what they no longer may
	return before !== null && isHigher(before.role, role) ? withdrawInvitesOf(changed, [member]) : changed;
}

/** `isCut`: the entry itself says how far their words count. */
function remove(next: CircleState, members: readonly MemberId[], seq: number, isCut = true): CircleState {
	let removed = next;
	for (const member of members) {
		removed = restand(removed, member, null, null, seq, isCut);
		const devices = new Map(removed.devices);
		for (const one of devicesOf(removed, member as PersonId))
			devices.set(one.device, { ...one, removedAt: seq });
		removed = { ...removed, devices };
	}
	return withdrawInvitesOf(removed, members);
}

function removeDevice(next: CircleState, device: DeviceId, seq: number): CircleState {
	const known = next.devices.get(device);
	const member = known === undefined ? undefined : next.people.get(known.person);
	const standing = member === undefined ? null : standingOf(member);
	if (known === undefined || standing === null) return next;
	const removed = { ...known, removedAt: seq, ends: endedAt(known.ends, lanesLost(standing, null), seq) };
	const without = { ...next, devices: new Map(next.devices).set(device, removed) };
	// whoever holds the lost device may hold the links that were made on it
	return withdrawInvitesOf(without, [known.person]);
}

/** Gives a person or a circle another role, and notes the lanes in which that ends their right to write. */
function restand(
	state: CircleState,
	member: MemberId,
	role: Role | null,
	until: number | null,
	seq: number,
	isCut = true
): CircleState {
	const person = state.people.get(member as PersonId);
	const circle = state.circles.get(member as CircleId);
	const before = standingOf(person ?? circle ?? { roles: [] });
	if (before === null) return state;
	const standing = { seq, role, guest: before.guest, until };
	const lost = isCut ? lanesLost(before, role) : [];
	if (circle !== undefined) {
		const changed = { ...circle, roles: [...circle.roles, standing], ends: endedAt(circle.ends, lost, seq) };
		return { ...state, circles: new Map(state.circles).set(circle.circle, changed) };
	}
	if (person === undefined) return state;
	const devices = new Map(state.devices);
	if (lost.length > 0) {
		for (const one of devicesOf(state, person.person)) {
			devices.set(one.device, { ...one, ends: endedAt(one.ends, lost, seq) });
		}
	}
	const changed = { ...person, roles: [...person.roles, standing] };
	return { ...state, devices, people: new Map(state.people).set(person.person, changed) };
}

function beginEpoch(next: CircleState, body: Body<'epoch'>, seq: number): CircleState {
	const { epoch, circleKey, before } = body;
	const devices = new Map(next.devices);
	for (const id of next.uncut) {
		const known = devices.get(id);
		// all lanes: what they could write when they left is no longer asked
		if (known !== undefined)
			devices.set(id, { ...known, ends: endedAt(known.ends, ['body', 'discussion', 'internal'], seq) });
	}
	for (const { device, wrapped } of body.wraps) {
		const known = devices.get(device);
		if (known === undefined) continue;
		const guest = next.people.get(known.person)?.roles.at(-1)?.guest ?? false;
		devices.set(device, { ...known, wraps: [...known.wraps, wrapOf(epoch, guest, wrapped)] });
	}
	const circles = new Map(next.circles);
	for (const { circle, receiveKey, wrapped } of body.circleWraps) {
		const known = circles.get(circle);
		const head = body.heads.find((one) => one.circle === circle);
		if (known === undefined || head === undefined) continue;
		const wraps = [...known.wraps, { epoch, receiveKey, wrapped }];
		const heads = [...known.heads, { at: seq, head: { seq: head.seq, hash: head.hash } }];
		circles.set(circle, stillSeen({ ...known, wraps, heads }));
	}
	const invites = new Map(next.invites);
	for (const { key, wrapped } of body.inviteWraps) {
		const invite = inviteAt(next, key);
		invites.set(toBase64Url(key), {
			...invite,
			wraps: [...invite.wraps, wrapOf(epoch, invite.guest, wrapped)]
		});
	}
	const epochs = [...next.epochs, { since: seq, circleKey, before }];
	const begun = { ...next, devices, circles, invites, epoch, epochs, uncut: new Set<DeviceId>() };
	return withCuts(begun, body.cuts);
}

/** A copy of the other log that is older, or another one, than this log has now seen counts no more. */
function stillSeen(member: MemberCircle): MemberCircle {
	const { state: inner } = member;
	const head = member.heads.at(-1)?.head;
	const there = head === undefined ? undefined : inner?.hashes[head.seq];
	const isSeen = head !== undefined && there !== undefined && equalBytes(there, head.hash);
	return isSeen || inner === null ? member : { ...member, state: null };
}

function withCuts(state: CircleState, cuts: Body<'epoch'>['cuts']): CircleState {
	if (cuts.length === 0) return state;
	const all = new Map(state.cuts);
	for (const cut of cuts) all.set(cutKey(cut), cut.count);
	return { ...state, cuts: all };
}

function withPerson(
	state: CircleState,
	person: PersonId,
	name: Bytes,
	standing: Standing,
	since: number,
	invitedBy: PersonId | null
): CircleState {
	const roles = [...(state.people.get(person)?.roles ?? []), standing];
	const member: Member = {
		person,
		name,
		nameEpoch: state.epoch,
		namedAt: standing.seq,
		roles,
		since,
		invitedBy
	};
	return { ...state, people: new Map(state.people).set(person, member) };
}

function withDevice(
	state: CircleState,
	keys: NewDevice,
	id: DeviceId,
	person: PersonId,
	seq: number,
	wrapped: Bytes
): CircleState {
	const guest = state.people.get(person)?.roles.at(-1)?.guest ?? false;
	const wraps = [wrapOf(state.epoch, guest, wrapped)];
	const device = arrived(state.devices.get(id), keys, id, person, seq, wraps);
	return { ...state, devices: new Map(state.devices).set(id, device) };
}

function arrived(
	before: Device | undefined,
	{ signKey, receiveKey, statement }: NewDevice,
	device: DeviceId,
	person: PersonId,
	addedAt: number,
	wraps: readonly Wrap[]
): Device {
	const { earlier = [], ends = new Map<Lane, number>() } = before ?? {};
	const stays =
		before === undefined ? earlier : [...earlier, { addedAt: before.addedAt, removedAt: before.removedAt }];
	return {
		device,
		person,
		signKey,
		receiveKey,
		statement,
		addedAt,
		removedAt: null,
		earlier: stays,
		wraps,
		ends
	};
}

function withInvite(state: CircleState, invite: Invite): CircleState {
	return { ...state, invites: new Map(state.invites).set(toBase64Url(invite.key), invite) };
}

/** The links that they may still hold open nothing any more. */
function withdrawInvitesOf(state: CircleState, makers: readonly MemberId[]): CircleState {
	const gone = new Set<string>(makers);
	let changed = state;
	for (const invite of state.invites.values()) {
		const isPending = invite.state === 'open' || invite.state === 'requested';
		if (isPending && gone.has(invite.by)) changed = withInvite(changed, { ...invite, state: 'withdrawn' });
	}
	return changed;
}

function endedAt(
	ends: ReadonlyMap<Lane, number>,
	lanes: readonly Lane[],
	seq: number
): ReadonlyMap<Lane, number> {
	const changed = new Map(ends);
	for (const lane of lanes) changed.set(lane, seq);
	return changed;
}

function wrapOf(epoch: number, guest: boolean, wrapped: Bytes): Wrap {
	return { epoch, of: guest ? 'everyone' : 'staff', wrapped };
}

/** Policy has found it before. */
function inviteAt(state: CircleState, key: Bytes): Invite {
	const invite = state.invites.get(toBase64Url(key));
	if (invite === undefined) throw new Error('policy let an unknown invitation through');
	return invite;
}

function signer(state: CircleState, { by }: Entry): PersonId {
	const known = state.devices.get(by);
	if (known === undefined) throw new Error('policy let an unknown device through');
	return known.person;
}
