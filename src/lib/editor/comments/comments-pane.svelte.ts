/**
 * What is shown of the comments on one document: which threads, in which order, which one is open. The words themselves
 * are followed by AnchoredWords; this class tells Svelte about them.
 */
import { tick, untrack } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';
import type { Anchor } from '#lib/discussion/anchor.ts';
import { unseenMessages, type Thread } from '#lib/discussion/fold.ts';
import { readable } from '#lib/discussion/mentions.ts';
import type { DocumentDiscussion } from '../open-document.ts';
import { Decisions } from '../suggestions/decisions.ts';
import { refusals, type Refusal } from '../suggestions/refusals.ts';
import type { CommentedText } from './commented-text.ts';
import { quoteOf } from './quote-of.ts';
import { sayGone } from './say-gone.ts';
import { Writing } from './writing.svelte.ts';

export interface PlacedThread {
	readonly thread: Thread;
	readonly from: number;
	/** The words stand elsewhere than where they were commented on. */
	readonly moved: boolean;
}

/** A thread as it goes on paper. */
export interface Note {
	readonly number: number;
	readonly thread: Thread;
	/** Its words are gone. */
	readonly detached: boolean;
}

/** Milliseconds between two looks at where the words stand. */
const REST = 60;
const panes = new WeakMap<DocumentDiscussion, CommentsPane>();

export function commentsPaneOf(discussion: DocumentDiscussion): CommentsPane {
	const known = panes.get(discussion);
	if (known) return known;
	// not a part of whatever asks first: what is derived here would stop with it, and the pane goes on with a fresh view
	let made: CommentsPane | undefined;
	$effect.root(() => {
		made = new CommentsPane(discussion);
	});
	const pane = made ?? new CommentsPane(discussion);
	panes.set(discussion, pane);
	return pane;
}

export class CommentsPane {
	readonly discussion: DocumentDiscussion;
	/** What is being written. */
	readonly writing: Writing = new Writing(this);
	/** Suggestions that are taken or not. */
	readonly decisions: Decisions = new Decisions(this);
	/** Id of the open thread. */
	open = $state<string | null>(null);
	showResolved = $state(false);
	/** What one types proposes instead of writing. */
	suggests = $state(false);
	/** And is for staff alone. */
	suggestsToStaff = $state(false);
	/** The sheet of a narrow screen. */
	sheet = $state(false);
	/** While it goes on paper with notes. */
	notes = $state.raw<readonly Note[] | null>(null);
	/** One sentence about something that could not be done. */
	problem = $state('');
	/** Said to screen readers. */
	said = $state('');
	#wide = new MediaQuery('(min-width: 68.75rem)');
	#text = $state.raw<CommentedText | null>(null);
	#looked = $state(0);
	#looking: ReturnType<typeof setTimeout> | null = null;
	readonly #noticed: Record<string, number> = {};

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
	/** Null while none is shown. */
	get text(): CommentedText | null {
		return this.#text;
	}
	/** Reactive: changes when words may stand elsewhere. */
	get looked(): number {
		return this.#looked;
	}

	/** In the order of the text. */
	readonly placed: readonly PlacedThread[] = $derived.by(() => {
		void this.#looked;
		const words = this.#text;
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
		const words = this.#text;
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
		return this.#text?.hasSelection === true;
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
	/** What somebody said, as it is read aloud. */
	read(text: string): string {
		return readable(text, (person) => this.nameOf(person));
	}
	/**
	 * What became of its words. Taken away here, it says so from the beginning, not only once others are told: or the
	 * sentence would change, and what stands below it move, when the person turns to it.
	 */
	sayGone(thread: Thread): string {
		const noticed = (this.#noticed[thread.id] ??= Date.now());
		const here = this.discussion.canModerate && this.#text?.wasTakenHere(thread.id) === true;
		const removed = thread.removed ?? (here ? { by: this.discussion.me, at: noticed } : null);
		return sayGone({ ...thread, removed }, (who) => this.nameOf(who), noticed);
	}

	connect(text: CommentedText): () => void {
		this.#text = text;
		// the words of a comment begun on an earlier view cannot be followed to this one
		if (this.writing.draft && !text.draft) this.writing.draft = null;
		return () => {
			if (this.#text === text) this.#text = null;
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

	/** Each time anew for everybody, until it is said otherwise. */
	switchSuggesting(): void {
		this.suggests = !this.suggests;
		this.suggestsToStaff = false;
	}

	/** A sentence about what cannot be suggested; empty: nothing any more. */
	refuseChange(reason: Refusal | ''): void {
		this.problem = reason === '' ? '' : refusals[reason];
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

	/** Somebody comes from elsewhere for this thread: to its words, and to what is said of them. */
	async visit(thread: string): Promise<void> {
		this.show(thread);
		await tick();
		this.#text?.goTo(this.#text.rangeOf(thread), false);
		await this.enter(thread);
	}

	/** From the text: to the thread at the caret, or the next one, or the list. */
	async enterNearest(): Promise<void> {
		const at = this.#text?.caret ?? 0;
		const here = this.placed.find(({ thread }) => {
			const range = this.#text?.rangeOf(thread.id);
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
		const range = this.open === null ? null : (this.#text?.rangeOf(this.open) ?? null);
		this.#text?.goTo(range, true);
	}

	/** To the next (1) or previous (-1) thread; the focus stays where it was, in the text or among the comments. */
	async step(direction: 1 | -1): Promise<void> {
		const list = this.placed;
		if (this.#text === null || list.length === 0) return;
		const among = document.activeElement?.closest('[data-comments]') != null;
		const index = this.#indexHere(list, direction);
		const next = list[(index + list.length) % list.length];
		if (!next) return;
		if (among || !this.wide) await this.enter(next.thread.id);
		else {
			this.show(next.thread.id);
			this.#text.goTo(this.#text.rangeOf(next.thread.id), true);
		}
		const { id, author, messages } = next.thread;
		const whom = this.discussion.isForStaff(id) ? ', only for staff' : '';
		const place = `Comment ${list.indexOf(next) + 1} of ${list.length}`;
		this.say(
			`${place}${whom}, by ${this.nameOf(author)} on “${quoteOf(next.thread)}”: ${this.read(messages[0]?.text ?? '')}`
		);
	}

	attach(thread: Thread): void {
		const words = this.#text;
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

	/** The words were removed here. */
	removed(thread: string): void {
		const found = untrack(() => this.threads.find(({ id }) => id === thread));
		// an accepted deletion says so itself
		if (found && this.discussion.canModerate && found.suggestion?.state !== 'accepted')
			this.discussion.removedWords(thread);
	}

	/**
	 * With comments as numbered notes, resolved ones too: in the order of the text, then those without words. Those that
	 * guests cannot read only if it is said: paper goes from hand to hand.
	 */
	async print(withStaffOnly: boolean): Promise<void> {
		const text = this.#text;
		const at = (thread: Thread) => text?.rangeOf(thread.id)?.from ?? Infinity;
		const printed = this.threads.filter(({ id }) => withStaffOnly || !this.discussion.isForStaff(id));
		const threads = printed.toSorted((a, b) => at(a) - at(b));
		this.notes = threads.map((thread, index) => ({
			number: index + 1,
			thread,
			detached: text?.stateOf(thread.id) === 'detached'
		}));
		text?.setNumbers(threads.map(({ id }) => id));
		const done = () => {
			this.notes = null;
			text?.setNumbers([]);
		};
		addEventListener('afterprint', done, { once: true });
		await tick();
		window.print();
	}

	say(sentence: string): void {
		this.said = this.said === sentence ? `${sentence}\u00a0` : sentence;
	}

	#indexHere(list: readonly PlacedThread[], direction: 1 | -1): number {
		const open = list.findIndex(({ thread }) => thread.id === this.open);
		if (open >= 0) return open + direction;
		const at = this.#text?.caret ?? 0;
		const after = list.findIndex(({ from }) => from > at);
		const next = after < 0 ? list.length : after;
		return direction === 1 ? next : next - 1;
	}
}

/** Resolved, or nothing is left of what was said. */
export function isSettled({ resolved, messages }: Thread): boolean {
	return resolved || messages.every(({ redacted }) => redacted !== null);
}
