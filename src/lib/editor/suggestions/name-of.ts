/** What a suggestion is called where it is not drawn. */
import type { Change } from '#lib/discussion/suggestion.ts';
import { shortened } from '../comments/quote-of.ts';

export function nameOfSuggestion(author: string, change: Change, staffOnly: boolean): string {
	return `Suggestion by ${author}: ${whatItDoes(change)}${staffOnly ? ', only for staff' : ''}`;
}

function whatItDoes(change: Change): string {
	if (change.kind === 'insert') return `insert “${shortened(change.text)}”`;
	if (change.kind === 'delete') return `delete “${shortened(change.words)}”`;
	return `replace “${shortened(change.words)}” with “${shortened(change.text)}”`;
}
