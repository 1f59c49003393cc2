/**
 * `npm start`: builds app and relay when something changed, then becomes the relay. Flags are the relay's own:
 * `npm start -- --port 9000 --host 0.0.0.0 --data /srv/throughline`.
 */
import { spawn } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const relay = join(root, 'build', 'relay.js');
const viteBuild = [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'];
const sources = [
	'src',
	'static',
	'server',
	'package.json',
	'svelte.config.js',
	'vite.config.ts',
	'tsconfig.json'
];

// npm hands a signal to its shell only, which dies of it and leaves us behind: then we end as if it had reached us
const parent = process.ppid;
if (process.env['npm_lifecycle_event'] === 'start') {
	setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), 250).unref();
}

if (oldest(['build/app/shell.html', 'build/relay.js']) < newest(sources)) {
	// the relay is built last: it stands for a build that came to its end
	rmSync(relay, { force: true });
	await run(viteBuild);
	await run([join(root, 'scripts', 'build-relay.js')]);
}
if (process.exitCode === undefined) {
	/** @type {typeof import('../server/main.ts')} */
	const { main } = await import(pathToFileURL(relay).href);
	await main();
}

/**
 * Runs one step of the build; its output is shown only when it fails.
 * @param {string[]} command
 */
async function run(command) {
	if (process.exitCode !== undefined) return;
	const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	child.stdout.on('data', (part) => (output += part));
	child.stderr.on('data', (part) => (output += part));
	const code = await new Promise((resolve) => child.on('close', resolve));
	if (code === 0) return;
	process.stderr.write(`${output}\nThroughline could not be built; the reason is above.\n`);
	process.exitCode = 1;
}

/**
 * When the newest of these files was changed, ms.
 * @param {string[]} paths
 * @returns {number}
 */
function newest(paths) {
	return Math.max(
		...paths.map((path) => {
			const found = statSync(join(root, path), { throwIfNoEntry: false });
			if (found === undefined) return 0;
			if (!found.isDirectory()) return found.mtimeMs;
			return newest(readdirSync(join(root, path)).map((name) => join(path, name)));
		})
	);
}

/**
 * When the oldest of these files was changed, ms; 0 when one is missing.
 * @param {string[]} paths
 * @returns {number}
 */
function oldest(paths) {
	return Math.min(
		...paths.map((path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0)
	);
}
