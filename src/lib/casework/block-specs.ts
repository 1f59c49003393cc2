/** The blocks of casework, as data. Adding one: its file in blocks/ and its name here. */
import type { BlockSpec } from './blocks/block-spec.ts';
import { genericSpec } from './blocks/generic-block.ts';
import { goalSpec } from './blocks/goal.ts';
import { stepSpec } from './blocks/step.ts';

export const blockSpecs: readonly BlockSpec[] = [goalSpec, stepSpec, genericSpec];

export function blockSpec(name: string): BlockSpec | null {
	return blockSpecs.find((spec) => spec.name === name) ?? null;
}
