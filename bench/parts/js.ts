/** `js.first_load.kb_gz`, `js.editor.kb_gz`: every script asked for before the caseload stands,
 * and, opening a plan by its address, before one can type. */
import type { BrowserContext } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import { RelayProcess } from '../../tests/support/relay-process.ts';
import { openBrowser } from '../support/browser.ts';
import { foundPlan } from '../support/founded.ts';
import { rounded, type Metric } from '../support/measure.ts';

export async function measure(): Promise<Record<string, Metric>> {
	const relay = await RelayProcess.start({ built: true });
	const browser = await openBrowser();
	try {
		// without a service worker nothing is fetched ahead, so what is counted is what the page itself asked for
		const context = await browser.newContext({ serviceWorkers: 'block' });
		const { page, plan } = await foundPlan(context, relay);
		await page.close();
		const metric = (bytes: number): Metric => ({ value: rounded(bytes / 1024), unit: 'KB gzip' });
		return {
			'js.first_load.kb_gz': metric(await scriptsUntil(context, relay.origin, 'a[href^="/case/"]')),
			'js.editor.kb_gz': metric(
				await scriptsUntil(context, plan, '[aria-label="Document text"][contenteditable="true"]')
			)
		};
	} finally {
		await browser.close();
		await relay.remove();
	}
}

/** Gzipped bytes of the scripts whose loading began before this could be seen. */
async function scriptsUntil(context: BrowserContext, url: string, selector: string): Promise<number> {
	const page = await context.newPage();
	const cdp = await context.newCDPSession(page);
	await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
	await page.addInitScript((wanted) => {
		const seen = globalThis as { seenAt?: number };
		new MutationObserver(() => {
			if (document.querySelector(wanted) !== null) seen.seenAt ??= performance.now();
		}).observe(document, { childList: true, subtree: true, attributes: true });
	}, selector);
	const sizes = new Map<string, Promise<number>>();
	page.on('response', (response) => {
		if (!response.url().endsWith('.js')) return;
		sizes.set(
			response.url(),
			response.body().then((body) => gzipSync(body, { level: 9 }).length)
		);
	});
	await page.goto(url);
	await page.waitForFunction(() => (globalThis as { seenAt?: number }).seenAt);
	await page.waitForLoadState('networkidle');
	const before = await page.evaluate(() => {
		const { seenAt = Infinity } = globalThis as { seenAt?: number };
		const scripts = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'));
		return scripts.filter(({ startTime }) => startTime <= seenAt).map(({ name }) => name);
	});
	const counted = await Promise.all(
		[...new Set(before)].map((name) => sizes.get(name) ?? Promise.resolve(0))
	);
	await page.close();
	return counted.reduce((sum, size) => sum + size, 0);
}
