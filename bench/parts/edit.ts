/** `edit_to_remote.p50.ratio`, `edit_to_remote.p95.ratio` */
import { RelayProcess } from '../../tests/support/relay-process.ts';
import type * as page from '../page/edit.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { median, quantile, ratio, type Metric } from '../support/measure.ts';
import { startProgram } from '../support/peer.ts';

declare const bench: typeof page;
const EDITS = 80;

export async function measure(): Promise<Record<string, Metric>> {
	const relay = await RelayProcess.start({ built: true });
	const plain = await startProgram('peers/plain-relay.mjs');
	const browser = await openBrowser();
	try {
		const tab = await openPage(browser, relay.origin, 'edit');
		const code = relay.foundingCode ?? '';
		const ours: number[][] = [];
		const theirs: number[][] = [];
		for (let run = 0; run < 3; run++) {
			theirs.push(
				await tab.evaluate(([port, edits]) => bench.measurePlain(port, edits), [
					Number(plain.said),
					EDITS
				] as const)
			);
			ours.push(
				await tab.evaluate(([given, edits]) => bench.measureSealed(given, edits), [code, EDITS] as const)
			);
		}
		const at = (runs: number[][], part: number) => median(runs.map((run) => quantile(run, part)));
		const name = 'stock y-websocket on a plain y-protocols server, in memory';
		const note = 'ms, in Chromium; ours sealed, verified and durable';
		return {
			'edit_to_remote.p50.ratio': ratio(at(ours, 0.5), at(theirs, 0.5), name, 'ratio', note),
			'edit_to_remote.p95.ratio': ratio(at(ours, 0.95), at(theirs, 0.95), name, 'ratio', note)
		};
	} finally {
		await browser.close();
		await plain.stop();
		await relay.remove();
	}
}
