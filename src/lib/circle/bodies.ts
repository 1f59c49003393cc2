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
	type PersonId
} from './ids.ts';
import { bytesOf, countOf, hasOtherFields, listOf, oneOf, orNull, recordOf, type Reader } from './shape.ts';
import { circleKinds, roles } from './state.ts';

const maxTime = Number.MAX_SAFE_INTEGER;
const maxEpoch = 0xffffffff;

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
export const circleId: Reader<CircleId> = (value) =>
	mapped(bytesOf(CIRCLE_ID_LENGTH)(value), readId<CircleId>);
/** A padded, sealed name: 256 bytes and what sealing adds, up to 1 KB of text. */
const sealedText = bytesOf(256 + SEAL_OVERHEAD, 2048);
const wrapped = bytesOf(WRAP_LENGTH);
const epoch = countOf(maxEpoch);
/** The keys of a device that comes into a circle. */
const newDevice = { signKey, receiveKey };

/** `wrapped` is always the secret of the epoch in which the entry stands; `name` is sealed under that epoch. */
const shapes = {
	/** Founds the circle; signed by the founder's own device. `wrapped` is epoch 0 for that device. */
	init: {
		kind: oneOf(circleKinds),
		parent: orNull(circleId),
		label: sealedText,
		person: personId,
		name: sealedText,
		...newDevice,
		wrapped
	},
	/** Lets a person in whose device keys are known already. */
	grant: {
		person: personId,
		role: oneOf(roles),
		name: sealedText,
		devices: listOf(recordOf({ ...newDevice, wrapped }), 1, 32)
	},
	/** Lets in whoever holds the link behind `key`. */
	invite: {
		key: signKey,
		receiveKey,
		role: oneOf(roles),
		expires: countOf(maxTime),
		wrapped
	},
	'invite-withdraw': { key: signKey },
	/** Uses an invitation; signed by the new device, and inside by the invitation's key. */
	join: {
		key: signKey,
		person: personId,
		name: sealedText,
		...newDevice,
		wrapped,
		inviteSignature: bytesOf(SIGNATURE_LENGTH)
	},
	/** Begins a new epoch. `before`: the secret of the one that ends, sealed under the new one. */
	epoch: {
		epoch,
		wraps: listOf(recordOf({ device: deviceId, wrapped }), 1, 4096),
		inviteWraps: listOf(recordOf({ key: signKey, wrapped }), 0, 1024),
		before: bytesOf(32 + SEAL_OVERHEAD)
	}
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
