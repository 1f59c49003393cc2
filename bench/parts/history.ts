/** `history.size.ratio`, `history.open.ratio` (and `history.first_open.ratio`): automerge-paper, sealed and rolled ÷ plain Yjs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type * as page from '../page/history.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { median, ratio, type Metric } from '../support/measure.ts';

declare const bench: typeof page;
/** Of few, the first are of a machine that has not compiled anything yet, and it is the same code on both sides. */
const RUNS = 15;
const TRACE = join(import.meta.dirname, '../../../shared/data/traces/automerge-paper.json.gz');

export async function measure(): Promise<Record<string, Metric>> {
	if (!existsSync(TRACE)) throw new Error(`the recorded history is not here: ${TRACE}`);
	const browser = await openBrowser();
	try {
		const tab = await openPage(browser, 'http://localhost:4999', 'history', { '/trace.json.gz': TRACE });
		const history = await tab.evaluate((runs) => bench.measure(runs), RUNS);
		const { envelopes, plainBytes, sealedBytes } = history;
		const name = 'Y.applyUpdate of the plain document';
		const plain = median(history.plainOpen);
		return {
			'history.size.ratio': ratio(
				sealedBytes / 1024,
				plainBytes / 1024,
				'plain Yjs',
				'ratio',
				`KB; ${envelopes} envelopes, halfway between two rolls`
			),
			'history.open.ratio': ratio(
				median(history.reopen),
				plain,
				name,
				'ratio',
				'ms; reopened on a device, from its checkpoint'
			),
			'history.first_open.ratio': ratio(
				median(history.firstOpen),
				plain,
				name,
				'ratio',
				'ms; the first time on a device: snapshot and envelopes verified and opened'
			)
		};
	} finally {
		await browser.close();
	}
}
