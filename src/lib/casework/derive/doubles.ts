/**
 * Two people carried the same piece over while apart: the document then holds it twice, under one id. Of such doubles
 * the first is shown, and every other one that nobody has touched is left out wherever the document is read.
 *
 * Left out, not deleted: a colleague offline may be typing into it. As soon as their words arrive it is touched, and
 * shown again.
 */
import type { ReadingBlock, ReadingPart } from '../read-blocks.ts';
import { sourceInData } from './carried.ts';
import { deepHashOf } from './content.ts';
import { isCarriedId, readSource, type Source } from './source.ts';

/** Is this block, met in the order of the document, an untouched double? `seen` collects the ids of carried blocks. */
export function isDouble(block: ReadingBlock, seen: Set<string>): boolean {
	const id = block.attributes.id;
	if (typeof id !== 'string' || !isCarriedId(id)) return false;
	if (!seen.has(id)) {
		seen.add(id);
		return false;
	}
	return isUntouched(block);
}

/** As it was carried over, with all that stands in it. */
function isUntouched(block: ReadingBlock): boolean {
	return sourceOf(block)?.made === deepHashOf(block);
}

export function withoutDoubles(
	parts: readonly ReadingPart[],
	seen = new Set<string>()
): readonly ReadingPart[] {
	return parts.flatMap((part): readonly ReadingPart[] => {
		if (part.type === 'text') return [part];
		return isDouble(part, seen) ? [] : [{ ...part, content: withoutDoubles(part.content, seen) }];
	});
}

/** Lines and rows have no attribute of their own for it. */
function sourceOf(block: ReadingBlock): Source | null {
	return readSource(block.attributes.source) ?? sourceInData(block);
}
