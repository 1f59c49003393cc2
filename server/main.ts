/**
 * The relay's command line. Standard output carries exactly one line, when the relay is ready; a reason why it cannot
 * be started is one sentence on standard error, with exit code 1.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LIMITS } from './limits.ts';
import { openLog } from './log.ts';
import { tryStartRelay, type StartReason } from './relay.ts';

export { startRelay, type Relay, type RelayOptions } from './relay.ts';

const DEFAULT_PORT = '8700';

/** Starts the relay as the command line and the environment say. */
export async function main(): Promise<void> {
	let flags: { port?: string; host?: string; data?: string };
	try {
		flags = parseArgs({
			options: { port: { type: 'string' }, host: { type: 'string' }, data: { type: 'string' } }
		}).values;
	} catch {
		return stop('Throughline understands --port NUMBER, --host NAME and --data FOLDER.');
	}
	const port = flags.port ?? (process.env['PORT'] || DEFAULT_PORT);
	const host = flags.host ?? (process.env['HOST'] || '127.0.0.1');
	const data = flags.data ?? (process.env['DATA_DIR'] || './data');
	if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
		return stop(`"${port}" is not a port: use 0 to 65535.`);

	const origin = process.env['ORIGIN'];
	const log = openLog(process.env['LOG_LEVEL'] ?? 'warn');
	const started = await tryStartRelay({
		port: Number(port),
		host,
		data,
		appFolder: process.env['APP_FOLDER'] ?? fileURLToPath(new URL('app', buildFolder())),
		...(origin !== undefined && { origin }),
		log
	});
	if (!started.ok) return stop(sentenceOf(started.reason, { port, host, data }));
	const relay = started.value;

	const end = () => {
		setTimeout(() => process.exit(0), LIMITS.closing).unref();
		relay.close().then(
			() => process.exit(0),
			() => process.exit(1)
		);
	};
	process.once('SIGINT', end);
	process.once('SIGTERM', end);
	const code = relay.foundingCode === null ? '' : `/#found=${relay.foundingCode}`;
	process.stdout.write(`Throughline is ready: ${origin ?? relay.url}${code}\n`);
}

/** `build/`, seen from the bundle inside it and from the source in `server/`. */
function buildFolder(): URL {
	return import.meta.url.endsWith('.ts')
		? new URL('../build/', import.meta.url)
		: new URL('./', import.meta.url);
}

function sentenceOf(reason: StartReason, asked: { port: string; host: string; data: string }): string {
	switch (reason) {
		case 'port-in-use':
			return `Port ${asked.port} is in use: choose another with --port, or stop what uses it.`;
		case 'cannot-listen':
			return `Cannot listen on ${asked.host}, port ${asked.port}: choose others with --host and --port.`;
		case 'not-writable':
			return `The data folder ${asked.data} is not writable: choose another with --data, or change its rights.`;
		case 'other-version':
			return `The store in ${asked.data} was written by another version of Throughline: start that one, or choose another folder with --data. Nothing in it was changed.`;
		case 'in-use':
			return `Another relay is using the data folder ${asked.data}: stop it, or choose another with --data.`;
		case 'damaged':
			return `The store in ${asked.data} is damaged: restore it from a backup, or choose another folder with --data.`;
	}
}

function stop(sentence: string): void {
	process.stderr.write(`${sentence}\n`);
	process.exitCode = 1;
}

const [, program] = process.argv;
if (program !== undefined && fileURLToPath(import.meta.url) === realpathSync(program)) await main();
