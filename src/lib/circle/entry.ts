/**
 * One entry of a circle's log: its wire form.
 *
 * Layout: 64 bytes signature ‖ canonical CBOR map { v, circle, seq, prev, at, type, body, by }. The signature covers
 * "circle-v1" ‖ CBOR; the hash that the next entry names covers all bytes. The exact bytes are kept: nothing is ever
 * encoded a second time.
 *
 * Promises: `readEntry` never throws, whatever the bytes; it judges shape only. Signatures and rights: reduce.ts.
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { concatBytes, sha256, utf8, type Bytes } from '#lib/crypto/bytes.ts';
import { sign, verify, SIGNATURE_LENGTH } from '#lib/crypto/sign.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import { circleId, isKnownType, readAction, type Action } from './bodies.ts';
import type { DeviceSecrets, NewDevice } from './device.ts';
import { deviceIdOf, idBytes, readId, SHORT_ID_LENGTH, type CircleId, type DeviceId } from './ids.ts';
import { bytesOf, countOf, hasOtherFields, orNull, textOf } from './shape.ts';
import type { CircleState } from './state.ts';

const ENTRY_VERSION = 1;
/** Bytes. An entry is a decision about people, not a place for data; a removal lists where their words end. */
export const MAX_ENTRY = 1024 * 1024;

export type EntryReason = 'malformed' | 'too-large';

interface EntryFrame {
	readonly v: number;
	/** Null only in `init`, whose hash is the circle's id. */
	readonly circle: CircleId | null;
	readonly seq: number;
	readonly prev: Bytes | null;
	/** ms, by the writer's clock. */
	readonly at: number;
	readonly by: DeviceId;
	/** All of it, as it came. */
	readonly bytes: Bytes;
	readonly hash: Bytes;
}

/** `newer`: a type, a field or a version that this app does not know; `typeName` as written. */
export type Entry = EntryFrame &
	(
		| (Action & { readonly newDevices: readonly DeviceId[] })
		| { readonly type: 'newer'; readonly typeName: string; readonly body: null }
	);

const domain = utf8('circle-v1');
const frameFields = ['v', 'circle', 'seq', 'prev', 'at', 'type', 'body', 'by'];
const decodeOptions = {
	strict: true,
	useMaps: true,
	allowIndefinite: false,
	allowUndefined: false,
	allowInfinity: false,
	allowNaN: false,
	allowBigInt: false,
	rejectDuplicateMapKeys: true
};

export async function readEntry(bytes: Uint8Array): Promise<Verdict<Entry, EntryReason>> {
	if (bytes.length > MAX_ENTRY) return refuse('too-large');
	const map = decodeMap(bytes.subarray(SIGNATURE_LENGTH));
	if (map === null) return refuse('malformed');
	const v = countOf(0xffff)(map.get('v'));
	const circle = orNull(circleId)(map.get('circle'));
	const seq = countOf(0xffffffff)(map.get('seq'));
	const prev = orNull(bytesOf(32))(map.get('prev'));
	const at = countOf(Number.MAX_SAFE_INTEGER)(map.get('at'));
	const type = textOf(64)(map.get('type'));
	const by = bytesOf(SHORT_ID_LENGTH)(map.get('by'));
	if (
		v === undefined ||
		v < ENTRY_VERSION ||
		circle === undefined ||
		seq === undefined ||
		prev === undefined
	) {
		return refuse('malformed');
	}
	if (at === undefined || type === undefined || by === undefined) return refuse('malformed');
	const isFirst = seq === 0;
	if ((circle === null) !== isFirst || (prev === null) !== isFirst) return refuse('malformed');
	const kept = new Uint8Array(bytes);
	const hash = await sha256(kept);
	const frame = { v, circle, seq, prev, at, by: readId<DeviceId>(by), bytes: kept, hash };
	const isNewer = v > ENTRY_VERSION || !isKnownType(type) || hasOtherFields(map, frameFields);
	const action = isNewer ? 'newer' : readAction(type, map.get('body'));
	if (action === undefined) return refuse('malformed');
	if (action === 'newer') {
		return isFirst ? refuse('malformed') : accept({ ...frame, type: 'newer', typeName: type, body: null });
	}
	if ((action.type === 'init') !== isFirst) return refuse('malformed');
	const newDevices = await Promise.all(introducedBy(action).map(({ signKey }) => deviceIdOf(signKey)));
	if (bringsItsSigner(action) && newDevices[0] !== frame.by) return refuse('malformed');
	return accept({ ...frame, ...action, newDevices });
}

/** Signed bytes of the entry that follows `state`; null founds a circle. Whether it is allowed is judged by reading it. */
export async function writeEntry(
	state: CircleState | null,
	device: DeviceSecrets,
	type: string,
	body: Readonly<Record<string, unknown>>,
	at: number
): Promise<Bytes> {
	const payload = encode(
		{
			v: ENTRY_VERSION,
			circle: state === null ? null : idBytes(state.circle),
			seq: state === null ? 0 : state.head.seq + 1,
			prev: state === null ? null : state.head.hash,
			at,
			type,
			body,
			by: idBytes(device.device)
		},
		rfc8949EncodeOptions
	);
	return concatBytes(await sign(device.signing, concatBytes(domain, payload)), payload);
}

export function verifyEntry(entry: Entry, signKey: Uint8Array): Promise<boolean> {
	const signature = entry.bytes.subarray(0, SIGNATURE_LENGTH);
	return verify(signKey, signature, concatBytes(domain, entry.bytes.subarray(SIGNATURE_LENGTH)));
}

function decodeMap(payload: Uint8Array): Map<unknown, unknown> | null {
	try {
		const value: unknown = decode(payload, decodeOptions);
		return value instanceof Map ? value : null;
	} catch {
		return null;
	}
}

/** Signed by a device whose key stands in the body. */
export function bringsItsSigner(
	action: Action | Entry
): action is Extract<Action | Entry, { type: 'init' | 'join' | 'join-request' }> {
	return action.type === 'init' || action.type === 'join' || action.type === 'join-request';
}

/** The devices that come in by this, or ask to. */
export function introducedBy(action: Action | Entry): readonly NewDevice[] {
	if (action.type === 'newer') return [];
	if (bringsItsSigner(action) || action.type === 'device-add') return [action.body];
	return action.type === 'grant' ? action.body.devices : [];
}
