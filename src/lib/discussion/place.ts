/** Where in the document something stands, as far as it tells one of several equal places from another. */
import type { Anchor } from './anchor.ts';
import { blockAt, type DocumentText } from './document-text.ts';

export interface Place {
	/** In the block that the anchor was made in. */
	readonly inBlock: boolean;
	/** Under the headings that the anchor was made under; never true where there were none. */
	readonly underHeadings: boolean;
}

export function placeOf(
	document: DocumentText,
	{ block, headings }: Omit<Anchor, 'rivals'>,
	start: number
): Place {
	const now = document.blocks[blockAt(document, start)];
	return {
		inBlock: block !== null && now?.id === block.id,
		underHeadings: now !== undefined && headings.length > 0 && isSamePath(now.headings, headings)
	};
}

function isSamePath(now: readonly string[], then: readonly string[]): boolean {
	return now.length === then.length && now.every((heading, i) => heading === then[i]);
}

export function indexesOf(text: string, part: string): number[] {
	const indexes: number[] = [];
	if (part === '') return indexes;
	for (let i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + 1)) indexes.push(i);
	return indexes;
}
