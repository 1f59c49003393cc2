import { afterEach, expect, test } from 'vitest';
import { foundCircle, inviteToCircle } from '#lib/circle/actions.ts';
import { createLinkSecret } from '#lib/circle/link.ts';
import type { CircleId } from '#lib/circle/ids.ts';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { openStorage } from '#lib/storage/storage.ts';
import type { AppendAnswer, CirclesConnection, ConnectionStatus } from '#lib/sync/circles-connection.ts';
import { CircleBook } from './circle-book.ts';
import { openVault } from './vault.ts';

/** A relay that keeps one log, and can be told to lie about it. */
class FakeRelay implements CirclesConnection {
	log: Bytes[] = [];
	status: ConnectionStatus = 'connected';
	circle: CircleId | null = null;
	refuses: string | null = null;
	/** Runs before the next append, as a colleague who is faster. */
	before: (() => Promise<void>) | null = null;

	list = () => Promise.resolve(this.circle === null || this.log.length === 0 ? [] : [this.circle]);
	fetch = (_: CircleId, after: number) =>
		Promise.resolve({ ok: true as const, value: this.log.slice(after) });
	async append(circle: CircleId, entry: Bytes): Promise<AppendAnswer> {
		if (this.status !== 'connected') return { ok: false, reason: 'offline' };
		if (this.refuses !== null) return { ok: false, reason: this.refuses };
		if (this.log.some((known) => equalBytes(known, entry))) return { ok: true };
		const { before } = this;
		const seen = this.log.length;
		this.before = null;
		await before?.();
		if (this.log.length > seen) return { ok: false, reason: 'conflict', entries: this.log.slice(seen) };
		this.circle = circle;
		this.log.push(entry);
		return { ok: true };
	}
	findInvitation = () => Promise.resolve({ ok: true as const, value: [] });
	onStatus = () => () => {};
	onEntries = () => () => {};
	fetchMoves = () => Promise.resolve(null);
	onMoved = () => () => {};
	relayFounded = () => true;
	close = () => {};
}

let count = 0;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0)) await close();
});

async function setup() {
	const storage = await openStorage(`book-${count++}`);
	const opened = await openVault(storage);
	if (!opened.ok) throw new Error(opened.reason);
	const vault = opened.value;
	const relay = new FakeRelay();
	const book = new CircleBook(vault, relay, null);
	closers.push(
		() => storage.close(),
		() => book.close()
	);
	const founding = {
		kind: 'agency',
		parent: null,
		label: 'Harbour House',
		device: vault.device
	} as const;
	const found = () => foundCircle({ ...founding, person: vault.profile.person, personName: 'Amina', at: 1 });
	const circle = await found();
	const invite = (expires: number) => {
		const known = book.get(circle.circle);
		if (known === undefined) throw new Error('unknown circle');
		return inviteToCircle(known.state, known.secrets, vault.device, {
			link: createLinkSecret(),
			role: 'editor',
			expires,
			at: 2
		});
	};
	return { vault, relay, book, circle, invite, found };
}

test('what was founded without the relay is sent once it can be reached', async () => {
	const { relay, book, circle } = await setup();
	relay.status = 'offline';
	const added = await book.add(circle.circle, [circle.bytes], true);
	expect(added.ok && added.value.unsent).toBe(true);
	relay.status = 'connected';
	await book.catchUp();
	expect(relay.log).toEqual([circle.bytes]);
	expect(book.get(circle.circle)?.unsent).toBe(false);
});

test('[C2] somebody was faster: the entry is made again on the newer head', async () => {
	const { relay, book, circle, invite } = await setup();
	const added = await book.add(circle.circle, [circle.bytes], true);
	if (!added.ok) throw new Error(added.reason);
	await book.catchUp();
	const theirs = await invite(100);
	relay.before = () => Promise.resolve(void relay.log.push(theirs));
	expect(await book.append(added.value, () => invite(200))).toEqual({ ok: true, value: undefined });
	expect(added.value.state.head.seq).toBe(2);
	expect(added.value.entries).toEqual(relay.log);
});

test('[R7] a relay that shows only the beginning is given back the rest; while it cannot be, that is said', async () => {
	const { relay, book, circle, invite } = await setup();
	const added = await book.add(circle.circle, [circle.bytes], true);
	if (!added.ok) throw new Error(added.reason);
	await book.catchUp();
	for (const expires of [100, 200]) await book.append(added.value, () => invite(expires));
	const whole = relay.log.slice();
	relay.log.length = 1;
	relay.refuses = 'not-allowed';
	await added.value.refresh();
	expect(book.differing.get(circle.circle)).toBe('record-forgotten');
	expect(added.value.state.head.seq).toBe(2);
	relay.refuses = null;
	await added.value.refresh();
	expect(book.differing.size).toBe(0);
	expect(relay.log).toEqual(whole);
});

test('[R7] a relay that is given back by somebody else meanwhile is not called another one', async () => {
	const { relay, book, circle, invite } = await setup();
	const added = await book.add(circle.circle, [circle.bytes], true);
	if (!added.ok) throw new Error(added.reason);
	await book.catchUp();
	await book.append(added.value, () => invite(100));
	const { fetch } = relay;
	relay.fetch = () => {
		relay.fetch = fetch;
		return Promise.resolve({ ok: true as const, value: [] });
	};
	await added.value.refresh();
	expect(book.differing.size).toBe(0);
});

test('[C3] two signed entries at one place are kept as proof against the relay', async () => {
	const { vault, relay, book, circle, invite } = await setup();
	const added = await book.add(circle.circle, [circle.bytes], true);
	if (!added.ok) throw new Error(added.reason);
	await book.catchUp();
	const other = await invite(100);
	await book.append(added.value, () => invite(200));
	relay.log[1] = other;
	await added.value.refresh();
	expect(book.differing.get(circle.circle)).toBe('record-differs');
	expect(await vault.get('settings', `fork.${circle.circle}`)).toMatchObject({ seq: 1, theirs: other });
});

test('a circle with another id than its first entry has is not taken in', async () => {
	const { book, circle, found } = await setup();
	const another = await found();
	expect((await book.add(circle.circle, [another.bytes], false)).ok).toBe(false);
	expect(book.get(circle.circle)).toBeUndefined();
});
