/**
 * The words themselves, wherever they stand now.
 *
 * Promises: an ambiguous quote is decided by what stood around it, by its block and by the headings over it; where these
 * do not decide, nothing is found.
 */
import type { Anchor, Rivals } from './anchor.ts';
import type { DocumentText } from './document-text.ts';
import { haveSameGaps, isInsideWord, lettersOf } from './letters.ts';
import { indexesOf, placeOf, type Place } from './place.ts';
import { isCut } from './reading.ts';

export interface Hit extends Place {
	/** Offsets in the document's text. */
	readonly start: number;
	readonly end: number;
	/** How many letters of the context still stand before and behind it. */
	readonly before: number;
	readonly behind: number;
}

export interface Found {
	readonly start: number;
	readonly end: number;
	readonly layer: 'block' | 'quote' | 'heading';
}

/** Letters of quote and context together that must agree before words are taken for the same words. */
const ENOUGH = 24;
const ENOUGH_IN_BLOCK = 12;
/** The same words stand nowhere else. */
const NOWHERE = -1;
/** Letters of context by which one of several must be ahead. */
const AHEAD = 4;

export function findExact(document: DocumentText, anchor: Omit<Anchor, 'rivals'>): readonly Hit[] {
	const { quote } = anchor;
	if (isCut(quote)) return [];
	const words = lettersOf(quote.exact);
	const [prefix, suffix] = [lettersOf(quote.prefix), lettersOf(quote.suffix)];
	const within = lettersOf(quote.prefix + quote.exact + quote.suffix);
	const cutsWord = {
		before: isInsideWord(within, prefix.text.length),
		behind: isInsideWord(within, prefix.text.length + words.text.length)
	};
	const { letters } = document;
	const hits: Hit[] = [];
	for (const index of indexesOf(letters.text, words.text)) {
		const end = index + words.text.length;
		if (!cutsWord.before && isInsideWord(letters, index)) continue;
		if (!cutsWord.behind && isInsideWord(letters, end)) continue;
		if (!haveSameGaps(letters, index, words, 0, words.text.length)) continue;
		const start = letters.at[index] ?? 0;
		hits.push({
			start,
			end: (letters.at[end - 1] ?? 0) + 1,
			before: commonBefore(letters.text, index, prefix.text),
			behind: commonBehind(letters.text, end, suffix.text),
			...placeOf(document, anchor, start)
		});
	}
	return hits;
}

/** The one of the hits that is the quote beyond doubt, in its block, in the document, or under its headings. */
export function mostLike(anchor: Anchor, hits: readonly Hit[]): Found | null {
	const length = lettersOf(anchor.quote.exact).text.length;
	const { rivals } = anchor;
	const decide = (
		among: readonly Hit[],
		rival: number,
		layer: Found['layer'],
		enough: number
	): Found | null => {
		const [best, second] = [...among].sort((a, b) => contextOf(b) - contextOf(a));
		if (best === undefined || length + contextOf(best) < enough) return null;
		// what had as much of the context when the anchor was made may be all that is left now
		if (rival >= 0 && contextOf(best) < rival + AHEAD) return null;
		if (second !== undefined && contextOf(best) < contextOf(second) + AHEAD) return null;
		return { start: best.start, end: best.end, layer };
	};
	return (
		decide(
			hits.filter((hit) => hit.inBlock),
			rivals.block,
			'block',
			ENOUGH_IN_BLOCK
		) ??
		decide(hits, rivals.document, 'quote', ENOUGH) ??
		decide(
			hits.filter((hit) => hit.underHeadings),
			rivals.headings,
			'heading',
			ENOUGH
		)
	);
}

/** How much of the context stands also around the same words elsewhere. Asked once, when the anchor is made. */
export function rivalsOf(
	document: DocumentText,
	anchor: Omit<Anchor, 'rivals'>,
	start: number,
	end: number
): Rivals {
	const others = findExact(document, anchor).filter((hit) => hit.end <= start || hit.start >= end);
	const most = (among: readonly Hit[]) =>
		among.reduce((highest, hit) => Math.max(highest, contextOf(hit)), NOWHERE);
	return {
		document: most(others),
		headings: most(others.filter((hit) => hit.underHeadings)),
		block: most(others.filter((hit) => hit.inBlock))
	};
}

const contextOf = (hit: Hit) => hit.before + hit.behind;

function commonBefore(text: string, index: number, prefix: string): number {
	let common = 0;
	while (common < prefix.length && text[index - 1 - common] === prefix[prefix.length - 1 - common]) common++;
	return common;
}

function commonBehind(text: string, end: number, suffix: string): number {
	let common = 0;
	while (common < suffix.length && text[end + common] === suffix[common]) common++;
	return common;
}
