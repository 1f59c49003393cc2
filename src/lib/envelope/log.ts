/**
 * The sealed log as a Yjs update, read and written without a Y.Doc [L1].
 *
 * A room's log is one root array `log` of Uint8Array. Its updates use a tiny part of Yjs' format (V1), and that part
 * alone is understood here: items that hold one piece of bytes, in that array, and no deletion. Everything else is
 * refused, so that no update can reach what Yjs would do with it.
 *
 * Promises: never throws; allocates no more than the update's own size warrants, whatever counts it claims. A `struct` is
 * the exact slice of the update, so storing and forwarding lose nothing.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { joinBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';

export interface LogId {
	readonly client: number;
	readonly clock: number;
}

/** One envelope in the log. Its length in Yjs' count is 1, always. */
export interface LogItem extends LogId {
	/** The items between which it was pushed; whoever integrates it needs them first. */
	readonly left: LogId | null;
	readonly right: LogId | null;
	/** As Yjs encodes it, without client and clock. */
	readonly struct: Bytes;
	readonly envelope: Bytes;
}

export type LogReason = 'malformed' | 'deletes' | 'not-an-envelope-log';

/** Name of the one root array. */
export const LOG_FIELD = 'log';

const CONTENT_BINARY = 3;
const SKIP = 10;
const HAS_PARENT_SUB = 0x20;
const HAS_RIGHT = 0x40;
const HAS_LEFT = 0x80;
const maxClient = 0xffffffff;
/** Far above any log; keeps every sum exact. */
const maxClock = 2 ** 48;

/** In the order of the update: by client, clocks ascending. Skips (partial diffs) are left out. */
export function readLogUpdate(update: Uint8Array): Verdict<readonly LogItem[], LogReason> {
	try {
		return readItems(update);
	} catch {
		return refuse('malformed');
	}
}

/** One update that holds these items. Items of one client may stand anywhere, but with ascending clocks. */
export function writeLogUpdate(
	items: readonly { readonly client: number; readonly clock: number; readonly struct: Uint8Array }[]
): Bytes {
	const byClient = new Map<number, { clock: number; struct: Uint8Array }[]>();
	for (const { client, clock, struct } of items) {
		const run = byClient.get(client);
		if (run === undefined) byClient.set(client, [{ clock, struct }]);
		else run.push({ clock, struct });
	}
	const parts: Uint8Array[] = [varUints(byClient.size)];
	for (const [client, run] of byClient) writeRun(parts, client, run);
	parts.push(varUints(0)); // nothing is ever deleted
	return joinBytes(parts);
}

/**
 * The same items in updates of about `maxBytes` at most, in an order in which each can be applied at once. An item that
 * is larger stands alone; an update that is no log comes back as it is.
 */
export function splitLogUpdate(update: Uint8Array, maxBytes: number): Bytes[] {
	const read = update.length <= maxBytes ? null : readLogUpdate(update);
	if (!read?.ok) return [update as Bytes];
	const parts: Bytes[] = [];
	let part: LogItem[] = [];
	let size = 0;
	for (const item of inCausalOrder(read.value)) {
		const added = item.struct.length + itemOverhead;
		if (part.length > 0 && size + added > maxBytes) {
			parts.push(writeLogUpdate(part));
			part = [];
			size = 0;
		}
		part.push(item);
		size += added;
	}
	if (part.length > 0) parts.push(writeLogUpdate(part));
	return parts;
}

/** At worst each item brings a client header and a skip of its own. */
const itemOverhead = 32;

function readItems(update: Uint8Array): Verdict<readonly LogItem[], LogReason> {
	const decoder = decoding.createDecoder(update);
	const items: LogItem[] = [];
	const clients = new Set<number>();
	// every round of both loops reads at least one byte, so a huge count ends where the bytes end
	for (let left = decoding.readVarUint(decoder); left > 0; left--) {
		const structs = decoding.readVarUint(decoder);
		const client = decoding.readVarUint(decoder);
		let clock = decoding.readVarUint(decoder);
		// Yjs would forget the first of two runs of one client
		if (client > maxClient || clients.has(client)) return refuse('malformed');
		clients.add(client);
		for (let i = 0; i < structs; i++) {
			const start = decoder.pos;
			if (!decoding.hasContent(decoder)) return refuse('malformed'); // readUint8 would read past the end
			const info = decoding.readUint8(decoder);
			if (info === SKIP) {
				const skipped = decoding.readVarUint(decoder);
				if (skipped === 0) return refuse('malformed');
				clock += skipped;
				continue;
			}
			if ((info & 0x1f) !== CONTENT_BINARY || (info & HAS_PARENT_SUB) !== 0) {
				return refuse('not-an-envelope-log');
			}
			const origin = info & HAS_LEFT ? readLogId(decoder) : null;
			const rightOrigin = info & HAS_RIGHT ? readLogId(decoder) : null;
			if (origin === null && rightOrigin === null && !isInLog(decoder)) return refuse('not-an-envelope-log');
			const envelope = new Uint8Array(decoding.readVarUint8Array(decoder));
			const struct = new Uint8Array(update.subarray(start, decoder.pos));
			if (clock >= maxClock) return refuse('malformed');
			items.push({ client, clock, left: origin, right: rightOrigin, struct, envelope });
			clock++;
		}
	}
	if (decoding.readVarUint(decoder) !== 0) return refuse('deletes');
	return decoding.hasContent(decoder) ? refuse('malformed') : accept(items);
}

function readLogId(decoder: decoding.Decoder): LogId {
	return { client: decoding.readVarUint(decoder), clock: decoding.readVarUint(decoder) };
}

/** An item without neighbours names its parent: it must be the root array. */
function isInLog(decoder: decoding.Decoder): boolean {
	if (decoding.readVarUint(decoder) !== 1) return false;
	const name = decoding.readVarUint8Array(decoder);
	return name.length === LOG_FIELD.length && name.every((byte, i) => byte === LOG_FIELD.charCodeAt(i));
}

function writeRun(
	parts: Uint8Array[],
	client: number,
	run: readonly { clock: number; struct: Uint8Array }[]
): void {
	const first = run[0]?.clock ?? 0;
	const header = parts.push(new Uint8Array(0)) - 1;
	let next = first;
	for (const { clock, struct } of run) {
		if (clock < next) throw new Error('items of one client must have ascending clocks');
		if (clock > next) parts.push(varUints(SKIP, clock - next));
		parts.push(struct);
		next = clock + 1;
	}
	parts[header] = varUints(parts.length - 1 - header, client, first);
}

function varUints(...numbers: readonly number[]): Uint8Array {
	const encoder = encoding.createEncoder();
	for (const number of numbers) encoding.writeVarUint(encoder, number);
	return encoding.toUint8Array(encoder);
}

/** Each item behind those it stands on, as far as they are among these. */
function inCausalOrder(items: readonly LogItem[]): readonly LogItem[] {
	const waiting = new Map<number, LogItem[]>();
	for (const item of items) {
		const run = waiting.get(item.client);
		if (run === undefined) waiting.set(item.client, [item]);
		else run.push(item);
	}
	const taken = new Map<number, number>([...waiting.keys()].map((client) => [client, 0]));
	const isThere = (id: LogId | null): boolean => {
		const run = id === null ? undefined : waiting.get(id.client);
		const nextTaken = id === null ? undefined : run?.[taken.get(id.client) ?? 0];
		return id === null || nextTaken === undefined || id.clock < nextTaken.clock;
	};
	const ordered: LogItem[] = [];
	for (let progress = true; progress;) {
		progress = false;
		for (const [client, run] of waiting) {
			let at = taken.get(client) ?? 0;
			for (let item = run[at]; item !== undefined; item = run[at]) {
				if (!isThere(item.left) || !isThere(item.right)) break;
				ordered.push(item);
				taken.set(client, ++at);
				progress = true;
			}
		}
	}
	// what stands on itself in a circle was not written by Yjs; it is passed on for the relay to judge
	for (const [client, run] of waiting) ordered.push(...run.slice(taken.get(client) ?? 0));
	return ordered;
}
