/**
 * What this device remembers of a document it has opened before, so that it verifies each envelope once only.
 *
 * A checkpoint is sealed with the device's own secret and bound to its lane; one that does not open is ignored, and
 * the document opened from its envelopes.
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import * as Y from 'yjs';
import { utf8, type Bytes } from '#lib/crypto/bytes.ts';
import { open, seal, type SealingSecret } from '#lib/crypto/seal.ts';
import type { SessionChainsRow } from './session-chains.ts';

export interface Checkpoint {
	readonly generation: number;
	/** State vector of the sealed log: every envelope in it is in `clear`, or set aside. */
	readonly covers: ReadonlyMap<number, number>;
	/** The clear document, encoding V2; null where only the generation is remembered and all of it is judged anew. */
	readonly clear: Uint8Array | null;
	readonly chains: SessionChainsRow;
	/** Highest schema version among the envelopes. */
	readonly schema: number;
}

const VERSION = 2;

export async function writeCheckpoint(
	checkpoint: Checkpoint,
	lane: string,
	deviceSecret: SealingSecret
): Promise<Bytes> {
	const plain = encode(
		{
			v: VERSION,
			generation: checkpoint.generation,
			covers: [...checkpoint.covers],
			clear: checkpoint.clear,
			schema: checkpoint.schema,
			chains: checkpoint.chains
		},
		rfc8949EncodeOptions
	);
	return seal(deviceSecret, plain, aadOf(lane));
}

export async function readCheckpoint(
	bytes: Bytes,
	lane: string,
	deviceSecret: SealingSecret
): Promise<Checkpoint | null> {
	const plain = await open(deviceSecret, bytes, aadOf(lane));
	if (plain === null) return null;
	try {
		// sealed by this very device: its shape is our own, only its version may be another
		const read = decode(plain) as {
			v: unknown;
			generation: number;
			covers: [number, number][];
			clear: Uint8Array | null;
			schema: number;
			chains: SessionChainsRow;
		};
		if (read.v !== VERSION) return null;
		return {
			generation: read.generation,
			covers: new Map(read.covers),
			clear: read.clear,
			schema: read.schema,
			chains: read.chains
		};
	} catch {
		return null;
	}
}

export function clearStateOf(clear: Y.Doc): Uint8Array {
	return Y.encodeStateAsUpdateV2(clear);
}

function aadOf(lane: string): Bytes {
	return utf8(`checkpoint-v2\0${lane}`);
}
