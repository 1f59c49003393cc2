import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldShiftLog, lateBy, openFollowUps } from './fold.ts';
import {
	MAX_LOG_TEXT,
	readLogOperation,
	type EntryFacts,
	type LogOperation,
	type SignedLogOperation
} from './operation.ts';

const EVENING = new Date(2026, 10, 24, 22, 0).getTime();
const MINUTE = 60_000;

const facts = (change: Partial<EntryFacts> = {}): EntryFacts => ({
	occurredAt: EVENING,
	category: 'round',
	residents: [],
	fact: 'All quiet.',
	action: '',
	followUp: '',
	...change
});

let count = 0;
/** An operation as this person's tablet would sign it. */
function said<T extends Partial<LogOperation>>(
	author: string,
	lamport: number,
	what: T,
	role: SignedLogOperation['role'] = 'editor'
): SignedLogOperation & { readonly operation: LogOperation } {
	const operation = {
		v: 1,
		id: `${author}.${++count}`,
		lamport,
		at: EVENING + lamport * MINUTE,
		...what
	} as unknown as LogOperation;
	return { operation, author, role };
}

describe('A shift log', () => {
	test('stands in the order in which things happened, whoever entered them and when', () => {
		const log = foldShiftLog([
			said('ana', 0, { type: 'log-entry', facts: facts({ occurredAt: EVENING + 3, fact: 'third' }) }),
			said('ben', 0, { type: 'log-entry', facts: facts({ occurredAt: EVENING + 2, fact: 'second' }) }),
			said('ana', 9, { type: 'log-entry', facts: facts({ occurredAt: EVENING + 1, fact: 'first' }) })
		]);
		expect(log.entries.map((entry) => entry.facts?.fact)).toEqual(['first', 'second', 'third']);
	});

	test('keeps what was corrected, with who corrected it and why; the last correction holds', () => {
		const entry = said('ana', 0, { type: 'log-entry', facts: facts({ fact: 'Luis came in at ten.' }) });
		const about = { type: 'log-correction', entry: entry.operation.id } as const;
		const first = said('ben', 1, {
			...about,
			reason: 'It was Marc',
			facts: facts({ fact: 'Marc came in.' })
		});
		const last = said('ana', 2, { ...about, reason: 'Not our house', facts: null });
		const [seen] = foldShiftLog([last, first, entry]).entries;
		expect(seen?.original.fact).toBe('Luis came in at ten.');
		expect(seen?.corrections.map(({ author, reason }) => [author, reason])).toEqual([
			['ben', 'It was Marc'],
			['ana', 'Not our house']
		]);
		expect(seen?.facts).toBeNull();
		expect(seen?.occurredAt).toBe(EVENING);
	});

	test('takes entries only from who may write, and nobody speaks under the id of another', () => {
		const entry = said('ana', 0, { type: 'log-entry', facts: facts() });
		const forged = { ...entry, author: 'mallory' };
		const doctor = said('osei', 1, { type: 'log-entry', facts: facts() }, 'commenter');
		const reader = said('joan', 1, { type: 'log-handover', summary: 'x' }, 'reader');
		const removed = said('carl', 1, { type: 'log-entry', facts: facts() }, null);
		const log = foldShiftLog([forged, doctor, reader, removed, entry]);
		expect(log.entries).toHaveLength(1);
		expect(log.handovers).toHaveLength(0);
		expect(log.refused).toBe(4);
	});

	test('says who took a hand-over, once each, and never its own author', () => {
		const handover = said('ana', 0, { type: 'log-handover', summary: 'Boiler man at nine.' });
		const read = (who: string, lamport: number) =>
			said(who, lamport, { type: 'log-acknowledge', handover: handover.operation.id });
		const log = foldShiftLog([read('ben', 3), read('ana', 1), handover, read('ben', 2), read('cora', 4)]);
		expect(log.handovers[0]?.readBy).toEqual([
			{ person: 'ben', at: EVENING + 2 * MINUTE },
			{ person: 'cora', at: EVENING + 4 * MINUTE }
		]);
	});

	test('keeps a follow-up open until somebody says it is done, and again when they take that back', () => {
		const entry = said('ana', 0, { type: 'log-entry', facts: facts({ followUp: 'Call the clinic' }) });
		const mark = (lamport: number, done: boolean) =>
			said('ben', lamport, { type: 'log-follow-up', entry: entry.operation.id, done });
		expect(openFollowUps(foldShiftLog([entry]))).toHaveLength(1);
		expect(openFollowUps(foldShiftLog([mark(1, true), entry]))).toHaveLength(0);
		expect(openFollowUps(foldShiftLog([mark(2, false), mark(1, true), entry]))).toHaveLength(1);
	});

	test('says so when something was entered late', () => {
		const [atOnce, late] = foldShiftLog([
			said('ana', 10, { type: 'log-entry', facts: facts() }),
			said('ana', 120, { type: 'log-entry', facts: facts() })
		]).entries;
		expect(atOnce && lateBy(atOnce)).toBe(0);
		expect(late && lateBy(late)).toBe(120 * MINUTE);
	});

	test('folds alike in any order and with any duplicates, and loses no entry', () => {
		const people = ['ana', 'ben', 'osei'];
		const roles = { ana: 'owner', ben: 'editor', osei: 'commenter' } as const;
		const target = fc.nat(11).map((index) => `${people[index % 3] ?? ''}.${index}`);
		const someFacts = fc.record({
			occurredAt: fc.nat(5).map((step) => EVENING + step * MINUTE),
			category: fc.constantFrom('round', 'meal'),
			residents: fc.subarray(['luis', 'marc']),
			fact: fc.constantFrom('a', 'b'),
			action: fc.constant(''),
			followUp: fc.constantFrom('', 'ring')
		});
		const operation = fc.oneof(
			{ weight: 4, arbitrary: fc.record({ type: fc.constant('log-entry'), facts: someFacts }) },
			fc.record({
				type: fc.constant('log-correction'),
				entry: target,
				reason: fc.constantFrom('x', 'y'),
				facts: fc.option(someFacts)
			}),
			fc.record({ type: fc.constant('log-follow-up'), entry: target, done: fc.boolean() }),
			fc.record({ type: fc.constant('log-handover'), summary: fc.constantFrom('s', 't') }),
			fc.record({ type: fc.constant('log-acknowledge'), handover: target }),
			fc.record({
				type: fc.constant('log-resident'),
				resident: fc.constant('luis'),
				name: fc.constantFrom('Luis', 'Luís')
			}),
			fc.constant({ v: 2, type: 'log-later' })
		);
		const lane = fc.array(
			fc.tuple(operation, fc.nat(11), fc.nat(4), fc.nat(2)).map(([what, index, lamport, at]) => {
				const author = people[index % 3] ?? '';
				const value = { v: 1, id: `${author}.${index}`, lamport, at: EVENING + at, ...what };
				const operation = readLogOperation(value);
				if (operation === null) throw new Error('the test made what no tablet would');
				return { operation, author, role: roles[author as keyof typeof roles] };
			}),
			{ maxLength: 24 }
		);
		fc.assert(
			fc.property(lane, fc.infiniteStream(fc.nat()), (operations, numbers) => {
				const expected = foldShiftLog(operations);
				const again = [...operations, ...operations.filter((_, index) => index % 2 === 0)];
				const keys = again.map(() => Number(numbers.next().value));
				const shuffled = again.map((_, index) => index).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
				const folded = foldShiftLog(shuffled.flatMap((index) => again[index] ?? []));
				expect(folded).toEqual(expected);
				const entered = new Set(
					operations
						.filter(({ operation, role }) => operation.type === 'log-entry' && role !== 'commenter')
						.map(({ operation }) => operation.id)
				);
				// an id that was also used for something else belongs to one of the two
				for (const { id } of expected.entries) expect(entered.has(id)).toBe(true);
				const ids = operations.filter(({ role }) => role !== 'commenter').map((one) => one.operation.id);
				const once = [...entered].filter((id) => ids.filter((other) => other === id).length === 1);
				expect(expected.entries.map(({ id }) => id)).toEqual(expect.arrayContaining(once));
			}),
			{ seed: 5, numRuns: 300 }
		);
	});
});

describe('Reading an operation of a log', () => {
	const entry = { v: 1, type: 'log-entry', id: 'ana.1', lamport: 0, at: 1, facts: facts() };

	test('takes what it knows, tells a newer one from a broken one, and bounds every length', () => {
		expect(readLogOperation({ ...entry, extra: 1 })).toEqual(entry);
		expect(readLogOperation({ ...entry, v: 2, facts: 'other' })).toEqual({ type: 'newer', id: 'ana.1' });
		expect(readLogOperation({ ...entry, type: 'thread' })).toEqual({ type: 'newer', id: 'ana.1' });
		const long = 'x'.repeat(MAX_LOG_TEXT + 1);
		const broken = [
			...[{ fact: long }, { occurredAt: NaN }, { occurredAt: 9e15 }, { residents: ['a', 7] }].map(
				(change) => ({
					facts: { ...facts(), ...change }
				})
			),
			...[{ facts: null }, { id: '' }, { lamport: -1 }, { at: 0.5 }, { v: 0 }]
		];
		for (const change of broken) expect(readLogOperation({ ...entry, ...change })).toBeNull();
	});

	test('never throws, whatever another device wrote', () => {
		fc.assert(
			fc.property(fc.anything(), (value) => {
				readLogOperation(value);
				readLogOperation({ ...entry, facts: value });
				readLogOperation({ ...entry, type: 'log-correction', entry: 'a.1', reason: value, facts: value });
			}),
			{ seed: 3, numRuns: 300 }
		);
	});
});
