/**
 * A case to try everything with: one document of each kind, about people who do not exist.
 *
 * Rules for its words: a whole person, not a diagnosis; what they say in their own voice; nobody is a type; no form,
 * scale or phrase of anybody else's. Days are told from the day it is loaded, so that something is due today.
 */
import type { TreePart } from '../body-tree.ts';
import { addDays } from '../dates.ts';
import type { EntryFacts } from '../shift-log/operation.ts';
import { sampleLetters } from './letters.ts';
import { samplePlans } from './plans.ts';
import { sampleRecords } from './records.ts';
import { sampleEvening, sampleHandover } from './shift.ts';
import { sampleUnderstanding } from './understanding.ts';

export interface SampleDocument {
	readonly kind: string;
	readonly title: string;
	readonly content: readonly TreePart[];
}

export interface SampleCase {
	readonly title: string;
	/** In the order in which they would have been written. Goals of the plan are referred to by later documents. */
	readonly documents: readonly SampleDocument[];
	readonly shiftLog: {
		/** ISO. */
		readonly day: string;
		readonly residents: readonly string[];
		readonly entries: readonly (Omit<EntryFacts, 'residents'> & { readonly residents: readonly string[] })[];
		readonly handover: string;
	};
}

/** ISO day, so many days from the day the sample is loaded. */
export type Day = (days: number) => string;

export function sampleCase(today: string): SampleCase {
	const day: Day = (days) => addDays(today, days);
	return {
		title: 'Teddy Lindqvist (sample)',
		documents: [
			...sampleUnderstanding(day),
			...samplePlans(day),
			...sampleRecords(day),
			...sampleLetters(day)
		],
		shiftLog: { day: day(-1), ...sampleEvening(day(-1)), handover: sampleHandover }
	};
}
