/** What is being written in an entry, before it is one. */
import { MAX_LOG_TEXT, type EntryFacts } from '#lib/casework/shift-log/operation.ts';
import { clockTime, meansNow, occurredAt } from '#lib/casework/shift-log/times.ts';

export interface FactsDraft {
	/** As typed; empty: now. */
	time: string;
	category: string;
	residents: readonly string[];
	fact: string;
	action: string;
	followUp: string;
}

export type DraftMistake = 'fact' | 'time-unclear' | 'time-to-come' | 'time-missing';

export const emptyDraft = (): FactsDraft => ({
	time: '',
	category: 'note',
	residents: [],
	fact: '',
	action: '',
	followUp: ''
});

export function draftOf(facts: EntryFacts): FactsDraft {
	return { ...facts, time: clockTime(facts.occurredAt) };
}

/** What was kept on this device, judged. */
export function readDraft(value: unknown): FactsDraft | null {
	if (typeof value !== 'object' || value === null) return null;
	const kept = value as Record<string, unknown>;
	const text = (name: string) => (typeof kept[name] === 'string' ? kept[name].slice(0, MAX_LOG_TEXT) : '');
	const { residents } = kept;
	return {
		time: text('time'),
		category: text('category') || 'note',
		residents: Array.isArray(residents) ? residents.filter((id) => typeof id === 'string') : [],
		fact: text('fact'),
		action: text('action'),
		followUp: text('followUp')
	};
}

/** `before`: what is being corrected; a time that was not touched keeps its very minute and day. */
export function factsFrom(
	draft: FactsDraft,
	day: string,
	now: number,
	before: EntryFacts | null = null
):
	{ readonly ok: true; readonly facts: EntryFacts } | { readonly ok: false; readonly mistake: DraftMistake } {
	const { time, category, residents } = draft;
	const [fact, action, followUp] = [draft.fact.trim(), draft.action.trim(), draft.followUp.trim()];
	const made = (at: number) => ({
		ok: true as const,
		facts: { occurredAt: at, category, residents, fact, action, followUp }
	});
	if (fact === '') return { ok: false, mistake: 'fact' };
	if (before !== null && time.trim() === clockTime(before.occurredAt)) return made(before.occurredAt);
	if (time.trim() === '')
		return before === null && meansNow(day, now) ? made(now) : { ok: false, mistake: 'time-missing' };
	const occurrence = occurredAt(time, day, now);
	return occurrence.ok ? made(occurrence.at) : { ok: false, mistake: `time-${occurrence.reason}` };
}

export const mistakes: Readonly<Record<DraftMistake, string>> = {
	fact: 'Write what happened first.',
	'time-missing': 'When did it happen? This log is of another day, so it needs a time.',
	'time-unclear': 'No time like this is known. Try “23:40”, “7 am” or “now”.',
	'time-to-come': 'That is still to come in this log. If it was last night, enter it in yesterday’s log.'
};
