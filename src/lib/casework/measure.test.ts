import { expect, test } from 'vitest';
import { readNumber, readReadings } from './measure.ts';

test('readings come in the order of their days; what is no day or no number is left out', () => {
	const reading = (date: unknown, value: unknown, title = '') => ({ attributes: { date, value }, title });
	expect(
		readReadings([
			reading('2026-05-01', '7,5', ' better '),
			reading('2026-03-01', '4'),
			reading('2026-02-30', '4'),
			reading('2026-04-01', 'four'),
			reading(null, '4')
		])
	).toEqual([
		{ day: '2026-03-01', value: 4, note: '' },
		{ day: '2026-05-01', value: 7.5, note: 'better' }
	]);
});

test('numbers are read as people write them, and nothing else is', () => {
	expect(['7', '-2', '−2', '7.5', '7,5', ' 3 '].map(readNumber)).toEqual([7, -2, -2, 7.5, 7.5, 3]);
	expect(['', '7/10', '1e3', 'Infinity', '7.', null, 7].map(readNumber)).toEqual(Array(7).fill(null));
});
