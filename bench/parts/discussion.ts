/**
 * A plan with 1,000 threads beside 500 lines, processor four times slower. `discussion.open_1000.ms`: from the press on the
 * plan's name until all commented words are marked and the cards beside them stand. `discussion.keystroke_1000.ms`: p95 of
 * what the page's thread does for one letter, drawing included.
 */
import type { Page } from '@playwright/test';
import { RelayProcess } from '../../tests/support/relay-process.ts';
import { openBrowser } from '../support/browser.ts';
import { commentOnEach } from '../support/colleague.ts';
import { foundPlan } from '../support/founded.ts';
import { median, rounded, type Metric } from '../support/measure.ts';
import { timeToOpen, toCase } from '../support/opening.ts';
import { measureLetters, paste, saved, slowed } from '../support/writing.ts';

const LINES = 500;
const THREADS = 1000;
const OPENINGS = 5;
const SEEN = [
	{ selector: '.document-text .commented', least: THREADS },
	{ selector: '[data-comments] article', least: 1 }
];

export async function measure(): Promise<Record<string, Metric>> {
	const relay = await RelayProcess.start({ built: true });
	const browser = await openBrowser();
	try {
		const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
		const { page, plan } = await foundPlan(context, relay);
		await paste(page, linesOfText(), `beta${LINES - 1}`);
		await saved(page);
		const path = new URL(plan).pathname;
		await toCase(page, path);
		await page.getByRole('button', { name: 'Invite', exact: true }).click();
		const invitation = await page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
		await page.keyboard.press('Escape');
		const said = await commentOnEach(relay, invitation, plan, /\b(alpha|beta)\d+/g);
		if (said !== THREADS) throw new Error(`${said} threads`);

		await page.locator(`main a[href="${path}"]`).first().click();
		await allMarked(page);
		const cdp = await slowed(page);
		const openings: number[] = [];
		for (let run = 0; run < OPENINGS; run++) openings.push(await timeToOpen(page, path, SEEN));
		const words = 'Line 20:';
		const line = page.locator('.document-text p', { hasText: words });
		const note = 'Chromium, 4× slower processor';
		return {
			'discussion.open_1000.ms': { value: rounded(median(openings)), unit: 'ms', note },
			...(await measureLetters(
				'discussion.keystroke_1000',
				{ page, cdp, line },
				{ browser, html: linesOfText(), words }
			))
		};
	} finally {
		await browser.close();
		await relay.remove();
	}
}

const linesOfText = () =>
	Array.from(
		{ length: LINES },
		(_, at) =>
			`<p>Line ${at}: she spoke of alpha${at} with her sister, and of beta${at} with the landlord.</p>`
	).join('');

const allMarked = (page: Page) =>
	page.waitForFunction(
		(threads) => document.querySelectorAll('.document-text .commented').length >= threads,
		THREADS,
		{ timeout: 120_000 }
	);
