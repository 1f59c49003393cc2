/**
 * The relay's log: JSON lines for the operator, on stderr so that standard output stays one readable line.
 *
 * It must never carry an id of a person, device, circle or room, a URL or an address: it is copied around more
 * freely than the store. What is logged are events by name, counts, durations and reasons from closed lists.
 */
import pino from 'pino';

export interface Log {
	info(facts: Facts, event: string): void;
	warn(facts: Facts, event: string): void;
	error(facts: Facts, event: string): void;
}

/** Counts, flags, and words from lists of our own. */
export type Facts = Readonly<Record<string, number | boolean | string>>;

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function openLog(level: string): Log {
	const known = Object.hasOwn(pino.levels.values, level) || level === 'silent' ? level : 'warn';
	return pino(
		{ level: known, base: null, timestamp: pino.stdTimeFunctions.isoTime },
		pino.destination({ dest: 2, sync: true })
	);
}

/** The name of what went wrong inside us, without its message: messages quote data. */
export function faultOf(error: unknown): string {
	if (!(error instanceof Error)) return 'unknown';
	const at = /(?:server|relay)[^\s():]*:\d+/.exec(error.stack ?? '')?.[0] ?? '';
	return `${error.name} ${at}`.trim();
}
