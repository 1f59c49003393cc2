/** A household's money: its lines are blocks of their own. Amounts are whole cents; see ../budget.ts for the sums. */
import { budgetLineKinds, moneyFrequencies } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

export const budgetSpec: BlockSpec = {
	name: 'budget',
	label: 'Budget',
	look: 'card',
	searchWords: 'money income expense debt sum total',
	titleHint: 'Whose money, and for which time?',
	fields: [],
	startsWith: [
		{ name: 'budgetLine', attributes: { kind: 'income', frequency: 'monthly' } },
		{ name: 'budgetLine', attributes: { kind: 'expense', frequency: 'monthly' } }
	],
	attributes: ['currency', 'start', 'end', 'source'],
	goesOnWith: 'budgetLine'
};

export const budgetLineSpec: BlockSpec = {
	name: 'budgetLine',
	label: 'Line',
	look: 'line',
	searchWords: null,
	belongsInto: 'budget',
	titleHint: 'What for?',
	fields: [
		{ attribute: 'kind', label: 'Kind', hint: 'income or expense', kind: 'choice', choices: budgetLineKinds },
		{ attribute: 'who', label: 'Who', hint: 'whose', kind: 'who', ref: 'whoRef' },
		{ attribute: 'amount', label: 'Amount', hint: 'amount', kind: 'money' },
		{
			attribute: 'frequency',
			label: 'How often',
			hint: 'how often',
			kind: 'choice',
			choices: moneyFrequencies,
			onlyWhen: { attribute: 'kind', codes: ['income', 'expense'] }
		}
	],
	attributes: ['whoRef', 'source'],
	goesOnWith: 'budgetLine',
	carriesOn: ['kind', 'frequency']
};
