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

/** The plain words for a code; a code from a newer app is shown as it is. */
export function wordsFor(choices: readonly Choice[], code: string): string {
	return choices.find((choice) => choice.code === code)?.words ?? code;
}
