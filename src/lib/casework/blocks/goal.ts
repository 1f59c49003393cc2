/** A goal: its title, its steps and the notes on its progress are its content. Attributes follow FHIR R4 Goal. */
import { areasOfNeed, goalAchievements, goalLifecycles, priorities } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

/** FHIR has no code for a goal without a day; people say so. */
const notYet = [{ code: 'future', words: 'In the future' }];

export const goalSpec: BlockSpec = {
	name: 'goal',
	label: 'Goal',
	look: 'card',
	searchWords: 'aim target objective outcome',
	titleHint: 'What does the person want to reach?',
	fields: [
		{
			attribute: 'areaOfNeed',
			label: 'Area of life',
			hint: 'area of life',
			kind: 'choice',
			choices: areasOfNeed
		},
		{ attribute: 'lifecycle', label: 'Status', hint: 'set status', kind: 'choice', choices: goalLifecycles },
		{
			attribute: 'achievement',
			label: 'Progress',
			hint: 'progress',
			kind: 'choice',
			choices: goalAchievements
		},
		{ attribute: 'priority', label: 'Priority', hint: 'priority', kind: 'choice', choices: priorities },
		{ attribute: 'start', label: 'Start date', hint: 'from when', kind: 'date' },
		{ attribute: 'target', label: 'Target date', hint: 'by when', kind: 'date', also: notYet },
		{
			attribute: 'reason',
			label: 'Reason',
			hint: 'why',
			kind: 'text',
			onlyWhen: { attribute: 'lifecycle', codes: ['on-hold', 'cancelled'] }
		}
	],
	// agreedBy: whose goal it is
	attributes: ['agreedBy', 'measure', 'source', 'reviewed'],
	goesOnWith: 'step'
};
