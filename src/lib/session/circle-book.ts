/**
 * All circles this device is in: kept on disk, followed at the relay, changed by compare-and-set [C2].
 *
 * Editing never waits for this; only changes of who may do what need the relay.
 */
import { compareLogs } from '#lib/circle/heads.ts';
import type { CircleId, PersonId } from '#lib/circle/ids.ts';
import { activeCircles } from '#lib/circle/roles.ts';
import type { CircleState } from '#lib/circle/state.ts';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { CirclesConnection } from '#lib/sync/circles-connection.ts';
import { KnownCircle, readCircleRow, type OtherCircles } from './known-circle.ts';
import type { Vault } from './vault.ts';

/** A colleague may be faster a few times in a row; more often than this is no coincidence. */
const APPEND_ATTEMPTS = 5;

const NOTHING = new Uint8Array();

/** Each rests on those before it. */
const ORDER = ['agency', 'team', 'case', 'document'] as const;

export class CircleBook {
	#vault: Vault;
	#connection: CirclesConnection;
	#circles = new Map<CircleId, KnownCircle>();
	#listeners = new Set<() => void>();
	#removers: (() => void)[] = [];
	#channel: BroadcastChannel | null;
	/** While what is kept is being read, teams are missing that nobody is to be told of. */
	#opening = false;
	/** Circles whose history at the relay is not the one we remember [C3], or only its beginning [R7]. */
	readonly differing = new Map<CircleId, 'record-differs' | 'record-forgotten'>();

	constructor(vault: Vault, connection: CirclesConnection, channelName: string | null) {
		this.#vault = vault;
		this.#connection = connection;
		this.#channel = channelName === null ? null : new BroadcastChannel(channelName);
	}

	/** Reads what is kept, then follows the relay for as long as the book is open. */
	async open(): Promise<void> {
		const rows = await this.#vault.all('circles');
		this.#opening = true;
		await Promise.all(rows.map(({ id, value }) => this.#load(id as CircleId, value)));
		// a team before the case that it is in, and that before its documents
		for (const kind of ORDER) {
			const resting = this.all.filter(
				({ state }) => state.kind === kind && (state.circles.size > 0 || state.announced !== null)
			);
			await Promise.all(resting.map((known) => known.resolve()));
		}
		this.#opening = false;
		this.#tell();
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

	readonly #others: OtherCircles = {
		get: (circle) => this.#circles.get(circle),
		nameOf: (person) => this.#nameInAgency(person),
		refresh: (known) => this.#refreshWhole(known)
	};

	#nameInAgency(person: PersonId): string | null {
		const agency = this.all.find(({ state }) => state.kind === 'agency' && state.people.has(person));
		return agency === undefined ? null : agency.nameOfOwn(person);
	}

	get(circle: CircleId): KnownCircle | undefined {
		return this.#circles.get(circle);
	}

	get all(): readonly KnownCircle[] {
		return [...this.#circles.values()];
	}

	/** As soon as this device knows it; undefined when the book is closed before. */
	async whenKnown(circle: CircleId): Promise<KnownCircle | undefined> {
		const known = this.get(circle);
		if (known !== undefined) return known;
		return new Promise((resolve) => {
			const remove = this.onChange(() => {
				const found = this.get(circle);
				if (found === undefined) return;
				remove();
				resolve(found);
			});
			this.#removers.push(remove, () => resolve(undefined));
		});
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
		const created = await KnownCircle.create(this.#vault, circle, entries, unsent, this.#others);
		if (!created.ok) return created;
		this.#follow(created.value);
		if (unsent) void this.#send(created.value);
		return created;
	}

	/**
	 * Appends what `build` makes of the newest state, again if somebody was faster. Settles when the relay has it, or
	 * with the reason why not. Null: there is nothing to append any more.
	 */
	async append(
		known: KnownCircle,
		build: (state: CircleState) => Promise<Bytes | null>
	): Promise<Verdict<void>> {
		if (known.unsent && !(await this.#send(known))) return { ok: false, reason: 'offline' };
		for (let attempt = 0; attempt < APPEND_ATTEMPTS; attempt++) {
			const entry = await build(known.state);
			if (entry === null) return { ok: true, value: undefined };
			const answer = await this.#connection.append(known.circle, entry);
			if (answer.ok) return known.extend([entry]);
			if (answer.reason === 'behind') {
				await this.#refresh(known);
				if (!this.differing.has(known.circle)) continue;
			}
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
		// what is no longer listed, though we think that we are in, says itself what happened. Circles before those that
		// rest on them, since a relay may have to be given them back
		const known = this.all.filter(({ circle, role }) => role !== null || circles.includes(circle));
		known.sort((a, b) => ORDER.indexOf(a.state.kind) - ORDER.indexOf(b.state.kind));
		for (const one of known) await this.#refresh(one);
		for (const circle of circles) if (!this.#circles.has(circle)) await this.#take(circle, []);
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

	/** A circle, and those that are in it: whose words count is judged by both. */
	async #refreshWhole(known: KnownCircle): Promise<void> {
		await this.#refresh(known);
		for (const { circle } of activeCircles(known.state)) {
			const inner = this.#circles.get(circle);
			if (inner === undefined) await this.#take(circle, []);
			else await this.#refreshWhole(inner);
		}
		await known.resolve();
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
		if (!answer.ok) {
			// to an owner's own circle it says so only if there is none
			if (answer.reason === 'not-allowed' && known.role === 'owner') await this.#giveBack(known, 0);
			return;
		}
		const [first] = answer.value;
		const isSame = first !== undefined && equalBytes(first, pinned);
		const extended = isSame ? await known.extend(answer.value) : null;
		if (extended === null || !extended.ok) await this.#noteDifference(known);
		else if (this.differing.delete(known.circle)) this.#tell();
	}

	/** A relay that only forgot is given back what it had. Of one that says otherwise the proof is kept, if there is one. */
	async #noteDifference(known: KnownCircle): Promise<void> {
		const theirs = await this.#fetchAll(known.circle, 0);
		if (!theirs.ok) return;
		const common = Math.min(theirs.value.length, known.entries.length);
		if (theirs.value.slice(0, common).every((entry, at) => equalBytes(entry, known.entries[at] ?? NOTHING))) {
			// somebody else may have given it back, or gone on, meanwhile
			const extended = await known.extend(theirs.value.slice(common));
			if (extended.ok) return this.#giveBack(known, common);
		}
		this.differing.set(known.circle, 'record-differs');
		// two signed entries at one place
		const proof = await compareLogs(known.entries, theirs.value);
		if (proof !== null) await this.#vault.put('settings', `fork.${known.circle}`, proof);
		this.#tell();
	}

	/** [R7] All entries from `from` on. Who is no owner may not be able to; it is said until somebody has done it. */
	async #giveBack(known: KnownCircle, from: number): Promise<void> {
		for (const entry of known.entries.slice(from)) {
			const answer = await this.#connection.append(known.circle, entry, { again: true });
			if (answer.ok) continue;
			if (answer.reason !== 'offline') this.differing.set(known.circle, 'record-forgotten');
			return this.#tell();
		}
		this.differing.delete(known.circle);
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
		const created = await KnownCircle.create(this.#vault, circle, row.entries, row.unsent, this.#others);
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
		known.append = (build) => this.append(known, build);
		this.#removers.push(known.onChange(() => this.#changed(known)));
		this.#changed(known);
	}

	#changed(known: KnownCircle): void {
		if (this.#opening) return;
		this.#channel?.postMessage(known.circle);
		void this.#resolveAround(known);
		this.#tell();
	}

	/** Fetches the circles that are in this one, and tells those that rest on it. */
	async #resolveAround({ circle, state }: KnownCircle): Promise<void> {
		for (const other of this.all) {
			const isAbove = other.state.parent === circle && other.state.announced !== null;
			if (other.state.circles.has(circle) || isAbove) await other.resolve();
		}
		for (const inner of activeCircles(state))
			if (!this.#circles.has(inner.circle)) await this.#take(inner.circle, []);
	}

	#tell(): void {
		if (this.#opening) return;
		for (const listener of this.#listeners) listener();
	}
}
