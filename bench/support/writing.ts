/** Writing in the page as a person does, and what that costs. */
import type { Browser, CDPSession, Locator, Page } from '@playwright/test';
import type * as page from '../page/stock-editor.ts';
import { openPage } from './browser.ts';
import { median, quantile, ratio, rounded, type Metric } from './measure.ts';

declare const bench: typeof page;

const LETTERS = 120;

/** Settles when `last` of it stands in the text. */
export async function paste(page: Page, html: string, last: string): Promise<void> {
	const text = page.getByRole('textbox', { name: 'Document text' });
	await text.focus();
	await page.keyboard.press('Control+End');
	await text.evaluate((element, html) => {
		const clipboardData = new DataTransfer();
		clipboardData.setData('text/html', html);
		element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
	}, html);
	await page.getByText(last).waitFor();
}

export const saved = (page: Page) =>
	page
		.getByRole('status', { name: 'Saved state' })
		.filter({ hasText: 'Saved at the relay' })
		.waitFor({ timeout: 60_000 });

/** Four times slower, and asked what the page's thread works, not what it waits for the machine. */
export async function slowed(page: Page): Promise<CDPSession> {
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
	await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
	return cdp;
}

/** `<id>.ms`: one letter at the end of this line. `<id>.ratio`: the half that takes least, ÷ the same in a stock editor. */
export async function measureLetters(
	id: string,
	{ page, cdp, line }: { page: Page; cdp: CDPSession; line: Locator },
	{ browser, html, words }: { browser: Browser; html: string; words: string }
): Promise<Record<string, Metric>> {
	const ours = await timesOfLetters(page, cdp, line);
	const elsewhere = async (open: (tab: Page) => Promise<void>) => {
		const tab = await openPage(browser, new URL(page.url()).origin, 'stock-editor');
		await open(tab);
		const times = await timesOfLetters(tab, await slowed(tab), tab.locator('p', { hasText: words }));
		await tab.close();
		return times;
	};
	const theirs = await elsewhere((tab) => tab.evaluate((given) => bench.open(given), html));
	const bare = await elsewhere((tab) => tab.evaluate((given) => bench.openBare(given), words));
	const note = 'Chromium, 4× slower processor';
	const least = `one line without any script here takes ${rounded(quantile(bare, 0.95))}`;
	const ofBoth = ratio(median(ours), median(theirs), 'stock Tiptap with the same words', 'ratio', note);
	return {
		[`${id}.ms`]: { value: rounded(quantile(ours, 0.95)), unit: 'ms', note: `${note}; p95; ${least}` },
		[`${id}.ratio`]: { ...ofBoth, note: `${note}; medians, ms` }
	};
}

/** What the page's thread does for each letter at the end of this line, drawing included, ms. */
async function timesOfLetters(page: Page, cdp: CDPSession, line: Locator): Promise<number[]> {
	const work = async () => {
		const { metrics } = await cdp.send('Performance.getMetrics');
		return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000;
	};
	await line.click();
	await page.keyboard.press('End');
	const times: number[] = [];
	for (let at = 0; at < LETTERS; at++) {
		const before = await work();
		await page.keyboard.press(at % 6 === 5 ? 'Space' : 'e');
		await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
		times.push((await work()) - before);
	}
	return times.slice(20);
}
