/**
 * The words where they have been edited a little and nothing else knows their place.
 *
 * Must never do more than a bounded number of comparisons, however often a text says the same.
 */
import type { Anchor } from './anchor.ts';
import type { DocumentText } from './document-text.ts';
import { lettersOf, type Letters } from './letters.ts';
import { indexesOf, placeOf } from './place.ts';
import { halvesOf, isCut, readsLike } from './reading.ts';

export interface Edited {
	/** Offsets in the document's text. */
	readonly start: number;
	readonly end: number;
	readonly inBlock: boolean;
	/** False only where the words are so long that they are never looked for as a whole. */
	readonly changed: boolean;
}

const LIKE_ENOUGH_ELSEWHERE = 0.75;
/** Letters of context, or of an end of the quote, by which edited words are looked for. */
const CLUE = 12;
/** The same where only the ends of very long words were kept. */
const LONG_CLUE = 64;
/** Bounds the work in a text that says the same a thousand times. */
const MOST_COMPARED = 200;

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

const startsOf = (letters: Letters, clue: string) =>
	clue.length < CLUE ? [] : indexesOf(letters.text, clue);
const endsOf = (letters: Letters, clue: string) =>
	startsOf(letters, clue).map((index) => index + clue.length);
