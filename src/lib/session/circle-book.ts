/**
 * All circles this device is in: kept on disk, followed at the relay, changed by compare-and-set [C2].
 *
 * Editing never waits for this; only changes of who may do what need the relay.
 */
import { compareLogs } from '#lib/circle/heads.ts';
import type { CircleId } from '#lib/circle/ids.ts';
import type { CircleState } from '#lib/circle/state.ts';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { CirclesConnection } from '#lib/sync/circles-connection.ts';
import { KnownCircle, readCircleRow } from './known-circle.ts';
import type { Vault } from './vault.ts';

/** A colleague may be faster a few times in a row; more often than this is no coincidence. */
const APPEND_ATTEMPTS = 5;

export class CircleBook {
	#vault: Vault;
	#connection: CirclesConnection;
	#circles = new Map<CircleId, KnownCircle>();
	#listeners = new Set<() => void>();
	#removers: (() => void)[] = [];
	#channel: BroadcastChannel | null;
	/** Circles whose history at the relay is not the one we remember [C3]. */
	readonly differing = new Set<CircleId>();

	constructor(vault: Vault, connection: CirclesConnection, channelName: string | null) {
		this.#vault = vault;
		this.#connection = connection;
		this.#channel = channelName === null ? null : new BroadcastChannel(channelName);
	}

	/** Reads what is kept, then follows the relay for as long as the book is open. */
	async open(): Promise<void> {
		const rows = await this.#vault.all('circles');
		await Promise.all(rows.map(({ id, value }) => this.#load(id as CircleId, value)));
		this.#removers.push(
			this.#connection.onEntries((circle, entries) => void this.#take(circle, entries)),
			this.#connection.onStatus((status) => {
				if (status === 'connected') void this.catchUp();
			})
		);
		if (this.#channel !== null) {
			this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
				if (typeof data === 'string') void this.#reload(data as CircleId);
			};
		}
		if (this.#connection.status === 'connected') void this.catchUp();
	}

	get(circle: CircleId): KnownCircle | undefined {
		return this.#circles.get(circle);
	}

	get all(): readonly KnownCircle[] {
		return [...this.#circles.values()];
	}

	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Keeps a circle that was made here; the relay gets it as soon as it can be reached. */
	async add(circle: CircleId, entries: readonly Bytes[], unsent: boolean): Promise<Verdict<KnownCircle>> {
		const existing = this.#circles.get(circle);
		if (existing !== undefined) {
			const extended = await existing.extend(entries);
			return extended.ok ? { ok: true, value: existing } : extended;
		}
		const created = await KnownCircle.create(this.#vault, circle, entries, unsent, (known) =>
			this.#refresh(known)
		);
		if (!created.ok) return created;
		this.#follow(created.value);
		if (unsent) void this.#send(created.value);
		return created;
	}

	/**
	 * Appends what `build` makes of the newest state, again if somebody was faster. Settles when the relay has it, or
	 * with the reason why not.
	 */
	async append(known: KnownCircle, build: (state: CircleState) => Promise<Bytes>): Promise<Verdict<void>> {
		if (known.unsent && !(await this.#send(known))) return { ok: false, reason: 'offline' };
		for (let attempt = 0; attempt < APPEND_ATTEMPTS; attempt++) {
			const entry = await build(known.state);
			const answer = await this.#connection.append(known.circle, entry);
			if (answer.ok) return known.extend([entry]);
			if (answer.reason !== 'conflict' || !('entries' in answer)) return { ok: false, reason: answer.reason };
			const extended = await known.extend(answer.entries);
			if (!extended.ok) return extended;
		}
		return { ok: false, reason: 'conflict' };
	}

	/** Sends what waits, learns of new circles, and fetches what the known ones have more. */
	async catchUp(): Promise<void> {
		for (const known of this.all) if (known.unsent) await this.#send(known);
		const circles = await this.#connection.list();
		for (const circle of circles) {
			const known = this.#circles.get(circle);
			if (known !== undefined) await this.#refresh(known);
			else await this.#take(circle, []);
		}
	}

	async close(): Promise<void> {
		for (const remove of this.#removers.splice(0)) remove();
		this.#channel?.close();
		this.#listeners.clear();
	}

	async #send(known: KnownCircle): Promise<boolean> {
		const [first] = known.entries;
		if (first === undefined) return false;
		const answer = await this.#connection.append(known.circle, first);
		if (answer.ok) await known.markSent();
		return answer.ok;
	}

	/**
	 * Asks for our last entry once more and for all behind it: a relay that cannot show it has lost, cut or rewritten
	 * the log, and is not followed [C3].
	 */
	async #refresh(known: KnownCircle): Promise<void> {
		const held = known.entries.length;
		const pinned = known.entries[held - 1];
		if (known.unsent || pinned === undefined) return;
		const answer = await this.#fetchAll(known.circle, held - 1);
		if (!answer.ok) return;
		const [first] = answer.value;
		const isSame = first !== undefined && equalBytes(first, pinned);
		const extended = isSame ? await known.extend(answer.value) : null;
		if (extended === null || !extended.ok) await this.#noteDifference(known);
	}

	/** Keeps the proof, if there is one: two signed entries at one place. */
	async #noteDifference(known: KnownCircle): Promise<void> {
		this.differing.add(known.circle);
		const theirs = await this.#fetchAll(known.circle, 0);
		const proof = theirs.ok ? await compareLogs(known.entries, theirs.value) : null;
		if (proof !== null) await this.#vault.put('settings', `fork.${known.circle}`, proof);
		this.#tell();
	}

	/** The relay answers in pieces: asks until there is nothing more. */
	async #fetchAll(circle: CircleId, after: number): Promise<Verdict<Bytes[]>> {
		const entries: Bytes[] = [];
		for (;;) {
			const answer = await this.#connection.fetch(circle, after + entries.length);
			if (!answer.ok) return answer;
			if (answer.value.length === 0) return { ok: true, value: entries };
			entries.push(...answer.value);
		}
	}

	/** Entries pushed by the relay: of a circle we know, or of one we were just let into. */
	async #take(circle: CircleId, entries: readonly Bytes[]): Promise<void> {
		const known = this.#circles.get(circle);
		if (known !== undefined) {
			// a push may overtake our own fetch; what does not fit is fetched properly before it is called different
			const extended = await known.extend(entries);
			if (!extended.ok) await this.#refresh(known);
			return;
		}
		const answer = await this.#fetchAll(circle, 0);
		if (answer.ok && answer.value.length > 0) await this.add(circle, answer.value, false);
	}

	async #load(circle: CircleId, value: unknown): Promise<void> {
		const row = readCircleRow(value);
		if (row === null) return;
		const created = await KnownCircle.create(this.#vault, circle, row.entries, row.unsent, (known) =>
			this.#refresh(known)
		);
		if (created.ok) this.#follow(created.value);
	}

	async #reload(circle: CircleId): Promise<void> {
		const row = readCircleRow(await this.#vault.get('circles', circle));
		if (row === null) return;
		const known = this.#circles.get(circle);
		if (known === undefined) await this.#load(circle, { ...row });
		else await known.extend(row.entries);
	}

	#follow(known: KnownCircle): void {
		if (this.#circles.has(known.circle)) return;
		this.#circles.set(known.circle, known);
		this.#removers.push(known.onChange(() => this.#changed(known.circle)));
		this.#changed(known.circle);
	}

	#changed(circle: CircleId): void {
		this.#channel?.postMessage(circle);
		this.#tell();
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}
