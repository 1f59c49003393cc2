/** The relay as a process of its own: its one line, its sentences, its end, and what survives SIGKILL [R3]. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import Database from 'libsql';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { newDocumentId } from '#lib/circle/ids.ts';
import { writeRoom } from '#lib/envelope/room.ts';
import { seededRandom } from '../tests/support/random.ts';
import { readRoomFrame, writeUpdate } from './frames.ts';
import { RawClient, settle, type Writer } from './raw-client.fixture.ts';

const PROJECT = join(import.meta.dirname, '..');
const bundled = join(PROJECT, 'node_modules', '.cache', `relay-test-${process.pid}.js`);

const running = new Set<ChildProcess>();
let data: string;

beforeAll(async () => {
	const external = ['libsql', 'ws', 'pino'];
	await build({
		entryPoints: [join(import.meta.dirname, 'main.ts')],
		outfile: bundled,
		bundle: true,
		platform: 'node',
		format: 'esm',
		external,
		absWorkingDir: PROJECT
	});
});
afterAll(() => rmSync(bundled, { force: true }));
beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'relay-main-'))));
afterEach(async () => {
	for (const child of running) await end(child, 'SIGKILL');
	rmSync(data, { recursive: true, force: true });
});

interface Running {
	readonly child: ChildProcess;
	readonly port: number;
	readonly foundingCode: string | null;
	readonly said: { out: string; err: string };
}

function launch(
	args: readonly string[],
	env: Readonly<Record<string, string>> = {}
): Omit<Running, 'port' | 'foundingCode'> {
	const child = spawn(process.execPath, [bundled, ...args], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, PORT: '0', HOST: '127.0.0.1', DATA_DIR: data, ...env }
	});
	running.add(child);
	const said = { out: '', err: '' };
	child.stdout.on('data', (part: Buffer) => (said.out += part.toString()));
	child.stderr.on('data', (part: Buffer) => (said.err += part.toString()));
	return { child, said };
}

async function start(
	args: readonly string[] = [],
	env: Readonly<Record<string, string>> = {}
): Promise<Running> {
	const { child, said } = launch(args, env);
	while (!said.out.includes('\n')) {
		const [code] = (await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')])) as [
			unknown
		];
		if (typeof code === 'number') throw new Error(`ended with ${code}: ${said.err}`);
	}
	const port = Number(/^Throughline is ready: http:\/\/localhost:(\d+)/.exec(said.out)?.[1]);
	return { child, port, foundingCode: /#found=([\w-]{22})\n$/.exec(said.out)?.[1] ?? null, said };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
	running.delete(child);
	if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
	// the last of what it said included
	const ended = once(child, 'close') as Promise<[number | null]>;
	child.kill(signal);
	return (await ended)[0];
}

/** What it says when it cannot start, and its exit code. */
async function failure(args: readonly string[]): Promise<[number | null, string, string]> {
	const { child, said } = launch(args);
	const [code] = (await once(child, 'close')) as [number | null];
	return [code, said.err, said.out];
}

test('one line when it is ready, with a new founding code at each start until there is an agency', async () => {
	const first = await start();
	expect(first.said.out).toMatch(/^Throughline is ready: http:\/\/localhost:\d+\/#found=[\w-]{22}\n$/);
	expect(await end(first.child, 'SIGTERM')).toBe(0);
	const second = await start();
	expect(second.foundingCode).not.toBe(first.foundingCode);
	await settle(second, ['amina']);
	expect(await end(second.child, 'SIGINT')).toBe(0);
	const third = await start();
	expect(third.said.out).toMatch(/^Throughline is ready: http:\/\/localhost:\d+\n$/);
	expect(third.said.err).toBe('');
});

test('one sentence and exit code 1 when it cannot start', async () => {
	const blocker = createServer().listen(0, '127.0.0.1');
	await once(blocker, 'listening');
	const { port } = blocker.address() as { port: number };
	expect(await failure(['--port', String(port)])).toEqual([
		1,
		expect.stringMatching(/^Port \d+ is in use: .*\.\n$/),
		''
	]);
	blocker.close();

	writeFileSync(join(data, 'file'), '');
	expect(await failure(['--data', join(data, 'file', 'x')])).toEqual([
		1,
		expect.stringMatching(/^The data folder .* is not writable: .*\.\n$/),
		''
	]);
	const db = new Database(join(data, 'relay.db'));
	db.exec('PRAGMA user_version = 99');
	db.close();
	expect(await failure([])).toEqual([
		1,
		expect.stringMatching(/^The store in .* another version.*\.\n$/),
		''
	]);
	expect(await failure(['--port', 'x'])).toEqual([1, '"x" is not a port: use 0 to 65535.\n', '']);
	expect(await failure(['--colour', 'red'])).toEqual([
		1,
		expect.stringMatching(/^[^\n]+--port[^\n]+\n$/),
		''
	]);
});

test('SIGTERM while people write: everything that was sent in time is there, and all are told to come back', async () => {
	const relay = await start();
	const house = await settle(relay, ['amina']);
	const [amina, writer] = [await house.client('amina'), await house.writer('amina')];
	for (let i = 0; i < 20; i += 1) amina.send(await writer.frame());
	await amina.until(() => amina.messages('acknowledged').length > 0);
	expect(await end(relay.child, 'SIGTERM')).toBe(0);
	expect(await amina.closed()).toBe(4503);
	const again = await start(['--port', String(relay.port)]);
	const reader = await RawClient.open(again, house.text, house.named('amina').device);
	expect((await reader.download()).size).toBeGreaterThanOrEqual(durableOf(amina));
});

test('the log and the data folder hold no readable id, address, room or person', async () => {
	const relay = await start([], { LOG_LEVEL: 'trace' });
	// among random bytes nothing shorter is surely absent
	const house = await settle(relay, ['amina', 'benedict']);
	const [amina, writer] = [await house.client('amina'), await house.writer('amina')];
	amina.send(await writer.frame());
	amina.send(await writer.frame({ epoch: 7 }));
	amina.send(new Uint8Array(5).fill(0xff));
	await amina.closed();
	await end(relay.child, 'SIGTERM');
	const secrets = [
		house.room.circle,
		house.room.document,
		house.named('amina').device.device,
		'127.0.0.1',
		'/ws/'
	];
	for (const secret of secrets) expect(relay.said.err).not.toContain(secret);
	expect(relay.said.err).toContain('"refused"');
	const stored = readdirSync(data)
		.map((name) => readFileSync(join(data, name), 'latin1'))
		.join('');
	for (const word of ['amina', 'benedict', 'Harbour House', relay.foundingCode ?? ''])
		expect(stored).not.toContain(word);
});

const KILLS = Number(process.env['KILLS'] ?? 10);
test(`[R3] not one acknowledged envelope is lost in ${KILLS} times SIGKILL`, async () => {
	const seed = Number(process.env['SEED'] ?? 20_261_122);
	const random = seededRandom(seed);
	let relay = await start();
	const { port } = relay;
	const house = await settle(relay, ['amina', 'ben', 'carol']);
	const people = ['amina', 'ben', 'carol'];
	const desks: Desk[] = [];
	let kept = 0;
	for (let kill = 0; kill < KILLS; kill += 1) {
		if (kill % 20 === 0) {
			// a new document now and then, as generations will do
			const document = newDocumentId();
			desks.length = 0;
			for (const name of people) {
				const writer = await house.writer(name, { document });
				desks.push({ name, writer, text: writeRoom({ ...house.room, document }), durable: new Map() });
			}
		}
		const stop = { now: false };
		const typing = await Promise.all(
			desks.map(async (desk) => ({ done: type(await house.client(desk.name, desk.text), desk, stop) }))
		);
		const start0 = performance.now();
		const wanted = 30 + random.below(400);
		await new Promise((resolve) => setTimeout(resolve, wanted));
		await end(relay.child, 'SIGKILL');
		stop.now = true;
		await Promise.all(typing.map(({ done }) => done));
		relay = await start(['--port', String(port)]);

		const reader = await house.client('amina', desks[0]?.text);
		const stored = await reader.download();
		await reader.close();
		for (const { writer, durable } of desks) {
			const client = writer.log.clientID;
			const own = ownItems(writer);
			for (let clock = 0; clock < (durable.get(client) ?? 0); clock += 1) {
				const item = stored.get(`${client}:${clock}`);
				if (item === undefined || !Buffer.from(item).equals(Buffer.from(own[clock] ?? []))) {
					throw new Error(
						`seed ${seed}, kill ${kill} after ${Math.round(performance.now() - start0)} ms: acknowledged envelope ${clock} is lost`
					);
				}
				kept += 1;
			}
		}
	}
	expect(kept).toBeGreaterThan(KILLS);
	process.stdout.write(`${KILLS} kills, ${kept} times an acknowledged envelope was looked for and found\n`);
});

interface Desk {
	readonly name: string;
	readonly writer: Writer;
	readonly text: string;
	/** What the relay has called durable, by Yjs client. */
	readonly durable: Map<number, number>;
}

/** Sends what the relay lacks, and types until the relay is gone. */
async function type(client: RawClient, { writer, durable }: Desk, stop: { now: boolean }): Promise<void> {
	const asked = await client
		.until(() => client.frames.map(readRoomFrame).find((frame) => frame?.type === 'step1'))
		.catch(() => null);
	if (asked?.type === 'step1') {
		const vector = Y.encodeStateVector(new Map(asked.have));
		client.send(writeUpdate(Y.encodeStateAsUpdate(writer.log, vector)));
	}
	while (!stop.now && client.closeCode === null) {
		const frame = await writer.frame();
		if (client.closeCode === null) client.send(frame);
		await new Promise((resolve) => setImmediate(resolve));
	}
	await client.closed();
	for (const { stateVector } of [...client.messages('acknowledged'), ...client.messages('stored')]) {
		for (const [id, clock] of Y.decodeStateVector(stateVector)) {
			durable.set(id, Math.max(clock, durable.get(id) ?? 0));
		}
	}
}

/** What a writer has pushed itself, by clock. */
function ownItems({ log }: Writer): Uint8Array[] {
	return log.getArray<Uint8Array>('log').toArray();
}

function durableOf(client: RawClient): number {
	return Math.max(
		0,
		...client
			.messages('acknowledged')
			.flatMap(({ stateVector }) => [...Y.decodeStateVector(stateVector).values()])
	);
}
