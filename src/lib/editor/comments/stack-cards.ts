/** Where cards stand beside their words: each as near as the others let it, none over another. */

export interface CardPlace {
	/** Where its words are. */
	readonly at: number;
	readonly height: number;
}

interface Stacking {
	/** Nothing stands higher, if it can be helped. */
	readonly least: number;
	readonly gap: number;
	/** How far the pinned card may give way to those before it. */
	readonly slack: number;
}

/**
 * The top of each card, in order. Those before the `pinned` one (-1: none) make room for it upwards. Where they reach
 * `least` it gives way a little; then the first ones go out of sight, since it is the one that is wanted now.
 */
export function stackCards(
	cards: readonly CardPlace[],
	pinned: number,
	{ least, gap, slack }: Stacking
): number[] {
	const tops: number[] = cards.map(({ at }) => Math.max(at, least));
	for (let index = pinned - 1; index >= 0; index--)
		tops[index] = Math.min(tops[index] ?? 0, (tops[index + 1] ?? 0) - gap - (cards[index]?.height ?? 0));
	const lacking = Math.min(slack, Math.max(0, least - (tops[0] ?? least)));
	if (lacking > 0) tops[0] = (tops[0] ?? 0) + lacking;
	for (let index = lacking > 0 ? 1 : Math.max(1, pinned + 1); index < tops.length; index++)
		tops[index] = Math.max(tops[index] ?? 0, (tops[index - 1] ?? 0) + (cards[index - 1]?.height ?? 0) + gap);
	return tops;
}
