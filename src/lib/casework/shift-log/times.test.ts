import { describe, expect, test } from 'vitest';
import { clockTime, lateWords, meansNow, occurredAt, parseTime } from './times.ts';

const at = (day: number, hours: number, minutes = 0) => new Date(2026, 10, day, hours, minutes).getTime();
const LOG = '2026-11-24';

describe('A time of day', () => {
	test.each([
		['23:40', 23, 40],
		['2340', 23, 40],
		['740', 7, 40],
		['7.05', 7, 5],
		['7h05', 7, 5],
		['7h', 7, 0],
		['7', 7, 0],
		['7 am', 7, 0],
		['12 am', 0, 0],
		['11:40 p.m.', 23, 40],
		['0:05', 0, 5]
	])('%s is read', (typed, hours, minutes) => expect(parseTime(typed)).toEqual([hours, minutes]));

	test.each(['', 'noonish', '24:00', '12:60', '13 pm', '0 am', '1:2', '-3', '123456'])('%j is not', (typed) =>
		expect(parseTime(typed)).toBeNull()
	);

	test('is of the log’s day, or of the night that follows it', () => {
		expect(occurredAt('14:10', LOG, at(24, 15))).toEqual({ ok: true, at: at(24, 14, 10) });
		expect(occurredAt('now', LOG, at(24, 15))).toEqual({ ok: true, at: at(24, 15) });
		const night = at(25, 2);
		expect(occurredAt('23:40', LOG, night)).toEqual({ ok: true, at: at(24, 23, 40) });
		expect(occurredAt('01:15', LOG, night)).toEqual({ ok: true, at: at(25, 1, 15) });
		// three days later somebody completes the log: its own day is meant
		expect(occurredAt('01:15', LOG, at(27, 9))).toEqual({ ok: true, at: at(24, 1, 15) });
	});

	test('that is still to come is no entry; a clock a little ahead is no mistake', () => {
		expect(occurredAt('23:40', LOG, at(24, 15))).toEqual({ ok: false, reason: 'to-come' });
		expect(occurredAt('15:05', LOG, at(24, 15))).toEqual({ ok: true, at: at(24, 15, 5) });
		expect(occurredAt('late', LOG, at(24, 15))).toEqual({ ok: false, reason: 'unclear' });
	});

	test('need not be typed while the shift lasts', () => {
		expect(meansNow(LOG, at(24, 8))).toBe(true);
		expect(meansNow(LOG, at(25, 6))).toBe(true);
		expect(meansNow(LOG, at(25, 13))).toBe(false);
		expect(meansNow(LOG, at(23, 23))).toBe(false);
	});

	test('reads as on the wall, and lateness in whole words', () => {
		expect(clockTime(at(24, 7, 5))).toBe('07:05');
		const minutes = [20, 60, 150, 600, 3000];
		expect(minutes.map((late) => lateWords(late * 60_000))).toEqual([
			'20 min',
			'1 h',
			'2 h 30 min',
			'10 h',
			'2 days'
		]);
	});
});
