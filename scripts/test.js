/**
 * `npm test`: everything, in the order in which a mistake is cheapest to find. Stops at the first stage that fails.
 *
 *   npm test                    all stages
 *   npm test -- unit e2e        these only
 *
 * A Chromium is found, or installed where that is possible, and handed to the stages as CHROMIUM.
 * The last line is always `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium, installChromium } from './chromium.js';

const reports = mkdtempSync(join(tmpdir(), 'throughline-test-'));

/** @type {Record<string, { command: string[], report?: string }>} */
const stages = {
	check: { command: ['npm', 'run', '--silent', 'check'] },
	unit: vitest('unit'),
	browser: vitest('browser'),
	convergence: vitest('convergence'),
	build: { command: ['npm', 'run', '--silent', 'build'] },
	e2e: { command: ['npx', 'playwright', 'test'], report: join(reports, 'e2e.json') }
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in stages));
if (unknown !== undefined) {
	console.error(`There is no stage “${unknown}”. The stages are: ${Object.keys(stages).join(', ')}.`);
	process.exit(1);
}

const chromium = findChromium() ?? installChromium();
if (chromium === null) {
	console.error(
		'The tests need a Chromium: install one (for example `apt install chromium`, or Google Chrome) or say where it is with CHROMIUM=/path/to/chromium npm test.'
	);
	process.exit(1);
}

const total = { passed: 0, failed: 0 };
for (const [name, stage] of Object.entries(stages)) {
	if (asked.length > 0 && !asked.includes(name)) continue;
	const begun = Date.now();
	console.log(`\n── ${name} ──`);
	const code = await run(stage.command, {
		CHROMIUM: chromium,
		...(stage.report === undefined ? {} : { PLAYWRIGHT_JSON_OUTPUT_FILE: stage.report })
	});
	const count = stage.report === undefined ? { passed: 0, failed: 0 } : readReport(stage.report);
	if (code !== 0 && count.failed === 0) count.failed = 1; // the stage itself
	total.passed += count.passed;
	total.failed += count.failed;
	console.log(
		`── ${name} ${code === 0 ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - begun) / 1000)} s`
	);
	if (code !== 0) {
		console.log(`\nStopped at the stage “${name}”.`);
		break;
	}
}
rmSync(reports, { recursive: true, force: true });
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** @param {string} project */
function vitest(project) {
	const report = join(reports, `${project}.json`);
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
	return { command: ['npx', 'vitest', 'run', '--project', project, ...reporters], report };
}

/**
 * @param {string[]} command
 * @param {Record<string, string>} env
 * @returns {Promise<number>} the exit code
 */
function run([command = '', ...args], env) {
	return new Promise((resolve) => {
		const child = spawn(command, args, {
			stdio: 'inherit',
			env: { ...process.env, ...env },
			shell: process.platform === 'win32'
		});
		child.on('error', (error) => {
			console.error(`${command}: ${error.message}`);
			resolve(1);
		});
		child.on('exit', (code) => resolve(code ?? 1));
	});
}

/**
 * Vitest's and Playwright's JSON, read for their counts.
 * @param {string} file
 * @returns {{ passed: number, failed: number }}
 */
function readReport(file) {
	try {
		/** @type {{ numPassedTests?: number, numFailedTests?: number, stats?: { expected: number, flaky: number, unexpected: number } }} */
		const report = JSON.parse(readFileSync(file, 'utf8'));
		const { stats } = report;
		return stats
			? { passed: stats.expected + stats.flaky, failed: stats.unexpected }
			: { passed: report.numPassedTests ?? 0, failed: report.numFailedTests ?? 0 };
	} catch {
		return { passed: 0, failed: 0 }; // it stopped before it could write one
	}
}
