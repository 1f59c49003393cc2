/**
 * Reads a document without any schema, so that an app can show what a newer app wrote, word for word [V1].
 *
 * Promises: every character of the document is in the tree, whatever nodes and marks it stands in; never writes to the
 * document; never throws on odd content.
 */
import * as Y from 'yjs';
import { disagreementsOf, type Disagreement } from './both-values.ts';

export interface ReadingMark {
	readonly name: string;
	readonly attributes: Readonly<Record<string, unknown>>;
}
export interface ReadingText {
	readonly type: 'text';
	readonly text: string;
	readonly marks: readonly ReadingMark[];
}
export interface ReadingBlock {
	readonly type: 'block';
	/** Node name as stored: 'paragraph', 'goal', or one this app has never heard of. */
	readonly name: string;
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly content: readonly ReadingPart[];
	/** Values that wait for somebody to pick; missing when there are none. */
	readonly open?: readonly Disagreement[];
}
export type ReadingPart = ReadingText | ReadingBlock;

/** Deeper than any person nests; below it the text goes on without its structure. */
const MAX_DEPTH = 64;

export function readBlocks(fragment: Y.XmlFragment): readonly ReadingPart[] {
	return readChildren(fragment, 0);
}

/** All text of a tree, blocks separated by line breaks. */
export function textOf(parts: readonly ReadingPart[]): string {
	return parts
		.map((part) =>
			part.type === 'text' ? part.text : `${textOf(part.content)}${isInline(part, parts) ? '' : '\n'}`
		)
		.join('');
}

/** A node that stands among text is a part of the line: a line break, a chip. */
export function isInline(part: ReadingBlock, siblings: readonly ReadingPart[]): boolean {
	return (
		part.name === 'hardBreak' || part.name === 'chip' || siblings.some((sibling) => sibling.type === 'text')
	);
}

function readChildren(parent: Y.XmlFragment, depth: number): ReadingPart[] {
	return parent.toArray().flatMap((child): ReadingPart[] => {
		if (child instanceof Y.XmlText) return readText(child);
		if (!(child instanceof Y.XmlElement)) return [];
		const content = readChildren(child, depth + 1);
		if (depth >= MAX_DEPTH) return content;
		const open = disagreementsOf(child)?.open ?? [];
		const block = {
			type: 'block' as const,
			name: child.nodeName,
			attributes: child.getAttributes(),
			content
		};
		return [open.length > 0 ? { ...block, open } : block];
	});
}

function readText(text: Y.XmlText): ReadingText[] {
	const delta = text.toDelta() as { insert?: unknown; attributes?: Record<string, unknown> }[];
	return delta.flatMap(({ insert, attributes }) =>
		typeof insert === 'string'
			? [{ type: 'text' as const, text: insert, marks: readMarks(attributes ?? {}) }]
			: []
	);
}

function readMarks(attributes: Record<string, unknown>): ReadingMark[] {
	return Object.entries(attributes).map(([key, value]) => ({
		name: markName(key),
		attributes: typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
	}));
}

/** y-tiptap stores marks that may overlap as `name--hash`. */
export function markName(key: string): string {
	return key.replace(/--[a-zA-Z0-9+/=]{8}$/, '');
}
