/**
 * What a case block is, as data: enough for its node, its fields, the `/` menu, the reading view and print.
 * Costs no Tiptap, so that a reading view does not load an editor.
 */
import type { Choice } from '../codes.ts';

interface FieldBase {
	readonly attribute: string;
	/** Accessible name of the field, and its word in print. */
	readonly label: string;
	/** Shown instead of a value that is not set. */
	readonly hint: string;
	/** Stands beside the block's name, not among its facts: what one looks for first. */
	readonly first?: true;
	/** Asked for only while another attribute has one of these codes. A value once set is always shown. */
	readonly onlyWhen?: { readonly attribute: string; readonly codes: readonly string[] };
}
export type Field =
	| (FieldBase & { readonly kind: 'choice'; readonly choices: readonly Choice[] })
	| (FieldBase & {
			readonly kind: 'date';
			/** What may stand instead of a day. */ readonly also?: readonly Choice[];
	  })
	/** Cents as a whole number, typed and shown as money. */
	| (FieldBase & { readonly kind: 'money' })
	| (FieldBase & { readonly kind: 'number' })
	| (FieldBase & { readonly kind: 'text' })
	/** A name as one types it; `ref` holds the id of a person of the circle while it is theirs. */
	| (FieldBase & { readonly kind: 'who'; readonly ref?: string })
	/** The name of an agency or a service, suggested from those the case knows. */
	| (FieldBase & { readonly kind: 'agency' })
	/** The name of a picture of this document (../pictures.ts). */
	| (FieldBase & { readonly kind: 'picture' })
	/** The id of a block of this document. */
	| (FieldBase & { readonly kind: 'block'; readonly of: string })
	/** Ids of goals of the case, with spaces between them. */
	| (FieldBase & { readonly kind: 'goals'; readonly many: boolean });

/** A text inside the block that several people may write at once: a `field` node, so that it merges. */
export interface BlockText {
	readonly name: string;
	readonly label: string;
	readonly hint: string;
}

/** What a new block holds besides its title. */
export interface BlockStart {
	readonly name: string;
	readonly attributes?: Readonly<Record<string, string>>;
}

export interface BlockSpec {
	readonly name: string;
	/** What people call it: "Goal". */
	readonly label: string;
	/** `card`: stands on its own, facts named. `line`: one of several, its facts beside it. */
	readonly look: 'card' | 'line';
	/** Other words that find it in the `/` menu; null: nobody inserts it by name. */
	readonly searchWords: string | null;
	/** Stands in the empty title. */
	readonly titleHint: string;
	/** Attributes that people see and set, in the order of Tab. */
	readonly fields: readonly Field[];
	/** Attributes that are part of schema 1 and get their field in a later release. */
	readonly attributes: readonly string[];
	/** Blocks that `Enter` in the title makes: a goal goes on with a step, a step with the next step. */
	readonly goesOnWith: string | null;
	/** Attributes that the block `Enter` makes takes over. Alone, as in a template, they do not yet fill a block. */
	readonly carriesOn?: readonly string[];
	/** The block it belongs into when the caret is in one. */
	readonly belongsInto?: string;
	readonly texts?: readonly BlockText[];
	readonly startsWith?: readonly BlockStart[];
}
