import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { seededRandom, seeds, type Random } from '../../../../tests/support/random.ts';
import { disagreementsOf, keepsWhatWasReplaced } from '../both-values.ts';
import { BODY_FIELD } from '../schema-version.ts';
import { elementOfBlock, moveElement } from './move-block.ts';
import { MoveKeeper } from './move-keeper.ts';
import { recordMoves } from './moves.ts';

/** One person's device: a document, what is written down of its moves, and what it settles. */
class Device {
	readonly doc = new Y.Doc({ gcFilter: keepsWhatWasReplaced });
	readonly keeper: MoveKeeper;
	readonly undo: Y.UndoManager;
	constructor(client: number) {
		this.doc.clientID = client;
		recordMoves(this.doc, ({ local, origin }) => local && origin !== 'settling');
		this.undo = new Y.UndoManager(this.body, { captureTimeout: 0, trackedOrigins: new Set(['user']) });
		this.keeper = new MoveKeeper(this.doc, {
			// as the sealed document: not a change of this person's hand
			edit: (change) => this.doc.transact(() => change(this.doc), 'settling'),
			isMine: (yClient) => yClient === client,
			mayWrite: () => true,
			patience: 1e8
		});
	}
	get body() {
		return this.doc.getXmlFragment(BODY_FIELD);
	}
	do(change: () => void) {
		this.doc.transact(change, 'user');
	}
	block(id: string): Y.XmlElement {
		const found = elementOfBlock(this.body, id);
		if (!found) throw new Error(`no block ${id}`);
		return found;
	}
	titleOf(id: string): Y.XmlText {
		return (this.block(id).get(0) as Y.XmlElement).get(0) as Y.XmlText;
	}
	move(id: string, into: string | null, before: string | null) {
		this.do(() =>
			moveElement(this.block(id), {
				parent: into === null ? this.body : this.block(into),
				before: before === null ? null : this.block(before)
			})
		);
	}
	type(id: string, at: number, words: string) {
		this.do(() => this.titleOf(id).insert(at, words));
	}
	add(id: string, name: string, into: string | null, words: string) {
		this.do(() => (into === null ? this.body : this.block(into)).push([blockOf(name, id, words)]));
	}
	remove(id: string) {
		this.do(() => {
			const block = this.block(id);
			const parent = block.parent as Y.XmlFragment;
			parent.delete(parent.toArray().indexOf(block), 1);
		});
	}
	close() {
		this.keeper.close();
	}
}

function blockOf(name: string, id: string, words: string): Y.XmlElement {
	const [block, title, text] = [new Y.XmlElement(name), new Y.XmlElement('blockTitle'), new Y.XmlText(words)];
	block.setAttribute('id', id);
	title.setAttribute('id', `${id}-title`);
	title.insert(0, [text]);
	block.insert(0, [title]);
	return block;
}

async function meet(...devices: Device[]) {
	let before = '';
	for (let round = 0; round < 20; round++) {
		for (const from of devices)
			for (const to of devices)
				if (from !== to)
					Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)), 'net');
		await Promise.resolve();
		await Promise.resolve();
		const now = devices.map((one) => JSON.stringify([...Y.encodeStateVector(one.doc)])).join();
		if (now === before) break;
		before = now;
	}
	const [first, ...others] = devices;
	for (const other of others) expect(other.body.toJSON()).toBe(first?.body.toJSON());
}

/** A plan of two goals with two steps each, on the devices of everybody. */
async function devices(count: number) {
	const all = Array.from({ length: count }, (_, index) => new Device(index + 1));
	const [first] = all;
	for (const goal of ['A', 'B']) {
		first?.add(goal, 'goal', null, `Goal ${goal}`);
		for (const step of ['1', '2']) first?.add(`${goal}${step}`, 'step', goal, `Step ${goal}${step}`);
	}
	first?.undo.clear();
	await meet(...all);
	return all as [Device, Device, ...Device[]];
}

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
}, 60_000);
