import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { countWords, outlineOf } from './outline.ts';
import { readBlocks, type ReadingPart } from './read-blocks.ts';
import { BODY_FIELD } from './schema-version.ts';
import { templateUpdate } from './templates.ts';

const text = (words: string): ReadingPart => ({ type: 'text', text: words, marks: [] });
const node = (name: string, attributes: Record<string, unknown>, ...content: ReadingPart[]): ReadingPart => ({
	type: 'block',
	name,
	attributes,
	content
});

test('headings and goals with words are in the outline, steps and empty ones are not', () => {
	const parts = [
		node('heading', { level: 1, id: 'a' }, text('Plan')),
		node('heading', { level: 2, id: 'b' }),
		node('heading', { level: 2, id: 'c' }, text('Goals')),
		node(
			'goal',
			{ id: 'd' },
			node('blockTitle', {}, text('Find '), text('housing')),
			node('step', { id: 'e' }, node('blockTitle', {}, text('Call')))
		),
		node('goal', { id: 'f' }, node('blockTitle', {}))
	];
	expect(outlineOf(parts)).toEqual([
		{ id: 'a', text: 'Plan', level: 1, kind: 'heading' },
		{ id: 'c', text: 'Goals', level: 2, kind: 'heading' },
		{ id: 'd', text: 'Find housing', level: 3, kind: 'goal' }
	]);
});

test('a template gives an outline from the first moment', async () => {
	const doc = new Y.Doc();
	Y.applyUpdate(doc, (await templateUpdate('safety-plan.1')) ?? new Uint8Array());
	expect(outlineOf(readBlocks(doc.getXmlFragment(BODY_FIELD))).map((entry) => entry.level)).toEqual(
		Array(8).fill(2)
	);
});

test.each([
	['', 0],
	['one  two\nthree', 3],
	['l’enfant won’t re-open 3.5 1,200', 5],
	['住房和食物 for two', 7],
	['— … !', 0]
])('%s', (words, count) => expect(countWords([node('paragraph', {}, text(words))])).toBe(count));

test('words of two lines are never one word', () => {
	expect(countWords([node('paragraph', {}, text('one')), node('paragraph', {}, text('two'))])).toBe(2);
});
