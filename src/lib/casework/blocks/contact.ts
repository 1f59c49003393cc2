/** A contact, made or missed. FHIR R4 Encounter and Appointment. */
import { contactDirections, contactOutcomes, contactTypes } from '../codes.ts';
import type { BlockSpec } from './block-spec.ts';

export const contactSpec: BlockSpec = {
	name: 'contact',
	label: 'Contact',
	look: 'card',
	searchWords: 'visit phone call meeting e-mail court',
	titleHint: 'What was it about?',
	fields: [
		{
			attribute: 'outcome',
			label: 'Outcome',
			hint: 'did it take place?',
			kind: 'choice',
			choices: contactOutcomes,
			first: true
		},
		{ attribute: 'type', label: 'How', hint: 'visit, phone …', kind: 'choice', choices: contactTypes },
		{
			attribute: 'direction',
			label: 'Who began it',
			hint: 'who began',
			kind: 'choice',
			choices: contactDirections
		},
		{ attribute: 'who', label: 'With', hint: 'with whom', kind: 'who', ref: 'whoRef' },
		{ attribute: 'date', label: 'Date', hint: 'when', kind: 'date' },
		{ attribute: 'time', label: 'Time', hint: 'what time', kind: 'text' },
		{ attribute: 'duration', label: 'How long', hint: 'how long', kind: 'text' },
		{ attribute: 'goals', label: 'Goals it was about', hint: 'which goals', kind: 'goals', many: true }
	],
	// enteredAt: the day it was written down, set with its date
	attributes: ['whoRef', 'enteredAt', 'source'],
	goesOnWith: null
};
