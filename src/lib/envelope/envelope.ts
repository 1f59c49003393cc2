/**
 * The one sealed format: fixed header ‖ nonce ‖ sealed content ‖ signature. README.md has the layout as a table.
 *
 * Promises: `readEnvelope` judges shape and never throws; a bit flipped anywhere is found by `verifyEnvelope`, an
 * envelope moved elsewhere by `openEnvelope` too [E1]. Signed and authenticated are the exact bytes, never a
 * re-encoding. Must never reveal more of the content than its padded size [E5].
 */
import { asBytes, concatBytes, sha256, uint32, utf8, type Bytes } from '#lib/crypto/bytes.ts';
import { deriveSecret } from '#lib/crypto/derive.ts';
import { pad, paddedLength, unpad } from '#lib/crypto/pad.ts';
import { importSealingSecret, open, seal, SEAL_OVERHEAD, type SealingSecret } from '#lib/crypto/seal.ts';
import { sign, verify, SIGNATURE_LENGTH, type SigningSecret } from '#lib/crypto/sign.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import {
	idBytes,
	readId,
	type CircleId,
	type DeviceId,
	type DocumentId,
	type SessionId
} from '#lib/circle/ids.ts';
import { secretForLane, type EpochSecret } from '#lib/circle/secrets.ts';
import { lanes, type Head } from '#lib/circle/state.ts';
import type { Room } from './room.ts';

export type EnvelopeKind = 'update' | 'ops' | 'snapshot' | 'adopt';

export interface EnvelopeHeader extends Room {
	readonly kind: EnvelopeKind;
	readonly epoch: number;
	readonly device: DeviceId;
	/** Random for each opened tab [E3]. */
	readonly session: SessionId;
	/** Counts from 0 within the session. */
	readonly seq: number;
	/** Hash of the session's envelope before; zeros at seq 0. */
	readonly prev: Bytes;
	/** The circle's head that the writer knew; rights are judged there [E2]. */
	readonly circleHead: Head;
	/** Version of the document's schema [V1]. */
	readonly schema: number;
	/** The one Yjs client id of this session [E4]; uint32. */
	readonly yClient: number;
	/** ms, by the writer's clock; for showing, never for deciding. */
	readonly at: number;
}

export interface Envelope extends EnvelopeHeader {
	/** All of it, as it came. */
	readonly bytes: Bytes;
}

export type EnvelopeReason = 'malformed' | 'too-large' | 'unknown-version';

const ENVELOPE_VERSION = 1;
export const HEADER_LENGTH = 180;
/** Bytes. Leaves room for Yjs and the frame around it under the relay's 2 MB. */
export const MAX_ENVELOPE = 1_900_000;
/** Before the first envelope of a session there is none. */
export const NO_PREV: Bytes = new Uint8Array(32);

const magic = [0x54, 0x4c, 0x45]; // TLE
const domain = utf8('envelope-v1');
const minEnvelope = HEADER_LENGTH + SEAL_OVERHEAD + 256 + SIGNATURE_LENGTH;
const kinds: readonly EnvelopeKind[] = ['update', 'ops', 'snapshot', 'adopt'];

/** Throws when the content does not fit into `MAX_ENVELOPE`: see `fitsEnvelope`. */
export async function writeEnvelope(
	header: EnvelopeHeader,
	content: Uint8Array,
	laneSecret: SealingSecret,
	signing: SigningSecret
): Promise<Bytes> {
	if (!fitsEnvelope(content.length)) throw new Error('content does not fit into one envelope');
	const head = writeHeader(header);
	const sealed = await seal(laneSecret, pad(content), head);
	const signature = await sign(signing, concatBytes(domain, head, sealed));
	return concatBytes(head, sealed, signature);
}

/** Does content of this many bytes fit, padding included? */
export function fitsEnvelope(contentLength: number): boolean {
	return paddedLength(contentLength + 4) <= MAX_ENVELOPE - HEADER_LENGTH - SEAL_OVERHEAD - SIGNATURE_LENGTH;
}

/** Shape only. The bytes are kept, not copied. */
export function readEnvelope(bytes: Uint8Array): Verdict<Envelope, EnvelopeReason> {
	if (bytes.length > MAX_ENVELOPE) return refuse('too-large');
	if (bytes.length < minEnvelope || magic.some((byte, i) => bytes[i] !== byte)) return refuse('malformed');
	if (bytes[3] !== ENVELOPE_VERSION) return refuse('unknown-version');
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const kind = kinds[view.getUint8(4) - 1];
	const lane = lanes[view.getUint8(5) - 1];
	const at = view.getUint32(172) * 2 ** 32 + view.getUint32(176);
	if (kind === undefined || lane === undefined || !Number.isSafeInteger(at)) return refuse('malformed');
	const slice = (offset: number, length: number) => new Uint8Array(bytes.subarray(offset, offset + length));
	return accept({
		kind,
		lane,
		schema: view.getUint16(6),
		generation: view.getUint32(8),
		epoch: view.getUint32(12),
		circle: readId<CircleId>(bytes.subarray(16, 48)),
		document: readId<DocumentId>(bytes.subarray(48, 64)),
		device: readId<DeviceId>(bytes.subarray(64, 80)),
		session: readId<SessionId>(bytes.subarray(80, 96)),
		seq: view.getUint32(96),
		yClient: view.getUint32(100),
		prev: slice(104, 32),
		circleHead: { seq: view.getUint32(136), hash: slice(140, 32) },
		at,
		bytes: asBytes(bytes)
	});
}

/** Was all of it signed by this key? */
export function verifyEnvelope(envelope: Envelope, signKey: Uint8Array): Promise<boolean> {
	const { signature, signed } = signedPartOf(envelope);
	return verify(signKey, signature, signed);
}

/** The signature and what it covers, for a verifier other than WebCrypto. */
export function signedPartOf({ bytes }: Envelope): { readonly signature: Bytes; readonly signed: Bytes } {
	const end = bytes.length - SIGNATURE_LENGTH;
	return { signature: bytes.subarray(end), signed: concatBytes(domain, bytes.subarray(0, end)) };
}

/** The content, or null when it was sealed under another key or for another header. */
export async function openEnvelope({ bytes }: Envelope, laneSecret: SealingSecret): Promise<Bytes | null> {
	const sealed = bytes.subarray(HEADER_LENGTH, bytes.length - SIGNATURE_LENGTH);
	const padded = await open(laneSecret, sealed, bytes.subarray(0, HEADER_LENGTH));
	return padded === null ? null : unpad(padded);
}

/** What the session's next envelope names as `prev`. */
export function hashEnvelope(bytes: Uint8Array): Promise<Bytes> {
	return sha256(bytes);
}

/**
 * [S3] The key of one lane of one document in one generation; null when the lane is not for who holds this secret.
 * `secret` belongs to one circle and epoch.
 */
export async function laneSecretOf(secret: EpochSecret, room: Room): Promise<SealingSecret | null> {
	const base = secretForLane(secret, room.lane);
	if (base === null) return null;
	const salt = concatBytes(idBytes(room.document), utf8(room.lane), uint32(room.generation));
	return importSealingSecret(await deriveSecret(base, salt, 'lane'));
}

function writeHeader(header: EnvelopeHeader): Bytes {
	const bytes = new Uint8Array(HEADER_LENGTH);
	const view = new DataView(bytes.buffer);
	bytes.set(magic);
	view.setUint8(3, ENVELOPE_VERSION);
	view.setUint8(4, kinds.indexOf(header.kind) + 1);
	view.setUint8(5, lanes.indexOf(header.lane) + 1);
	view.setUint16(6, header.schema);
	view.setUint32(8, header.generation);
	view.setUint32(12, header.epoch);
	bytes.set(idBytes(header.circle), 16);
	bytes.set(idBytes(header.document), 48);
	bytes.set(idBytes(header.device), 64);
	bytes.set(idBytes(header.session), 80);
	view.setUint32(96, header.seq);
	view.setUint32(100, header.yClient);
	bytes.set(header.prev, 104);
	view.setUint32(136, header.circleHead.seq);
	bytes.set(header.circleHead.hash, 140);
	view.setUint32(172, Math.floor(header.at / 2 ** 32));
	view.setUint32(176, header.at >>> 0);
	return bytes;
}
