/** A stored value in plain words, for reading, print and lists. */
import type { Field } from './blocks/block-spec.ts';
import { formatMoney, readCents } from './budget.ts';
import { wordsFor } from './codes.ts';
import { formatDay, isIsoDay } from './dates.ts';

/**
 * '' when nothing is set; what only a newer app understands is shown as it is. `titleOf` names the block of an id, in
 * this document or another; null when it is not known.
 */
export function fieldWords(
	field: Field,
	stored: unknown,
	titleOf: (id: string) => string | null = () => null
): string {
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
		case 'picture':
			return 'A picture';
		case 'block':
			return titleOf(stored) ?? 'One that is not here';
		case 'goals': {
			const titles = idsIn(stored).map(titleOf);
			const known = titles.filter((title) => title !== null);
			const rest = titles.length - known.length;
			const others =
				rest === 0 ? [] : [rest === 1 ? 'a goal that is not here' : `${rest} goals that are not here`];
			return [...known, ...others].join('; ');
		}
		default:
			return stored;
	}
}

/** Does its value say what it is only beside its name? A status does by itself; of two days nobody knows which is which. */
export function needsName({ kind }: Field): boolean {
	return kind === 'date' || kind === 'text' || kind === 'block';
}

/** The ids of a field that holds several. */
export function idsIn(stored: string): readonly string[] {
	return stored.split(' ').filter((id) => id !== '');
}

/** When a contact was written down, where that was on a later day than it took place; '' otherwise. */
export function lateWords(field: Field, attributes: Readonly<Record<string, unknown>>): string {
	const { date, enteredAt } = attributes;
	if (field.attribute !== 'date' || typeof date !== 'string' || typeof enteredAt !== 'string') return '';
	return isIsoDay(date) && isIsoDay(enteredAt) && enteredAt > date
		? `, written down ${formatDay(enteredAt)}`
		: '';
}
