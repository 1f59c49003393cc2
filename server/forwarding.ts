/**
 * New items on their way to everybody else in a room: at once after a pause; where many write, together with what comes
 * in the next few milliseconds, since each frame costs a write to every socket.
 *
 * Promises: a visitor who is live gets every item of the others once, and none of its own; of each writer in the order in
 * which they came; between two people nothing ever waits.
 */
import { writeLogUpdate, type LogItem } from '#lib/envelope/log.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { writeUpdate } from './frames.ts';
import { LIMITS } from './limits.ts';

export interface Reader {
	readonly peer: { send(frame: Uint8Array): void };
	/** Has everything that is stored, so what comes in is forwarded to it. */
	readonly isLive: boolean;
}

interface Coming {
	readonly from: Reader;
	readonly items: readonly LogItem[];
}

export class Forwarding {
	readonly #readers: ReadonlySet<Reader>;
	#coming: Coming[] = [];
	#bytes = 0;
	#timer: NodeJS.Timeout | null = null;
	#last = -Infinity;

	constructor(readers: ReadonlySet<Reader>) {
		this.#readers = readers;
	}

	forward(from: Reader, items: readonly LogItem[]): void {
		this.#coming.push({ from, items });
		for (const { struct } of items) this.#bytes += struct.length;
		const wait = this.#last + this.#rest - performance.now();
		if (wait <= 0 || this.#bytes > LIMITS.chunk) this.flush();
		else this.#timer ??= setTimeout(() => this.flush(), wait);
	}

	/** Sends what waits, now. */
	flush(): void {
		const coming = this.#coming;
		this.close();
		if (coming.length === 0) return;
		this.#last = performance.now();
		const writers = new Set(coming.map(({ from }) => from));
		let all: Bytes | null = null;
		for (const reader of this.#readers) {
			if (!reader.isLive) continue;
			const isWriter = writers.has(reader);
			const frame = isWriter
				? frameOf(coming.filter(({ from }) => from !== reader))
				: (all ??= frameOf(coming));
			if (frame !== null) reader.peer.send(frame);
		}
	}

	close(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#coming = [];
		this.#bytes = 0;
	}

	/** Milliseconds between two frames: the more there are to write to, the longer. */
	get #rest(): number {
		return Math.min((this.#readers.size - 2) * LIMITS.forwardOfReader, LIMITS.forward);
	}
}

function frameOf(coming: readonly Coming[]): Bytes | null {
	const items = coming.flatMap(({ items }) => items);
	return items.length === 0 ? null : writeUpdate(writeLogUpdate(items));
}
