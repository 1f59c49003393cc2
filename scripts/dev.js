/**
 * `npm run dev`: the relay on port 8701, restarted on every change, and the app by Vite, which passes /ws on to it.
 * The data folder is `./data/dev`. On a fresh one the line below carries the founding code.
 */
import { spawn } from 'node:child_process';

const APP = 'http://localhost:5173';
const RELAY_PORT = '8701';
const bin = (/** @type {string} */ name) =>
	process.platform === 'win32' ? `node_modules\\.bin\\${name}.cmd` : `node_modules/.bin/${name}`;

const relay = start(bin('tsx'), ['watch', '--clear-screen=false', 'server/main.ts'], {
	PORT: RELAY_PORT,
	HOST: '127.0.0.1',
	DATA_DIR: process.env['DATA_DIR'] ?? 'data/dev'
});
// the relay names its own address; what one opens in development is Vite's
relay.stdout?.on('data', (/** @type {Buffer} */ line) => {
	process.stdout.write(line.toString().replaceAll(/http:\/\/(localhost|127\.0\.0\.1):8701/g, APP));
});
const app = start(bin('vite'), ['dev', '--port', '5173', '--strictPort'], {});
app.stdout?.pipe(process.stdout);

const children = [relay, app];
for (const child of children) child.on('exit', (code) => stop(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(0));

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
function start(command, args, env) {
	return spawn(command, args, {
		stdio: ['inherit', 'pipe', 'inherit'],
		env: { ...process.env, ...env },
		shell: process.platform === 'win32'
	});
}

/** @param {number} code */
function stop(code) {
	process.exitCode = code;
	for (const child of children) child.kill();
}
