/**
 * What waits for one person in a discussion: what names them, asks them, or answers them, and they have not seen; and
 * questions for them that nobody has answered, and suggestions that they may decide, seen or not.
 */
import { unseenMessages, type Discussion, type Message, type Thread } from './fold.ts';
import type { Change } from './suggestion.ts';
import { beginningOf, mentions } from './mentions.ts';

export type WaitingKind = 'question' | 'suggestion' | 'mention' | 'reply';

export interface Waiting {
	readonly kind: WaitingKind;
	readonly thread: string;
	readonly message: string;
	readonly by: string;
	readonly at: number;
	/** The words it is about, shortened. */
	readonly quote: string;
	/** What was said, shortened; people are named by id, as in a message. */
	readonly text: string;
	readonly unread: boolean;
}

const SHORT_QUOTE = 80;
const SHORT_TEXT = 240;

/**
 * Oldest first. One for each message: asked before named, named before answered. `mayDecide`: may accept and decline what
 * others suggest.
 */
export function waitingFor({ threads }: Discussion, me: string, mayDecide = false): readonly Waiting[] {
	return threads.flatMap((thread) => {
		const unseen = new Set(unseenMessages(thread, me));
		const mine = thread.messages.findIndex(({ author }) => author === me);
		return thread.messages.flatMap((message, index) => {
			if (message.redacted !== null || message.author === me) return [];
			const unread = unseen.has(message);
			const decides = mayDecide && index === 0 && thread.suggestion?.state === 'open';
			const kind = decides ? 'suggestion' : kindOf(thread, message, me, mine >= 0 && index > mine);
			return kind !== null && (unread || kind === 'question' || decides)
				? [itemOf(thread, message, kind, unread)]
				: [];
		});
	});
}

function kindOf(thread: Thread, message: Message, me: string, isReply: boolean): WaitingKind | null {
	const { question, text } = message;
	if (question?.for === me && question.answered === null && !thread.resolved) return 'question';
	if (mentions(text, me)) return 'mention';
	return isReply ? 'reply' : null;
}

function itemOf(
	thread: Thread,
	{ id, author, at, text }: Message,
	kind: WaitingKind,
	unread: boolean
): Waiting {
	const quote = beginningOf(thread.anchor.quote.exact.replace(/[\s\ufffc]+/g, ' ').trim(), SHORT_QUOTE);
	return {
		kind,
		thread: thread.id,
		message: id,
		by: author,
		at,
		quote,
		text: beginningOf(
			thread.suggestion && id === thread.id ? saidOf(thread.suggestion.change, text) : text,
			SHORT_TEXT
		),
		unread
	};
}

/** What is suggested, and why. */
function saidOf(change: Change, why: string): string {
	const words = change.kind === 'delete' ? `remove “${change.words}”` : `“${change.text}”`;
	return why.trim() === '' ? words : `${words}: ${why}`;
}
