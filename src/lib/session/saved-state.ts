/**
 * What "Saved state" says, from what is known about every open document and the outbox. Pure.
 *
 * It must never claim more than is true: the worst stage of all documents counts.
 */
import type { CircleId } from '#lib/circle/ids.ts';
import { laneOf } from '#lib/envelope/room.ts';
import { countChanges, nameSome } from './sentences.ts';

export interface SavedState {
	readonly stage: 'screen' | 'device' | 'relay' | 'seen';
	readonly label: string;
	readonly level: 'ok' | 'warn' | 'danger';
	/** Changes that the relay has not acknowledged. */
	readonly waiting: number;
	/** Since when the oldest of them waits, ms. */
	readonly since: number | null;
	readonly seenBy: readonly string[];
	readonly connected: boolean;
	readonly details: readonly WaitingDocument[];
	/** Sentences that stay until they are no longer true. */
	readonly problems: readonly string[];
	readonly setAside: number;
}

export interface WaitingDocument {
	readonly document: string;
	readonly waiting: number;
	readonly since: number | null;
}

/** Envelopes of one room that the relay has not acknowledged. */
export interface InOutbox {
	readonly room: string;
	readonly count: number;
	readonly since: number;
}

export interface SavedFacts {
	readonly now: number;
	readonly connected: boolean;
	/** Changes not yet on this device's disk, and since when. */
	readonly unsealed: number;
	readonly unsealedSince: number | null;
	readonly waiting: readonly WaitingDocument[];
	/** Who else has everything of the document at hand; empty where no document is open. */
	readonly seenBy: readonly string[];
	readonly problems: readonly string[];
	readonly setAside: number;
}

/** After this long a person should notice, ms (protocol.md, "Saved, in words people can trust"). */
const WARN_AFTER = 2_500;
export const DANGER_AFTER = 10_000;
const DAY = 86_400_000;

/**
 * Why something of ours, or the connection, is not wanted, of all open documents. Where our time is over it goes without
 * saying: the page that is shown in their place says what happened, and a second sentence would only be read as another
 * trouble.
 */
export function refusalsOf(
	documents: readonly {
		readonly room: { readonly circle: CircleId };
		readonly saved: { readonly refused: string | null };
	}[],
	isOver: (circle: CircleId) => boolean
): readonly string[] {
	return documents.flatMap(({ room, saved: { refused } }) =>
		refused === null || isOver(room.circle) ? [] : [refused]
	);
}

export function savedStateOf(facts: SavedFacts): SavedState {
	const waiting = facts.waiting.reduce((sum, document) => sum + document.waiting, 0);
	const since = earliest(facts.waiting.map((document) => document.since));
	const stage =
		facts.unsealed > 0 ? 'screen' : waiting > 0 ? 'device' : facts.seenBy.length > 0 ? 'seen' : 'relay';
	const problems = [...facts.problems];
	if (since !== null && facts.now - since > DAY)
		problems.push(
			'Some of your work has waited for the relay for more than a day. It is safe on this device only.'
		);
	const state = {
		stage,
		waiting,
		since,
		seenBy: facts.seenBy,
		connected: facts.connected,
		details: facts.waiting,
		problems,
		setAside: facts.setAside
	} as const;
	return { ...state, label: labelOf(state), level: levelOf(facts, stage, since, problems.length) };
}

/** What waits for the relay: as the outbox was counted last, and what an open document has put there since. */
export function onTheWay(counted: readonly InOutbox[], open: readonly InOutbox[]): readonly InOutbox[] {
	const isCounted = (lane: string) => counted.some(({ room }) => laneOf(room) === lane);
	return [...counted, ...open.filter(({ room, count }) => count > 0 && !isCounted(laneOf(room)))];
}

function labelOf(state: Omit<SavedState, 'label' | 'level'>): string {
	switch (state.stage) {
		case 'screen':
			return 'On this screen · saving…';
		case 'device':
			return `Saved on this device · ${countChanges(state.waiting)} waiting for the relay`;
		case 'seen':
			return `Saved · seen by ${nameSome(state.seenBy)}`;
		case 'relay':
			return state.connected ? 'Saved at the relay' : 'Saved at the relay · working offline';
	}
}

function levelOf(
	facts: SavedFacts,
	stage: SavedState['stage'],
	since: number | null,
	problems: number
): SavedState['level'] {
	const age =
		stage === 'screen'
			? ageOf(facts.unsealedSince, facts.now)
			: stage === 'device'
				? ageOf(since, facts.now)
				: 0;
	// offline, what is safely on this device is no reason for alarm, only worth knowing
	const worst = stage === 'device' && !facts.connected ? 'warn' : 'danger';
	if (problems > 0 || (age > DANGER_AFTER && worst === 'danger')) return 'danger';
	return age > WARN_AFTER ? 'warn' : 'ok';
}

function ageOf(since: number | null, now: number): number {
	return since === null ? 0 : now - since;
}

function earliest(times: readonly (number | null)[]): number | null {
	return times.reduce<number | null>((a, b) => (a === null ? b : b === null ? a : Math.min(a, b)), null);
}
