import { defineConfig } from '@playwright/test';
import { chromiumArgs, findChromium } from './scripts/chromium.js';

const chromium = findChromium();

/** Every test starts a relay of its own on a fresh data folder (tests/e2e/app.ts), so there is no webServer here, and any two may run at once. */
export default defineConfig({
	testDir: 'tests/e2e',
	outputDir: 'test-results',
	fullyParallel: true,
	workers: process.env['E2E_WORKERS'] ? Number(process.env['E2E_WORKERS']) : 2,
	// these end a story that hangs; how fast a machine is, no story asks
	timeout: 300_000,
	expect: { timeout: 60_000 },
	forbidOnly: Boolean(process.env['CI']),
	retries: 0,
	reporter: process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] ? [['list'], ['json']] : [['list']],
	use: {
		serviceWorkers: 'allow',
		// recording every page costs a third of the whole time, so a trace is taken when somebody wants to see one
		trace: process.env['E2E_TRACE'] ? 'retain-on-failure' : 'off',
		launchOptions: { ...(chromium ? { executablePath: chromium } : {}), args: [...chromiumArgs] }
	}
});
