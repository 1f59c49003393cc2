/**
 * The list of a case's documents, itself a sealed document: the case's title and one row for each document.
 *
 * Promises: readers never throw on what another device wrote, however odd; titles are texts that merge; a row is
 * written once and never deleted, and its facts never change but for its marks.
 * Must never: open a transaction with an origin of its own. The caller wraps edits (`SealedDocument.edit`).
 */
import * as Y from 'yjs';
import { isIsoDay } from './dates.ts';
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
	/** Name of the agency's template it began with, as it was called then. */
	readonly fromTemplate: string | null;
	/** ISO day, of what there is one of for each day: a shift log. */
	readonly day: string | null;
	/** Said to be finished: printed without "Draft". */
	readonly final: boolean;
	/** Taken off the list. Its words are kept, and it can be put back. */
	readonly removed: boolean;
	/** Taken off the list because only some people may open it since; null for all others. */
	readonly moved: Move | null;
	/** In the list of a document that was limited to some people: what it was made of. */
	readonly from: Origin | null;
}

/** Yjs state vectors by lane: what was there at one moment. */
export type Vectors = Readonly<Record<string, Uint8Array>>;

/** Where a document went that only some people may open since. */
export interface Move {
	/** The circle of its own. */
	readonly to: string;
	/** PersonId. */
	readonly by: string;
	/** Milliseconds since 1970. */
	readonly at: number;
	/** What was carried along. What came later stands in the earlier document alone. */
	readonly carried: Vectors;
}

export interface Origin {
	/** Id of the earlier document, in the list of the case. */
	readonly document: string;
	/** How this one began: while there is no more in it, nothing is lost when the earlier one takes its place again. */
	readonly made: Vectors;
}

/** What only some documents have may be left out. */
export type NewDocumentRow = Omit<
	DocumentRow,
	'day' | 'fromTemplate' | 'final' | 'removed' | 'moved' | 'from'
> &
	Partial<DocumentRow>;

export interface CaseIndex {
	readonly title: string;
	/** Invented, to try everything with. */
	readonly sample: boolean;
	/** Taken off everybody's lists. */
	readonly removed: boolean;
	/** Circles of documents that only some may open, of which the others are told that there is one; and by whom. */
	readonly restricted: readonly { readonly circle: string; readonly by: string }[];
	/** Oldest first. */
	readonly documents: readonly DocumentRow[];
}

export function readCaseIndex(doc: Y.Doc): CaseIndex {
	const about = doc.getMap<unknown>('about');
	return {
		title: caseTitle(doc).toJSON(),
		sample: about.get('sample') === true,
		removed: about.get('removed') === true,
		restricted: readRestricted(doc),
		documents: readDocuments(doc)
	};
}

/** Tells everybody in the case that there is such a document, or no more: never what it is called. `by`: PersonId. */
export function announceRestricted(doc: Y.Doc, circle: string, by: string | null): void {
	doc.getMap<unknown>('restricted').set(circle, by ?? '');
}

function readRestricted(doc: Y.Doc): CaseIndex['restricted'] {
	return [...doc.getMap<unknown>('restricted')].flatMap(([circle, by]) =>
		typeof by === 'string' && by !== '' ? [{ circle, by }] : []
	);
}

export function markSample(doc: Y.Doc): void {
	doc.getMap('about').set('sample', true);
}

/** The case stays a sealed document, with nothing listed in it. */
export function removeCase(doc: Y.Doc): void {
	doc.getMap('about').set('removed', true);
	doc.getMap('documents').clear();
}

function caseTitle(doc: Y.Doc): Y.Text {
	return doc.getText('title');
}

export function renameCase(doc: Y.Doc, title: string, caret: number | null = null): void {
	editText(caseTitle(doc), title, caret);
}

/** Adds a row. A document that is already listed stays as it is. */
export function addDocument(doc: Y.Doc, row: NewDocumentRow): void {
	const rows = doc.getMap<unknown>('documents');
	if (rows.has(row.id)) return;
	const entry = new Y.Map<unknown>();
	entry.set('title', new Y.Text(row.title));
	entry.set('kind', row.kind);
	if (row.template !== null) entry.set('template', row.template);
	entry.set('schema', row.schema);
	entry.set('createdAt', row.createdAt);
	entry.set('createdBy', row.createdBy);
	if (row.fromTemplate) entry.set('fromTemplate', row.fromTemplate);
	if (row.day) entry.set('day', row.day);
	if (row.removed === true) entry.set('removed', true);
	if (row.final === true) entry.set('final', true);
	if (row.from) entry.set('from', row.from);
	rows.set(row.id, entry);
}

/** What may change about a row besides its title. Two people who say different things at once: the later one stands. */
export function markDocument(doc: Y.Doc, id: string, mark: 'final' | 'removed', on: boolean): void {
	const entry = doc.getMap<unknown>('documents').get(id);
	if (entry instanceof Y.Map && (entry.get(mark) === true) !== on) entry.set(mark, on);
}

/** Of these documents: those that were limited to some people, or have taken the place of one that was put back. */
export function goneFrom(documents: readonly DocumentRow[]): readonly string[] {
	return documents
		.filter(({ removed, moved, from }) => removed && (moved !== null || from !== null))
		.map(({ id }) => id);
}

/** Says where a document went; null: it stands here again. */
export function markMoved(doc: Y.Doc, id: string, move: Move | null): void {
	const entry = doc.getMap<unknown>('documents').get(id);
	if (entry instanceof Y.Map) entry.set('moved', move);
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
	const [title, kind, template, schema, createdAt, createdBy, fromTemplate, day] = [
		'title',
		'kind',
		'template',
		'schema',
		'createdAt',
		'createdBy',
		'fromTemplate',
		'day'
	].map((key) => entry.get(key));
	if (typeof kind !== 'string') return null;
	const moved = readMove(entry.get('moved'));
	return {
		id,
		title: title instanceof Y.Text ? title.toJSON() : '',
		kind,
		template: typeof template === 'string' ? template : null,
		schema: typeof schema === 'number' ? schema : 1,
		createdAt: typeof createdAt === 'number' ? createdAt : 0,
		createdBy: typeof createdBy === 'string' ? createdBy : '',
		fromTemplate: typeof fromTemplate === 'string' ? fromTemplate : null,
		day: typeof day === 'string' && isIsoDay(day) ? day : null,
		final: entry.get('final') === true,
		removed: entry.get('removed') === true || moved !== null,
		moved,
		from: readOrigin(entry.get('from'))
	};
}

function readMove(value: unknown): Move | null {
	if (!isRecord(value)) return null;
	const { to, by, at, carried } = value;
	if (typeof to !== 'string' || typeof by !== 'string' || typeof at !== 'number') return null;
	return { to, by, at, carried: readVectors(carried) };
}

function readOrigin(value: unknown): Origin | null {
	if (!isRecord(value) || typeof value['document'] !== 'string') return null;
	return { document: value['document'], made: readVectors(value['made']) };
}

/** One that is not there counts as empty: then everything is said to have come later, and nothing is overlooked. */
function readVectors(value: unknown): Vectors {
	if (!isRecord(value)) return {};
	return Object.fromEntries(
		Object.entries(value).flatMap(([lane, vector]) =>
			vector instanceof Uint8Array ? [[lane, vector] as const] : []
		)
	);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
