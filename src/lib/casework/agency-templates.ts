/**
 * The templates that an agency made for itself, in its own sealed index.
 *
 * Promises: readers never throw on what another device wrote, however odd; of two people who save one template apart,
 * one wins as a whole, never half of each.
 * Must never: open a transaction with an origin of its own. The caller wraps edits (`SealedDocument.edit`).
 */
import * as Y from 'yjs';
import { judgeTree, type TreePart } from './body-tree.ts';

export interface AgencyTemplate {
	readonly id: string;
	readonly name: string;
	/** Kind of document it is for. */
	readonly kind: string;
	/** Schema version in which it was saved. */
	readonly schema: number;
	/** PersonId of who saved it last. */
	readonly savedBy: string;
	/** Milliseconds since 1970. */
	readonly savedAt: number;
	readonly content: readonly TreePart[];
}

export const MAX_TEMPLATE_NAME = 120;
const ROOT = 'templates';

/** By name. */
export function readAgencyTemplates(index: Y.Doc): readonly AgencyTemplate[] {
	const templates: AgencyTemplate[] = [];
	index.getMap<unknown>(ROOT).forEach((value, id) => {
		const template = value instanceof Y.Map ? readOne(id, value) : null;
		if (template !== null) templates.push(template);
	});
	return templates.sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
}

/** Adds it, or puts it in the place of what was saved under its id. */
export function saveAgencyTemplate(index: Y.Doc, { id, name, ...saved }: AgencyTemplate): void {
	const entry = new Y.Map<unknown>();
	entry.set('name', name);
	entry.set('saved', saved);
	index.getMap(ROOT).set(id, entry);
}

export function renameAgencyTemplate(index: Y.Doc, id: string, name: string): void {
	const entry: unknown = index.getMap(ROOT).get(id);
	if (entry instanceof Y.Map) entry.set('name', name);
}

export function removeAgencyTemplate(index: Y.Doc, id: string): void {
	index.getMap(ROOT).delete(id);
}

function readOne(id: string, entry: Y.Map<unknown>): AgencyTemplate | null {
	const name = entry.get('name');
	const saved = entry.get('saved');
	if (typeof name !== 'string' || typeof saved !== 'object' || saved === null) return null;
	const { kind, schema, savedBy, savedAt, content } = saved as Record<string, unknown>;
	const tree = judgeOnce(content);
	if (typeof kind !== 'string' || typeof schema !== 'number' || tree === null) return null;
	return {
		id,
		name: name.slice(0, MAX_TEMPLATE_NAME),
		kind,
		schema,
		savedBy: typeof savedBy === 'string' ? savedBy : '',
		savedAt: typeof savedAt === 'number' ? savedAt : 0,
		content: tree
	};
}

/** Yjs hands out the same object each time, so a long template is judged once. */
const judged = new WeakMap<object, readonly TreePart[] | null>();

function judgeOnce(content: unknown): readonly TreePart[] | null {
	if (typeof content !== 'object' || content === null) return null;
	let tree = judged.get(content);
	if (tree === undefined) judged.set(content, (tree = judgeTree(content)));
	return tree;
}
