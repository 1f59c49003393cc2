/**
 * The body of each entry type: what it holds and how it is read. The README has the same as a table.
 *
 * Promises: a body that is read has every field with its exact length, and no weak key. Must never decide who may do
 * what: that is policy.ts.
 */
import { SEAL_OVERHEAD } from '#lib/crypto/seal.ts';
import { SIGNATURE_LENGTH, SIGNING_KEY_LENGTH } from '#lib/crypto/sign.ts';
import { isWeakReceivingKey, isWeakSigningKey } from '#lib/crypto/weak-keys.ts';
import { RECEIVING_KEY_LENGTH, WRAP_LENGTH } from '#lib/crypto/wrap.ts';
import {
	CIRCLE_ID_LENGTH,
	readId,
	SHORT_ID_LENGTH,
	type CircleId,
	type DeviceId,
	type DocumentId,
	type PersonId,
	type SessionId
} from './ids.ts';
import {
	bytesOf,
	countOf,
	flag,
	hasOtherFields,
	listOf,
	oneOf,
	orNull,
	recordOf,
	type Reader
} from './shape.ts';
import { circleKinds, lanes, roles, type Cut, type MemberId } from './state.ts';

const maxTime = Number.MAX_SAFE_INTEGER;

const keyOf =
	(length: number, isWeak: (key: Uint8Array) => boolean): Reader<Uint8Array<ArrayBuffer>> =>
	(value) => {
		const key = bytesOf(length)(value);
		return key === undefined || isWeak(key) ? undefined : key;
	};
const signKey = keyOf(SIGNING_KEY_LENGTH, isWeakSigningKey);
const receiveKey = keyOf(RECEIVING_KEY_LENGTH, isWeakReceivingKey);
const personId: Reader<PersonId> = (value) => mapped(bytesOf(SHORT_ID_LENGTH)(value), readId<PersonId>);
const deviceId: Reader<DeviceId> = (value) => mapped(bytesOf(SHORT_ID_LENGTH)(value), readId<DeviceId>);
const documentId: Reader<DocumentId> = (value) => mapped(bytesOf(SHORT_ID_LENGTH)(value), readId<DocumentId>);
const sessionId: Reader<SessionId> = (value) => mapped(bytesOf(SHORT_ID_LENGTH)(value), readId<SessionId>);
export const circleId: Reader<CircleId> = (value) =>
	mapped(bytesOf(CIRCLE_ID_LENGTH)(value), readId<CircleId>);
/** A padded, sealed name: 256 bytes and what sealing adds, up to 1 KB of text. */
const sealedText = bytesOf(256 + SEAL_OVERHEAD, 2048);
/** A person or a circle. */
const memberId: Reader<MemberId> = (value) => personId(value) ?? circleId(value);
const wrapped = bytesOf(WRAP_LENGTH);
/** A secret sealed under another one. */
const sealedSecret = bytesOf(32 + SEAL_OVERHEAD);
const until = orNull(countOf(maxTime));
const uint32 = countOf(0xffffffff);
/** A device that comes into a circle; `statement`: its own signature that it belongs to its person. */
const newDevice = { signKey, receiveKey, statement: bytesOf(SIGNATURE_LENGTH) };
const cuts: Reader<readonly Cut[]> = listOf(
	recordOf({
		device: deviceId,
		document: documentId,
		lane: oneOf(lanes),
		generation: uint32,
		session: sessionId,
		count: uint32
	}),
	0,
	8192
);
/**
 * A whole new epoch. `before`: the secrets of the one that ends, each sealed under its successor; `heads`: the member
 * circles as the writer saw them.
 */
const newEpoch = {
	epoch: uint32,
	circleKey: receiveKey,
	wraps: listOf(recordOf({ device: deviceId, wrapped }), 1, 4096),
	circleWraps: listOf(recordOf({ circle: circleId, receiveKey, wrapped }), 0, 64),
	inviteWraps: listOf(recordOf({ key: signKey, wrapped }), 0, 1024),
	before: recordOf({ staff: sealedSecret, everyone: sealedSecret }),
	heads: listOf(recordOf({ circle: circleId, seq: uint32, hash: bytesOf(32) }), 0, 64),
	cuts
};
/** Who holds the invitation's link, and the keys of their device. */
const withLink = {
	key: signKey,
	person: personId,
	name: sealedText,
	...newDevice,
	inviteSignature: bytesOf(SIGNATURE_LENGTH)
};

const roll = {
	document: documentId,
	lane: oneOf(lanes),
	/** The one that begins. */
	generation: uint32,
	hash: bytesOf(32),
	covers: bytesOf(1, 131_072)
};

/**
 * `wrapped` is always a secret of the epoch in which the entry stands: what staff holds, or for a guest what everyone
 * holds. `name` is sealed under that epoch.
 */
const shapes = {
	/**
	 * Founds the circle; signed by the founder's own device. `wrapped` is epoch 0 for that device; `announced` the label
	 * for whoever is in the circle above, sealed under that one's epoch.
	 */
	init: {
		kind: oneOf(circleKinds),
		parent: orNull(circleId),
		label: sealedText,
		announced: orNull(recordOf({ epoch: uint32, label: sealedText })),
		person: personId,
		name: sealedText,
		...newDevice,
		circleKey: receiveKey,
		wrapped
	},
	/** Lets a person in whose device keys are known already; `request`: the invitation with which they asked. */
	grant: {
		person: personId,
		role: oneOf(roles),
		guest: flag,
		until,
		name: sealedText,
		devices: listOf(recordOf({ ...newDevice, wrapped }), 1, 32),
		request: orNull(signKey)
	},
	/**
	 * Lets everybody in who is staff of another circle, which is at `head` and receives with `receiveKey`. `name`: what
	 * that one is called, for those here who are not in it.
	 */
	'grant-circle': {
		circle: circleId,
		role: oneOf(roles),
		name: sealedText,
		receiveKey,
		head: recordOf({ seq: uint32, hash: bytesOf(32) }),
		wrapped
	},
	'change-role': { member: memberId, role: oneOf(roles), until, cuts },
	/** `reason` is sealed for staff, under the epoch that begins. */
	remove: { members: listOf(memberId, 1, 256), reason: orNull(sealedText), ...newEpoch },
	leave: {},
	/** `request`: the invitation with which the device asked; null in the circles that come after. */
	'device-add': { person: personId, ...newDevice, wrapped, request: orNull(signKey) },
	'device-remove': { device: deviceId, ...newEpoch },
	/**
	 * Lets in whoever holds the link behind `key`; with `approval` only after a yes, and so without a secret.
	 * `requestSecret` opens for staff who asks; null where only the maker of the link is to know.
	 */
	invite: {
		key: signKey,
		receiveKey,
		role: oneOf(roles),
		guest: flag,
		until,
		expires: countOf(maxTime),
		approval: flag,
		ownDevice: flag,
		requestSecret: orNull(sealedSecret),
		wrapped: orNull(wrapped)
	},
	'invite-withdraw': { key: signKey },
	/** Uses an invitation; signed by the new device, and inside by the invitation's key. */
	join: { ...withLink, wrapped },
	/** Asks with an invitation; signed like a join. `name` is sealed with the invitation's request secret. */
	'join-request': withLink,
	epoch: newEpoch,
	/** Begins a generation with a snapshot whose envelope has this hash. */
	roll,
	/** As `roll`, from an earlier generation: those between began with a snapshot that is not what was written. */
	'roll-again': { ...roll, from: uint32 }
};

type Shapes = typeof shapes;
export type EntryType = keyof Shapes;
type Read<R> = R extends Reader<infer T> ? T : never;
/** What the body of an entry of type T holds. */
export type Body<T extends EntryType> = { readonly [K in keyof Shapes[T]]: Read<Shapes[T][K]> };
/** A type and its body, of a version this app knows. */
export type Action = { [T in EntryType]: { readonly type: T; readonly body: Body<T> } }[EntryType];

export function isKnownType(type: string): type is EntryType {
	return Object.hasOwn(shapes, type);
}

/** The action, `'newer'` if it has fields we do not know, undefined if it is malformed. */
export function readAction(type: EntryType, body: unknown): Action | 'newer' | undefined {
	const shape = shapes[type];
	if (hasOtherFields(body, Object.keys(shape))) return 'newer';
	const read = recordOf<object>(shape)(body);
	return read === undefined ? undefined : ({ type, body: read } as Action);
}

function mapped<A, B>(value: A | undefined, map: (value: A) => B): B | undefined {
	return value === undefined ? undefined : map(value);
}
