/** A last day as a date field holds it (`2027-02-22`), and the moment at which that day is over here. */
import { isoDay } from '#lib/casework/dates.ts';

/** Null for an empty or impossible date. */
export function endOfDay(day: string): number | null {
	const read = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
	if (read === null) return null;
	const end = new Date(Number(read[1]), Number(read[2]) - 1, Number(read[3]), 23, 59, 59, 999);
	return isoDay(end) === day ? end.getTime() : null;
}

export function dayOf(at: number | null): string {
	return at === null ? '' : isoDay(new Date(at));
}

export function inDays(days: number, now = Date.now()): string {
	const day = new Date(now);
	day.setDate(day.getDate() + days);
	return isoDay(day);
}
