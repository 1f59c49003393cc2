/** The fields of a case block as words, for the reading view. */
import type { ReadingBlock } from '#lib/casework/read-blocks.ts';
import { blockSpec } from '#lib/casework/block-specs.ts';
import { wordsFor } from '#lib/casework/codes.ts';
import { formatDay } from '#lib/casework/dates.ts';

/** What people call the block; null when it is not a case block that we know. */
export function readingSpec(block: ReadingBlock): string | null {
	const spec = blockSpec(block.name);
	if (!spec) return null;
	const own = [block.attributes.label, block.attributes.kind].find(
		(word) => typeof word === 'string' && word !== ''
	);
	return spec.name === 'caseBlock' && typeof own === 'string' ? own : spec.label;
}

export function readingWords(
	block: ReadingBlock
): readonly { attribute: string; label: string; words: string }[] {
	const spec = blockSpec(block.name);
	return (spec?.fields ?? []).flatMap((field) => {
		const value = block.attributes[field.attribute];
		if (typeof value !== 'string' || value === '') return [];
		const { attribute, label } = field;
		if (field.kind === 'choice') return [{ attribute, label, words: wordsFor(field.choices, value) }];
		if (field.kind === 'date')
			return [{ attribute, label, words: wordsFor(field.also ?? [], formatDay(value)) }];
		return [{ attribute, label, words: value }];
	});
}
