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
	'image',
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

/** A new id: 72 random bits, 12 characters that are safe in HTML and in addresses. */
export function newBlockId(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(9));
	return btoa(String.fromCharCode(...bytes))
		.replaceAll('+', '-')
		.replaceAll('/', '_');
}
