/** Which component draws the fields of which block. A block that is not listed gets its facts, named. */
import type { Component } from 'svelte';
import type { BlockSpec } from '#lib/casework/blocks/block-spec.ts';
import type { WordsLook } from './field-words.ts';
import type { BlockHandle } from './node-view.svelte.ts';
import BlockFields from './BlockFields.svelte';
import BudgetFields from './BudgetFields.svelte';
import FactFields from './FactFields.svelte';
import GenericFields from './GenericFields.svelte';
import LineFields from './LineFields.svelte';
import MeasureFields from './MeasureFields.svelte';
import StepFields from './StepFields.svelte';

export interface BlockLook {
	readonly fields: Component<{ block: BlockHandle }>;
	/** How its facts stand as words while it is far from the screen; null: it always has its controls. */
	readonly words: WordsLook | null;
}

const looks: Readonly<Record<string, BlockLook>> = {
	goal: { fields: BlockFields, words: 'row' },
	step: { fields: StepFields, words: 'tick' },
	action: { fields: StepFields, words: 'tick' },
	measure: { fields: MeasureFields, words: null },
	budget: { fields: BudgetFields, words: null },
	image: { fields: FactFields, words: null },
	caseBlock: { fields: GenericFields, words: null }
};
const line: BlockLook = { fields: LineFields, words: 'line' };
const card: BlockLook = { fields: FactFields, words: 'facts' };

export function lookOf(spec: BlockSpec): BlockLook {
	return looks[spec.name] ?? (spec.look === 'line' ? line : card);
}
