/**
 * The text of a document as plain data, and back: for what begins as a copy, an agency's template or the sample case.
 *
 * Promises: what is read and written again is the same document but for its block ids, which are new, so that comments,
 * links and merges never take a copy for the original; references between copied blocks follow the new ids, and
 * where a block was carried over from is left out.
 * Must never: run inside an editor, or on a text that people are in. It fills an empty document, as its creator's own
 * first edit.
 */
import * as Y from 'yjs';

export interface TreeText {
	readonly text: string;
	/** As Yjs stores them; see `markName`. */
	readonly marks?: Readonly<Record<string, unknown>>;
}
export interface TreeBlock {
	readonly type: string;
	readonly attributes?: Readonly<Record<string, unknown>>;
	readonly content?: readonly TreePart[];
}
export type TreePart = TreeText | TreeBlock;

/** Deeper than any person nests. */
const MAX_DEPTH = 64;
const MAX_PARTS = 50_000;
/** Attributes that hold the ids of other blocks. */
const references = new Set(['goal', 'goals', 'measure', 'referral']);
/** Stand in the line and have no id. */
const withoutId = new Set(['hardBreak', 'chip']);

export const isText = (part: TreePart): part is TreeText => 'text' in part;

export function readTree(fragment: Y.XmlFragment): readonly TreePart[] {
	return fragment.toArray().flatMap((child): TreePart[] => {
		if (child instanceof Y.XmlText) {
			const delta = child.toDelta() as { insert?: unknown; attributes?: Record<string, unknown> }[];
			return delta.flatMap(({ insert, attributes }) => {
				if (typeof insert !== 'string') return [];
				return attributes === undefined ? { text: insert } : { text: insert, marks: attributes };
			});
		}
		if (!(child instanceof Y.XmlElement)) return [];
		return [{ type: child.nodeName, attributes: child.getAttributes(), content: readTree(child) }];
	});
}

/**
 * Adds the blocks at the end. The caller is inside a transaction of its own. `ids` collects old id → new id, for trees
 * that refer to each other.
 */
export function writeTree(
	fragment: Y.XmlFragment,
	tree: readonly TreePart[],
	newId: () => string,
	ids = new Map<string, string>()
): void {
	collectIds(tree, newId, ids);
	fragment.insert(fragment.length, tree.filter((part) => !isText(part)).map(write));

	function write(part: TreePart): Y.XmlElement | Y.XmlText {
		if (isText(part)) throw new Error('text stands in a block');
		const made = new Y.XmlElement(part.type);
		// a copy was not carried over from where its original came from
		const { id: old, source: _, ...others } = part.attributes ?? {};
		// a Y.XmlElement holds any JSON value, though its type says string
		const set = (name: string, value: unknown) => made.setAttribute(name, value as string);
		if (!withoutId.has(part.type)) set('id', (typeof old === 'string' ? ids.get(old) : undefined) ?? newId());
		for (const [name, value] of Object.entries(others)) {
			if (value === null || value === undefined) continue;
			set(name, references.has(name) && typeof value === 'string' ? followed(value, ids) : value);
		}
		made.insert(0, childrenOf(part));
		return made;
	}

	/** Neighbouring runs of text are one Y.XmlText, as the editor stores them. */
	function childrenOf(block: TreeBlock): (Y.XmlElement | Y.XmlText)[] {
		const children: (Y.XmlElement | Y.XmlText)[] = [];
		let run: { insert: string; attributes: Record<string, unknown> }[] = [];
		const endRun = () => {
			if (run.length === 0) return;
			const text = new Y.XmlText();
			text.applyDelta(run);
			children.push(text);
			run = [];
		};
		for (const part of block.content ?? []) {
			if (isText(part)) {
				if (part.text !== '') run.push({ insert: part.text, attributes: { ...part.marks } });
			} else {
				endRun();
				children.push(write(part));
			}
		}
		endRun();
		return children;
	}
}

/** What stands in a shared document where a tree should be, judged; null for what is none. */
export function judgeTree(value: unknown): readonly TreePart[] | null {
	let parts = 0;
	const judge = (given: unknown, depth: number): TreePart[] | null => {
		if (!Array.isArray(given) || depth > MAX_DEPTH) return null;
		const judged: TreePart[] = [];
		for (const part of given as readonly unknown[]) {
			if (++parts > MAX_PARTS || !isRecord(part)) return null;
			const { text, marks, type, attributes, content } = part;
			if (typeof text === 'string') {
				judged.push(isRecord(marks) ? { text, marks } : { text });
				continue;
			}
			const inside = content === undefined ? [] : judge(content, depth + 1);
			if (typeof type !== 'string' || !/^[a-zA-Z]{1,40}$/.test(type) || inside === null) return null;
			judged.push({ type, attributes: isRecord(attributes) ? attributes : {}, content: inside });
		}
		return judged;
	};
	return judge(value, 0);
}

/** All text of a tree. */
export function wordsOf(part: TreePart): string {
	return isText(part) ? part.text : (part.content ?? []).map(wordsOf).join('');
}

function collectIds(tree: readonly TreePart[], newId: () => string, ids: Map<string, string>): void {
	for (const part of tree) {
		if (isText(part)) continue;
		const id = part.attributes?.['id'];
		if (typeof id === 'string' && !ids.has(id)) ids.set(id, newId());
		collectIds(part.content ?? [], newId, ids);
	}
}

/** One id, or several with anything between them. */
function followed(value: string, ids: ReadonlyMap<string, string>): string {
	return value.replace(/[A-Za-z0-9._:-]+/g, (id) => ids.get(id) ?? id);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
