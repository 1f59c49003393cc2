/**
 * What lists show without opening anything: the title of each case and document, sealed on this device.
 */
import type { Vault } from './vault.ts';

export interface Summary {
	readonly title: string;
	readonly updatedAt: number;
	/** Has all of it been on this device at least once? Then it can be written in offline. */
	readonly here: boolean;
}

export class Summaries {
	#vault: Vault;
	#byId = new Map<string, Summary>();
	#listeners = new Set<() => void>();

	constructor(vault: Vault) {
		this.#vault = vault;
	}

	async open(): Promise<void> {
		for (const { id, value } of await this.#vault.all('summaries')) {
			const summary = readSummary(value);
			if (summary !== null) this.#byId.set(id, summary);
		}
	}

	get(id: string): Summary | undefined {
		return this.#byId.get(id);
	}

	/** Keeps what is new about a case or document; nothing is written when nothing changed. */
	async note(id: string, change: Partial<Summary>): Promise<void> {
		const before = this.#byId.get(id) ?? { title: '', updatedAt: 0, here: false };
		const after = { ...before, ...change };
		if (after.title === before.title && after.here === before.here && after.updatedAt === before.updatedAt)
			return;
		this.#byId.set(id, after);
		for (const listener of this.#listeners) listener();
		await this.#vault.put('summaries', id, { v: 1, ...after });
	}

	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}
}

function readSummary(value: unknown): Summary | null {
	if (typeof value !== 'object' || value === null) return null;
	const { title, updatedAt, here } = value as Record<string, unknown>;
	if (typeof title !== 'string' || typeof updatedAt !== 'number') return null;
	return { title, updatedAt, here: here === true };
}
