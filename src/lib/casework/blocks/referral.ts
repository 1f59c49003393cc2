/** A referral: the title names the service. Attributes follow FHIR R4 ServiceRequest and Task (HL7 Gravity). */
import { consents, referralStatuses, urgencies, yesNo } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

export const referralSpec: BlockSpec = {
	name: 'referral',
	label: 'Referral',
	look: 'card',
	searchWords: 'refer service agency send',
	titleHint: 'Which service, and for what?',
	fields: [
		{
			attribute: 'status',
			label: 'Status',
			hint: 'set status',
			kind: 'choice',
			choices: referralStatuses,
			first: true
		},
		{ attribute: 'urgency', label: 'How soon', hint: 'how soon', kind: 'choice', choices: urgencies },
		{ attribute: 'agency', label: 'Agency', hint: 'which agency', kind: 'agency' },
		{ attribute: 'contact', label: 'Contact', hint: 'name, phone or e-mail', kind: 'text' },
		{
			attribute: 'consent',
			label: 'Consent',
			hint: 'has the person agreed?',
			kind: 'choice',
			choices: consents
		},
		{ attribute: 'sent', label: 'Sent', hint: 'when', kind: 'date' },
		{ attribute: 'respondBy', label: 'Answer by', hint: 'by when', kind: 'date' },
		{ attribute: 'followUp', label: 'Follow up', hint: 'when to ask again', kind: 'date' },
		{
			attribute: 'statusReason',
			label: 'Reason for the status',
			hint: 'why',
			kind: 'text',
			onlyWhen: { attribute: 'status', codes: ['rejected', 'on-hold', 'failed', 'cancelled'] }
		},
		{
			attribute: 'referrerInformed',
			label: 'Who referred knows the outcome',
			hint: 'told?',
			kind: 'choice',
			choices: yesNo,
			onlyWhen: { attribute: 'status', codes: ['rejected', 'completed', 'failed', 'cancelled'] }
		}
	],
	texts: [
		{ name: 'reason', label: 'Reason', hint: 'Why this service, and what should it help with?' },
		{ name: 'outcome', label: 'Outcome', hint: 'What came of it?' }
	],
	// agencyRef: the agency chosen from the directory
	attributes: ['agencyRef', 'source'],
	goesOnWith: null
};
