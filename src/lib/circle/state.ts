/**
 * What a circle's log says at its head: who is in, in which role, with which devices. Plain immutable data.
 *
 * Promises: everything here is public to the relay; names and labels are sealed bytes [C5], secrets are wrapped [S1].
 */
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { CircleId, DeviceId, PersonId } from './ids.ts';

export const roles = ['owner', 'editor', 'commenter', 'reader'] as const;
export type Role = (typeof roles)[number];
export type Lane = 'body' | 'discussion';
export const circleKinds = ['agency', 'team', 'case', 'document'] as const;
export type CircleKind = (typeof circleKinds)[number];

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
	/** The agency's name, sealed under epoch 0. */
	readonly label: Bytes;
	readonly people: ReadonlyMap<PersonId, Member>;
	readonly devices: ReadonlyMap<DeviceId, Device>;
	/** By base64url of the invitation's public key. */
	readonly invites: ReadonlyMap<string, Invite>;
	readonly epoch: number;
	/** Where each epoch began; index is the epoch. */
	readonly epochs: readonly Epoch[];
	/** Not null: an entry of a newer version stands in the log, and this app must not write [forward compatibility]. */
	readonly readOnlyBecause: null | 'newer-entry';
}

export interface Member {
	readonly person: PersonId;
	/** Sealed under `nameEpoch`. */
	readonly name: Bytes;
	readonly nameEpoch: number;
	/** Every role this person has had, oldest first; null once removed. */
	readonly roles: readonly { readonly seq: number; readonly role: Role | null }[];
	/** When they came, ms, by the clock of who wrote the entry. */
	readonly since: number;
	readonly invitedBy: PersonId | null;
}

export interface Device {
	readonly device: DeviceId;
	readonly person: PersonId;
	readonly signKey: Bytes;
	readonly receiveKey: Bytes;
	/** Seq of the entry that brought it, and of the one that removed it. */
	readonly addedAt: number;
	readonly removedAt: number | null;
	readonly wraps: readonly Wrap[];
}

export interface Invite {
	/** Ed25519; joining is signed by it. */
	readonly key: Bytes;
	/** X25519; epoch secrets are wrapped for it. */
	readonly receiveKey: Bytes;
	readonly role: Role;
	/** ms */
	readonly expires: number;
	readonly by: PersonId;
	readonly state: 'open' | 'used' | 'withdrawn';
	readonly wraps: readonly Wrap[];
}

/** One epoch's secret, wrapped by HPKE for whoever holds this. */
export interface Wrap {
	readonly epoch: number;
	readonly wrapped: Bytes;
}

export interface Epoch {
	readonly since: number;
	/** The secret of the epoch before, sealed under this one's; null for the first [S2]. */
	readonly before: Bytes | null;
}
