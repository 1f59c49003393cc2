import { sveltekit } from '@sveltejs/kit/vite';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArgs, findChromium } from './scripts/chromium.js';

const chromium = findChromium();

export default defineConfig({
	plugins: [sveltekit()],
	// two copies of yjs would not recognise each other's types
	resolve: { dedupe: ['yjs', 'lib0', 'y-protocols', '@tiptap/pm'] },
	build: { target: 'es2022' },
	server: { proxy: { '/ws': { target: 'ws://127.0.0.1:8701', ws: true } } },
	test: {
		// vitest would leave one core idle, although most tests wait for a relay or a timer more than they compute
		maxWorkers: '100%',
		// these end a test that hangs; how fast a machine is, no test asks
		testTimeout: 300_000,
		hookTimeout: 120_000,
		expect: { poll: { timeout: 60_000 } },
		projects: [
			{
				extends: true,
				test: {
					name: 'unit',
					environment: 'node',
					include: [
						'src/**/*.test.ts',
						'server/**/*.test.ts',
						'tests/*.test.ts',
						'tests/support/**/*.test.ts'
					],
					exclude: ['src/**/*.svelte.test.ts'],
					setupFiles: ['fake-indexeddb/auto']
				}
			},
			{
				extends: true,
				test: {
					name: 'convergence',
					environment: 'node',
					include: ['tests/convergence/**/*.test.ts'],
					setupFiles: ['fake-indexeddb/auto'],
					// these compute all the time
					maxWorkers: 1
				}
			},
			{
				extends: true,
				resolve: { conditions: ['browser'] },
				test: {
					name: 'browser',
					include: ['src/**/*.svelte.test.ts'],
					browser: {
						enabled: true,
						headless: true,
						screenshotFailures: false,
						provider: playwright({
							launchOptions: { ...(chromium ? { executablePath: chromium } : {}), args: [...chromiumArgs] }
						}),
						instances: [{ browser: 'chromium' }]
					}
				}
			}
		]
	}
});
