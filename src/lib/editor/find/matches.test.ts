import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findMatches } from './matches.ts';

test('case and accents do not matter, in the text or in what is looked for', () => {
	expect(findMatches('L’État et l’etat', 'ETAT')).toEqual([
		{ from: 2, to: 6 },
		{ from: 12, to: 16 }
	]);
	expect(findMatches('住房 and 住房', '住房')).toHaveLength(2);
	expect(findMatches('İstanbul ﬁne', 'ne')).toEqual([{ from: 10, to: 12 }]);
});

test('nothing is found by nothing, and matches do not overlap', () => {
	expect(findMatches('words', '')).toEqual([]);
	expect(findMatches('aaaa', 'aa')).toEqual([
		{ from: 0, to: 2 },
		{ from: 2, to: 4 }
	]);
});

test('a text that holds the words is found where they are', () => {
	fc.assert(
		fc.property(fc.string(), fc.string({ minLength: 1 }), fc.string(), (before, words, after) => {
			const found = findMatches(before + words + after, words);
			expect(found.length).toBeGreaterThan(0);
			for (const { from, to } of found) expect(to - from).toBe(words.length);
		})
	);
});
