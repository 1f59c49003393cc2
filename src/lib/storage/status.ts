/**
 * How well this device can keep things, and the plumbing to tell. Never silent: a write that failed always ends here.
 */
export type StorageStatus =
	| 'ok'
	/** No room left: what is written stays in memory. */
	| 'full'
	/** A write or a whole database failed (closed, deleted, broken). */
	| 'failed'
	/** The browser does not let us keep anything. */
	| 'refused';

/** The status that an IndexedDB error stands for, by its name: messages differ between browsers. */
export function statusOf(error: unknown): StorageStatus {
	for (const name of namesOf(error)) {
		if (name === 'QuotaExceededError') return 'full';
		if (name === 'SecurityError' || name === 'MissingAPIError' || name === 'MissingApiError')
			return 'refused';
	}
	return 'failed';
}

function namesOf(error: unknown): string[] {
	const names: string[] = [];
	for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
		const { name, inner, cause } = at as { name?: unknown; inner?: unknown; cause?: unknown };
		if (typeof name === 'string') names.push(name);
		at = inner ?? cause;
	}
	return names;
}

/** A value others are told about when it changes. A listener that throws does not keep the others from hearing. */
export class Watched<T> {
	#value: T;
	#listeners = new Set<(value: T) => void>();

	constructor(value: T) {
		this.#value = value;
	}

	get value(): T {
		return this.#value;
	}

	set(value: T): void {
		if (Object.is(value, this.#value)) return;
		this.#value = value;
		for (const listener of this.#listeners) listener(value);
	}

	onChange(listener: (value: T) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	close(): void {
		this.#listeners.clear();
	}
}
