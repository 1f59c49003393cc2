/**
 * What was said beside a document, said again beside the one that takes its place.
 *
 * Nobody can speak in another's name [D2], so all of it is said by whoever carries it, each message with who said it first
 * and on which day. What was said among staff stays among staff; what was settled is settled there too.
 */
import { formatDay, isoDay } from '#lib/casework/dates.ts';
import { MAX_TEXT } from '#lib/discussion/bounds.ts';
import type { Message, Thread } from '#lib/discussion/fold.ts';
import type { DocumentDiscussion } from './document-discussion.ts';

export function carryDiscussion(from: DocumentDiscussion, to: DocumentDiscussion): void {
	for (const thread of from.current.threads) carryThread(thread, from, to);
}

function carryThread(thread: Thread, from: DocumentDiscussion, to: DocumentDiscussion): void {
	const staffOnly = from.isForStaff(thread.id);
	const [first, ...replies] = thread.messages;
	if (first === undefined) return;
	// places inside the earlier text mean nothing in this one; its words and its blocks are the same
	const anchor = { ...thread.anchor, relative: { start: '', end: '' } };
	const { suggestion } = thread;
	const [opening, ...rest] = saidAgain(first, from, verb(suggestion?.state ?? null));
	const id =
		suggestion?.state === 'open'
			? to.suggest(anchor, suggestion.change, opening, staffOnly)
			: to.startThread(anchor, opening, staffOnly);
	for (const text of rest) to.reply(id, text);
	const said: [Message, string][] = [[first, id]];
	for (const message of replies) {
		const [text, ...more] = saidAgain(message, from, 'said');
		said.push([message, to.reply(id, text)]);
		for (const part of more) to.reply(id, part);
	}
	// after all that is said again: it would be taken for the answer
	for (const [message, again] of said) askAgain(message, again);
	if (thread.resolved) to.resolve(id);

	/** Still for the same person, when they can read it here. */
	function askAgain({ question }: Message, message: string): void {
		if (question === null || question.answered !== null) return;
		const isHere =
			question.for === to.me || to.peopleFor(staffOnly).some(({ person }) => person === question.for);
		if (isHere) to.ask(message, question.for);
	}
}

/** In more than one piece where what comes before it would make it too long. */
function saidAgain(
	{ author, at, text, redacted }: Message,
	discussion: DocumentDiscussion,
	did: string
): readonly [string, ...string[]] {
	const head = `${discussion.nameOf(author)} ${did} on ${formatDay(isoDay(new Date(at)))}:`;
	if (redacted !== null) return [`${head} (taken away by ${discussion.nameOf(redacted.by)})`];
	if (text === '') return [head.slice(0, -1)];
	return head.length + 1 + text.length > MAX_TEXT ? [head, text] : [`${head}\n${text}`];
}

function verb(suggestion: 'open' | 'accepted' | 'declined' | 'withdrawn' | null): string {
	if (suggestion === null) return 'said';
	return suggestion === 'open' ? 'suggested' : `suggested (${suggestion})`;
}
