/**
 * The one reducer: a circle's signed log → its state. Relay and app run this very code [C1].
 *
 * Order of checks: shape → place in the chain → signature (and the invitation's, of who joins; and of each new device its own) → policy → change.
 * Promises: never throws on foreign bytes; `reduce` is pure and synchronous, no I/O, no secrets, no clock. Must never
 * apply an entry whose signature was not checked: `reduce` is for `applyEntry` and for tests.
 */
import { concatBytes, equalBytes, utf8, type Bytes } from '#lib/crypto/bytes.ts';
import { verify } from '#lib/crypto/sign.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import { change, found, keepUnread } from './change.ts';
import { isOwnStatement } from './device.ts';
import {
	bringsItsSigner,
	introducedBy,
	readEntry,
	verifyEntry,
	type Entry,
	type EntryReason
} from './entry.ts';
import { idBytes, type CircleId, type PersonId } from './ids.ts';
import { mayAct, type PolicyReason } from './policy.ts';
import { ownersOf } from './roles.ts';
import type { CircleState } from './state.ts';

/**
 * `wrong-place`: not the entry after the head (another won the race [C2], or the log was altered [C1]).
 * `wrong-circle`: an entry of another circle.
 */
export type CircleReason = EntryReason | PolicyReason | 'wrong-place' | 'wrong-circle' | 'bad-signature';

export async function applyEntry(
	state: CircleState | null,
	bytes: Uint8Array
): Promise<Verdict<CircleState, CircleReason>> {
	const read = await readEntry(bytes);
	if (!read.ok) return read;
	const entry = read.value;
	const placed = checkPlace(state, entry);
	if (!placed.ok) return placed;
	const signKey = signKeyOf(state, entry);
	if (signKey === null) {
		// whoever signed may have come in by an entry that this app cannot read
		return state !== null && state.readOnlyBecause !== null
			? accept(keepUnread(state, entry))
			: refuse('not-a-member');
	}
	if (!(await verifyEntry(entry, signKey))) return refuse('bad-signature');
	if ((entry.type === 'join' || entry.type === 'join-request') && state !== null) {
		const { inviteSignature, ...who } = entry.body;
		const signed = joinProof(entry.type, state.circle, state.head.hash, who);
		// an unknown invitation is refused by policy, with a reason people can understand
		const isSigned = await verify(who.key, inviteSignature, signed);
		if (!isSigned) return refuse('bad-signature');
	}
	if (!(await areOwnDevices(entry))) return refuse('bad-signature');
	return reduce(state, entry);
}

/** Has every device that comes in said itself whose it is? */
async function areOwnDevices(entry: Entry): Promise<boolean> {
	const person = 'person' in (entry.body ?? {}) ? (entry.body as { person: PersonId }).person : null;
	if (person === null) return true;
	for (const { signKey, receiveKey, statement } of introducedBy(entry)) {
		if (!(await isOwnStatement(person, { signKey, receiveKey, statement }))) return false;
	}
	return true;
}

/** The state after all of these, or the reason of the first that does not fit. */
export async function replayEntries(
	entries: readonly Uint8Array[],
	from: CircleState | null = null
): Promise<Verdict<CircleState, CircleReason>> {
	let state = from;
	for (const bytes of entries) {
		const applied = await applyEntry(state, bytes);
		if (!applied.ok) return applied;
		state = applied.value;
	}
	return state === null ? refuse('malformed') : accept(state);
}

/** Pure. The entry's signatures have been checked. */
export function reduce(state: CircleState | null, entry: Entry): Verdict<CircleState, CircleReason> {
	const placed = checkPlace(state, entry);
	if (!placed.ok) return placed;
	if (state === null) {
		if (entry.type !== 'init') return refuse('malformed');
		const { kind, parent } = entry.body;
		return (kind === 'agency') === (parent === null) ? accept(found(entry)) : refuse('wrong-parent');
	}
	if (entry.type === 'newer') {
		const allowed = mayAct(state, entry);
		if (!allowed.ok && state.readOnlyBecause === null) return allowed;
		return accept(keepUnread(state, entry));
	}
	const allowed = mayAct(state, entry);
	// behind an entry that we cannot read, what seems wrong to us may be right: kept, not applied
	if (!allowed.ok) return state.readOnlyBecause === null ? allowed : accept(keepUnread(state, entry));
	const next = change(state, entry);
	return ownersOf(next).length > 0 ? accept(next) : refuse('last-owner');
}

/** What the invitation's key signs: this person with these keys joins, or asks to join, this circle at this place. */
export function joinProof(
	type: 'join' | 'join-request',
	circle: CircleId,
	prev: Bytes,
	join: { readonly person: PersonId; readonly signKey: Bytes; readonly receiveKey: Bytes }
): Bytes {
	return concatBytes(
		utf8(`${type}-v1`),
		idBytes(circle),
		prev,
		idBytes(join.person),
		join.signKey,
		join.receiveKey
	);
}

function checkPlace(state: CircleState | null, entry: Entry): Verdict<true, 'wrong-place' | 'wrong-circle'> {
	if (state === null) return entry.seq === 0 ? accept(true) : refuse('wrong-place');
	if (entry.circle !== null && entry.circle !== state.circle) return refuse('wrong-circle');
	const follows =
		entry.seq === state.head.seq + 1 && entry.prev !== null && equalBytes(entry.prev, state.head.hash);
	return follows ? accept(true) : refuse('wrong-place');
}

/** An entry that brings its signer carries the key; otherwise the signer is known already. */
function signKeyOf(state: CircleState | null, entry: Entry): Bytes | null {
	if (bringsItsSigner(entry)) return entry.body.signKey;
	return state?.devices.get(entry.by)?.signKey ?? null;
}
