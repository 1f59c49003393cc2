/** A word that stands for something: a mention, a date, a place, a linked document. Generic, inline, one unit [V3]. */
import { Node } from '@tiptap/core';
import { jsonAttribute, textAttribute } from './define-block.ts';

export const Chip = Node.create({
	name: 'chip',
	group: 'inline',
	inline: true,
	atom: true,
	addAttributes: () => ({
		kind: textAttribute('kind'),
		ref: textAttribute('ref'),
		label: textAttribute('label'),
		value: textAttribute('value'),
		data: jsonAttribute('data')
	}),
	parseHTML: () => [{ tag: 'span[data-chip]' }],
	renderHTML: ({ node, HTMLAttributes }) => [
		'span',
		{ ...HTMLAttributes, 'data-chip': '' },
		typeof node.attrs.label === 'string' ? node.attrs.label : ''
	],
	renderText: ({ node }) => (typeof node.attrs.label === 'string' ? node.attrs.label : '')
});
