/** A server or a load generator in a process of its own, and what its processor time is. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const BENCH = join(import.meta.dirname, '..');

export interface Started {
	readonly child: ChildProcess;
	readonly pid: number;
	/** What it printed after `ready`. */
	readonly said: string;
	stop(): Promise<void>;
}

/** Starts a program of bench/ and waits for its line `ready …`. */
export async function startProgram(program: string, given: readonly string[] = []): Promise<Started> {
	const withTypes = program.endsWith('.ts') ? ['--import', 'tsx'] : [];
	const child = spawn(process.execPath, [...withTypes, join(BENCH, program), ...given], {
		cwd: BENCH,
		stdio: ['pipe', 'pipe', 'inherit']
	});
	const said = await lineOf(child, /^ready ?(.*)$/m);
	return {
		child,
		pid: child.pid ?? 0,
		said,
		stop: async () => {
			if (child.exitCode !== null || child.signalCode !== null) return;
			child.kill('SIGKILL');
			await once(child, 'exit');
		}
	};
}

/** Waits for a line on standard output and answers with its first group. */
export function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
	return new Promise((resolve, reject) => {
		let printed = '';
		const read = (chunk: Buffer): void => {
			printed += chunk.toString();
			const found = pattern.exec(printed);
			if (found === null) return;
			child.stdout?.off('data', read);
			resolve(found[1] ?? '');
		};
		child.stdout?.on('data', read);
		child.once('exit', (code) => reject(new Error(`ended with ${code}: ${printed}`)));
	});
}

/** Processor time used so far, all threads, ms. */
export function cpuOf(pid: number): number {
	if (process.platform === 'linux') {
		// utime and stime are fields 14 and 15; the name in field 2 may hold spaces
		const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
			.replace(/^.*\) /s, '')
			.split(' ');
		return (Number(fields[11]) + Number(fields[12])) * 10;
	}
	const [minutes = 0, seconds = 0] = execFileSync('ps', ['-o', 'time=', '-p', String(pid)])
		.toString()
		.trim()
		.split(':')
		.slice(-2)
		.map(Number);
	return (minutes * 60 + seconds) * 1000;
}

/** Resident memory, KB. */
export function memoryOf(pid: number): number {
	return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString());
}
