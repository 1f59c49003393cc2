import { describe, expect, test } from 'vitest';
import type { Anchor } from './anchor.ts';
import { fold } from './fold.ts';
import { readOperation, type DiscussionRole, type Operation, type SignedOperation } from './operation.ts';
import { waitingFor } from './waiting.ts';

const anchor: Anchor = {
	relative: { start: '', end: '' },
	block: null,
	quote: { exact: 'nearer\nto her sister', prefix: '', suffix: '', length: 20 },
	headings: [],
	rivals: { document: -1, headings: -1, block: -1 }
};
type Said<T = Operation> = T extends Operation ? Omit<T, 'v' | 'id' | 'lamport' | 'at'> : never;
const role: DiscussionRole = 'commenter';

function say(author: string, name: string, lamport: number, said: Said): SignedOperation {
	const operation = readOperation({ v: 1, id: `${author}.${name}`, lamport, at: lamport, ...said });
	if (operation === null) throw new Error('not an operation');
	return { operation, author, role };
}

const thread = (author: string, text: string) => say(author, 't', 0, { type: 'thread', anchor, text });
const reply = (author: string, lamport: number, text: string, to = 'cora.t') =>
	say(author, `r${lamport}`, lamport, { type: 'reply', thread: to, text });
const seen = (author: string, ...messages: string[]) =>
	say(author, 's', 50, { type: 'seen', thread: 'cora.t', messages });
const kinds = (me: string, ...operations: SignedOperation[]) =>
	waitingFor(fold(operations), me).map(
		({ kind, message, unread }) => `${kind} ${message}${unread ? '' : ', seen'}`
	);

describe('What waits for somebody', () => {
	test('a mention, until they have seen it', () => {
		const named = thread('cora', 'Does \u2068@ed\u2069 know?');
		expect(kinds('ed', named)).toEqual(['mention cora.t']);
		expect(kinds('carl', named)).toEqual([]);
		expect(kinds('ed', named, seen('ed', 'cora.t'))).toEqual([]);
		expect(waitingFor(fold([named]), 'ed')[0]).toMatchObject({
			quote: 'nearer to her sister',
			text: 'Does \u2068@ed\u2069 know?',
			by: 'cora'
		});
	});

	test('what is said after them, in their thread or one they spoke in', () => {
		const all = [thread('cora', 'Is she told?'), reply('ed', 1, 'Yes.'), reply('carl', 2, 'No.')];
		expect(kinds('cora', ...all)).toEqual(['reply ed.r1', 'reply carl.r2']);
		expect(kinds('ed', ...all)).toEqual(['reply carl.r2']);
		expect(kinds('carl', ...all)).toEqual([]);
		expect(kinds('cora', ...all, seen('cora', 'ed.r1', 'carl.r2'))).toEqual([]);
	});

	test('what others suggest, for who may decide, until it is decided', () => {
		const change = { kind: 'replace', words: 'nearer', text: 'closer' } as const;
		const suggested = say('cora', 't', 0, { type: 'suggest', anchor, text: 'Plainer', change });
		const item = (me: string, mayDecide: boolean) => waitingFor(fold([suggested]), me, mayDecide)[0];
		expect(item('ed', true)).toMatchObject({ kind: 'suggestion', text: '“closer”: Plainer' });
		expect([item('ed', false), item('cora', true)]).toEqual([undefined, undefined]);
	});

	test('a question, seen or not, until it is answered, or its thread resolved, or it is removed', () => {
		const asked = [
			thread('cora', 'Is she told, \u2068@ed\u2069?'),
			say('cora', 'q', 1, { type: 'ask', message: 'cora.t', person: 'ed' })
		];
		expect(kinds('ed', ...asked)).toEqual(['question cora.t']);
		expect(kinds('ed', ...asked, seen('ed', 'cora.t'))).toEqual(['question cora.t, seen']);
		expect(kinds('ed', ...asked, reply('ed', 2, 'Yes.'), seen('ed', 'cora.t'))).toEqual([]);
		const resolve = say('cora', 'x', 3, { type: 'resolve', thread: 'cora.t' });
		expect(kinds('ed', ...asked, seen('ed', 'cora.t'), resolve)).toEqual([]);
		const redact = say('cora', 'x', 3, { type: 'redact', message: 'cora.t', reason: '' });
		expect(kinds('ed', ...asked, redact)).toEqual([]);
	});
});
