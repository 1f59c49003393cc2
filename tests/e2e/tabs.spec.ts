import { chromium } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { chromiumArgs, findChromium } from '../../scripts/chromium.js';
import {
	expect,
	found,
	newCase,
	newPlan,
	readyForOffline,
	saved,
	savedState,
	test,
	textOf,
	titleOf,
	typeSlowly,
	write
} from './app.ts';

test('Two tabs of one device write one plan, online and offline', async ({ relay, newPerson }) => {
	const amina = await newPerson();
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await newCase(amina.page, 'Case one');
	await newPlan(amina.page);
	await titleOf(amina.page).fill('Plan');
	await saved(amina.page);
	await readyForOffline(amina.page);
	const other = await amina.context.newPage();
	await other.goto(amina.page.url());
	await expect(textOf(other)).toBeVisible();
	await write(amina.page, 'From the first tab.');
	await expect(textOf(other)).toContainText('From the first tab.');
	await write(other, 'From the second tab.');
	await expect(textOf(amina.page)).toContainText('From the second tab.');

	await amina.goOffline();
	await write(amina.page, 'Offline in the first tab.');
	await expect(textOf(other)).toContainText('Offline in the first tab.');
	await write(other, 'Offline in the second tab.');
	await expect(textOf(amina.page)).toContainText('Offline in the second tab.');
	// the tab that wrote to disk is closed; the other one goes on
	await amina.page.close();
	await expect(savedState(other)).toContainText('Saved on this device');
	const before = (await savedState(other).textContent()) ?? '';
	await write(other, 'After the first tab was closed.');
	// while it says “on this screen”, the browser would ask before it reloads
	await expect(savedState(other)).not.toHaveText(before);
	await expect(savedState(other)).toContainText('Saved on this device');
	await other.reload();
	for (const words of [
		'Offline in the first tab.',
		'Offline in the second tab.',
		'After the first tab was closed.'
	])
		await expect(textOf(other)).toContainText(words);
	await amina.goOnline();
	await saved(other);
});

test('A browser killed in the middle of writing has everything that was said to be on this device', async ({
	relay
}) => {
	const profile = mkdtempSync(joinPath(tmpdir(), 'throughline-profile-'));
	const executablePath = findChromium();
	const open = () =>
		chromium.launchPersistentContext(profile, {
			...(executablePath ? { executablePath } : {}),
			args: [...chromiumArgs],
			baseURL: relay.origin
		});
	let context = await open();
	try {
		let [page = await context.newPage()] = context.pages();
		await found(page, relay, 'Harbour House', 'Amina');
		await newCase(page, 'Case one');
		await newPlan(page);
		await titleOf(page).fill('Plan');
		await saved(page);
		await readyForOffline(page);
		const address = page.url();
		await relay.kill();
		for (const round of [1, 2]) {
			await typeSlowly(page, ` Round ${round} was typed offline.`);
			await expect(savedState(page)).toContainText('Saved on this device');
			const browser = context.browser();
			void page.keyboard
				.type('and these letters may or may not be there', { delay: 5 })
				.catch(() => undefined);
			await killBrowserOf(profile);
			await browser?.close().catch(() => undefined);
			await context.close().catch(() => undefined);
			context = await open();
			page = context.pages()[0] ?? (await context.newPage());
			await page.goto(address);
			await expect(textOf(page)).toContainText(`Round ${round} was typed offline.`);
		}
		await relay.start();
		await saved(page);
	} finally {
		await context.close().catch(() => undefined);
		rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
	}
});

/** SIGKILL for the browser that this test started, found by its profile. */
async function killBrowserOf(profile: string): Promise<void> {
	const { execFileSync } = await import('node:child_process');
	const lines = execFileSync('ps', ['-eo', 'pid=,args=']).toString().split('\n');
	const own = lines.filter(
		(line) => line.includes(`--user-data-dir=${profile}`) && !line.includes('--type=')
	);
	for (const line of own) process.kill(Number(line.trim().split(' ', 1)[0]), 'SIGKILL');
}
