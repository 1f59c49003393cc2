/** `relay.meeting.cpu.ratio`, `relay.idle_room.kb` */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RelayProcess } from '../../tests/support/relay-process.ts';
import { median, ratio, rounded, type Metric } from '../support/measure.ts';
import { cpuOf, lineOf, memoryOf, startProgram, type Started } from '../support/peer.ts';

const PEOPLE = 20;
const RATE = 5;
const SECONDS = 10;
const ROOMS = 5_000;

export async function measure(): Promise<Record<string, Metric>> {
	const ours: number[] = [];
	const theirs: number[] = [];
	for (let run = 0; run < 3; run++) {
		theirs.push(await meetAtHocuspocus());
		ours.push(await meetHere());
	}
	return {
		'relay.meeting.cpu.ratio': ratio(
			median(ours),
			median(theirs),
			'Hocuspocus 3.4.4 with SQLite',
			'ratio',
			`server CPU ms per 1,000 deliveries, ${PEOPLE} people × ${RATE}/s; ours verifies every envelope`
		),
		'relay.idle_room.kb': {
			value: rounded(await memoryOfIdleRoom()),
			unit: 'KB',
			note: `${ROOMS} rooms of 20 KB, one socket open in each`
		}
	};
}

async function meetHere(): Promise<number> {
	const relay = await RelayProcess.start({ built: true });
	const given = [relay.port, relay.foundingCode ?? '', PEOPLE, RATE, SECONDS].map(String);
	try {
		return await meet(relay.pid, await startProgram('load/meeting.ts', given));
	} finally {
		await relay.remove();
	}
}

async function meetAtHocuspocus(): Promise<number> {
	const data = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
	const server = await startProgram('peers/hocuspocus.mjs', [join(data, 'peer.sqlite')]);
	const given = [server.said, PEOPLE, RATE, SECONDS].map(String);
	try {
		return await meet(server.pid, await startProgram('peers/meeting.mjs', given));
	} finally {
		await server.stop();
		rmSync(data, { recursive: true, force: true });
	}
}

/** Server CPU ms per 1,000 deliveries. */
async function meet(server: number, load: Started): Promise<number> {
	try {
		await sleep(1_000);
		const before = cpuOf(server);
		const ended = lineOf(load.child, /^done (\d+)$/m);
		load.child.stdin?.write('go\n');
		const deliveries = Number(await ended);
		const most = PEOPLE * (PEOPLE - 1) * RATE * SECONDS;
		if (deliveries < most * 0.8) throw new Error(`only ${deliveries} of about ${most} deliveries`);
		return ((cpuOf(server) - before) / deliveries) * 1000;
	} finally {
		await load.stop();
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
