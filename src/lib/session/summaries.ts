/**
 * What lists, search and derivations show without opening anything: a small summary of each case and document, sealed
 * on this device.
 *
 * Promises: reading costs a look into a map; a row is written only when something in it changed; other tabs of this
 * browser hear of it; what this device may no longer read is forgotten, on disk too (`forget`).
 * Must never: put anything readable on disk, or on the channel between tabs, which carries random ids alone.
 */
import type { DocumentSummary } from '#lib/casework/summary.ts';
import type { CircleId } from '#lib/circle/ids.ts';
import { contentHash } from '#lib/casework/derive/source.ts';
import type { Vault } from './vault.ts';

export interface Summary {
	readonly title: string;
	readonly updatedAt: number;
	/** Has all of it been on this device at least once? Then it can be written in offline. */
	readonly here: boolean;
	/** The circle whose key opens it, and the case it is listed in; null until its index was read. */
	readonly circle: CircleId | null;
	readonly caseCircle: CircleId | null;
	/** Of a case that was taken off everybody's lists. */
	readonly removed: boolean;
	/** Kind of document; '' for a case. */
	readonly kind: string;
	/** What is in it; null until it was opened or visited once. */
	readonly content: DocumentSummary | null;
}

const nothing: Summary = {
	title: '',
	updatedAt: 0,
	here: false,
	circle: null,
	caseCircle: null,
	removed: false,
	kind: '',
	content: null
};

export class Summaries {
	#vault: Vault;
	#byId = new Map<string, Summary>();
	/** Of what was written last, so that nothing is written twice. */
	#written = new Map<string, string>();
	#listeners = new Set<() => void>();
	#channel: BroadcastChannel | null;
	#incomplete = false;

	constructor(vault: Vault, channel: string) {
		this.#vault = vault;
		this.#channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(channel);
		this.#channel?.addEventListener('message', ({ data }) => {
			if (typeof data === 'string') void this.#read(data);
		});
	}

	async open(): Promise<void> {
		for (const { id, value } of await this.#vault.all('summaries')) this.#take(id, value);
	}

	/** There are rows of another form: all should be made anew. */
	get incomplete(): boolean {
		return this.#incomplete;
	}

	get(id: string): Summary | undefined {
		return this.#byId.get(id);
	}

	/** Every document of a case that this device knows of, by id. */
	ofCase(caseCircle: CircleId): ReadonlyMap<string, Summary> {
		return new Map([...this.#byId].filter(([, summary]) => summary.caseCircle === caseCircle));
	}

	/** How many differences wait for somebody to pick, in each case that has any. */
	get toSettle(): ReadonlyMap<CircleId, number> {
		const counts = new Map<CircleId, number>();
		for (const { caseCircle, content } of this.#byId.values())
			if (caseCircle !== null && content !== null && content.toSettle > 0)
				counts.set(caseCircle, (counts.get(caseCircle) ?? 0) + content.toSettle);
		return counts;
	}

	get all(): ReadonlyMap<string, Summary> {
		return this.#byId;
	}

	/** Keeps what is new about a case or document; nothing is written when nothing changed. */
	async note(id: string, change: Partial<Summary>): Promise<void> {
		const after = { ...(this.#byId.get(id) ?? nothing), ...change };
		const fingerprint = fingerprintOf(after);
		if (this.#written.get(id) === fingerprint) return;
		this.#byId.set(id, after);
		this.#written.set(id, fingerprint);
		this.#tell();
		await this.#vault.put('summaries', id, { v: 4, ...after });
		this.#channel?.postMessage(id);
	}

	/** Deletes what `unreadable` says, here and on disk. */
	async forget(unreadable: (summary: Summary, id: string) => boolean): Promise<void> {
		const gone = [...this.#byId].filter(([id, summary]) => unreadable(summary, id)).map(([id]) => id);
		if (gone.length === 0) return;
		for (const id of gone) {
			this.#byId.delete(id);
			this.#written.delete(id);
		}
		this.#tell();
		for (const id of gone) {
			await this.#vault.delete('summaries', id);
			this.#channel?.postMessage(id);
		}
	}

	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	close(): void {
		this.#channel?.close();
		this.#listeners.clear();
	}

	/** Another tab wrote this row. */
	async #read(id: string): Promise<void> {
		const value = await this.#vault.get('summaries', id);
		if (value === undefined) this.#byId.delete(id);
		else this.#take(id, value);
		this.#tell();
	}

	#take(id: string, value: unknown): void {
		const summary = readSummary(value);
		if (summary === null) return void (this.#incomplete = true);
		this.#byId.set(id, summary);
		this.#written.set(id, fingerprintOf(summary));
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}

function fingerprintOf(summary: Summary): string {
	return contentHash(JSON.stringify(Object.entries(summary).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** A row is sealed by this device alone, so its form is our own; one of another version is built anew. */
function readSummary(value: unknown): Summary | null {
	if (typeof value !== 'object' || value === null) return null;
	const { v, ...kept } = value as Record<string, unknown>;
	return v === 4 ? { ...nothing, ...(kept as Partial<Summary>) } : null;
}
