/**
 * A recorded editing session (josephg/editing-traces, "concurrent" format): who typed what, having seen what.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** At a position: so many characters deleted, then these inserted. Counted in Unicode code points. */
export type Patch = readonly [position: number, deleted: number, inserted: string];

export interface Transaction {
	readonly agent: number;
	readonly patches: readonly Patch[];
	/** For each agent, how many of its transactions its author had seen. */
	readonly seen: readonly number[];
}

export interface Trace {
	readonly agents: number;
	readonly transactions: readonly Transaction[];
	readonly endContent: string;
	/** Some of its characters take two UTF-16 units. */
	readonly hasLongCharacters: boolean;
	/** For each agent the counts of its transactions at which somebody else had read it: what must not be merged over. */
	readonly cuts: readonly ReadonlySet<number>[];
}

interface RawTrace {
	readonly kind?: string;
	readonly numAgents?: number;
	readonly endContent: string;
	readonly txns: readonly { agent?: number; parents?: readonly number[]; patches: readonly Patch[] }[];
}

/** Throws, in one sentence, when the file is no such trace. */
export function readTrace(file: string): Trace {
	const bytes = readFileSync(file);
	const raw = JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as RawTrace;
	if (!(raw.txns instanceof Array) || typeof raw.endContent !== 'string')
		throw new Error(`${file} is not an editing trace`);
	const agents = raw.numAgents ?? 1;
	const counts = new Array<number>(agents).fill(0);
	const cuts = Array.from({ length: agents }, () => new Set<number>());
	/** What one has seen after each transaction. */
	const after: number[][] = [];
	const { txns } = raw;
	const transactions = txns.map(({ agent = 0, parents, patches }, index): Transaction => {
		const seen = new Array<number>(agents).fill(0);
		// a trace of one author has no parents: each follows the one before
		for (const parent of parents ?? (index === 0 ? [] : [index - 1])) {
			const theirs = after[parent];
			if (theirs === undefined)
				throw new Error(`transaction ${index} names a parent that does not stand before it`);
			theirs.forEach((count, other) => (seen[other] = Math.max(seen[other] ?? 0, count)));
		}
		if (seen[agent] !== counts[agent])
			throw new Error(`transaction ${index}: agent ${agent} has not seen its own words`);
		counts[agent] = (counts[agent] ?? 0) + 1;
		after.push(seen.map((count, other) => (other === agent ? (counts[agent] ?? 0) : count)));
		seen.forEach((count, other) => other !== agent && count > 0 && cuts[other]?.add(count));
		return { agent, patches, seen };
	});
	const hasLongCharacters = transactions.some(({ patches }) =>
		patches.some(([, , text]) => /[\ud800-\udfff]/.test(text))
	);
	return { agents, transactions, endContent: raw.endContent, hasLongCharacters, cuts };
}

/** Positions are code points in the trace and UTF-16 units in Yjs. */
export function unitsAt(text: string, points: number): number {
	let units = 0;
	for (let point = 0; point < points && units < text.length; point++)
		units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
	return units;
}
