/**
 * One after the other: the order in which envelopes are sealed, opened and applied. A task that throws does not stop
 * those behind it.
 */
export class Queue {
	#tail: Promise<unknown> = Promise.resolve();
	#length = 0;

	/** How many tasks have not settled. */
	get length(): number {
		return this.#length;
	}

	run<T>(task: () => T | Promise<T>): Promise<T> {
		this.#length++;
		const done = this.#tail.then(task).finally(() => this.#length--);
		this.#tail = done.catch(() => undefined);
		return done;
	}

	/** Settles when all that was asked for so far, and what that asked for in turn, is done. */
	async idle(): Promise<void> {
		while (this.#length > 0) await this.#tail;
	}
}

/** The value if it comes in time, else null. Its timer never outlives the answer. */
export async function within<T>(promise: Promise<T>, patience: number): Promise<T | null> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), patience)));
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** Listeners told of something; each `on` returns its remover. */
export class Listeners<T extends unknown[]> {
	#listeners = new Set<(...values: T) => void>();

	on(listener: (...values: T) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	tell(...values: T): void {
		for (const listener of [...this.#listeners]) listener(...values);
	}

	clear(): void {
		this.#listeners.clear();
	}
}
