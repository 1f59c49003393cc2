import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GroupCommit } from './group-commit.ts';
import { LIMITS } from './limits.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { RoomBatch, Written } from './store.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup() {
	const opened = openSqliteStore(null);
	if (!opened.ok) throw new Error(opened.reason);
	const store = opened.value;
	const commits = vi.spyOn(store, 'commit');
	return { store, commits, group: new GroupCommit(store) };
}
const batch = (room: string, clock: number, size = 3): RoomBatch => ({
	room,
	circle: 'c',
	items: [{ client: 1, clock, struct: new Uint8Array(size) }]
});

test('[R3] what comes in together is one write, and is settled only after it, in order', () => {
	const { store, commits, group } = setup();
	const settled: string[] = [];
	const note = (name: string) => (written: Written) => {
		expect(store.clocks('a').size).toBe(1);
		settled.push(`${name} ${written.ok}`);
	};
	group.add(batch('a', 0), note('one'));
	group.add(batch('b', 0), note('two'));
	group.add(batch('a', 1), note('three'));
	expect(settled).toEqual([]);
	vi.advanceTimersByTime(LIMITS.group);
	expect(settled).toEqual(['one true', 'two true', 'three true']);
	expect(commits).toHaveBeenCalledTimes(1);
	group.close();
});

test('much at once does not wait for the clock', () => {
	const { commits, group } = setup();
	group.add(batch('a', 0, LIMITS.groupBytes + 1), () => undefined);
	expect(commits).toHaveBeenCalledTimes(1);
	group.close();
});

test('a batch that contradicts the store does not take the others with it', () => {
	const { store, group } = setup();
	store.commit([batch('a', 0)]);
	const settled: Written[] = [];
	group.add(batch('a', 0), (written) => settled.push(written));
	group.add(batch('b', 0), (written) => settled.push(written));
	group.flush();
	expect(settled).toEqual([{ ok: false, reason: 'taken' }, { ok: true }]);
	expect(group.status).toBe('ok');
	group.close();
});

test('[R5] a full disk is said once, tried every two seconds, and over when a write succeeds', () => {
	const { store, group } = setup();
	store.commit([batch('a', 0)]);
	let writable = 0;
	group.onWritable(() => (writable += 1));
	store.limitPages(0);
	const settled: Written[] = [];
	group.add(batch('a', 1, 50_000), (written) => settled.push(written));
	group.flush();
	expect(settled).toEqual([{ ok: false, reason: 'full' }]);
	expect(group.status).toBe('full');
	vi.advanceTimersByTime(3 * LIMITS.retry);
	expect(writable).toBe(0);
	store.limitPages(null);
	vi.advanceTimersByTime(LIMITS.retry);
	expect(writable).toBe(1);
	expect(group.status).toBe('ok');
	group.close();
});

test('closing writes what waits', () => {
	const { store, group } = setup();
	let ok = false;
	group.add(batch('a', 0), (written) => (ok = written.ok));
	group.close();
	expect(ok).toBe(true);
	expect(store.clocks('a')).toEqual(new Map([[1, 1]]));
});
