/**
 * What a generation begins with [L2]: the merged state of the one before, and who wrote with which Yjs client, so that
 * envelopes can go on being judged.
 *
 * Promises: a snapshot is read only if the circle's `roll` names it and somebody who may roll signed every piece.
 * Must never be believed by whoever holds the log before it and finds something else there: see fold.ts [L3].
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { roleOf } from '#lib/circle/roles.ts';
import { newSessionId } from '#lib/circle/ids.ts';
import type { CircleState, Roll } from '#lib/circle/state.ts';
import { asBytes, joinBytes, toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import type { SealingSecret } from '#lib/crypto/seal.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import { checkHeader, checkWriter, FIRST_SESSION_CLIENT } from '#lib/envelope/check.ts';
import {
	hashEnvelope,
	MAX_ENVELOPE,
	NO_PREV,
	openEnvelope,
	readEnvelope,
	verifyEnvelope,
	type Envelope
} from '#lib/envelope/envelope.ts';
import type { Room } from '#lib/envelope/room.ts';
import type { Sealer } from './sealer.ts';
import type { RolledChains } from './session-chains.ts';

export interface Snapshot {
	/** The clear document, encoding V2. */
	readonly clear: Bytes;
	readonly chains: RolledChains;
	/** Highest schema version among the envelopes so far. */
	readonly schema: number;
}

/** `missing`: not all of it is here. `no-secret`: the circle has not given us what opens it. */
export type SnapshotReason = 'missing' | 'no-secret' | 'false';

/** What one piece holds; padding and header still fit above it. */
const PIECE = Math.floor(MAX_ENVELOPE * 0.85);
const VERSION = 1;

/** The first envelopes of `room`, a new generation; `hash` is what `roll` names. Null: not allowed, or no secret. */
export async function writeSnapshot(
	{ clear, chains, schema }: Snapshot,
	room: Room,
	sealer: Sealer
): Promise<{ readonly envelopes: readonly Bytes[]; readonly hash: Bytes } | null> {
	const plain = encode({ v: VERSION, clear, schema, ...chains }, rfc8949EncodeOptions);
	const end = { session: newSessionId(), yClient: FIRST_SESSION_CLIENT, seq: 0, prev: NO_PREV };
	const envelopes: Bytes[] = [];
	for (let at = 0; at < plain.length; at += PIECE) {
		const piece = asBytes(plain.subarray(at, at + PIECE));
		const sealed = await sealer.seal(end, piece, { kind: 'snapshot', room });
		if (!sealed.ok) return null;
		await sealer.follow(end, sealed.value);
		envelopes.push(sealed.value.bytes);
	}
	return { envelopes, hash: end.prev };
}

/** The snapshot that `roll` names, found among the envelopes of its room. */
export async function readSnapshot(
	envelopes: readonly Bytes[],
	roll: Roll,
	room: Room,
	state: CircleState,
	laneSecret: (epoch: number) => Promise<SealingSecret | null>
): Promise<Verdict<Snapshot, SnapshotReason>> {
	const byHash = new Map<string, Envelope>();
	for (const bytes of envelopes) {
		const read = readEnvelope(bytes);
		if (read.ok && read.value.kind === 'snapshot')
			byHash.set(toBase64Url(await hashEnvelope(bytes)), read.value);
	}
	const pieces: Bytes[] = [];
	for (let name = roll.hash, seq: number | null = null; seq !== 0;) {
		const piece = byHash.get(toBase64Url(name));
		if (piece === undefined) return refuse('missing');
		if ((seq !== null && piece.seq !== seq - 1) || !(await isSound(piece, room, state)))
			return refuse('false');
		const secret = await laneSecret(piece.epoch);
		if (secret === null) return refuse('no-secret');
		const content = await openEnvelope(piece, secret);
		if (content === null) return refuse('false');
		pieces.unshift(content);
		({ prev: name, seq } = piece);
	}
	const snapshot = decodeSnapshot(joinBytes(pieces));
	return snapshot === null ? refuse('false') : accept(snapshot);
}

/** [L1] Is this envelope a piece of some snapshot, and no change of its own? */
export function isSnapshot(bytes: Bytes): boolean {
	const read = readEnvelope(bytes);
	return read.ok && read.value.kind === 'snapshot';
}

async function isSound(piece: Envelope, room: Room, state: CircleState): Promise<boolean> {
	const writer = checkWriter(piece, state);
	if (!checkHeader(piece, room).ok || !writer.ok) return false;
	const role = roleOf(state, piece.device, piece.circleHead.seq);
	return (role === 'owner' || role === 'editor') && verifyEnvelope(piece, writer.value.signKey);
}

function decodeSnapshot(plain: Bytes): Snapshot | null {
	try {
		const read: unknown = decode(plain);
		if (typeof read !== 'object' || read === null) return null;
		const { v, clear, schema, chains, clocks } = read as Record<string, unknown>;
		const isClock = (clock: unknown) => clock === null || Number.isSafeInteger(clock);
		if (v !== VERSION || !(clear instanceof Uint8Array) || !(chains instanceof Uint8Array)) return null;
		if (!Number.isSafeInteger(schema) || !Array.isArray(clocks) || !clocks.every(isClock)) return null;
		return {
			clear: asBytes(clear),
			schema: schema as number,
			chains: { chains: asBytes(chains), clocks: clocks as (number | null)[] }
		};
	} catch {
		return null;
	}
}
