import { expect, test } from 'vitest';
import { dayOf, endOfDay, inDays } from './end-date.ts';

test('a last day ends with its last moment here, and comes back as the same day', () => {
	const end = endOfDay('2027-02-28');
	expect(end === null ? null : new Date(end).getHours()).toBe(23);
	expect(dayOf(end)).toBe('2027-02-28');
});

test('what is no day has no end', () => {
	expect([endOfDay(''), endOfDay('2027-02-30'), endOfDay('next Friday')]).toEqual([null, null, null]);
});

test('days are counted by the calendar, across the change of the clocks', () => {
	expect(inDays(90, new Date(2026, 1, 1, 12).getTime())).toBe('2026-05-02');
});
