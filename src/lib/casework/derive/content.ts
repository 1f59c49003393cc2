/** What a block says, apart from where it stands and where it came from. Pure. */
import { blockSpec } from '../block-specs.ts';
import { textOf, type ReadingBlock } from '../read-blocks.ts';
import { contentHash } from './source.ts';

export interface BlockContent {
	readonly title: string;
	/** Attributes with a value, but for `id`. */
	readonly attributes: Readonly<Record<string, string>>;
	/** Named texts that have words. */
	readonly texts: Readonly<Record<string, string>>;
	/** What else is written in it, without the blocks inside. */
	readonly words: string;
}

export function contentOf(block: ReadingBlock): BlockContent {
	const title: string[] = [];
	const texts: Record<string, string> = {};
	const words: string[] = [];
	for (const part of block.content) {
		if (part.type === 'text') words.push(part.text);
		else if (part.name === 'blockTitle') title.push(textOf(part.content));
		else if (part.name === 'field') {
			const text = textOf(part.content).trim();
			const name = typeof part.attributes.name === 'string' ? part.attributes.name : '';
			if (text !== '') texts[name] = `${texts[name] ?? ''}${text}`;
		} else if (blockSpec(part.name) === null) words.push(textOf([part]).trim());
	}
	return {
		title: title.join(' ').trim(),
		attributes: Object.fromEntries(
			Object.entries(block.attributes).filter(
				(entry): entry is [string, string] =>
					entry[0] !== 'id' && typeof entry[1] === 'string' && entry[1] !== ''
			)
		),
		texts,
		words: words.filter((line) => line !== '').join('\n')
	};
}

/** Of everything a person would see of the block, without the blocks inside. */
export function hashOf(block: ReadingBlock): string {
	const { title, attributes, texts, words } = contentOf(block);
	const { source: _, ...facts } = attributes;
	return contentHash(JSON.stringify([block.name, title, sorted(facts), sorted(texts), words]));
}

/** Of the block and all blocks inside. */
export function deepHashOf(block: ReadingBlock): string {
	const inside = block.content.flatMap((part) =>
		part.type === 'block' && blockSpec(part.name) !== null ? [deepHashOf(part)] : []
	);
	return contentHash([hashOf(block), ...inside].join(' '));
}

function sorted(record: Readonly<Record<string, string>>): [string, string][] {
	return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
