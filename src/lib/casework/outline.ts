/** The outline of a document and how many words it has, from its reading tree. Pure. */
import { textOf, type ReadingPart } from './read-blocks.ts';

export interface OutlineEntry {
	/** Block id; '' for one that has none (yet). */
	readonly id: string;
	readonly text: string;
	/** 1 to 3; a goal stands below the heading before it. */
	readonly level: number;
	readonly kind: 'heading' | 'goal';
}

const named: Readonly<Record<string, string>> = { goal: 'blockTitle' };

/** Headings and goals that have words, in their order, wherever they stand. */
export function outlineOf(parts: readonly ReadingPart[]): readonly OutlineEntry[] {
	const found: OutlineEntry[] = [];
	let level = 0;
	const visit = (part: ReadingPart) => {
		if (part.type === 'text') return;
		const id = typeof part.attributes.id === 'string' ? part.attributes.id : '';
		if (part.name === 'heading') {
			level = Math.min(3, Math.max(1, Number(part.attributes.level) || 1));
			const text = textOf(part.content).trim();
			if (text !== '') found.push({ id, text, level, kind: 'heading' });
			return;
		}
		const title = named[part.name];
		if (title !== undefined) {
			const words = part.content.find((inside) => inside.type === 'block' && inside.name === title);
			const text = words ? textOf([words]).trim() : '';
			if (text !== '') found.push({ id, text, level: level + 1, kind: 'goal' });
		}
		part.content.forEach(visit);
	};
	parts.forEach(visit);
	return found;
}

/** Words as people count them; of Chinese and Japanese every character is one. */
export function countWords(parts: readonly ReadingPart[]): number {
	const words =
		/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}])+(?:['’.,-](?=[\p{L}\p{N}])(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}])+)*/gu;
	return textOf(parts).match(words)?.length ?? 0;
}
