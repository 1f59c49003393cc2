/**
 * What somebody is writing about the words of one document: a comment, a suggestion, an answer, other words for what
 * they said.
 *
 * Promises: what was begun is kept until it is sent or thrown away, also over a fresh view; what was begun for staff never
 * goes to everybody.
 */
import type { Message, Thread } from '#lib/discussion/fold.ts';
import { withMentions, withoutMentions } from '#lib/discussion/mentions.ts';
import type { DocumentDiscussion, NameablePerson } from '../open-document.ts';
import type { CommentsPane } from './comments-pane.svelte.ts';

export class Writing {
	/** The words that a comment is being written about, or others are suggested for. */
	draft = $state.raw<{ readonly quote: string; readonly suggests: boolean } | null>(null);
	/** By what it is for: `new`, or the id of a thread or message. */
	texts = $state<Record<string, string>>({});
	/** By the same: the person for whom it is a question. */
	asks = $state<Record<string, string>>({});
	/** What is being written about the words is for staff alone. */
	staffOnly = $state(false);
	readonly #pane: CommentsPane;

	constructor(pane: CommentsPane) {
		this.#pane = pane;
	}

	get #discussion(): DocumentDiscussion {
		return this.#pane.discussion;
	}

	/** Begins a comment on the selected words. */
	begin(): void {
		const words = this.#pane.text;
		const range = words?.selectedWords ?? null;
		if (!words || !range || !this.#discussion.canComment) {
			if (this.#discussion.canComment) this.#pane.problem = 'Select the words you want to comment on first.';
			return;
		}
		this.#pane.problem = '';
		this.#pane.open = null;
		words.setDraft(range);
		this.draft = { quote: words.wordsIn(range), suggests: false };
		if (!this.#pane.wide) this.#pane.sheet = true;
	}

	/** Begins a suggestion of other words for the selected ones. */
	beginChange(): void {
		const text = this.#pane.text;
		const range = text?.wordsToChange ?? null;
		if (!text || !range || !this.#discussion.canComment) return;
		const quote = text.wordsIn(range);
		if (quote.trim() === '') {
			this.#pane.problem = 'Select the words you want to change first.';
			return;
		}
		this.#pane.problem = '';
		this.#pane.open = null;
		text.setDraft(range);
		this.draft = { quote, suggests: true };
		this.texts['change'] = quote;
		if (!this.#pane.wide) this.#pane.sheet = true;
	}

	/** False when it could not be suggested; what was written is kept. */
	suggest(): boolean {
		const text = this.#pane.text;
		const range = text?.draft ?? null;
		if (!text?.suggesting || !range) {
			this.#pane.problem =
				'The words you selected are gone from the text. Select others; what you wrote here is kept.';
			return false;
		}
		const why = this.#written('why', this.staffOnly);
		const thread = text.suggesting.propose(range, this.texts['change'] ?? '', why, this.staffOnly);
		if (thread === null) return false;
		this.texts['change'] = this.texts['why'] = '';
		this.leaveDraft();
		text.leaveAt(range.to);
		this.#pane.show(thread);
		this.#pane.say(this.staffOnly ? 'Suggestion added, only for staff.' : 'Suggestion added.');
		this.staffOnly = false;
		return true;
	}

	/** What was written for `key`, as it is kept; empty where nothing was. */
	#written(key: string, staffOnly: boolean): string {
		return withMentions((this.texts[key] ?? '').trim(), this.#discussion.peopleFor(staffOnly));
	}

	/** Who can be named in what stands in this thread, or message. */
	peopleIn(id: string): readonly NameablePerson[] {
		return this.#discussion.peopleFor(this.#discussion.isForStaff(id));
	}
	/** Who can be named in what is being written about the words. */
	get peopleForDraft(): readonly NameablePerson[] {
		return this.#discussion.peopleFor(this.isDraftForStaff);
	}
	get isDraftForStaff(): boolean {
		return this.staffOnly && this.#discussion.canCommentToStaff;
	}

	#sent(key: string, message: string): void {
		const asked = this.asks[key] ?? '';
		// who was chosen before it was for staff may not be among them
		if (this.peopleIn(message).some(({ person }) => person === asked)) this.#discussion.ask(message, asked);
		this.texts[key] = '';
		this.asks[key] = '';
	}

	/** False when there was nothing to say. */
	reply(thread: Thread): boolean {
		const text = this.#written(thread.id, this.#discussion.isForStaff(thread.id));
		if (text === '') return false;
		this.#sent(thread.id, this.#discussion.reply(thread.id, text));
		this.#pane.say('Reply added.');
		return true;
	}

	/** Puts what was said into words that can be written on, unless that was begun before. */
	beginEdit(message: Message): void {
		const people = this.peopleIn(message.id);
		this.texts[`edit ${message.id}`] ??= withoutMentions(message.text, people, (who) =>
			this.#pane.nameOf(who)
		);
	}
	/** False when there was nothing left of it. */
	edit(message: Message): boolean {
		const text = this.#written(`edit ${message.id}`, this.#discussion.isForStaff(message.id));
		if (text !== '' && text !== message.text) this.#discussion.edit(message.id, text);
		return text !== '';
	}

	/** False when it could not be added; what was written is kept. */
	add(): boolean {
		const words = this.#pane.text;
		// what was begun for staff never goes to everybody because the right to it went meanwhile
		const staffOnly = this.staffOnly;
		if (staffOnly && !this.#discussion.canCommentToStaff) {
			this.#pane.problem =
				'You can no longer comment for staff only. What you wrote here is kept; nobody has seen it.';
			return false;
		}
		const text = this.#written('new', staffOnly);
		const range = words?.draft ?? null;
		const anchor = range && words ? words.anchorAt(range) : null;
		if (text === '') return false;
		if (!anchor) {
			this.#pane.problem =
				'The words you selected are gone from the text. Select others; what you wrote here is kept.';
			return false;
		}
		const thread = this.#discussion.startThread(anchor, text, staffOnly);
		this.#sent('new', thread);
		this.leaveDraft();
		words?.leaveAt(range?.to ?? 0);
		this.#pane.show(thread);
		this.staffOnly = false;
		this.#pane.say(staffOnly ? 'Comment added, only for staff.' : 'Comment added.');
		return true;
	}

	leaveDraft(): void {
		this.draft = null;
		this.#pane.text?.setDraft(null);
	}
}
