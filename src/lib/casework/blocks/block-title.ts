/** The title of a goal, a step or any other case block: text that one simply types. */
import { Node } from '@tiptap/core';

export const BlockTitle = Node.create({
	name: 'blockTitle',
	content: 'inline*',
	defining: true,
	parseHTML: () => [{ tag: 'p[data-block-title]', priority: 60 }],
	renderHTML: ({ HTMLAttributes }) => ['p', { ...HTMLAttributes, 'data-block-title': '' }, 0]
});
