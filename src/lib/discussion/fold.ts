/**
 * From operations to threads: one pure function.
 *
 * Promises: the same operations in any order and with any duplicates give the same discussion [D1]; who may do what is
 * judged here too, by who signed [D2]; nothing that was said is dropped by what others do: a redacted message keeps its
 * place, and says who redacted it and why.
 * Must never: look at a clock, at the order of arrival, or at who is looking.
 */
import type { Anchor, Quote } from './anchor.ts';
import { MAX_LAMPORT, type Operation, type SignedOperation } from './operation.ts';
import { canDiscuss, canModerate } from './rights.ts';
import { inOrder, type Signed } from './order.ts';

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
	readonly resolved: boolean;
	readonly resolvedBy: string | null;
	/** Where it is anchored now. */
	readonly anchor: Anchor;
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
	/** In the order in which they were first given. */
	readonly reactions: readonly Reaction[];
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
	let refused = forged;

	// threads, then replies, then what speaks of them: an operation never depends on how honest a lamport is. What
	// speaks of something that is not there (yet) is neither refused nor lost: it is folded again with what arrives.
	for (const { operation, author, role } of ordered) {
		if (!canDiscuss(role)) refused++;
		else if (operation.type === 'thread') open(operation, author);
	}
	for (const { operation, author, role } of ordered) {
		if (operation.type === 'reply' && canDiscuss(role)) say(operation, author);
	}
	for (const signed of ordered) {
		if (canDiscuss(signed.role) && !take(signed)) refused++;
	}
	return {
		threads: [...threads.values()],
		lamport: Math.min((ordered.at(-1)?.operation.lamport ?? -1) + 1, MAX_LAMPORT),
		unknown,
		refused
	};

	function open(operation: Of<'thread'>, author: string): void {
		const { id, at, anchor } = operation;
		const first = newMessage(operation, author);
		messages.set(id, first);
		const state = { resolved: false, resolvedBy: null, anchor, madeOn: anchor.quote };
		threads.set(id, { id, author, at, messages: [first], ...state, seen: new Map() });
	}

	function say(operation: Of<'reply'>, author: string): void {
		const thread = threads.get(operation.thread);
		if (thread === undefined) return;
		const message = newMessage(operation, author);
		messages.set(operation.id, message);
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
				if (operation.type === 'anchor') thread.anchor = operation.anchor;
				else {
					thread.resolved = operation.type === 'resolve';
					thread.resolvedBy = thread.resolved ? author : null;
				}
				return true;
			}
			case 'seen': {
				const thread = threads.get(operation.thread);
				if (thread === undefined) return true;
				const seen = thread.seen.get(author) ?? new Set<string>();
				const listed = new Set(operation.messages);
				for (const { id } of thread.messages) if (listed.has(id)) seen.add(id);
				thread.seen.set(author, seen);
				return true;
			}
			default:
				return true;
		}
	}
}

/** What this person has not seen of a thread; never their own words. */
export function unseenMessages(thread: Thread, person: string): readonly Message[] {
	const seen = thread.seen.get(person);
	return thread.messages.filter(({ id, author }) => author !== person && seen?.has(id) !== true);
}

function newMessage(operation: Of<'thread' | 'reply'>, author: string): DraftMessage {
	const { id, at, text } = operation;
	return { id, author, at, text, editedAt: null, redacted: null, reactions: [] };
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
