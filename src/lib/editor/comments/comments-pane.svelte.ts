/**
 * What is shown of the comments on one document: which threads, in which order, which one is open, what is being
 * written. The words themselves are followed by AnchoredWords; this class tells Svelte about them.
 *
 * Promises: what somebody has begun to write is kept until it is sent or thrown away, also over a fresh view.
 */
import { tick, untrack } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';
import type { Anchor } from '#lib/discussion/anchor.ts';
import { unseenMessages, type Message, type Thread } from '#lib/discussion/fold.ts';
import { readable, withMentions, withoutMentions } from '#lib/discussion/mentions.ts';
import type { DocumentDiscussion, NameablePerson } from '../open-document.ts';
import { refusals, type Refusal } from '../suggestions/refusals.ts';
import type { CommentedText } from './commented-text.ts';
import { quoteOf } from './quote-of.ts';
import { sayGone } from './say-gone.ts';

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
	/** Id of the open thread. */
	open = $state<string | null>(null);
	showResolved = $state(false);
	/** What one types proposes instead of writing. */
	suggests = $state(false);
	/** And is for staff alone. */
	suggestsToStaff = $state(false);
	/** The sheet of a narrow screen. */
	sheet = $state(false);
	/** The words that a comment is being written about, or others are suggested for. */
	draft = $state.raw<{ readonly quote: string; readonly suggests: boolean } | null>(null);
	/** By what it is for: `new`, or the id of a thread or message. */
	texts = $state<Record<string, string>>({});
	/** By the same: the person for whom it is a question. */
	asks = $state<Record<string, string>>({});
	/** What is being written about the words is for staff alone. */
	staffOnly = $state(false);
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
		if (this.draft && !text.draft) this.draft = null;
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

	/** Begins a comment on the selected words. */
	begin(): void {
		const words = this.#text;
		const range = words?.selectedWords ?? null;
		if (!words || !range || !this.discussion.canComment) {
			if (this.discussion.canComment) this.problem = 'Select the words you want to comment on first.';
			return;
		}
		this.problem = '';
		this.open = null;
		words.setDraft(range);
		this.draft = { quote: words.wordsIn(range), suggests: false };
		if (!this.wide) this.sheet = true;
	}

	/** Begins a suggestion of other words for the selected ones. */
	beginChange(): void {
		const text = this.#text;
		const range = text?.wordsToChange ?? null;
		if (!text || !range || !this.discussion.canComment) return;
		const quote = text.wordsIn(range);
		if (quote.trim() === '') {
			this.problem = 'Select the words you want to change first.';
			return;
		}
		this.problem = '';
		this.open = null;
		text.setDraft(range);
		this.draft = { quote, suggests: true };
		this.texts['change'] = quote;
		if (!this.wide) this.sheet = true;
	}

	/** Each time anew for everybody, until it is said otherwise. */
	switchSuggesting(): void {
		this.suggests = !this.suggests;
		this.suggestsToStaff = false;
	}

	/** False when it could not be suggested; what was written is kept. */
	suggest(): boolean {
		const text = this.#text;
		const range = text?.draft ?? null;
		if (!text?.suggesting || !range) {
			this.problem =
				'The words you selected are gone from the text. Select others; what you wrote here is kept.';
			return false;
		}
		const why = this.#written('why', this.staffOnly);
		const thread = text.suggesting.propose(range, this.texts['change'] ?? '', why, this.staffOnly);
		if (thread === null) return false;
		this.texts['change'] = this.texts['why'] = '';
		this.leaveDraft();
		text.leaveAt(range.to);
		this.show(thread);
		this.say(this.staffOnly ? 'Suggestion added, only for staff.' : 'Suggestion added.');
		this.staffOnly = false;
		return true;
	}

	/** What this person suggests and nobody has decided, where the words are still in the text. */
	openSuggestionsOf(author: string): readonly Thread[] {
		void this.#looked;
		const words = this.#text;
		return this.threads.filter(
			(thread) =>
				thread.author === author &&
				thread.suggestion?.state === 'open' &&
				words?.rangeOf(thread.id) &&
				this.#text?.suggesting?.planOf(thread)?.changed === false
		);
	}

	/** One step, which undo takes back. */
	accept(threads: readonly Thread[]): void {
		const count = this.#text?.suggesting?.accept(threads) ?? 0;
		if (count === 0) this.problem = 'Nothing was changed. Its words are not in the text any more.';
		else this.#judged(count > 1 ? `${count} suggestions accepted.` : 'Suggestion accepted.');
	}
	decline(threads: readonly Thread[]): void {
		for (const { id } of threads) this.discussion.judge(id, { verdict: 'declined' });
		this.#judged(threads.length > 1 ? `${threads.length} suggestions declined.` : 'Suggestion declined.');
	}
	withdraw(thread: Thread): void {
		this.discussion.judge(thread.id, { verdict: 'withdrawn' });
		this.#judged('Suggestion withdrawn.');
	}
	reopen({ id, suggestion }: Thread): void {
		this.discussion.judge(id, { verdict: 'reopened', takes: suggestion?.verdicts ?? [], written: null });
	}

	#judged(sentence: string): void {
		this.problem = '';
		this.say(sentence);
		if (this.showResolved) return;
		this.show(null);
		if (this.wide) void this.leave();
		else document.querySelector<HTMLElement>('[data-comments]')?.focus();
	}

	/** A sentence about what cannot be suggested; empty: nothing any more. */
	refuseChange(reason: Refusal | ''): void {
		this.problem = reason === '' ? '' : refusals[reason];
	}

	/** What was written for `key`, as it is kept; empty where nothing was. */
	#written(key: string, staffOnly: boolean): string {
		return withMentions((this.texts[key] ?? '').trim(), this.discussion.peopleFor(staffOnly));
	}

	/** Who can be named in what stands in this thread, or message. */
	peopleIn(id: string): readonly NameablePerson[] {
		return this.discussion.peopleFor(this.discussion.isForStaff(id));
	}
	/** Who can be named in what is being written about the words. */
	get peopleForDraft(): readonly NameablePerson[] {
		return this.discussion.peopleFor(this.isDraftForStaff);
	}
	get isDraftForStaff(): boolean {
		return this.staffOnly && this.discussion.canCommentToStaff;
	}

	#sent(key: string, message: string): void {
		const asked = this.asks[key] ?? '';
		// who was chosen before it was for staff may not be among them
		if (this.peopleIn(message).some(({ person }) => person === asked)) this.discussion.ask(message, asked);
		this.texts[key] = '';
		this.asks[key] = '';
	}

	/** False when there was nothing to say. */
	reply(thread: Thread): boolean {
		const text = this.#written(thread.id, this.discussion.isForStaff(thread.id));
		if (text === '') return false;
		this.#sent(thread.id, this.discussion.reply(thread.id, text));
		this.say('Reply added.');
		return true;
	}

	/** Puts what was said into words that can be written on, unless that was begun before. */
	beginEdit(message: Message): void {
		const people = this.peopleIn(message.id);
		this.texts[`edit ${message.id}`] ??= withoutMentions(message.text, people, (who) => this.nameOf(who));
	}
	/** False when there was nothing left of it. */
	edit(message: Message): boolean {
		const text = this.#written(`edit ${message.id}`, this.discussion.isForStaff(message.id));
		if (text !== '' && text !== message.text) this.discussion.edit(message.id, text);
		return text !== '';
	}

	/** False when it could not be added; what was written is kept. */
	add(): boolean {
		const words = this.#text;
		// what was begun for staff never goes to everybody because the right to it went meanwhile
		const staffOnly = this.staffOnly;
		if (staffOnly && !this.discussion.canCommentToStaff) {
			this.problem =
				'You can no longer comment for staff only. What you wrote here is kept; nobody has seen it.';
			return false;
		}
		const text = this.#written('new', staffOnly);
		const range = words?.draft ?? null;
		const anchor = range && words ? words.anchorAt(range) : null;
		if (text === '') return false;
		if (!anchor) {
			this.problem =
				'The words you selected are gone from the text. Select others; what you wrote here is kept.';
			return false;
		}
		const thread = this.discussion.startThread(anchor, text, staffOnly);
		this.#sent('new', thread);
		this.leaveDraft();
		words?.leaveAt(range?.to ?? 0);
		this.show(thread);
		this.staffOnly = false;
		this.say(staffOnly ? 'Comment added, only for staff.' : 'Comment added.');
		return true;
	}

	leaveDraft(): void {
		this.draft = null;
		this.#text?.setDraft(null);
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
