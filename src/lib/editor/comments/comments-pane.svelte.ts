/**
 * What is shown of the comments on one document: which threads, in which order, which one is open, what is being
 * written. The words themselves are followed by AnchoredWords; this class tells Svelte about them.
 *
 * Promises: what somebody has begun to write is kept until it is sent or thrown away, also over a fresh view.
 */
import { Selection, TextSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { tick, untrack } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';
import type { Anchor } from '#lib/discussion/anchor.ts';
import { unseenMessages, type Thread } from '#lib/discussion/fold.ts';
import type { CaseEditor } from '../case-editor.svelte.ts';
import type { DocumentDiscussion } from '../open-document.ts';
import type { AnchoredWords } from './anchored-words.ts';
import { quoteOf } from './quote-of.ts';
import { wordsBetween, type Range } from './text-of-document.ts';

export interface PlacedThread {
	readonly thread: Thread;
	readonly from: number;
	/** The words stand elsewhere than where they were commented on. */
	readonly moved: boolean;
}

interface Writing {
	readonly editor: CaseEditor;
	readonly words: AnchoredWords;
}

/** Milliseconds between two looks at where the words stand. */
const REST = 60;
const panes = new WeakMap<DocumentDiscussion, CommentsPane>();

export function commentsPaneOf(discussion: DocumentDiscussion): CommentsPane {
	let pane = panes.get(discussion);
	if (!pane) panes.set(discussion, (pane = new CommentsPane(discussion)));
	return pane;
}

export class CommentsPane {
	readonly discussion: DocumentDiscussion;
	/** Id of the open thread. */
	open = $state<string | null>(null);
	showResolved = $state(false);
	/** The sheet of a narrow screen. */
	sheet = $state(false);
	/** The words that a comment is being written about. */
	draft = $state.raw<{ readonly quote: string } | null>(null);
	/** By what it is for: `new`, or the id of a thread or message. */
	texts = $state<Record<string, string>>({});
	/** One sentence about something that could not be done. */
	problem = $state('');
	/** Said to screen readers. */
	said = $state('');
	#wide = new MediaQuery('(min-width: 68.75rem)');
	#writing = $state.raw<Writing | null>(null);
	#looked = $state(0);
	#looking: ReturnType<typeof setTimeout> | null = null;

	constructor(discussion: DocumentDiscussion) {
		this.discussion = discussion;
	}

	/** Room for cards beside the words. */
	get wide(): boolean {
		return this.#wide.current;
	}
	get threads(): readonly Thread[] {
		return this.discussion.current.threads;
	}
	get writing(): Writing | null {
		return this.#writing;
	}
	/** Reactive: changes when words may stand elsewhere. */
	get looked(): number {
		return this.#looked;
	}

	/** In the order of the text. */
	readonly placed: readonly PlacedThread[] = $derived.by(() => {
		void this.#looked;
		const words = this.#writing?.words;
		if (!words) return [];
		return this.threads
			.filter((thread) => this.isShown(thread))
			.flatMap((thread) => {
				const range = words.rangeOf(thread.id);
				return range ? [{ thread, from: range.from, moved: words.stateOf(thread.id) === 'moved' }] : [];
			})
			.sort((a, b) => a.from - b.from);
	});

	/** Threads whose words are gone. */
	readonly detached: readonly Thread[] = $derived.by(() => {
		void this.#looked;
		const words = this.#writing?.words;
		return this.threads.filter(
			(thread) =>
				this.isShown(thread) && words?.stateOf(thread.id) === 'detached' && !words.rangeOf(thread.id)
		);
	});

	readonly resolvedCount: number = $derived(this.threads.filter(isSettled).length);
	/** How many are waiting for somebody. */
	readonly count: number = $derived(this.threads.length - this.resolvedCount);
	readonly hasSelection: boolean = $derived.by(() => {
		void this.#looked;
		return this.#writing?.editor.editor.state.selection.empty === false;
	});

	isShown(thread: Thread): boolean {
		return this.showResolved || thread.id === this.open || !isSettled(thread);
	}
	freshIn(thread: Thread): readonly string[] {
		return unseenMessages(thread, this.discussion.me).map(({ id }) => id);
	}
	/** May settle it, and say anew where it belongs. */
	mayTend(thread: Thread): boolean {
		const { canModerate, canComment, me } = this.discussion;
		return canModerate || (canComment && thread.author === me);
	}
	cardId(thread: string): string {
		return `comment-${thread}`;
	}
	nameOf(person: string): string {
		return this.discussion.nameOf(person);
	}

	connect(writing: Writing): () => void {
		this.#writing = writing;
		// the words of a comment begun on an earlier view cannot be followed to this one
		if (this.draft && !writing.words.draft) this.draft = null;
		return () => {
			if (this.#writing === writing) this.#writing = null;
			if (this.#looking !== null) clearTimeout(this.#looking);
			this.#looking = null;
		};
	}

	/** Words may stand elsewhere: looked at when the keyboard has had its turn. */
	look(): void {
		this.#looking ??= setTimeout(() => {
			this.#looking = null;
			this.#looked++;
		}, REST);
	}

	/** Begins a comment on the selected words. */
	begin(): void {
		const words = this.#writing?.words;
		const range = words?.selectedWords ?? null;
		if (!words || !range || !this.discussion.canComment) {
			if (this.discussion.canComment) this.problem = 'Select the words you want to comment on first.';
			return;
		}
		this.problem = '';
		this.open = null;
		words.setDraft(range);
		this.draft = { quote: this.#wordsIn(range) };
		if (!this.wide) this.sheet = true;
	}

	/** False when it could not be added; what was written is kept. */
	add(): boolean {
		const words = this.#writing?.words;
		const text = (this.texts.new ?? '').trim();
		const range = words?.draft ?? null;
		const anchor = range && words ? words.anchorAt(range) : null;
		if (text === '') return false;
		if (!anchor) {
			this.problem =
				'The words you selected are gone from the text. Select others; what you wrote here is kept.';
			return false;
		}
		const thread = this.discussion.startThread(anchor, text);
		this.texts.new = '';
		this.leaveDraft();
		this.#caretTo(range?.to ?? 0);
		this.show(thread);
		this.say('Comment added.');
		return true;
	}

	leaveDraft(): void {
		this.draft = null;
		this.#writing?.words.setDraft(null);
	}

	/** Opens a thread without moving the focus. */
	show(thread: string | null): void {
		if (this.open === thread) return;
		this.open = thread;
		const found = untrack(() => this.threads.find(({ id }) => id === thread));
		if (found && this.discussion.canComment && this.freshIn(found).length > 0)
			this.discussion.markSeen(found.id);
	}

	/** Somebody clicked on the words of a thread, or beside all words. */
	clicked(thread: string | null): void {
		const again = thread === this.open;
		this.show(thread);
		// on a narrow screen a second touch is for the words, not for what is said about them
		if (thread !== null && !this.wide && !again) this.sheet = true;
	}

	async enter(thread: string): Promise<void> {
		this.show(thread);
		if (!this.wide) this.sheet = true;
		await tick();
		document.getElementById(this.cardId(thread))?.focus();
	}

	/** From the text: to the thread at the caret, or the next one, or the list. */
	async enterNearest(): Promise<void> {
		const at = this.#writing?.editor.editor.state.selection.from ?? 0;
		const here = this.placed.find(({ thread }) => {
			const range = this.#writing?.words.rangeOf(thread.id);
			return range && range.from <= at && at <= range.to;
		});
		const nearest = here ?? this.placed.find(({ from }) => from >= at) ?? this.placed.at(-1);
		const thread = nearest?.thread ?? this.detached[0];
		if (thread) await this.enter(thread.id);
	}

	/** Back to the text, at the words of the open thread. */
	async leave(): Promise<void> {
		this.sheet = false;
		await tick();
		const range = this.open === null ? null : (this.#writing?.words.rangeOf(this.open) ?? null);
		this.#goTo(range, true);
	}

	/** To the next (1) or previous (-1) thread; the focus stays where it was, in the text or among the comments. */
	async step(direction: 1 | -1): Promise<void> {
		const editor = this.#writing?.editor.editor;
		const list = this.placed;
		if (!editor || list.length === 0) return;
		const among = document.activeElement?.closest('[data-comments]') != null;
		const index = this.#indexHere(list, direction);
		const next = list[(index + list.length) % list.length];
		if (!next) return;
		if (among || !this.wide) await this.enter(next.thread.id);
		else {
			this.show(next.thread.id);
			this.#goTo(this.#writing?.words.rangeOf(next.thread.id) ?? null, true);
		}
		const { author, messages } = next.thread;
		const place = `Comment ${list.indexOf(next) + 1} of ${list.length}`;
		this.say(`${place}, by ${this.nameOf(author)} on “${quoteOf(next.thread)}”: ${messages[0]?.text ?? ''}`);
	}

	attach(thread: Thread): void {
		const words = this.#writing?.words;
		const range = words?.selectedWords ?? null;
		const anchor = range && words ? words.anchorAt(range) : null;
		if (!anchor) this.problem = 'Select the words it belongs to in the text first.';
		else {
			this.discussion.reanchor(thread.id, anchor);
			this.show(thread.id);
			this.say('Comment attached.');
		}
	}

	/** The words were moved here, and with them what others know of their place. */
	reanchor(thread: string, anchor: Anchor): void {
		const found = untrack(() => this.threads.find(({ id }) => id === thread));
		if (found && this.mayTend(found)) this.discussion.reanchor(thread, anchor);
	}

	say(sentence: string): void {
		this.said = this.said === sentence ? `${sentence}\u00a0` : sentence;
	}

	#indexHere(list: readonly PlacedThread[], direction: 1 | -1): number {
		const open = list.findIndex(({ thread }) => thread.id === this.open);
		if (open >= 0) return open + direction;
		const at = this.#writing?.editor.editor.state.selection.from ?? 0;
		const after = list.findIndex(({ from }) => from > at);
		const next = after < 0 ? list.length : after;
		return direction === 1 ? next : next - 1;
	}

	/** Puts the caret at the words, unless it is in them. */
	#goTo(range: Range | null, focus: boolean): void {
		const editor = this.#writing?.editor.editor;
		if (!editor) return;
		const { state, view } = editor;
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

	#caretTo(position: number): void {
		const editor = this.#writing?.editor.editor;
		if (!editor) return;
		const { tr } = editor.state;
		editor.view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(position), -1)));
	}

	#wordsIn({ from, to }: Range): string {
		const doc = this.#writing?.editor.editor.state.doc;
		return doc ? wordsBetween(doc, from, to) : '';
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

/** Resolved, or nothing is left of what was said. */
export function isSettled({ resolved, messages }: Thread): boolean {
	return resolved || messages.every(({ redacted }) => redacted !== null);
}
