/** A disk that answers late: what it says then counts as well. */
import { afterEach, expect, test, vi } from 'vitest';
// eslint-disable-next-line no-restricted-imports -- tests bring the real disk to the shape that sync asks for
import { openStorage } from '#lib/storage/storage.ts';
import { randomBytes } from '#lib/crypto/bytes.ts';
import { PostedEnvelopes } from './posted.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
	vi.restoreAllMocks();
	for (const close of closers.splice(0)) await close();
});

async function setup(patience: number) {
	const storage = await openStorage(`posted-${closers.length}-${Math.random()}`, { locks: undefined });
	closers.push(() => storage.close());
	let answer = () => {};
	const late = new Promise<void>((resolve) => (answer = resolve));
	const add = storage.outbox.add.bind(storage.outbox);
	const replace = storage.outbox.replace.bind(storage.outbox);
	vi.spyOn(storage.outbox, 'add').mockImplementation((...row) => late.then(() => add(...row)));
	vi.spyOn(storage.outbox, 'replace').mockImplementation((...rows) => late.then(() => replace(...rows)));
	const posted = new PostedEnvelopes({
		...{ room: () => 'c.d.body.0', lane: 'c.d.body.', storage, patience },
		changed: () => undefined
	});
	return { storage, posted, answer };
}

test('[E3] what leaves while its row is being written is known to have left, whenever the disk has it', async () => {
	for (const patience of [60_000, 0]) {
		const { storage, posted, answer } = await setup(patience);
		posted.add(randomBytes(100), null, 0, false);
		const leaving = posted.send();
		if (patience > 0) answer();
		await leaving;
		answer();
		await expect.poll(() => storage.outbox.list()).toMatchObject([{ sent: true }]);
		expect(posted.onScreenOnly).toBe(0);
	}
});

test('what was sealed anew is on this device as soon as a slow disk has it', async () => {
	const { storage, posted, answer } = await setup(0);
	const [old, sealed] = [randomBytes(100), randomBytes(100)];
	posted.add(old, null, 0, false);
	await posted.replace([{ old, sealed }]);
	expect([posted.waiting, posted.onScreenOnly]).toEqual([1, 1]);
	answer();
	await expect.poll(() => posted.onScreenOnly).toBe(0);
	await expect.poll(() => storage.outbox.list()).toMatchObject([{ envelope: sealed }]);
});
