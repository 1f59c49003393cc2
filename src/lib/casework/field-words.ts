/** A stored value in plain words, for reading, print and lists. */
import type { Field } from './blocks/block-spec.ts';
import { formatMoney, readCents } from './budget.ts';
import { wordsFor } from './codes.ts';
import { formatDay } from './dates.ts';

/** '' when nothing is set; what only a newer app understands is shown as it is. */
export function fieldWords(field: Field, stored: unknown): string {
	if (typeof stored !== 'string' || stored === '') return '';
	switch (field.kind) {
		case 'choice':
			return wordsFor(field.choices, stored);
		case 'date':
			return wordsFor(field.also ?? [], formatDay(stored));
		case 'money': {
			const cents = readCents(stored);
			return cents === null ? stored : formatMoney(cents);
		}
		default:
			return stored;
	}
}
