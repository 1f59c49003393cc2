/** A strength in one area of life. */
import { areasOfNeed, strengthRatings } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

export const strengthSpec: BlockSpec = {
	name: 'strength',
	label: 'Strength',
	look: 'card',
	searchWords: 'assessment resource skill support asset',
	titleHint: 'What goes well, who helps, what has worked before?',
	fields: [
		{
			attribute: 'rating',
			label: 'How strong',
			hint: 'how strong',
			kind: 'choice',
			choices: strengthRatings,
			first: true
		},
		{ attribute: 'domain', label: 'Area of life', hint: 'area of life', kind: 'choice', choices: areasOfNeed }
	],
	texts: [{ name: 'evidence', label: 'What shows it', hint: 'What was said or seen?' }],
	attributes: ['source'],
	goesOnWith: null,
	carriesOn: ['domain']
};
