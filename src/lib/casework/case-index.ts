/**
 * The list of a case's documents, itself a sealed document: the case's title and one row for each document.
 *
 * Promises: readers never throw on what another device wrote, however odd; titles are texts that merge; a row is
 * written once and its facts never change.
 * Must never: open a transaction with an origin of its own. The caller wraps edits (`SealedDocument.edit`).
 */
import * as Y from 'yjs';
import { editText } from './edit-text.ts';

export interface DocumentRow {
	readonly id: string;
	readonly title: string;
	readonly kind: string;
	/** Id of the template it started from; null for none. */
	readonly template: string | null;
	/** Schema version in which it was created. */
	readonly schema: number;
	/** Milliseconds since 1970. */
	readonly createdAt: number;
	/** PersonId. */
	readonly createdBy: string;
}

export interface CaseIndex {
	readonly title: string;
	/** Oldest first. */
	readonly documents: readonly DocumentRow[];
}

export function readCaseIndex(doc: Y.Doc): CaseIndex {
	return { title: caseTitle(doc).toJSON(), documents: readDocuments(doc) };
}

function caseTitle(doc: Y.Doc): Y.Text {
	return doc.getText('title');
}

export function renameCase(doc: Y.Doc, title: string, caret: number | null = null): void {
	editText(caseTitle(doc), title, caret);
}

/** Adds a row. A document that is already listed stays as it is. */
export function addDocument(doc: Y.Doc, row: DocumentRow): void {
	const rows = doc.getMap<unknown>('documents');
	if (rows.has(row.id)) return;
	const entry = new Y.Map<unknown>();
	entry.set('title', new Y.Text(row.title));
	entry.set('kind', row.kind);
	if (row.template !== null) entry.set('template', row.template);
	entry.set('schema', row.schema);
	entry.set('createdAt', row.createdAt);
	entry.set('createdBy', row.createdBy);
	rows.set(row.id, entry);
}

/** The title of a document as the shared text; null when the document is not listed (yet). */
export function documentTitle(doc: Y.Doc, id: string): Y.Text | null {
	const entry = doc.getMap<unknown>('documents').get(id);
	const title: unknown = entry instanceof Y.Map ? entry.get('title') : null;
	return title instanceof Y.Text ? title : null;
}

/** False when the document is not listed (yet). */
export function renameDocument(doc: Y.Doc, id: string, title: string, caret: number | null = null): boolean {
	const text = documentTitle(doc, id);
	if (text === null) return false;
	editText(text, title, caret);
	return true;
}

function readDocuments(doc: Y.Doc): DocumentRow[] {
	const rows: DocumentRow[] = [];
	doc.getMap<unknown>('documents').forEach((entry, id) => {
		const row = entry instanceof Y.Map ? readRow(id, entry) : null;
		if (row !== null) rows.push(row);
	});
	return rows.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

function readRow(id: string, entry: Y.Map<unknown>): DocumentRow | null {
	const [title, kind, template, schema, createdAt, createdBy] = [
		'title',
		'kind',
		'template',
		'schema',
		'createdAt',
		'createdBy'
	].map((key) => entry.get(key));
	if (typeof kind !== 'string') return null;
	return {
		id,
		title: title instanceof Y.Text ? title.toJSON() : '',
		kind,
		template: typeof template === 'string' ? template : null,
		schema: typeof schema === 'number' ? schema : 1,
		createdAt: typeof createdAt === 'number' ? createdAt : 0,
		createdBy: typeof createdBy === 'string' ? createdBy : ''
	};
}
