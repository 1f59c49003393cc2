import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addUp, formatMoney, parseMoney, readCents, type BudgetLine } from './budget.ts';
import { moneyFrequencies } from './codes.ts';

const line = fc.record({
	kind: fc.constantFrom('income', 'expense', 'debt'),
	cents: fc.bigInt({ min: 0n, max: 9_999_999_999_999n }),
	frequency: fc.constantFrom(...moneyFrequencies.map(({ code }) => code))
});
const monthly = (cents: bigint, kind = 'income', frequency = 'monthly'): BudgetLine => ({
	kind,
	cents,
	frequency
});

describe('the sums of a budget', () => {
	test('what comes every week counts × 52 / 12 a month, to the cent', () => {
		expect(addUp([monthly(10_000n, 'income', 'weekly')]).income).toBe(43_333n);
		expect(addUp([monthly(10_000n, 'expense', 'fortnightly')]).expenses).toBe(21_667n);
	});

	test('three weekly dollars are thirteen a month, not three times a rounded third', () => {
		const week = monthly(100n, 'income', 'weekly');
		expect(addUp([week, week, week]).income).toBe(1300n);
	});

	test('the order of the lines does not matter', () => {
		fc.assert(
			fc.property(fc.array(line), (lines) => {
				expect(addUp([...lines].reverse())).toEqual(addUp(lines));
			})
		);
	});

	test('a sum is never further than half a cent from the exact one, and the three figures add up', () => {
		const times: Record<string, bigint> = {
			daily: 365n,
			weekly: 52n,
			fortnightly: 26n,
			'twice-monthly': 24n,
			monthly: 12n,
			quarterly: 4n,
			yearly: 1n
		};
		fc.assert(
			fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
				const totals = addUp(lines);
				const year = lines.reduce(
					(sum, { kind, cents, frequency }) =>
						kind === 'income' ? sum + cents * (times[frequency] ?? 0n) : sum,
					0n
				);
				const off = totals.income * 12n - year;
				expect(off <= 6n && off >= -6n).toBe(true);
				expect(totals.income - totals.expenses).toBe(totals.balance);
			})
		);
	});

	test('what comes in monthly is counted as it is, whatever the size', () => {
		fc.assert(
			fc.property(fc.array(fc.bigInt({ min: 0n, max: 9_999_999_999_999n })), (amounts) => {
				expect(addUp(amounts.map((cents) => monthly(cents))).income).toBe(
					amounts.reduce((a, b) => a + b, 0n)
				);
			})
		);
	});

	test('debts are owed once and are in no month', () => {
		expect(addUp([monthly(500n), { kind: 'debt', cents: 90_000n, frequency: 'weekly' }])).toEqual({
			income: 500n,
			expenses: 0n,
			balance: 500n,
			debts: 90_000n
		});
	});
});

describe('amounts as people type them', () => {
	test.each([
		['80', 8000n],
		['$1,234.50', 123_450n],
		['1 234,5 $', 123_450n],
		['1.234,50', 123_450n],
		['1,234', 123_400n],
		['0.05', 5n],
		['-20', -2000n],
		['12,50', 1250n]
	])('%s', (typed, cents) => expect(parseMoney(typed)).toBe(cents));

	test.each(['', 'much', '1.2.3', '1,23,456', '12.345.6', '1e9', '999999999999', '--1'])(
		'%s is unclear',
		(typed) => expect(parseMoney(typed)).toBeNull()
	);

	test('what is shown can be typed again', () => {
		fc.assert(
			fc.property(
				fc.bigInt({ min: -9_999_999_999_999n, max: 9_999_999_999_999n }),
				fc.constantFrom('en-CA', 'fr-CA', 'zh-CN'),
				(cents, locale) => {
					expect(parseMoney(formatMoney(cents, locale).replace('−', '-'))).toBe(cents);
				}
			)
		);
	});

	test('only whole cents are read from a document', () => {
		expect(readCents('123')).toBe(123n);
		for (const odd of ['', '1.5', ' 1', 'x', null, 5, '99999999999999999999'])
			expect(readCents(odd)).toBeNull();
	});
});
