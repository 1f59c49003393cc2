/** A Chromium for measurements, and code of ours bundled to run in it. */
import { chromium, type Browser, type Page } from '@playwright/test';
import { build } from 'esbuild';
import { join } from 'node:path';
import { chromiumArgs, findChromium } from '../../scripts/chromium.js';

/** Pages come out of thin air here, so Chromium must be told that they may talk to this machine. */
export function openBrowser(): Promise<Browser> {
	const executablePath = findChromium();
	return chromium.launch({
		...(executablePath ? { executablePath } : {}),
		args: [...chromiumArgs, '--disable-features=LocalNetworkAccessChecks']
	});
}

/** A page at this origin that has run bench/page/<name>.ts; what that exports is `window.bench`. */
export async function openPage(
	browser: Browser,
	origin: string,
	name: string,
	files: Readonly<Record<string, string>> = {}
): Promise<Page> {
	const bundle = await build({
		entryPoints: [join(import.meta.dirname, `../page/${name}.ts`)],
		bundle: true,
		write: false,
		format: 'iife',
		globalName: 'bench',
		target: 'es2022',
		logLevel: 'warning'
	});
	const script = bundle.outputFiles[0]?.text ?? '';
	const page = await browser.newPage();
	page.on('pageerror', (error) => console.error(error));
	page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
	for (const [path, file] of Object.entries(files))
		await page.route(`${origin}${path}`, (route) => route.fulfill({ path: file }));
	await page.route(`${origin}/bench.html`, (route) =>
		route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>bench</title>' })
	);
	await page.goto(`${origin}/bench.html`);
	await page.addScriptTag({ content: script });
	return page;
}
