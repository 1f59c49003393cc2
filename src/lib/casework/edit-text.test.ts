import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { editText } from './edit-text.ts';

const textWith = (content: string) => {
	const text = new Y.Doc().getText('t');
	text.insert(0, content);
	return text;
};

test('whatever was typed, the text reads as the input does', () => {
	fc.assert(
		fc.property(
			fc.string({ unit: 'grapheme' }),
			fc.string({ unit: 'grapheme' }),
			fc.nat(20),
			(before, after, caret) => {
				const text = textWith(before);
				editText(text, after, Math.min(caret, after.length));
				expect(text.toJSON()).toBe(after);
			}
		),
		{ seed: 20261122 }
	);
});

test('only what changed is sent', () => {
	const text = textWith('needs housing soon');
	const deltas: unknown[] = [];
	text.observe((event) => deltas.push(event.delta));
	editText(text, 'needs safe housing soon');
	expect(deltas).toEqual([[{ retain: 6 }, { insert: 'safe ' }]]);
});

test('the caret tells which of two equal letters was typed', () => {
	const text = textWith('ab');
	const deltas: unknown[] = [];
	text.observe((event) => deltas.push(event.delta));
	editText(text, 'aab', 1);
	expect(deltas).toEqual([[{ insert: 'a' }]]);
});

test('an emoji is never cut in two', () => {
	const text = textWith('😀');
	const deltas: { insert?: unknown }[][] = [];
	text.observe((event) => deltas.push(event.delta));
	editText(text, '😁');
	expect(text.toJSON()).toBe('😁');
	expect(deltas.flat().map((part) => part.insert)).toContain('😁');
});
