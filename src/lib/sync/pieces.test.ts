import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { splitUpdate } from './pieces.ts';

test('[E5] a large update is cut into pieces that fit and that make the same document in order', () => {
	const source = new Y.Doc();
	source.getText('t').insert(0, 'before ');
	const start = Y.encodeStateVector(source);
	const first = Y.encodeStateAsUpdate(source);
	source.transact(() => {
		source.getText('t').insert(3, '😀 a long paragraph '.repeat(2_000));
		for (let i = 0; i < 50; i++) source.getArray('list').push([`item ${i} `.repeat(100)]);
		source.getMap('map').set('key', { nested: [1, 2, 3] });
		source.getText('t').delete(0, 5);
	});
	const update = Y.encodeStateAsUpdate(source, start);
	const pieces = splitUpdate(update, 4_000);
	expect(pieces.length).toBeGreaterThan(20);
	expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(4_100);
	const target = new Y.Doc();
	Y.applyUpdate(target, first);
	for (const piece of pieces) Y.applyUpdate(target, piece);
	expect(target.store.pendingStructs).toBe(null);
	expect(target.getText('t').toJSON()).toBe(source.getText('t').toJSON());
	expect(target.getArray('list').toJSON()).toEqual(source.getArray('list').toJSON());
	expect(target.getMap('map').toJSON()).toEqual(source.getMap('map').toJSON());
	expect(Y.encodeStateVector(target)).toEqual(Y.encodeStateVector(source));
});

test('what fits is left as it is', () => {
	const doc = new Y.Doc();
	doc.getText('t').insert(0, 'short');
	const update = Y.encodeStateAsUpdate(doc);
	expect(splitUpdate(update, 1_000)).toEqual([update]);
});
