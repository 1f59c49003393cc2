/** Points in time as people read them. English words, the reader's own region and clock. */

const languages = 'navigator' in globalThis ? navigator.languages : [];
const locale = languages.find((language) => language.startsWith('en')) ?? 'en-CA';
const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const thisYear = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short' });
const otherYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });

/** "Tue, Nov 24", with the year when it is another one. */
export function formatDay(at: number, now = Date.now()): string {
	const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
	return (sameYear ? thisYear : otherYear).format(at);
}

/** "10:42 a.m." today, "yesterday, 10:42 a.m.", "Tue, Nov 24, 10:42 a.m."; also of what is to come. */
export function formatMoment(at: number, now = Date.now()): string {
	const days = daysBetween(at, now);
	if (days === 0) return clock.format(at);
	return `${days === 1 ? 'yesterday' : formatDay(at, now)}, ${clock.format(at)}`;
}

/** "today", "yesterday", "Tue, Nov 24": for lists. */
export function formatRecent(at: number, now = Date.now()): string {
	const days = Math.max(0, daysBetween(at, now)); // a clock that was ahead
	return days === 0 ? 'today' : days === 1 ? 'yesterday' : formatDay(at, now);
}

/** Calendar days from `at` to `now`. */
function daysBetween(at: number, now: number): number {
	const midnight = (moment: number) => new Date(moment).setHours(0, 0, 0, 0);
	return Math.round((midnight(now) - midnight(at)) / 86_400_000);
}
