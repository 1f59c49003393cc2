import { expect, test } from 'vitest';
import { excerptAt, findWords, plainText, wordsOf } from './search-words.ts';

const finds = (text: string, query: string) => findWords(plainText(text), wordsOf(query));

test('accents and capitals do not matter, and all words must be there', () => {
	expect(finds('Le Centre d’hébergement Élan', 'elan hebergement')).toBe(12);
	expect(finds('Le Centre d’hébergement Élan', 'elan hotel')).toBeNull();
	expect(finds('anything', '   ')).toBeNull();
});

test('a word is found from its beginning, not from its middle', () => {
	expect(finds('A symptom, said Tom', 'tom')).toBe(16);
	expect(finds('A symptom', 'tom')).toBeNull();
});

test('Chinese is found by its words, wherever they stand', () => {
	expect(finds('王女士需要住房和交通补助', '交通 住房')).toBe(5);
	expect(finds('王女士需要住房', '医院')).toBeNull();
});

test('an excerpt is short and holds the place', () => {
	const text = `${'before '.repeat(40)}the eviction notice came${' after'.repeat(40)}`;
	const excerpt = excerptAt(text, text.indexOf('eviction'));
	expect(excerpt).toContain('eviction notice');
	expect(excerpt.length).toBeLessThan(200);
	expect(excerptAt('short', 0)).toBe('short');
});
