import { afterEach, expect, test, vi } from 'vitest';
import type { CircleId, DocumentId, PersonId } from '#lib/circle/ids.ts';
import type { Waiting } from '#lib/discussion/waiting.ts';
import { openStorage } from '#lib/storage/storage.ts';
import { DiscussionSummaries, type DiscussionSummary } from './discussion-summaries.ts';
import type { KnownCircle } from './known-circle.ts';
import { markRead } from './read-discussions.ts';
import type { Rooms } from './rooms.ts';
import { openVault } from './vault.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
});

async function open(name: string, channel = name) {
	const storage = await openStorage(name);
	const vault = await openVault(storage);
	if (!vault.ok) throw new Error(vault.reason);
	const summaries = new DiscussionSummaries(vault.value, channel);
	await summaries.open();
	closers.push(
		() => storage.close(),
		() => summaries.close()
	);
	return { storage, summaries };
}

const circle = 'a'.repeat(43) as CircleId;
const document = 'd'.repeat(22) as DocumentId;
const item = (kind: Waiting['kind'], message: string): Waiting => ({
	kind,
	thread: 't',
	message,
	by: 'ben',
	at: 1,
	quote: 'quinine biscuits',
	text: 'Zaunkönig?',
	unread: true
});
const summary = (...waiting: Waiting[]): DiscussionSummary => ({
	circle,
	document,
	lane: 'discussion',
	waiting
});

test('what waits outlives the session, readable by nobody, and is heard of in the other tabs', async () => {
	const first = await open('waiting-kept');
	const tab = await open('waiting-kept');
	const told = vi.fn();
	tab.summaries.onChange(told);
	const waits = summary(item('mention', 'm1'));
	await first.summaries.note(waits);
	await expect.poll(() => tab.summaries.all).toMatchObject([waits]);
	expect(told).toHaveBeenCalled();
	const rows = await first.storage.rows.all('discussions');
	expect(rows).toHaveLength(1);
	for (const { bytes } of rows)
		for (const word of ['quinine', 'Zaunk', 'mention', circle])
			expect(Buffer.from(bytes).includes(word), word).toBe(false);

	// as it was before: nothing is written, and nobody is told
	const heard = vi.fn();
	first.summaries.onChange(heard);
	await first.summaries.note(summary(item('mention', 'm1')));
	expect(heard).not.toHaveBeenCalled();

	const again = await open('waiting-kept', 'another channel');
	expect(again.summaries.all).toMatchObject([waits]);
	await again.summaries.forget(({ circle: of }) => of === circle);
	expect([again.summaries.all, await again.storage.rows.all('discussions')]).toEqual([[], []]);
});

test('what a reader has seen is kept here: it waits no more, but questions and suggestions stay, read', async () => {
	const { storage, summaries } = await open('waiting-reader');
	const items = [item('mention', 'm'), item('reply', 'r'), item('question', 'q'), item('suggestion', 's')];
	await summaries.note(summary(...items));
	const known = { mayWrite: () => false } as unknown as KnownCircle;
	const rooms = {
		open: () => {
			throw new Error('a reader has nothing to say there');
		}
	} as unknown as Rooms;
	const [waits] = summaries.all;
	if (waits === undefined) throw new Error('nothing waits');
	await markRead({ rooms, known, summary: waits, summaries, me: 'rosa' as PersonId });
	const left = () =>
		summaries.all.flatMap(({ waiting }) => waiting.map(({ message, unread }) => [message, unread]));
	expect(left()).toEqual([
		['q', false],
		['s', false]
	]);
	// also once the discussion was opened again, and in the next session
	await summaries.note(summary(...items, item('reply', 'later')));
	expect(left()).toHaveLength(3);
	const again = await open('waiting-reader', 'another channel');
	expect(again.summaries.all[0]?.waiting).toMatchObject([
		{ message: 'q' },
		{ message: 's' },
		{ message: 'later' }
	]);
	expect(await storage.rows.all('discussions')).toHaveLength(2);
});
