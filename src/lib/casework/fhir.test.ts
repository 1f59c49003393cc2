/**
 * Every code that stands in a document is one of the FHIR R4 value set it is exported to (hl7.org/fhir/R4), written
 * down by hand from the specification. A list without a FHIR value set is named with the reason.
 */
import { expect, it } from 'vitest';
import * as codes from './codes.ts';

const valueSets: Readonly<Record<string, { readonly valueSet: string; readonly codes: string }>> = {
	goalLifecycles: {
		valueSet: 'goal-status (required, Goal.lifecycleStatus)',
		codes: 'proposed planned accepted active on-hold completed cancelled entered-in-error rejected'
	},
	goalAchievements: {
		valueSet: 'goal-achievement (preferred, Goal.achievementStatus)',
		codes:
			'in-progress improving worsening no-change achieved sustaining not-achieved no-progress not-attainable'
	},
	priorities: {
		valueSet: 'goal-priority (preferred, Goal.priority)',
		codes: 'high-priority medium-priority low-priority'
	},
	stepStatuses: {
		valueSet: 'care-plan-activity-status (required, CarePlan.activity.detail.status)',
		codes: 'not-started scheduled in-progress on-hold completed cancelled stopped unknown entered-in-error'
	},
	urgencies: {
		valueSet: 'request-priority (required, ServiceRequest.priority)',
		codes: 'routine urgent asap stat'
	},
	referralStatuses: {
		valueSet: 'task-status (required, Task.status)',
		codes:
			'draft requested received accepted rejected ready cancelled in-progress on-hold failed completed entered-in-error'
	},
	consents: {
		valueSet: 'consent-state-codes (required, Consent.status)',
		codes: 'draft proposed active rejected inactive entered-in-error'
	},
	yesNo: { valueSet: 'v2-0136', codes: 'Y N' },
	decisionStatuses: {
		valueSet: 'request-status (required, RequestGroup.status)',
		codes: 'draft active on-hold revoked completed entered-in-error unknown'
	}
};

/** Codes of our own beside those of FHIR, and where each goes. */
const besides: Readonly<Record<string, readonly string[]>> = {
	// appointmentstatus has no word for a call that nobody took: noshow, with the reason in Appointment.comment
	contactOutcomes: ['no-answer', 'left-message']
};
const appointmentStatus =
	'proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist';

/** FHIR has no value set for these; they are exported as text beside our own code. */
const ownLists = [
	'areasOfNeed',
	'frequencies', // Timing
	'yesNoUnsure',
	'conditionStates',
	'needRatings',
	'strengthRatings',
	'contactTypes', // Encounter.class and .type
	'contactDirections',
	'agreementAnswers',
	'agreementMeans',
	'betterWays',
	'budgetLineKinds',
	'moneyFrequencies'
];

const lists = Object.entries(codes).filter((entry): entry is [string, readonly codes.Choice[]] =>
	Array.isArray(entry[1])
);

it.each(Object.entries(valueSets))('%s are codes of their FHIR value set', (name, { codes: allowed }) => {
	const list = lists.find(([listed]) => listed === name)?.[1] ?? [];
	expect(list.length).toBeGreaterThan(1);
	expect(list.map(({ code }) => code).filter((code) => !allowed.split(' ').includes(code))).toEqual([]);
});

it('contactOutcomes are codes of appointmentstatus, but for those named here', () => {
	const others = codes.contactOutcomes
		.map(({ code }) => code)
		.filter((code) => !appointmentStatus.split(' ').includes(code));
	expect(others).toEqual(besides.contactOutcomes);
});

it('no list of codes is forgotten, and no code stands twice in one', () => {
	expect(lists.map(([name]) => name).sort()).toEqual(
		[...Object.keys(valueSets), ...Object.keys(besides), ...ownLists].sort()
	);
	for (const [name, list] of lists)
		expect(new Set(list.map(({ code }) => code)).size, name).toBe(list.length);
});
