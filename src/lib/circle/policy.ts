/**
 * Who may do what: one list of named rules, each a sentence, each a predicate over (state, entry).
 *
 * Promises: pure; the relay and every app judge alike. A rule sees only what is public. Must never look at a clock: the
 * one rule that needs the relay's own time gets it as an argument (`mayAppend`).
 */
import { toBase64Url } from '#lib/crypto/bytes.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import type { Entry } from './entry.ts';
import type { DeviceId, PersonId } from './ids.ts';
import type { CircleState, Device, Invite, Lane, Member, Role } from './state.ts';

export type PolicyReason =
	| 'not-a-member'
	| 'may-not'
	| 'last-owner'
	| 'already-a-member'
	| 'role-too-high'
	| 'wrong-parent'
	| 'unknown-invitation'
	| 'invitation-exists'
	| 'invitation-used'
	| 'invitation-withdrawn'
	| 'invitation-expired'
	| 'wrong-epoch'
	| 'wrong-wraps';

/** A rule answers with the reason it refuses for, or null. */
interface Rule {
	readonly sentence: string;
	readonly refuses: (state: CircleState, entry: Entry) => PolicyReason | null;
}

const ranks: { readonly [R in Role]: number } = { owner: 3, editor: 2, commenter: 1, reader: 0 };

/** In the order they are asked. */
export const rules: readonly Rule[] = [
	{
		sentence: 'Only a member acts in a circle; whoever joins is judged by the invitation instead.',
		refuses: (state, entry) =>
			entry.type !== 'join' && roleOf(state, entry.by) === null ? 'not-a-member' : null
	},
	{
		sentence: 'Only an owner grants.',
		refuses: (state, entry) =>
			entry.type === 'grant' && roleOf(state, entry.by) !== 'owner' ? 'may-not' : null
	},
	{
		sentence: 'Only an owner begins an epoch.',
		refuses: (state, entry) =>
			entry.type === 'epoch' && roleOf(state, entry.by) !== 'owner' ? 'may-not' : null
	},
	{
		sentence: 'The last owner cannot leave, nor become less than an owner.',
		refuses: (state, entry) => {
			if (entry.type !== 'grant' || entry.body.role === 'owner') return null;
			const owners = ownersOf(state);
			return owners.length === 1 && owners[0] === entry.body.person ? 'last-owner' : null;
		}
	},
	{
		sentence: 'Somebody who is in is not let in again; nobody takes the name of somebody who was here.',
		refuses: (state, entry) =>
			(entry.type === 'grant' || entry.type === 'join') && state.people.has(entry.body.person)
				? 'already-a-member'
				: null
	},
	{
		sentence: 'A device comes into a circle once, and belongs to one person.',
		refuses: (state, entry) => {
			if (entry.type !== 'grant' && entry.type !== 'join') return null;
			const isTaken = entry.newDevices.some((device) => state.devices.has(device));
			return isTaken || new Set(entry.newDevices).size < entry.newDevices.length ? 'already-a-member' : null;
		}
	},
	{
		sentence: "An agency's invitation is made by an owner; a case's also by an editor.",
		refuses: (state, entry) => {
			if (entry.type !== 'invite') return null;
			const role = roleOf(state, entry.by);
			return role === 'owner' || (role === 'editor' && state.kind !== 'agency') ? null : 'may-not';
		}
	},
	{
		sentence: 'Nobody invites to a higher role than their own.',
		refuses: (state, entry) => {
			if (entry.type !== 'invite') return null;
			const role = roleOf(state, entry.by);
			return role === null || ranks[entry.body.role] > ranks[role] ? 'role-too-high' : null;
		}
	},
	{
		sentence: 'An invitation has a key of its own.',
		refuses: (state, entry) =>
			entry.type === 'invite' && inviteOf(state, entry) !== undefined ? 'invitation-exists' : null
	},
	{
		sentence: 'An invitation is withdrawn by who made it, or by an owner.',
		refuses: (state, entry) => {
			if (entry.type !== 'invite-withdraw') return null;
			const isMaker = inviteOf(state, entry)?.by === state.devices.get(entry.by)?.person;
			return roleOf(state, entry.by) === 'owner' || isMaker ? null : 'may-not';
		}
	},
	{
		sentence: 'An invitation is used once, and only while it is open.',
		refuses: (state, entry) => {
			if (entry.type !== 'join' && entry.type !== 'invite-withdraw') return null;
			const invite = inviteOf(state, entry);
			if (invite === undefined) return 'unknown-invitation';
			return invite.state === 'open' ? null : `invitation-${invite.state}`;
		}
	},
	{
		sentence: 'An invitation ends on its day.',
		refuses: (state, entry) => {
			const invite = entry.type === 'join' ? inviteOf(state, entry) : undefined;
			return invite !== undefined && entry.at >= invite.expires ? 'invitation-expired' : null;
		}
	},
	{
		sentence: 'Epochs follow one another.',
		refuses: (state, entry) =>
			entry.type === 'epoch' && entry.body.epoch !== state.epoch + 1 ? 'wrong-epoch' : null
	},
	{
		sentence: 'A new epoch is for every device and every open invitation, and for nobody else.',
		refuses: (state, entry) => {
			if (entry.type !== 'epoch') return null;
			const devices = activeDevices(state).map(({ device }) => device as string);
			const invites = [...state.invites].filter(([, { state }]) => state === 'open').map(([key]) => key);
			const forInvites = entry.body.inviteWraps.map(({ key }) => toBase64Url(key));
			const forDevices = entry.body.wraps.map(({ device }) => device as string);
			return isSameSet(devices, forDevices) && isSameSet(invites, forInvites) ? null : 'wrong-wraps';
		}
	}
];

/** May this entry follow at the head? Signatures and chain are judged elsewhere. */
export function mayAct(state: CircleState, entry: Entry): Verdict<true, PolicyReason> {
	for (const rule of rules) {
		const reason = rule.refuses(state, entry);
		if (reason !== null) return refuse(reason);
	}
	return accept(true);
}

/**
 * What the relay asks besides `applyEntry`: it never stores what it cannot judge, and an invitation ends by its clock
 * too, whatever the joining device's clock says.
 */
export function mayAppend(
	state: CircleState | null,
	entry: Entry,
	now: number
): Verdict<true, 'newer-entry' | 'invitation-expired'> {
	if (entry.type === 'newer' || (state !== null && state.readOnlyBecause !== null))
		return refuse('newer-entry');
	const invite = state !== null && entry.type === 'join' ? inviteOf(state, entry) : undefined;
	return invite !== undefined && now >= invite.expires ? refuse('invitation-expired') : accept(true);
}

/** May this device found a case (or team, or circle of a document) under this agency? Its editors and owners may. */
export function mayFoundCase(agency: CircleState, device: DeviceId): boolean {
	const role = roleOf(agency, device);
	return role === 'owner' || role === 'editor';
}

/** The role of a device's person when the log was `seq` long; null: not in, not yet, or no more. */
export function roleOf(state: CircleState, device: DeviceId, seq: number = state.head.seq): Role | null {
	const known = state.devices.get(device);
	if (known === undefined || !isActive(known, seq)) return null;
	const member = state.people.get(known.person);
	if (member === undefined) return null;
	for (let i = member.roles.length - 1; i >= 0; i--) {
		const change = member.roles[i];
		if (change !== undefined && change.seq <= seq) return change.role;
	}
	return null;
}

/** The role somebody has now. */
export function currentRole(member: Member): Role | null {
	return member.roles.at(-1)?.role ?? null;
}

/** The role somebody has, or had when they were last in: what they said then still counts as theirs. */
export function lastRole(member: Member): Role | null {
	return member.roles.findLast(({ role }) => role !== null)?.role ?? null;
}

/** The epoch that ran when the log was `seq` long. */
export function epochAt(state: CircleState, seq: number): number {
	let epoch = state.epoch;
	while (epoch > 0 && (state.epochs[epoch]?.since ?? 0) > seq) epoch--;
	return epoch;
}

/** Editors write the text; commenters too may discuss; readers read. */
export function canWrite(role: Role | null, lane: Lane): boolean {
	return role === 'owner' || role === 'editor' || (role === 'commenter' && lane === 'discussion');
}

/** Devices that are in now, of people who are in now. */
export function activeDevices(state: CircleState): readonly Device[] {
	return [...state.devices.values()].filter(({ device }) => roleOf(state, device) !== null);
}

export function ownersOf(state: CircleState): readonly PersonId[] {
	return [...state.people.values()].filter((member) => currentRole(member) === 'owner').map((m) => m.person);
}

function inviteOf(
	state: CircleState,
	entry: Extract<Entry, { type: 'invite' | 'invite-withdraw' | 'join' }>
): Invite | undefined {
	return state.invites.get(toBase64Url(entry.body.key));
}

function isActive(device: Device, seq: number): boolean {
	return device.addedAt <= seq && (device.removedAt === null || device.removedAt > seq);
}

function isSameSet(wanted: readonly string[], given: readonly string[]): boolean {
	const left = new Set(wanted);
	return given.length === wanted.length && given.every((item) => left.delete(item));
}
