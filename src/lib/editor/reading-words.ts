/** The fields of a case block as words, for the reading view. */
import { createContext } from 'svelte';
import type { Disagreement } from '#lib/casework/both-values.ts';
import type { BlockSpec, Field } from '#lib/casework/blocks/block-spec.ts';
import { blockSpec } from '#lib/casework/block-specs.ts';
import type { Picture } from '#lib/casework/pictures.ts';
import { fieldWords } from '#lib/casework/field-words.ts';
import { textOf, type ReadingBlock, type ReadingPart } from '#lib/casework/read-blocks.ts';

/** The block as data; null when it is not a case block that we know. */
export function readingSpec(block: ReadingBlock): BlockSpec | null {
	const spec = blockSpec(block.name);
	if (spec?.name !== 'caseBlock') return spec;
	const own = [block.attributes.label, block.attributes.kind].find(
		(word) => typeof word === 'string' && word !== ''
	);
	return typeof own === 'string' ? { ...spec, label: own } : spec;
}

/** What a document does not say by itself. */
export interface ReadingContext {
	readonly nameOf: (yClient: number) => string | null;
	readonly titleOf: (id: string) => string | null;
	readonly pictureOf: (name: string) => Picture | null;
}
export const [aroundReading, tellReading] = createContext<ReadingContext>();

/** Titles of the blocks that others may point to. */
export function titlesIn(parts: readonly ReadingPart[]): ReadonlyMap<string, string> {
	const titles = new Map<string, string>();
	const visit = (part: ReadingPart) => {
		if (part.type === 'text') return;
		const title = part.content.find((child) => child.type === 'block' && child.name === 'blockTitle');
		if (title && typeof part.attributes.id === 'string')
			titles.set(part.attributes.id, textOf([title]).trim());
		part.content.forEach(visit);
	};
	parts.forEach(visit);
	return titles;
}

export function readingWords(
	block: ReadingBlock,
	titleOf: (id: string) => string | null
): readonly { field: Field; value: string; words: string; open: Disagreement | undefined }[] {
	return (blockSpec(block.name)?.fields ?? []).flatMap((field) => {
		const value = block.attributes[field.attribute];
		const words = fieldWords(field, value, titleOf);
		const open = block.open?.find(({ attribute }) => attribute === field.attribute);
		if (words === '') return open ? [{ field, value: '', words: 'Nothing', open }] : [];
		return [{ field, value: String(value), words, open }];
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
