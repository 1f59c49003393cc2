/** A condition that a court, a board or another authority has set: the title is its wording. */
import { conditionStates } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

export const conditionSpec: BlockSpec = {
	name: 'condition',
	label: 'Condition',
	look: 'card',
	searchWords: 'court order probation parole bail rule',
	titleHint: 'What does the order say, word for word?',
	fields: [
		{
			attribute: 'state',
			label: 'State',
			hint: 'set state',
			kind: 'choice',
			choices: conditionStates,
			first: true
		},
		{ attribute: 'order', label: 'Set by', hint: 'which order or court', kind: 'text' },
		{ attribute: 'supervisedBy', label: 'Supervised by', hint: 'who', kind: 'who' },
		{ attribute: 'from', label: 'From', hint: 'from when', kind: 'date' },
		{ attribute: 'to', label: 'Until', hint: 'until when', kind: 'date' },
		{ attribute: 'lastChecked', label: 'Last checked', hint: 'when', kind: 'date' },
		{ attribute: 'nextCheck', label: 'Next check', hint: 'when', kind: 'date' }
	],
	texts: [{ name: 'evidence', label: 'What we know', hint: 'What shows that it is met, or not?' }],
	attributes: ['source'],
	goesOnWith: null
};
