/**
 * What is being written and was not entered yet: sealed, on this device only.
 *
 * Promises: until the latest of it is written, `unsaved` counts it, so that the saved state never says too much; and the
 * latest alone is written, however fast it is typed.
 */
import type { Vault } from './vault.ts';

interface Draft {
	readonly value: unknown;
	/** Since when there is something of it that is not written, ms. */
	readonly since: number;
}

export class Drafts {
	#vault: Pick<Vault, 'get' | 'put'>;
	#changed: () => void;
	#waiting = new Map<string, Draft>();
	#writing = new Set<string>();

	constructor(vault: Pick<Vault, 'get' | 'put'>, changed: () => void) {
		this.#vault = vault;
		this.#changed = changed;
	}

	/** Drafts that are on this screen only. */
	get unsaved(): number {
		return this.#waiting.size;
	}
	get since(): number | null {
		return this.#waiting.size === 0
			? null
			: Math.min(...[...this.#waiting.values()].map(({ since }) => since));
	}

	async read(id: string): Promise<unknown> {
		const waiting = this.#waiting.get(id);
		return waiting === undefined ? this.#vault.get('settings', id) : waiting.value;
	}

	keep(id: string, value: unknown): void {
		this.#waiting.set(id, { value, since: this.#waiting.get(id)?.since ?? Date.now() });
		this.#changed();
		if (!this.#writing.has(id)) void this.#write(id);
	}

	async #write(id: string): Promise<void> {
		this.#writing.add(id);
		for (let draft = this.#waiting.get(id); draft !== undefined; draft = this.#waiting.get(id)) {
			// a disk that refuses says so by itself, and what it refused is written with the next that succeeds
			await this.#vault.put('settings', id, draft.value).catch(() => undefined);
			if (this.#waiting.get(id) === draft) this.#waiting.delete(id);
		}
		this.#writing.delete(id);
		this.#changed();
	}
}
