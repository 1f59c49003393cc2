/**
 * `access.first_sync_500.s`: from joining a case of 500 documents to all of them being on this device.
 * `access.remove_50.s`: from pressing “Remove” to the record that somebody is out, who wrote all 50 documents of a case.
 */
import type { Browser, Page } from '@playwright/test';
import { RelayProcess } from '../../tests/support/relay-process.ts';
import { openBrowser } from '../support/browser.ts';
import { median, rounded, type Metric } from '../support/measure.ts';
import { startProgram } from '../support/peer.ts';

/** A first sign-in on a bad day, ms. */
const PATIENCE = 170_000;

export async function measure(): Promise<Record<string, Metric>> {
	const browser = await openBrowser();
	try {
		const removals: number[] = [];
		for (let run = 0; run < 3; run++) removals.push(await inCase(browser, 50, removeWriter));
		return {
			'access.remove_50.s': {
				value: rounded(median(removals) / 1000),
				unit: 's',
				note: 'the account of what they wrote in 50 documents and four lanes, the new secrets, the relay’s word'
			},
			'access.first_sync_500.s': {
				value: rounded((await inCase(browser, 500, (_, joined) => Promise.resolve(joined))) / 1000),
				unit: 's',
				note: '500 notes, six at a time, relay on the same machine'
			}
		};
	} finally {
		await browser.close();
	}
}

/** Ben joins a case that Amina has filled, as an owner. `work` is told how long everything took to come, ms. */
async function inCase(
	browser: Browser,
	documents: number,
	work: (page: Page, joined: number) => Promise<number>
): Promise<number> {
	const relay = await RelayProcess.start({ built: true });
	const given = [relay.port, relay.foundingCode ?? '', documents].map(String);
	const caseload = await startProgram('load/caseload.ts', given);
	const context = await browser.newContext();
	try {
		const page = await context.newPage();
		await page.goto(caseload.said);
		await page.getByLabel('Your name').fill('Ben');
		const begun = performance.now();
		await page.getByRole('button', { name: 'Join' }).click();
		const fetching = page.getByRole('status', { name: 'Saved state' }).filter({ hasText: 'fetching' });
		await fetching.waitFor();
		await fetching.waitFor({ state: 'detached', timeout: PATIENCE });
		return await work(page, performance.now() - begun);
	} finally {
		await context.close();
		await caseload.stop();
		await relay.remove();
	}
}

async function removeWriter(page: Page): Promise<number> {
	await page.goto(`${page.url()}/people`);
	await page.getByRole('button', { name: /^Change access of amina/i }).click();
	await page.getByRole('button', { name: 'Remove from this case' }).click();
	const begun = performance.now();
	await page.getByRole('button', { name: /^Remove amina/i }).click();
	await page.getByRole('dialog').waitFor({ state: 'detached', timeout: PATIENCE });
	if ((await page.getByRole('button', { name: /^Change access of amina/i }).count()) > 0)
		throw new Error('Amina is still in');
	return performance.now() - begun;
}
