/**
 * Finds a Chromium for tests and benchmarks: the CHROMIUM variable, the system's, Playwright's own.
 * `installChromium` is the last resort and is called by `npm test` only.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

/** Makes Chromium quiet, and able to run in a container and as root. */
export const chromiumArgs = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	// no renderer is started ahead of need: a test opens many contexts, each of which would have a spare one
	'--renderer-process-limit=1'
];

const commands = [
	'chromium',
	'chromium-browser',
	'google-chrome',
	'google-chrome-stable',
	'chrome',
	'microsoft-edge'
];

/**
 * The path of a Chromium on this machine, or null.
 * @returns {string | null}
 */
export function findChromium() {
	const asked = process.env['CHROMIUM'];
	if (asked) return asked;
	const found = [...onPath(), ...wellKnown()].find((path) => existsSync(path));
	return found ?? playwrightsOwn();
}

/**
 * Tries to install one where that is possible. Says what it does, since it may take a minute.
 * @returns {string | null}
 */
export function installChromium() {
	const root = process.getuid?.() === 0;
	console.log('No Chromium found. Trying Playwright’s own …');
	run('npx', ['playwright', 'install', ...(root ? ['--with-deps'] : []), 'chromium'], 180_000);
	const own = playwrightsOwn();
	if (own !== null) return own;
	if (root && process.env['CI'] && process.platform === 'linux') {
		console.log('Trying the system’s packages …');
		run('apt-get', ['update'], 120_000);
		run('apt-get', ['install', '-y', 'chromium'], 240_000);
	}
	return findChromium();
}

function onPath() {
	const ending = process.platform === 'win32' ? '.exe' : '';
	const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
	return commands.flatMap((command) => folders.map((folder) => join(folder, command + ending)));
}

function wellKnown() {
	if (process.platform === 'darwin') {
		return ['/Applications', join(process.env['HOME'] ?? '', 'Applications')].flatMap((folder) => [
			join(folder, 'Chromium.app/Contents/MacOS/Chromium'),
			join(folder, 'Google Chrome.app/Contents/MacOS/Google Chrome'),
			join(folder, 'Microsoft Edge.app/Contents/MacOS/Microsoft Edge')
		]);
	}
	if (process.platform === 'win32') {
		return [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env['LOCALAPPDATA']]
			.filter((folder) => folder !== undefined)
			.flatMap((folder) => [
				join(folder, 'Chromium/Application/chrome.exe'),
				join(folder, 'Google/Chrome/Application/chrome.exe'),
				join(folder, 'Microsoft/Edge/Application/msedge.exe')
			]);
	}
	return ['/snap/bin/chromium', '/opt/google/chrome/chrome'];
}

function playwrightsOwn() {
	try {
		const playwright = /** @type {typeof import('@playwright/test')} */ (
			createRequire(import.meta.url)('@playwright/test')
		);
		const path = playwright.chromium.executablePath();
		return existsSync(path) ? path : null;
	} catch {
		return null; // Playwright does not know this system
	}
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {number} timeout ms
 */
function run(command, args, timeout) {
	spawnSync(command, args, { stdio: 'inherit', timeout, shell: process.platform === 'win32' });
}
