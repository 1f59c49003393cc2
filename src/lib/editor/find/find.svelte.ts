/**
 * Find and replace in the text of one editor, and in what stands in the fields of its blocks.
 *
 * Promises: what others write meanwhile moves the places along; replacing is the user's own edit, all at once is one
 * step of undo; what is chosen, a status or a date, is found and not replaced; closing leaves the caret on what was found.
 */
import { Extension, type Editor } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { Plugin, PluginKey, TextSelection, type Transaction } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { yUndoPluginKey } from '@tiptap/y-tiptap';
import type { UndoManager } from 'yjs';
import { blockSpec } from '#lib/casework/block-specs.ts';
import type { Field } from '#lib/casework/blocks/block-spec.ts';
import { fieldWords } from '#lib/casework/field-words.ts';
import { findMatches, type Match } from './matches.ts';

/** More are counted but not drawn. */
const MOST_DRAWN = 2000;
const key = new PluginKey<DecorationSet>('find');

/** A field of a block whose words match. It comes before the block's text: `from` and `to` lie between the two. */
interface InField extends Match {
	readonly field: Field;
	readonly block: number;
	/** The block's id, and its value. */
	readonly id: string;
	readonly value: string;
}
type Found = (Match & { readonly field?: undefined }) | InField;

export class Find {
	open = $state(false);
	query = $state('');
	matches = $state.raw<readonly Found[]>([]);
	/** Index of the chosen match; -1 for none. */
	at = $state(-1);
	#editor: Editor | null = null;
	/** Marks fields, which are drawn by others and again and again: by rules instead of classes. */
	#fieldRules = new CSSStyleSheet();
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
		if (match?.field) transaction.setSelection(TextSelection.near(state.doc.resolve(match.block + 1)));
		else if (match) transaction.setSelection(TextSelection.create(state.doc, match.from, match.to));
		view.dispatch(transaction);
		if (match?.field) this.#elementOf(match)?.querySelector<HTMLElement>('[data-field]')?.focus();
	}

	/** Of what was replaced last. */
	undo(): void {
		this.#running.commands.undo();
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

	/** Replaces the chosen one and goes on to the next. False when it is not replaced. */
	replace(by: string): boolean {
		this.#look();
		const match = this.matches[this.at];
		if (!match || !isTyped(match)) return false;
		this.#change([match], by);
		this.search(match.field ? match.to : match.from + by.length);
		return true;
	}

	/** How many were replaced. */
	replaceAll(by: string): number {
		this.#look();
		const typed = this.matches.filter(isTyped);
		if (typed.length > 0) this.#change(typed, by);
		this.search(0);
		return typed.length;
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
							destroy: () => find.#markFields([]),
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
		const found: Found[] = [];
		doc.descendants((node, pos) => {
			if (!node.isTextblock) {
				found.push(...findInFields(node, pos, this.query));
				return true;
			}
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
		if (match) this.#elementOf(match)?.scrollIntoView({ block: 'center' });
	}

	#elementOf(match: Found): Element | null {
		const { view } = this.#running;
		if (match.field) {
			const block = view.nodeDOM(match.block);
			if (!(block instanceof Element)) return null;
			return block.querySelector(`:scope > .block-fields .field-${match.field.attribute}`) ?? block;
		}
		const found = view.domAtPos(match.from).node;
		return found instanceof Element ? found : found.parentElement;
	}

	#decorations(doc: Node): DecorationSet {
		const drawn = this.matches.slice(Math.max(0, this.at - MOST_DRAWN / 2), this.at + MOST_DRAWN / 2 + 1);
		const chosen = this.matches[this.at];
		this.#markFields(drawn.filter((match) => match.field !== undefined));
		return DecorationSet.create(
			doc,
			drawn
				.filter((match) => match.field === undefined)
				.map((match) =>
					Decoration.inline(match.from, match.to, { class: match === chosen ? 'found chosen' : 'found' })
				)
		);
	}

	#markFields(drawn: readonly InField[]): void {
		const others = document.adoptedStyleSheets.filter((sheet) => sheet !== this.#fieldRules);
		document.adoptedStyleSheets = drawn.length === 0 ? others : [...others, this.#fieldRules];
		const ruleOf = (match: InField) => {
			const field = `[data-id="${CSS.escape(match.id)}"] > .block-fields .field-${match.field.attribute}`;
			return match === this.matches[this.at]
				? `${field} { outline: 2px solid var(--focus, #1a63c9) } :is(${field}, ${field} > select) { background: var(--found-chosen) }`
				: `:is(${field}, ${field} > select) { background: var(--found) }`;
		};
		this.#fieldRules.replaceSync(drawn.map(ruleOf).join('\n'));
	}

	#change(matches: readonly Found[], by: string): void {
		const { view, state } = this.#running;
		const { undoManager } = yUndoPluginKey.getState(state) as { undoManager: UndoManager };
		const transaction = state.tr;
		for (const match of [...matches].reverse())
			if (match.field) this.#changeField(transaction, match, by);
			else transaction.insertText(by, match.from, match.to);
		undoManager.stopCapturing(); // a step of undo of its own
		view.dispatch(transaction);
		undoManager.stopCapturing();
	}

	#changeField(transaction: Transaction, { block, field, value }: InField, by: string): void {
		let next = value;
		for (const { from, to } of [...findMatches(value, this.query)].reverse())
			next = next.slice(0, from) + by + next.slice(to);
		transaction.setNodeAttribute(block, field.attribute, next);
		// a name that was typed over is no longer known to be this person's
		const ref = field.kind === 'who' ? field.ref : undefined;
		const person: unknown = ref && transaction.doc.nodeAt(block)?.attrs[ref];
		if (ref !== undefined && typeof person === 'string' && person !== '')
			transaction.setNodeAttribute(block, ref, '');
	}
}

function findInFields({ type, attrs }: Node, block: number, query: string): InField[] {
	const { id } = attrs as { id?: unknown };
	const fields = blockSpec(type.name)?.fields ?? [];
	return fields.flatMap((field, index) => {
		const value: unknown = attrs[field.attribute];
		// what is linked stands elsewhere, and is found there
		if (
			typeof value !== 'string' ||
			typeof id !== 'string' ||
			['block', 'goals', 'picture'].includes(field.kind)
		)
			return [];
		if (findMatches(fieldWords(field, value), query).length === 0) return [];
		const part = 1 / (fields.length + 1);
		return [{ from: block + index * part, to: block + (index + 1) * part, field, block, id, value }];
	});
}

/** Can it be written over? A status, a date, an amount is set in its place. */
function isTyped({ field }: Found): boolean {
	return field === undefined || ['text', 'who', 'agency'].includes(field.kind);
}
