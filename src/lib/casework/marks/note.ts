/** The mark of which newer apps make new ones without a new mark type [V3]: `kind` names it. Several may overlap. */
import { Mark } from '@tiptap/core';
import { jsonAttribute, textAttribute } from '../blocks/define-block.ts';

export const Note = Mark.create({
	name: 'note',
	inclusive: false,
	excludes: '',
	addAttributes: () => ({
		kind: textAttribute('kind'),
		ref: textAttribute('ref'),
		data: jsonAttribute('data')
	}),
	parseHTML: () => [{ tag: 'span[data-note]' }],
	renderHTML: ({ HTMLAttributes }) => ['span', { ...HTMLAttributes, 'data-note': '' }, 0]
});
