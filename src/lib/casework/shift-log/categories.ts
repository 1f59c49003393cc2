/** What an entry is about. A code, once written, is never renamed or removed; words and keys may change. */
import type { Choice } from '../codes.ts';

export interface Category extends Choice {
	/** The key that chooses it, a letter of its words. */
	readonly key: string;
}

export const categories: readonly Category[] = [
	{ code: 'note', words: 'Note', key: 'n' },
	{ code: 'round', words: 'Round', key: 'r' },
	{ code: 'meal', words: 'Meal', key: 'm' },
	{ code: 'medication', words: 'Medication', key: 'd' },
	{ code: 'health', words: 'Health', key: 'h' },
	{ code: 'behaviour', words: 'Behaviour', key: 'b' },
	{ code: 'out-back', words: 'Out or back', key: 'o' },
	{ code: 'visit-call', words: 'Visit or call', key: 'v' },
	{ code: 'incident', words: 'Incident', key: 'i' },
	{ code: 'house', words: 'House', key: 'u' }
];
