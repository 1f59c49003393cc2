/**
 * What is said among staff, and a guest of the same case, on a real relay process: everything a session has but pages.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { newDocumentId, type DocumentId } from '#lib/circle/ids.ts';
import type { Cut } from '#lib/circle/state.ts';
import type { Anchor } from '#lib/discussion/anchor.ts';
import { DiscussionSummaries } from '#lib/session/discussion-summaries.ts';
import { DocumentDiscussion } from '#lib/session/document-discussion.ts';
import type { KnownCircle } from '#lib/session/known-circle.ts';
import { markRead, noteDiscussion } from '#lib/session/read-discussions.ts';
import type { WaitingForMe } from '#lib/session/waiting-for-me.ts';
import {
	closeAll,
	closeLater,
	createDevice as createPlainDevice,
	foundCase,
	keepDevicesApart,
	knownTo,
	letIn,
	removeFrom,
	soon
} from './support/device.ts';
import { RelayProcess } from './support/relay-process.ts';

beforeAll(keepDevicesApart);
afterEach(closeAll);

const anchor: Anchor = {
	relative: { start: '', end: '' },
	block: null,
	quote: { exact: 'bedroom', prefix: 'one ', suffix: ' flat', length: 7 },
	headings: [],
	rivals: { document: -1, headings: -1, block: -1 }
};
async function createDevice(relay: RelayProcess, name: string) {
	const device = await createPlainDevice(relay, name);
	const summaries = new DiscussionSummaries(device.vault, device.namespace);
	closeLater(() => summaries.close());
	return { ...device, summaries };
}
type Device = Awaited<ReturnType<typeof createDevice>>;

/** Amina owns a case; Ben is staff, Dara a guest who may comment. */
async function setup() {
	const relay = await RelayProcess.start();
	closeLater(() => relay.remove());
	const amina = await createDevice(relay, 'Amina');
	const ben = await createDevice(relay, 'Ben');
	const dara = await createDevice(relay, 'Dara');
	const circle = await foundCase(amina, relay.foundingCode);
	await letIn(amina, circle, ben);
	await letIn(amina, circle, dara, 'commenter', true);
	const document = newDocumentId();
	const discuss = (who: Device) => {
		const known = knownTo(who, circle);
		const session = { myPerson: who.me, waiting: { summaries: who.summaries } as WaitingForMe };
		const open = (lane: 'discussion' | 'internal') => who.rooms.open(known, document, undefined, lane);
		const discussion = new DocumentDiscussion(session, known, document, open);
		closeLater(() => discussion.close());
		return discussion;
	};
	return { relay, amina, ben, dara, circle, document, discuss };
}

const said = (discussion: DocumentDiscussion) =>
	discussion.current.threads.flatMap(({ messages }) => messages.map(({ text }) => text)).sort();

test('a thread only for staff: two lanes are one list for staff, and a guest has no key, no byte and no way in', async () => {
	const { relay, amina, ben, dara, circle, document, discuss } = await setup();
	const [hers, his, guests] = [discuss(amina), discuss(ben), discuss(dara)];
	const secret = hers.startThread(anchor, 'Quinine is what we think.', true);
	hers.startThread(anchor, 'Said to everybody.', false);
	await soon(() => expect(said(his)).toEqual(['Quinine is what we think.', 'Said to everybody.']));
	expect([his.isForStaff(secret), his.canCommentToStaff, guests.canCommentToStaff]).toEqual([
		true,
		true,
		false
	]);
	his.reply(secret, 'Quinine, I agree.');
	his.react(secret, '👍', true);
	his.markSeen(secret);
	await soon(() => expect(said(hers)).toHaveLength(3));
	guests.startThread(anchor, 'The guest asks.', false);
	await soon(() => expect(said(hers)).toHaveLength(4));
	expect(said(guests)).toEqual(['Said to everybody.', 'The guest asks.']);
	expect(guests.current.threads.map((thread) => guests.isForStaff(thread.id))).toEqual([false, false]);
	expect(() => guests.startThread(anchor, 'Let me in.', true)).toThrow();

	// a suggestion among staff: its words, and what becomes of it, are in their lane alone
	const change = { kind: 'replace', words: 'bedroom', text: 'Quinine room' } as const;
	const proposed = his.suggest(anchor, change, '', true);
	expect(() => guests.suggest(anchor, change, '', true)).toThrow();
	await soon(() => expect(hers.isForStaff(proposed)).toBe(true));
	const verdict = hers.judge(proposed, { verdict: 'declined' });
	await soon(() =>
		expect(his.current.threads.find(({ id }) => id === proposed)?.suggestion).toMatchObject({
			change,
			state: 'declined',
			verdicts: [verdict]
		})
	);
	// whoever knows the name of such a thread, and is no member of it any more, says nothing of it to everybody
	expect(() => guests.reply(proposed, 'To everybody?')).toThrow();
	expect(() => guests.revise(proposed, anchor, change)).toThrow();
	expect(guests.current.threads).toHaveLength(2);

	// who can be named there, and what waits
	const named = (staffOnly: boolean) => hers.peopleFor(staffOnly).map(({ name }) => name);
	expect([named(false), named(true)]).toEqual([['Ben', 'Dara'], ['Ben']]);
	await hers.flush();
	await soon(() =>
		expect(amina.summaries.all.find(({ lane }) => lane === 'internal')?.waiting[0]).toMatchObject({
			kind: 'reply',
			text: 'Quinine, I agree.'
		})
	);

	// marked as read from the list, without opening it: said in their lane, for all her devices and for him to see
	const waits = amina.summaries.all.find(({ lane }) => lane === 'internal');
	if (waits === undefined) throw new Error('nothing waits');
	const { rooms, summaries, me } = amina;
	await markRead({ rooms, summaries, me, known: knownTo(amina, circle), summary: waits });
	expect(summaries.all.find(({ lane }) => lane === 'internal')?.waiting).toEqual([]);
	await soon(() =>
		expect(his.current.threads.find(({ id }) => id === secret)?.seen.get(me)).toContain(
			waits.waiting[0]?.message
		)
	);

	await Promise.all([hers.flush(), his.flush(), guests.flush()]);
	const disks = await bytesByDatabase();
	const holding = [...disks]
		.filter(([, bytes]) => bytes.includes(`${document}.internal`))
		.map(([name]) => name);
	expect(holding.map((name) => name.split('/')[0]).sort()).toEqual(
		expect.arrayContaining([amina.namespace, ben.namespace])
	);
	expect(holding.filter((name) => name.split('/')[0] === dara.namespace)).toEqual([]);
	expect([...disks.keys()].some((name) => name.split('/')[0] === dara.namespace)).toBe(true);

	// the guest's own app with the lock taken off: neither sends nor receives anything there
	const before = said(hers);
	const forced = dara.rooms.open(knownTo(dara, circle), document, undefined, 'internal');
	await forced.sealed.loaded;
	forced.sealed.edit((doc) => doc.getArray('operations').push([{ v: 1, id: `${dara.me}.x`, type: 'newer' }]));
	await forced.sealed.flush();
	expect(forced.sealed.saved.connected).toBe(false);
	expect(forced.sealed.clear.getArray('operations').length).toBe(1);
	expect(said(hers)).toEqual(before);
	expect(hers.current.unknown).toBe(0);
	await noteDiscussion(dara.summaries, dara.me, {
		known: knownTo(dara, circle),
		document,
		lane: 'internal',
		sealed: forced.sealed
	});
	expect(dara.summaries.all.some(({ lane }) => lane === 'internal')).toBe(false);
	await forced.close();
	for (const [name, bytes] of await bytesByDatabase())
		for (const word of ['Quinine', 'everybody.']) expect(bytes.includes(word), name).toBe(false);
	await relay.stop();
	for (const file of readdirSync(relay.data))
		expect(readFileSync(join(relay.data, file)).includes('Quinine'), file).toBe(false);
});

test('who is removed keeps their name on what they said, and the thread stays to be answered and settled', async () => {
	const { amina, ben, circle, document, discuss } = await setup();
	const [hers, his] = [discuss(amina), discuss(ben)];
	const thread = his.startThread(anchor, 'Who has the key?', false);
	const quiet = his.startThread(anchor, 'And the other one?', true);
	await soon(() => expect(said(hers)).toHaveLength(2));
	const known = knownTo(amina, circle);
	await Promise.all([his.flush(), hers.flush()]);
	const cuts = await cutsOf(amina, known, document, ben);
	const removed = await removeFrom(amina, circle, ben.me, cuts, 'left the agency');
	expect(removed).toMatchObject({ ok: true });
	await soon(() => expect(known.state.epoch).toBe(1));
	const [one] = hers.current.threads.filter(({ id }) => id === thread);
	expect(one).toMatchObject({ author: ben.me, resolved: false });
	expect([hers.nameOf(ben.me), hers.isForStaff(quiet)]).toEqual(['Ben', true]);
	expect(hers.peopleFor(false).map(({ name }) => name)).toEqual(['Dara']);
	hers.reply(thread, 'I do.');
	hers.resolve(thread);
	expect(hers.current.threads.find(({ id }) => id === thread)).toMatchObject({
		resolvedBy: amina.me,
		messages: [{ text: 'Who has the key?' }, { text: 'I do.' }]
	});
	// and for somebody who opens it afresh
	await hers.flush();
	await hers.close();
	const again = discuss(amina);
	await soon(() => expect(said(again)).toEqual(['And the other one?', 'I do.', 'Who has the key?']));
	expect(again.current.refused).toBe(0);
});

/** What somebody wrote in the lanes of a document, as their removal has to name it. */
async function cutsOf(
	{ rooms }: Device,
	known: KnownCircle,
	document: DocumentId,
	who: Device
): Promise<Cut[]> {
	const { device } = who.vault.device;
	const cuts: Cut[] = [];
	for (const lane of ['discussion', 'internal'] as const) {
		const lease = rooms.open(known, document, undefined, lane);
		const { sealed } = lease;
		await sealed.settled();
		for (const { session, count } of sealed.sessionsOf(device))
			cuts.push({ device, document, lane, generation: 0, session, count });
		await lease.close();
	}
	return cuts;
}

/** Every byte of every database of every device in this process. */
async function bytesByDatabase(): Promise<ReadonlyMap<string, Buffer>> {
	const found = new Map<string, Buffer>();
	for (const { name = '' } of await indexedDB.databases()) {
		const database = await new Promise<IDBDatabase>((resolve) => {
			const request = indexedDB.open(name);
			request.onsuccess = () => resolve(request.result);
		});
		const parts: Buffer[] = [Buffer.from(name)];
		for (const store of database.objectStoreNames) {
			const rows = database.transaction(store).objectStore(store);
			for (const request of [rows.getAllKeys(), rows.getAll()]) {
				await new Promise((resolve) => (request.onsuccess = resolve));
				for (const value of request.result as unknown[]) collect(value, parts);
			}
		}
		database.close();
		found.set(name, Buffer.concat(parts));
	}
	return found;
}

function collect(value: unknown, parts: Buffer[]): void {
	if (value instanceof Uint8Array) parts.push(Buffer.from(value));
	else if (typeof value === 'object' && value !== null)
		for (const [key, inner] of Object.entries(value)) {
			parts.push(Buffer.from(key));
			collect(inner, parts);
		}
	else parts.push(Buffer.from(String(value)));
}
