/**
 * What the editor needs of an open document, told as a structure: session/ has the real one, tests have a small one.
 * Every `on…` returns its remover.
 */
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { ReadingPart } from '#lib/casework/read-blocks.ts';

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

export interface EditableDocument {
	readonly id: string;
	readonly status: 'loading' | 'ready' | 'unavailable' | 'newer' | 'failed';
	readonly canWrite: boolean;
	readonly view: DocumentView | null;
	readonly awareness: Awareness | null;
	readonly people: readonly PersonHere[];
	/** The text without a schema, for the reading view. */
	readonly blocks: readonly ReadingPart[];
	/** Replaces `view` by a fresh copy of the clear document. */
	renewView?(): void;
}
