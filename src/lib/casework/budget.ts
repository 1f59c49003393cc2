/**
 * The sums of a household budget.
 *
 * Promises: exact. Amounts are whole cents in bigints; what comes weekly is counted × 52 / 12 a month; sums are made of
 * the year's cents and divided once, so that nothing is lost on the way, and only what is shown is rounded to the cent.
 */

export interface BudgetLine {
	/** income, expense, debt */
	readonly kind: string;
	readonly cents: bigint;
	/** Code of moneyFrequencies; '' counts as monthly. */
	readonly frequency: string;
}

export interface BudgetTotals {
	/** Cents a month. */
	readonly income: bigint;
	readonly expenses: bigint;
	/** What is left; below zero what is missing. */
	readonly balance: bigint;
	/** Cents owed in all. */
	readonly debts: bigint;
}

const timesAYear: Readonly<Record<string, bigint>> = {
	daily: 365n,
	weekly: 52n,
	fortnightly: 26n,
	'twice-monthly': 24n,
	monthly: 12n,
	quarterly: 4n,
	yearly: 1n
};

/** Cents a year; a frequency of a newer app counts as monthly. */
function aYear({ cents, frequency }: BudgetLine): bigint {
	return cents * (timesAYear[frequency] ?? 12n);
}

export function addUp(lines: readonly BudgetLine[]): BudgetTotals {
	const yearly = (kind: string) =>
		lines.reduce((sum, line) => (line.kind === kind ? sum + aYear(line) : sum), 0n);
	const [income, expenses] = [yearly('income'), yearly('expense')];
	const month = { income: divided(income, 12n), expenses: divided(expenses, 12n) };
	return {
		...month,
		balance: month.income - month.expenses, // of what is shown: on paper the three figures add up
		debts: lines.reduce((sum, line) => (line.kind === 'debt' ? sum + line.cents : sum), 0n)
	};
}

/** The nearest whole number; a half goes away from zero, as on paper. */
function divided(amount: bigint, by: bigint): bigint {
	const half = by / 2n;
	return (amount < 0n ? amount - half : amount + half) / by;
}

/** A stored amount; null for anything that is not whole cents. */
export function readCents(stored: unknown): bigint | null {
	return typeof stored === 'string' && /^-?\d{1,13}$/.test(stored) ? BigInt(stored) : null;
}

/** "1,234.50", "$ 1 234,5", "80" → cents; null if unclear. A point or comma before one or two last digits is the decimal sign. */
export function parseMoney(typed: string): bigint | null {
	const text = typed.replace(/[\s\u00a0\u202f$’']|CAD|CA/gi, '');
	const match =
		/^(-?)(\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?$/.exec(text) ??
		/^(-?)(\d{1,3}(?:\.\d{3})+)(?:,(\d{1,2}))?$/.exec(text) ??
		/^(-?)(\d{1,11})(?:[.,](\d{1,2}))?$/.exec(text);
	if (!match) return null;
	const [, sign = '', whole = '', part = ''] = match;
	const cents = BigInt(whole.replace(/[.,]/g, '')) * 100n + BigInt(part.padEnd(2, '0'));
	if (cents > 9_999_999_999_999n) return null;
	return sign === '-' ? -cents : cents;
}

export function formatMoney(cents: bigint, locale?: string): string {
	return new Intl.NumberFormat(locale, {
		style: 'currency',
		currency: 'CAD',
		currencyDisplay: 'narrowSymbol'
	}).format(Number(cents) / 100); // two digits of fewer than fifteen: nothing is lost
}
