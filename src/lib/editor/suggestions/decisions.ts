/** Suggestions that are accepted, declined, withdrawn or opened again: what follows from it in the text and on the screen. */
import type { Thread } from '#lib/discussion/fold.ts';
import type { CommentsPane } from '../comments/comments-pane.svelte.ts';

export class Decisions {
	readonly #pane: CommentsPane;

	constructor(pane: CommentsPane) {
		this.#pane = pane;
	}

	/** What this person suggests and nobody has decided, where the words are still in the text. */
	openSuggestionsOf(author: string): readonly Thread[] {
		void this.#pane.looked;
		const words = this.#pane.text;
		return this.#pane.threads.filter(
			(thread) =>
				thread.author === author &&
				thread.suggestion?.state === 'open' &&
				words?.rangeOf(thread.id) &&
				this.#pane.text?.suggesting?.planOf(thread)?.changed === false
		);
	}

	/** One step, which undo takes back. */
	accept(threads: readonly Thread[]): void {
		const count = this.#pane.text?.suggesting?.accept(threads) ?? 0;
		if (count === 0) this.#pane.problem = 'Nothing was changed. Its words are not in the text any more.';
		else this.#judged(count > 1 ? `${count} suggestions accepted.` : 'Suggestion accepted.');
	}
	decline(threads: readonly Thread[]): void {
		for (const { id } of threads) this.#pane.discussion.judge(id, { verdict: 'declined' });
		this.#judged(threads.length > 1 ? `${threads.length} suggestions declined.` : 'Suggestion declined.');
	}
	withdraw(thread: Thread): void {
		this.#pane.discussion.judge(thread.id, { verdict: 'withdrawn' });
		this.#judged('Suggestion withdrawn.');
	}
	reopen({ id, suggestion }: Thread): void {
		this.#pane.discussion.judge(id, {
			verdict: 'reopened',
			takes: suggestion?.verdicts ?? [],
			written: null
		});
	}

	#judged(sentence: string): void {
		this.#pane.problem = '';
		this.#pane.say(sentence);
		if (this.#pane.showResolved) return;
		this.#pane.show(null);
		if (this.#pane.wide) void this.#pane.leave();
		else document.querySelector<HTMLElement>('[data-comments]')?.focus();
	}
}
