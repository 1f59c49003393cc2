/**
 * The caller's blocks as one text with a way back to the caller's positions. Built once for each list of blocks, however
 * many anchors are looked up in it.
 */
import type { TextBlock } from './anchor.ts';
import { lettersOf, type Letters } from './letters.ts';

export interface DocumentText {
	readonly blocks: readonly TextBlock[];
	/** All blocks, "\n" between them. */
	readonly text: string;
	readonly letters: Letters;
	/** Offset in `text` at which each block begins. */
	readonly starts: readonly number[];
	/** Position at which each block begins. */
	readonly froms: readonly number[];
}

export const MAX_QUOTE = 2_000;
export const MAX_CONTEXT = 32;

const built = new WeakMap<readonly TextBlock[], DocumentText>();

/** The list of blocks must not change afterwards: a changed document is another list. */
export function textOf(blocks: readonly TextBlock[]): DocumentText {
	const known = built.get(blocks);
	if (known !== undefined) return known;
	const starts: number[] = [];
	let length = 0;
	for (const block of blocks) {
		starts.push(length);
		length += block.text.length + 1;
	}
	const text = blocks.map((block) => block.text).join('\n');
	const froms = blocks.map((block) => block.from);
	const document = { blocks, text, letters: lettersOf(text), starts, froms };
	built.set(blocks, document);
	return document;
}

/** Between two blocks: the end of the one before, or (`side` 1) the beginning of the next. */
export function offsetOf(document: DocumentText, position: number, side: -1 | 1): number {
	const { blocks, starts, froms } = document;
	const index = lastAtOrBefore(froms, position);
	const block = blocks[index];
	if (block === undefined) return 0;
	const inside = position - block.from;
	const isBehind = inside > block.text.length && side === 1 && index + 1 < blocks.length;
	return isBehind ? (starts[index + 1] ?? 0) : (starts[index] ?? 0) + Math.min(inside, block.text.length);
}

export function positionOf(document: DocumentText, offset: number): number {
	const index = blockAt(document, offset);
	const block = document.blocks[index];
	return block === undefined ? 0 : block.from + offset - (document.starts[index] ?? 0);
}

export function blockAt(document: DocumentText, offset: number): number {
	return lastAtOrBefore(document.starts, offset);
}

/** Index of the last that is not above `most`; -1 if all are. */
function lastAtOrBefore(ascending: readonly number[], most: number): number {
	let [low, high] = [0, ascending.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((ascending[middle] ?? 0) <= most) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}
