/** A picture. The bytes are an encrypted file of the case, named by `file`; here stands only what describes it. */
import { Node } from '@tiptap/core';
import { textAttribute } from './define-block.ts';

export const Image = Node.create({
	name: 'image',
	group: 'block',
	atom: true,
	addAttributes: () => ({
		file: textAttribute('file'),
		mime: textAttribute('mime'),
		alt: textAttribute('alt'),
		caption: textAttribute('caption'),
		width: textAttribute('width'),
		height: textAttribute('height')
	}),
	parseHTML: () => [{ tag: 'figure[data-image]' }],
	renderHTML: ({ node, HTMLAttributes }) => [
		'figure',
		{ ...HTMLAttributes, 'data-image': '' },
		['figcaption', {}, pictureWords(node.attrs)]
	]
});

function pictureWords(attributes: Record<string, unknown>): string {
	const words = [attributes.caption, attributes.alt].find((text) => typeof text === 'string' && text !== '');
	return typeof words === 'string' ? `Picture: ${words}` : 'Picture';
}
