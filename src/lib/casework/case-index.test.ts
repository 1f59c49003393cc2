import { expect, test } from 'vitest';
import * as Y from 'yjs';
import {
	addDocument,
	documentTitle,
	markDocument,
	readCaseIndex,
	renameCase,
	renameDocument,
	type DocumentRow
} from './case-index.ts';

const plan: DocumentRow = {
	id: 'doc-1',
	title: 'Case plan',
	kind: 'case-plan',
	template: 'case-plan.1',
	schema: 1,
	createdAt: 1_790_000_000_000,
	fromTemplate: null,
	day: null,
	createdBy: 'amina',
	final: false,
	removed: false,
	moved: null,
	from: null
};

function twoDevices() {
	const [amina, ben] = [new Y.Doc(), new Y.Doc()];
	amina.clientID = 5001;
	ben.clientID = 5002;
	const meet = () => {
		Y.applyUpdate(ben, Y.encodeStateAsUpdate(amina, Y.encodeStateVector(ben)));
		Y.applyUpdate(amina, Y.encodeStateAsUpdate(ben, Y.encodeStateVector(amina)));
	};
	return { amina, ben, meet };
}

test('what is written is read again, oldest document first', () => {
	const { amina, ben, meet } = twoDevices();
	renameCase(amina, 'J. B.');
	addDocument(amina, plan);
	addDocument(ben, { ...plan, id: 'doc-0', createdAt: plan.createdAt - 1, template: null });
	meet();
	expect(readCaseIndex(ben)).toEqual(readCaseIndex(amina));
	expect(readCaseIndex(ben)).toEqual({
		sample: false,
		removed: false,
		restricted: [],
		title: 'J. B.',
		documents: [{ ...plan, id: 'doc-0', createdAt: plan.createdAt - 1, template: null }, plan]
	});
});

test('two people who rename at once both keep their words', () => {
	const { amina, ben, meet } = twoDevices();
	addDocument(amina, plan);
	meet();
	renameDocument(amina, 'doc-1', 'Case plan for spring');
	renameDocument(ben, 'doc-1', 'Second case plan');
	meet();
	for (const doc of [amina, ben])
		expect(documentTitle(doc, 'doc-1')?.toJSON()).toBe('Second case plan for spring');
});

test('adding a listed document again changes nothing', () => {
	const { amina } = twoDevices();
	addDocument(amina, plan);
	renameDocument(amina, 'doc-1', 'Plan');
	addDocument(amina, plan);
	expect(readCaseIndex(amina).documents[0]?.title).toBe('Plan');
});

test('odd rows from another device are read as far as they make sense, and never throw', () => {
	const { amina } = twoDevices();
	const rows = amina.getMap<unknown>('documents');
	rows.set('text', 'not a row');
	rows.set('empty', new Y.Map());
	rows.set(
		'odd',
		new Y.Map<unknown>([
			['kind', 'case-plan'],
			['title', 7],
			['createdAt', 'yesterday']
		])
	);
	expect(readCaseIndex(amina).documents).toEqual([
		{
			id: 'odd',
			title: '',
			kind: 'case-plan',
			template: null,
			schema: 1,
			createdAt: 0,
			createdBy: '',
			fromTemplate: null,
			day: null,
			final: false,
			removed: false,
			moved: null,
			from: null
		}
	]);
	expect(renameDocument(amina, 'odd', 'x')).toBe(false);
});

test('a document taken off the list keeps its title and can be put back', () => {
	const doc = new Y.Doc();
	addDocument(doc, plan);
	markDocument(doc, plan.id, 'removed', true);
	markDocument(doc, plan.id, 'final', true);
	expect(readCaseIndex(doc).documents).toEqual([{ ...plan, removed: true, final: true }]);
	markDocument(doc, plan.id, 'removed', false);
	markDocument(doc, 'nowhere', 'removed', true);
	expect(readCaseIndex(doc).documents).toEqual([{ ...plan, final: true }]);
});
