/**
 * One session of writing [E3]: a view, or the edits of a document without an editor. Merges keystrokes before they are
 * sealed [E5]: the first after a pause goes at once, then what comes in the same moment goes together.
 */
import * as Y from 'yjs';
import type { SessionId } from '#lib/circle/ids.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';

export interface WriterOptions {
	readonly session: SessionId;
	readonly yClient: number;
	/** How long to merge now, ms: depends on who else is here. */
	readonly mergeFor: () => number;
	/** Seals and sends; called in order. */
	readonly send: (writer: Writer, update: Bytes) => void;
	readonly now: () => number;
}

/** Above this a merge is sealed at once, so that envelopes stay far below their limit. */
const ENOUGH = 256_000;

export class Writer {
	readonly session: SessionId;
	readonly yClient: number;
	/** Set by whoever seals, in the order of sealing. */
	seq = 0;
	prev: Bytes = new Uint8Array(32);
	#options: WriterOptions;
	#updates: Uint8Array[] = [];
	#size = 0;
	#since: number | null = null;
	#lastSent = -Infinity;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(options: WriterOptions) {
		this.#options = options;
		this.session = options.session;
		this.yClient = options.yClient;
	}

	/** How many updates are not yet sealed. */
	get waiting(): number {
		return this.#updates.length;
	}

	/** Since when the oldest of them waits, ms. */
	get since(): number | null {
		return this.#since;
	}

	add(update: Uint8Array): void {
		this.#updates.push(update);
		this.#size += update.length;
		this.#since ??= this.#options.now();
		if (this.#size > ENOUGH) return this.flush();
		if (this.#timer !== undefined) return;
		const pause = performance.now() - this.#lastSent;
		const wait = this.#options.mergeFor() - pause;
		if (wait <= 0) this.flush();
		else this.#timer = setTimeout(() => this.flush(), wait);
	}

	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#updates.length === 0) return;
		const [only, ...more] = this.#updates;
		const update = only !== undefined && more.length === 0 ? only : Y.mergeUpdates(this.#updates);
		this.#updates = [];
		this.#size = 0;
		this.#since = null;
		this.#lastSent = performance.now();
		this.#options.send(this, update as Bytes);
	}
}
