/** Household budget, first version. Frozen: see seed.ts. */
import { block, bullets, lines, section } from './parts.ts';
import type { SeedBlock, Template } from './seed.ts';

const line = (kind: string, title: string): SeedBlock =>
	block('budgetLine', { kind, frequency: 'monthly', ...(title === '' ? {} : { title }) });

export const template: Template = {
	id: 'household-budget.1',
	client: 111,
	content: [
		section('Household'),
		lines('Who lives from this money, and for which months is this budget?'),
		block('budget', {}, [
			line('income', 'Wages'),
			line('income', 'Social assistance or benefits'),
			line('income', 'Child benefit'),
			line('expense', 'Rent'),
			line('expense', 'Heat, light and water'),
			line('expense', 'Food'),
			line('expense', 'Phone and internet'),
			line('expense', 'Getting around'),
			line('expense', 'Children'),
			line('expense', 'Health and medication'),
			line('expense', 'Paying back debts'),
			block('budgetLine', { kind: 'debt' })
		]),
		section('What we notice'),
		bullets('What is missing, what could be claimed, what presses most?'),
		section('What we do about it'),
		block('action'),
		block('action')
	]
};
