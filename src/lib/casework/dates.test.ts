import { expect, test } from 'vitest';
import { formatDay, isIsoDay, parseDay } from './dates.ts';

const sunday = '2026-11-22';

test.each([
	['today', '2026-11-22'],
	['Tomorrow', '2026-11-23'],
	['+3d', '2026-11-25'],
	['+2w', '2026-12-06'],
	['+3m', '2027-02-22'],
	['+1y', '2027-11-22'],
	['in two weeks', '2026-12-06'],
	['in a month', '2026-12-22'],
	['in 10 days', '2026-12-02'],
	['friday', '2026-11-27'],
	['Fri', '2026-11-27'],
	['next Friday', '2026-11-27'],
	['sunday', '2026-11-29'],
	['this sunday', '2026-11-22'],
	['next week', '2026-11-29'],
	['end of month', '2026-11-30'],
	['4 Dec', '2026-12-04'],
	['4th of December', '2026-12-04'],
	['Dec 4, 2027', '2027-12-04'],
	['1 March', '2027-03-01'],
	['29 Feb', '2028-02-29'],
	['2026-12-04', '2026-12-04']
])('"%s" typed on a Sunday is %s', (typed, day) => {
	expect(parseDay(typed, sunday)).toBe(day);
});

test('next Friday typed on a Wednesday is the one of next week', () => {
	expect(parseDay('next friday', '2026-11-25')).toBe('2026-12-04');
	expect(parseDay('friday', '2026-11-25')).toBe('2026-11-27');
});

test('a month after 31 January is the last day of February', () => {
	expect(parseDay('+1m', '2026-01-31')).toBe('2026-02-28');
});

test.each(['', 'soon', '3/4/26', '31 Feb', '2026-13-01', 'next', '+x', 'in m days', 'mayor'])(
	'"%s" is not guessed at',
	(typed) => {
		expect(parseDay(typed, sunday)).toBeNull();
	}
);

test('a stored day is read in the reader’s language, and odd values as they are', () => {
	expect(formatDay('2026-12-04', 'en-CA')).toContain('2026');
	expect(formatDay('2026-12-04', 'fr-CA')).toContain('4 déc');
	expect(formatDay('future')).toBe('future');
	expect(isIsoDay('2026-02-30')).toBe(false);
});
