/**
 * Does this still read like the quote? Promises: 0 for other words, 1 for the same, and between them how much of both
 * is common to both; bounded work whatever the lengths.
 */

/** Above this many steps words are compared, not letters. */
const MOST_STEPS = 200_000;

export function likeness(one: string, other: string): number {
	if (one === other) return 1;
	if (one === '' || other === '') return 0;
	const words = byWords(one, other);
	return one.length * other.length > MOST_STEPS ? words : Math.max(words, byLetters(one, other));
}

/** 1 − edit distance / length of the longer. */
function byLetters(one: string, other: string): number {
	const longest = Math.max(one.length, other.length);
	const [a, b] = withoutCommonEnds([...one], [...other]);
	let row = Array.from({ length: b.length + 1 }, (_, i) => i);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}
		row = next;
	}
	return 1 - (row[b.length] ?? 0) / longest;
}

/** Common words in their order, weighed by their lengths, as a share of all words of both. */
function byWords(one: string, other: string): number {
	const [left, right] = [wordsOf(one), wordsOf(other)];
	const [a, b] = withoutCommonEnds(left, right);
	const all = weigh(left) + weigh(right);
	if (all === 0) return 0;
	const ends = weigh(left) - weigh(a);
	if (a.length * b.length > MOST_STEPS) return (2 * ends) / all;
	let row = new Array<number>(b.length + 1).fill(0);
	for (const word of a) {
		const next = [0];
		for (let j = 1; j <= b.length; j++) {
			const common = word === b[j - 1] ? (row[j - 1] ?? 0) + word.length : 0;
			next.push(Math.max(common, row[j] ?? 0, next[j - 1] ?? 0));
		}
		row = next;
	}
	return (2 * (ends + (row[b.length] ?? 0))) / all;
}

function withoutCommonEnds<T>(one: readonly T[], other: readonly T[]): [readonly T[], readonly T[]] {
	const most = Math.min(one.length, other.length);
	let before = 0;
	while (before < most && one[before] === other[before]) before++;
	let behind = 0;
	while (behind < most - before && one[one.length - 1 - behind] === other[other.length - 1 - behind])
		behind++;
	return [one.slice(before, one.length - behind), other.slice(before, other.length - behind)];
}

const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
const weigh = (words: readonly string[]) => words.reduce((sum, word) => sum + word.length, 0);
