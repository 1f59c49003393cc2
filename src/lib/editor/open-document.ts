/**
 * What the editor needs of an open document, told as a structure: session/ has the real one, tests have a small one.
 * Every `on…` returns its remover.
 */
import type { Picture } from '#lib/casework/pictures.ts';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { ReadingPart } from '#lib/casework/read-blocks.ts';
import type { Anchor } from '#lib/discussion/anchor.ts';
import type { Discussion } from '#lib/discussion/fold.ts';
import type { Change, Verdict } from '#lib/discussion/suggestion.ts';

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

/** Somebody who can be mentioned and asked. */
export interface NameablePerson {
	readonly person: string;
	readonly name: string;
	/** `#rrggbb`, dark enough for white letters. */
	readonly colour: string;
	/** What they may do here, in a word or two. */
	readonly about: string;
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
	/** May say something that guests cannot read. */
	readonly canCommentToStaff: boolean;
	/** Can guests not read this thread, or message? Reactive. */
	isForStaff(id: string): boolean;
	/** Who can be named: everybody who can read it, but for oneself; of what is for staff, only they. Reactive. */
	peopleFor(staffOnly: boolean): readonly NameablePerson[];
	nameOf(person: string): string;
	/** `#rrggbb`, dark enough for white letters. */
	colourOf(person: string): string;
	/** The id of the new thread. `staffOnly`: guests cannot read it. */
	startThread(anchor: Anchor, text: string, staffOnly: boolean): string;
	/** A proposed change, and why it is proposed; the id of its thread. `staffOnly`: guests cannot read it. */
	suggest(anchor: Anchor, change: Change, text: string, staffOnly: boolean): string;
	/** Another change in place of the proposed one; only by its author. */
	revise(thread: string, anchor: Anchor, change: Change): void;
	/** The id of the verdict. */
	judge(thread: string, verdict: Verdict): string;
	/** The id of the new message. */
	reply(thread: string, text: string): string;
	edit(message: string, text: string): void;
	redact(message: string, reason: string): void;
	resolve(thread: string): void;
	reopen(thread: string): void;
	react(message: string, reaction: string, on: boolean): void;
	reanchor(thread: string, anchor: Anchor): void;
	markSeen(thread: string): void;
	/** Makes a message a question for somebody; for null it is none any more. */
	ask(message: string, person: string | null): void;
	answered(message: string): void;
	/** This person has just removed the words of a thread. */
	removedWords(thread: string): void;
}

/** Names to offer where a field asks for one. What stands in the document itself the editor knows. */
export interface Suggestions {
	/** People of the circle; `id` is kept beside the name. */
	readonly people: readonly { readonly id: string; readonly name: string }[];
	/** Others that the case has named. */
	readonly names: readonly string[];
	readonly agencies: readonly string[];
	/** Goals of the case's plans; `id` is a reference that holds in every document of the case. Those that are over are named, not offered. */
	readonly goals: readonly { readonly id: string; readonly title: string; readonly isOpen: boolean }[];
}

/** A note, a goal or another place in the case, as something to go to. */
export interface CaseLink {
	readonly href: string;
	readonly words: string;
}

/** What the case knows about the blocks of one document. Reactive. */
export interface CaseAround {
	/** Where a carried-over block came from, and what stands there now if that changed. */
	originOf(source: unknown): (CaseLink & { readonly now: string | null }) | null;
	/** The source is taken over, or this block stays as it is. */
	settle(block: string, source: unknown, take: boolean): void;
	/** Notes about the goal with this block id, the newest first. */
	notesOf(goal: string): readonly CaseLink[];
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
	readonly suggestions?: Suggestions;
	/** Name of whoever wrote as this Yjs client; null when nobody is known to have. */
	nameOfWriter?(yClient: number): string | null;
	/** A picture of the document by its name; null when it is not here. Reactive. */
	pictureOf?(name: string): Picture | null;
	/** The person whose session a Yjs client is; null when nobody is known to have signed for it. */
	writerOf(yClient: number): string | null;
	/** Edits from beside the text go through the editor, so that they can be undone. Returns its remover. */
	takeEdits?(edit: (change: (doc: Y.Doc) => void) => void): () => void;
	/** What the case knows about the blocks of this document. */
	readonly around?: CaseAround | null;
	/** Replaces `view` by a fresh copy of the clear document. */
	renewView?(): void;
}
