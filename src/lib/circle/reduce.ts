/**
 * The one reducer: a circle's signed log → its state. Relay and app run this very code [C1].
 *
 * Order of checks: shape → place in the chain → signature (and the invitation's, for a join) → policy → change.
 * Promises: never throws on foreign bytes; `reduce` is pure and synchronous, no I/O, no secrets, no clock. Must never
 * apply an entry whose signature was not checked: `reduce` is for `applyEntry` and for tests.
 */
import { concatBytes, equalBytes, toBase64Url, utf8, type Bytes } from '#lib/crypto/bytes.ts';
import { verify } from '#lib/crypto/sign.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import type { Body } from './bodies.ts';
import { readEntry, verifyEntry, type Entry, type EntryReason } from './entry.ts';
import { idBytes, readId, type CircleId, type DeviceId, type PersonId } from './ids.ts';
import { mayAct, ownersOf, type PolicyReason } from './policy.ts';
import type { CircleState, Device, Invite, Member, Role } from './state.ts';

/**
 * `wrong-place`: not the entry after the head (another won the race [C2], or the log was altered [C1]).
 * `wrong-circle`: an entry of another circle.
 */
export type CircleReason = EntryReason | PolicyReason | 'wrong-place' | 'wrong-circle' | 'bad-signature';

export async function applyEntry(
	state: CircleState | null,
	bytes: Uint8Array
): Promise<Verdict<CircleState, CircleReason>> {
	const read = await readEntry(bytes);
	if (!read.ok) return read;
	const entry = read.value;
	const placed = checkPlace(state, entry);
	if (!placed.ok) return placed;
	const signKey = signKeyOf(state, entry);
	if (signKey === null) {
		// whoever signed may have come in by an entry that this app cannot read
		return state !== null && state.readOnlyBecause !== null
			? accept(keepUnread(state, entry))
			: refuse('not-a-member');
	}
	if (!(await verifyEntry(entry, signKey))) return refuse('bad-signature');
	if (entry.type === 'join' && state !== null) {
		const { inviteSignature, ...join } = entry.body;
		const signed = joinProof(state.circle, state.head.hash, join);
		// an unknown invitation is refused by policy, with a reason people can understand
		const isSigned = await verify(join.key, inviteSignature, signed);
		if (!isSigned) return refuse('bad-signature');
	}
	return reduce(state, entry);
}

/** The state after all of these, or the reason of the first that does not fit. */
export async function replayEntries(
	entries: readonly Uint8Array[],
	from: CircleState | null = null
): Promise<Verdict<CircleState, CircleReason>> {
	let state = from;
	for (const bytes of entries) {
		const applied = await applyEntry(state, bytes);
		if (!applied.ok) return applied;
		state = applied.value;
	}
	return state === null ? refuse('malformed') : accept(state);
}

/** Pure. The entry's signatures have been checked. */
export function reduce(state: CircleState | null, entry: Entry): Verdict<CircleState, CircleReason> {
	const placed = checkPlace(state, entry);
	if (!placed.ok) return placed;
	if (state === null) return entry.type === 'init' ? found(entry) : refuse('malformed');
	if (entry.type === 'newer') {
		const allowed = mayAct(state, entry);
		if (!allowed.ok && state.readOnlyBecause === null) return allowed;
		return accept(keepUnread(state, entry));
	}
	const allowed = mayAct(state, entry);
	// behind an entry that we cannot read, what seems wrong to us may be right: kept, not applied
	if (!allowed.ok) return state.readOnlyBecause === null ? allowed : accept(keepUnread(state, entry));
	const next = change(state, entry);
	return ownersOf(next).length > 0 ? accept(next) : refuse('last-owner');
}

/** What the invitation's key signs: this person with these keys joins this circle at this place. */
export function joinProof(
	circle: CircleId,
	prev: Bytes,
	join: { readonly person: PersonId; readonly signKey: Bytes; readonly receiveKey: Bytes }
): Bytes {
	return concatBytes(
		utf8('join-v1'),
		idBytes(circle),
		prev,
		idBytes(join.person),
		join.signKey,
		join.receiveKey
	);
}

function checkPlace(state: CircleState | null, entry: Entry): Verdict<true, 'wrong-place' | 'wrong-circle'> {
	if (state === null) return entry.seq === 0 ? accept(true) : refuse('wrong-place');
	if (entry.circle !== null && entry.circle !== state.circle) return refuse('wrong-circle');
	const follows =
		entry.seq === state.head.seq + 1 && entry.prev !== null && equalBytes(entry.prev, state.head.hash);
	return follows ? accept(true) : refuse('wrong-place');
}

/** An entry that brings its signer carries the key; otherwise the signer is known already. */
function signKeyOf(state: CircleState | null, entry: Entry): Bytes | null {
	if (entry.type === 'init' || entry.type === 'join') return entry.body.signKey;
	return state?.devices.get(entry.by)?.signKey ?? null;
}

function found(entry: Extract<Entry, { type: 'init' }>): Verdict<CircleState, CircleReason> {
	const { body, by, hash, at } = entry;
	if ((body.kind === 'agency') !== (body.parent === null)) return refuse('wrong-parent');
	const wraps = [{ epoch: 0, wrapped: body.wrapped }];
	return accept({
		circle: readId<CircleId>(hash),
		kind: body.kind,
		parent: body.parent,
		head: { seq: 0, hash },
		hashes: [hash],
		label: body.label,
		people: new Map([[body.person, newMember(body, 0, 'owner', 0, at, null)]]),
		devices: new Map([[by, newDevice(body, by, body.person, 0, wraps)]]),
		invites: new Map(),
		epoch: 0,
		epochs: [{ since: 0, before: null }],
		readOnlyBecause: null
	});
}

function change(state: CircleState, entry: Exclude<Entry, { type: 'newer' }>): CircleState {
	const next = follow(state, entry);
	switch (entry.type) {
		case 'init':
			return state;
		case 'grant':
			return grant(next, entry.body, entry);
		case 'invite': {
			const { wrapped, ...invite } = entry.body;
			const by = personOf(state, entry.by);
			const wraps = [{ epoch: state.epoch, wrapped }];
			return withInvite(next, { ...invite, by, state: 'open', wraps });
		}
		case 'invite-withdraw': {
			const invite = inviteAt(state, entry.body.key);
			return withInvite(next, { ...invite, state: 'withdrawn' });
		}
		case 'join':
			return join(next, entry.body, entry);
		case 'epoch':
			return beginEpoch(next, entry.body, entry.seq);
	}
}

function grant(
	next: CircleState,
	body: Body<'grant'>,
	entry: Extract<Entry, { type: 'grant' }>
): CircleState {
	const { epoch } = next;
	const member = newMember(body, epoch, body.role, entry.seq, entry.at, personOf(next, entry.by));
	const devices = new Map(next.devices);
	body.devices.forEach((keys, i) => {
		const id = entry.newDevices[i];
		if (id === undefined) return;
		devices.set(id, newDevice(keys, id, body.person, entry.seq, [{ epoch, wrapped: keys.wrapped }]));
	});
	return { ...next, devices, people: new Map(next.people).set(body.person, member) };
}

function join(next: CircleState, body: Body<'join'>, entry: Extract<Entry, { type: 'join' }>): CircleState {
	const { epoch } = next;
	const invite = inviteAt(next, body.key);
	const member = newMember(body, epoch, invite.role, entry.seq, entry.at, invite.by);
	const device = newDevice(body, entry.by, body.person, entry.seq, [{ epoch, wrapped: body.wrapped }]);
	return {
		...withInvite(next, { ...invite, state: 'used' }),
		people: new Map(next.people).set(body.person, member),
		devices: new Map(next.devices).set(entry.by, device)
	};
}

function beginEpoch(next: CircleState, body: Body<'epoch'>, seq: number): CircleState {
	const { epoch } = body;
	const devices = new Map(next.devices);
	for (const { device, wrapped } of body.wraps) {
		const known = devices.get(device);
		if (known !== undefined) devices.set(device, { ...known, wraps: [...known.wraps, { epoch, wrapped }] });
	}
	const invites = new Map(next.invites);
	for (const { key, wrapped } of body.inviteWraps) {
		const invite = inviteAt(next, key);
		invites.set(toBase64Url(key), { ...invite, wraps: [...invite.wraps, { epoch, wrapped }] });
	}
	const epochs = [...next.epochs, { since: seq, before: body.before }];
	return { ...next, devices, invites, epoch, epochs };
}

/** Chain and head go on; what the entry means is left to a newer app. */
function keepUnread(state: CircleState, entry: Entry): CircleState {
	return { ...follow(state, entry), readOnlyBecause: 'newer-entry' };
}

function follow(state: CircleState, { seq, hash }: Entry): CircleState {
	return { ...state, head: { seq, hash }, hashes: [...state.hashes, hash] };
}

function newMember(
	{ person, name }: { readonly person: PersonId; readonly name: Bytes },
	nameEpoch: number,
	role: Role,
	seq: number,
	since: number,
	invitedBy: PersonId | null
): Member {
	return { person, name, nameEpoch, roles: [{ seq, role }], since, invitedBy };
}

function newDevice(
	{ signKey, receiveKey }: { readonly signKey: Bytes; readonly receiveKey: Bytes },
	device: DeviceId,
	person: PersonId,
	addedAt: number,
	wraps: Device['wraps']
): Device {
	return { device, person, signKey, receiveKey, addedAt, removedAt: null, wraps };
}

function withInvite(state: CircleState, invite: Invite): CircleState {
	return { ...state, invites: new Map(state.invites).set(toBase64Url(invite.key), invite) };
}

/** Policy has found it before. */
function inviteAt(state: CircleState, key: Bytes): Invite {
	const invite = state.invites.get(toBase64Url(key));
	if (invite === undefined) throw new Error('policy let an unknown invitation through');
	return invite;
}

function personOf(state: CircleState, device: DeviceId): PersonId {
	const known = state.devices.get(device);
	if (known === undefined) throw new Error('policy let an unknown device through');
	return known.person;
}
