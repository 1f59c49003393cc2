import { expect, test } from 'vitest';
import type { CircleId } from '#lib/circle/ids.ts';
import { onTheWay, refusalsOf, savedStateOf, type SavedFacts } from './saved-state.ts';

const calm: SavedFacts = {
	now: 1_000_000,
	connected: true,
	unsealed: 0,
	unsealedSince: null,
	waiting: [],
	seenBy: [],
	problems: [],
	setAside: 0
};
const waiting = (count: number, age: number) => [{ document: 'Plan', waiting: count, since: calm.now - age }];

test('the worst stage counts: what is only on the screen is never called saved', () => {
	const state = savedStateOf({
		...calm,
		unsealed: 1,
		unsealedSince: calm.now - 10,
		waiting: waiting(2, 10),
		seenBy: ['Ana']
	});
	expect(state.stage).toBe('screen');
	expect(state.label).not.toMatch(/saved/i);
});

test('what waits for the relay is counted, in the singular too', () => {
	expect(savedStateOf({ ...calm, waiting: waiting(1, 0) }).label).toBe(
		'Saved on this device · 1 change waiting for the relay'
	);
	expect(savedStateOf({ ...calm, waiting: waiting(3, 0) }).label).toBe(
		'Saved on this device · 3 changes waiting for the relay'
	);
});

test('yellow after 2.5 seconds and red after 10, but offline work on this device never turns red by itself', () => {
	expect(savedStateOf({ ...calm, waiting: waiting(1, 2_000) }).level).toBe('ok');
	expect(savedStateOf({ ...calm, waiting: waiting(1, 3_000) }).level).toBe('warn');
	expect(savedStateOf({ ...calm, waiting: waiting(1, 11_000) }).level).toBe('danger');
	expect(savedStateOf({ ...calm, connected: false, waiting: waiting(1, 11_000) }).level).toBe('warn');
	expect(
		savedStateOf({ ...calm, connected: false, unsealed: 1, unsealedSince: calm.now - 11_000 }).level
	).toBe('danger');
});

test('work that waits for more than a day is a lasting problem, online or not', () => {
	const state = savedStateOf({ ...calm, connected: false, waiting: waiting(1, 90_000_000) });
	expect(state.problems).toHaveLength(1);
	expect(state.level).toBe('danger');
});

test('who has seen it is said by name, and never before the relay has it', () => {
	expect(savedStateOf({ ...calm, seenBy: ['Ana'] }).label).toBe('Saved · seen by Ana');
	expect(savedStateOf({ ...calm, seenBy: ['Ana', 'Ben', 'Chloé'] }).label).toBe(
		'Saved · seen by Ana and 2 others'
	);
	expect(savedStateOf({ ...calm, seenBy: ['Ana'], waiting: waiting(1, 0) }).stage).toBe('device');
});

test('what an open document has just put into the outbox waits for the relay, counted there or not', () => {
	const put = { room: 'case.plan.body.1', count: 2, since: 5 };
	expect(onTheWay([], [put])).toEqual([put]);
	// once it is counted, under whichever generation, it is not counted twice
	const counted = { room: 'case.plan.body.0', count: 3, since: 4 };
	expect(onTheWay([counted], [put])).toEqual([counted]);
	expect(onTheWay([], [{ ...put, count: 0 }])).toEqual([]);
});

test('a refusal is told, but for where our time is over: there another page says what happened', () => {
	const [open, over] = ['open' as CircleId, 'over' as CircleId];
	const documents = [
		{ room: { circle: open }, saved: { refused: 'may-not-write' } },
		{ room: { circle: open }, saved: { refused: null } },
		{ room: { circle: over }, saved: { refused: 'not-allowed' } }
	];
	expect(refusalsOf(documents, (circle) => circle === over)).toEqual(['may-not-write']);
	expect(refusalsOf(documents, () => false)).toEqual(['may-not-write', 'not-allowed']);
});
