/**
 * One resident's page of a log, to be handed out: every other resident becomes "Resident B", "Resident C", … also where
 * a sentence names them.
 *
 * Promises: no name that the log or the house knows of another resident is in what comes out: whole or in part, with or
 * without accents and capitals. Rather a word too many is masked than a name too few.
 * Cannot know: nicknames, visitors, who is meant by "his roommate", or that "may" without its capital is a name. Whoever
 * hands it out reads it through.
 */
import type { LogEntry } from './fold.ts';
import type { EntryFacts } from './operation.ts';

/** Every name of every resident that is known, by id. */
export type KnownNames = ReadonlyMap<string, readonly string[]>;

export interface ResidentPage {
	readonly name: string;
	/** Only what concerns them. `residents` holds what stands for the others. */
	readonly entries: readonly LogEntry[];
}

export function residentPage(
	entries: readonly LogEntry[],
	resident: string,
	known: KnownNames
): ResidentPage {
	const { mask, standIn } = masksFor(resident, known);
	const concerns = (facts: EntryFacts | null) => facts?.residents.includes(resident) === true;
	const masked = (facts: EntryFacts): EntryFacts => ({
		...facts,
		residents: facts.residents.filter((id) => id !== resident).map(standIn),
		fact: mask(facts.fact),
		action: mask(facts.action),
		followUp: mask(facts.followUp)
	});
	return {
		name: known.get(resident)?.[0] ?? 'This resident',
		entries: entries
			// an entry that was corrected to concern them, or no longer to, is part of their record as well
			.filter(({ original, corrections }) =>
				[original, ...corrections.map(({ facts }) => facts)].some(concerns)
			)
			.map((entry) => ({
				...entry,
				original: masked(entry.original),
				facts: entry.facts && masked(entry.facts),
				corrections: entry.corrections.map((correction) => ({
					...correction,
					reason: mask(correction.reason),
					facts: correction.facts && masked(correction.facts)
				}))
			}))
	};
}

/** Names that are everyday words as well: masked only with a capital, or a page could hardly be read. */
const everydayWords = new Set(
	'will may hope grace faith joy mark art bill rose ivy dawn summer autumn june august sunny young long short brown white black green gray king page so an my bo'.split(
		' '
	)
);

function masksFor(resident: string, known: KnownNames) {
	const own = new Set((known.get(resident) ?? []).flatMap(spellings));
	const owners = new Map<string, Set<string>>();
	for (const [id, names] of known) {
		if (id === resident) continue;
		for (const spelling of names.flatMap(spellings)) {
			if (own.has(spelling)) continue; // their own name, or one they share
			owners.set(spelling, (owners.get(spelling) ?? new Set()).add(id));
		}
	}
	const letters = new Map<string, string>();
	const standIn = (id: string): string => {
		const letter = letters.get(id) ?? letterOf(letters.size + 1);
		letters.set(id, letter);
		return `Resident ${letter}`;
	};
	const longestFirst = [...owners.keys()].sort((a, b) => b.length - a.length);
	const pattern = longestFirst.length === 0 ? null : new RegExp(longestFirst.map(patternOf).join('|'), 'giu');
	const mask = (text: string): string => {
		if (pattern === null) return text;
		return text
			.normalize('NFD')
			.replace(pattern, (found) => {
				const spelling = plain(found);
				if (everydayWords.has(spelling) && /^\p{Ll}/u.test(found)) return found;
				const [first, ...others] = owners.get(spelling) ?? [];
				return first === undefined || others.length > 0 ? 'another resident' : standIn(first);
			})
			.normalize('NFC');
	};
	return { mask, standIn };
}

/** A name and its parts: "Jean-Luc Ortega" is also "Jean-Luc", "Jean", "Luc" and "Ortega". Initials say too little. */
function spellings(name: string): string[] {
	const whole = plain(name);
	const words = whole.split(' ');
	const parts = [...words, ...words.flatMap((word) => word.split('-'))];
	return [whole, ...parts.filter((part) => part.replaceAll('.', '').length > 1)];
}

const plain = (text: string) =>
	text
		.normalize('NFD')
		.replace(/\p{Mn}/gu, '')
		.toLowerCase()
		.split(/\s+/)
		.filter(Boolean)
		.join(' ');

/** Matches the spelling in decomposed text with any accents. Names in Chinese stand without spaces around them. */
function patternOf(spelling: string): string {
	const letters = [...spelling]
		.map((letter) => (letter === ' ' ? '\\s+' : `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}\\p{Mn}*`))
		.join('');
	if (/\p{Script=Han}/u.test(spelling)) return letters;
	// "the Ortegas" names them too
	return `(?<!\\p{L})${letters}(?=s?(?!\\p{L}))`;
}

/** 1 → B, 25 → Z, 26 → AA. */
function letterOf(index: number): string {
	return index < 26
		? String.fromCharCode(65 + index)
		: letterOf(Math.floor(index / 26) - 1) + letterOf(index % 26);
}
