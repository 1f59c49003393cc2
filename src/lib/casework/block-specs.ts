/** The blocks of casework, as data. Adding one: its file in blocks/ and its name here. The order is that of the menus. */
import { actionSpec } from './blocks/action.ts';
import { agreementSpec } from './blocks/agreement.ts';
import type { BlockSpec } from './blocks/block-spec.ts';
import { budgetLineSpec, budgetSpec } from './blocks/budget.ts';
import { conditionSpec } from './blocks/condition.ts';
import { contactSpec } from './blocks/contact.ts';
import { decisionSpec } from './blocks/decision.ts';
import { genericSpec } from './blocks/generic-block.ts';
import { goalSpec } from './blocks/goal.ts';
import { imageSpec } from './blocks/image.ts';
import { measureSpec, readingSpec } from './blocks/measure.ts';
import { needSpec } from './blocks/need.ts';
import { referralSpec } from './blocks/referral.ts';
import { stepSpec } from './blocks/step.ts';
import { strengthSpec } from './blocks/strength.ts';

export const blockSpecs: readonly BlockSpec[] = [
	goalSpec,
	stepSpec,
	actionSpec,
	decisionSpec,
	agreementSpec,
	contactSpec,
	referralSpec,
	needSpec,
	strengthSpec,
	conditionSpec,
	measureSpec,
	readingSpec,
	budgetSpec,
	budgetLineSpec,
	imageSpec,
	genericSpec
];

const byName = new Map(blockSpecs.map((spec) => [spec.name, spec]));

export function blockSpec(name: string): BlockSpec | null {
	return byName.get(name) ?? null;
}
