/**
 * Keeps every thread at its words in one editor, and its anchor true for everybody else.
 *
 * Promises: words are followed through every edit; what an edit of others may have replaced is looked up again from the
 * anchor, and threads without words are looked for whenever the text has come to rest. After own edits that break the
 * anchors others hold [D3], such as Enter before the words, new anchors are written once the person pauses, one for each
 * thread. Never more than a few milliseconds at a time.
 * Must never: write an anchor for what others did, or leave a thread at words it was not about.
 */
import { Extension, type Editor } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import type { EditorState } from '@tiptap/pm/state';
import { makeAnchor, resolveAnchor, type Anchor } from '#lib/discussion/anchor.ts';
import { placesOf } from './shared-places.ts';
import { findOnce, textBlocksOf, type Range } from './text-of-document.ts';
import { withoutSpace, wordAt } from './word-at.ts';
import { withChange, wordsIn, wordsPlugin, type WordsChange } from './words-plugin.ts';

export interface AnchoredThread {
	readonly id: string;
	readonly anchor: Anchor;
	/** Its words are not marked: it is resolved, and resolved threads are not shown. */
	readonly hidden: boolean;
}

export type WordsState = 'attached' | 'moved' | 'detached';

export interface WordsOptions {
	/** Something stands elsewhere, or looks different. */
	onChange(): void;
	/** Null: beside all words. */
	onClick(thread: string | null): void;
	/** Writes an anchor for everybody; only for threads that this person may re-anchor. */
	reanchor(thread: string, anchor: Anchor): void;
	/** Its words were removed here, and not put back before the person paused. */
	removed(thread: string): void;
}

/** Key of the words that a new comment is being written about. */
const DRAFT = 'draft';
/** How long a person has to pause before anchors are written and lost words are looked for. */
const PAUSE = 1_200;
/** Milliseconds of looking up before the keyboard has its turn. */
const TURN = 6;

export class AnchoredWords {
	#options: WordsOptions;
	#editor: Editor | null = null;
	#threads = new Map<string, AnchoredThread>();
	#states = new Map<string, WordsState>();
	#open: string | null = null;
	#numbers: ReadonlyMap<string, number> = new Map();
	/** To be looked up from their anchors. */
	#waiting = new Set<string>();
	/** Lost their words to an edit made here; `removed` is yet to be said of them, or was. */
	#lost = new Map<string, 'unsaid' | 'said'>();
	#turn: ReturnType<typeof setTimeout> | null = null;
	#pause: ReturnType<typeof setTimeout> | null = null;

	constructor(options: WordsOptions) {
		this.#options = options;
	}

	extension(): Extension {
		return AnchoredWords.#extensionOf(this);
	}

	/** Beside `extension`, since inside of Tiptap's object `this` is the extension. */
	static #extensionOf(words: AnchoredWords): Extension {
		return Extension.create({
			name: 'anchoredWords',
			priority: 10, // after the shared document has the change
			addProseMirrorPlugins() {
				words.#editor = this.editor;
				return [
					wordsPlugin({
						lookOf: (thread) => words.#lookOf(thread),
						numberOf: (thread) => words.#numbers.get(thread) ?? null,
						updated: (before) => words.#updated(before),
						clicked: (thread) => thread !== DRAFT && words.#options.onClick(thread),
						left: () => queueMicrotask(() => words.rest())
					})
				];
			}
		});
	}

	/** Null: not looked up yet. */
	stateOf(thread: string): WordsState | null {
		return this.#states.get(thread) ?? null;
	}
	/** In the positions of the editor now. */
	rangeOf(thread: string): Range | null {
		return this.#editor ? (wordsIn(this.#editor.state).ranges.get(thread) ?? null) : null;
	}
	/** Its words were taken away by an edit made here, and have not come back. */
	wasTakenHere(thread: string): boolean {
		return this.#lost.has(thread);
	}
	get draft(): Range | null {
		return this.rangeOf(DRAFT);
	}

	setThreads(threads: readonly AnchoredThread[]): void {
		const before = this.#threads;
		this.#threads = new Map(threads.map((thread) => [thread.id, thread]));
		const looks: string[] = [];
		for (const thread of threads) {
			const old = before.get(thread.id);
			if (!old || !isSameAnchor(old.anchor, thread.anchor)) this.#waiting.add(thread.id);
			else if (old.hidden !== thread.hidden) looks.push(thread.id);
		}
		const placed = new Map<string, null>();
		for (const id of before.keys()) if (!this.#threads.has(id)) placed.set(id, null);
		if (placed.size > 0 || looks.length > 0) this.#say({ placed, looks });
		this.#lookUpSoon();
	}

	setOpen(thread: string | null): void {
		if (this.#open === thread) return;
		const looks = [this.#open, thread].filter((id) => id !== null);
		this.#open = thread;
		this.#say({ looks });
	}

	/** Numbers the words of these threads, from 1 on, as notes on paper; none takes the numbers away. */
	setNumbers(threads: readonly string[]): void {
		const looks = [...this.#numbers.keys(), ...threads];
		this.#numbers = new Map(threads.map((thread, index) => [thread, index + 1]));
		this.#say({ looks });
	}

	setDraft(range: Range | null): void {
		if (range === null && this.draft === null) return;
		this.#say({ placed: new Map([[DRAFT, range]]) });
	}

	/** Null where there are no words. */
	anchorAt(range: Range): Anchor | null {
		const state = this.#editor?.state;
		const words = state ? withoutSpace(state.doc, range) : null;
		return state && words ? anchorOf(state, words) : null;
	}

	/** The selected words, or the word at the caret. */
	get selectedWords(): Range | null {
		const state = this.#editor?.state;
		if (!state) return null;
		const { from, to, empty } = state.selection;
		return withoutSpace(state.doc, empty ? wordAt(state.doc, from) : { from, to });
	}

	/** The person pauses, or goes. */
	rest(): void {
		// these may find their words now: pasted, undone, or arrived after their anchor
		for (const [thread, state] of this.#states) if (state !== 'attached') this.#waiting.add(thread);
		this.#lookUp(TURN);
		this.#writeAnchors();
		this.#sayRemoved();
		this.#lookUpSoon();
	}

	/** Does everything that waits for a pause or for its turn. */
	settle(): void {
		this.rest();
		this.#stopTimers();
		this.#lookUp(Infinity);
	}

	close(): void {
		this.#stopTimers();
		this.#lookUp(TURN);
		this.#writeAnchors();
		this.#sayRemoved();
		this.#editor = null;
	}

	get #live(): Editor | null {
		return this.#editor && !this.#editor.isDestroyed ? this.#editor : null;
	}

	#lookOf(thread: string): string | null {
		if (thread === DRAFT || thread === this.#open) return 'commented is-open';
		return this.#threads.get(thread)?.hidden === false ? 'commented' : null;
	}

	#say(change: WordsChange): void {
		const editor = this.#live;
		if (!editor) return;
		editor.view.dispatch(withChange(editor.state.tr, change));
		this.#options.onChange();
	}

	#updated(before: EditorState): void {
		const editor = this.#live;
		if (!editor) return;
		// whether words are selected decides what can be done with a comment
		if (editor.state.selection.empty !== before.selection.empty) this.#options.onChange();
		if (editor.state.doc === before.doc) return;
		for (const thread of wordsIn(editor.state).unsure) this.#waiting.add(thread);
		this.#lookUpSoon();
		if (this.#pause !== null) clearTimeout(this.#pause);
		this.#pause = setTimeout(() => {
			this.#pause = null;
			this.rest();
		}, PAUSE);
		this.#options.onChange();
	}

	#writeAnchors(): void {
		const editor = this.#live;
		if (!editor) return;
		const { state } = editor;
		const { own, ranges, unsure } = wordsIn(state);
		if (own.length === 0) return;
		const changed = own.map((part) => wholeBlocks(state.doc, part));
		for (const [thread, range] of ranges) {
			const anchor = this.#threads.get(thread)?.anchor;
			if (!anchor || unsure.has(thread)) continue; // others changed it too, so it is looked up from its anchor
			if (!changed.some(({ from, to }) => range.from <= to && range.to >= from)) continue;
			const found = lookUp(state, anchor);
			if (found.layer === 'relative' && found.from === range.from && found.to === range.to) continue;
			this.#reanchor(thread, range);
		}
		this.#say({ written: true });
	}

	#reanchor(thread: string, range: Range): void {
		const anchor = this.anchorAt(range);
		const known = this.#threads.get(thread);
		if (!anchor || !known) return;
		this.#threads.set(thread, { ...known, anchor });
		this.#states.set(thread, 'attached');
		this.#options.reanchor(thread, anchor);
	}

	#sayRemoved(): void {
		for (const [thread, state] of this.#lost) {
			if (state === 'said') continue;
			this.#lost.set(thread, 'said');
			this.#options.removed(thread);
		}
	}

	#lookUpSoon(): void {
		if (this.#waiting.size === 0 || this.#turn !== null) return;
		this.#turn = setTimeout(() => undefined);
		queueMicrotask(() => this.#takeTurn()); // before it is drawn
	}

	#takeTurn(): void {
		if (this.#turn !== null) clearTimeout(this.#turn);
		this.#turn = null;
		// letters that are being composed must not be drawn again
		if (this.#live?.view.composing !== true) this.#lookUp(TURN);
		if (this.#waiting.size > 0 && this.#live) this.#turn = setTimeout(() => this.#takeTurn(), 20);
	}

	#lookUp(milliseconds: number): void {
		const editor = this.#live;
		if (!editor || this.#waiting.size === 0) return;
		const until = performance.now() + milliseconds;
		const { state } = editor;
		const { takenHere, brought } = wordsIn(state);
		const placed = new Map<string, Range | null>();
		const putBack: [string, Range][] = [];
		const first = [...takenHere.keys()].filter((id) => this.#waiting.has(id));
		for (const id of new Set([...first, ...this.#waiting])) {
			this.#waiting.delete(id);
			const thread = this.#threads.get(id);
			const taken = takenHere.get(id) ?? '';
			if (thread) {
				const found = lookUp(state, thread.anchor);
				const back = brought.map((part) => findOnce(state.doc, part, taken)).find((range) => range !== null);
				const range = back ?? (found.state === 'detached' ? null : { from: found.from, to: found.to });
				placed.set(id, range);
				if (range) this.#lost.delete(id);
				else if (taken !== '' && !this.#lost.has(id)) this.#lost.set(id, 'unsaid');
				this.#states.set(id, found.state);
				if (range && found.layer !== 'relative' && taken !== '') putBack.push([id, range]);
			} else if (id !== DRAFT) this.#states.delete(id);
			if (performance.now() > until) break;
		}
		this.#say({ placed });
		for (const [thread, range] of putBack) this.#reanchor(thread, range);
	}

	#stopTimers(): void {
		for (const timer of [this.#turn, this.#pause]) if (timer !== null) clearTimeout(timer);
		this.#turn = this.#pause = null;
	}
}

function anchorOf(state: EditorState, { from, to }: Range): Anchor {
	const relative = placesOf(state)?.write(from, to) ?? { start: '', end: '' };
	return makeAnchor(textBlocksOf(state.doc), from, to, relative);
}

function lookUp(state: EditorState, anchor: Anchor): ReturnType<typeof resolveAnchor> {
	return resolveAnchor(anchor, textBlocksOf(state.doc), placesOf(state)?.read(anchor.relative) ?? null);
}

/** The shared document re-makes whole blocks, also what follows in them. */
function wholeBlocks(doc: Node, { from, to }: Range): Range {
	const [first, last] = [doc.resolve(from), doc.resolve(to)];
	return {
		from: first.depth > 0 ? first.before(1) : from,
		to: last.depth > 0 ? last.after(1) : to
	};
}

function isSameAnchor(one: Anchor, other: Anchor): boolean {
	return (
		one === other ||
		(one.relative.start === other.relative.start &&
			one.relative.end === other.relative.end &&
			one.quote.exact === other.quote.exact)
	);
}
