/** A named value inside a generic block. Its text merges; `value` holds what a machine reads: a code, a date, cents. */
import { Node } from '@tiptap/core';
import { textAttribute } from './define-block.ts';

export const FieldNode = Node.create({
	name: 'field',
	content: 'inline*',
	defining: true,
	addAttributes: () => ({
		name: textAttribute('name'),
		label: textAttribute('label'),
		value: textAttribute('value')
	}),
	parseHTML: () => [{ tag: 'p[data-field]', priority: 60 }],
	renderHTML: ({ HTMLAttributes }) => ['p', { ...HTMLAttributes, 'data-field': '' }, 0]
});
