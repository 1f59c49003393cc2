/** Times of day as people type them in a log, and how late something was entered. Pure: now is passed in. */
import { isoDay } from '../dates.ts';

/** A clock that is a little ahead is not a mistake, ms. */
const AHEAD = 10 * 60_000;
/** Until this hour of the next day a night shift still writes in the log of the evening before. */
const NIGHT_ENDS = 12;

export type Occurrence =
	| { readonly ok: true; readonly at: number }
	/** `unclear`: no time like this · `to-come`: not yet, in this log */
	| { readonly ok: false; readonly reason: 'unclear' | 'to-come' };

/** "23:40", "2340", "7.05", "7h05", "7 am", "11:40 pm" → [hours, minutes]; null if unclear. */
export function parseTime(typed: string): readonly [number, number] | null {
	const text = typed.trim().toLowerCase().replaceAll('.m.', 'm').replaceAll(/\s+/g, '');
	const match = /^(\d{1,2})(?:[:.h]?(\d{2})|h)?(am|pm|a|p)?$/.exec(text);
	if (match === null) return null;
	const [, hour = '', minute = '0', half] = match;
	const minutes = Number(minute);
	let hours = Number(hour);
	if (half !== undefined) {
		if (hours < 1 || hours > 12) return null;
		hours = (hours % 12) + (half.startsWith('p') ? 12 : 0);
	}
	return hours < 24 && minutes < 60 ? [hours, minutes] : null;
}

/**
 * The moment that a typed time means in the log of `day` (ISO). In the night that follows, "01:15" is of the next day
 * and "23:40" of this one.
 */
export function occurredAt(typed: string, day: string, now: number): Occurrence {
	if (/^now$/i.test(typed.trim())) return { ok: true, at: now };
	const time = parseTime(typed);
	if (time === null) return { ok: false, reason: 'unclear' };
	const thisDay = momentOf(day, time);
	if (isNightAfter(day, now)) {
		const nextDay = momentOf(day, time, 1);
		if (nextDay <= now + AHEAD) return { ok: true, at: nextDay };
	}
	return thisDay <= now + AHEAD ? { ok: true, at: thisDay } : { ok: false, reason: 'to-come' };
}

/** Is a time left empty "now" in this log? A log of another day has to be told the time. */
export function meansNow(day: string, now: number): boolean {
	return isoDay(new Date(now)) === day || isNightAfter(day, now);
}

/** The day whose log a shift writes in now. */
export function logDay(now: number): string {
	return isoDay(new Date(now));
}

/** "20 min", "2 h", "2 h 30 min", "3 days". */
export function lateWords(ms: number): string {
	const minutes = Math.round(ms / 60_000);
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours >= 48) return `${Math.round(hours / 24)} days`;
	const rest = minutes % 60;
	return hours >= 6 || rest < 5 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** "23:40", everywhere: two digits each, since nights are read by the clock on the wall. */
export function clockTime(at: number): string {
	const moment = new Date(at);
	return `${String(moment.getHours()).padStart(2, '0')}:${String(moment.getMinutes()).padStart(2, '0')}`;
}

function isNightAfter(day: string, now: number): boolean {
	const [start, end] = [momentOf(day, [0, 0], 1), momentOf(day, [NIGHT_ENDS, 0], 1)];
	return now >= start && now < end;
}

function momentOf(day: string, [hours, minutes]: readonly [number, number], daysLater = 0): number {
	const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
	return new Date(year, month - 1, date + daysLater, hours, minutes).getTime();
}
