/** Which component draws the fields of which block. A block that is not listed gets the plain row of its fields. */
import type { Component } from 'svelte';
import type { BlockHandle } from './node-view.svelte.ts';
import BlockFields from './BlockFields.svelte';
import GenericFields from './GenericFields.svelte';
import StepFields from './StepFields.svelte';

const views: Readonly<Record<string, Component<{ block: BlockHandle }>>> = {
	step: StepFields,
	caseBlock: GenericFields
};

export function fieldsOf(name: string): Component<{ block: BlockHandle }> {
	return views[name] ?? BlockFields;
}
