/**
 * From operations to threads: one pure function.
 *
 * Promises: the same operations in any order and with any duplicates give the same discussion [D1]; who may do what is
 * judged here too, by who signed [D2]; nothing that was said is dropped by what others do: a redacted message keeps its
 * place, and says who redacted it and why.
 * Must never: look at a clock, at the order of arrival, or at who is looking.
 */
import type { Anchor, Quote } from './anchor.ts';
import { MAX_LAMPORT, type DiscussionRole, type Operation, type SignedOperation } from './operation.ts';
import { canDiscuss, canModerate } from './rights.ts';
import { inOrder, type Signed } from './order.ts';
import { judged, type Change, type GivenVerdict, type Suggestion } from './suggestion.ts';

export interface Discussion {
	/** By creation. */
	readonly threads: readonly Thread[];
	/** What the next operation carries. */
	readonly lamport: number;
	/** Operations that only a newer app can read. */
	readonly unknown: number;
	/** Operations that their author had no right to. */
	readonly refused: number;
}

export interface Thread {
	readonly id: string;
	readonly author: string;
	readonly at: number;
	/** By creation; the first opened the thread. */
	readonly messages: readonly Message[];
	/** Null for a comment, and where its first message was taken away: then the proposed words are too. */
	readonly suggestion: Suggestion | null;
	/** Of a suggestion: somebody gave a verdict. */
	readonly resolved: boolean;
	readonly resolvedBy: string | null;
	/** Where it is anchored now. */
	readonly anchor: Anchor;
	/** Who put it there, and when: at that time, the words were there for them. */
	readonly anchored: { readonly by: string; readonly at: number };
	/** Who said that they removed the words since, and when; null where nobody did. Whether they are gone, only the text tells. */
	readonly removed: { readonly by: string; readonly at: number } | null;
	/** The words it was opened on, whatever it was anchored to since. */
	readonly madeOn: Quote;
	/** Ids of the messages each person has seen; what they wrote themselves is not listed. */
	readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface Message {
	readonly id: string;
	readonly author: string;
	readonly at: number;
	/** Empty when redacted. */
	readonly text: string;
	readonly editedAt: number | null;
	readonly redacted: { readonly by: string; readonly reason: string } | null;
	readonly question: Question | null;
	/** In the order in which they were first given. */
	readonly reactions: readonly Reaction[];
}

export interface Question {
	readonly for: string;
	readonly by: string;
	readonly at: number;
	/** `message`: the reply that answers it; null when somebody said that it is answered. */
	readonly answered: { readonly by: string; readonly at: number; readonly message: string | null } | null;
}

export interface Reaction {
	readonly reaction: string;
	readonly people: readonly string[];
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };
type DraftThread = Omit<Draft<Thread>, 'messages' | 'seen'> & {
	readonly messages: DraftMessage[];
	readonly seen: Map<string, Set<string>>;
};
type DraftMessage = Draft<Message>;
type Of<T extends Operation['type']> = Extract<Operation, { readonly type: T }>;

export function fold(operations: readonly SignedOperation[]): Discussion {
	const { ordered, unknown, forged } = inOrder(operations);
	const threads = new Map<string, DraftThread>();
	const messages = new Map<string, DraftMessage>();
	const threadOf = new Map<DraftMessage, string>();
	const changes = new Map<DraftThread, Change>();
	const verdicts = new Map<DraftThread, GivenVerdict[]>();
	/** What was ever asked in a thread. */
	const asked = new Map<string, Set<DraftMessage>>();
	let refused = forged;

	// threads, then replies, then what speaks of them: an operation never depends on how honest a lamport is. What
	// speaks of something that is not there (yet) is neither refused nor lost: it is folded again with what arrives.
	for (const { operation, author, role } of ordered) {
		if (!canDiscuss(role)) refused++;
		else if (operation.type === 'thread' || operation.type === 'suggest') open(operation, author);
	}
	for (const { operation, author, role } of ordered) {
		if (operation.type === 'reply' && canDiscuss(role)) say(operation, author);
	}
	for (const signed of ordered) {
		if (canDiscuss(signed.role) && !take(signed)) refused++;
	}
	for (const message of messages.values()) message.question = withoutRedacted(message.question, messages);
	for (const [thread, change] of changes) {
		if (thread.messages[0]?.redacted !== null) continue;
		const suggestion = judged(change, verdicts.get(thread) ?? []);
		thread.suggestion = suggestion;
		thread.resolved = suggestion.state !== 'open';
		thread.resolvedBy = suggestion.by;
	}
	return {
		threads: [...threads.values()],
		lamport: Math.min((ordered.at(-1)?.operation.lamport ?? -1) + 1, MAX_LAMPORT),
		unknown,
		refused
	};

	function open(operation: Of<'thread' | 'suggest'>, author: string): void {
		const { id, at, anchor } = operation;
		const first = newMessage(operation, author);
		messages.set(id, first);
		threadOf.set(first, id);
		const place = { anchor, madeOn: anchor.quote, anchored: { by: author, at }, removed: null };
		const state = { suggestion: null, resolved: false, resolvedBy: null, ...place };
		const thread: DraftThread = { id, author, at, messages: [first], ...state, seen: new Map() };
		threads.set(id, thread);
		if (operation.type === 'suggest') changes.set(thread, operation.change);
	}

	function say(operation: Of<'reply'>, author: string): void {
		const thread = threads.get(operation.thread);
		if (thread === undefined) return;
		const message = newMessage(operation, author);
		messages.set(operation.id, message);
		threadOf.set(message, thread.id);
		thread.messages.push(message);
	}

	/** False when the author may not do it. */
	function take({ operation, author, role }: Signed): boolean {
		switch (operation.type) {
			case 'edit':
			case 'redact':
			case 'react': {
				const message = messages.get(operation.message);
				if (message === undefined) return true;
				if (operation.type === 'react') return react(message, operation, author);
				const mayTake = message.author === author || (operation.type === 'redact' && canModerate(role));
				if (mayTake) change(message, operation, author);
				return mayTake;
			}
			case 'resolve':
			case 'reopen':
			case 'anchor': {
				const thread = threads.get(operation.thread);
				if (thread === undefined) return true;
				if (thread.author !== author && !canModerate(role)) return false;
				// what settles a suggestion is its verdict
				if (operation.type !== 'anchor' && changes.has(thread)) return false;
				if (operation.type === 'anchor') {
					thread.anchor = operation.anchor;
					thread.anchored = { by: author, at: operation.at };
					thread.removed = null;
				} else {
					thread.resolved = operation.type === 'resolve';
					thread.resolvedBy = thread.resolved ? author : null;
				}
				return true;
			}
			case 'revise': {
				const thread = threads.get(operation.thread);
				if (thread === undefined) return true;
				if (thread.author !== author || !changes.has(thread)) return false;
				changes.set(thread, operation.change);
				thread.anchor = operation.anchor;
				thread.anchored = { by: author, at: operation.at };
				thread.removed = null;
				return true;
			}
			case 'verdict':
				return judge(operation, author, role);
			case 'ask':
			case 'answered': {
				const message = messages.get(operation.message);
				if (message === undefined) return true;
				if (operation.type === 'answered') return settle(message, operation, author, role);
				if (message.author !== author && !canModerate(role)) return false;
				const { person, at } = operation;
				message.question = person === null ? null : { for: person, by: author, at, answered: null };
				const thread = threadOf.get(message) ?? '';
				asked.set(thread, (asked.get(thread) ?? new Set()).add(message));
				return true;
			}
			// in order: a reply that was written without knowing of the question does not answer it
			case 'reply': {
				for (const message of asked.get(operation.thread) ?? []) {
					const { question } = message;
					if (question?.for !== author || question.answered !== null) continue;
					message.question = {
						...question,
						answered: { by: author, at: operation.at, message: operation.id }
					};
				}
				return true;
			}
			case 'detached': {
				const thread = threads.get(operation.thread);
				if (thread !== undefined && canModerate(role)) thread.removed = { by: author, at: operation.at };
				return thread === undefined || canModerate(role);
			}
			case 'seen': {
				const thread = threads.get(operation.thread);
				if (thread === undefined) return true;
				const seen = thread.seen.get(author) ?? new Set<string>();
				for (const id of operation.messages) {
					const message = messages.get(id);
					if (message !== undefined && threadOf.get(message) === thread.id) seen.add(id);
				}
				thread.seen.set(author, seen);
				return true;
			}
			default:
				return true;
		}
	}

	/** Editors and owners accept, decline and reopen; its author takes it back. */
	function judge(operation: Of<'verdict'>, author: string, role: DiscussionRole | null): boolean {
		const thread = threads.get(operation.thread);
		if (thread === undefined) return true;
		if (!changes.has(thread)) return false;
		const own = operation.verdict === 'withdrawn';
		if (own ? thread.author !== author : !canModerate(role)) return false;
		const given = { id: operation.id, by: author, at: operation.at, verdict: operation };
		verdicts.set(thread, [...(verdicts.get(thread) ?? []), given]);
		return true;
	}
}

/** What this person has not seen of a thread; never their own words. */
export function unseenMessages(thread: Thread, person: string): readonly Message[] {
	const seen = thread.seen.get(person);
	return thread.messages.filter(({ id, author }) => author !== person && seen?.has(id) !== true);
}

function newMessage(operation: Of<'thread' | 'suggest' | 'reply'>, author: string): DraftMessage {
	const { id, at, text } = operation;
	return { id, author, at, text, editedAt: null, redacted: null, question: null, reactions: [] };
}

/** Who was asked, who asked, whose words they are, and editors may say that a question is answered. */
function settle(
	message: DraftMessage,
	{ at }: Of<'answered'>,
	author: string,
	role: DiscussionRole | null
): boolean {
	const { question } = message;
	if (question === null) return true;
	if (![question.for, question.by, message.author].includes(author) && !canModerate(role)) return false;
	message.question = { ...question, answered: { by: author, at, message: null } };
	return true;
}

/** An answer that was removed answers nothing. */
function withoutRedacted(
	question: Question | null,
	messages: ReadonlyMap<string, DraftMessage>
): Question | null {
	const reply = question?.answered?.message;
	const gone = reply != null && messages.get(reply)?.redacted !== null;
	return question !== null && gone ? { ...question, answered: null } : question;
}

/** The last edit stands; the first redaction stands, and against every edit. */
function change(message: DraftMessage, operation: Of<'edit' | 'redact'>, author: string): void {
	if (message.redacted !== null) return;
	if (operation.type === 'redact') {
		message.redacted = { by: author, reason: operation.reason };
		message.text = '';
	} else {
		message.text = operation.text;
		message.editedAt = operation.at;
	}
}

/** True: everybody who discusses may react. What one person takes back leaves no empty reaction behind. */
function react(message: DraftMessage, { reaction, on }: Of<'react'>, author: string): true {
	const given = message.reactions.find((one) => one.reaction === reaction);
	const others = (given?.people ?? []).filter((person) => person !== author);
	const isSame = on && given !== undefined && others.length < given.people.length;
	if (isSame || (!on && given === undefined)) return true;
	const people = on ? [...others, author] : others;
	if (given === undefined) message.reactions = [...message.reactions, { reaction, people }];
	else
		message.reactions = message.reactions
			.map((one) => (one === given ? { reaction, people } : one))
			.filter((one) => one.people.length > 0);
	return true;
}
