/** Why something cannot be suggested, and what can be done instead. */
export const refusals = {
	nothing: 'These are the words that stand there already.',
	'no-words': 'There are no words here to suggest beside. Put the caret next to some words, or comment.',
	'several-paragraphs':
		'New words can be suggested within one paragraph only. Suggest to delete these paragraphs, or change them one by one.',
	across: 'This reaches from one part of the plan into another. Suggest it for each part.',
	'not-staff':
		'You can no longer suggest for staff only. What you wrote here is kept; nobody has seen it since.',
	'too-long': 'This is too long for one suggestion. What you wrote is kept; suggest it in parts.'
} as const;

export type Refusal = keyof typeof refusals;
