/** The fields of a case block as words, for the reading view. */
import type { BlockSpec, Field } from '#lib/casework/blocks/block-spec.ts';
import { blockSpec } from '#lib/casework/block-specs.ts';
import { fieldWords } from '#lib/casework/field-words.ts';
import { textOf, type ReadingBlock } from '#lib/casework/read-blocks.ts';

/** The block as data; null when it is not a case block that we know. */
export function readingSpec(block: ReadingBlock): BlockSpec | null {
	const spec = blockSpec(block.name);
	if (spec?.name !== 'caseBlock') return spec;
	const own = [block.attributes.label, block.attributes.kind].find(
		(word) => typeof word === 'string' && word !== ''
	);
	return typeof own === 'string' ? { ...spec, label: own } : spec;
}

export function readingWords(block: ReadingBlock): readonly { field: Field; value: string; words: string }[] {
	return (blockSpec(block.name)?.fields ?? []).flatMap((field) => {
		const value = block.attributes[field.attribute];
		const words = fieldWords(field, value);
		return words === '' ? [] : [{ field, value: String(value), words }];
	});
}

/** The case blocks in a block, as its chart or its sums want them. */
export function readingChildren(block: ReadingBlock) {
	return block.content.flatMap((child) => {
		if (child.type !== 'block' || blockSpec(child.name) === null) return [];
		const title = child.content.find((part) => part.type === 'block' && part.name === 'blockTitle');
		return [{ name: child.name, attributes: child.attributes, title: title ? textOf([title]).trim() : '' }];
	});
}

/** As in blocks/blank.ts, for the reading view. */
export function isBlankReading(block: ReadingBlock): boolean {
	const given = blockSpec(block.name)?.carriesOn ?? [];
	const noValues = Object.entries(block.attributes).every(
		([name, value]) => name === 'id' || value === '' || given.includes(name)
	);
	return (
		(noValues || blockSpec(block.name) === null) &&
		block.content.every((part) => (part.type === 'text' ? part.text === '' : isBlankReading(part)))
	);
}
