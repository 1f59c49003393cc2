/** The pieces that templates are made of. A change here changes the bytes of published templates: templates.test.ts says so. */
import { blockSpec } from '../block-specs.ts';
import type { SeedBlock } from './seed.ts';

type Attributes = Readonly<Record<string, string>>;

export const section = (text: string): SeedBlock => ({ type: 'heading', attributes: { level: 2 }, text });
export const subsection = (text: string): SeedBlock => ({ type: 'heading', attributes: { level: 3 }, text });
export const words = (text: string): SeedBlock => ({ type: 'paragraph', text });
/** An empty line to write in, and what it asks for. */
export const lines = (hint: string): SeedBlock => ({ type: 'paragraph', attributes: { hint } });
export const quote = (hint: string): SeedBlock => ({ type: 'blockquote', content: [lines(hint)] });

export const bullets = (...hints: string[]): SeedBlock => ({
	type: 'bulletList',
	content: hints.map((hint) => ({ type: 'listItem', content: [lines(hint)] }))
});

export const ticks = (...texts: string[]): SeedBlock => ({
	type: 'taskList',
	content: texts.map((text) => ({ type: 'taskItem', attributes: { checked: false }, content: [words(text)] }))
});

const oneCell = { colspan: 1, rowspan: 1 };

/** A table with a row of headings; `null` is an empty cell. */
export const table = (
	headings: readonly string[],
	rows: readonly (readonly (string | null)[])[]
): SeedBlock => ({
	type: 'table',
	content: [
		{
			type: 'tableRow',
			content: headings.map((text) => ({ type: 'tableHeader', attributes: oneCell, content: [words(text)] }))
		},
		...rows.map((row) => ({
			type: 'tableRow',
			content: row.map((text) => ({
				type: 'tableCell',
				attributes: oneCell,
				content: [text === null ? { type: 'paragraph' } : words(text)]
			}))
		}))
	]
});

/** A case block as the `/` menu would make it: title, named texts, and what stands in it. `hint` asks in its title. */
export function block(
	type: string,
	{ hint, title, ...attributes }: Attributes = {},
	inside: readonly SeedBlock[] = []
): SeedBlock {
	const texts = (blockSpec(type)?.texts ?? []).map((text): SeedBlock => ({
		type: 'field',
		attributes: { ...text }
	}));
	return {
		type,
		attributes,
		content: [
			{
				type: 'blockTitle',
				...(hint === undefined ? {} : { attributes: { hint } }),
				...(title === undefined ? {} : { text: title })
			},
			...texts,
			...inside
		]
	};
}

/** The same with one hint in other words: for the next version of a template whose bytes are frozen. */
export function reworded(content: readonly SeedBlock[], hint: string, better: string): readonly SeedBlock[] {
	return content.map((part) => {
		const attributes =
			part.attributes?.hint === hint ? { ...part.attributes, hint: better } : part.attributes;
		return {
			...part,
			...(attributes && { attributes }),
			...(part.content && { content: reworded(part.content, hint, better) })
		};
	});
}
