/**
 * What a circle's log says at its head: who is in, in which role, with which devices. Plain immutable data.
 *
 * Promises: everything here is public to the relay; names and labels are sealed bytes [C5], secrets are wrapped [S1].
 */
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { CircleId, DeviceId, DocumentId, PersonId, SessionId } from './ids.ts';

export const roles = ['owner', 'editor', 'commenter', 'reader'] as const;
export type Role = (typeof roles)[number];
/** `internal`: comments that guests never see. In the order of their numbers in an envelope. */
export const lanes = ['body', 'discussion', 'internal'] as const;
export type Lane = (typeof lanes)[number];
export const circleKinds = ['agency', 'team', 'case', 'document'] as const;
export type CircleKind = (typeof circleKinds)[number];

/** A person, or another circle: their ids differ in length, so one never passes for the other. */
export type MemberId = PersonId | CircleId;

/** The place of an entry in its log. */
export interface Head {
	readonly seq: number;
	readonly hash: Bytes;
}

export interface CircleState {
	readonly circle: CircleId;
	readonly kind: CircleKind;
	readonly parent: CircleId | null;
	readonly head: Head;
	/** Hash of every entry, by seq. */
	readonly hashes: readonly Bytes[];
	/** What the circle is called, sealed under epoch 0: of a case or document the agency's name. */
	readonly label: Bytes;
	/** The label for whoever is in the circle above, sealed under its `epoch`; null: it is for those here alone. */
	readonly announced: { readonly epoch: number; readonly label: Bytes } | null;
	readonly people: ReadonlyMap<PersonId, Member>;
	readonly devices: ReadonlyMap<DeviceId, Device>;
	/** Circles that are members themselves [C4], those that were included. */
	readonly circles: ReadonlyMap<CircleId, MemberCircle>;
	/** By base64url of the invitation's public key. */
	readonly invites: ReadonlyMap<string, Invite>;
	readonly epoch: number;
	/** Where each epoch began; index is the epoch. */
	readonly epochs: readonly Epoch[];
	/** How many envelopes count of whoever lost the right to write there; by `cutKey`. */
	readonly cuts: ReadonlyMap<string, number>;
	/** Devices whose person left; the next epoch says how far their words count. */
	readonly uncut: ReadonlySet<DeviceId>;
	/** By `document.lane`: the generations that began with a snapshot, oldest first. */
	readonly rolls: ReadonlyMap<string, readonly Roll[]>;
	/** Not null: an entry of a newer version stands in the log, and this app must not write [forward compatibility]. */
	readonly readOnlyBecause: null | 'newer-entry';
}

/** What somebody is from an entry on. */
export interface Standing {
	readonly seq: number;
	/** Null once removed. */
	readonly role: Role | null;
	/** Sees what is said to everyone, and nothing internal. */
	readonly guest: boolean;
	/** ms; the relay refuses from then on [C7]. */
	readonly until: number | null;
}

export interface Member {
	readonly person: PersonId;
	/** Sealed under `nameEpoch`. */
	readonly name: Bytes;
	readonly nameEpoch: number;
	/** Seq of the entry that brought the name. */
	readonly namedAt: number;
	/** Everything this person has been, oldest first. */
	readonly roles: readonly Standing[];
	/** When they came, ms, by the clock of who wrote the entry. */
	readonly since: number;
	readonly invitedBy: PersonId | null;
}

/** From the entry that brought a device to the one that removed it. */
export interface Stay {
	readonly addedAt: number;
	readonly removedAt: number | null;
}

export interface Device extends Stay {
	readonly device: DeviceId;
	readonly person: PersonId;
	readonly signKey: Bytes;
	readonly receiveKey: Bytes;
	/** Its own signature that it belongs to `person`. */
	readonly statement: Bytes;
	/** It was in before, and came again. */
	readonly earlier: readonly Stay[];
	readonly wraps: readonly Wrap[];
	/** Seq of the entry that last took the right to write away. */
	readonly ends: ReadonlyMap<Lane, number>;
}

export interface MemberCircle {
	readonly circle: CircleId;
	/** Sealed under `nameEpoch` of the circle that it is a member of. */
	readonly name: Bytes;
	readonly nameEpoch: number;
	/** When it came, ms, by the clock of who let it in. */
	readonly since: number;
	readonly grantedBy: PersonId | null;
	readonly roles: readonly Standing[];
	readonly wraps: readonly CircleWrap[];
	/** What this log has known of the other one, oldest first; `at` is a seq of this log. */
	readonly heads: readonly { readonly at: number; readonly head: Head }[];
	readonly ends: ReadonlyMap<Lane, number>;
	/** Put in by `withMemberState`; null as long as the other log is not known here. */
	readonly state: CircleState | null;
}

export interface Invite {
	/** Ed25519; joining is signed by it. */
	readonly key: Bytes;
	/** X25519; epoch secrets are wrapped for it. */
	readonly receiveKey: Bytes;
	readonly role: Role;
	readonly guest: boolean;
	/** ms: when the right of whoever joins ends. */
	readonly until: number | null;
	/** ms: until when it can be used. */
	readonly expires: number;
	/** Nobody is in before somebody said yes to them. */
	readonly approval: boolean;
	/** Brings another device of the person who made it. */
	readonly ownDevice: boolean;
	/** What opens the name of who asks, sealed for staff under `epoch`; null without approval. */
	readonly requestSecret: Bytes | null;
	readonly epoch: number;
	readonly by: PersonId;
	readonly state: 'open' | 'requested' | 'used' | 'withdrawn';
	readonly request: JoinRequest | null;
	readonly wraps: readonly Wrap[];
}

/** Somebody holds the link and asks to be let in. Gives no right. */
export interface JoinRequest {
	readonly person: PersonId;
	/** Sealed with the invitation's request secret. */
	readonly name: Bytes;
	readonly signKey: Bytes;
	readonly receiveKey: Bytes;
	readonly statement: Bytes;
	readonly at: number;
}

/** One epoch's secret, wrapped by HPKE for whoever holds this. */
export interface Wrap {
	readonly epoch: number;
	/** Guests hold what everyone holds. */
	readonly of: 'staff' | 'everyone';
	readonly wrapped: Bytes;
}

/** One epoch's staff secret, wrapped for another circle's key. */
export interface CircleWrap {
	readonly epoch: number;
	readonly receiveKey: Bytes;
	readonly wrapped: Bytes;
}

export interface Epoch {
	readonly since: number;
	/** X25519; whoever holds this epoch's staff secret opens what is wrapped for it. */
	readonly circleKey: Bytes;
	/** The secrets of the epoch before, each sealed under this one's; null for the first [S2]. */
	readonly before: { readonly staff: Bytes; readonly everyone: Bytes } | null;
}

/** `count` envelopes of this session stood in the room when its device lost the right to write there. */
export interface Cut {
	readonly device: DeviceId;
	readonly document: DocumentId;
	readonly lane: Lane;
	readonly generation: number;
	readonly session: SessionId;
	/** One more than the last seq of the unbroken run from 0. */
	readonly count: number;
}

export interface Roll {
	/** The one that begins. */
	readonly generation: number;
	/** SHA-256 of the snapshot's envelope. */
	readonly hash: Bytes;
	/** State vector of the log that ends. */
	readonly covers: Bytes;
	readonly seq: number;
	/** The generation that it goes on from: the one before, or an earlier one whose successors began falsely. */
	readonly from: number;
	readonly by: DeviceId;
}

export function cutKey(at: Omit<Cut, 'count'>): string {
	return `${at.document}.${at.lane}.${at.generation}.${at.session}.${at.device}`;
}

export function rollsOf(state: CircleState, document: DocumentId, lane: Lane): readonly Roll[] {
	return state.rolls.get(`${document}.${lane}`) ?? [];
}

/** The roll that leads on from a generation: that of an owner who went back to it, or behind it, comes first. */
export function rollAfter(rolls: readonly Roll[], generation: number): Roll | undefined {
	return (
		rolls.findLast((roll) => leavesOut(roll) && roll.from <= generation && generation < roll.generation) ??
		rolls.find((roll) => roll.generation === generation + 1)
	);
}

/** Does it go back behind the generation before it? */
export function leavesOut({ from, generation }: Pick<Roll, 'from' | 'generation'>): boolean {
	return from < generation - 1;
}

/** The generations that an owner went back behind, because they began falsely. */
export function isLeftOut(rolls: readonly Roll[], generation: number): boolean {
	return rolls.some((roll) => leavesOut(roll) && roll.from < generation && generation < roll.generation);
}

/** The generation that is written now; 0 until the first roll. */
export function generationOf(state: CircleState, document: DocumentId, lane: Lane): number {
	return state.rolls.get(`${document}.${lane}`)?.at(-1)?.generation ?? 0;
}
