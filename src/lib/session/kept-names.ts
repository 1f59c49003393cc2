/** Names that only this device knows, sealed in rows of its `settings`: what I call my devices, what a case was called. */
import type { Vault } from './vault.ts';

export class KeptNames<Id extends string> {
	#vault: Vault;
	#prefix: string;
	#names = new Map<Id, string>();

	constructor(vault: Vault, prefix: string) {
		this.#vault = vault;
		this.#prefix = `${prefix}.`;
	}

	async open(): Promise<void> {
		for (const { id, value } of await this.#vault.all('settings')) {
			if (typeof value === 'string' && id.startsWith(this.#prefix))
				this.#names.set(id.slice(this.#prefix.length) as Id, value);
		}
	}

	get(id: Id): string | undefined {
		return this.#names.get(id);
	}

	async keep(id: Id, name: string): Promise<void> {
		await this.#vault.put('settings', `${this.#prefix}${id}`, name);
		this.#names.set(id, name);
	}
}
