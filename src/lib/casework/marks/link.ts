/** A link to a web page, an address to write to or a number to call, and to nothing else. */
import { Mark } from '@tiptap/core';
import { readWebAddress } from '../web-address.ts';

export const Link = Mark.create({
	name: 'link',
	priority: 1000,
	inclusive: false,
	addAttributes: () => ({
		href: {
			default: null,
			parseHTML: (element: HTMLElement) => readWebAddress(element.getAttribute('href') ?? '')
		}
	}),
	parseHTML: () => [
		{
			tag: 'a[href]',
			getAttrs: (element) => readWebAddress(element.getAttribute('href') ?? '') !== null && null
		}
	],
	renderHTML: ({ HTMLAttributes }) => {
		// checked again: the address may come from another device
		const href = typeof HTMLAttributes.href === 'string' ? readWebAddress(HTMLAttributes.href) : null;
		return ['a', href === null ? {} : { href, rel: 'noopener noreferrer nofollow', target: '_blank' }, 0];
	}
});
