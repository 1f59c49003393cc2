/**
 * The `/` menu: opens where one types a slash at the start of a word, filters while one types on, and never takes the
 * focus out of the text.
 */
import { Extension, type Editor } from '@tiptap/core';
import { isChangeOrigin } from '@tiptap/extension-collaboration';
import { Plugin, type EditorState } from '@tiptap/pm/state';
import { findInsertables, type Insertable } from '../insertable.ts';

interface OpenMenu {
	readonly items: readonly Insertable[];
	readonly at: number;
	/** Position of the slash in the document. */
	readonly from: number;
	/** Where the slash stands on the screen. */
	readonly place: { readonly left: number; readonly top: number; readonly bottom: number };
}

export class SlashMenu {
	open = $state.raw<OpenMenu | null>(null);
	readonly listId: string;
	#editor: Editor | null = null;
	#wanted = false;

	constructor(listId: string) {
		this.listId = listId;
	}

	optionId(index: number): string {
		return `${this.listId}-${index}`;
	}

	/** What the text box says about the menu to a screen reader. */
	get describedBy(): Record<string, string> {
		const menu = this.open;
		return menu ? { 'aria-controls': this.listId, 'aria-activedescendant': this.optionId(menu.at) } : {};
	}

	choose(item: Insertable): void {
		const menu = this.open;
		const editor = this.#editor;
		this.close();
		if (!menu || !editor) return;
		editor.view.dispatch(editor.state.tr.delete(menu.from, editor.state.selection.from));
		item.insert(editor);
	}

	close(): void {
		this.#wanted = false;
		if (this.open !== null) this.open = null;
	}

	extension(): Extension {
		return SlashMenu.#extensionOf(this);
	}

	/** Beside `extension`, since inside of Tiptap's object `this` is the extension. */
	static #extensionOf(menu: SlashMenu): Extension {
		return Extension.create({
			name: 'slashMenu',
			priority: 1200, // before Enter and Tab of everything else
			addProseMirrorPlugins() {
				menu.#editor = this.editor;
				return [
					new Plugin({
						appendTransaction: (transactions, before, after) => {
							const typed = transactions.some(
								(transaction) => transaction.docChanged && !isChangeOrigin(transaction)
							);
							if (typed && slashBefore(after) !== null && slashBefore(before) === null) menu.#wanted = true;
							return null;
						},
						view: () => ({ update: () => menu.#look(), destroy: () => menu.close() }),
						props: {
							handleKeyDown: (_view, event) => menu.#key(event),
							handleDOMEvents: { blur: () => queueMicrotask(() => menu.close()) }
						}
					})
				];
			}
		});
	}

	#look(): void {
		const editor = this.#editor;
		if (!this.#wanted || !editor) return;
		const found = slashBefore(editor.state);
		const items = found === null ? [] : findInsertables(found.query);
		if (found === null || items.length === 0) {
			this.close();
			return;
		}
		const { left, top, bottom } = editor.view.coordsAtPos(found.from);
		const at = Math.min(this.open?.at ?? 0, items.length - 1);
		this.open = { items, at, from: found.from, place: { left, top, bottom } };
	}

	#key(event: KeyboardEvent): boolean {
		const menu = this.open;
		if (!menu || event.isComposing) return false;
		const item = menu.items[menu.at];
		switch (event.key) {
			case 'ArrowDown':
			case 'ArrowUp': {
				const step = event.key === 'ArrowDown' ? 1 : menu.items.length - 1;
				this.open = { ...menu, at: (menu.at + step) % menu.items.length };
				// the text box tells the screen reader about the choice; it does so when the view is drawn again
				this.#editor?.view.dispatch(this.#editor.state.tr);
				return true;
			}
			case 'Enter':
			case 'Tab':
				if (item) this.choose(item);
				return true;
			case 'Escape':
				this.close();
				return true;
			default:
				return false;
		}
	}
}

function slashBefore({ selection }: EditorState): { from: number; query: string } | null {
	const { $from: caret, empty } = selection; // a Svelte module reserves names with a dollar
	if (!empty || !caret.parent.isTextblock || caret.parent.type.name === 'field') return null;
	const before = caret.parent.textBetween(0, caret.parentOffset, undefined, (leaf) =>
		leaf.type.name === 'hardBreak' ? '\n' : '\ufffc'
	);
	const query = /(?:^|\s)\/([\p{L}\p{N}]{0,20}(?: [\p{L}\p{N}]{0,20})?)$/u.exec(before)?.[1];
	return query === undefined ? null : { from: caret.pos - query.length - 1, query };
}
