/** Writing in the page as a person does, and what that costs. */
import type { CDPSession, Locator, Page } from '@playwright/test';

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

/** What the page's thread does for each letter at the end of this line, drawing included, ms. */
export async function timesOfLetters(page: Page, cdp: CDPSession, line: Locator): Promise<number[]> {
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
