/** The kinds of document that a case can hold, as data. Adding a kind: one template file and one row here. */

/** What a kind is for; the list of kinds is read in this order. */
export const kindGroups = [
	{ id: 'understand', name: 'Getting to know' },
	{ id: 'plan', name: 'Planning' },
	{ id: 'record', name: 'Keeping track' },
	{ id: 'letter', name: 'Writing to others' }
] as const;

export interface DocumentKind {
	readonly id: string;
	readonly name: string;
	readonly group: (typeof kindGroups)[number]['id'];
	/** One line that helps to choose. */
	readonly whenToUse: string;
	/** Other words by which people look for it. */
	readonly words: string;
	/** Id of the template that a new document of this kind starts from; null where there is no text to begin with. */
	readonly template: string | null;
	/** What the title field holds at the start. */
	readonly title: string;
	/** Other templates of the same kind, for who is used to them. */
	readonly otherForms?: readonly { readonly name: string; readonly template: string }[];
}

/** The kind that is no text: its page is a log that is only ever added to. */
export const SHIFT_LOG = 'shift-log';

export const documentKinds: readonly DocumentKind[] = [
	{
		id: 'case-plan',
		name: 'Case plan',
		group: 'plan',
		whenToUse: 'To agree with a person where they want to get to, and who does what by when.',
		words: 'care service goals steps treatment',
		template: 'case-plan.1',
		title: 'Case plan'
	},
	{
		id: 'safety-plan',
		name: 'Safety plan',
		group: 'plan',
		whenToUse: 'Made together with the person for hard hours: signs, what helps, whom to call. One page.',
		words: 'crisis suicide self-harm violence',
		template: 'safety-plan.1',
		title: 'Safety plan'
	},
	{
		id: 'release-plan',
		name: 'Release plan',
		group: 'plan',
		whenToUse:
			'Before somebody leaves custody, hospital or a house: home, papers, income, health, first 72 hours.',
		words: 'discharge leaving parole prison transition',
		template: 'release-plan.1',
		title: 'Release plan'
	},
	{
		id: 'household-budget',
		name: 'Household budget',
		group: 'plan',
		whenToUse: 'To see together what comes in, what goes out, and what is left or missing.',
		words: 'money income expenses debts',
		template: 'household-budget.2',
		title: 'Household budget'
	},
	{
		id: 'intake-report',
		name: 'Intake report',
		group: 'understand',
		whenToUse: 'At the first meetings: why they came, how they live, what is needed at once.',
		words: 'admission first new client eligibility',
		template: 'intake-report.1',
		title: 'Intake report'
	},
	{
		id: 'assessment',
		name: 'Strengths and needs assessment',
		group: 'understand',
		whenToUse: 'To look at every area of life before planning: what goes well, what is needed.',
		words: 'domains rating risk',
		template: 'assessment.1',
		title: 'Strengths and needs assessment'
	},
	{
		id: 'case-note',
		name: 'Case note',
		group: 'record',
		whenToUse: 'After a visit, a call or anything else that should be remembered.',
		words: 'contact visit phone log soap dap birp',
		template: 'case-note.1',
		title: 'Case note',
		otherForms: [
			{ name: 'SOAP', template: 'case-note-soap.1' },
			{ name: 'DAP', template: 'case-note-dap.1' },
			{ name: 'BIRP', template: 'case-note-birp.1' }
		]
	},
	{
		id: SHIFT_LOG,
		name: 'Shift log',
		group: 'record',
		whenToUse: 'For a house, day by day: what happened when, with whom, and what the next shift must know.',
		words: 'handover house group home shelter residents night round incident daily',
		template: null,
		title: 'Shift log'
	},
	{
		id: 'progress-report',
		name: 'Progress report',
		group: 'record',
		whenToUse: 'To tell others how a period has gone: contacts, goals, conditions, recommendation.',
		words: 'review court summary period',
		template: 'progress-report.1',
		title: 'Progress report'
	},
	{
		id: 'case-conference',
		name: 'Multidisciplinary note',
		group: 'record',
		whenToUse: 'For a case conference: who was there, what was said, what was decided, who does what.',
		words: 'case conference meeting minutes team decisions actions',
		template: 'case-conference.1',
		title: 'Case conference'
	},
	{
		id: 'referral-letter',
		name: 'Referral letter',
		group: 'letter',
		whenToUse: 'To ask another service to help the person, with their consent.',
		words: 'refer service agency',
		template: 'referral-letter.2',
		title: 'Referral letter'
	},
	{
		id: 'support-letter',
		name: 'Support letter',
		group: 'letter',
		whenToUse: 'To stand by somebody in writing: with a landlord, a court, an office.',
		words: 'reference advocacy landlord court',
		template: 'support-letter.2',
		title: 'Support letter'
	}
];

/** The kind of that id; null for one that only a newer app knows. */
export function documentKind(id: string): DocumentKind | null {
	return documentKinds.find((kind) => kind.id === id) ?? null;
}
