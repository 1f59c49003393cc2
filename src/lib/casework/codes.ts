/**
 * The codes that stand in documents (FHIR R4 where FHIR has one) and the plain words for them.
 * A code, once written, is never renamed or removed; words may change freely.
 */

export interface Choice {
	readonly code: string;
	readonly words: string;
}

/** FHIR goal-status. */
export const goalLifecycles: readonly Choice[] = [
	{ code: 'proposed', words: 'Suggested' },
	{ code: 'planned', words: 'Planned' },
	{ code: 'accepted', words: 'Agreed' },
	{ code: 'active', words: 'Under way' },
	{ code: 'on-hold', words: 'On hold' },
	{ code: 'completed', words: 'Finished' },
	{ code: 'cancelled', words: 'Dropped' }
];

/** FHIR goal-achievement. */
export const goalAchievements: readonly Choice[] = [
	{ code: 'in-progress', words: 'In progress' },
	{ code: 'improving', words: 'Getting better' },
	{ code: 'worsening', words: 'Getting worse' },
	{ code: 'no-change', words: 'No change' },
	{ code: 'achieved', words: 'Reached' },
	{ code: 'sustaining', words: 'Keeping it up' },
	{ code: 'not-achieved', words: 'Not reached' },
	{ code: 'not-attainable', words: 'Not possible' }
];

/** FHIR goal-priority. */
export const priorities: readonly Choice[] = [
	{ code: 'high-priority', words: 'High priority' },
	{ code: 'medium-priority', words: 'Medium priority' },
	{ code: 'low-priority', words: 'Low priority' }
];

/** FHIR care-plan-activity-status. */
export const stepStatuses: readonly Choice[] = [
	{ code: 'not-started', words: 'Not started' },
	{ code: 'in-progress', words: 'In progress' },
	{ code: 'completed', words: 'Done' },
	{ code: 'on-hold', words: 'On hold' },
	{ code: 'cancelled', words: 'Dropped' }
];

/** Areas of life in which a need is assessed and a goal is set. */
export const areasOfNeed: readonly Choice[] = [
	{ code: 'accommodation', words: 'Home' },
	{ code: 'education-work', words: 'Education and work' },
	{ code: 'finances', words: 'Money' },
	{ code: 'drugs', words: 'Drugs' },
	{ code: 'alcohol', words: 'Alcohol' },
	{ code: 'health-wellbeing', words: 'Health and wellbeing' },
	{ code: 'relationships-community', words: 'Relationships and community' },
	{ code: 'thinking-behaviour', words: 'Thinking and behaviour' }
];

export const frequencies: readonly Choice[] = [
	{ code: 'once', words: 'Once' },
	{ code: 'daily', words: 'Every day' },
	{ code: 'weekly', words: 'Every week' },
	{ code: 'fortnightly', words: 'Every two weeks' },
	{ code: 'monthly', words: 'Every month' },
	{ code: 'as-needed', words: 'When needed' }
];

/** FHIR request-priority, as far as people use it here. */
export const urgencies: readonly Choice[] = [
	{ code: 'routine', words: 'Can wait its turn' },
	{ code: 'urgent', words: 'Soon' },
	{ code: 'asap', words: 'As soon as possible' },
	{ code: 'stat', words: 'At once' }
];

/** FHIR task-status, as far as a referral goes through it (HL7 Gravity). */
export const referralStatuses: readonly Choice[] = [
	{ code: 'draft', words: 'Not sent yet' },
	{ code: 'requested', words: 'Sent' },
	{ code: 'accepted', words: 'Accepted' },
	{ code: 'rejected', words: 'Turned down' },
	{ code: 'in-progress', words: 'Under way' },
	{ code: 'on-hold', words: 'On hold' },
	{ code: 'completed', words: 'Finished' },
	{ code: 'failed', words: 'Did not work out' },
	{ code: 'cancelled', words: 'Dropped' }
];

/** FHIR consent-state-codes. */
export const consents: readonly Choice[] = [
	{ code: 'proposed', words: 'Asked, no answer yet' },
	{ code: 'active', words: 'Given' },
	{ code: 'rejected', words: 'Refused' },
	{ code: 'inactive', words: 'Taken back' }
];

/** HL7 v2-0136. */
export const yesNo: readonly Choice[] = [
	{ code: 'Y', words: 'Yes' },
	{ code: 'N', words: 'No' }
];

export const yesNoUnsure: readonly Choice[] = [...yesNo, { code: 'unsure', words: 'Not sure' }];

/** Where a condition of a court or a board stands. */
export const conditionStates: readonly Choice[] = [
	{ code: 'not-yet-due', words: 'Not due yet' },
	{ code: 'compliant', words: 'Met' },
	{ code: 'partly', words: 'Partly met' },
	{ code: 'breach', words: 'Not met' },
	{ code: 'discharged', words: 'No longer applies' }
];

export const needRatings: readonly Choice[] = [
	{ code: 'none', words: 'No need now' },
	{ code: 'low', words: 'Some need' },
	{ code: 'medium', words: 'Clear need' },
	{ code: 'high', words: 'High need' }
];

export const strengthRatings: readonly Choice[] = [
	{ code: 'emerging', words: 'Beginning' },
	{ code: 'steady', words: 'Steady' },
	{ code: 'strong', words: 'Strong' }
];

export const contactTypes: readonly Choice[] = [
	{ code: 'office-visit', words: 'Visit here' },
	{ code: 'home-visit', words: 'Visit at their home' },
	{ code: 'outreach', words: 'Met in the community' },
	{ code: 'phone', words: 'Phone' },
	{ code: 'video', words: 'Video call' },
	{ code: 'email', words: 'E-mail' },
	{ code: 'message', words: 'Text message' },
	{ code: 'letter', words: 'Letter' },
	{ code: 'court', words: 'Court' },
	{ code: 'meeting', words: 'Meeting' },
	{ code: 'collateral', words: 'With somebody else about the person' }
];

export const contactDirections: readonly Choice[] = [
	{ code: 'outgoing', words: 'We reached out' },
	{ code: 'incoming', words: 'They reached out' }
];

/** FHIR appointmentstatus where it has one. */
export const contactOutcomes: readonly Choice[] = [
	{ code: 'fulfilled', words: 'Took place' },
	{ code: 'noshow', words: 'Did not take place' },
	{ code: 'cancelled', words: 'Called off' },
	{ code: 'no-answer', words: 'No answer' },
	{ code: 'left-message', words: 'Left a message' }
];

/** FHIR request-status. */
export const decisionStatuses: readonly Choice[] = [
	{ code: 'draft', words: 'Suggested' },
	{ code: 'active', words: 'Decided' },
	{ code: 'on-hold', words: 'On hold' },
	{ code: 'completed', words: 'Carried out' },
	{ code: 'revoked', words: 'Taken back' }
];

export const agreementAnswers: readonly Choice[] = [
	{ code: 'yes', words: 'Agrees' },
	{ code: 'no', words: 'Does not agree' },
	{ code: 'unable', words: 'Could not answer' }
];

export const agreementMeans: readonly Choice[] = [
	{ code: 'in-person', words: 'Said it in person' },
	{ code: 'signed', words: 'Signed on paper' },
	{ code: 'phone', words: 'Said it on the phone' },
	{ code: 'video', words: 'Said it in a video call' },
	{ code: 'written', words: 'Wrote it' },
	{ code: 'interpreter', words: 'With an interpreter' },
	{ code: 'representative', words: 'Through somebody who speaks for them' }
];

/** Which way a measure gets better. */
export const betterWays: readonly Choice[] = [
	{ code: 'higher', words: 'Higher is better' },
	{ code: 'lower', words: 'Lower is better' }
];

export const budgetLineKinds: readonly Choice[] = [
	{ code: 'income', words: 'Income' },
	{ code: 'expense', words: 'Expense' },
	{ code: 'debt', words: 'Debt' }
];

/** How often money comes or goes. What each counts for in a year is in budget.ts. */
export const moneyFrequencies: readonly Choice[] = [
	{ code: 'daily', words: 'Every day' },
	{ code: 'weekly', words: 'Every week' },
	{ code: 'fortnightly', words: 'Every two weeks' },
	{ code: 'twice-monthly', words: 'Twice a month' },
	{ code: 'monthly', words: 'Every month' },
	{ code: 'quarterly', words: 'Every three months' },
	{ code: 'yearly', words: 'Every year' }
];

/** The plain words for a code; a code from a newer app is shown as it is. */
export function wordsFor(choices: readonly Choice[], code: string): string {
	return choices.find((choice) => choice.code === code)?.words ?? code;
}
