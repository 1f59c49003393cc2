/**
 * Notes out of another system: a JSON or CSV file as a table of texts. Pure but for the CSV reader, which is loaded
 * when it is needed.
 */

export interface NoteTable {
	readonly columns: readonly string[];
	/** One text for each column; '' where there is none. */
	readonly rows: readonly (readonly string[])[];
}

export type ReadTable =
	| { readonly ok: true; readonly table: NoteTable }
	| { readonly ok: false; readonly reason: 'import-unreadable' | 'import-empty' | 'import-too-long' };

/** More at once would keep a device busy for too long. */
const MAX_ROWS = 5_000;

export async function readNoteTable(text: string): Promise<ReadTable> {
	const plain = text.replace(/^\uFEFF/, '');
	const table = /^\s*[[{]/.test(plain) ? fromJson(plain) : await fromCsv(plain);
	if (table === null) return { ok: false, reason: 'import-unreadable' };
	if (table.rows.length === 0) return { ok: false, reason: 'import-empty' };
	return table.rows.length > MAX_ROWS ? { ok: false, reason: 'import-too-long' } : { ok: true, table };
}

/** The longest list of objects in the file is the table, wherever it stands in it. */
function fromJson(text: string): NoteTable | null {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return null;
	}
	const list = longestList(value, 0);
	if (list === null) return null;
	const objects = list.filter((row): row is Record<string, unknown> => isObject(row));
	const columns = [...new Set(objects.flatMap((row) => Object.keys(row)))];
	return { columns, rows: objects.map((row) => columns.map((column) => asText(row[column]))) };
}

function longestList(value: unknown, depth: number): readonly unknown[] | null {
	if (depth > 4) return null;
	if (Array.isArray(value)) return value.some(isObject) ? value : null;
	if (!isObject(value)) return null;
	const lists = Object.values(value).flatMap((part) => {
		const list = longestList(part, depth + 1);
		return list === null ? [] : [list];
	});
	return lists.sort((a, b) => b.length - a.length)[0] ?? null;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asText(value: unknown): string {
	if (typeof value === 'string') return value.trim();
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	if (Array.isArray(value))
		return value
			.map(asText)
			.filter((part) => part !== '')
			.join(', ');
	return '';
}

async function fromCsv(text: string): Promise<NoteTable | null> {
	const { default: Papa } = await import('papaparse');
	const { data } = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' });
	const [head, ...rows] = data;
	if (head === undefined || head.length === 0) return null;
	const columns = head.map((name, index) => name.trim() || `Column ${index + 1}`);
	// a file that is no table at all has one column and no words that tell of it
	if (columns.length === 1 && rows.length === 0) return null;
	return { columns, rows: rows.map((row) => columns.map((_, index) => (row[index] ?? '').trim())) };
}
