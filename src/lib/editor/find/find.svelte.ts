/**
 * Find and replace in the text of one editor.
 *
 * Promises: what others write meanwhile moves the places along; replacing is the user's own edit, all at once is one
 * step of undo; closing leaves the caret on what was found.
 */
import { Extension, type Editor } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { Plugin, PluginKey, TextSelection } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { yUndoPluginKey } from '@tiptap/y-tiptap';
import type { UndoManager } from 'yjs';
import { findMatches, type Match } from './matches.ts';

/** More are counted but not drawn. */
const MOST_DRAWN = 2000;
const key = new PluginKey<DecorationSet>('find');

export class Find {
	open = $state(false);
	query = $state('');
	matches = $state.raw<readonly Match[]>([]);
	/** Index of the chosen match; -1 for none. */
	at = $state(-1);
	#editor: Editor | null = null;
	#searched: { readonly doc: Node; readonly query: string } | null = null;

	/** Opens with the words that are selected. */
	show(): void {
		const { state } = this.#running;
		const { from, to, empty } = state.selection;
		const words = empty ? '' : state.doc.textBetween(from, to, '\n');
		if (words !== '' && !words.includes('\n') && words.length <= 200) this.query = words;
		this.open = true;
		this.search(from);
	}

	/** Puts the caret back into the text, on what was found. */
	close(): void {
		if (!this.open) return;
		this.open = false;
		const match = this.matches[this.at];
		this.#searched = null;
		this.matches = [];
		this.at = -1;
		const { view, state } = this.#running;
		view.focus();
		const transaction = state.tr.setMeta(key, true);
		if (match) transaction.setSelection(TextSelection.create(state.doc, match.from, match.to));
		view.dispatch(transaction);
	}

	/** Looks again, from the match at or after this place. */
	search(from: number = this.matches[this.at]?.from ?? 0): void {
		this.#look();
		const next = this.matches.findIndex((match) => match.from >= from);
		this.at = next >= 0 ? next : this.matches.length > 0 ? 0 : -1;
		this.#draw();
	}

	go(steps: 1 | -1): void {
		this.#look();
		const { length } = this.matches;
		if (length === 0) return;
		this.at = (this.at + steps + length) % length;
		this.#draw();
	}

	/** Replaces the chosen one and goes on to the next. */
	replace(by: string): void {
		this.#look();
		const match = this.matches[this.at];
		if (!match) return;
		this.#change([match], by);
		this.search(match.from + by.length);
	}

	/** How many were replaced. */
	replaceAll(by: string): number {
		this.#look();
		const { matches } = this;
		if (matches.length > 0) this.#change(matches, by);
		this.search(0);
		return matches.length;
	}

	extension(): Extension {
		return Find.#extensionOf(this);
	}

	/** Beside `extension`, since inside of Tiptap's object `this` is the extension. */
	static #extensionOf(find: Find): Extension {
		return Extension.create({
			name: 'find',
			addKeyboardShortcuts: () => ({
				'Mod-f': () => {
					find.show();
					return true;
				}
			}),
			addProseMirrorPlugins() {
				find.#editor = this.editor;
				return [
					new Plugin<DecorationSet>({
						key,
						state: {
							init: () => DecorationSet.empty,
							apply: (transaction, shown) => {
								if (transaction.getMeta(key) !== undefined) return find.#decorations(transaction.doc);
								return transaction.docChanged ? shown.map(transaction.mapping, transaction.doc) : shown;
							}
						},
						props: { decorations: (state) => key.getState(state) },
						view: () => ({
							// what was written meanwhile, by anybody, is looked through when the writing pauses for a moment
							update: (view, before) => {
								if (find.open && before.doc !== view.state.doc) queueMicrotask(() => find.#again());
							}
						})
					})
				];
			}
		});
	}

	get #running(): Editor {
		if (this.#editor === null) throw new Error('find belongs to no editor');
		return this.#editor;
	}

	#look(): void {
		const { doc } = this.#running.state;
		if (this.#searched?.doc === doc && this.#searched.query === this.query) return;
		this.#searched = { doc, query: this.query };
		const found: Match[] = [];
		doc.descendants((node, pos) => {
			if (!node.isTextblock) return true;
			// one unit for each place in the line, so that places in the text are places in the document
			const text = node.textBetween(0, node.content.size, undefined, '\ufffc');
			for (const match of findMatches(text, this.query))
				found.push({ from: pos + 1 + match.from, to: pos + 1 + match.to });
			return false;
		});
		this.matches = found;
		if (this.at >= found.length) this.at = found.length - 1;
	}

	/** After somebody wrote: the same place as far as it is still there, without moving the page. */
	#again(): void {
		if (!this.open || this.#running.isDestroyed) return;
		const from = this.matches[this.at]?.from ?? 0;
		this.#look();
		const next = this.matches.findIndex((match) => match.from >= from);
		this.at = next >= 0 ? next : this.matches.length - 1;
		this.#draw(false);
	}

	#draw(scroll = true): void {
		const { view, state } = this.#running;
		view.dispatch(state.tr.setMeta(key, true));
		if (!scroll) return;
		const match = this.matches[this.at];
		if (!match) return;
		const found = view.domAtPos(match.from).node;
		const element = found instanceof Element ? found : found.parentElement;
		element?.scrollIntoView({ block: 'center' });
	}

	#decorations(doc: Node): DecorationSet {
		const drawn = this.matches.slice(Math.max(0, this.at - MOST_DRAWN / 2), this.at + MOST_DRAWN / 2 + 1);
		const chosen = this.matches[this.at];
		return DecorationSet.create(
			doc,
			drawn.map((match) =>
				Decoration.inline(match.from, match.to, { class: match === chosen ? 'found chosen' : 'found' })
			)
		);
	}

	#change(matches: readonly Match[], by: string): void {
		const { view, state } = this.#running;
		const { undoManager } = yUndoPluginKey.getState(state) as { undoManager: UndoManager };
		const transaction = state.tr;
		for (const { from, to } of [...matches].reverse()) transaction.insertText(by, from, to);
		undoManager.stopCapturing(); // a step of undo of its own
		view.dispatch(transaction);
		undoManager.stopCapturing();
	}
}
