/** The words that a thread is about, as they are shown and said. */
import type { Thread } from '#lib/discussion/fold.ts';

const SHORT = 48;

/** In one line, and short enough for a name. */
export function quoteOf({ anchor }: Thread): string {
	return shortened(anchor.quote.exact);
}

export function shortened(words: string, most = SHORT): string {
	const line = words.replace(/[\s\ufffc]+/g, ' ').trim();
	const letters = [...line];
	return letters.length > most
		? `${letters
				.slice(0, most - 1)
				.join('')
				.trimEnd()}…`
		: line;
}
