/**
 * What may be kept of a document to begin others with: its form alone, headings, prompts, empty blocks and empty lines;
 * or the words that were written in it, but never what came over from other documents, which tells of a person.
 *
 * Promises: of a form, of words only headings, the headings of tables, the names of fields and what a built-in template itself had
 * put there stay; of values only those that make the form. Whoever saves it looks at it first, since a heading too can
 * name a person.
 */
import { blockSpecs } from './block-specs.ts';
import { isText, wordsOf, type TreeBlock, type TreePart } from './body-tree.ts';

/** Words that are the form itself. */
const keepsWords = new Set(['heading', 'tableHeader']);
/** Values that are the form itself. */
const keepsValues = new Set([
	'hint',
	'level',
	'colspan',
	'rowspan',
	'name',
	'label',
	'kind',
	'lowest',
	'highest',
	'unit',
	'better'
]);
/** A person of one case is nobody in another. */
const personIds = new Set(
	blockSpecs.flatMap(({ fields }) =>
		fields.flatMap((field) => (field.kind === 'who' && field.ref !== undefined ? [field.ref] : []))
	)
);
/** Say nothing when they are empty. */
const dropped = new Set(['image', 'chip', 'hardBreak', 'reading']);

/** `given`: the words that a block of a built-in template has by itself, by the block's id. */
export function outlineOfForm(
	tree: readonly TreePart[],
	given: ReadonlyMap<string, string> = new Map()
): readonly TreePart[] {
	return withoutRepeats(tree.flatMap((part) => (isText(part) ? [] : emptied(part, given))));
}

/**
 * All that was written here. What was carried over from elsewhere is emptied to its form; nothing refers to people,
 * documents or pictures that the next reader does not have.
 */
export function wordsToKeep(
	tree: readonly TreePart[],
	given: ReadonlyMap<string, string> = new Map()
): readonly TreePart[] {
	const kept = tree.flatMap((part): TreePart[] => {
		if (isText(part)) return [part];
		if (part.type === 'image') return [];
		const { source, data, ...attributes } = part.attributes ?? {};
		if (isCarried(source) || isCarried(sourceIn(data))) return emptied(part, given);
		const own = Object.entries(attributes).filter(
			([name, value]) => !personIds.has(name) && !(name === 'goals' && String(value).includes('#'))
		);
		return [
			{ ...part, attributes: Object.fromEntries(own), content: wordsToKeep(part.content ?? [], given) }
		];
	});
	return withoutRepeats(kept);
}

const isCarried = (source: unknown) => source !== undefined && source !== null && source !== '';
const sourceIn = (data: unknown) =>
	typeof data === 'object' && data !== null && 'source' in data ? data.source : undefined;

/** The words of every block of a template, by id. */
export function givenWords(
	tree: readonly TreePart[],
	words = new Map<string, string>()
): Map<string, string> {
	for (const part of tree) {
		if (isText(part)) continue;
		const id = part.attributes?.['id'];
		if (typeof id === 'string') words.set(id, wordsOf(part));
		givenWords(part.content ?? [], words);
	}
	return words;
}

function emptied(block: TreeBlock, given: ReadonlyMap<string, string>): TreeBlock[] {
	if (dropped.has(block.type)) return [];
	const id = block.attributes?.['id'];
	const written = wordsOf(block);
	const isGiven = written !== '' && typeof id === 'string' && given.get(id) === written;
	if (isGiven || keepsWords.has(block.type)) {
		const isPlain = (part: TreePart) => isText(part) || part.type === 'paragraph';
		// words of the form stay as they are; blocks inside are judged one by one
		if ((block.content ?? []).every(isPlain)) return [{ ...block, attributes: valuesOf(block) }];
	}
	const content = (block.content ?? []).flatMap((part) => (isText(part) ? [] : emptied(part, given)));
	return [{ type: block.type, attributes: valuesOf(block), content: withoutRepeats(content) }];
}

function valuesOf({ attributes = {} }: TreeBlock): Record<string, unknown> {
	const kept = Object.entries(attributes).filter(([name]) => keepsValues.has(name));
	return { ...Object.fromEntries(kept), ...('checked' in attributes ? { checked: false } : {}) };
}

/** Ten empty lines in a row are one: each asks for the same thing. */
function withoutRepeats(parts: readonly TreePart[]): TreePart[] {
	return parts.filter((part, index) => {
		const before = parts[index - 1];
		return before === undefined || wordsOf(part) !== '' || JSON.stringify(before) !== JSON.stringify(part);
	});
}
