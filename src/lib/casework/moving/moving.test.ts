import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { seededRandom, seeds, type Random } from '../../../../tests/support/random.ts';
import { disagreementsOf } from '../both-values.ts';
import { elementOfBlock } from './move-block.ts';
import { devices, meet, type Device } from './moving.fixture.ts';

const outline = (device: Device) => {
	const read = (parent: Y.XmlFragment): string =>
		parent
			.toArray()
			.flatMap((child) => {
				if (!(child instanceof Y.XmlElement) || child.nodeName === 'blockTitle') return [];
				const inside = read(child);
				const text =
					child.nodeName === 'paragraph' ? child.get(0) : (child.get(0) as Y.XmlElement | undefined)?.get(0);
				return [`${text instanceof Y.XmlText ? text.toString() : '?'}${inside === '' ? '' : `(${inside})`}`];
			})
			.join(', ');
	return read(device.body);
};

test('a goal is moved and keeps its id, its words and its steps', async () => {
	const [amina, ben] = await devices(2);
	amina.move('B', null, 'A');
	await meet(amina, ben);
	expect(outline(ben)).toBe('Goal B(Step B1, Step B2), Goal A(Step A1, Step A2)');
	amina.undo.undo();
	await meet(amina, ben);
	expect(outline(ben)).toBe('Goal A(Step A1, Step A2), Goal B(Step B1, Step B2)');
});

test('what is typed into a goal while another moves it stands in it, at its place and once', async () => {
	const [amina, ben, li] = await devices(3);
	amina?.move('A', null, null);
	ben?.type('A', 4, ' (first)');
	li?.type('A2', 7, '!');
	ben?.type('A1', 0, 'Early ');
	await meet(amina, ben, li as Device);
	expect(outline(amina)).toBe('Goal B(Step B1, Step B2), Goal (first) A(Early Step A1, Step A2!)');
});

test('typed while apart, and the mover has edited the same words after moving', async () => {
	const [amina, ben] = await devices(2);
	amina.move('A', null, null);
	amina.type('A', 0, 'My ');
	ben.type('A', 6, ' now');
	await meet(amina, ben);
	expect(outline(amina)).toBe('Goal B(Step B1, Step B2), My Goal A now(Step A1, Step A2)');
});

test('two who move one goal to two places have it once, with the words of both', async () => {
	const [amina, ben] = await devices(2);
	amina.type('A', 6, ' Amina');
	amina.move('A', null, null);
	ben.type('A', 0, 'Ben ');
	ben.move('A', null, null);
	ben.move('A', null, 'B');
	await meet(amina, ben);
	expect(outline(amina).match(/Goal A/g)).toHaveLength(1);
	expect(outline(amina)).toMatch(/Ben Goal A Amina\(Step A1, Step A2\)/);
});

test('a step moved out of a goal that another moves is where it was moved to, once', async () => {
	const [amina, ben] = await devices(2);
	amina.move('A', null, null);
	ben.move('A1', 'B', 'B2');
	await meet(amina, ben);
	expect(outline(amina)).toBe('Goal B(Step B1, Step A1, Step B2), Goal A(Step A2)');
});

test('a step added to a goal that another moves goes with it, with what is typed into it later', async () => {
	const [amina, ben] = await devices(2);
	amina.move('A', null, null);
	ben.add('A3', 'step', 'A', 'Step A3');
	ben.type('A3', 7, ' new');
	await meet(amina, ben);
	expect(outline(amina)).toBe('Goal B(Step B1, Step B2), Goal A(Step A1, Step A2, Step A3 new)');
});

test('two goals moved into each other are both there', async () => {
	const [amina, ben] = await devices(2);
	amina.move('A', 'B', null);
	ben.move('B', 'A', null);
	await meet(amina, ben);
	for (const name of ['Goal A', 'Goal B', 'Step A1', 'Step A2', 'Step B1', 'Step B2'])
		expect(outline(amina).match(new RegExp(name, 'g'))).toHaveLength(1);
});

test('a status set while another moves the goal is set; against one the mover has set it is the other of two', async () => {
	const [amina, ben] = await devices(2);
	amina.do(() => amina.block('B').setAttribute('lifecycle', 'planned'));
	await meet(amina, ben);
	amina.move('A', null, null);
	amina.move('B', null, null);
	amina.do(() => amina.block('B').setAttribute('lifecycle', 'active'));
	ben.do(() => {
		ben.block('A').setAttribute('lifecycle', 'on-hold');
		ben.block('B').setAttribute('lifecycle', 'completed');
	});
	await meet(amina, ben);
	expect(amina.block('A').getAttribute('lifecycle')).toBe('on-hold');
	expect(
		disagreementsOf(ben.block('B'))
			?.open[0]?.values.map(({ value }) => value)
			.sort()
	).toEqual(['active', 'completed']);
});

test('a removed goal stays removed, and a step removed from one that is moved does too', async () => {
	const [amina, ben] = await devices(2);
	amina.remove('A');
	ben.type('A', 0, 'x');
	amina.move('B', null, null);
	ben.add('B3', 'step', 'B', 'Step B3');
	ben.remove('B3');
	await meet(amina, ben);
	expect(outline(amina)).toBe('Goal B(Step B1, Step B2)');
});

test('undoing a move takes the goal back with what others wrote in it meanwhile', async () => {
	const [amina, ben] = await devices(2);
	amina.move('A', null, null);
	await meet(amina, ben);
	ben.type('A', 0, 'Ben ');
	await meet(amina, ben);
	amina.undo.undo();
	ben.type('A', 0, 'Late ');
	await meet(amina, ben);
	expect(outline(amina)).toBe('Late Ben Goal A(Step A1, Step A2), Goal B(Step B1, Step B2)');
});

test('what is typed between words while a move is undone stands between them, and splits none', async () => {
	const [amina, ben] = await devices(2);
	ben.type('A', 0, 'Ben ');
	await meet(amina, ben);
	amina.move('A', null, null);
	await meet(amina, ben);
	amina.undo.undo();
	ben.type('A', 'Ben '.length, 'Late ');
	await meet(amina, ben);
	expect(outline(amina)).toBe('Ben Late Goal A(Step A1, Step A2), Goal B(Step B1, Step B2)');
});

test('whoever is not there to bring over their own words has them brought over by others, once', async () => {
	const [amina, ben, li] = await devices(3);
	ben.type('A', 0, 'Ben ');
	const sent = Y.encodeStateAsUpdate(ben.doc);
	ben.close();
	amina.move('A', null, null);
	for (const one of [amina, li as Device]) Y.applyUpdate(one.doc, sent);
	await meet(amina, li as Device);
	expect(outline(amina)).not.toContain('Ben');
	amina.keeper.settleAll();
	li?.keeper.settleAll();
	await meet(amina, li as Device);
	expect(outline(amina)).toBe('Goal B(Step B1, Step B2), Ben Goal A(Step A1, Step A2)');
});

function act(device: Device, random: Random, word: string) {
	const ids = ['A', 'B', 'A1', 'A2', 'B1', 'B2'].filter((id) => elementOfBlock(device.body, id));
	const id = random.pick(ids);
	const goals = ids.filter((one) => one.length === 1);
	if (random.chance(0.5)) {
		// between words, so that every word can be looked for as a whole
		const text = device.titleOf(id).toString() as string;
		const gaps = [0, text.length, ...[...text.matchAll(/ /g)].map(({ index }) => index)];
		device.type(id, random.pick(gaps), ` ${word} `);
		return word;
	}
	if (random.chance(0.15) && device.undo.undoStack.length > 0) {
		device.undo.undo();
		return null;
	}
	if (id.length === 1) device.move(id, null, random.pick([...goals.filter((one) => one !== id), null]));
	else {
		const into = random.pick(goals);
		const steps = device
			.block(into)
			.toArray()
			.flatMap((child) =>
				child instanceof Y.XmlElement && child.nodeName === 'step' ? [String(child.getAttribute('id'))] : []
			);
		device.move(id, into, random.pick([...steps.filter((one) => one !== id), null]));
	}
	return '';
}

test('random edits and moves of three people who are often apart lose no goal, no step and no word, and double none', async () => {
	for (const seed of seeds(12)) {
		const random = seededRandom(seed);
		const all = await devices(3);
		const undid = new Set<Device>();
		const words: { word: string; by: Device }[] = [];
		for (let round = 0; round < 4; round++) {
			for (const device of all)
				for (let edits = random.below(5); edits > 0; edits--) {
					const word = act(device, random, `w${seed}x${words.length}`);
					if (word === null) undid.add(device);
					else if (word !== '') words.push({ word, by: device });
				}
			if (random.chance(0.6)) {
				const two = random.shuffle(all).slice(0, 2);
				await meet(...two);
			}
		}
		await meet(...all);
		for (const one of all) one.keeper.settleAll();
		await meet(...all);
		const text = outline(all[0]);
		const about = `seed ${seed}: ${text}`;
		for (const name of ['A', 'B', 'A1', 'A2', 'B1', 'B2'])
			expect(
				[
					...all[0].body.createTreeWalker(
						(node) => node instanceof Y.XmlElement && node.getAttribute('id') === name
					)
				],
				`${name}, ${about}`
			).toHaveLength(1);
		for (const { word } of words)
			expect(text.split(` ${word} `).length - 1, `${word}, ${about}`).toBeLessThanOrEqual(1);
		for (const { word, by } of words) if (!undid.has(by)) expect(text, `${word}, ${about}`).toContain(word);
		for (const one of all) one.close();
	}
});
