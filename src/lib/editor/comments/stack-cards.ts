/** Where cards stand beside their words: each as near as the others let it, none over another. */

export interface CardPlace {
	/** Where its words are. */
	readonly at: number;
	readonly height: number;
}

/**
 * The top of each card, in order. The `pinned` one (-1: none) stands exactly at its words, and the others make room for
 * it, those before it upwards; none is higher than `least`.
 */
export function stackCards(
	cards: readonly CardPlace[],
	pinned: number,
	least: number,
	gap: number
): number[] {
	const tops: number[] = cards.map(({ at }) => Math.max(at, least));
	const below = (from: number) => {
		for (let index = Math.max(1, from); index < tops.length; index++)
			tops[index] = Math.max(
				tops[index] ?? 0,
				(tops[index - 1] ?? 0) + (cards[index - 1]?.height ?? 0) + gap
			);
	};
	for (let index = pinned - 1; index >= 0; index--)
		tops[index] = Math.min(tops[index] ?? 0, (tops[index + 1] ?? 0) - gap - (cards[index]?.height ?? 0));
	if ((tops[0] ?? least) < least) {
		tops[0] = least;
		below(1);
	} else below(pinned + 1);
	return tops;
}
