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
		{ attribute: 'who', label: 'Who', hint: 'who', kind: 'text' },
		{ attribute: 'due', label: 'Due date', hint: 'by when', kind: 'date' },
		{ attribute: 'frequency', label: 'How often', hint: 'how often', kind: 'choice', choices: frequencies },
		{ attribute: 'status', label: 'Status', hint: 'set status', kind: 'choice', choices: stepStatuses },
		{
			attribute: 'completedOn',
			label: 'Done on',
			hint: 'done on',
			kind: 'date',
			onlyWhen: { attribute: 'status', codes: ['completed'] }
		}
	],
	// whoRef: the person or agency chosen from a list · referral: id of the referral it waits for
	attributes: ['whoRef', 'referral', 'reason', 'source', 'start'],
	goesOnWith: 'step'
};
