/**
 * Dates as people type them and as documents store them. Stored: ISO days, `2026-12-04`, without time or zone.
 * Pure: today is passed in. Numbers alone like 3/4/26 are not guessed at, since two countries read them differently.
 */

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = [
	'january',
	'february',
	'march',
	'april',
	'may',
	'june',
	'july',
	'august',
	'september',
	'october',
	'november',
	'december'
];
const COUNTS = [
	'zero',
	'one',
	'two',
	'three',
	'four',
	'five',
	'six',
	'seven',
	'eight',
	'nine',
	'ten',
	'eleven',
	'twelve'
];

/** The day of a moment where this device is. */
export function isoDay(moment: Date): string {
	const pad = (part: number) => String(part).padStart(2, '0');
	return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
}

export function isIsoDay(text: string): boolean {
	const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
	return match !== null && isoFrom(Number(match[1]), Number(match[2]) - 1, Number(match[3])) === text;
}

/** "tomorrow", "+3m", "in two weeks", "next Friday", "4 Dec", "Dec 4 2026", "2026-12-04" → ISO day; null if unclear. */
export function parseDay(typed: string, today: string): string | null {
	const text = typed.trim().toLowerCase().replace(/[,.]/g, ' ').replace(/\s+/g, ' ').trim();
	if (isIsoDay(text)) return text;
	return (
		parseWord(text, today) ??
		parseDistance(text, today) ??
		parseWeekday(text, today) ??
		parseMonthDay(text, today)
	);
}

/** As it is read: "4 Dec 2026" in the reader's own language. Anything that is not a day is shown as it is. */
export function formatDay(day: string, locale?: string): string {
	if (!isIsoDay(day)) return day;
	return formatIn(locale).format(new Date(`${day}T00:00:00Z`));
}

/** Making one costs a hundred times what it takes to use it. */
const formats = new Map<string | undefined, Intl.DateTimeFormat>();

function formatIn(locale: string | undefined): Intl.DateTimeFormat {
	const known = formats.get(locale);
	if (known) return known;
	const made = new Intl.DateTimeFormat(locale, {
		day: 'numeric',
		month: 'short',
		year: 'numeric',
		timeZone: 'UTC'
	});
	formats.set(locale, made);
	return made;
}

function parseWord(text: string, today: string): string | null {
	switch (text) {
		case 'today':
		case 'now':
			return today;
		case 'tomorrow':
			return addDays(today, 1);
		case 'yesterday':
			return addDays(today, -1);
		case 'next week':
			return addDays(today, 7);
		case 'next month':
			return addMonths(today, 1);
		case 'next year':
			return addMonths(today, 12);
		case 'end of month':
		case 'end of the month':
			return addDays(addMonths(`${today.slice(0, 8)}01`, 1), -1);
		default:
			return null;
	}
}

function parseDistance(text: string, today: string): string | null {
	const match = /^(?:\+|in )\s?(\d{1,3}|[a-z]+) ?(d|days?|w|weeks?|m|months?|y|years?)$/.exec(text);
	if (!match) return null;
	const [, count = '', unit = ''] = match;
	const n = /^\d/.test(count) ? Number(count) : /^an?$/.test(count) ? 1 : COUNTS.indexOf(count);
	if (n < 0) return null;
	if (unit.startsWith('d')) return addDays(today, n);
	if (unit.startsWith('w')) return addDays(today, 7 * n);
	return addMonths(today, unit.startsWith('m') ? n : 12 * n);
}

/** "friday": the next one after today. "next friday": the one of next week, weeks beginning on Monday. */
function parseWeekday(text: string, today: string): string | null {
	const match = /^(next |this )?([a-z]{3,})$/.exec(text);
	if (!match) return null;
	const [, which = '', word = ''] = match;
	const day = DAYS.findIndex((name) => name === word || (word.length < 6 && name.startsWith(word)));
	if (day < 0) return null;
	const from = weekdayOf(today);
	if (which === 'next ') return addDays(today, 7 - ((from + 6) % 7) + ((day + 6) % 7));
	return addDays(today, (day - from + 7) % 7 || (which === 'this ' ? 0 : 7));
}

/** Without a year: the next time that day comes. */
function parseMonthDay(text: string, today: string): string | null {
	const match =
		/^(\d{1,2})(?:st|nd|rd|th)? (?:of )?([a-z]{3,}) ?(\d{4})?$/.exec(text) ??
		swap(/^([a-z]{3,}) (\d{1,2})(?:st|nd|rd|th)? ?(\d{4})?$/.exec(text));
	if (!match) return null;
	const month = MONTHS.findIndex((name) => name.startsWith(match[2] ?? '-'));
	if (month < 0) return null;
	const day = Number(match[1]);
	if (match[3] !== undefined) return isoFrom(Number(match[3]), month, day);
	const year = Number(today.slice(0, 4));
	for (let later = 0; later <= 8; later++) {
		const found = isoFrom(year + later, month, day);
		if (found !== null && found >= today) return found; // 29 February waits for its year
	}
	return null;
}

function swap(match: RegExpExecArray | null): (string | undefined)[] | null {
	return match && [match[0], match[2], match[1], match[3]];
}

function weekdayOf(day: string): number {
	return new Date(`${day}T00:00:00Z`).getUTCDay();
}

export function addDays(day: string, days: number): string {
	return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** 31 January and a month is the last day of February. */
function addMonths(day: string, months: number): string {
	const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
	const total = year * 12 + month - 1 + months;
	const last = new Date(Date.UTC(Math.floor(total / 12), (total % 12) + 1, 0)).getUTCDate();
	return isoFrom(Math.floor(total / 12), total % 12, Math.min(date, last)) ?? day;
}

/** Null for a day that does not exist. Month counts from 0. */
function isoFrom(year: number, month: number, date: number): string | null {
	const moment = new Date(Date.UTC(year, month, date));
	const exists =
		moment.getUTCFullYear() === year && moment.getUTCMonth() === month && moment.getUTCDate() === date;
	return exists ? moment.toISOString().slice(0, 10) : null;
}
