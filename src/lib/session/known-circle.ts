/**
 * One circle as this device knows it: the signed log, what it means, and the secrets it opens for us.
 *
 * The log only grows. A relay that answers with a shorter or another history is refused and said [C3]. Who is in through
 * a team is known as far as the book knows the team's log; until then that team gives nobody anything here.
 */
import {
	openAnnounced,
	openCircleName,
	openLabel,
	openName,
	readEpochSecrets,
	type EpochSecrets
} from '#lib/circle/secrets.ts';
import { readEntry } from '#lib/circle/entry.ts';
import { replayEntries } from '#lib/circle/reduce.ts';
import {
	activeCircles,
	directRole,
	isGuest,
	mayWriteNow,
	roleOf,
	standingOf,
	withMemberState
} from '#lib/circle/roles.ts';
import type { CircleState, Lane, Role } from '#lib/circle/state.ts';
import type { CircleId, PersonId } from '#lib/circle/ids.ts';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { FollowedCircle } from '#lib/sync/options.ts';
import { colourOf } from './colours.ts';
import type { Vault } from './vault.ts';

/** The book that holds a circle, as the circle needs it. */
export interface OtherCircles {
	get(circle: CircleId): KnownCircle | undefined;
	/** As the agency calls them. */
	nameOf(person: PersonId): string | null;
	/** Fetches what the relay has more of a circle, and of those that are in it. */
	refresh(known: KnownCircle): Promise<void>;
}

export class KnownCircle {
	#vault: Vault;
	#entries: readonly Bytes[] = [];
	#state: CircleState | null = null;
	#secrets: EpochSecrets = new Map();
	#names: ReadonlyMap<PersonId, string> = new Map();
	#times: readonly number[] = [];
	#circleNames: ReadonlyMap<CircleId, string> = new Map();
	#label = '';
	#unsent = false;
	#listeners = new Set<() => void>();
	#tail: Promise<unknown> = Promise.resolve();
	#others: OtherCircles;
	readonly circle: CircleId;
	/** Appends what is made of the newest state; set by the book that holds this circle. */
	append: FollowedCircle['append'] = async () => ({ ok: false, reason: 'offline' });

	private constructor(vault: Vault, circle: CircleId, others: OtherCircles) {
		this.#vault = vault;
		this.#others = others;
		this.circle = circle;
	}

	/** A circle from its whole log, kept on this device when it settles. `unsent`: the relay does not have it yet. */
	static async create(
		vault: Vault,
		circle: CircleId,
		entries: readonly Bytes[],
		unsent: boolean,
		others: OtherCircles
	): Promise<Verdict<KnownCircle>> {
		const known = new KnownCircle(vault, circle, others);
		known.#unsent = unsent;
		const extended = await known.extend(entries);
		return extended.ok ? { ok: true, value: known } : extended;
	}

	get state(): CircleState {
		if (this.#state === null) throw new Error('a known circle has a state from its first entry on');
		return this.#state;
	}
	get secrets(): EpochSecrets {
		return this.#secrets;
	}
	get entries(): readonly Bytes[] {
		return this.#entries;
	}
	/** When the entry at `seq` was written, ms, by its writer's clock. */
	timeOf(seq: number): number {
		return this.#times[seq] ?? 0;
	}
	get unsent(): boolean {
		return this.#unsent;
	}
	/** What the circle is called, of a case the agency's name; '' when that is not for us. */
	get label(): string {
		return this.#label;
	}
	get role(): Role | null {
		return roleOf(this.state, this.#vault.device.device);
	}
	/** Does this device hold the keys of such a lane? What is internal, guests do not. */
	mayOpen(lane: Lane): boolean {
		return this.role !== null && (lane !== 'internal' || !isGuest(this.state, this.#vault.device.device));
	}
	mayWrite(lane: Lane): boolean {
		return mayWriteNow(this.state, this.#vault.device.device, lane, null);
	}
	/** As a member of this very circle, not through a team. */
	get directRole(): Role | null {
		return directRole(this.state, this.#vault.device.device);
	}
	/** ms: when it ends that I am in by name; null: never, or I am not. */
	get directUntil(): number | null {
		const device = this.state.devices.get(this.#vault.device.device);
		const member = device === undefined ? undefined : this.state.people.get(device.person);
		return member === undefined ? null : (standingOf(member)?.until ?? null);
	}
	/** We were shut out, or left. While the log of a team is missing here, nobody can say so. */
	get isOut(): boolean {
		return this.role === null && activeCircles(this.state).every(({ state }) => state !== null);
	}
	colourOf(person: PersonId): string {
		return colourOf([...this.state.people.keys()].indexOf(person));
	}
	nameOf(person: PersonId): string {
		return this.#nameHere(person) ?? this.#others.nameOf(person) ?? 'Somebody';
	}
	/** As this circle alone calls them; null: it does not. */
	nameOfOwn(person: PersonId): string | null {
		return this.#names.get(person) ?? null;
	}
	nameOfCircle(circle: CircleId): string {
		return this.#circleNames.get(circle) || this.#others.get(circle)?.label || 'A team';
	}

	#nameHere(person: PersonId): string | null {
		const own = this.#names.get(person);
		if (own !== undefined) return own;
		for (const circle of this.state.circles.keys()) {
			const inner = this.#others.get(circle);
			const name = inner === undefined ? null : inner.#nameHere(person);
			if (name !== null) return name;
		}
		return null;
	}

	/** Fetches what the relay has more. */
	refresh(): Promise<void> {
		return this.#others.refresh(this);
	}

	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** The relay has all of it now. */
	async markSent(): Promise<void> {
		this.#unsent = false;
		await this.#keep();
	}

	/**
	 * Takes further entries (or a whole log that must begin with the one we know). One at a time: two pushes that
	 * arrive together must not both start from the same head.
	 */
	extend(entries: readonly Bytes[]): Promise<Verdict<void>> {
		const done = this.#tail.then(() => this.#extend(entries));
		this.#tail = done.catch(() => {});
		return done;
	}

	/** Another circle, on which this one rests, is known better now. */
	resolve(): Promise<void> {
		const done = this.#tail.then(async () => {
			const { state } = this;
			const [secrets, label] = [this.#secrets, this.#label];
			await this.#read(state);
			const isSame = this.#state === state && this.#label === label && isSameSecrets(this.#secrets, secrets);
			if (!isSame) for (const listener of this.#listeners) listener();
		});
		this.#tail = done.catch(() => {});
		return done;
	}

	async #extend(entries: readonly Bytes[]): Promise<Verdict<void>> {
		const fresh: Bytes[] = [];
		for (const entry of entries) {
			if (!this.#entries.some((known) => equalBytes(known, entry))) fresh.push(entry);
		}
		if (fresh.length === 0) return { ok: true, value: undefined };
		const next = await replayEntries(fresh, this.#state);
		if (!next.ok) return next.reason === 'wrong-place' ? { ok: false, reason: 'record-differs' } : next;
		if (next.value.circle !== this.circle) return { ok: false, reason: 'record-differs' };
		this.#entries = [...this.#entries, ...fresh];
		this.#times = [...this.#times, ...(await Promise.all(fresh.map(timeIn)))];
		await this.#read(next.value);
		await this.#keep();
		for (const listener of this.#listeners) listener();
		return { ok: true, value: undefined };
	}

	async #read(own: CircleState): Promise<void> {
		let state = own;
		const held = new Map<CircleId, EpochSecrets>();
		for (const circle of own.circles.keys()) {
			const inner = this.#others.get(circle);
			if (inner === undefined) continue;
			state = withMemberState(state, inner.state);
			held.set(circle, inner.secrets);
		}
		const secrets = await readEpochSecrets(state, this.#vault.device, held);
		this.#state = state;
		this.#secrets = secrets;
		await this.#readNames(state);
	}

	async #readNames(state: CircleState): Promise<void> {
		const names = new Map<PersonId, string>();
		for (const member of state.people.values()) {
			const name = await openName(this.#secrets, state.circle, member);
			if (name !== null) names.set(member.person, name);
		}
		this.#names = names;
		const circleNames = new Map<CircleId, string>();
		for (const member of state.circles.values()) {
			const name = await openCircleName(this.#secrets, state.circle, member);
			if (name !== null) circleNames.set(member.circle, name);
		}
		this.#circleNames = circleNames;
		const above = state.parent === null ? undefined : this.#others.get(state.parent);
		this.#label =
			(await openLabel(this.#secrets, state)) ??
			(above === undefined ? null : await openAnnounced(above.secrets, above.circle, state)) ??
			'';
	}

	/** Another tab may know more than we do: a shorter log never replaces a longer one. */
	async #keep(): Promise<void> {
		const kept = readCircleRow(await this.#vault.get('circles', this.circle));
		if (kept !== null && kept.entries.length > this.#entries.length) return;
		await this.#vault.put('circles', this.circle, { v: 1, entries: this.#entries, unsent: this.#unsent });
	}
}

async function timeIn(bytes: Bytes): Promise<number> {
	const entry = await readEntry(bytes);
	return entry.ok ? entry.value.at : 0;
}

function isSameSecrets(one: EpochSecrets, other: EpochSecrets): boolean {
	if (one.size !== other.size) return false;
	return [...one].every(([epoch, { staff }]) => {
		const known = other.get(epoch);
		return known !== undefined && (known.staff === null) === (staff === null);
	});
}

/** A stored circle, judged. */
export function readCircleRow(value: unknown): { entries: readonly Bytes[]; unsent: boolean } | null {
	if (typeof value !== 'object' || value === null) return null;
	const { entries, unsent } = value as Record<string, unknown>;
	if (!Array.isArray(entries) || !entries.every((entry) => entry instanceof Uint8Array)) return null;
	return { entries: entries as Bytes[], unsent: unsent === true };
}
