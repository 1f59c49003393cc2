/**
 * A proposed change of some words, and what became of it [D6].
 *
 * Promises: verdicts in any order and with any duplicates come to the same state. An acceptance has written into the
 * text, so it stands against every decline it did not know of; only what names it takes it back.
 * Must never: say that a change is open while an acceptance stands, or two people's acceptances would both be written.
 */
import { MAX_TEXT } from './bounds.ts';

/** Over the words of the thread's anchor. `words` are exactly those it was made on, spaces at the ends included. */
export type Change =
	| {
			readonly kind: 'insert';
			readonly text: string;
			/** Beside the anchor's words, since an insertion has none of its own. */
			readonly side: 'before' | 'after';
			/** How many spaces stand between the words and the place. */
			readonly gap: number;
	  }
	| { readonly kind: 'delete'; readonly words: string }
	| { readonly kind: 'replace'; readonly words: string; readonly text: string };

/** The pieces of the shared text that one verdict wrote: clocks `from` ≤ n < `to` of one Yjs client. */
export interface Written {
	readonly client: number;
	readonly from: number;
	readonly to: number;
}

/** Somebody says that they wrote it. Who takes anything out by it looks first whether they did. */
export interface Claim extends Written {
	readonly by: string;
}

export type Verdict =
	| { readonly verdict: 'accepted'; readonly written: Written | null }
	| { readonly verdict: 'declined' | 'withdrawn' }
	/** Takes back the verdicts of these ids. `written`: the old words, where undoing put them back. */
	| { readonly verdict: 'reopened'; readonly takes: readonly string[]; readonly written: Written | null };

export interface Suggestion {
	readonly change: Change;
	readonly state: 'open' | 'accepted' | 'declined' | 'withdrawn';
	/** Whose verdict stands, and when it was given. */
	readonly by: string | null;
	readonly at: number | null;
	/** Ids of all verdicts that stand; what reopens the suggestion takes them all. */
	readonly verdicts: readonly string[];
	/** What the acceptance that stands wrote; null when none did. */
	readonly kept: Claim | null;
	/** What others who accepted it without knowing of each other wrote as well: it is in the text a second time. */
	readonly surplus: readonly Claim[];
	/** The old words as reopenings put them back, in order. Of those that are in the text together one is enough. */
	readonly restored: readonly Claim[];
}

export interface GivenVerdict {
	readonly id: string;
	readonly by: string;
	readonly at: number;
	readonly verdict: Verdict;
}

const MAX_GAP = 100;
/** Verdicts in one reopening. */
const MAX_TAKES = 100;

/** `given` in the order of the discussion; of each only what its author had the right to. */
export function judged(change: Change, given: readonly GivenVerdict[]): Suggestion {
	const taken = new Set(
		given.flatMap(({ verdict }) => (verdict.verdict === 'reopened' ? verdict.takes : []))
	);
	const standing = given.filter(({ id, verdict }) => verdict.verdict !== 'reopened' && !taken.has(id));
	const accepted = standing.filter(({ verdict }) => verdict.verdict === 'accepted');
	const [kept = null, ...surplus] = claims(accepted);
	const restored = claims(given.filter(({ verdict }) => verdict.verdict === 'reopened'));
	const one = accepted[0] ?? standing.at(-1);
	const verdicts = standing.map(({ id }) => id);
	if (one === undefined || one.verdict.verdict === 'reopened')
		return { change, state: 'open', by: null, at: null, verdicts, kept: null, surplus: [], restored };
	return { change, state: one.verdict.verdict, by: one.by, at: one.at, verdicts, kept, surplus, restored };
}

function claims(given: readonly GivenVerdict[]): readonly Claim[] {
	return given.flatMap(({ by, verdict }) =>
		'written' in verdict && verdict.written !== null ? [{ by, ...verdict.written }] : []
	);
}

/** Null for what is no change. */
export function readChange(value: unknown): Change | null {
	if (!isRecord(value)) return null;
	const { kind, text, words, side, gap } = value;
	if (kind === 'insert') {
		if (!isWords(text) || (side !== 'before' && side !== 'after')) return null;
		return isCount(gap) && gap <= MAX_GAP ? { kind, text, side, gap } : null;
	}
	if (!isWords(words)) return null;
	if (kind === 'delete') return { kind, words };
	return kind === 'replace' && isWords(text) ? { kind, words, text } : null;
}

/** Null for what is no verdict; undefined for one of a newer version. */
export function readVerdict({
	verdict,
	written,
	takes
}: Readonly<Record<string, unknown>>): Verdict | null | undefined {
	if (verdict === 'declined' || verdict === 'withdrawn') return { verdict };
	if (verdict !== 'accepted' && verdict !== 'reopened') return typeof verdict === 'string' ? undefined : null;
	const read = readWritten(written);
	if (read === undefined) return null;
	if (verdict === 'accepted') return { verdict, written: read };
	if (!Array.isArray(takes) || takes.length > MAX_TAKES) return null;
	return takes.every((id): id is string => typeof id === 'string' && id.length <= 128)
		? { verdict, takes, written: read }
		: null;
}

function readWritten(value: unknown): Written | null | undefined {
	if (value === null) return null;
	if (!isRecord(value)) return undefined;
	const { client, from, to } = value;
	return isCount(client) && isCount(from) && isCount(to) && from < to ? { client, from, to } : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isWords = (value: unknown): value is string =>
	typeof value === 'string' && value !== '' && value.length <= MAX_TEXT;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
