/**
 * Chance that can be told again: every decision of a test comes from one number, which the test prints.
 * `SEED=…` in the environment repeats a run; otherwise fixed seeds are used.
 */
export interface Random {
	readonly seed: number;
	/** 0 ≤ x < 1 */
	next(): number;
	/** 0 ≤ n < limit, whole */
	below(limit: number): number;
	chance(probability: number): boolean;
	pick<T>(items: readonly T[]): T;
	shuffle<T>(items: readonly T[]): T[];
	/** Another stream, so that what one part draws does not shift what another part draws. */
	fork(): Random;
}

/** mulberry32: 32 bits of state, good enough to choose edits with, never for keys. */
export function seededRandom(seed: number): Random {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const below = (limit: number): number => Math.floor(next() * limit);
	return {
		seed,
		next,
		below,
		chance: (probability) => next() < probability,
		pick: <T>(items: readonly T[]): T => {
			if (items.length === 0) throw new Error('there is nothing to pick from');
			return items[below(items.length)] as T;
		},
		shuffle: <T>(items: readonly T[]): T[] => {
			const shuffled = [...items];
			for (let last = shuffled.length - 1; last > 0; last--) {
				const other = below(last + 1);
				[shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
			}
			return shuffled;
		},
		fork: () => seededRandom(Math.floor(next() * 2 ** 32))
	};
}

/** The seeds of this run: `SEED=7,8` in the environment, or `count` fixed ones (`RUNS=…` for more). */
export function seeds(count: number): number[] {
	const asked = process.env['SEED'];
	if (asked !== undefined) return asked.split(',').map(Number);
	return Array.from({ length: Number(process.env['RUNS'] ?? count) }, (_, index) => index + 1);
}
