/** Which column is what, and the notes that come of it: each row a note, or the reason why it is none. Pure. */
import { contactTypes } from '../codes.ts';
import { isIsoDay, parseDay } from '../dates.ts';
import type { NoteTable } from './note-table.ts';

export const columnRoles = [
	{ role: 'text', words: 'What happened' },
	{ role: 'date', words: 'Date' },
	{ role: 'time', words: 'Time' },
	{ role: 'type', words: 'How (visit, phone …)' },
	{ role: 'who', words: 'With whom' },
	{ role: 'subject', words: 'What it was about' },
	{ role: 'leave', words: 'Leave out' }
] as const;
export type ColumnRole = (typeof columnRoles)[number]['role'];

export interface Matching {
	/** One role for each column. */
	readonly roles: readonly ColumnRole[];
	/** Is 3/4/2026 the third of April? */
	readonly dayFirst: boolean;
	/** ISO day for notes without a date; '' for none. */
	readonly dayForAll: string;
}

export interface ImportedNote {
	readonly text: string;
	/** ISO day, or '' when nobody said. */
	readonly day: string;
	readonly time: string;
	/** Code of contactTypes, or ''. */
	readonly type: string;
	readonly who: string;
	readonly subject: string;
}

export type NoteRow =
	| { readonly ok: true; readonly row: number; readonly note: ImportedNote }
	/** `row` as a spreadsheet counts: the first below the headings is 2. */
	| { readonly ok: false; readonly row: number; readonly reason: string };

const names: readonly { role: ColumnRole; name: RegExp }[] = [
	{
		role: 'leave',
		name: /(^|_|\b)(id|oid|uuid|age|gender|created|updated|entered|style|level|type_id)(_|\b|$)/i
	},
	{ role: 'date', name: /date|day|when|occurred|jour/i },
	{ role: 'time', name: /time|heure/i },
	{ role: 'text', name: /note|text|narrative|content|body|description|comment|details|what happened/i },
	{ role: 'type', name: /type|method|channel|mode|how/i },
	{ role: 'who', name: /with|who|client|participant|attend|present|first.?name|last.?name|^name$/i },
	{ role: 'subject', name: /subject|title|topic|about|reason|purpose/i }
];

/** A guess, for people to change. The longest texts are the notes, whatever their column is called. */
export function guessMatching({ columns, rows }: NoteTable, today: string): Matching {
	const sample = rows.slice(0, 50);
	const lengths = columns.map((_, index) => sample.reduce((sum, row) => sum + (row[index] ?? '').length, 0));
	const longest = lengths.indexOf(Math.max(...lengths));
	const roles = columns.map((column, index): ColumnRole => {
		if (index === longest) return 'text';
		const role = names.find(({ name }) => name.test(column))?.role ?? 'leave';
		if (role === 'text') return 'leave';
		// a date that is none in most rows is called so for another reason
		const values = sample.map((row) => row[index] ?? '').filter((value) => value !== '');
		const readable = values.filter(
			(value) => readDay(value, true) !== null || readDay(value, false) !== null
		);
		if (role === 'date' && readable.length * 2 < values.length) return 'leave';
		return role;
	});
	const once = roles.map((role, index) =>
		role !== 'who' && role !== 'leave' && roles.indexOf(role) !== index && role !== 'text' ? 'leave' : role
	);
	const dates = rows.map((row) => row[once.indexOf('date')] ?? '');
	const dayFirst = !dates.some((value) => readDay(value, true) === null && readDay(value, false) !== null);
	return { roles: once, dayFirst, dayForAll: once.includes('date') ? '' : today };
}

export function readNotes({ rows }: NoteTable, { roles, dayFirst, dayForAll }: Matching): readonly NoteRow[] {
	return rows.map((cells, index): NoteRow => {
		const row = index + 2;
		const of = (role: ColumnRole, between = ' ') =>
			cells.filter((cell, column) => roles[column] === role && cell !== '').join(between);
		const text = of('text', '\n');
		const date = of('date');
		const day = date === '' ? dayForAll : readDay(date, dayFirst);
		if (text === '') return { ok: false, row, reason: 'There are no words in it.' };
		if (day === null) return { ok: false, row, reason: `“${date.slice(0, 40)}” is not a day we can read.` };
		const time = of('time') || (/[T ](\d{1,2}:\d{2})/.exec(date)?.[1] ?? '');
		const how = of('type');
		const type = typeOf(how);
		const subject = [type === '' ? how : '', of('subject')].filter((part) => part !== '').join(', ');
		return { ok: true, row, note: { text, day, time, type, who: of('who'), subject } };
	});
}

/** '2026-11-03', '2026-11-03T10:00', '3/11/2026', '3.11.26', '3 Nov 2026' → ISO day. */
function readDay(text: string, dayFirst: boolean): string | null {
	const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$/.exec(text);
	if (iso) return isoOf(iso[1], iso[2], iso[3]);
	const numbers = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[ ,T].*)?$/.exec(text);
	if (numbers) {
		const [, first, second, year = ''] = numbers;
		const [day, month] = dayFirst ? [first, second] : [second, first];
		return isoOf(year.length === 2 ? `20${year}` : year, month, day);
	}
	return /\d{4}/.test(text) ? parseDay(text, '1970-01-01') : null;
}

function isoOf(year = '', month = '', day = ''): string | null {
	const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
	return isIsoDay(text) ? text : null;
}

const types: readonly { code: string; name: RegExp }[] = [
	{ code: 'home-visit', name: /home/i },
	{ code: 'office-visit', name: /visit|office|walk.?in|appointment|face/i },
	{ code: 'video', name: /video|zoom|teams/i },
	{ code: 'message', name: /sms|message|chat/i },
	{ code: 'email', name: /e-?mail/i },
	{ code: 'phone', name: /phone|call|tel/i },
	{ code: 'letter', name: /letter|post|fax/i },
	{ code: 'court', name: /court|hearing/i },
	{ code: 'meeting', name: /meeting|conference/i },
	{ code: 'outreach', name: /outreach|street|community/i },
	{ code: 'collateral', name: /collateral/i }
];

function typeOf(text: string): string {
	if (text === '') return '';
	const exact = contactTypes.find(({ code, words }) =>
		[code, words.toLowerCase()].includes(text.toLowerCase())
	);
	return exact?.code ?? types.find(({ name }) => name.test(text))?.code ?? '';
}
