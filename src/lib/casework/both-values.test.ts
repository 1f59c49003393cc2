import { expect, test } from 'vitest';
import * as Y from 'yjs';
import {
	askAgain,
	countOpen,
	disagreementsOf,
	findDisagreements,
	keepsWhatWasReplaced,
	leaveToOthers,
	settle
} from './both-values.ts';
import type { Id } from './moving/moves.ts';
import { PICKS_FIELD } from './picks.ts';

function goalOnTwoDevices() {
	const [amina, ben] = [
		new Y.Doc({ gcFilter: keepsWhatWasReplaced }),
		new Y.Doc({ gcFilter: keepsWhatWasReplaced })
	];
	amina.clientID = 5001;
	ben.clientID = 5002;
	const goal = new Y.XmlElement('goal');
	goal.setAttribute('id', 'g');
	amina.getXmlFragment('body').insert(0, [goal]);
	const meet = () => {
		Y.applyUpdate(ben, Y.encodeStateAsUpdate(amina));
		Y.applyUpdate(amina, Y.encodeStateAsUpdate(ben));
	};
	meet();
	return { goals: () => [amina, ben].map((doc) => doc.getXmlFragment('body').get(0) as Y.XmlElement), meet };
}

const hersAndHis = (goals: () => Y.XmlElement[]) => goals() as [Y.XmlElement, Y.XmlElement];

test('two statuses set apart are both found, with who set them, on every device', () => {
	const { goals, meet } = goalOnTwoDevices();
	const [hers, his] = hersAndHis(goals);
	hers.setAttribute('lifecycle', 'proposed');
	meet();
	hers.setAttribute('lifecycle', 'active');
	his.setAttribute('lifecycle', 'on-hold');
	meet();
	const [found, other] = goals().map(disagreementsOf);
	expect(found).toEqual(other);
	expect(found?.open).toEqual([
		{
			attribute: 'lifecycle',
			values: [
				{ value: hers.getAttribute('lifecycle'), yClient: 5002 },
				{ value: 'active', yClient: 5001 }
			]
		}
	]);
});

test('a choice made after seeing both settles it, and stays known with what it was chosen over', () => {
	const { goals, meet } = goalOnTwoDevices();
	const [hers, his] = hersAndHis(goals);
	hers.setAttribute('lifecycle', 'active');
	his.setAttribute('lifecycle', 'on-hold');
	meet();
	expect(countOpen(findDisagreements(hers.parent as Y.XmlFragment))).toBe(1);
	settle(his, 'lifecycle', { value: 'active', yClient: 5001 });
	meet();
	for (const goal of goals())
		expect(disagreementsOf(goal)).toEqual({
			open: [],
			settled: [
				{
					attribute: 'lifecycle',
					chosen: { value: 'active', yClient: 5002 },
					over: [
						{ value: 'on-hold', yClient: 5002 },
						{ value: 'active', yClient: 5001 }
					]
				}
			]
		});
});

test('of three, two are asked about when one is taken back, with those who said them', () => {
	const { goals, meet } = goalOnTwoDevices();
	const [hers, his] = hersAndHis(goals);
	const third = new Y.Doc({ gcFilter: keepsWhatWasReplaced });
	third.clientID = 5003;
	Y.applyUpdate(third, Y.encodeStateAsUpdate(hers.doc ?? third));
	hers.setAttribute('lifecycle', 'active');
	his.setAttribute('lifecycle', 'on-hold');
	(third.getXmlFragment('body').get(0) as Y.XmlElement).setAttribute('lifecycle', 'completed');
	meet();
	Y.applyUpdate(third, Y.encodeStateAsUpdate(his.doc ?? third));
	leaveToOthers(third.getXmlFragment('body').get(0) as Y.XmlElement, 'lifecycle');
	Y.applyUpdate(his.doc ?? third, Y.encodeStateAsUpdate(third));
	meet();
	for (const goal of goals())
		expect(disagreementsOf(goal)?.open).toEqual([
			{
				attribute: 'lifecycle',
				values: [
					{ value: 'on-hold', yClient: 5002 },
					{ value: 'active', yClient: 5001 }
				]
			}
		]);
});

test('a choice that was undone asks again on every device, and what nobody can have written is passed over', () => {
	const { goals, meet } = goalOnTwoDevices();
	const [hers, his] = hersAndHis(goals);
	hers.setAttribute('lifecycle', 'active');
	his.setAttribute('lifecycle', 'on-hold');
	meet();
	const asked = disagreementsOf(hers);
	const before = Y.getState(his.doc?.store as never, 5002);
	settle(his, 'lifecycle', { value: 'active', yClient: 5001 });
	const set = Y.getState(his.doc?.store as never, 5002);
	his.setAttribute('lifecycle', 'on-hold'); // as undo does
	const isHis = ([client, clock]: Id, from: number, until: number) =>
		client === 5002 && clock >= from && clock < until;
	askAgain(his, 'lifecycle', {
		isUndo: true,
		isUndone: (id) => isHis(id, before, set),
		isNew: (id) => isHis(id, set, Infinity)
	});
	meet();
	expect(goals().map(disagreementsOf)).toEqual([asked, asked]);
	for (const [at, odd] of [null, 7, { picked: [[1, 2]], again: [], isOff: true }, { isOff: true }].entries())
		hers.doc?.getMap(PICKS_FIELD).set(`odd ${at}`, odd);
	meet();
	expect(goals().map(disagreementsOf)).toEqual([asked, asked]);
});

test('the same value set apart is no disagreement, one after another neither, and three are three', () => {
	const { goals, meet } = goalOnTwoDevices();
	const [hers, his] = hersAndHis(goals);
	hers.setAttribute('lifecycle', 'active');
	his.setAttribute('lifecycle', 'active');
	hers.setAttribute('priority', 'high-priority');
	meet();
	his.setAttribute('priority', 'low-priority');
	meet();
	expect(goals().map(disagreementsOf)).toEqual([null, null]);
	const third = new Y.Doc({ gcFilter: keepsWhatWasReplaced });
	third.clientID = 5003;
	Y.applyUpdate(third, Y.encodeStateAsUpdate(hers.doc ?? third));
	hers.setAttribute('target', '2026-12-01');
	his.setAttribute('target', '2026-12-02');
	(third.getXmlFragment('body').get(0) as Y.XmlElement).setAttribute('target', '');
	Y.applyUpdate(hers.doc ?? third, Y.encodeStateAsUpdate(third));
	meet();
	for (const goal of goals())
		expect(disagreementsOf(goal)?.open[0]?.values.map(({ value }) => value)).toEqual([
			'',
			'2026-12-02',
			'2026-12-01'
		]);
});

test('who sets a value again and again while apart replaces nothing that they have not seen', () => {
	for (const writer of [0, 1]) {
		const { goals, meet } = goalOnTwoDevices();
		const [busy, other] = writer === 0 ? goals() : goals().reverse();
		busy?.setAttribute('lifecycle', 'proposed');
		busy?.setAttribute('priority', 'low-priority');
		busy?.setAttribute('lifecycle', 'active');
		other?.setAttribute('lifecycle', 'on-hold');
		meet();
		for (const goal of goals())
			expect(
				disagreementsOf(goal)
					?.open[0]?.values.map(({ value }) => value)
					.sort()
			).toEqual(['active', 'on-hold']);
	}
});

test('a choice made of two is not taken for one of a third that had not come yet', () => {
	const { goals, meet } = goalOnTwoDevices();
	const [hers, his] = hersAndHis(goals);
	const third = new Y.Doc({ gcFilter: keepsWhatWasReplaced });
	third.clientID = 5000;
	Y.applyUpdate(third, Y.encodeStateAsUpdate(hers.doc ?? third));
	(third.getXmlFragment('body').get(0) as Y.XmlElement).setAttribute('lifecycle', 'completed');
	hers.setAttribute('lifecycle', 'active');
	his.setAttribute('lifecycle', 'on-hold');
	meet();
	settle(his, 'lifecycle', { value: 'active', yClient: 5001 });
	meet();
	Y.applyUpdate(hers.doc ?? third, Y.encodeStateAsUpdate(third));
	meet();
	for (const goal of goals())
		expect(disagreementsOf(goal)?.open[0]?.values.map(({ value }) => value)).toEqual(['active', 'completed']);
});

test('a document that was stored and read again still has both', () => {
	const { goals, meet } = goalOnTwoDevices();
	const [hers, his] = hersAndHis(goals);
	hers.setAttribute('lifecycle', 'active');
	his.setAttribute('lifecycle', 'on-hold');
	meet();
	const again = new Y.Doc({ gcFilter: keepsWhatWasReplaced });
	Y.applyUpdateV2(again, Y.encodeStateAsUpdateV2(his.doc ?? again));
	expect(countOpen(findDisagreements(again.getXmlFragment('body')))).toBe(1);
});

test('letters deleted from a living line are forgotten, those of a block that was removed are kept', () => {
	const doc = new Y.Doc({ gcFilter: keepsWhatWasReplaced });
	const body = doc.getXmlFragment('body');
	const text = new Y.XmlText('gone and kept');
	const line = new Y.XmlElement('paragraph');
	line.insert(0, [text]);
	body.insert(0, [line]);
	text.delete(0, 5);
	const stored = () => new TextDecoder().decode(Y.encodeStateAsUpdate(doc));
	expect(stored()).not.toContain('gone');
	body.delete(0, 1);
	expect(stored()).toContain('and kept');
});
