/**
 * A long plan (60 goals of 6 steps, 100 pages of text), processor four times slower. `plan.open.ms`: from the press on
 * its name to its last line on the page, to be written in. `plan.keystroke.p95.ms`: what the page's thread does for one
 * letter, drawing included; and its ratio to a stock editor.
 */
import { RelayProcess } from '../../tests/support/relay-process.ts';
import { openBrowser } from '../support/browser.ts';
import { foundPlan } from '../support/founded.ts';
import { median, rounded, type Metric } from '../support/measure.ts';
import { timeToOpen } from '../support/opening.ts';
import { measureLetters, paste, saved, slowed } from '../support/writing.ts';

const OPENINGS = 5;
const LAST = 'The last line of a long plan.';
const SEEN = [{ selector: '[aria-label="Document text"][contenteditable="true"]', least: 1, words: LAST }];

export async function measure(): Promise<Record<string, Metric>> {
	const relay = await RelayProcess.start({ built: true });
	const browser = await openBrowser();
	try {
		const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
		const { page, plan } = await foundPlan(context, relay);
		await paste(page, longPlan(), LAST);
		await saved(page);
		const cdp = await slowed(page);
		const openings: number[] = [];
		for (let run = 0; run < OPENINGS; run++)
			openings.push(await timeToOpen(page, new URL(plan).pathname, SEEN));
		await saved(page);
		const words = 'Goal 30: a room';
		const line = page.locator('[data-block-title]', { hasText: words });
		const note = 'Chromium, 4× slower processor';
		return {
			'plan.open.ms': { value: rounded(median(openings)), unit: 'ms', note },
			...(await measureLetters(
				'plan.keystroke.p95',
				{ page, cdp, line },
				{ browser, html: longPlan(), words }
			))
		};
	} finally {
		await browser.close();
		await relay.remove();
	}
}

function longPlan(): string {
	const title = (words: string) => `<p data-block-title>${words}</p>`;
	const step = (at: number) =>
		`<section data-block="step" data-who="Ana Reyes" data-due="2026-12-0${String(at)}" data-status="in-progress">${title(`Step ${String(at)}: call the office and ask for the form`)}</section>`;
	const goal = (at: number) =>
		`<section data-block="goal" data-lifecycle="active" data-target="2027-03-01">${title(`Goal ${String(at)}: a room of her own near the school`)}${[1, 2, 3, 4, 5, 6].map(step).join('')}</section>`;
	const sentence = 'Ana said that the mornings are easier since the bus stops at the corner. ';
	// 100 pages of about 400 words in paragraphs of about 65
	const page = `<p>${sentence.repeat(5)}</p>`.repeat(6);
	const section = (at: number) => `<h2>Part ${String(at)}</h2>${page.repeat(10)}`;
	const parts = Array.from({ length: 10 }, (_, at) => section(at + 1)).join('');
	return `<div data-pm-slice="0 0 []"></div>${Array.from({ length: 60 }, (_, at) => goal(at + 1)).join('')}${parts}<p>${LAST}</p>`;
}
