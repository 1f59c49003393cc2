import { describe, expect, test } from 'vitest';
import type { Anchor } from './anchor.ts';
import { fold } from './fold.ts';
import { readOperation, type SignedOperation } from './operation.ts';
import { say } from './said.fixture.ts';
import type { Change, Written } from './suggestion.ts';

const anchor: Anchor = {
	relative: { start: '', end: '' },
	block: null,
	quote: { exact: 'mother', prefix: 'her ', suffix: '.', length: 6 },
	headings: [],
	rivals: { document: -1, headings: -1, block: -1 }
};
const change: Change = { kind: 'replace', words: 'mother', text: 'grandmother' };
const suggested = say('cora', 's', 0, { type: 'suggest', anchor, change, text: '' });
const thread = 'cora.s';
const accepted = (author: string, lamport: number, written: Written | null = null) =>
	say(author, `a${lamport}`, lamport, { type: 'verdict', thread, verdict: 'accepted', written });
const other = (author: string, lamport: number, verdict: 'declined' | 'withdrawn') =>
	say(author, `v${lamport}`, lamport, { type: 'verdict', thread, verdict });
const reopened = (author: string, lamport: number, takes: readonly string[]) =>
	say(author, `o${lamport}`, lamport, { type: 'verdict', thread, verdict: 'reopened', takes, written: null });
const outcome = (...operations: SignedOperation[]) => {
	const { threads, refused } = fold([...operations, suggested]);
	return { ...threads[0]?.suggestion, resolved: threads[0]?.resolved, refused };
};

describe('[D6] what becomes of a suggestion', () => {
	test('it is open, is accepted, declined, or taken back, and its thread is settled with it', () => {
		expect(outcome()).toMatchObject({ change, state: 'open', resolved: false });
		expect(outcome(accepted('ed', 1))).toMatchObject({ state: 'accepted', by: 'ed', resolved: true });
		expect(outcome(other('olga', 1, 'declined'))).toMatchObject({ state: 'declined', by: 'olga' });
		expect(outcome(other('cora', 1, 'withdrawn'))).toMatchObject({ state: 'withdrawn', by: 'cora' });
	});

	test('only editors and owners accept, decline and reopen; only its author takes it back or revises it', () => {
		const revise = (author: string) =>
			say(author, 'r', 1, { type: 'revise', thread, anchor, change: { kind: 'delete', words: 'mother' } });
		for (const operation of [
			accepted('cora', 1),
			accepted('carl', 1),
			accepted('rita', 1),
			other('cora', 1, 'declined'),
			other('ed', 1, 'withdrawn'),
			other('carl', 1, 'withdrawn'),
			revise('ed'),
			say('ed', 'x', 1, { type: 'resolve', thread })
		])
			expect(outcome(operation)).toMatchObject({ state: 'open', change, resolved: false, refused: 1 });
		expect(outcome(revise('cora')).change).toEqual({ kind: 'delete', words: 'mother' });
		expect(outcome(accepted('ed', 1), reopened('cora', 2, ['ed.a1']))).toMatchObject({ state: 'accepted' });
	});

	test('an acceptance stands against a decline that did not know of it, until something takes it back by name', () => {
		expect(outcome(accepted('ed', 1), other('olga', 2, 'declined'))).toMatchObject({
			state: 'accepted',
			by: 'ed'
		});
		expect(outcome(accepted('ed', 1), reopened('ed', 2, ['ed.a1']))).toMatchObject({ state: 'open' });
		// one that arrives afterwards has written into the text as well
		expect(outcome(accepted('ed', 1), reopened('ed', 3, ['ed.a1']), accepted('olga', 2))).toMatchObject({
			state: 'accepted',
			by: 'olga'
		});
	});

	test('of two who accept at once the first stands; what the other wrote is in the text a second time', () => {
		const mine = { client: 1, from: 5, to: 9 };
		const theirs = { client: 2, from: 0, to: 4 };
		const one = accepted('ed', 1, mine);
		const two = accepted('olga', 1, theirs);
		for (const order of [
			[one, two],
			[two, one, two]
		])
			expect(outcome(...order)).toMatchObject({
				by: 'ed',
				kept: { by: 'ed', ...mine },
				surplus: [{ by: 'olga', ...theirs }]
			});
		// who accepted what stood there already has written nothing, and it is not the other's to be removed
		expect(outcome(accepted('ed', 1), two)).toMatchObject({ by: 'ed', kept: theirs, surplus: [] });
		// and what undoing put back is told in order, with who says so
		const undone = say('olga', 'u', 2, {
			type: 'verdict',
			thread,
			verdict: 'reopened',
			takes: ['olga.a1'],
			written: theirs
		});
		const again = say('ed', 'u', 2, {
			type: 'verdict',
			thread,
			verdict: 'reopened',
			takes: ['ed.a1'],
			written: mine
		});
		expect(outcome(undone, one, again, two)).toMatchObject({
			state: 'open',
			restored: [
				{ by: 'ed', ...mine },
				{ by: 'olga', ...theirs }
			]
		});
	});

	test('who takes away what they said takes the proposed words with it', () => {
		const removed = say('cora', 'd', 1, { type: 'redact', message: thread, reason: '' });
		expect(fold([suggested, removed]).threads[0]).toMatchObject({ suggestion: null, resolved: false });
	});

	test('what is no change and no verdict is no operation; a verdict of a newer kind is kept', () => {
		const common = { v: 1, id: 'cora.s', lamport: 0, at: 0, anchor, text: '', thread };
		for (const bad of [
			{},
			{ kind: 'delete', words: '' },
			{ kind: 'insert', text: 'a', side: 'left', gap: 0 },
			{ kind: 'insert', text: 'a', side: 'after', gap: -1 },
			{ kind: 'replace', words: 'a', text: 'b'.repeat(20_001) }
		])
			expect(readOperation({ ...common, type: 'suggest', change: bad })).toBeNull();
		for (const bad of [
			{ verdict: 'accepted' },
			{ verdict: 'accepted', written: { client: 1, from: 3, to: 3 } },
			{ verdict: 'reopened', takes: 'all' },
			{ verdict: 7 }
		])
			expect(readOperation({ ...common, type: 'verdict', ...bad })).toBeNull();
		expect(readOperation({ ...common, type: 'verdict', verdict: 'postponed' })).toMatchObject({
			type: 'newer'
		});
	});
});
