/** Which words somebody means who has selected a little too much, or nothing. */
import type { Node } from '@tiptap/pm/model';
import { textBlocksOf, type Range } from './text-of-document.ts';

const LETTER = /[\p{L}\p{N}\p{M}'’-]/u;
const EMPTY = /[\s\ufffc]/;

/** The word at a position; empty where there is none. */
export function wordAt(doc: Node, position: number): Range {
	const line = textBlocksOf(doc).find(({ from, text }) => position >= from && position <= from + text.length);
	if (!line) return { from: position, to: position };
	let [from, to] = [position - line.from, position - line.from];
	while (from > 0 && LETTER.test(line.text.charAt(from - 1))) from--;
	while (to < line.text.length && LETTER.test(line.text.charAt(to))) to++;
	return { from: line.from + from, to: line.from + to };
}

/** From the first letter to the last; null where there is none. */
export function withoutSpace(doc: Node, range: Range): Range | null {
	let words = null as Range | null;
	for (const line of textBlocksOf(doc)) {
		if (line.from > range.to) break;
		let from = Math.max(0, range.from - line.from);
		let to = Math.min(line.text.length, range.to - line.from);
		while (from < to && EMPTY.test(line.text.charAt(from))) from++;
		while (to > from && EMPTY.test(line.text.charAt(to - 1))) to--;
		if (from < to) words = { from: words?.from ?? line.from + from, to: line.from + to };
	}
	return words;
}
