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
}
export type Field =
	| (FieldBase & { readonly kind: 'choice'; readonly choices: readonly Choice[] })
	| (FieldBase & {
			readonly kind: 'date';
			/** What may stand instead of a day. */ readonly also?: readonly Choice[];
	  })
	| (FieldBase & { readonly kind: 'text' });

export interface BlockSpec {
	readonly name: string;
	/** What people call it: "Goal". */
	readonly label: string;
	/** Stands in the empty title. */
	readonly titleHint: string;
	/** Attributes that people see and set, in the order of Tab. */
	readonly fields: readonly Field[];
	/** Attributes that are part of schema 1 and get their field in a later release. */
	readonly attributes: readonly string[];
	/** Blocks that `Enter` in the title makes: a goal goes on with a step, a step with the next step. */
	readonly goesOnWith: string | null;
}
