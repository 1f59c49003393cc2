import { expect, test } from 'vitest';
import { formatDay, formatMoment, formatRecent } from './moment.ts';

const noon = new Date(2026, 10, 20, 12, 0).getTime();
const HOUR = 3_600_000;

test('today is told by the clock alone', () => {
	expect(formatMoment(noon - HOUR, noon)).toMatch(/^11:00/);
});

test('yesterday evening is yesterday, however few hours ago', () => {
	expect(formatMoment(noon - 13 * HOUR, noon)).toMatch(/^yesterday, 11:00/);
	expect(formatRecent(noon - 13 * HOUR, noon)).toBe('yesterday');
});

test('a day to come keeps its day', () => {
	expect(formatMoment(noon + 7 * 24 * HOUR, noon)).toMatch(/27/);
	expect(formatMoment(noon + 7 * 24 * HOUR, noon)).toMatch(/Nov/);
});

test('another year is named', () => {
	expect(formatDay(new Date(2025, 0, 5).getTime(), noon)).toMatch(/2025/);
});

test('a change from a device whose clock is ahead counts as today', () => {
	expect(formatRecent(noon + 3 * 24 * HOUR, noon)).toBe('today');
});
