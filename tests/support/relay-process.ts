/**
 * The real relay as a process of its own, on a fresh data folder: started, stopped, killed, started again.
 * `built` runs what `npm run build` made; otherwise the sources run through tsx.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '../..');
const PATIENCE = 60_000;

export class RelayProcess {
	readonly data: string;
	/** Kept from the first start on. */
	port = 0;
	/** What the person opens, with the founding code while there is no agency. */
	readyUrl = '';
	#child: ChildProcess | null = null;
	#log = '';
	readonly #built: boolean;
	readonly #env: Readonly<Record<string, string>>;

	private constructor(data: string, built: boolean, env: Readonly<Record<string, string>>) {
		this.data = data;
		this.#built = built;
		this.#env = env;
	}

	static async start(
		options: { data?: string; built?: boolean; env?: Readonly<Record<string, string>> } = {}
	): Promise<RelayProcess> {
		const data = options.data ?? mkdtempSync(join(tmpdir(), 'throughline-relay-'));
		const relay = new RelayProcess(data, options.built ?? false, options.env ?? {});
		// who speaks in the name of another says that one's port; all others are given one when they listen
		if (options.env?.['ORIGIN'] !== undefined) relay.port = await freePort();
		await relay.start();
		return relay;
	}

	get origin(): string {
		return `http://localhost:${this.port}`;
	}
	get socketUrl(): string {
		return `ws://localhost:${this.port}`;
	}
	get foundingCode(): string | undefined {
		return /#found=([\w-]+)/.exec(this.readyUrl)?.[1];
	}
	/** Everything it printed, standard error included. */
	get log(): string {
		return this.#log;
	}
	get pid(): number {
		return this.#child?.pid ?? 0;
	}

	/** Starts it (again) on the same port and the same data. */
	async start(): Promise<void> {
		const program = this.#built ? ['build/relay.js'] : ['--import', 'tsx', 'server/main.ts'];
		const child = spawn(process.execPath, program, {
			cwd: PROJECT,
			stdio: ['ignore', 'pipe', 'pipe'],
			env: { ...process.env, ...this.#env, PORT: String(this.port), HOST: '127.0.0.1', DATA_DIR: this.data }
		});
		this.#child = child;
		this.readyUrl = await new Promise<string>((resolve, reject) => {
			const late = setTimeout(
				() => reject(new Error(`the relay was not ready in time:\n${this.#log}`)),
				PATIENCE
			);
			let printed = '';
			const read = (chunk: Buffer): void => {
				this.#log += chunk.toString();
				printed += chunk.toString();
				const ready = /Throughline is ready: (\S+)/.exec(printed);
				if (ready?.[1] === undefined) return;
				clearTimeout(late);
				this.port ||= Number(new URL(ready[1]).port);
				resolve(ready[1]);
			};
			child.stdout.on('data', read);
			child.stderr.on('data', read);
			child.once('exit', (code) => {
				clearTimeout(late);
				reject(new Error(`the relay ended with ${code}:\n${this.#log}`));
			});
		});
	}

	/** SIGKILL: no time to flush anything. */
	kill(): Promise<void> {
		return this.#end('SIGKILL');
	}

	/** SIGTERM, as an operator would. */
	stop(): Promise<void> {
		return this.#end('SIGTERM');
	}

	/** The end of the test: the process and its data go. */
	async remove(): Promise<void> {
		await this.kill();
		rmSync(this.data, { recursive: true, force: true });
	}

	async #end(signal: NodeJS.Signals): Promise<void> {
		const child = this.#child;
		this.#child = null;
		if (child === null || child.exitCode !== null || child.signalCode !== null) return;
		const ended = once(child, 'exit');
		child.kill(signal);
		await ended;
	}
}

/** A port nobody listens at. */
async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	return typeof address === 'object' && address !== null ? address.port : 0;
}
