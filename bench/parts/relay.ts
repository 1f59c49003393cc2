/** `relay.meeting.cpu.ratio`, `relay.agency.cpu.ratio`, `relay.reconnect_1000.ratio`, `relay.idle_room.kb` */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RelayProcess } from '../../tests/support/relay-process.ts';
import { median, ratio, rounded, type Metric } from '../support/measure.ts';
import { cpuOf, lineOf, memoryOf, startProgram, type Started } from '../support/peer.ts';

const PEER = 'Hocuspocus 3.4.4 with SQLite';
const ROOMS = 5_000;

/** `rate`: letters a second of each person. */
interface Load {
	readonly rooms: number;
	readonly people: number;
	readonly rate: number;
	readonly seconds: number;
}

const meeting: Load = { rooms: 1, people: 20, rate: 5, seconds: 10 };
const agency: Load = { rooms: 500, people: 2, rate: 0.5, seconds: 10 };

interface Measured {
	/** Server CPU ms per 1,000 deliveries. */
	readonly cpu: number;
	/** ms until all, back at the same moment, have everything. */
	readonly reconnect: number;
}

export async function measure(): Promise<Record<string, Metric>> {
	const meetings = await sideBySide(meeting);
	const agencies = await sideBySide(agency);
	const everyEnvelope = 'server CPU ms per 1,000 deliveries; ours verifies every envelope';
	const { rooms, people } = agency;
	return {
		'relay.meeting.cpu.ratio': compare(meetings, 'cpu', `${everyEnvelope}, 20 people in one room`),
		'relay.agency.cpu.ratio': compare(agencies, 'cpu', `${everyEnvelope}, ${rooms} rooms of ${people}`),
		'relay.reconnect_1000.ratio': compare(
			agencies,
			'reconnect',
			`ms until ${rooms * people} clients that come back at once are all in sync; ours prove who they are`
		),
		'relay.idle_room.kb': {
			value: rounded(await memoryOfIdleRoom()),
			unit: 'KB',
			note: `${ROOMS} rooms of 20 KB, one socket open in each`
		}
	};
}

interface SideBySide {
	readonly ours: Measured[];
	readonly theirs: Measured[];
}

async function sideBySide(load: Load): Promise<SideBySide> {
	const both: SideBySide = { ours: [], theirs: [] };
	for (let run = 0; run < 3; run++) {
		both.theirs.push(await atHocuspocus(load));
		both.ours.push(await here(load));
	}
	return both;
}

function compare({ ours, theirs }: SideBySide, what: keyof Measured, note: string): Metric {
	const of = (measured: readonly Measured[]) => median(measured.map((one) => one[what]));
	return ratio(of(ours), of(theirs), PEER, 'ratio', note);
}

async function here(load: Load): Promise<Measured> {
	const relay = await RelayProcess.start({ built: true });
	const given = [relay.port, relay.foundingCode ?? '', ...argumentsOf(load)].map(String);
	try {
		return await meet(relay.pid, load, await startProgram('load/meeting.ts', given));
	} finally {
		await relay.remove();
	}
}

async function atHocuspocus(load: Load): Promise<Measured> {
	const data = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
	const server = await startProgram('peers/hocuspocus.mjs', [join(data, 'peer.sqlite')]);
	const given = [server.said, ...argumentsOf(load)].map(String);
	try {
		return await meet(server.pid, load, await startProgram('peers/meeting.mjs', given));
	} finally {
		await server.stop();
		rmSync(data, { recursive: true, force: true });
	}
}

const argumentsOf = ({ rooms, people, rate, seconds }: Load) => [rooms, people, rate, seconds];

async function meet(server: number, load: Load, generator: Started): Promise<Measured> {
	const { rooms, people, rate, seconds } = load;
	const { child } = generator;
	try {
		await sleep(1_000);
		const before = cpuOf(server);
		const ended = lineOf(child, /^done (\d+)$/m);
		child.stdin?.write('go\n');
		const deliveries = Number(await ended);
		const most = rooms * people * (people - 1) * rate * seconds;
		if (deliveries < most * 0.8) throw new Error(`only ${deliveries} of about ${most} deliveries`);
		const cpu = ((cpuOf(server) - before) / deliveries) * 1000;
		const synced = lineOf(child, /^synced ([\d.]+)$/m);
		child.stdin?.write('reconnect\n');
		return { cpu, reconnect: Number(await synced) };
	} finally {
		await generator.stop();
	}
}

async function memoryOfIdleRoom(): Promise<number> {
	const relay = await RelayProcess.start({ built: true });
	try {
		// what the first rooms cost once (code that is loaded, caches that fill) is not theirs
		const before = memoryOf(relay.pid);
		const given = [relay.port, relay.foundingCode ?? '', ROOMS].map(String);
		const load = await startProgram('load/idle.ts', given);
		let least = Infinity;
		for (let second = 0; second < 20; second++) {
			await sleep(1_000);
			least = Math.min(least, memoryOf(relay.pid));
		}
		await load.stop();
		return (least - before) / ROOMS;
	} finally {
		await relay.remove();
	}
}
