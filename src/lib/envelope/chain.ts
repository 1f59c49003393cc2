/**
 * The chains of a room's sessions [E3]: what came, what is missing, what was said twice.
 *
 * Promises: an envelope is `next` exactly once; two different envelopes at one place are noticed however late the
 * second comes; one Yjs client id stays with one session. Plain data that can be written into a checkpoint. Must be
 * asked only about envelopes whose signature was verified: otherwise anybody could block a session.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { idBytes, readId, SHORT_ID_LENGTH, type DeviceId, type SessionId } from '#lib/circle/ids.ts';
import type { EnvelopeHeader } from './envelope.ts';

/**
 * `next`: goes on. `duplicate`: the very same came before. `gap`: something before it is missing; ask again later.
 * `forged`: its session said two things at one place. `foreign-client`: the Yjs client id is another session's, or the
 * session is another device's. `stale`: that place was taken in an older generation.
 */
export type ChainVerdict = 'next' | 'duplicate' | 'gap' | 'forged' | 'foreign-client' | 'stale';

export interface SessionChain {
	readonly device: DeviceId;
	readonly yClient: number;
	/** Where this generation's part of the chain begins. */
	readonly base: number;
	nextSeq: number;
	lastHash: Bytes;
	/** The first 16 bytes of the hash of every envelope from `base` on; grows by doubling. */
	hashes: Bytes;
}

export interface Chains {
	readonly sessions: Map<SessionId, SessionChain>;
	readonly sessionOfClient: Map<number, SessionId>;
}

type ChainLink = Pick<EnvelopeHeader, 'device' | 'session' | 'yClient' | 'seq' | 'prev'>;

/** Enough that nobody finds two envelopes with one prefix (2⁶⁴ work). */
const KEPT = 16;
const chainsVersion = 2;

export function createChains(): Chains {
	return { sessions: new Map(), sessionOfClient: new Map() };
}

/** Judges one envelope; only `next` changes `chains`. `hash` is `hashEnvelope` of its bytes. */
export function acceptInChain(chains: Chains, link: ChainLink, hash: Bytes): ChainVerdict {
	const chain = chains.sessions.get(link.session);
	const owner = chains.sessionOfClient.get(link.yClient);
	if (owner !== undefined && owner !== link.session) return 'foreign-client';
	if (chain !== undefined && (chain.device !== link.device || chain.yClient !== link.yClient)) {
		return 'foreign-client';
	}
	const nextSeq = chain?.nextSeq ?? 0;
	if (link.seq > nextSeq) return 'gap';
	if (chain !== undefined && link.seq < nextSeq) {
		if (link.seq < chain.base) return 'stale';
		const place = link.seq - chain.base;
		const kept = chain.hashes.subarray(place * KEPT, (place + 1) * KEPT);
		return equalBytes(kept, hash.subarray(0, KEPT)) ? 'duplicate' : 'forged';
	}
	if (!equalBytes(link.prev, chain?.lastHash ?? new Uint8Array(32))) return 'forged';
	if (chain === undefined) {
		const hashes = new Uint8Array(4 * KEPT);
		hashes.set(hash.subarray(0, KEPT));
		const { device, yClient, session } = link;
		chains.sessions.set(session, { device, yClient, base: 0, nextSeq: 1, lastHash: hash, hashes });
		// operations of a discussion carry no Yjs structs, and no client id
		if (yClient !== 0) chains.sessionOfClient.set(yClient, session);
		return 'next';
	}
	keepHash(chain, hash);
	return 'next';
}

/** What a new generation goes on from: how far each session came, without what its envelopes were. */
export function chainsAtRoll({ sessions, sessionOfClient }: Chains): Chains {
	const rolled = new Map<SessionId, SessionChain>();
	for (const [session, chain] of sessions)
		rolled.set(session, { ...chain, base: chain.nextSeq, hashes: new Uint8Array(0) });
	return { sessions: rolled, sessionOfClient: new Map(sessionOfClient) };
}

/** The chain ends before `seq` again, whose envelope named `prev`. Only for envelopes of our own that nobody else has. */
export function rewindChain({ sessions }: Chains, session: SessionId, seq: number, prev: Bytes): void {
	const chain = sessions.get(session);
	if (chain === undefined || seq >= chain.nextSeq) return;
	if (seq <= chain.base && seq === 0) sessions.delete(session);
	else sessions.set(session, { ...chain, nextSeq: seq, lastHash: prev, hashes: chain.hashes.slice() });
}

/** Compact bytes for a checkpoint: 16 for each envelope, about 80 for each session. */
export function writeChains(chains: Chains): Bytes {
	const encoder = encoding.createEncoder();
	encoding.writeUint8(encoder, chainsVersion);
	encoding.writeVarUint(encoder, chains.sessions.size);
	for (const [session, chain] of chains.sessions) {
		encoding.writeUint8Array(encoder, idBytes(session));
		encoding.writeUint8Array(encoder, idBytes(chain.device));
		encoding.writeVarUint(encoder, chain.yClient);
		encoding.writeVarUint(encoder, chain.base);
		encoding.writeVarUint(encoder, chain.nextSeq - chain.base);
		encoding.writeUint8Array(encoder, chain.lastHash);
		encoding.writeUint8Array(encoder, chain.hashes.subarray(0, (chain.nextSeq - chain.base) * KEPT));
	}
	return encoding.toUint8Array(encoder);
}

/** Null when these are not written chains: begin anew and verify everything again. */
export function readChains(bytes: Uint8Array): Chains | null {
	try {
		const decoder = decoding.createDecoder(bytes);
		if (decoding.readUint8(decoder) !== chainsVersion) return null;
		const chains = createChains();
		for (let left = decoding.readVarUint(decoder); left > 0; left--) {
			const session = readId<SessionId>(take(decoder, SHORT_ID_LENGTH));
			const device = readId<DeviceId>(take(decoder, SHORT_ID_LENGTH));
			const yClient = decoding.readVarUint(decoder);
			const base = decoding.readVarUint(decoder);
			const here = decoding.readVarUint(decoder);
			const lastHash = take(decoder, 32);
			const hashes = take(decoder, here * KEPT);
			chains.sessions.set(session, { device, yClient, base, nextSeq: base + here, lastHash, hashes });
			if (yClient !== 0) chains.sessionOfClient.set(yClient, session);
		}
		return decoding.hasContent(decoder) ? null : chains;
	} catch {
		return null;
	}
}

function keepHash(chain: SessionChain, hash: Bytes): void {
	const offset = (chain.nextSeq - chain.base) * KEPT;
	if (offset + KEPT > chain.hashes.length) {
		const grown = new Uint8Array(Math.max(4 * KEPT, chain.hashes.length * 2));
		grown.set(chain.hashes);
		chain.hashes = grown;
	}
	chain.hashes.set(hash.subarray(0, KEPT), offset);
	chain.lastHash = hash;
	chain.nextSeq++;
}

function take(decoder: decoding.Decoder, length: number): Bytes {
	return new Uint8Array(decoding.readUint8Array(decoder, length));
}
