/** Devices that move blocks and write in them while apart, in memory. */
import { expect } from 'vitest';
import * as Y from 'yjs';
import { keepsWhatWasReplaced } from '../both-values.ts';
import { BODY_FIELD } from '../schema-version.ts';
import { elementOfBlock, moveElement } from './move-block.ts';
import { MoveKeeper } from './move-keeper.ts';
import { recordMoves } from './moves.ts';

/** One person's device: a document, what is written down of its moves, and what it settles. */
export class Device {
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

export function blockOf(name: string, id: string, words: string): Y.XmlElement {
	const [block, title, text] = [new Y.XmlElement(name), new Y.XmlElement('blockTitle'), new Y.XmlText(words)];
	block.setAttribute('id', id);
	title.setAttribute('id', `${id}-title`);
	title.insert(0, [text]);
	block.insert(0, [title]);
	return block;
}

/** Until nothing is new to anybody; all have the same then. */
export async function meet(...devices: Device[]) {
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
export async function devices(count: number) {
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
