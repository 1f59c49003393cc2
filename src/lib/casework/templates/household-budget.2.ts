/** Household budget, second version: one question asked better. Frozen: see seed.ts. */
import { template as first } from './household-budget.1.ts';
import { reworded } from './parts.ts';
import type { Template } from './seed.ts';

export const template: Template = {
	id: 'household-budget.2',
	client: 116,
	content: reworded(
		first.content,
		'Who lives from this money, and for which months is this budget?',
		'Who lives on this money, and for which months is this budget?'
	)
};
