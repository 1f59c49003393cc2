/** The text in an editor, for its comments: where one is in it, and how to get to words. */
import type { Anchor } from '#lib/discussion/anchor.ts';
import { Selection, TextSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import type { CaseEditor } from '../case-editor.svelte.ts';
import { wordsToChange, type Suggesting } from '../suggestions/suggesting.ts';
import type { AnchoredThread, AnchoredWords, WordsState } from './anchored-words.ts';
import type { CommentedText } from './commented-text.ts';
import { wordsBetween, type Range } from './text-of-document.ts';

export class EditorText implements CommentedText {
	readonly #editor: CaseEditor;
	readonly #words: AnchoredWords;

	readonly suggesting: Suggesting;

	constructor(editor: CaseEditor, words: AnchoredWords, suggesting: Suggesting) {
		this.suggesting = suggesting;
		this.#editor = editor;
		this.#words = words;
	}

	get element(): HTMLElement {
		return this.#view.dom;
	}
	setThreads(threads: readonly AnchoredThread[]): void {
		this.#words.setThreads(threads);
	}
	setOpen(thread: string | null): void {
		this.#words.setOpen(thread);
	}
	stateOf(thread: string): WordsState | null {
		return this.#words.stateOf(thread);
	}
	rangeOf(thread: string): Range | null {
		return this.#words.rangeOf(thread);
	}
	wasTakenHere(thread: string): boolean {
		return this.#words.wasTakenHere(thread);
	}
	get draft(): Range | null {
		return this.#words.draft;
	}
	setDraft(range: Range | null): void {
		this.#words.setDraft(range);
	}
	anchorAt(range: Range): Anchor | null {
		return this.#words.anchorAt(range);
	}
	get selectedWords(): Range | null {
		return this.#words.selectedWords;
	}
	setNumbers(threads: readonly string[]): void {
		this.#words.setNumbers(threads);
	}
	rest(): void {
		this.#words.rest();
	}

	get wordsToChange(): Range {
		return wordsToChange(this.#view.state);
	}
	get hasSelection(): boolean {
		return !this.#view.state.selection.empty;
	}
	get caret(): number {
		return this.#view.state.selection.from;
	}
	wordsIn({ from, to }: Range): string {
		return wordsBetween(this.#view.state.doc, from, to);
	}
	topOf(position: number): number {
		return this.#view.coordsAtPos(Math.min(position, this.#view.state.doc.content.size)).top;
	}

	goTo(range: Range | null, focus: boolean): void {
		const view = this.#view;
		const { state } = view;
		const { from, to } = state.selection;
		if (range && (to < range.from || from > range.to)) {
			const at = state.doc.resolve(range.from);
			const selection = at.parent.inlineContent
				? TextSelection.create(state.doc, range.from)
				: Selection.near(at);
			view.dispatch(state.tr.setSelection(selection));
		}
		if (range) intoView(view, range.from);
		if (!focus) return;
		if (!view.editable) view.dom.focus({ preventScroll: true });
		view.focus();
	}

	leaveAt(position: number): void {
		const { tr } = this.#view.state;
		this.#view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(position), -1)));
	}

	get #view(): EditorView {
		return this.#editor.editor.view;
	}
}

/** Not under the bars at the top, nor at the very end of the window. */
function intoView(view: EditorView, position: number): void {
	const { top, bottom } = view.coordsAtPos(position);
	const bars = view.dom.closest('[data-editor]')?.querySelector('[role=toolbar]')?.getBoundingClientRect();
	if (top > (bars?.bottom ?? innerHeight * 0.1) && bottom < innerHeight * 0.9) return;
	const { node } = view.domAtPos(position);
	const element = node instanceof Element ? node : node.parentElement;
	element?.scrollIntoView({ block: 'center' });
}
