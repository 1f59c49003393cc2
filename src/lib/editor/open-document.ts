/**
 * What the editor needs of an open document, told as a structure: session/ has the real one, tests have a small one.
 * Every `on…` returns its remover.
 */
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { ReadingPart } from '#lib/casework/read-blocks.ts';
import type { Anchor } from '#lib/discussion/anchor.ts';
import type { Discussion } from '#lib/discussion/fold.ts';

/** A copy of the clear document for one editor [V2]: only what happens inside `asUser`, or by undo, leaves it. */
export interface DocumentView {
	readonly doc: Y.Doc;
	asUser<T>(change: () => T): T;
	/** The editor repaired something on its own and it was kept out. `diverged`: this copy can no longer be trusted. */
	onRepairDropped(report: (diverged: boolean) => void): (() => void) | void;
	/** Closed, diverged, or written to by a newer app [V1]: nothing leaves it any more. */
	readonly detached: boolean;
	onDetached(report: () => void): (() => void) | void;
}

export interface PersonHere {
	readonly name: string;
	/** `#rrggbb` */
	readonly colour: string;
	readonly me: boolean;
}

/** What is said about the document. Every change is signed and kept; what one may not do is refused when it is folded. */
export interface DocumentDiscussion {
	readonly status: 'loading' | 'ready' | 'unavailable';
	readonly canComment: boolean;
	/** May settle the threads of others and take away what others said: editors and owners. */
	readonly canModerate: boolean;
	/** This person. */
	readonly me: string;
	/** Reactive; another object after every change. */
	readonly current: Discussion;
	nameOf(person: string): string;
	/** `#rrggbb`, dark enough for white letters. */
	colourOf(person: string): string;
	/** The id of the new thread. */
	startThread(anchor: Anchor, text: string): string;
	reply(thread: string, text: string): void;
	edit(message: string, text: string): void;
	redact(message: string, reason: string): void;
	resolve(thread: string): void;
	reopen(thread: string): void;
	react(message: string, reaction: string, on: boolean): void;
	reanchor(thread: string, anchor: Anchor): void;
	markSeen(thread: string): void;
}

export interface EditableDocument {
	readonly id: string;
	readonly status: 'loading' | 'ready' | 'unavailable' | 'newer' | 'failed';
	readonly canWrite: boolean;
	readonly view: DocumentView | null;
	readonly awareness: Awareness | null;
	readonly people: readonly PersonHere[];
	/** The text without a schema, for the reading view. */
	readonly blocks: readonly ReadingPart[];
	/** Null or missing where nothing is said about documents. */
	readonly discussion?: DocumentDiscussion | null;
	/** Replaces `view` by a fresh copy of the clear document. */
	renewView?(): void;
}
