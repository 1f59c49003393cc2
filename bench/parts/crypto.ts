/** `seal.100B.us`, `open.100B.us` */
import type * as page from '../page/crypto.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { median, rounded, type Metric } from '../support/measure.ts';

declare const bench: typeof page;

export async function measure(): Promise<Record<string, Metric>> {
	const browser = await openBrowser();
	try {
		const tab = await openPage(browser, 'http://localhost:4999', 'crypto');
		const runs: { seal: number; open: number }[] = [];
		for (let run = 0; run < 6; run++) runs.push(await tab.evaluate(() => bench.measure(1_000)));
		const warm = runs.slice(1);
		const metric = (values: number[]): Metric => ({
			value: rounded(median(values)),
			unit: 'µs',
			note: 'Chromium'
		});
		return {
			'seal.100B.us': metric(warm.map(({ seal }) => seal)),
			'open.100B.us': metric(warm.map(({ open }) => open))
		};
	} finally {
		await browser.close();
	}
}
