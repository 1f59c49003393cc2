/**
 * What every block carries: an `id` by which comments, links and other documents find it (filled for blocks that the
 * user makes, never to repair what others sent), `data` for later features, and a `hint` that stands in empty text.
 */
import { Extension } from '@tiptap/core';
import { blockSpecs } from '../block-specs.ts';
import { jsonAttribute, textAttribute } from './define-block.ts';

/** Nodes that have an id. */
export const blocksWithId = [
	'paragraph',
	'heading',
	'blockTitle',
	'field',
	'bulletList',
	'orderedList',
	'listItem',
	'taskList',
	'taskItem',
	'blockquote',
	'table',
	'tableRow',
	'tableHeader',
	'tableCell',
	'horizontalRule',
	...blockSpecs.map((spec) => spec.name)
];

const withHint = ['paragraph', 'heading', 'blockTitle', 'field'];

export const CommonAttributes = Extension.create({
	name: 'commonAttributes',
	addGlobalAttributes: () => [
		{ types: blocksWithId, attributes: { id: textAttribute('id'), data: jsonAttribute('data') } },
		{ types: withHint, attributes: { hint: textAttribute('hint') } }
	]
});
