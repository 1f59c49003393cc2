/**
 * Who may do what: one list of named rules, each a sentence, each a predicate over (state, entry).
 *
 * Promises: pure; the relay and every app judge alike, whatever they have seen of member circles. A rule sees only what
 * is public. Must never look at a clock: what needs the relay's own time or its stores is in `mayAppend`.
 */
import { equalBytes, toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import { bringsItsSigner, type Entry } from './entry.ts';
import type { CircleId, DeviceId, PersonId } from './ids.ts';
import {
	activeCircles,
	activeDevices,
	canWrite,
	currentRole,
	directRole,
	fitsInto,
	isGuest,
	isHigher,
	ownersOf,
	roleNow,
	standingOf
} from './roles.ts';
import {
	generationOf,
	isLeftOut,
	leavesOut,
	rollsOf,
	type CircleKind,
	type CircleState,
	type Invite,
	type Member,
	type Standing
} from './state.ts';

export type PolicyReason =
	| 'not-a-member'
	| 'unknown-member'
	| 'may-not'
	| 'last-owner'
	| 'already-a-member'
	| 'role-too-high'
	| 'end-date-missing'
	| 'wrong-parent'
	| 'unknown-invitation'
	| 'invitation-exists'
	| 'invitation-used'
	| 'invitation-requested'
	| 'invitation-withdrawn'
	| 'invitation-expired'
	| 'approval-needed'
	| 'wrong-request'
	| 'wrong-epoch'
	| 'wrong-wraps'
	| 'wrong-heads'
	| 'wrong-generation'
	| 'wrong-cuts';

/** A rule answers with the reason it refuses for, or null. */
interface Rule {
	readonly sentence: string;
	readonly refuses: (state: CircleState, entry: Entry) => PolicyReason | null;
}

type EntryOf<T extends Entry['type']> = Extract<Entry, { type: T }>;
type EpochEntry = EntryOf<'epoch' | 'remove' | 'device-remove'>;

const HOUR = 3_600_000;
/** A guest who joins without anybody's yes is in for so long, ms. */
export const EMERGENCY = 72 * HOUR;
/** An invitation for one's own second device is open for so long, ms. */
const OWN_DEVICE_LIFE = HOUR;
/** How far a clock may go ahead of the relay's before an end date would slip, ms. */
const CLOCK_TOLERANCE = 10 * 60_000;
const MAX_CIRCLES = 64;

/** In the order they are asked. */
export const rules: readonly Rule[] = [
	{
		sentence:
			'Only a member acts in a circle; whoever joins, or asks to, is judged by the invitation instead.',
		refuses: (state, entry) =>
			!bringsItsSigner(entry) && directRole(state, entry.by) === null ? 'not-a-member' : null
	},
	{
		sentence: 'Only an owner lets somebody in, or who made the invitation with which they asked.',
		refuses: (state, entry) => {
			if (entry.type !== 'grant' || isOwner(state, entry)) return null;
			const { request } = entry.body;
			return request !== null && inviteAt(state, request)?.by === signerOf(state, entry) ? null : 'may-not';
		}
	},
	{
		sentence:
			'A yes is for exactly who asked, with the keys they asked with, and gives no more than the invitation.',
		refuses: (state, entry) => {
			if (entry.type !== 'grant' || entry.body.request === null) return null;
			const { person, devices, role, guest, until, request } = entry.body;
			const invite = inviteAt(state, request);
			if (invite === undefined) return 'unknown-invitation';
			if (invite.state === 'withdrawn' || invite.state === 'used') return `invitation-${invite.state}`;
			const asked = invite.request;
			const [device, ...others] = devices;
			if (asked === null || device === undefined || others.length > 0) return 'wrong-request';
			const isSame =
				person === asked.person &&
				equalBytes(device.signKey, asked.signKey) &&
				equalBytes(device.receiveKey, asked.receiveKey);
			if (!isSame || guest !== invite.guest || isLater(until, invite.until)) return 'wrong-request';
			return isHigher(role, invite.role) ? 'role-too-high' : null;
		}
	},
	{
		sentence: 'Only an owner lets a team in, changes a role, removes somebody or begins an epoch.',
		refuses: (state, entry) => {
			const isOwners =
				entry.type === 'grant-circle' ||
				entry.type === 'change-role' ||
				entry.type === 'remove' ||
				entry.type === 'epoch';
			return isOwners && !isOwner(state, entry) ? 'may-not' : null;
		}
	},
	{
		sentence: 'The last owner cannot leave, be removed, nor become less than an owner. [C6]',
		refuses: (state, entry) => {
			const gone = ownersGone(state, entry);
			if (gone === null) return null;
			const owners = ownersOf(state);
			return owners.some((owner) => !gone.has(owner)) ? null : 'last-owner';
		}
	},
	{
		sentence: 'Nobody removes themself: who goes leaves, and somebody else begins the new epoch.',
		refuses: (state, entry) =>
			entry.type === 'remove' && entry.body.members.some((one) => one === signerOf(state, entry))
				? 'may-not'
				: null
	},
	{
		sentence: 'A guest and a team are never owners, and an owner has no end date.',
		refuses: (state, entry) => {
			const given = givenBy(state, entry);
			if (given?.role !== 'owner') return null;
			return given.guest || given.isCircle || given.until !== null ? 'role-too-high' : null;
		}
	},
	{
		sentence: 'A guest always has an end date.',
		refuses: (state, entry) => {
			const given = givenBy(state, entry);
			return given?.guest === true && given.until === null ? 'end-date-missing' : null;
		}
	},
	{
		sentence: 'Whose role is changed, or who is removed, is in.',
		refuses: (state, entry) => {
			if (entry.type === 'change-role') {
				return memberAt(state, entry.body.member) === null ? 'unknown-member' : null;
			}
			if (entry.type !== 'remove') return null;
			const { members } = entry.body;
			const isAll = members.every((one) => memberAt(state, one) !== null);
			return isAll && new Set(members).size === members.length ? null : 'unknown-member';
		}
	},
	{
		sentence:
			'Who is in is not let in again; who was here comes back by an owner, or with a device of their own.',
		refuses: (state, entry) => {
			if (entry.type === 'grant-circle') {
				const { circle } = entry.body;
				return memberAt(state, circle) !== null || circle === state.circle ? 'already-a-member' : null;
			}
			if (entry.type !== 'grant' && entry.type !== 'join' && entry.type !== 'join-request') return null;
			if (isOwnDevice(state, entry)) return null;
			const { person } = entry.body;
			const known = state.people.get(person);
			if (known === undefined) return null;
			if (currentRole(known) !== null) return 'already-a-member';
			if (entry.type === 'grant' && isOwner(state, entry)) return null;
			const isTheirs = entry.newDevices.every((device) => state.devices.get(device)?.person === person);
			return isTheirs ? null : 'already-a-member';
		}
	},
	{
		sentence: 'A device comes into a circle once, and belongs to one person for ever.',
		refuses: (state, entry) => {
			if (
				entry.type !== 'grant' &&
				entry.type !== 'join' &&
				entry.type !== 'join-request' &&
				entry.type !== 'device-add'
			)
				return null;
			const { person } = entry.body;
			const isTaken = entry.newDevices.some((id) => {
				const known = state.devices.get(id);
				return known !== undefined && (known.person !== person || known.removedAt === null);
			});
			return isTaken || new Set(entry.newDevices).size < entry.newDevices.length ? 'already-a-member' : null;
		}
	},
	{
		sentence: 'A device is added to somebody who is in, by another device of theirs or by an owner. [I2]',
		refuses: (state, entry) => {
			if (entry.type !== 'device-add') return null;
			if (memberAt(state, entry.body.person) === null) return 'unknown-member';
			return entry.body.person === signerOf(state, entry) || isOwner(state, entry) ? null : 'may-not';
		}
	},
	{
		sentence: 'A device that asked is added with the keys it asked with, for whom the invitation was made.',
		refuses: (state, entry) => {
			if (entry.type !== 'device-add' || entry.body.request === null) return null;
			const invite = inviteAt(state, entry.body.request);
			if (invite === undefined) return 'unknown-invitation';
			if (invite.state === 'withdrawn' || invite.state === 'used') return `invitation-${invite.state}`;
			const { request: asked, ownDevice, by } = invite;
			const isSame =
				asked !== null &&
				equalBytes(entry.body.signKey, asked.signKey) &&
				equalBytes(entry.body.receiveKey, asked.receiveKey);
			return isSame && ownDevice && by === entry.body.person ? null : 'wrong-request';
		}
	},
	{
		sentence: 'A device is removed by another device of the same person, who is no guest, or by an owner.',
		refuses: (state, entry) => {
			if (entry.type !== 'device-remove') return null;
			const { device } = entry.body;
			if (directRole(state, device) === null) return 'unknown-member';
			if (device === entry.by) return 'may-not';
			if (isOwner(state, entry)) return null;
			const signer = signerOf(state, entry);
			const isTheirs = signer !== null && state.devices.get(device)?.person === signer;
			return isTheirs && memberAt(state, signer)?.guest === false ? null : 'may-not';
		}
	},
	{
		sentence:
			"An agency's or a team's invitation is made by an owner; a case's or a document's also by an editor; by a guest none.",
		refuses: (state, entry) => {
			if (entry.type !== 'invite' || entry.body.ownDevice) return null;
			const signer = signerOf(state, entry);
			const standing = signer === null ? null : memberAt(state, signer);
			if (standing === null || standing.guest) return 'may-not';
			const mayEditors = state.kind === 'case' || state.kind === 'document';
			return standing.role === 'owner' || (standing.role === 'editor' && mayEditors) ? null : 'may-not';
		}
	},
	{
		sentence: 'Nobody invites to a higher role than their own.',
		refuses: (state, entry) => {
			if (entry.type !== 'invite') return null;
			const role = directRole(state, entry.by);
			return role === null || isHigher(entry.body.role, role) ? 'role-too-high' : null;
		}
	},
	{
		sentence:
			"An invitation for another device of one's own lets in who one is, asks for a yes, and is open for an hour.",
		refuses: (state, entry) => {
			if (entry.type !== 'invite' || !entry.body.ownDevice) return null;
			const { role, guest, until, approval, expires } = entry.body;
			const signer = signerOf(state, entry);
			const own = signer === null ? null : memberAt(state, signer);
			if (own === null || role !== own.role || guest !== own.guest || until !== own.until) return 'may-not';
			return !approval || expires > entry.at + OWN_DEVICE_LIFE ? 'may-not' : null;
		}
	},
	{
		sentence: 'A guest who joins at once comments at most, and for 72 hours.',
		refuses: (_, entry) => {
			if (entry.type !== 'invite') return null;
			const { guest, approval, ownDevice, role, until, expires } = entry.body;
			if (!guest || approval || ownDevice) return null;
			if (isHigher(role, 'commenter')) return 'role-too-high';
			return isLater(until, expires + EMERGENCY) ? 'end-date-missing' : null;
		}
	},
	{
		sentence: 'An invitation that asks for a yes carries no secret of the circle; any other carries it.',
		refuses: (_, entry) => {
			if (entry.type !== 'invite') return null;
			const { approval, ownDevice, wrapped, requestSecret } = entry.body;
			const tellsStaff = approval && !ownDevice;
			return (wrapped === null) === approval && (requestSecret !== null) === tellsStaff
				? null
				: 'wrong-wraps';
		}
	},
	{
		sentence: 'An invitation has a key of its own.',
		refuses: (state, entry) =>
			entry.type === 'invite' && inviteAt(state, entry.body.key) !== undefined ? 'invitation-exists' : null
	},
	{
		sentence: 'An invitation is withdrawn by who made it, or by an owner.',
		refuses: (state, entry) => {
			if (entry.type !== 'invite-withdraw' || isOwner(state, entry)) return null;
			return inviteAt(state, entry.body.key)?.by === signerOf(state, entry) ? null : 'may-not';
		}
	},
	{
		sentence: 'An invitation is used once, and only while it is open.',
		refuses: (state, entry) => {
			if (!usesInvite(entry)) return null;
			const invite = inviteAt(state, entry.body.key);
			if (invite === undefined) return 'unknown-invitation';
			if (invite.state === 'open') return null;
			const isDeclined = invite.state === 'requested' && entry.type === 'invite-withdraw';
			return isDeclined ? null : `invitation-${invite.state}`;
		}
	},
	{
		sentence: 'Who needs a yes asks for it, and nobody else does.',
		refuses: (state, entry) => {
			if (entry.type !== 'join' && entry.type !== 'join-request') return null;
			const needsYes = inviteAt(state, entry.body.key)?.approval === true;
			if (entry.type === 'join') return needsYes ? 'approval-needed' : null;
			return needsYes ? null : 'may-not';
		}
	},
	{
		sentence: "An invitation for one's own device brings a device of that person, and no one else.",
		refuses: (state, entry) => {
			if (entry.type !== 'join-request') return null;
			const invite = inviteAt(state, entry.body.key);
			if (invite?.ownDevice !== true) return null;
			return invite.by === entry.body.person && memberAt(state, invite.by) !== null ? null : 'may-not';
		}
	},
	{
		sentence: 'An invitation ends on its day.',
		refuses: (state, entry) => {
			if (entry.type !== 'join' && entry.type !== 'join-request') return null;
			const invite = inviteAt(state, entry.body.key);
			return invite !== undefined && entry.at >= invite.expires ? 'invitation-expired' : null;
		}
	},
	{
		sentence: 'A circle has at most 64 circles in it, and none of them is itself.',
		refuses: (state, entry) =>
			entry.type === 'grant-circle' &&
			state.circles.size >= MAX_CIRCLES &&
			!state.circles.has(entry.body.circle)
				? 'may-not'
				: null
	},
	{
		sentence: 'Epochs follow one another.',
		refuses: (state, entry) =>
			beginsEpoch(entry) && entry.body.epoch !== state.epoch + 1 ? 'wrong-epoch' : null
	},
	{
		sentence: 'A new epoch is for everybody who stays and every open invitation, and for nobody else. [S2]',
		refuses: (state, entry) => {
			if (!beginsEpoch(entry)) return null;
			const { devices, circles, invites } = receiversOf(state, entry);
			const { wraps, circleWraps, inviteWraps } = entry.body;
			const isWhole =
				isSameSet(
					devices,
					wraps.map(({ device }) => device)
				) &&
				isSameSet(
					circles,
					circleWraps.map(({ circle }) => circle)
				) &&
				isSameSet(
					invites,
					inviteWraps.map(({ key }) => toBase64Url(key))
				);
			return isWhole ? null : 'wrong-wraps';
		}
	},
	{
		sentence: 'A new epoch says how it saw each circle that stays, and no log is seen to grow shorter.',
		refuses: (state, entry) => {
			const heads = beginsEpoch(entry) ? entry.body.heads : [];
			if (beginsEpoch(entry)) {
				const named = heads.map(({ circle }) => circle);
				if (!isSameSet(receiversOf(state, entry).circles, named)) return 'wrong-heads';
			} else if (entry.type === 'grant-circle') {
				const { circle, head } = entry.body;
				return goesBack(state, { circle, ...head }) ? 'wrong-heads' : null;
			}
			return heads.some((head) => goesBack(state, head)) ? 'wrong-heads' : null;
		}
	},
	{
		sentence: 'Where words end is said once for each room and session, in the generation that is written.',
		refuses: (state, entry) => {
			const cuts = entry.type === 'change-role' || beginsEpoch(entry) ? entry.body.cuts : [];
			const keys = new Set<string>();
			for (const { device, document, lane, generation, session } of cuts) {
				keys.add(`${document}.${lane}.${session}.${device}`);
				if (generation !== generationOf(state, document, lane)) return 'wrong-cuts';
			}
			return keys.size === cuts.length ? null : 'wrong-cuts';
		}
	},
	{
		sentence: 'An editor rolls a log that they may write, one generation after the other.',
		refuses: (state, entry) => {
			if (entry.type !== 'roll') return null;
			const signer = signerOf(state, entry);
			const standing = signer === null ? null : memberAt(state, signer);
			const { document, lane, generation } = entry.body;
			if (
				standing === null ||
				!canWrite(standing.role, 'body') ||
				!canWrite(standing.role, lane, standing.guest)
			)
				return 'may-not';
			return generation === generationOf(state, document, lane) + 1 ? null : 'wrong-generation';
		}
	},
	{
		sentence:
			'Only an owner rolls again from an earlier generation, and never from one that was gone back behind. [L3]',
		refuses: (state, entry) => {
			if (entry.type !== 'roll-again') return null;
			if (!isOwner(state, entry)) return 'may-not';
			const { document, lane, generation, from } = entry.body;
			const isNext = generation === generationOf(state, document, lane) + 1;
			const isBack = leavesOut({ from, generation }) && !isLeftOut(rollsOf(state, document, lane), from);
			return isNext && isBack ? null : 'wrong-generation';
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

export type RelayReason = 'newer-entry' | 'invitation-expired' | 'not-a-member' | 'wrong-clock';

/**
 * What the relay asks besides `applyEntry`: it never stores what it cannot judge, and whatever ends on a day ends by its
 * clock too, whatever the device's clock says. Where an end date is counted from now, that clock must not be ahead.
 * `now` is null for what was appended before and is given back: its hour was judged then.
 */
export function mayAppend(
	state: CircleState | null,
	entry: Entry,
	now: number | null
): Verdict<true, RelayReason> {
	if (entry.type === 'newer' || (state !== null && state.readOnlyBecause !== null))
		return refuse('newer-entry');
	if (state === null || now === null) return accept(true);
	if (entry.type === 'join' || entry.type === 'join-request') {
		const invite = inviteAt(state, entry.body.key);
		if (invite !== undefined && now >= invite.expires) return refuse('invitation-expired');
	} else if (!bringsItsSigner(entry)) {
		const until = standingOfDevice(state, entry.by)?.until ?? null;
		if (until !== null && now >= until) return refuse('not-a-member');
	}
	const countsFromNow =
		(entry.type === 'join' && inviteAt(state, entry.body.key)?.guest === true) ||
		(entry.type === 'invite' && entry.body.ownDevice);
	return countsFromNow && entry.at > now + CLOCK_TOLERANCE ? refuse('wrong-clock') : accept(true);
}

/**
 * May this device found a circle of this kind under `parent`? Owners and editors may: teams and cases under the agency,
 * circles of a document under a case. Guests found nothing.
 */
export function mayFound(parent: CircleState, kind: CircleKind, device: DeviceId, now: number): boolean {
	const parentKind: CircleKind | null = kind === 'agency' ? null : kind === 'document' ? 'case' : 'agency';
	return (
		parent.kind === parentKind &&
		!isGuest(parent, device, now) &&
		canWrite(roleNow(parent, device, now), 'body')
	);
}

/**
 * May `inner` be let into this circle as the entry says? Judged by whoever has the other log: teams into teams, cases and
 * documents; a case into its documents; a head that the log has, and the key that it receives with there.
 */
export function mayGrantCircle(
	state: CircleState,
	inner: CircleState,
	body: EntryOf<'grant-circle'>['body']
): boolean {
	const isKind =
		(inner.kind === 'team' && state.kind !== 'agency') ||
		(inner.kind === 'case' && state.kind === 'document' && state.parent === inner.circle);
	return isKind && fitsInto(state.circle, inner) && isRunning(inner, body.head, body.receiveKey);
}

/**
 * Does this entry name member circles as they are now? Judged by whoever has the other logs: what is wrapped for a key of
 * before could be opened by who was let go since.
 */
export function namesRunningCircles(state: CircleState, entry: Entry): boolean {
	if (!beginsEpoch(entry)) return true;
	const { circleWraps, heads } = entry.body;
	return circleWraps.every(({ circle, receiveKey }) => {
		const inner = state.circles.get(circle)?.state ?? null;
		const head = heads.find((one) => one.circle === circle);
		return inner !== null && head !== undefined && isRunning(inner, head, receiveKey);
	});
}

/** Is this a head of that log, and this the key it receives with now? */
export function isRunning(
	inner: CircleState,
	head: { readonly seq: number; readonly hash: Bytes },
	receiveKey: Bytes
): boolean {
	const there = inner.hashes[head.seq];
	const key = inner.epochs.at(-1)?.circleKey;
	return (
		there !== undefined && equalBytes(there, head.hash) && key !== undefined && equalBytes(key, receiveKey)
	);
}

/** For whom the epoch that this entry begins is: who is in when it stands. Invitations of who goes end with them. */
export function receiversOf(
	state: CircleState,
	entry:
		| Pick<EntryOf<'epoch'>, 'type' | 'at'>
		| (Pick<EntryOf<'remove'>, 'type' | 'at'> & { readonly body: Pick<EntryOf<'remove'>['body'], 'members'> })
		| (Pick<EntryOf<'device-remove'>, 'type' | 'at'> & {
				readonly body: Pick<EntryOf<'device-remove'>['body'], 'device'>;
		  })
): {
	readonly devices: readonly DeviceId[];
	readonly circles: readonly CircleId[];
	readonly invites: readonly string[];
} {
	const gone = new Set<string>(entry.type === 'remove' ? entry.body.members : []);
	const goneDevice = entry.type === 'device-remove' ? entry.body.device : null;
	const goneMaker = goneDevice === null ? undefined : state.devices.get(goneDevice)?.person;
	return {
		devices: activeDevices(state)
			.filter(({ device, person }) => !gone.has(person) && device !== goneDevice)
			.map(({ device }) => device),
		circles: activeCircles(state)
			.filter(({ circle }) => !gone.has(circle))
			.map(({ circle }) => circle),
		invites: [...state.invites]
			.filter(([, one]) => one.state === 'open' && !one.approval && one.expires > entry.at)
			.filter(([, { by }]) => !gone.has(by) && by !== goneMaker)
			.map(([key]) => key)
	};
}

function beginsEpoch(entry: Entry): entry is EpochEntry {
	return entry.type === 'epoch' || entry.type === 'remove' || entry.type === 'device-remove';
}

/** What a person or a circle is here now; null when they are not in. */
function memberAt(
	state: CircleState,
	member: string
): (Standing & { readonly role: NonNullable<Standing['role']> }) | null {
	const known: Pick<Member, 'roles'> | undefined =
		state.people.get(member as PersonId) ?? state.circles.get(member as CircleId);
	return known === undefined ? null : standingOf(known);
}

function standingOfDevice(state: CircleState, device: DeviceId): Standing | null {
	const person = state.devices.get(device)?.person;
	return person === undefined ? null : memberAt(state, person);
}

function isOwner(state: CircleState, entry: Entry): boolean {
	return directRole(state, entry.by) === 'owner';
}

function signerOf(state: CircleState, entry: Entry): PersonId | null {
	return state.devices.get(entry.by)?.person ?? null;
}

function inviteAt(state: CircleState, key: Bytes): Invite | undefined {
	return state.invites.get(toBase64Url(key));
}

function usesInvite(entry: Entry): entry is EntryOf<'join' | 'join-request' | 'invite-withdraw'> {
	return entry.type === 'join' || entry.type === 'join-request' || entry.type === 'invite-withdraw';
}

function isOwnDevice(state: CircleState, entry: Entry): boolean {
	return entry.type === 'join-request' && inviteAt(state, entry.body.key)?.ownDevice === true;
}

/** Owners who would be none after this entry; null: it makes nobody less. */
function ownersGone(state: CircleState, entry: Entry): ReadonlySet<string> | null {
	switch (entry.type) {
		case 'change-role':
			return entry.body.role === 'owner' ? null : new Set([entry.body.member]);
		case 'remove':
			return new Set(entry.body.members);
		case 'leave':
			return new Set([signerOf(state, entry) ?? '']);
		case 'device-remove': {
			const person = state.devices.get(entry.body.device)?.person;
			const hasOthers = activeDevices(state).some(
				(one) => one.person === person && one.device !== entry.body.device
			);
			return person === undefined || hasOthers ? null : new Set([person]);
		}
		default:
			return null;
	}
}

/** The standing that an entry gives or promises. */
function givenBy(
	state: CircleState,
	entry: Entry
): {
	readonly role: Standing['role'];
	readonly guest: boolean;
	readonly until: number | null;
	readonly isCircle: boolean;
} | null {
	switch (entry.type) {
		case 'grant':
			return { ...entry.body, isCircle: false };
		case 'invite':
			return entry.body.ownDevice ? null : { ...entry.body, isCircle: false };
		case 'grant-circle':
			return { role: entry.body.role, guest: false, until: null, isCircle: true };
		case 'change-role': {
			const { member, role, until } = entry.body;
			const isCircle = state.circles.has(member as CircleId);
			return { role, guest: memberAt(state, member)?.guest ?? false, until, isCircle };
		}
		default:
			return null;
	}
}

function goesBack(
	state: CircleState,
	{ circle, seq, hash }: { readonly circle: CircleId; readonly seq: number; readonly hash: Bytes }
): boolean {
	const known = state.circles.get(circle)?.heads.at(-1)?.head;
	if (known === undefined) return false;
	return seq < known.seq || (seq === known.seq && !equalBytes(hash, known.hash));
}

/** Does one end date come after another? None at all is the latest. */
function isLater(until: number | null, than: number | null): boolean {
	if (than === null) return false;
	return until === null || until > than;
}

function isSameSet(wanted: readonly string[], given: readonly string[]): boolean {
	const left = new Set(wanted);
	return given.length === wanted.length && given.every((item) => left.delete(item));
}
