import { createSubscriber } from 'svelte/reactivity';

/**
 * Lets Svelte read through to something that is not a rune: who reads after `follow()` is run again after `tell()`.
 * Plain listeners are told as well.
 */
export class Changes {
	#listeners = new Set<() => void>();
	#subscribe = createSubscriber((update) => this.on(update));

	follow(): void {
		this.#subscribe();
	}

	tell(): void {
		for (const listener of [...this.#listeners]) listener();
	}

	/** Returns its remover. */
	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}
}
