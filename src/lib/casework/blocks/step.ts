/** A step towards a goal: who does what by when. Attributes follow FHIR R4 CarePlan.activity. */
import { frequencies, stepStatuses } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

export const stepSpec: BlockSpec = {
	name: 'step',
	label: 'Step',
	look: 'line',
	searchWords: 'task todo do',
	belongsInto: 'goal',
	titleHint: 'What is the next small thing to do?',
	fields: [
		{ attribute: 'who', label: 'Who', hint: 'who', kind: 'who', ref: 'whoRef' },
		{ attribute: 'due', label: 'Due date', hint: 'by when', kind: 'date' },
		{ attribute: 'frequency', label: 'How often', hint: 'how often', kind: 'choice', choices: frequencies },
		{ attribute: 'status', label: 'Status', hint: 'set status', kind: 'choice', choices: stepStatuses },
		{
			attribute: 'completedOn',
			label: 'Done on',
			hint: 'done on',
			kind: 'date',
			onlyWhen: { attribute: 'status', codes: ['completed'] }
		},
		{
			attribute: 'reason',
			label: 'Reason',
			hint: 'why',
			kind: 'text',
			onlyWhen: { attribute: 'status', codes: ['on-hold', 'cancelled'] }
		},
		{
			attribute: 'referral',
			label: 'Referral it waits for',
			hint: 'linked referral',
			kind: 'block',
			of: 'referral'
		}
	],
	attributes: ['whoRef', 'source', 'start'],
	goesOnWith: 'step'
};
