import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stackCards } from './stack-cards.ts';

const GAP = 8;

describe('cards beside their words', () => {
	test('stand at their words when there is room', () => {
		expect(
			stackCards(
				[
					{ at: 10, height: 50 },
					{ at: 100, height: 50 }
				],
				-1,
				0,
				GAP
			)
		).toEqual([10, 100]);
	});

	test('the open one stays at its words, the ones before it move up', () => {
		const cards = [100, 110, 120].map((at) => ({ at, height: 50 }));
		expect(stackCards(cards, -1, 0, GAP)).toEqual([100, 158, 216]);
		expect(stackCards(cards, 2, 0, GAP)).toEqual([4, 62, 120]);
	});

	test('when there is no room above, all move down', () => {
		const cards = [0, 10, 20].map((at) => ({ at, height: 50 }));
		expect(stackCards(cards, 2, 30, GAP)).toEqual([30, 88, 146]);
	});

	test('none lies over another or above the least, whatever is open', () => {
		const someCards = fc.array(fc.record({ at: fc.nat(3000), height: fc.integer({ min: 1, max: 400 }) }), {
			maxLength: 30
		});
		fc.assert(
			fc.property(someCards, fc.integer({ min: -1, max: 29 }), fc.nat(200), (some, open, least) => {
				const cards = some.sort((a, b) => a.at - b.at);
				const tops = stackCards(cards, Math.min(open, cards.length - 1), least, GAP);
				tops.forEach((top, index) => {
					expect(top).toBeGreaterThanOrEqual(least);
					const before = cards[index - 1];
					if (before) expect(top).toBeGreaterThanOrEqual((tops[index - 1] ?? 0) + before.height + GAP);
				});
			})
		);
	});
});
