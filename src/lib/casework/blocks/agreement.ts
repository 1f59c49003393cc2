/** Whether somebody agrees, as they said it. */
import { agreementAnswers, agreementMeans } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

export const agreementSpec: BlockSpec = {
	name: 'agreement',
	label: 'Agreement',
	look: 'card',
	searchWords: 'agree consent sign signature',
	titleHint: 'What is agreed to, and by whom?',
	fields: [
		{
			attribute: 'agrees',
			label: 'Answer',
			hint: 'do they agree?',
			kind: 'choice',
			choices: agreementAnswers,
			first: true
		},
		{ attribute: 'date', label: 'Date', hint: 'when', kind: 'date' },
		{
			attribute: 'means',
			label: 'How it was said',
			hint: 'by what means',
			kind: 'choice',
			choices: agreementMeans
		},
		{ attribute: 'witness', label: 'Who was there', hint: 'who', kind: 'who' }
	],
	texts: [
		{ name: 'reason', label: 'In their own words', hint: 'Why, or why not? What should be different?' }
	],
	attributes: ['whoRef', 'source'],
	goesOnWith: null
};
