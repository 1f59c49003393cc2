import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { addDocument } from '#lib/casework/case-index.ts';
import { insertPieces } from '#lib/casework/derive/pieces.ts';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import { summarize } from '#lib/casework/summary.ts';
import { block, words } from '#lib/casework/templates/parts.ts';
import type { CircleId } from '#lib/circle/ids.ts';
import { openStorage } from '#lib/storage/storage.ts';
import { Summaries, type Summary } from './summaries.ts';
import { openVault } from './vault.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
});

async function open(name: string, channel = name) {
	const storage = await openStorage(name);
	const vault = await openVault(storage);
	if (!vault.ok) throw new Error(vault.reason);
	const summaries = new Summaries(vault.value, channel);
	await summaries.open();
	closers.push(
		() => storage.close(),
		() => summaries.close()
	);
	return { storage, vault: vault.value, summaries };
}

const circle = 'a'.repeat(43) as CircleId;
const other = 'b'.repeat(43) as CircleId;

function plan(): Pick<Summary, 'circle' | 'caseCircle' | 'content'> {
	const doc = new Y.Doc();
	insertPieces(doc.getXmlFragment(BODY_FIELD), 0, [
		block('goal', { title: 'Keep the quinine biscuits', lifecycle: 'active' }),
		words('Zaunkönig was here.')
	]);
	addDocument(doc, {
		id: 'x',
		title: 'y',
		kind: 'case-plan',
		template: null,
		schema: 1,
		createdAt: 1,
		createdBy: ''
	});
	return { circle, caseCircle: circle, content: summarize(doc) };
}

test('a summary outlives the session, and nothing of it stands readable on disk', async () => {
	const first = await open('summaries-kept');
	await first.summaries.note('doc', { title: 'Palisander plan', kind: 'case-plan', ...plan() });
	const rows = await first.storage.rows.all('summaries');
	expect(rows).toHaveLength(1);
	for (const { bytes } of rows)
		for (const word of ['quinine', 'Zaunk', 'Palisander', 'case-plan', 'lifecycle', circle])
			expect(Buffer.from(bytes).includes(word), word).toBe(false);
	const again = await open('summaries-kept', 'another channel');
	expect(again.summaries.get('doc')).toEqual(first.summaries.get('doc'));
	expect([...again.summaries.ofCase(circle).keys()]).toEqual(['doc']);
});

test('nothing is written when nothing changed', async () => {
	const { storage, summaries } = await open('summaries-same');
	const same = plan();
	let told = 0;
	summaries.onChange(() => told++);
	await summaries.note('doc', { title: 'Plan', ...same });
	const [before] = await storage.rows.all('summaries');
	await summaries.note('doc', { title: 'Plan', ...same });
	const [after] = await storage.rows.all('summaries');
	expect(after?.bytes).toEqual(before?.bytes);
	expect(told).toBe(1);
});

test('what may no longer be read is gone from memory and from disk', async () => {
	const { storage, summaries } = await open('summaries-forgotten');
	await summaries.note('mine', { title: 'Mine', ...plan() });
	await summaries.note('lost', { title: 'Lost', ...plan(), circle: other });
	await summaries.forget((summary) => summary.circle === other);
	expect(summaries.get('lost')).toBeUndefined();
	expect((await storage.rows.all('summaries')).map(({ id }) => id)).toEqual(['mine']);
});

test('another tab hears of a new summary, and of one that went', async () => {
	const one = await open('summaries-tabs');
	const two = await open('summaries-tabs');
	const heard = () =>
		new Promise<void>((resolve) => {
			const remove = two.summaries.onChange(() => (remove(), resolve()));
		});
	let next = heard();
	await one.summaries.note('doc', { title: 'Plan', ...plan() });
	await next;
	expect(two.summaries.get('doc')?.title).toBe('Plan');
	next = heard();
	await one.summaries.forget(() => true);
	await next;
	expect(two.summaries.get('doc')).toBeUndefined();
});

test('a row of another form is passed over, to be made anew', async () => {
	const { vault } = await open('summaries-old');
	await vault.put('summaries', 'doc', { v: 1, title: 'Plan' });
	await vault.put('summaries', 'odd', 'text');
	const again = await open('summaries-old', 'again');
	expect([...again.summaries.all.keys()]).toEqual([]);
	expect(again.summaries.incomplete).toBe(true);
});
