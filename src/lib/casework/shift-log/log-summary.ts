/**
 * What lists, search and derivations know of a shift log, in the form that every document has. Pure.
 *
 * Promises: what a report may take from it is about the person of the case alone, with every other resident masked; it
 * is empty unless exactly one resident is that person.
 */
import { isoDay } from '../dates.ts';
import { contentHash } from '../derive/source.ts';
import { MAX_SUMMARY_TEXT, type DocumentSummary, type SummaryBlock } from '../summary.ts';
import { openFollowUps, type ShiftLog } from './fold.ts';
import { residentPage, type KnownNames } from './resident-page.ts';
import { residentId } from './residents.ts';

export function summarizeLog(log: ShiftLog, names: KnownNames, caseTitle: string): DocumentSummary {
	const held = log.entries.flatMap(({ facts }) => (facts === null ? [] : [facts]));
	const [first] = log.entries;
	return {
		blocks: [...followUps(log), ...aboutPerson(log, names, caseTitle)],
		sections: [],
		carried: [],
		toSettle: 0,
		day: first === undefined ? null : dayOf(first.occurredAt),
		review: null,
		text: [
			...held.map(({ fact, action, followUp, residents }) =>
				[...residents.map((id) => names.get(id)?.[0] ?? ''), fact, action, followUp]
					.filter((part) => part !== '')
					.join(' · ')
			),
			...log.handovers.map(({ summary }) => summary)
		]
			.join('\n')
			.slice(0, MAX_SUMMARY_TEXT)
	};
}

/** What a shift leaves to do is for the next one: it is due at once. */
function followUps(log: ShiftLog): readonly SummaryBlock[] {
	return openFollowUps(log).map(({ id, facts, occurredAt }) =>
		blockOf(id, 'logFollowUp', facts?.followUp ?? '', { due: dayOf(occurredAt) })
	);
}

function aboutPerson(log: ShiftLog, names: KnownNames, caseTitle: string): readonly SummaryBlock[] {
	const person = residentOfCase(names, caseTitle);
	if (person === null) return [];
	return residentPage(log.entries, person, names).entries.flatMap(({ id, facts, occurredAt }) => {
		// corrected to be about somebody else, it is theirs
		const isTheirs = log.entries.find((entry) => entry.id === id)?.facts?.residents.includes(person) === true;
		if (facts === null || !isTheirs) return [];
		const texts = { action: facts.action, followUp: facts.followUp };
		return [
			blockOf(id, 'logEntry', facts.fact, { occurredAt: dayOf(occurredAt), category: facts.category }, texts)
		];
	});
}

/** A case is named after its person: the resident whose whole name stands in the title; null unless it is one. */
function residentOfCase(names: KnownNames, caseTitle: string): string | null {
	const wordsOf = (text: string) => residentId(text.replace(/[^\p{L}\p{N}'’.-]+/gu, ' ')).split(' ');
	const title = wordsOf(caseTitle);
	const found = [...names].filter(([, spellings]) =>
		spellings.some((name) => wordsOf(name).every((word) => title.includes(word)))
	);
	return found.length === 1 ? (found[0]?.[0] ?? null) : null;
}

function blockOf(
	id: string,
	name: string,
	title: string,
	attributes: Readonly<Record<string, string>>,
	texts: Readonly<Record<string, string>> = {}
): SummaryBlock {
	const said = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
	const hash = contentHash(JSON.stringify([name, title, attributes, said]));
	return { id, name, title, attributes, texts: said, words: '', hash, inside: null };
}

function dayOf(moment: number): string {
	return isoDay(new Date(moment));
}
