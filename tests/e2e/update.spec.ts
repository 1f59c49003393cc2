import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RelayProcess } from '../support/relay-process.ts';
import {
	expect,
	found,
	newCase,
	newPlan,
	readyForOffline,
	saved,
	test as base,
	textOf,
	titleOf,
	write
} from './app.ts';

const BUILT = join(import.meta.dirname, '../../build/app');

/** A relay that serves a copy of the app, so that a newer one can be put in its place. */
const test = base.extend<{ appFolder: string }>({
	// eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's form
	appFolder: async ({}, use) => {
		const folder = mkdtempSync(join(tmpdir(), 'throughline-app-'));
		cpSync(BUILT, folder, { recursive: true });
		await use(folder);
		rmSync(folder, { recursive: true, force: true });
	},
	relay: async ({ appFolder }, use) => {
		const relay = await RelayProcess.start({ built: true, env: { APP_FOLDER: appFolder } });
		await use(relay);
		await relay.remove();
	}
});

test('A new version waits, asks, and takes over only when the person says so', async ({
	relay,
	appFolder,
	newPerson
}) => {
	const amina = await newPerson();
	const { page } = amina;
	await found(page, relay, 'Harbour House', 'Amina');
	await newCase(page, 'Case one');
	await newPlan(page);
	await titleOf(page).fill('Plan');
	await saved(page);
	await readyForOffline(page);
	await expect(textOf(page)).toBeVisible();

	makeNewer(appFolder);
	await relay.stop();
	await relay.start();
	await page.reload();
	await expect(page.getByRole('region', { name: 'Update ready' })).toBeVisible();
	expect(await versionOf(page)).toBe('old');

	// nothing is taken over behind one's back, and writing goes on
	await write(page, 'Written with the old version.');
	await saved(page);
	await page.getByRole('button', { name: 'Update now' }).click();
	await expect.poll(() => versionOf(page).catch(() => 'loading')).toBe('new');
	await expect(textOf(page)).toContainText('Written with the old version.');
});

/** The same app with another version: what a later build is to the service worker. */
function makeNewer(folder: string): void {
	const shell = join(folder, 'shell.html');
	writeFileSync(shell, readFileSync(shell, 'utf8').replace('<html', '<html data-version="new"'));
	const worker = readdirSync(folder).find((name) => name === 'service-worker.js');
	if (worker === undefined) throw new Error('the build has no service worker');
	const file = join(folder, worker);
	const { version } = JSON.parse(readFileSync(join(folder, '_app/version.json'), 'utf8')) as {
		version: string;
	};
	const code = readFileSync(file, 'utf8');
	if (!code.includes(version)) throw new Error('the service worker does not know its version');
	writeFileSync(file, code.replaceAll(version, `${version}-newer`));
}

function versionOf(page: import('@playwright/test').Page): Promise<string> {
	return page.evaluate(() => document.documentElement.dataset['version'] ?? 'old');
}
