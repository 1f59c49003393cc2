/** Something to do that came out of a meeting: who does what by when. FHIR R4 Task. */
import { stepStatuses } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

export const actionSpec: BlockSpec = {
	name: 'action',
	label: 'Action',
	look: 'line',
	searchWords: 'task todo do who by when',
	titleHint: 'What is to be done?',
	fields: [
		{ attribute: 'who', label: 'Who', hint: 'who', kind: 'who', ref: 'whoRef' },
		{ attribute: 'due', label: 'Due date', hint: 'by when', kind: 'date' },
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
		}
	],
	attributes: ['whoRef', 'source'],
	goesOnWith: 'action'
};
