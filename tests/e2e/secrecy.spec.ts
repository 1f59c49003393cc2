import { found, invite, join, newCase, newPlan, saved, test, expect, textOf, titleOf, write } from './app.ts';
import type { Page } from '@playwright/test';
import { SYNC, SYNC_UPDATE } from '../../src/lib/sync/wire.ts';
import { findWords, listenIn, readBrowser, readCaches, readFolder, type Place } from './search.ts';

const CANARY = 'Zaunkönig kept the quinine biscuits in drawer 7719';
const secrets = {
	sentence: CANARY,
	word: 'quinine',
	letters: 'Wintersong',
	title: 'Palisander plan 4471',
	caseName: 'Ottokar Vrbsky',
	agency: 'Muscovado House',
	logged: 'The samovar was polished at 22:14 exactly',
	unsent: 'Half a sentence about marzipan',
	resident: 'Hieronymus Achterberg',
	amina: 'Amina Quarshie-Bell',
	ben: 'Benedikt Oyelaran'
};

test('No word, title or name is readable at the relay, on the wire or on the device’s disk', async ({
	relay,
	browser
}) => {
	// contexts without the cut in between: what is listened to here is the real socket
	const people = await Promise.all(
		['amina', 'ben'].map(async (who) => {
			const context = await browser.newContext({ baseURL: relay.origin });
			const page = await context.newPage();
			return { who, context, page, heard: listenIn(page, who) };
		})
	);
	const [amina, ben] = people as [(typeof people)[0], (typeof people)[0]];
	await found(amina.page, relay, secrets.agency, secrets.amina);
	await newCase(amina.page, secrets.caseName);
	const link = await invite(amina.page);
	await newPlan(amina.page);
	await titleOf(amina.page).fill(secrets.title);
	await join(ben.page, link, secrets.ben);
	await ben.page.getByRole('link', { name: secrets.title }).click();
	await write(amina.page, secrets.sentence);
	await expect(textOf(ben.page)).toContainText(secrets.sentence);
	await textOf(ben.page).focus();
	await ben.page.keyboard.press('Control+End');
	await ben.page.keyboard.type(` ${secrets.letters}`, { delay: 120 });
	await expect(textOf(amina.page)).toContainText(secrets.letters);
	// the log of the house, with a name in it and something that was not entered yet
	await amina.page.getByRole('link', { name: secrets.caseName }).click();
	await amina.page.getByRole('button', { name: 'New document' }).click();
	await amina.page.getByRole('button', { name: 'Shift log', exact: true }).click();
	await amina.page.getByRole('button', { name: 'Add a resident' }).click();
	await amina.page.getByRole('textbox', { name: 'Name of the resident' }).fill(secrets.resident);
	await amina.page.keyboard.press('Enter');
	await expect(amina.page.getByRole('checkbox', { name: secrets.resident })).toBeChecked();
	const happened = amina.page.getByRole('textbox', { name: 'What happened' });
	await happened.fill(secrets.logged);
	await happened.press('Enter');
	await expect(amina.page.locator('.entry')).toContainText(secrets.resident);
	await happened.fill(secrets.unsent);
	await saved(amina.page);
	await saved(ben.page);
	// leaving the document keeps its summary
	await amina.page.getByRole('link', { name: secrets.caseName }).click();
	await expect(amina.page.getByRole('heading', { name: secrets.caseName, level: 1 })).toBeVisible();
	await expect.poll(() => summariesOn(amina.page)).toBeGreaterThan(800);

	const words = [...Object.values(secrets), link.slice(link.indexOf('#') + 1)];
	const onDevices: Place[] = [];
	for (const { page, who } of people) {
		onDevices.push(...(await readBrowser(page, who)), ...(await readCaches(page, who)));
	}
	const onTheWire = people.flatMap(({ heard }) => heard);
	await relay.stop();
	const atTheRelay = [...readFolder(relay.data), { name: 'log', bytes: Buffer.from(relay.log) }];

	expect(findWords([...atTheRelay, ...onTheWire, ...onDevices], words)).toEqual([]);
	// the log names nobody: no ids, no addresses
	const circle = new URL(amina.page.url()).pathname.split('/')[2] ?? '';
	expect(circle).toHaveLength(43);
	expect(findWords([{ name: 'log', bytes: Buffer.from(relay.log) }], [circle, '127.0.0.1'])).toEqual([]);

	// positive control: the search would have found them, in each of these places
	await amina.page.evaluate(async (canary) => {
		const opened = indexedDB.open('control', 1);
		opened.onupgradeneeded = () => opened.result.createObjectStore('rows', { autoIncrement: true });
		await new Promise((resolve) => (opened.onsuccess = resolve));
		const rows = opened.result.transaction('rows', 'readwrite').objectStore('rows');
		await new Promise((resolve) => {
			rows.add({ deep: [new TextEncoder().encode(`x${canary}x`)] }).onsuccess = resolve;
		});
		opened.result.close();
	}, CANARY);
	expect(findWords(await readBrowser(amina.page, 'control'), [CANARY])).toHaveLength(1);
	for (const encoding of ['utf8', 'utf16le'] as const)
		expect(
			findWords([{ name: 'control', bytes: Buffer.from(`…${CANARY}…`, encoding) }], [CANARY])
		).toHaveLength(1);
	for (const before of ['', 'a', 'ab']) {
		const bytes = Buffer.from(Buffer.from(`${before}${CANARY} and more`).toString('base64'));
		expect(findWords([{ name: 'control', bytes }], [CANARY])).toHaveLength(1);
	}
	// and the places did hold what was written: an envelope that went over the wire stands on both disks
	const isUpdate = (frame: Buffer) => frame[0] === SYNC && frame[1] === SYNC_UPDATE;
	const envelope = longestOf(onTheWire.filter(({ name, bytes }) => name === 'amina sent' && isUpdate(bytes)));
	const piece = envelope.subarray(envelope.length - 120, envelope.length - 40);
	const holds = (places: readonly Place[]) => places.some(({ bytes }) => bytes.includes(piece));
	expect(holds(onDevices)).toBe(true);
	expect(holds(atTheRelay)).toBe(true);
	for (const { context } of people) await context.close();
});

/** How long the longest sealed summary on this device is, bytes: one that has the words of a plan is not short. */
function summariesOn(page: Page): Promise<number> {
	return page.evaluate(async () => {
		const opened = indexedDB.open('throughline');
		await new Promise((resolve) => (opened.onsuccess = resolve));
		const asked = opened.result.transaction('summaries').objectStore('summaries').getAll();
		await new Promise((resolve) => (asked.onsuccess = resolve));
		opened.result.close();
		return Math.max(0, ...(asked.result as { bytes: Uint8Array }[]).map(({ bytes }) => bytes.length));
	});
}

function longestOf(places: readonly Place[]): Buffer {
	const [longest] = places.map(({ bytes }) => bytes).sort((a, b) => b.length - a.length);
	return longest ?? Buffer.alloc(0);
}
