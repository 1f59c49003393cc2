/** The pieces that the sample case is written with. */
import { blockSpec } from '../block-specs.ts';
import type { TreeBlock, TreePart } from '../body-tree.ts';

const text = (words: string): readonly TreePart[] => (words === '' ? [] : [{ text: words }]);

export const section = (words: string): TreeBlock => ({
	type: 'heading',
	attributes: { level: 2 },
	content: text(words)
});
export const subsection = (words: string): TreeBlock => ({
	type: 'heading',
	attributes: { level: 3 },
	content: text(words)
});
export const says = (words: string): TreeBlock => ({ type: 'paragraph', content: text(words) });
export const quote = (...paragraphs: string[]): TreeBlock => ({
	type: 'blockquote',
	content: paragraphs.map(says)
});
export const bullets = (...items: string[]): TreeBlock => ({
	type: 'bulletList',
	content: items.map((item) => ({ type: 'listItem', content: [says(item)] }))
});
export const ticks = (...items: (readonly [words: string, checked: boolean])[]): TreeBlock => ({
	type: 'taskList',
	content: items.map(([words, checked]) => ({
		type: 'taskItem',
		attributes: { checked },
		content: [says(words)]
	}))
});

export function table(headings: readonly string[], ...rows: readonly (readonly string[])[]): TreeBlock {
	const row = (type: string, cells: readonly string[]): TreeBlock => ({
		type: 'tableRow',
		content: cells.map((cell) => ({ type, attributes: { colspan: 1, rowspan: 1 }, content: [says(cell)] }))
	});
	return {
		type: 'table',
		content: [row('tableHeader', headings), ...rows.map((cells) => row('tableCell', cells))]
	};
}

/** A case block. What its spec names as a text goes into that text, everything else is a value. */
export function block(
	type: string,
	title: string,
	facts: Readonly<Record<string, string>> = {},
	inside: readonly TreePart[] = []
): TreeBlock {
	const texts = blockSpec(type)?.texts ?? [];
	const isText = (name: string) => texts.some((one) => one.name === name);
	return {
		type,
		attributes: Object.fromEntries(Object.entries(facts).filter(([name]) => !isText(name))),
		content: [
			{ type: 'blockTitle', content: text(title) },
			...texts.map((one): TreeBlock => ({
				type: 'field',
				attributes: { ...one },
				content: text(facts[one.name] ?? '')
			})),
			...inside
		]
	};
}
