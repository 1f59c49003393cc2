/**
 * The words themselves, wherever they stand now.
 *
 * Promises: an ambiguous quote is decided by what stood around it, by its block and by the headings over it; where these
 * do not decide, nothing is found.
 */
import type { Anchor, Rivals } from './anchor.ts';
import { blockAt, type DocumentText } from './document-text.ts';
import { haveSameGaps, isInsideWord, lettersOf, type Letters } from './letters.ts';
import { halvesOf, isCut, readsLike } from './reading.ts';

export interface Hit {
	/** Offsets in the document's text. */
	readonly start: number;
	readonly end: number;
	/** How many letters of the context still stand before and behind it. */
	readonly before: number;
	readonly behind: number;
	readonly inBlock: boolean;
	readonly underHeadings: boolean;
}

export interface Edited extends Pick<Hit, 'start' | 'end' | 'inBlock'> {
	/** False only where the words are so long that they are never looked for as a whole. */
	readonly changed: boolean;
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
const LIKE_ENOUGH_ELSEWHERE = 0.75;
/** Letters of context, or of an end of the quote, by which edited words are looked for. */
const CLUE = 12;
/** The same where only the ends of very long words were kept. */
const LONG_CLUE = 64;
/** Bounds the work in a text that says the same a thousand times. */
const MOST_COMPARED = 200;

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

/** Places that read much like the quote, though not the same: between what stood around it, or by its own ends. */
export function findEdited(document: DocumentText, anchor: Anchor): readonly Edited[] {
	const { letters, text } = document;
	const { quote } = anchor;
	const halves = halvesOf(quote);
	const [head, tail] = halves ?? [quote.exact, quote.exact];
	const clue = halves === null ? CLUE : LONG_CLUE;
	const starts = new Set(startsOf(letters, lettersOf(head).text.slice(0, clue)));
	const ends = new Set(endsOf(letters, lettersOf(tail).text.slice(-clue)));
	if (halves === null) {
		for (const index of endsOf(letters, lettersOf(quote.prefix).text.slice(-clue))) starts.add(index);
		for (const index of startsOf(letters, lettersOf(quote.suffix).text.slice(0, clue))) ends.add(index);
	}
	const inBlock = (index: number) => placeOf(document, anchor, letters.at[index] ?? 0).inBlock;
	// a block that holds the beginning or the end twice holds the words twice, perhaps neither of them the quote
	const isPlain =
		[...starts].filter(inBlock).length === 1 && [...ends].filter((end) => inBlock(end - 1)).length === 1;
	const found: Edited[] = [];
	let compared = 0;
	for (const first of starts) {
		for (const behind of ends) {
			const start = letters.at[first] ?? 0;
			const end = (letters.at[behind - 1] ?? 0) + 1;
			if (end - start > quote.length * 1.6 || end - start < quote.length * 0.6) continue;
			if (compared++ > MOST_COMPARED) return found;
			const reading = readsLike(text.slice(start, end), quote, LIKE_ENOUGH_ELSEWHERE);
			if (reading === 'other' || (reading === 'same' && !isCut(quote))) continue;
			const changed = reading === 'like';
			found.push({ start, end, changed, inBlock: isPlain && inBlock(first) && inBlock(behind - 1) });
		}
	}
	return found;
}

const contextOf = (hit: Hit) => hit.before + hit.behind;

function placeOf(
	document: DocumentText,
	{ block, headings }: Omit<Anchor, 'rivals'>,
	start: number
): Pick<Hit, 'inBlock' | 'underHeadings'> {
	const now = document.blocks[blockAt(document, start)];
	return {
		inBlock: block !== null && now?.id === block.id,
		underHeadings: now !== undefined && headings.length > 0 && isSamePath(now.headings, headings)
	};
}

function isSamePath(now: readonly string[], then: readonly string[]): boolean {
	return now.length === then.length && now.every((heading, i) => heading === then[i]);
}

const startsOf = (letters: Letters, clue: string) =>
	clue.length < CLUE ? [] : indexesOf(letters.text, clue);
const endsOf = (letters: Letters, clue: string) =>
	startsOf(letters, clue).map((index) => index + clue.length);

function indexesOf(text: string, part: string): number[] {
	const indexes: number[] = [];
	if (part === '') return indexes;
	for (let i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + 1)) indexes.push(i);
	return indexes;
}

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
