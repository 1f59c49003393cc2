/** The readings of a measure, in order of their days, as far as they are numbers. */
import { isIsoDay } from './dates.ts';

export interface Reading {
	/** ISO day. */
	readonly day: string;
	readonly value: number;
	readonly note: string;
}

/** "7", "7.5", "7,5", "-2"; null if it is not a number. */
export function readNumber(stored: unknown): number | null {
	if (typeof stored !== 'string' || !/^\s*[-−]?\d{1,12}([.,]\d{1,6})?\s*$/.test(stored)) return null;
	return Number(stored.replace('−', '-').replace(',', '.'));
}

/** Readings without a day or a number are left out; of one day they keep their order. */
export function readReadings(
	blocks: readonly { readonly attributes: Readonly<Record<string, unknown>>; readonly title: string }[]
): readonly Reading[] {
	return blocks
		.flatMap(({ attributes, title }) => {
			const value = readNumber(attributes.value);
			const { date } = attributes;
			if (value === null || typeof date !== 'string' || !isIsoDay(date)) return [];
			return [{ day: date, value, note: title.trim() }];
		})
		.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}
