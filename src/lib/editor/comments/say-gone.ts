/** Of words that are no longer in the text: who removed them, or what is known where nobody's app said so. */
import type { Thread } from '#lib/discussion/fold.ts';
import { when } from './when.ts';

/** `noticed`: when this device found them gone, in milliseconds since 1970. */
export function sayGone(
	{ removed, anchored }: Thread,
	nameOf: (person: string) => string,
	noticed: number,
	now = Date.now()
): string {
	if (removed !== null) return `${nameOf(removed.by)} removed these words, ${when(removed.at, now)}.`;
	const there = `They were there for ${nameOf(anchored.by)}, ${when(anchored.at, now)}`;
	return `Somebody has removed these words. ${there}, and gone ${when(noticed, now)}.`;
}
