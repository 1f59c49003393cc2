/** A need in one area of life, as it was assessed. */
import { areasOfNeed, needRatings, yesNoUnsure } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

export const needSpec: BlockSpec = {
	name: 'need',
	label: 'Need',
	look: 'card',
	searchWords: 'assessment problem risk domain rating',
	titleHint: 'What is needed?',
	fields: [
		{
			attribute: 'rating',
			label: 'How much',
			hint: 'how much',
			kind: 'choice',
			choices: needRatings,
			first: true
		},
		{
			attribute: 'domain',
			label: 'Area of life',
			hint: 'area of life',
			kind: 'choice',
			choices: areasOfNeed
		},
		{
			attribute: 'wantsChange',
			label: 'Does the person want to change this?',
			hint: 'not asked yet',
			kind: 'choice',
			choices: yesNoUnsure
		},
		{ attribute: 'goal', label: 'Goal that answers it', hint: 'which goal', kind: 'goals', many: false }
	],
	texts: [{ name: 'evidence', label: 'What we know', hint: 'What was said, seen or found out?' }],
	attributes: ['source'],
	goesOnWith: null,
	carriesOn: ['domain']
};
