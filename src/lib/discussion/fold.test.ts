import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Anchor } from './anchor.ts';
import { fold, unseenMessages } from './fold.ts';
import { readLane } from './lane.ts';
import type { Change } from './suggestion.ts';
import { MAX_LAMPORT, type SignedOperation } from './operation.ts';
import { roles, say, type Said } from './said.fixture.ts';

const anchor: Anchor = {
	relative: { start: '', end: '' },
	block: null,
	quote: { exact: 'quick', prefix: 'the ', suffix: ' fox', length: 5 },
	headings: [],
	rivals: { document: -1, headings: -1, block: -1 }
};
const opened = say('cora', 't', 0, { type: 'thread', anchor, text: 'Is this right?' });
const replied = say('ed', 'r', 1, { type: 'reply', thread: 'cora.t', text: 'It is.' });
const only = (operations: readonly SignedOperation[]) => {
	const [thread] = fold([opened, replied, ...operations]).threads;
	if (thread === undefined) throw new Error('no thread');
	return thread;
};

describe('[D1] Any order and any duplicates', () => {
	const author = fc.constantFrom(...Object.keys(roles));
	const target = fc.tuple(author, fc.nat(5)).map(([who, n]) => `${who}.${n}`);
	const change = fc.constantFrom<Change>(
		{ kind: 'delete', words: 'quick' },
		{ kind: 'replace', words: 'quick', text: 'slow' },
		{ kind: 'insert', text: ' brown', side: 'after', gap: 0 }
	);
	const said: fc.Arbitrary<Said> = fc.oneof(
		fc.record({ type: fc.constant('thread' as const), anchor: fc.constant(anchor), text: fc.string() }),
		fc.record({ type: fc.constant('reply' as const), thread: target, text: fc.string() }),
		fc.record({ type: fc.constant('edit' as const), message: target, text: fc.string() }),
		fc.record({ type: fc.constant('redact' as const), message: target, reason: fc.string() }),
		fc.record({ type: fc.constantFrom('resolve' as const, 'reopen' as const), thread: target }),
		fc.record({
			type: fc.constant('ask' as const),
			message: target,
			person: fc.option(author)
		}),
		fc.record({ type: fc.constant('answered' as const), message: target }),
		fc.record({ type: fc.constant('detached' as const), thread: target }),
		fc.record({
			type: fc.constant('suggest' as const),
			anchor: fc.constant(anchor),
			change,
			text: fc.string()
		}),
		fc.record({ type: fc.constant('revise' as const), thread: target, anchor: fc.constant(anchor), change }),
		fc.record({
			type: fc.constant('verdict' as const),
			thread: target,
			verdict: fc.constant('accepted' as const),
			written: fc.option(
				fc.record({ client: fc.nat(3), from: fc.nat(3), to: fc.integer({ min: 4, max: 9 }) })
			)
		}),
		fc.record({
			type: fc.constant('verdict' as const),
			thread: target,
			verdict: fc.constantFrom('declined' as const, 'withdrawn' as const)
		}),
		fc.record({
			type: fc.constant('verdict' as const),
			thread: target,
			verdict: fc.constant('reopened' as const),
			written: fc.constant(null),
			takes: fc.array(target)
		}),
		fc.record({
			type: fc.constant('anchor' as const),
			thread: target,
			anchor: fc.nat(9).map((n): Anchor => ({ ...anchor, headings: [`${n}`] }))
		}),
		fc.record({
			type: fc.constant('react' as const),
			message: target,
			reaction: fc.constantFrom('👍', '👎'),
			on: fc.boolean()
		}),
		fc.record({ type: fc.constant('seen' as const), thread: target, messages: fc.array(target) })
	);
	// few names and few lamports, so that ids collide and everything speaks of everything
	const signed = fc
		.tuple(author, fc.nat(5), fc.nat(6), said, fc.integer({ min: 0, max: 20 }))
		.map(([who, name, lamport, what, kind]): SignedOperation => {
			const one = say(who, `${name}`, lamport, what);
			if (kind === 0) return { ...one, operation: { type: 'newer', id: `${who}.${name}` } };
			return kind === 1 ? { ...one, author: 'carl', role: 'commenter' } : one;
		});
	const told = fc.array(signed, { maxLength: 60 }).chain((operations) =>
		fc.record({
			operations: fc.constant(operations),
			shuffled: fc
				.tuple(fc.shuffledSubarray(operations, { minLength: operations.length }), fc.subarray(operations))
				.map(([all, again]) => [...all, ...again.map((one) => structuredClone(one))])
		})
	);

	test('fold alike', () => {
		fc.assert(
			fc.property(told, ({ operations, shuffled }) => {
				expect(plain(fold(shuffled))).toBe(plain(fold(operations)));
			}),
			{ seed: 20261122, numRuns: 3000 }
		);
	});

	/** Order inside maps counts too: it is what people see. */
	const plain = (discussion: unknown) =>
		JSON.stringify(discussion, (_, value: unknown) =>
			value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value
		);

	test('what speaks of something that has not come yet waits for it', () => {
		const early = say('ed', 'e', 0, { type: 'resolve', thread: 'cora.t' });
		expect(fold([early, replied])).toMatchObject({ threads: [], refused: 0 });
		expect(fold([early, replied, opened]).threads).toMatchObject([{ resolvedBy: 'ed', messages: [{}, {}] }]);
	});
});

describe('[D2] Who may do what', () => {
	test('only the author edits', () => {
		const own = say('cora', 'e', 2, { type: 'edit', message: 'cora.t', text: 'Really?' });
		const foreign = say('olga', 'e', 3, { type: 'edit', message: 'cora.t', text: 'It is wrong.' });
		expect(only([own, foreign]).messages[0]).toMatchObject({ text: 'Really?', editedAt: 1002 });
		expect(fold([opened, foreign]).refused).toBe(1);
	});

	test.each(['resolve', 'reopen'] as const)(
		'the author, editors and owners %s; another commenter does not',
		(type) => {
			for (const [who, may] of [
				['cora', true],
				['ed', true],
				['olga', true],
				['carl', false]
			] as const)
				expect(fold([opened, say(who, 'x', 2, { type, thread: 'cora.t' })]).refused).toBe(may ? 0 : 1);
		}
	);

	test('the author, editors and owners anchor again; the words it was made on are kept', () => {
		const next = { ...anchor, quote: { ...anchor.quote, exact: 'other' } };
		expect(only([say('ed', 'a', 2, { type: 'anchor', thread: 'cora.t', anchor: next })])).toMatchObject({
			anchor: { quote: { exact: 'other' } },
			madeOn: { exact: 'quick' }
		});
		expect(only([say('carl', 'a', 2, { type: 'anchor', thread: 'cora.t', anchor: next })]).anchor).toEqual(
			anchor
		);
	});

	test('a redacted message keeps its place, says by whom and why, and no edit brings it back', () => {
		const redact = say('ed', 'x', 2, { type: 'redact', message: 'cora.t', reason: 'names a child' });
		const after = say('cora', 'e', 3, { type: 'edit', message: 'cora.t', text: 'Again' });
		expect(only([redact, after]).messages).toMatchObject([
			{ text: '', editedAt: null, redacted: { by: 'ed', reason: 'names a child' } },
			{ text: 'It is.' }
		]);
		const mayNot = say('carl', 'x', 2, { type: 'redact', message: 'cora.t', reason: 'I disagree' });
		expect(only([mayNot]).messages[0]).toMatchObject({ redacted: null, text: 'Is this right?' });
	});

	test('readers and strangers say nothing', () => {
		for (const who of ['rita', 'stranger'])
			expect(fold([say(who, 't', 0, { type: 'thread', anchor, text: 'x' })])).toMatchObject({
				threads: [],
				refused: 1
			});
	});

	test("nobody speaks under another's id, and nobody twice under one", () => {
		const posing = { ...say('cora', 't', 0, { type: 'thread', anchor, text: 'I agree.' }), author: 'carl' };
		expect(fold([posing, opened])).toMatchObject({ threads: [{ author: 'cora' }], refused: 1 });
		const second = say('cora', 't', 1, { type: 'thread', anchor, text: 'Something else' });
		expect(fold([second, opened])).toMatchObject({ threads: [{ at: 1000 }], refused: 1 });
		expect(fold([opened, opened, structuredClone(opened)])).toMatchObject({ threads: [{}], refused: 0 });
	});
});

describe('Reactions', () => {
	test('one of a kind from each person; taken back, nothing is left', () => {
		const react = (who: string, name: string, lamport: number, on: boolean) =>
			say(who, name, lamport, { type: 'react', message: 'ed.r', reaction: '👍', on });
		const both = [react('cora', 'a', 2, true), react('carl', 'a', 3, true), react('cora', 'b', 4, true)];
		expect(only(both).messages[1]?.reactions).toEqual([{ reaction: '👍', people: ['cora', 'carl'] }]);
		const back = [...both, react('cora', 'c', 5, false), react('carl', 'c', 6, false)];
		expect(only(back).messages[1]?.reactions).toEqual([]);
	});
});

describe('Questions', () => {
	const ask = (who: string, name: string, lamport: number, person: string | null, message = 'cora.t') =>
		say(who, name, lamport, { type: 'ask', message, person });
	const asked = ask('cora', 'q', 2, 'ed');
	const answerOf = (operations: readonly SignedOperation[]) => only(operations).messages[0]?.question;

	test('are settled by a reply of the person asked, and of nobody else', () => {
		const other = say('carl', 'r', 3, { type: 'reply', thread: 'cora.t', text: 'No idea.' });
		expect(answerOf([asked, other])).toMatchObject({ for: 'ed', by: 'cora', answered: null });
		const reply = say('ed', 'r2', 4, { type: 'reply', thread: 'cora.t', text: 'On Monday.' });
		expect(answerOf([reply, asked, other])?.answered).toEqual({ by: 'ed', at: 1004, message: 'ed.r2' });
		const redact = say('ed', 'x', 5, { type: 'redact', message: 'ed.r2', reason: '' });
		expect(answerOf([reply, asked, redact])?.answered).toBeNull();
	});

	test('are not settled by what was said before they were asked', () => {
		expect(answerOf([ask('cora', 'q', 2, 'ed')])?.answered).toBeNull(); // Ed's reply has 1
	});

	test('are called answered by who is asked, who asks, and editors; asked again they are open again', () => {
		const answered = (who: string) => say(who, 'a', 3, { type: 'answered', message: 'cora.t' });
		const open = ask('cora', 'q', 2, 'carl');
		for (const who of ['carl', 'cora', 'ed'])
			expect(answerOf([open, answered(who)])?.answered).toEqual({ by: who, at: 1003, message: null });
		const toOlga = ask('cora', 'q', 2, 'olga');
		expect(answerOf([toOlga, answered('carl')])?.answered).toBeNull();
		expect(answerOf([open, answered('carl'), ask('ed', 'again', 4, 'olga')])).toMatchObject({
			for: 'olga',
			answered: null
		});
	});

	test('are asked, and taken back, by the author and by editors only', () => {
		expect(answerOf([ask('carl', 'q', 2, 'olga')])).toBeNull();
		expect(fold([opened, ask('carl', 'q', 2, 'olga')]).refused).toBe(1);
		expect(answerOf([ask('ed', 'q', 2, 'olga'), ask('cora', 'q', 3, null)])).toBeNull();
	});
});

describe('[D4] Who removed the words', () => {
	const removed = (who: string) => say(who, 'd', 3, { type: 'detached', thread: 'cora.t' });

	test('is said by who may write in the text, until the thread is anchored again', () => {
		expect(only([])).toMatchObject({ removed: null, anchored: { by: 'cora', at: 1000 } });
		expect(only([removed('ed')]).removed).toEqual({ by: 'ed', at: 1003 });
		expect(fold([opened, removed('carl')])).toMatchObject({ refused: 1, threads: [{ removed: null }] });
		const again = say('ed', 'a', 4, { type: 'anchor', thread: 'cora.t', anchor });
		expect(only([again, removed('ed')])).toMatchObject({ removed: null, anchored: { by: 'ed', at: 1004 } });
	});
});

describe('What is new to somebody', () => {
	test("others' messages until they are seen; a late one written offline is new, however low its lamport", () => {
		const seen = say('ed', 's', 9, { type: 'seen', thread: 'cora.t', messages: ['cora.t'] });
		expect(unseenMessages(only([]), 'ed').map(({ id }) => id)).toEqual(['cora.t']);
		expect(unseenMessages(only([seen]), 'ed')).toEqual([]);
		const late = say('carl', 'r', 0, { type: 'reply', thread: 'cora.t', text: 'From the train' });
		expect(unseenMessages(only([seen, late]), 'ed').map(({ id }) => id)).toEqual(['carl.r']);
	});
});

describe('The clock', () => {
	test('is one above the highest; an invented one at the bound locks nobody out', () => {
		expect(fold([opened, replied]).lamport).toBe(2);
		expect(fold([]).lamport).toBe(0);
		const invented = say('carl', 'r', MAX_LAMPORT, { type: 'reply', thread: 'cora.t', text: 'x' });
		const { lamport } = fold([opened, invented]);
		expect(lamport).toBe(MAX_LAMPORT);
		const next = say('ed', 'x', lamport, { type: 'resolve', thread: 'cora.t' });
		expect(fold([opened, invented, next]).threads[0]?.resolved).toBe(true);
	});

	test('ten times as many operations are ten times the work, in many threads and in one', () => {
		const many = (count: number) =>
			Array.from({ length: count }, (_, i) => [
				say('cora', `t${i}`, i, { type: 'thread', anchor, text: 'Is this right?' }),
				say('ed', `r${i}`, i, { type: 'reply', thread: `cora.t${i}`, text: 'It is.' }),
				say('olga', `x${i}`, i, { type: 'react', message: `ed.r${i}`, reaction: '👍', on: true }),
				say('cora', `s${i}`, i, { type: 'seen', thread: `cora.t${i}`, messages: [`ed.r${i}`] })
			]).flat();
		const one = (count: number) => [
			opened,
			...Array.from({ length: count }, (_, i) => [
				say('ed', `r${i}`, i, { type: 'reply', thread: 'cora.t', text: 'It is.' }),
				say('cora', `s${i}`, i, { type: 'seen', thread: 'cora.t', messages: [`ed.r${i}`] })
			]).flat()
		];
		for (const some of [many, one]) {
			const [few, more] = [some(100), some(1000)].map((operations) => workOf(operations));
			// sorting takes a little more than that
			expect(Number(more) / Number(few)).toBeLessThan(16);
		}
	});

	test('what was read before is not judged again when a lane grows', () => {
		const doc = new Y.Doc();
		const lane = doc.getArray('operations');
		lane.push(Array.from({ length: 500 }, (_, i) => ({ n: i })));
		let judgedValues = 0;
		const read = (value: unknown) => {
			judgedValues++;
			return value;
		};
		const whoIs = () => ({ author: 'cora', role: 'commenter' }) as const;
		expect(readLane(doc, whoIs, read)).toHaveLength(500);
		lane.push([{ n: 500 }]);
		expect(readLane(doc, whoIs, read)).toHaveLength(501);
		expect(judgedValues).toBe(501);
	});

	/** How often fields of messages and operations are looked at while these are folded. */
	function workOf(operations: readonly SignedOperation[]): number {
		let looks = 0;
		const counted = <T extends object>(value: T): T =>
			new Proxy(value, {
				get: (target, key, receiver) => {
					looks++;
					const found: unknown = Reflect.get(target, key, receiver);
					return Array.isArray(found) ? counted(found) : found;
				}
			});
		fold(operations.map((one) => ({ ...one, operation: counted(one.operation) })));
		return looks;
	}
});
