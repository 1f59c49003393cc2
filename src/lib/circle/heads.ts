/**
 * Holding the relay to its word: a circle's log only ever grows [C3].
 *
 * Promises: whoever pinned a head notices a log that was cut, swapped or rewritten. Two signed entries at one place are
 * proof against the relay (an honest one appends by compare-and-set [C2]) and are kept as such.
 */
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import { readEntry } from './entry.ts';
import type { CircleId } from './ids.ts';
import type { CircleState, Head } from './state.ts';

/** The last place that a device saw of a circle. */
export interface PinnedHead {
	readonly circle: CircleId;
	readonly head: Head;
}

/** `shorter`: cut below the pin. `different`: another circle altogether. `forked`: another entry at the pinned place. */
export type HeadReason = 'shorter' | 'different' | 'forked';

export function checkPinnedHead(
	pinned: PinnedHead,
	state: CircleState
): Verdict<'same' | 'longer', HeadReason> {
	if (pinned.circle !== state.circle) return refuse('different');
	const { seq, hash } = pinned.head;
	if (state.head.seq < seq) return refuse('shorter');
	const there = state.hashes[seq];
	if (there === undefined || !equalBytes(there, hash)) return refuse('forked');
	return accept(state.head.seq === seq ? 'same' : 'longer');
}

/** Two entries of one circle at one place, both as they came. */
export interface ForkProof {
	readonly seq: number;
	readonly ours: Bytes;
	readonly theirs: Bytes;
}

/**
 * The first place where two logs of one circle part; null when one only continues the other, or when they have nothing
 * in common. The caller has replayed both, so both entries are signed and allowed.
 */
export async function compareLogs(
	ours: readonly Uint8Array[],
	theirs: readonly Uint8Array[]
): Promise<ForkProof | null> {
	const shared = Math.min(ours.length, theirs.length);
	for (let seq = 1; seq < shared; seq++) {
		const a = ours[seq];
		const b = theirs[seq];
		if (a === undefined || b === undefined || equalBytes(a, b)) continue;
		const [first, second] = [await readEntry(a), await readEntry(b)];
		if (!first.ok || !second.ok) return null;
		const { prev } = first.value;
		const isFork = prev !== null && second.value.prev !== null && equalBytes(prev, second.value.prev);
		return isFork ? { seq, ours: first.value.bytes, theirs: second.value.bytes } : null;
	}
	return null;
}
