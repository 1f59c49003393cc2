import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	beginningOf,
	callable,
	mentions,
	mentionsIn,
	partsOf,
	readable,
	typedName,
	whoIsMeant,
	withMentions,
	withoutMentions
} from './mentions.ts';
import { MAX_TEXT } from './bounds.ts';

const people = [
	{ person: 'p1', name: 'Ana' },
	{ person: 'p2', name: 'Ana María Núñez' },
	{ person: 'p3', name: '王芳' },
	{ person: 'p4', name: "Seán O'Brien" },
	{ person: 'p5', name: 'Ana' },
	{ person: 'p6', name: ' ' }
];
const named = (words: string) => mentionsIn(words, people).map(({ person }) => person);
const nameOf = (person: string) => people.find((one) => one.person === person)?.name ?? 'Somebody';

describe('Naming somebody', () => {
	test.each([
		['the longest name counts', '@Ana María Núñez, please', ['p2']],
		['accents and capitals do not', 'Ask @ana maria nunez', ['p2']],
		['a name is not the beginning of another word', '@Anabel and @Ana', ['p1']],
		['nor is an address a mention', 'write to info@ana or cc@Ana', []],
		['signs end a name', '(@Ana) @Ana: @Ana’s', ['p1', 'p1', 'p1']],
		['no space is needed where none is written', '请问@王芳今天来吗', ['p3']],
		['apostrophes belong to it', "@Seán O'Brien knows", ['p4']],
		['of two with one name the second is told apart', '@Ana and @Ana (2)', ['p1', 'p5']],
		['an @ alone names nobody', 'at @ 3 pm @', []]
	])('%s', (_, words, expected) => expect(named(words)).toEqual(expected));

	test('what is kept is the person, so it is read with the name of today', () => {
		const text = withMentions('Is @Ana María Núñez there? @王芳不在', people);
		expect(text).not.toMatch(/Núñez|王芳/);
		expect(partsOf(text)).toEqual([
			{ type: 'words', words: 'Is ' },
			{ type: 'mention', person: 'p2' },
			{ type: 'words', words: ' there? ' },
			{ type: 'mention', person: 'p3' },
			{ type: 'words', words: '不在' }
		]);
		expect([mentions(text, 'p2'), mentions(text, 'p1')]).toEqual([true, false]);
		expect(readable(text, (person) => (person === 'p2' ? 'Ana Pérez' : nameOf(person)))).toBe(
			'Is @Ana Pérez there? @王芳不在'
		);
		expect(readable('\u2068@nobody\u2069?', nameOf)).toBe('@Somebody?');
	});

	test('going on writing leaves it a mention', () => {
		fc.assert(
			fc.property(
				fc.array(
					fc.oneof(fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5'), fc.constantFrom(' and ', '. ', '\n'))
				),
				(parts) => {
					const text = parts.map((part) => (part.startsWith('p') ? `\u2068@${part}\u2069 ` : part)).join('');
					expect(withMentions(withoutMentions(text, people, nameOf), people)).toBe(text);
				}
			),
			{ seed: 4, numRuns: 300 }
		);
	});

	test('nobody is named by bytes that were pasted', () => {
		expect(partsOf(withMentions('see \u2068@p4\u2069', people)).every(({ type }) => type === 'words')).toBe(
			true
		);
	});

	test('never makes a text longer than a message may be', () => {
		const words = '@Ana '.repeat(MAX_TEXT / 5);
		const text = withMentions(words, [{ person: 'x'.repeat(22), name: 'Ana' }]);
		expect(text.length).toBeLessThanOrEqual(MAX_TEXT);
		expect(readable(text, () => 'Ana')).toBe(words);
	});

	test('a beginning cuts no mention in two', () => {
		for (let most = 0; most < 30; most++) {
			const begun = beginningOf(`\u2068@p2\u2069 and \u2068@p3\u2069 went`, most);
			expect(begun).not.toMatch(/\u2068(?!@\w+\u2069)/);
		}
		expect(beginningOf('short', 10)).toBe('short');
	});
});

describe('Suggesting somebody', () => {
	test('is asked after an @ that begins a word, up to the caret', () => {
		expect(typedName('Ask @an', 7)).toEqual({ from: 4, typed: 'an' });
		expect(typedName('Ask @ana mar', 12)).toEqual({ from: 4, typed: 'ana mar' });
		expect(typedName('你好@王', 4)).toEqual({ from: 2, typed: '王' });
		expect(typedName('@', 1)).toEqual({ from: 0, typed: '' });
		for (const [words, caret] of [
			['mail@an', 7],
			['@ 3 pm', 6],
			['@an\n', 4],
			['x', 1]
		] as const)
			expect(typedName(words, caret)).toBeNull();
	});

	test('finds by the beginning of any name, without accents; beginnings of the whole name first', () => {
		expect(whoIsMeant(people, 'ana').map(({ call }) => call)).toEqual(['Ana', 'Ana María Núñez', 'Ana (2)']);
		expect(whoIsMeant(people, 'nun').map(({ person }) => person)).toEqual(['p2']);
		expect(whoIsMeant(people, "o'b").map(({ person }) => person)).toEqual([]);
		expect(whoIsMeant(people, 'bri').map(({ person }) => person)).toEqual(['p4']);
		expect(whoIsMeant(people, '王').map(({ person }) => person)).toEqual(['p3']);
		expect(whoIsMeant(people, 'zz')).toEqual([]);
		expect(callable(people)).toHaveLength(5);
	});
});
