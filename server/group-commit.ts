/**
 * Group commit [R3]: what arrives within the same few milliseconds becomes one durable write, and where
 * writing is steady there are at most twenty such writes a second: a write costs as much as forwarding to thirty people.
 *
 * Promises: `settle` is called exactly once for each batch, with `ok` only after the write is durable, and in the order
 * in which the batches came. While the disk is full nothing is taken in; every two seconds a write is tried, and
 * `onWritable` says when one succeeded.
 */
import { LIMITS } from './limits.ts';
import { silentLog, type Log } from './log.ts';
import type { RoomBatch, Store, Written } from './store.ts';

export type StorageStatus = 'ok' | 'full' | 'failed';

interface Waiting {
	readonly batch: RoomBatch;
	readonly settle: (written: Written) => void;
}

export class GroupCommit {
	readonly #store: Store;
	readonly #log: Log;
	readonly #listeners = new Set<() => void>();
	readonly #committed = new Set<(batches: readonly RoomBatch[]) => void>();
	#waiting: Waiting[] = [];
	#bytes = 0;
	#timer: NodeJS.Timeout | null = null;
	#retry: NodeJS.Timeout | null = null;
	/** How long the last write took, and when it ended. */
	#lastWrite = 0;
	#lastEnd = -Infinity;
	#status: StorageStatus = 'ok';
	#closed = false;

	constructor(store: Store, log: Log = silentLog) {
		this.#store = store;
		this.#log = log;
	}

	get status(): StorageStatus {
		return this.#status;
	}

	/** Called whenever writing is possible again. Returns its remover. */
	onWritable(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Called with what has just become durable. Returns its remover. */
	onCommitted(listener: (batches: readonly RoomBatch[]) => void): () => void {
		this.#committed.add(listener);
		return () => this.#committed.delete(listener);
	}

	/** A batch without items is settled when everything before it is durable. */
	add(batch: RoomBatch, settle: (written: Written) => void): void {
		this.#waiting.push({ batch, settle });
		for (const item of batch.items) this.#bytes += item.struct.length;
		if (this.#closed || this.#bytes > LIMITS.groupBytes) this.flush();
		else this.#timer ??= setTimeout(() => this.flush(), this.#wait());
	}

	/** Short after a pause; longer where writes follow each other, and on a slow disk, so that there is time to forward. */
	#wait(): number {
		const pause = performance.now() - this.#lastEnd;
		return Math.max(LIMITS.group, LIMITS.steadyGroup - pause, 2 * this.#lastWrite);
	}

	/** Writes everything that waits, now. */
	flush(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		const group = this.#waiting;
		if (group.length === 0) return;
		this.#waiting = [];
		this.#bytes = 0;

		const batches = group.map(({ batch }) => batch).filter(({ items }) => items.length > 0);
		const begun = performance.now();
		const written: Written = batches.length > 0 ? this.#commit(batches) : { ok: true };
		this.#lastEnd = performance.now();
		this.#lastWrite = this.#lastEnd - begun;
		if (!written.ok && written.reason === 'taken') {
			// one batch contradicts the store; the others must not pay for it
			this.#log.error({ batches: group.length }, 'a batch contradicts the store');
			for (const { batch, settle } of group) settle(this.note(this.#commit([batch])));
			return;
		}
		this.note(written);
		for (const { settle } of group) settle(written);
	}

	#commit(batches: readonly RoomBatch[]): Written {
		const written = this.#store.commit(batches);
		if (written.ok) for (const listener of this.#committed) listener(batches);
		return written;
	}

	/** Remembers what a write (also one made elsewhere) says about the disk. */
	note<T extends Written>(written: T): T {
		if (!written.ok && written.reason !== 'taken' && this.#status === 'ok') {
			this.#status = written.reason;
			this.#log.error({ reason: written.reason }, 'the store refuses writes');
			this.#tryAgainLater();
		}
		return written;
	}

	close(): void {
		this.#closed = true;
		this.flush();
		if (this.#retry !== null) clearTimeout(this.#retry);
		this.#retry = null;
		this.#listeners.clear();
		this.#committed.clear();
	}

	#tryAgainLater(): void {
		if (this.#closed) return;
		this.#retry = setTimeout(() => this.tryAgain(), LIMITS.retry);
		this.#retry.unref();
	}

	/** Is the disk writable again? Asked every two seconds while it is not. */
	tryAgain(): void {
		if (this.#status === 'ok') return;
		if (this.#retry !== null) clearTimeout(this.#retry);
		if (!this.#store.probe().ok) {
			this.#tryAgainLater();
			return;
		}
		this.#status = 'ok';
		this.#log.warn({}, 'the store accepts writes again');
		for (const listener of this.#listeners) listener();
	}
}
