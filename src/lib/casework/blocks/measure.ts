/** Something that is measured again and again: its readings are blocks of their own, so that two people add at once. */
import { betterWays } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

export const measureSpec: BlockSpec = {
	name: 'measure',
	label: 'Measure',
	look: 'card',
	searchWords: 'chart scale score rating reading number',
	titleHint: 'What do we measure?',
	fields: [
		{ attribute: 'lowest', label: 'Scale from', hint: 'lowest', kind: 'number' },
		{ attribute: 'highest', label: 'Scale to', hint: 'highest', kind: 'number' },
		{ attribute: 'unit', label: 'Unit', hint: 'points, days, hours …', kind: 'text' },
		{
			attribute: 'better',
			label: 'Which way is better',
			hint: 'higher or lower?',
			kind: 'choice',
			choices: betterWays
		},
		{ attribute: 'goal', label: 'Goal it tells about', hint: 'which goal', kind: 'goals', many: false }
	],
	startsWith: [{ name: 'reading' }],
	attributes: ['source'],
	goesOnWith: 'reading'
};

export const readingSpec: BlockSpec = {
	name: 'reading',
	label: 'Reading',
	look: 'line',
	searchWords: null,
	belongsInto: 'measure',
	titleHint: 'A word about it, if need be',
	fields: [
		{ attribute: 'date', label: 'Date', hint: 'when', kind: 'date' },
		{ attribute: 'value', label: 'Value', hint: 'value', kind: 'number' }
	],
	attributes: ['source'],
	goesOnWith: 'reading'
};
