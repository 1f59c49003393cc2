import * as Y from 'yjs';
import { RandomEditor } from './edits.ts';
import type { Random } from './random.ts';
import type { TestDevice } from './setup.ts';

/** Somebody who writes, and remembers what was called saved. */
export class WritingDevice {
	readonly device: TestDevice;
	/** For each Yjs client of ours: up to where the disk or the relay has said that it is safe. */
	readonly promised = new Map<number, number>();
	edits = 0;
	readonly #random: Random;
	#editor: { editor: RandomEditor; yClient: number } | null = null;

	constructor(device: TestDevice, random: Random) {
		this.device = device;
		this.#random = random;
	}

	/** The Yjs client of what is typed here now. */
	get yClient(): number {
		return this.#editor?.yClient ?? 0;
	}

	async open(): Promise<void> {
		const document = await this.device.open();
		await document.loaded;
		const view = document.openView();
		this.#editor = { editor: new RandomEditor(view, this.#random), yClient: view.yClient };
	}

	burst(edits: number): void {
		for (let left = edits; left > 0; left--) this.#editor?.editor.edit();
		this.edits += edits;
	}

	/** Seals and writes what was typed; if the disk has it, it is promised. */
	async flush(): Promise<void> {
		const { document } = this.device;
		const client = this.yClient;
		const clock = Y.getState(document.clear.store, client);
		await document.flush();
		if (document.saved.unsealed === 0) this.promised.set(client, clock);
	}

	forget(): void {
		this.#editor?.editor.close();
		this.#editor = null;
	}

	async close(): Promise<void> {
		await this.flush();
		this.forget();
		await this.device.close();
	}
}
