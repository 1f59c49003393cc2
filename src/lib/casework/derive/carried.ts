/** Lines, quotes and rows of a text that were carried over. Blocks are not among them: they have a `source` of their own. */
import { textOf, type ReadingBlock, type ReadingPart } from '../read-blocks.ts';
import { readSource, type Source } from './source.ts';

export interface CarriedPiece extends Pick<Source, 'document' | 'block' | 'hash'> {
	/** Words of the heading under which it stands here. */
	readonly heading: string;
}

/** Each once, in the order of the text; at most `most`. */
export function carriedIn(parts: readonly ReadingPart[], most: number): readonly CarriedPiece[] {
	const found = new Map<string, CarriedPiece>();
	let heading = '';
	const visit = (part: ReadingPart) => {
		if (part.type === 'text') return;
		if (part.name === 'heading') heading = textOf(part.content).trim();
		const source = sourceInData(part);
		if (source !== null && found.size < most) {
			const { document, block, hash } = source;
			found.set(JSON.stringify([heading, document, block, hash]), { heading, document, block, hash });
		}
		part.content.forEach(visit);
	};
	parts.forEach(visit);
	return [...found.values()];
}

export function sourceInData({ attributes: { data } }: ReadingBlock): Source | null {
	return typeof data === 'object' && data !== null && 'source' in data ? readSource(data.source) : null;
}
