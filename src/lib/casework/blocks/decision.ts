/** A decision, with its reasons and with what speaks against it. */
import { decisionStatuses } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

export const decisionSpec: BlockSpec = {
	name: 'decision',
	label: 'Decision',
	look: 'card',
	searchWords: 'decide agree resolve outcome',
	titleHint: 'What was decided?',
	fields: [
		{
			attribute: 'status',
			label: 'Status',
			hint: 'set status',
			kind: 'choice',
			choices: decisionStatuses,
			first: true
		},
		{ attribute: 'who', label: 'Decided by', hint: 'who', kind: 'who', ref: 'whoRef' },
		{ attribute: 'due', label: 'In force by', hint: 'by when', kind: 'date' }
	],
	texts: [
		{ name: 'reason', label: 'Reasons', hint: 'Why this, and what else was considered?' },
		{ name: 'dissent', label: 'Other views', hint: 'Who sees it differently, and why?' }
	],
	attributes: ['whoRef', 'source'],
	goesOnWith: null
};
