/**
 * The editor's document as the lines of text that comments are anchored in. Positions are the editor's own: a line's
 * character n stands at `from + n`, because everything in it takes as many characters as it takes positions.
 */
import type { Node } from '@tiptap/pm/model';
import type { TextBlock } from '#lib/discussion/anchor.ts';

export interface Range {
	readonly from: number;
	readonly to: number;
}

/** Stands for what is in a line and is no letter. */
const THING = '\ufffc';

const blocksOfDocuments = new WeakMap<Node, readonly TextBlock[]>();
const textsOfLines = new WeakMap<Node, string>();

export function textBlocksOf(doc: Node): readonly TextBlock[] {
	let blocks = blocksOfDocuments.get(doc);
	if (blocks === undefined) blocksOfDocuments.set(doc, (blocks = readLines(doc)));
	return blocks;
}

/** The words from one position to another, one line under the other, as they are shown to people. */
export function wordsBetween(doc: Node, from: number, to: number): string {
	return doc.textBetween(from, to, '\n', (node) => (node.type.name === 'hardBreak' ? '\n' : ''));
}

/** What stands in a range, one line under the other. */
export function textOf(doc: Node, range: Range): string {
	return linesIn(doc, range)
		.map(({ text }) => text)
		.join('\n');
}

/** Where a text stands in a range; null when it stands there not at all, or more than once. */
export function findOnce(doc: Node, range: Range, text: string): Range | null {
	const lines = linesIn(doc, range);
	const all = lines.map((line) => line.text).join('\n');
	const at = all.indexOf(text);
	if (text === '' || at < 0 || all.indexOf(text, at + 1) >= 0) return null;
	const positionOf = (offset: number) => {
		let start = 0;
		for (const line of lines) {
			if (offset <= start + line.text.length) return line.from + offset - start;
			start += line.text.length + 1;
		}
		return range.to;
	};
	return { from: positionOf(at), to: positionOf(at + text.length) };
}

function linesIn(doc: Node, { from, to }: Range): { from: number; text: string }[] {
	return textBlocksOf(doc)
		.filter((line) => line.from <= to && line.from + line.text.length >= from)
		.map((line) => {
			const start = Math.max(0, from - line.from);
			return { from: line.from + start, text: line.text.slice(start, Math.max(start, to - line.from)) };
		});
}

function readLines(doc: Node): TextBlock[] {
	const blocks: TextBlock[] = [];
	const headings: { level: number; text: string }[] = [];

	const read = (parent: Node, start: number, titles: readonly string[]) => {
		let within = titles;
		parent.forEach((node, offset) => {
			const from = start + offset + 1;
			if (!node.isTextblock) {
				read(node, from, within);
				return;
			}
			const text = textOfLine(node);
			const id: unknown = node.attrs.id;
			const level: unknown = node.type.name === 'heading' ? node.attrs.level : undefined;
			if (typeof level === 'number') while ((headings.at(-1)?.level ?? 0) >= level) headings.pop();
			blocks.push({
				id: typeof id === 'string' ? id : null,
				text,
				from,
				headings: [...headings.map((heading) => heading.text), ...within]
			});
			if (typeof level === 'number') headings.push({ level, text });
			if (node.type.name === 'blockTitle') within = [...titles, text];
		});
	};
	read(doc, 0, []);
	return blocks;
}

function textOfLine(line: Node): string {
	let text = textsOfLines.get(line);
	if (text === undefined) textsOfLines.set(line, (text = inlineText(line)));
	return text;
}

function inlineText(parent: Node): string {
	let text = '';
	parent.forEach((node) => {
		if (node.isText) text += node.text ?? '';
		else if (node.type.name === 'hardBreak') text += '\n';
		else if (node.isLeaf) text += THING;
		else text += THING + inlineText(node) + THING;
	});
	return text;
}
