import { defineConfig } from '@playwright/test';
import { chromiumArgs, findChromium } from './scripts/chromium.js';

const chromium = findChromium();

/** Every test file starts a relay of its own on a fresh data folder (tests/e2e/support.ts), so there is no webServer here. */
export default defineConfig({
	testDir: 'tests/e2e',
	outputDir: 'test-results',
	fullyParallel: false,
	workers: process.env['E2E_WORKERS'] ? Number(process.env['E2E_WORKERS']) : 2,
	timeout: 60_000,
	expect: { timeout: 10_000 },
	forbidOnly: Boolean(process.env['CI']),
	retries: 0,
	reporter: process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] ? [['list'], ['json']] : [['list']],
	use: {
		serviceWorkers: 'allow',
		trace: 'retain-on-failure',
		launchOptions: { ...(chromium ? { executablePath: chromium } : {}), args: [...chromiumArgs] }
	}
});
