/** Does a piece of the text still read as the quote does? */
import type { Quote } from './anchor.ts';
import { haveSameGaps, lettersOf } from './letters.ts';
import { likeness } from './likeness.ts';

/** `like`: a little edited. */
export type Reading = 'same' | 'like' | 'other';

/** Where the place is known and only the words are in doubt. */
const LIKE_ENOUGH = 0.7;

export function readsLike(text: string, quote: Quote, enough = LIKE_ENOUGH): Reading {
	const halves = halvesOf(quote);
	if (halves === null) return readsLikeWords(text, quote.exact, enough);
	const [head, tail] = halves;
	const share = Math.min(text.length, quote.length) / Math.max(text.length, quote.length);
	if (share < enough) return 'other';
	const ends = [
		readsLikeWords(text.slice(0, head.length), head, enough),
		readsLikeWords(text.slice(-tail.length), tail, enough)
	];
	if (ends.includes('other')) return 'other';
	return ends.includes('like') || text.length !== quote.length ? 'like' : 'same';
}

/** Of very long words only the ends are kept. */
export function isCut({ exact, length }: Quote): boolean {
	return length > exact.length;
}

/** Null when the whole words were kept. */
export function halvesOf(quote: Quote): readonly [string, string] | null {
	if (!isCut(quote)) return null;
	const { exact } = quote;
	const half = exact.length >> 1;
	return [exact.slice(0, half), exact.slice(half)];
}

function readsLikeWords(text: string, words: string, enough: number): Reading {
	if (text.trim() === '') return 'other';
	const [one, other] = [lettersOf(text), lettersOf(words)];
	if (one.text === other.text && haveSameGaps(one, 0, other, 0, one.text.length)) return 'same';
	return likeness(text, words) >= enough ? 'like' : 'other';
}
