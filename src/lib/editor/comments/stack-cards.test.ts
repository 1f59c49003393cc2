import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stackCards } from './stack-cards.ts';

const GAP = 8;
const room = (least: number, slack = 100) => ({ least, slack, gap: GAP });

describe('cards beside their words', () => {
	test('stand at their words when there is room', () => {
		expect(
			stackCards(
				[
					{ at: 10, height: 50 },
					{ at: 100, height: 50 }
				],
				-1,
				room(0)
			)
		).toEqual([10, 100]);
	});

	test('the open one stays at its words, the ones before it move up', () => {
		const cards = [100, 110, 120].map((at) => ({ at, height: 50 }));
		expect(stackCards(cards, -1, room(0))).toEqual([100, 158, 216]);
		expect(stackCards(cards, 2, room(0))).toEqual([4, 62, 120]);
	});

	test('without room above the open one gives way a little, then the first ones go out of sight', () => {
		const cards = [0, 10, 20].map((at) => ({ at, height: 50 }));
		expect(stackCards(cards, 2, room(30, 200))).toEqual([30, 88, 146]);
		expect(stackCards(cards, 2, room(30, 100))).toEqual([14, 72, 130]);
	});

	test('none lies over another, and the open one is near its words', () => {
		const someCards = fc.array(fc.record({ at: fc.nat(3000), height: fc.integer({ min: 1, max: 400 }) }), {
			maxLength: 30
		});
		fc.assert(
			fc.property(someCards, fc.integer({ min: -1, max: 29 }), fc.nat(200), (some, open, least) => {
				const cards = some.sort((a, b) => a.at - b.at);
				const tops = stackCards(cards, Math.min(open, cards.length - 1), room(least));
				const pinned = cards[Math.min(open, cards.length - 1)];
				if (pinned && open >= 0) {
					const away = (tops[cards.indexOf(pinned)] ?? 0) - Math.max(pinned.at, least);
					expect(away).toBeGreaterThanOrEqual(0);
					expect(away).toBeLessThanOrEqual(100);
				}
				tops.forEach((top, index) => {
					if (open < 0) expect(top).toBeGreaterThanOrEqual(least);
					const before = cards[index - 1];
					if (before) expect(top).toBeGreaterThanOrEqual((tops[index - 1] ?? 0) + before.height + GAP);
				});
			})
		);
	});
});
