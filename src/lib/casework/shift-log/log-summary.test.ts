import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { placePieces } from '../derive/place-pieces.ts';
import { progressReport } from '../derive/progress-report.ts';
import { BODY_FIELD } from '../schema-version.ts';
import { summarize } from '../summary.ts';
import { dueItemsOf } from '../summary-lists.ts';
import { foldShiftLog } from './fold.ts';
import { summarizeLog } from './log-summary.ts';
import { readLogOperation, type EntryFacts, type SignedLogOperation } from './operation.ts';

const names = new Map([
	['teddy', ['Teddy']],
	['nadia', ['Nadia Rahal']],
	['abel', ['Mr. Abel']]
]);
const evening = new Date(2026, 10, 23, 20, 15).getTime();

function logOf(...said: Record<string, unknown>[]) {
	return foldShiftLog(
		said.map((one, index): SignedLogOperation => {
			const operation = readLogOperation({ v: 1, id: `ana.${index}`, lamport: index, at: evening, ...one });
			if (operation === null) throw new Error('not an operation');
			return { operation, author: 'ana', role: 'editor' };
		})
	);
}
const entry = (facts: Partial<EntryFacts>) => ({
	type: 'log-entry',
	facts: {
		occurredAt: evening,
		category: 'note',
		residents: [],
		fact: '',
		action: '',
		followUp: '',
		...facts
	}
});
const argument = entry({
	category: 'incident',
	residents: ['teddy', 'nadia'],
	fact: 'Teddy and Nadia argued about the music.',
	action: 'Both went to their rooms.',
	followUp: 'Ask Nadia how she is.'
});

test('what was entered is found by its words and by whom it is about; what was struck out is not', () => {
	const { text, day } = summarizeLog(
		logOf(
			argument,
			entry({ fact: 'The boiler rattles.' }),
			{ type: 'log-correction', entry: 'ana.1', reason: 'Wrong house', facts: null },
			{ type: 'log-handover', summary: 'A calm evening after all.' }
		),
		names,
		'Maple Street house'
	);
	for (const words of ['Nadia Rahal', 'argued about', 'their rooms', 'how she is', 'A calm evening'])
		expect(text).toContain(words);
	expect(text).not.toContain('boiler');
	expect(day).toBe('2026-11-23');
});

test('what is still to do is due on the day it was left, until somebody has dealt with it', () => {
	const open = summarizeLog(logOf(argument), names, 'Maple Street house');
	expect(dueItemsOf(open)).toEqual([
		{ what: 'followUp', block: 'ana.0', title: 'Ask Nadia how she is.', due: '2026-11-23', who: '' }
	]);
	const done = logOf(argument, { type: 'log-follow-up', entry: 'ana.0', done: true });
	expect(dueItemsOf(summarizeLog(done, names, ''))).toEqual([]);
});

test('a report of the person takes their incidents, with the others masked, and nobody else’s', () => {
	const log = logOf(
		argument,
		entry({ category: 'incident', residents: ['abel'], fact: 'Mr. Abel fell on the stairs.' }),
		entry({ residents: ['teddy'], fact: 'Teddy made supper.' })
	);
	const reported = (caseTitle: string) => {
		const summary = summarizeLog(log, names, caseTitle);
		const document = { id: 'log', kind: 'shift-log', title: 'Shift log', createdAt: 1, summary };
		const doc = new Y.Doc();
		const placed = progressReport([document], { from: '2026-11-01', to: '2026-11-30' });
		placePieces(doc.getXmlFragment(BODY_FIELD), placed);
		return summarize(doc).text;
	};
	const report = reported('Teddy Lindqvist (sample)');
	expect(report).toContain('Teddy and Resident B argued about the music');
	expect(report).not.toMatch(/Nadia|Abel|supper/);
	expect(reported('Maple Street house')).not.toMatch(/Teddy|Nadia|Abel/);
	expect(reported('Teddy and Nadia Rahal')).not.toMatch(/Teddy|Nadia|Abel/);
});
