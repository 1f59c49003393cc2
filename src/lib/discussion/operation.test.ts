import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { MAX_TEXT } from './bounds.ts';
import {
	appendOperation,
	MAX_LAMPORT,
	newOperationId,
	readOperation,
	readOperations,
	type Operation
} from './operation.ts';

const reply: Operation = {
	v: 1,
	type: 'reply',
	id: 'cora.1',
	lamport: 3,
	at: 5,
	thread: 'ed.2',
	text: 'Yes.'
};

describe('Reading an operation', () => {
	test('takes what it knows and drops every field that it does not', () => {
		expect(readOperation({ ...reply, extra: 'x' })).toEqual(reply);
	});

	test('tells a newer one from a broken one', () => {
		expect(readOperation({ ...reply, v: 2, lamport: 'other' })).toEqual({ type: 'newer', id: 'cora.1' });
		expect(readOperation({ ...reply, type: 'translate' })).toEqual({ type: 'newer', id: 'cora.1' });
		for (const broken of [{ v: 0 }, { v: 1.5 }, { v: '2' }, { type: 3 }, { id: '' }, { id: null }])
			expect(readOperation({ ...reply, ...broken })).toBeNull();
	});

	test('bounds every length', () => {
		expect(readOperation({ ...reply, text: 'x'.repeat(MAX_TEXT) })).not.toBeNull();
		const broken = [
			{ text: 'x'.repeat(MAX_TEXT + 1) },
			{ id: 'x'.repeat(129) },
			{ thread: 'x'.repeat(129) },
			{ lamport: MAX_LAMPORT + 1 },
			{ lamport: -1 },
			{ at: Number.NaN },
			{ text: null }
		];
		for (const one of broken) expect(readOperation({ ...reply, ...one })).toBeNull();
	});

	test('never throws, whatever another device wrote', () => {
		const fields = [
			'v',
			'type',
			'id',
			'lamport',
			'at',
			'thread',
			'message',
			'anchor',
			'messages',
			'on',
			'text'
		];
		const types = ['thread', 'reply', 'edit', 'redact', 'resolve', 'anchor', 'react', 'seen'];
		const odd = fc.oneof(
			fc.anything(),
			fc.dictionary(fc.constantFrom(...fields), fc.anything()),
			fc
				.tuple(fc.constantFrom(...types), fc.dictionary(fc.constantFrom(...fields), fc.anything()))
				.map(([type, rest]) => ({ ...rest, v: 1, type, id: 'a.b', lamport: 0, at: 0 }))
		);
		fc.assert(
			fc.property(odd, (value) => void readOperation(value)),
			{ seed: 20261122, numRuns: 5000 }
		);
	});
});

describe('[D2] The lane', () => {
	test('tells who wrote each operation by the session that wrote it, and leaves out what nobody signed', () => {
		const docs = [70_001, 70_002, 70_003].map((client) => Object.assign(new Y.Doc(), { clientID: client }));
		docs.forEach((doc, i) => appendOperation(doc, { ...reply, id: `person${i}.1` }));
		const all = new Y.Doc();
		for (const doc of docs) Y.applyUpdate(all, Y.encodeStateAsUpdate(doc));
		const read = readOperations(all, (client) =>
			client === 70_003 ? null : { author: `person${client - 70_001}`, role: 'editor' }
		);
		expect(read.map(({ author, operation }) => [author, operation.id]).sort()).toEqual([
			['person0', 'person0.1'],
			['person1', 'person1.1']
		]);
	});

	test('reads past what is no operation', () => {
		const doc = new Y.Doc();
		doc.getArray('operations').push([null, 7, 'x', [reply], new Y.Map(), { ...reply, text: 1 }]);
		appendOperation(doc, reply);
		const read = readOperations(doc, () => ({ author: 'cora', role: 'commenter' }));
		expect(read).toEqual([{ operation: reply, author: 'cora', role: 'commenter' }]);
	});

	test('refuses loudly to write what would not be read', () => {
		const doc = new Y.Doc();
		expect(() => appendOperation(doc, { ...reply, text: 'x'.repeat(MAX_TEXT + 1) })).toThrow(RangeError);
		expect(doc.getArray('operations')).toHaveLength(0);
	});

	test('ids name their author and are never the same', () => {
		const ids = Array.from({ length: 100 }, () => newOperationId('cora'));
		expect(new Set(ids).size).toBe(100);
		for (const id of ids) expect(id).toMatch(/^cora\.[\w-]{22}$/);
	});
});
