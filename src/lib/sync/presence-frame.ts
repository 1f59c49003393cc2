/**
 * One state of presence, sealed and signed [P1].
 *
 * Layout: uint32 epoch ‖ seal(pad(signature ‖ CBOR body)); the secret is derived from the epoch's, for this room and
 * this purpose; the signature covers "presence-v1" ‖ room ‖ body.
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { isDeviceId, isSessionId, type DeviceId, type SessionId } from '#lib/circle/ids.ts';
import type { DeviceSecrets } from '#lib/circle/device.ts';
import { asBytes, concatBytes, uint32, utf8, type Bytes } from '#lib/crypto/bytes.ts';
import { deriveSecret } from '#lib/crypto/derive.ts';
import { pad, unpad } from '#lib/crypto/pad.ts';
import { importSealingSecret, open, seal, type SealingSecret } from '#lib/crypto/seal.ts';
import { sign, SIGNATURE_LENGTH, verify } from '#lib/crypto/sign.ts';

export interface PresenceState {
	readonly device: DeviceId;
	/** Of this opening of the document; random, so that an old state cannot know it. */
	readonly session: SessionId;
	readonly yClient: number;
	/** Grows with every state of a session: an older one is a replay. */
	readonly counter: number;
	/** What the editor and the page say: `user`, `cursor`. Null: gone. */
	readonly state: Readonly<Record<string, unknown>> | null;
	/** Where this peer has opened the sealed log to, for the writers who are here. */
	readonly seen: ReadonlyMap<number, number>;
	/** First letters of the sessions this peer has heard: whoever finds its own here knows that this is no recording. */
	readonly knows: readonly string[];
}

const EPOCH_LENGTH = 4;

export function presenceSecretOf(laneBase: Uint8Array, room: string): Promise<SealingSecret> {
	return deriveSecret(laneBase, utf8(room), 'presence').then(importSealingSecret);
}

export async function writePresence(
	state: PresenceState,
	room: string,
	epoch: number,
	secret: SealingSecret,
	device: DeviceSecrets
): Promise<Bytes> {
	const body = encode({ ...state, seen: [...state.seen].flat() }, rfc8949EncodeOptions);
	const signature = await sign(device.signing, signedBytes(room, body));
	const head = uint32(epoch);
	return concatBytes(head, await seal(secret, pad(concatBytes(signature, body)), aadOf(room, head)));
}

export function readPresenceEpoch(sealed: Uint8Array): number | null {
	if (sealed.length < EPOCH_LENGTH) return null;
	return new DataView(sealed.buffer, sealed.byteOffset).getUint32(0);
}

/** Null for anything that is not a state of a device whose key `signKeyOf` knows. */
export async function readPresence(
	sealed: Bytes,
	room: string,
	secret: SealingSecret,
	signKeyOf: (device: DeviceId) => Bytes | null
): Promise<PresenceState | null> {
	const head = sealed.subarray(0, EPOCH_LENGTH);
	const padded = await open(secret, sealed.subarray(EPOCH_LENGTH), aadOf(room, head));
	const plain = padded === null ? null : unpad(padded);
	if (plain === null || plain.length < SIGNATURE_LENGTH) return null;
	const body = plain.subarray(SIGNATURE_LENGTH);
	const state = readBody(body);
	const signKey = state === null ? null : signKeyOf(state.device);
	if (signKey === null) return null;
	return (await verify(signKey, plain.subarray(0, SIGNATURE_LENGTH), signedBytes(room, body))) ? state : null;
}

function readBody(body: Uint8Array): PresenceState | null {
	let read: unknown;
	try {
		read = decode(body);
	} catch {
		return null;
	}
	if (typeof read !== 'object' || read === null) return null;
	const { device, session, yClient, counter, state, seen, knows } = read as Record<string, unknown>;
	if (!isDeviceId(device) || !isSessionId(session) || !isCount(yClient) || !isCount(counter)) return null;
	if (typeof state !== 'object' || Array.isArray(state)) return null;
	if (!Array.isArray(seen) || !seen.every(isCount) || seen.length % 2 !== 0) return null;
	if (!Array.isArray(knows) || !knows.every((known) => typeof known === 'string')) return null;
	const pairs = new Map<number, number>();
	for (let at = 0; at < seen.length; at += 2) pairs.set(seen[at] as number, seen[at + 1] as number);
	return { device, session, yClient, counter, state: state as PresenceState['state'], seen: pairs, knows };
}

function isCount(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}

function signedBytes(room: string, body: Uint8Array): Bytes {
	return concatBytes(utf8(`presence-v1\0${room}\0`), body);
}

function aadOf(room: string, head: Uint8Array): Bytes {
	return asBytes(concatBytes(utf8(`presence-v1\0${room}\0`), head));
}
