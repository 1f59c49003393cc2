/**
 * Random edits of a body as an editor makes them: text, marks, blocks, attributes, undo and redo, on a Y.XmlFragment
 * shaped like the casework schema (block elements with attributes, text inside, lists inside blocks).
 */
import * as Y from 'yjs';
import type { View } from '#lib/sync/sealed-document.ts';
import type { Random } from './random.ts';

const FIELD = 'body';
const BLOCKS = ['paragraph', 'heading', 'blockquote', 'goal', 'taskItem'] as const;
const MARKS = ['bold', 'italic', 'underline', 'strike', 'highlight'] as const;
const WORDS = ['housing', ' by May', 'Ωmega ', '家', ' 🏠 ', 'step', '. ', 'who and why, ', 'x'] as const;

/** One tab's editor: a view, and an undo of its own. */
export class RandomEditor {
	readonly #view: View;
	readonly #random: Random;
	readonly #undo: Y.UndoManager;

	constructor(view: View, random: Random) {
		this.#view = view;
		this.#random = random;
		const body = view.doc.getXmlFragment(FIELD);
		this.#undo = new Y.UndoManager(body, { trackedOrigins: new Set([this]), captureTimeout: 0 });
	}

	edit(): void {
		const random = this.#random;
		const dice = random.next();
		if (dice < 0.06) this.#undo.undo();
		else if (dice < 0.08) this.#undo.redo();
		else this.#view.asUser(() => this.#view.doc.transact(() => this.#change(dice), this));
	}

	close(): void {
		this.#undo.destroy();
	}

	#change(dice: number): void {
		const random = this.#random;
		const body = this.#view.doc.getXmlFragment(FIELD);
		const block = body.length === 0 ? null : (body.get(random.below(body.length)) as Y.XmlElement);
		if (block === null || dice < 0.16) {
			const fresh = new Y.XmlElement(random.pick(BLOCKS));
			fresh.insert(0, [new Y.XmlText(random.pick(WORDS))]);
			fresh.setAttribute('id', `b${random.below(1_000_000)}`);
			body.insert(random.below(body.length + 1), [fresh]);
		} else if (dice < 0.2) {
			body.delete(body.toArray().indexOf(block), 1);
		} else if (dice < 0.3) {
			block.setAttribute(random.pick(['status', 'due', 'level']), String(random.below(5)));
		} else if (dice < 0.33 && block.length < 4) {
			block.insert(block.length, [new Y.XmlText(random.pick(WORDS))]);
		} else if (block.length > 0) {
			this.#changeText(block.get(random.below(block.length)) as Y.XmlText, dice);
		}
	}

	#changeText(text: Y.XmlText, dice: number): void {
		const random = this.#random;
		if (text.length === 0 || dice < 0.75) {
			text.insert(random.below(text.length + 1), random.pick(WORDS));
			return;
		}
		const start = random.below(text.length);
		const length = 1 + random.below(Math.min(6, text.length - start));
		if (dice < 0.88) text.delete(start, length);
		else text.format(start, length, { [random.pick(MARKS)]: random.chance(0.7) ? true : null });
	}
}

/** What stands there, so that two devices can be compared. */
export function bodyOf(doc: Y.Doc): string {
	return doc.getXmlFragment(FIELD).toString();
}
