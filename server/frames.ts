/** y-protocols' own frames as the relay writes and reads them: without Y.Doc, and never trusting a length. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { AWARENESS, QUERY_AWARENESS, SYNC, SYNC_STEP_1, SYNC_STEP_2, SYNC_UPDATE } from '#lib/sync/wire.ts';

export type RoomFrame =
	| { readonly type: 'step1'; readonly have: ReadonlyMap<number, number> }
	| { readonly type: 'step2' | 'update'; readonly update: Uint8Array }
	| { readonly type: 'awareness' | 'query-awareness' };

/** What a room's socket may send once it is proven; null for anything else. */
export function readRoomFrame(frame: Uint8Array): RoomFrame | null {
	try {
		const decoder = decoding.createDecoder(frame);
		const read = readFrame(decoder);
		return decoding.hasContent(decoder) ? null : read;
	} catch {
		return null;
	}
}

export function writeStep1(next: ReadonlyMap<number, number>): Bytes {
	return writeSync(SYNC_STEP_1, writeStateVector(next));
}

export function writeStep2(update: Uint8Array): Bytes {
	return writeSync(SYNC_STEP_2, update);
}

export function writeUpdate(update: Uint8Array): Bytes {
	return writeSync(SYNC_UPDATE, update);
}

/** For each client the next clock, as y-protocols encodes a state vector. */
export function writeStateVector(next: ReadonlyMap<number, number>): Bytes {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, next.size);
	for (const [client, clock] of next) {
		encoding.writeVarUint(encoder, client);
		encoding.writeVarUint(encoder, clock);
	}
	return encoding.toUint8Array(encoder);
}

function readFrame(decoder: decoding.Decoder): RoomFrame | null {
	switch (decoding.readVarUint(decoder)) {
		case AWARENESS:
			decoding.readVarUint8Array(decoder); // sealed by its writer, and none of our business
			return { type: 'awareness' };
		case QUERY_AWARENESS:
			return { type: 'query-awareness' };
		case SYNC: {
			const step = decoding.readVarUint(decoder);
			const payload = decoding.readVarUint8Array(decoder);
			if (step === SYNC_STEP_1) return { type: 'step1', have: decodeStateVector(payload) };
			if (step === SYNC_STEP_2) return { type: 'step2', update: payload };
			return step === SYNC_UPDATE ? { type: 'update', update: payload } : null;
		}
		default:
			return null;
	}
}

/** Null when these bytes are none. */
export function readStateVector(bytes: Uint8Array): ReadonlyMap<number, number> | null {
	try {
		return decodeStateVector(bytes);
	} catch {
		return null;
	}
}

function decodeStateVector(bytes: Uint8Array): ReadonlyMap<number, number> {
	const decoder = decoding.createDecoder(bytes);
	const have = new Map<number, number>();
	// every round reads at least two bytes, so a huge count ends where the bytes end
	for (let left = decoding.readVarUint(decoder); left > 0; left -= 1) {
		const client = decoding.readVarUint(decoder);
		have.set(client, decoding.readVarUint(decoder));
	}
	if (decoding.hasContent(decoder)) throw new Error('more than a state vector');
	return have;
}

function writeSync(step: number, payload: Uint8Array): Bytes {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, SYNC);
	encoding.writeVarUint(encoder, step);
	encoding.writeVarUint8Array(encoder, payload);
	return encoding.toUint8Array(encoder);
}
