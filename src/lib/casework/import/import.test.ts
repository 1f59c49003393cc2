import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { caseNotes, caseNotesFile } from '../../../../tests/support/case-notes.ts';
import { summarize } from '../summary.ts';
import { templateUpdate } from '../templates.ts';
import { contactsIn, progressReport } from '../derive/progress-report.ts';
import { placePieces } from '../derive/place-pieces.ts';
import { BODY_FIELD } from '../schema-version.ts';
import { readNoteTable, type NoteTable } from './note-table.ts';
import { guessMatching, readNotes } from './read-notes.ts';
import { writeNote } from './write-note.ts';

const today = '2026-11-24';

async function tableOf(text: string): Promise<NoteTable> {
	const read = await readNoteTable(text);
	if (!read.ok) throw new Error(read.reason);
	return read.table;
}

describe('Notes of another system', () => {
	it('in JSON: the list is found, the notes are recognised, none is lost', async () => {
		const table = await tableOf(caseNotesFile());
		const matching = guessMatching(table, today);
		expect(matching.roles[table.columns.indexOf('case_note')]).toBe('text');
		for (const left of ['person_oid', 'gender'])
			expect(matching.roles[table.columns.indexOf(left)]).toBe('leave');
		const rows = readNotes(table, matching);
		expect(rows.map((row) => (row.ok ? row.note.text : row.reason))).toEqual(caseNotes);
		expect(rows.every((row) => row.ok && row.note.day === today)).toBe(true);
	});

	it('in CSV: quotes, line breaks and semicolons inside are words, and headings in other words are understood', async () => {
		const table = await tableOf(
			'\uFEFFContact date;Method;With;Progress note\r\n' +
				'14/11/2026;Home visit;"Rosa; her sister";"She said ""enough"".\nThen we left for the office together."\r\n' +
				'3/11/2026 09:30;call;;Short call about the rent, nothing else to tell.\r\n'
		);
		const matching = guessMatching(table, today);
		expect(matching).toEqual({ roles: ['date', 'type', 'who', 'text'], dayFirst: true, dayForAll: '' });
		expect(readNotes(table, matching)).toEqual([
			{
				ok: true,
				row: 2,
				note: {
					text: 'She said "enough".\nThen we left for the office together.',
					day: '2026-11-14',
					time: '',
					type: 'home-visit',
					who: 'Rosa; her sister',
					subject: ''
				}
			},
			{
				ok: true,
				row: 3,
				note: {
					text: 'Short call about the rent, nothing else to tell.',
					day: '2026-11-03',
					time: '09:30',
					type: 'phone',
					who: '',
					subject: ''
				}
			}
		]);
	});

	it('says of each row that cannot be read which it is and why', async () => {
		const table = await tableOf(
			'date,note\n2026-11-31,a real note of some length\n2026-11-30,\nsoon,other words here\n'
		);
		const matching = { ...guessMatching(table, today), roles: ['date', 'text'] as const };
		expect(readNotes(table, matching).map((row) => (row.ok ? 'fine' : `${row.row}: ${row.reason}`))).toEqual([
			'2: “2026-11-31” is not a day we can read.',
			'3: There are no words in it.',
			'4: “soon” is not a day we can read.'
		]);
	});

	it('that is no list is refused with a reason', async () => {
		expect(await readNoteTable('{"a": 1')).toEqual({ ok: false, reason: 'import-unreadable' });
		expect(await readNoteTable('[1, 2]')).toEqual({ ok: false, reason: 'import-unreadable' });
		expect(await readNoteTable('')).toEqual({ ok: false, reason: 'import-unreadable' });
		expect(await readNoteTable('date,note\n')).toEqual({ ok: false, reason: 'import-empty' });
		expect(await readNoteTable(`note\n${'x\n'.repeat(5_001)}`)).toEqual({
			ok: false,
			reason: 'import-too-long'
		});
	});

	it('becomes a case note: its contact filled, its words below', async () => {
		for (const template of ['case-note.1', 'case-note-soap.1']) {
			const doc = new Y.Doc();
			Y.applyUpdate(doc, (await templateUpdate(template)) ?? new Uint8Array());
			const note = {
				text: 'One.\n\nTwo.',
				day: '2026-11-03',
				time: '',
				type: 'phone',
				who: 'Rosa',
				subject: 'Rent'
			};
			writeNote(doc, note, '2026-11-24T10:00:00.000Z');
			const { blocks, day, sections } = summarize(doc);
			expect(day).toBe('2026-11-03');
			expect(blocks).toMatchObject([
				{ name: 'contact', title: 'Rent', attributes: { date: '2026-11-03', type: 'phone', who: 'Rosa' } }
			]);
			expect(sections.find(({ title }) => title === 'What happened')?.words).toBe('One.\nTwo.');
		}
	});

	it('in CSV, many at once: none is lost or changed, what cannot be read is named, and a month of them begins a report', async () => {
		// two a day; every fortieth row has a day that is none
		const from = Date.UTC(2026, 5, 1);
		const days = caseNotes.map((_, index) =>
			index % 40 === 39 ? 'unknown' : new Date(from + index * 43_200_000).toISOString().slice(0, 10)
		);
		const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
		const rows = caseNotes.map((text, index) =>
			[days[index] ?? '', index % 3 === 0 ? 'phone call' : 'office visit', `CN-${index}`, quoted(text)].join(
				','
			)
		);
		const table = await tableOf(['Date,How,File number,Note', ...rows].join('\r\n'));
		const matching = guessMatching(table, today);
		expect(matching.roles).toEqual(['date', 'type', 'leave', 'text']);
		const read = readNotes(table, matching);
		const wrong = days.flatMap((day, index) => (day === 'unknown' ? [index + 2] : []));
		expect(read.filter((row) => !row.ok).map((row) => row.row)).toEqual(wrong);
		const notes = read.flatMap((row) => (row.ok ? [row.note] : []));
		expect(notes.map(({ text }) => text)).toEqual(caseNotes.filter((_, index) => days[index] !== 'unknown'));

		const seed = (await templateUpdate('case-note.1')) ?? new Uint8Array();
		const documents = notes.map((note, index) => {
			const doc = new Y.Doc();
			Y.applyUpdate(doc, seed);
			writeNote(doc, note, '2026-11-24T10:00:00.000Z');
			return { id: `note-${index}`, kind: 'case-note', title: '', createdAt: index, summary: summarize(doc) };
		});
		const said = (text: string) =>
			text
				.split(/\n+/)
				.map((line) => line.trim())
				.filter((line) => line !== '');
		for (const [index, { summary }] of documents.entries())
			for (const line of said(notes[index]?.text ?? '')) expect(summary.text).toContain(line);

		const june = { from: '2026-06-01', to: '2026-06-30' };
		const within = notes.filter(({ day }) => day >= june.from && day <= june.to);
		expect(within.length).toBeGreaterThan(caseNotes.length > 100 ? 50 : 3);
		expect(contactsIn(documents, june)).toHaveLength(within.length);
		const report = new Y.Doc();
		placePieces(report.getXmlFragment(BODY_FIELD), progressReport(documents, june));
		const { text, carried } = summarize(report);
		expect(text).toContain(`${within.length} contacts took place, 0 did not.`);
		expect(carried).toHaveLength(within.length);
	});
});
