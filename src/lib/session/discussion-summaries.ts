/**
 * What waits for me in each discussion, kept sealed on this device, so that the caseload shows it without opening any.
 *
 * Promises: written whenever a discussion changes or was visited, and only when something differs; the other tabs of this
 * browser hear of it. What a person has seen is said in the discussion itself, for all their devices; who may only read
 * says nothing there, so for them it is kept here.
 */
import type { CircleId, DocumentId } from '#lib/circle/ids.ts';
import type { Waiting } from '#lib/discussion/waiting.ts';
import type { Vault } from './vault.ts';

/** The lanes in which people discuss. */
export type DiscussionLane = 'discussion' | 'internal';

export interface DiscussionSummary {
	readonly circle: CircleId;
	readonly document: DocumentId;
	readonly lane: DiscussionLane;
	readonly waiting: readonly Waiting[];
}

const SEEN_HERE = 'seen-here';
/** Messages a reader's device remembers having shown. */
const MOST_SEEN = 5_000;

export class DiscussionSummaries {
	#vault: Vault;
	#byRoom = new Map<string, DiscussionSummary>();
	#seenHere = new Set<string>();
	#listeners = new Set<() => void>();
	#channel: BroadcastChannel;

	constructor(vault: Vault, channelName: string) {
		this.#vault = vault;
		this.#channel = new BroadcastChannel(channelName);
		this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
			if (typeof data === 'string') void this.#reload(data);
		};
	}

	async open(): Promise<void> {
		for (const { id, value } of await this.#vault.all('discussions')) this.#take(id, value);
	}

	get all(): readonly DiscussionSummary[] {
		const summaries = [...this.#byRoom.values()];
		if (this.#seenHere.size === 0) return summaries;
		return summaries.map((summary) => ({
			...summary,
			waiting: summary.waiting.flatMap((item) => {
				if (!this.#seenHere.has(item.message)) return item;
				return item.kind === 'question' || item.kind === 'suggestion' ? { ...item, unread: false } : [];
			})
		}));
	}

	/** Keeps what waits now; nothing is written when it is as before. */
	async note(summary: DiscussionSummary): Promise<void> {
		const id = `${summary.circle}.${summary.document}.${summary.lane}`;
		const before = this.#byRoom.get(id)?.waiting ?? [];
		if (JSON.stringify(before) === JSON.stringify(summary.waiting)) return;
		this.#byRoom.set(id, summary);
		this.#tell();
		await this.#keep(id, { v: 1, ...summary });
	}

	/** Deletes what was kept of discussions that are closed to this person now, here and on disk. */
	async forget(isClosed: (discussion: DiscussionSummary) => boolean): Promise<void> {
		for (const [id, summary] of [...this.#byRoom]) {
			if (!isClosed(summary)) continue;
			this.#byRoom.delete(id);
			this.#tell();
			await this.#vault.delete('discussions', id);
			this.#channel.postMessage(id);
		}
	}

	/** These were shown to somebody who may not say so in the discussion. */
	async seeHere(messages: readonly string[]): Promise<void> {
		const fresh = messages.filter((message) => !this.#seenHere.has(message));
		if (fresh.length === 0) return;
		this.#seenHere = new Set([...this.#seenHere, ...fresh].slice(-MOST_SEEN));
		this.#tell();
		await this.#keep(SEEN_HERE, { v: 1, messages: [...this.#seenHere] });
	}

	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	close(): void {
		this.#channel.close();
		this.#listeners.clear();
	}

	async #keep(id: string, value: unknown): Promise<void> {
		await this.#vault.put('discussions', id, value);
		this.#channel.postMessage(id);
	}

	async #reload(id: string): Promise<void> {
		const value = await this.#vault.get('discussions', id);
		if (value === undefined) this.#byRoom.delete(id);
		else this.#take(id, value);
		this.#tell();
	}

	#take(id: string, value: unknown): void {
		if (!isRecord(value)) return;
		if (id === SEEN_HERE) {
			const { messages } = value;
			if (Array.isArray(messages))
				this.#seenHere = new Set(messages.filter((one) => typeof one === 'string'));
		} else if (Array.isArray(value['waiting'])) {
			// sealed under this device's own key, so it is as it was written
			this.#byRoom.set(id, value as unknown as DiscussionSummary);
		}
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
