/** Which component draws the fields of which block. A block that is not listed gets its facts, named. */
import type { Component } from 'svelte';
import type { BlockSpec } from '#lib/casework/blocks/block-spec.ts';
import type { BlockHandle } from './node-view.svelte.ts';
import BlockFields from './BlockFields.svelte';
import BudgetFields from './BudgetFields.svelte';
import FactFields from './FactFields.svelte';
import GenericFields from './GenericFields.svelte';
import LineFields from './LineFields.svelte';
import MeasureFields from './MeasureFields.svelte';
import StepFields from './StepFields.svelte';

const views: Readonly<Record<string, Component<{ block: BlockHandle }>>> = {
	goal: BlockFields,
	step: StepFields,
	action: StepFields,
	measure: MeasureFields,
	budget: BudgetFields,
	caseBlock: GenericFields
};

export function fieldsOf(spec: BlockSpec): Component<{ block: BlockHandle }> {
	return views[spec.name] ?? (spec.look === 'line' ? LineFields : FactFields);
}
