/** `offline.editable.ms`: service worker, warm, no network, processor four times slower: from navigation to a letter. */
import { RelayProcess } from '../../tests/support/relay-process.ts';
import { openBrowser } from '../support/browser.ts';
import { foundPlan } from '../support/founded.ts';
import { median, rounded, type Metric } from '../support/measure.ts';

const RUNS = 7;

export async function measure(): Promise<Record<string, Metric>> {
	const relay = await RelayProcess.start({ built: true });
	const browser = await openBrowser();
	try {
		const context = await browser.newContext();
		const { page, plan } = await foundPlan(context, relay);
		await page.evaluate(async () => {
			await navigator.serviceWorker.ready;
		});
		await page.reload();
		await page.getByRole('textbox', { name: 'Document text' }).waitFor();
		await context.addInitScript(() => {
			const seen = globalThis as { typedAt?: number };
			new MutationObserver(() => {
				const text = document.querySelector('[aria-label="Document text"]');
				if (text?.textContent.includes('\u2603')) seen.typedAt ??= performance.now();
			}).observe(document, { childList: true, subtree: true, characterData: true });
		});
		await relay.kill();
		await context.setOffline(true);
		const cdp = await context.newCDPSession(page);
		await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
		const times: number[] = [];
		for (let run = 0; run < RUNS; run++) {
			await page.goto(plan, { waitUntil: 'commit' });
			const text = page.getByRole('textbox', { name: 'Document text' });
			await text.focus();
			await page.keyboard.press('End');
			await page.keyboard.insertText('\u2603');
			const handle = await page.waitForFunction(() => (globalThis as { typedAt?: number }).typedAt);
			times.push((await handle.jsonValue()) ?? NaN);
			// taken back, so that each run looks for a letter of its own
			await page.keyboard.press('Backspace');
			// what was typed is written before the next navigation, as it would be after a pause
			await page
				.getByRole('status', { name: 'Saved state' })
				.filter({ hasText: 'Saved on this device' })
				.waitFor();
		}
		return {
			'offline.editable.ms': {
				value: rounded(median(times.slice(1))),
				unit: 'ms',
				note: 'Chromium, 4× slower processor'
			}
		};
	} finally {
		await browser.close();
		await relay.remove();
	}
}
