/**
 * A document of a case that is limited to some of its people, on a real relay process: everything a session has but pages.
 */
import { afterEach, beforeAll, expect, test } from 'vitest';
import type * as Y from 'yjs';
import { newBlockId } from '#lib/casework/block-id.ts';
import { writeTree } from '#lib/casework/body-tree.ts';
import { addDocument, goneFrom, readCaseIndex, type DocumentRow } from '#lib/casework/case-index.ts';
import { readBlocks, textOf } from '#lib/casework/read-blocks.ts';
import { BODY_FIELD, SCHEMA_VERSION } from '#lib/casework/schema-version.ts';
import { newDocumentId, type CircleId, type DocumentId } from '#lib/circle/ids.ts';
import type { Anchor } from '#lib/discussion/anchor.ts';
import { indexDocumentOf, writeRoom } from '#lib/envelope/room.ts';
import { DiscussionSummaries } from '#lib/session/discussion-summaries.ts';
import { DocumentDiscussion } from '#lib/session/document-discussion.ts';
import { EarlierDocument } from '#lib/session/earlier-document.ts';
import { dueEntries } from '#lib/session/due-entries.ts';
import { limitDocument, putBackDocument } from '#lib/session/limited-document.ts';
import { ownDocumentsOf } from '#lib/session/own-document.ts';
import { contentsOf, searchableIn, searchOver } from '#lib/session/search-case.ts';
import { Summaries } from '#lib/session/summaries.ts';
import { noteDocument } from '#lib/session/summary-keeping.ts';
import type { WaitingForMe } from '#lib/session/waiting-for-me.ts';
import { CLOSE } from '#lib/sync/wire.ts';
import { RawClient } from '../server/raw-client.fixture.ts';
import {
	closeAll,
	closeLater,
	createDevice as createPlainDevice,
	foundCase,
	keepDevicesApart,
	knownTo,
	letIn,
	soon
} from './support/device.ts';
import { RelayProcess } from './support/relay-process.ts';

beforeAll(keepDevicesApart);
afterEach(closeAll);

async function createDevice(relay: RelayProcess, name: string) {
	const device = await createPlainDevice(relay, name);
	const summaries = new Summaries(device.vault, device.namespace);
	const discussions = new DiscussionSummaries(device.vault, device.namespace);
	closeLater(() => (discussions.close(), summaries.close()));
	const here = {
		...device,
		myPerson: device.me,
		summaries,
		waiting: { summaries: discussions } as WaitingForMe,
		forgetDocuments: (ids: readonly string[]) => summaries.forget((_, id) => ids.includes(id))
	};
	const open = (circle: CircleId, document: DocumentId) => {
		const lease = device.rooms.open(knownTo(device, circle), document);
		closeLater(() => lease.close());
		const { sealed } = lease;
		return {
			sealed,
			text: () => textOf(readBlocks(sealed.clear.getXmlFragment(BODY_FIELD))).trim(),
			write: (words: string) =>
				sealed.edit((doc) =>
					writeTree(
						doc.getXmlFragment(BODY_FIELD),
						[{ type: 'paragraph', content: [{ text: words }] }],
						newBlockId
					)
				)
		};
	};
	const discuss = (circle: CircleId, document: DocumentId) => {
		const known = knownTo(device, circle);
		const discussion = new DocumentDiscussion(here, known, document, (lane) =>
			device.rooms.open(known, document, undefined, lane)
		);
		closeLater(() => discussion.close());
		return discussion;
	};
	const list = async (circle: CircleId) => {
		const lease = device.rooms.open(knownTo(device, circle), await indexDocumentOf(circle));
		closeLater(() => lease.close());
		await lease.sealed.loaded;
		return lease.sealed;
	};
	const earlier = (circle: CircleId, document: DocumentId) => {
		const opened = new EarlierDocument(device.rooms, knownTo(device, circle), document);
		closeLater(() => opened.close());
		return opened;
	};
	return { ...device, here, open, discuss, list, earlier, seen: summaries };
}

const anchor: Anchor = {
	relative: { start: 'AAAA', end: 'AAAA' },
	block: null,
	quote: { exact: 'room', prefix: 'a ', suffix: ' of', length: 4 },
	headings: [],
	rivals: { document: -1, headings: -1, block: -1 }
};

/** Amina's case with Ben and Carl in it, and a plan that all three have written in. */
async function setup() {
	const relay = await RelayProcess.start();
	closeLater(() => relay.remove());
	const amina = await createDevice(relay, 'Amina');
	const ben = await createDevice(relay, 'Ben');
	const carl = await createDevice(relay, 'Carl');
	const file = await foundCase(amina, relay.foundingCode);
	for (const colleague of [ben, carl]) await letIn(amina, file, colleague);
	const [plan, other] = [newDocumentId(), newDocumentId()];
	const facts = {
		kind: 'case-plan',
		template: null,
		schema: SCHEMA_VERSION,
		createdAt: 1,
		createdBy: amina.me
	};
	const list = await amina.list(file);
	list.edit((doc) => {
		addDocument(doc, { ...facts, id: plan, title: 'Quinine plan', final: true });
		addDocument(doc, { ...facts, id: other, title: 'Zaunkönig plan' });
	});
	const texts = [amina, ben, carl].map((one) => one.open(file, plan));
	const [aminas, bens, carls] = texts as [(typeof texts)[0], (typeof texts)[0], (typeof texts)[0]];
	aminas.write('Rosa wants a room of her own.');
	await soon(() => expect(bens.text()).toContain('Rosa'));
	bens.write('Ben has asked the landlord.');
	for (const { text } of [aminas, carls]) await soon(() => expect(text()).toContain('landlord'));
	const row = (of: Y.Doc, id: DocumentId): DocumentRow => {
		const found = readCaseIndex(of).documents.find((one) => one.id === id);
		if (found === undefined) throw new Error('not listed');
		return found;
	};
	return { relay, amina, ben, carl, file, plan, other, list, row, aminas, bens, carls };
}

const messages = (discussion: DocumentDiscussion) =>
	discussion.current.threads.flatMap((thread) => thread.messages.map(({ text }) => text));

test('a document is limited: its words and what was said go along, it leaves the case, and what comes late is kept and told', async () => {
	const { amina, ben, carl, file, plan, list, row, bens, carls } = await setup();
	const said = ben.discuss(file, plan);
	const thread = said.startThread(anchor, 'Which room?', false);
	said.reply(thread, 'The one on the left.');
	said.ask(thread, amina.me);
	const settled = said.startThread(anchor, 'Spelling.', false);
	said.resolve(settled);
	said.startThread(anchor, 'Not for guests.', true);
	said.suggest(anchor, { kind: 'replace', words: 'room', text: 'flat' }, 'More than a room', false);
	const hers = amina.discuss(file, plan);
	await soon(() => expect(messages(hers)).toHaveLength(5));
	await soon(() => expect(hers.current.threads.find(({ id }) => id === settled)?.resolved).toBe(true));
	await ben.seen.note(plan, { title: 'Quinine plan', circle: file, caseCircle: file });
	await amina.seen.note(plan, { title: 'Quinine plan', circle: file, caseCircle: file });

	const wish = { people: [ben.me], announce: false };
	const done = await limitDocument(amina.here, knownTo(amina, file), row(list.clear, plan), wish);
	if (!done.ok) throw new Error(done.reason);
	const { circle, document } = done.value;
	expect(row(list.clear, plan)).toMatchObject({ removed: true, moved: { to: circle, by: amina.me } });
	expect(goneFrom(readCaseIndex(list.clear).documents)).toEqual([plan]);
	expect([amina.seen.get(plan), amina.seen.get(document)?.title]).toEqual([undefined, 'Quinine plan']);
	expect(readCaseIndex(list.clear).restricted).toEqual([]);

	// whole, for Ben: who wrote in it, facts, words, and what was said, by whom and where
	await soon(() => expect(ben.circles.get(circle)?.directRole).toBe('editor'));
	const now = ben.open(circle, document);
	await soon(() => expect(now.text()).toBe(bens.text()));
	const ids = (of: Y.Doc) =>
		readBlocks(of.getXmlFragment(BODY_FIELD)).map((block) => block.type === 'block' && block.attributes.id);
	expect(ids(now.sealed.clear)).toEqual(ids(bens.sealed.clear));
	const [listed] = readCaseIndex((await ben.list(circle)).clear).documents;
	await soon(async () =>
		expect(readCaseIndex((await ben.list(circle)).clear).documents).toMatchObject([
			{ id: document, title: 'Quinine plan', final: true, createdBy: amina.me, removed: false }
		])
	);
	expect(listed?.template ?? null).toBeNull();
	const again = ben.discuss(circle, document);
	await soon(() => expect(messages(again)).toHaveLength(5));
	// found by their words: what was said at one moment in two lanes has no order
	const [first, spelling, staff, suggested] = [
		'Which room?',
		'Spelling.',
		'Not for guests.',
		'More than a room'
	].map((words) => again.current.threads.find(({ messages: [begun] }) => begun?.text.endsWith(words)));
	expect(first?.messages.map(({ text }) => text)).toEqual([
		expect.stringMatching(/^Ben said on .*:\nWhich room\?$/),
		expect.stringMatching(/^Ben said on .*:\nThe one on the left\.$/)
	]);
	expect(first?.messages[0]?.question).toMatchObject({ for: amina.me, answered: null });
	expect([first?.author, first?.anchor.quote.exact, first?.resolved]).toEqual([amina.me, 'room', false]);
	expect(spelling?.resolved).toBe(true);
	expect(again.isForStaff(staff?.id ?? '')).toBe(true);
	expect(suggested?.suggestion).toMatchObject({ state: 'open', change: { text: 'flat' } });

	// Carl had not heard of it: nothing of his is lost, and it is told apart from what went along
	const [told, his] = [amina.earlier(file, plan), carl.earlier(file, plan)];
	await soon(() => expect(his.moved).toMatchObject({ title: 'Quinine plan', byName: 'Amina', to: circle }));
	expect([told.late, his.late]).toEqual([[], []]);
	carls.write('Carl met the brother.');
	const carlSays = carl.discuss(file, plan);
	await soon(() => expect(messages(carlSays)).toHaveLength(5));
	carlSays.startThread(anchor, 'Is this still true?', false);
	for (const one of [told, his])
		await soon(() =>
			expect(one.late).toEqual([
				{ person: carl.me, name: 'Carl', words: ['Carl met the brother.', 'Is this still true?'] }
			])
		);
	expect(now.text()).not.toContain('brother');
	told.settle();
	await soon(() => expect([told.late, his.late]).toEqual([[], []]));
	expect(carls.text()).toContain('Carl met the brother.');
});

test('what is restricted is never found by searching outside it: not its words, not its title, not what is due in it', async () => {
	const { Background } = await import('#lib/session/background.ts');
	const { amina, ben, carl, file, plan, list, row, aminas } = await setup();
	/** As a session does it: everything comes here by itself, and search reads what came. */
	const follow = ({ namespace, vault, connection, circles, rooms, seen }: typeof ben) => {
		const background = new Background({
			...{ namespace, vault, connection, circles, rooms, summaries: seen },
			waiting: () => [],
			onGone: (ids) => seen.forget((_, id) => ids.includes(id)),
			onVisited: async (listed, _known, lane, sealed) => {
				if (!listed.removed && lane === 'body') await noteDocument(seen, listed, sealed, { here: true });
			}
		});
		closeLater(() => background.close());
	};
	const find = async (who: typeof ben, query: string) => {
		const { circles, seen, rooms } = who;
		// closed again: what is open is followed by who has it open
		const lease = rooms.open(knownTo(who, file), await indexDocumentOf(file));
		await lease.sealed.loaded;
		const { documents } = readCaseIndex(lease.sealed.clear);
		// as an open case does: the background leaves to it what moves meanwhile
		const gone = goneFrom(documents);
		await seen.forget((_, id) => gone.includes(id));
		await lease.close();
		const own = ownDocumentsOf(file, circles.all, seen);
		const all = searchableIn(file, contentsOf(documents, seen), own, seen);
		return searchOver(all)(query).map(({ one }) => one.circle);
	};
	for (const one of [ben, carl]) follow(one);
	for (const one of [ben, carl]) await soon(async () => expect(await find(one, 'landlord')).toEqual([file]));

	const done = await limitDocument(amina.here, knownTo(amina, file), row(list.clear, plan), {
		people: [ben.me],
		announce: true
	});
	if (!done.ok) throw new Error(done.reason);
	const { circle, document } = done.value;
	amina.open(circle, document).write('Nobody outside reads of Zaunkönig words.');
	await soon(async () => expect(await find(ben, 'zaunkonig words')).toEqual([circle]));
	await soon(async () => expect(await find(ben, 'landlord')).toEqual([circle]));
	// what Carl writes in the earlier one meanwhile does not bring it back
	aminas.write('One more.');
	await soon(() => expect([...carl.seen.all.keys()]).not.toContain(plan));
	for (const words of ['landlord', 'Zaunkönig words', 'Quinine plan'])
		expect(await find(carl, words)).toEqual([]);
	expect(JSON.stringify([...carl.seen.all])).not.toMatch(/landlord|Quinine|Nobody outside/);
	expect(dueEntries(carl.seen, file)).toEqual([]);
});

test('put back, it stands in the case as it was; what was written in the limited one meanwhile stays there', async () => {
	const { amina, ben, carl, file, plan, list, row, aminas } = await setup();
	const limit = async () => {
		const done = await limitDocument(amina.here, knownTo(amina, file), row(list.clear, plan), {
			people: [ben.me],
			announce: true
		});
		if (!done.ok) throw new Error(done.reason);
		return done.value;
	};
	const first = await limit();
	expect(readCaseIndex(list.clear).restricted).toMatchObject([{ circle: first.circle, by: amina.me }]);
	await putBackDocument(amina.here, knownTo(amina, file), plan);
	expect(row(list.clear, plan)).toMatchObject({ removed: false, moved: null, title: 'Quinine plan' });
	expect(readCaseIndex(list.clear).restricted).toEqual([]);
	// nobody had written in it: it goes
	const gone = readCaseIndex((await amina.list(first.circle)).clear).documents;
	expect(goneFrom(gone)).toEqual([first.document]);
	expect([amina.seen.get(first.document), amina.seen.get(plan)?.content?.text]).toEqual([
		undefined,
		expect.stringContaining('landlord')
	]);
	const carlsList = await carl.list(file);
	await soon(() => expect(row(carlsList.clear, plan).removed).toBe(false));

	const second = await limit();
	await soon(() => expect(ben.circles.get(second.circle)?.directRole).toBe('editor'));
	const [his, hers] = [ben, amina].map((one) => one.open(second.circle, second.document));
	await soon(() => expect(his?.text()).toContain('landlord'));
	his?.write('For three people only.');
	await soon(() => expect(hers?.text()).toContain('For three people only.'));
	await putBackDocument(amina.here, knownTo(amina, file), plan);
	expect(row(list.clear, plan).removed).toBe(false);
	const stays = await amina.list(second.circle);
	expect(readCaseIndex(stays.clear).documents).toMatchObject([{ id: second.document, removed: false }]);
	expect(aminas.text()).not.toContain('For three people only.');
	expect(hers?.text()).toContain('For three people only.');
});

test('a guest of one document gets exactly that: no title, list, feed, key or room of the case it came from', async () => {
	const { relay, amina, file, plan, other, list, row } = await setup();
	const dara = await createDevice(relay, 'Dara');
	const done = await limitDocument(amina.here, knownTo(amina, file), row(list.clear, plan), {
		people: [],
		announce: false
	});
	if (!done.ok) throw new Error(done.reason);
	const { circle, document } = done.value;
	await letIn(amina, circle, dara, 'commenter', true);
	const words = dara.open(circle, document);
	await soon(() => expect(words.text()).toContain('Rosa wants a room'));
	const guests = await dara.list(circle);
	await soon(() => expect(readCaseIndex(guests.clear).documents).toMatchObject([{ title: 'Quinine plan' }]));

	expect(await dara.connection.list()).toEqual([circle]);
	expect(dara.circles.all.map((known) => known.circle)).toEqual([circle]);
	expect(await dara.connection.fetch(file, 0)).toEqual({ ok: false, reason: 'not-allowed' });
	const feed = await dara.connection.fetchMoves([circle, file], '');
	expect(feed?.rooms.length).toBeGreaterThan(0);
	expect(feed?.rooms.filter((room) => !room.startsWith(`${circle}.`))).toEqual([]);
	// she can name every room of the case, and stands before a closed door
	const rooms = [await indexDocumentOf(file), plan, other].map((one) =>
		writeRoom({ circle: file, document: one, lane: 'body', generation: 0 })
	);
	const internal = writeRoom({ circle, document, lane: 'internal', generation: 0 });
	for (const room of [...rooms, internal]) {
		const knocking = new RawClient(relay, room);
		await knocking.prove(relay, room, dara.vault.device);
		expect(await knocking.closed(), room).toBe(CLOSE.notAllowed);
		expect(knocking.messages('welcome')).toEqual([]);
	}
	// with the whole log in her hands she has no key, and what was said among staff has none for her
	const stolen = await dara.circles.add(file, knownTo(amina, file).entries, false);
	if (!stolen.ok) throw new Error(stolen.reason);
	expect([stolen.value.role, stolen.value.secrets.size]).toEqual([null, 0]);
	expect(knownTo(dara, circle).mayOpen('internal')).toBe(false);
	for (const { clear } of dara.rooms.sealedDocuments)
		expect(JSON.stringify(clear.toJSON())).not.toContain('Zaunkönig');
});
