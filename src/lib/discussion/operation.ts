/**
 * What a discussion is made of: small operations that are only ever added [D1].
 *
 * Promises: reading never throws and never takes more than it has bounds for, however odd the bytes of another device;
 * an operation of a newer version is told apart from a broken one. An operation's id names its author, so nobody can
 * claim the id of somebody else's words.
 * Must never: be changed or removed from the lane once written.
 */
import { toBase64UrlEncoded } from 'lib0/buffer';
import type * as Y from 'yjs';
import type { Anchor } from './anchor.ts';
import { MAX_TEXT } from './bounds.ts';
import { appendToLane, readLane, type WhoIs, type WriterRole } from './lane.ts';
import { readAnchor } from './read-anchor.ts';
import { readChange, readVerdict, type Change, type Verdict } from './suggestion.ts';

/** `<person>.<16 random bytes, base64url>`; made by `newOperationId`. */
export type OperationId = `${string}.${string}`;

interface Common {
	readonly v: 1;
	readonly id: OperationId;
	/** One more than the highest that its writer knew: `Discussion.lamport`. */
	readonly lamport: number;
	/** Milliseconds since 1970 by the writer's clock. Shown; it decides only between equal lamports. */
	readonly at: number;
}

/** A thread's id is the id of its `thread` or `suggest` operation; a message's id that of its first or `reply` operation. */
export type Operation = Common &
	(
		| { readonly type: 'thread'; readonly anchor: Anchor; readonly text: string }
		// a thread on a proposed change; `text` says why, and may be empty
		| { readonly type: 'suggest'; readonly anchor: Anchor; readonly change: Change; readonly text: string }
		| { readonly type: 'revise'; readonly thread: string; readonly anchor: Anchor; readonly change: Change }
		| ({ readonly type: 'verdict'; readonly thread: string } & Verdict)
		| { readonly type: 'reply'; readonly thread: string; readonly text: string }
		| { readonly type: 'edit'; readonly message: string; readonly text: string }
		| { readonly type: 'redact'; readonly message: string; readonly reason: string }
		| { readonly type: 'resolve' | 'reopen'; readonly thread: string }
		| { readonly type: 'anchor'; readonly thread: string; readonly anchor: Anchor }
		| { readonly type: 'react'; readonly message: string; readonly reaction: string; readonly on: boolean }
		// a message becomes a question for somebody; for null it is none any more
		| { readonly type: 'ask'; readonly message: string; readonly person: string | null }
		| { readonly type: 'answered'; readonly message: string }
		// its writer has just removed the words that the thread is about
		| { readonly type: 'detached'; readonly thread: string }
		// the messages themselves, not "all up to": one written offline arrives late, with a low lamport
		| { readonly type: 'seen'; readonly thread: string; readonly messages: readonly string[] }
	);

/** Of a version or a type that this app does not know. It is kept in the lane and counted. */
export interface NewerOperation {
	readonly type: 'newer';
	readonly id: string;
}

export type DiscussionRole = WriterRole;

export interface SignedOperation {
	readonly operation: Operation | NewerOperation;
	/** The person whose device signed the envelope [D2]. */
	readonly author: string;
	/** What the author was when the envelope was sealed, not what they are today. */
	readonly role: DiscussionRole | null;
}

export const MAX_REASON = 2_000;
const MAX_REACTION = 32;
/** Messages in one `seen`. */
export const MAX_SEEN = 500;
/** A lamport beyond this was not counted but invented; the next one is never above it. */
export const MAX_LAMPORT = 2 ** 40;
const MAX_ID = 128;

export function newOperationId(author: string): OperationId {
	return `${author}.${toBase64UrlEncoded(crypto.getRandomValues(new Uint8Array(16)))}`;
}

/** Null for what cannot be an operation of any version. */
export function readOperation(value: unknown): Operation | NewerOperation | null {
	if (!isRecord(value)) return null;
	const { v, type, id, lamport, at } = value;
	// these three stay in every version to come
	if (!isCount(v, Number.MAX_SAFE_INTEGER) || v < 1 || typeof type !== 'string' || !isId(id)) return null;
	if (v !== 1) return { type: 'newer', id };
	if (!isCount(lamport, MAX_LAMPORT) || !isCount(at, Number.MAX_SAFE_INTEGER)) return null;
	const common: Common = { v, id: id as OperationId, lamport, at };
	const { thread, message, text } = value;
	switch (type) {
		case 'thread': {
			const anchor = readAnchor(value['anchor']);
			return anchor !== null && isText(text, MAX_TEXT) ? { ...common, type, anchor, text } : null;
		}
		case 'suggest': {
			const anchor = readAnchor(value['anchor']);
			const change = readChange(value['change']);
			if (anchor === null || change === null || !isText(text, MAX_TEXT)) return null;
			return { ...common, type, anchor, change, text };
		}
		case 'revise': {
			const anchor = readAnchor(value['anchor']);
			const change = readChange(value['change']);
			return anchor !== null && change !== null && isId(thread)
				? { ...common, type, thread, anchor, change }
				: null;
		}
		case 'verdict': {
			const verdict = readVerdict(value);
			if (verdict === undefined) return { type: 'newer', id };
			return verdict !== null && isId(thread) ? { ...common, type, thread, ...verdict } : null;
		}
		case 'reply':
			return isId(thread) && isText(text, MAX_TEXT) ? { ...common, type, thread, text } : null;
		case 'edit':
			return isId(message) && isText(text, MAX_TEXT) ? { ...common, type, message, text } : null;
		case 'redact': {
			const reason = value['reason'];
			return isId(message) && isText(reason, MAX_REASON) ? { ...common, type, message, reason } : null;
		}
		case 'resolve':
		case 'reopen':
			return isId(thread) ? { ...common, type, thread } : null;
		case 'anchor': {
			const anchor = readAnchor(value['anchor']);
			return anchor !== null && isId(thread) ? { ...common, type, thread, anchor } : null;
		}
		case 'react': {
			const { reaction, on } = value;
			if (!isId(message) || !isText(reaction, MAX_REACTION) || reaction === '') return null;
			return typeof on === 'boolean' ? { ...common, type, message, reaction, on } : null;
		}
		case 'ask': {
			const { person } = value;
			return isId(message) && (person === null || isId(person)) ? { ...common, type, message, person } : null;
		}
		case 'answered':
			return isId(message) ? { ...common, type, message } : null;
		case 'detached':
			return isId(thread) ? { ...common, type, thread } : null;
		case 'seen': {
			const messages = value['messages'];
			if (!isId(thread) || !Array.isArray(messages) || messages.length > MAX_SEEN) return null;
			return messages.every(isId) ? { ...common, type, thread, messages } : null;
		}
		default:
			return { type: 'newer', id };
	}
}

/** Every operation of the lane, in no order that means anything. See `readLane`. */
export function readOperations(doc: Y.Doc, whoIs: WhoIs): readonly SignedOperation[] {
	return readLane(doc, whoIs, readOperation);
}

/** Throws when this app itself could not read it: it would be lost. Bound what people type by the `MAX_…` above. */
export function appendOperation(doc: Y.Doc, operation: Operation): void {
	const read = readOperation(operation);
	if (read === null || read.type === 'newer') throw new RangeError(`not an operation: ${operation.type}`);
	appendToLane(doc, read);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown, most: number): value is string =>
	typeof value === 'string' && value.length <= most;
const isId = (value: unknown): value is string => isText(value, MAX_ID) && value.length > 0;
const isCount = (value: unknown, most: number): value is number =>
	typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
