import { expect, test } from 'vitest';
import { Drafts } from './drafts.ts';

/** A disk that answers when it is told to. */
function slowDisk() {
	const rows = new Map<string, unknown>();
	const asked: (() => void)[] = [];
	const written: unknown[] = [];
	return {
		written,
		answer: () => asked.shift()?.(),
		vault: {
			get: async (_table: string, id: string) => rows.get(id),
			put: (_table: string, id: string, value: unknown) =>
				new Promise<void>((resolve) =>
					asked.push(() => {
						rows.set(id, value);
						written.push(value);
						resolve();
					})
				)
		}
	};
}

test('A draft is on this screen only until the last letter of it is written, and what is typed meanwhile is written once', async () => {
	const disk = slowDisk();
	const told: number[] = [];
	const drafts: Drafts = new Drafts(disk.vault, () => told.push(drafts.unsaved));
	for (const typed of ['H', 'Ha', 'Hal', 'Half']) drafts.keep('log', typed);
	expect(drafts.unsaved).toBe(1);
	expect(drafts.since).not.toBeNull();
	expect(await drafts.read('log')).toBe('Half');
	disk.answer();
	await expect.poll(() => disk.written).toEqual(['H']);
	expect(drafts.unsaved).toBe(1);
	await expect.poll(() => disk.answer() ?? disk.written).toEqual(['H', 'Half']);
	await expect.poll(() => told.at(-1)).toBe(0);
	expect(drafts.since).toBeNull();
	expect(await drafts.read('log')).toBe('Half');
});
