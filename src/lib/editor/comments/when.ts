/** "today 14:05", "yesterday, 14:05", "Tue, Nov 24, 14:05": with the clock of the reader's region. */
import { formatMoment, formatRecent } from '#lib/ui/moment.ts';

export function when(at: number, now = Date.now()): string {
	const moment = formatMoment(at, now);
	return formatRecent(at, now) === 'today' ? `today ${moment}` : moment;
}
