/**
 * The words themselves, wherever they stand now.
 *
 * Promises: an ambiguous quote is decided by what stood around it, by its block and by the headings over it; where these
 * do not decide, nothing is found.
 */
import type { Anchor } from './anchor.ts';
import { blockAt, type DocumentText } from './document-text.ts';
import { haveSameGaps, isInsideWord, lettersOf, type Letters } from './letters.ts';
import { halvesOf, readsLike } from './reading.ts';

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

export interface Found {
	readonly start: number;
	readonly end: number;
	readonly layer: 'block' | 'quote' | 'heading';
}

/** Letters of quote and context together that must agree before words are taken for the same words. */
const ENOUGH_LETTERS = 24;
/** Letters of context by which one of several must be ahead. */
const AHEAD = 4;
const LIKE_ENOUGH_ELSEWHERE = 0.75;
/** Letters of context, or of an end of the quote, by which edited words are looked for. */
const CLUE = 12;

export function findExact(document: DocumentText, anchor: Anchor): readonly Hit[] {
	const { quote } = anchor;
	if (halvesOf(quote) !== null) return [];
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

/** The one of the hits that is the quote beyond doubt. */
export function mostLike(anchor: Anchor, hits: readonly Hit[]): Found | null {
	const length = lettersOf(anchor.quote.exact).text.length;
	const sorted = [...hits].sort((a, b) => b.before + b.behind - a.before - a.behind);
	const [best] = sorted;
	if (best === undefined) return null;
	const context = best.before + best.behind;
	const rivals = sorted.filter((hit) => hit.before + hit.behind > context - AHEAD);
	const isEnough = (hit: Hit) => length + hit.before + hit.behind >= ENOUGH_LETTERS;
	const decided = decide(rivals);
	return decided !== null && isEnough(decided.hit) ? foundAt(decided.hit, decided.layer) : null;
}

function decide(rivals: readonly Hit[]): { hit: Hit; layer: Found['layer'] } | null {
	const inBlock = rivals.filter((hit) => hit.inBlock);
	const [there] = inBlock;
	if (inBlock.length === 1 && there) return { hit: there, layer: 'block' };
	if (inBlock.length > 1) return null;
	const [only] = rivals;
	if (rivals.length === 1 && only) return { hit: only, layer: 'quote' };
	const underHeadings = rivals.filter((hit) => hit.underHeadings);
	const [under] = underHeadings;
	return underHeadings.length === 1 && under ? { hit: under, layer: 'heading' } : null;
}

/** Words edited a little and moved: found by their own ends and by what stood around them. */
export function findEdited(document: DocumentText, anchor: Anchor): Found | null {
	const { letters, text } = document;
	const { quote } = anchor;
	const [head, tail] = halvesOf(quote) ?? [quote.exact, quote.exact];
	const wordsHead = lettersOf(head).text;
	const wordsTail = lettersOf(tail).text;
	const starts = new Set([
		...endsOf(letters, lettersOf(quote.prefix).text.slice(-CLUE)),
		...startsOf(letters, wordsHead.slice(0, CLUE))
	]);
	const ends = new Set([
		...startsOf(letters, lettersOf(quote.suffix).text.slice(0, CLUE)),
		...endsOf(letters, wordsTail.slice(-CLUE))
	]);
	const candidates: Found[] = [];
	for (const first of starts) {
		for (const behind of ends) {
			const start = letters.at[first] ?? 0;
			const end = (letters.at[behind - 1] ?? 0) + 1;
			if (end - start > quote.length * 1.6 || end - start < quote.length * 0.6) continue;
			if (readsLike(text.slice(start, end), quote, LIKE_ENOUGH_ELSEWHERE) === 'other') continue;
			const { inBlock } = placeOf(document, anchor, start);
			candidates.push({ start, end, layer: inBlock ? 'block' : 'quote' });
		}
	}
	const [only] = candidates;
	return candidates.length === 1 && only ? only : null;
}

function foundAt({ start, end }: Hit, layer: Found['layer']): Found {
	return { start, end, layer };
}

function placeOf(
	document: DocumentText,
	{ block, headings }: Anchor,
	start: number
): Pick<Hit, 'inBlock' | 'underHeadings'> {
	const now = document.blocks[blockAt(document, start)];
	return {
		inBlock: block !== null && now?.id === block.id,
		underHeadings: now !== undefined && isSamePath(now.headings, headings)
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
