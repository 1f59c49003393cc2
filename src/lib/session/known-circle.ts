/**
 * One circle as this device knows it: the signed log, what it means, and the secrets it opens for us.
 *
 * The log only grows. A relay that answers with a shorter or another history is refused and said [C3].
 */
import { openLabel, openName, readEpochSecrets, type EpochSecrets } from '#lib/circle/secrets.ts';
import { replayEntries } from '#lib/circle/reduce.ts';
import { roleOf } from '#lib/circle/policy.ts';
import type { CircleState, Role } from '#lib/circle/state.ts';
import type { CircleId, PersonId } from '#lib/circle/ids.ts';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import { colourOf } from './colours.ts';
import type { Vault } from './vault.ts';

export class KnownCircle {
	#vault: Vault;
	#entries: readonly Bytes[] = [];
	#state: CircleState | null = null;
	#secrets: EpochSecrets = new Map();
	#names: ReadonlyMap<PersonId, string> = new Map();
	#agencyName = '';
	#unsent = false;
	#listeners = new Set<() => void>();
	#tail: Promise<unknown> = Promise.resolve();
	readonly circle: CircleId;
	/** Fetches what the relay has more; set by the book that holds this circle. */
	readonly refresh: () => Promise<void>;

	private constructor(vault: Vault, circle: CircleId, refresh: (known: KnownCircle) => Promise<void>) {
		this.#vault = vault;
		this.circle = circle;
		this.refresh = () => refresh(this);
	}

	/** A circle from its whole log, kept on this device when it settles. `unsent`: the relay does not have it yet. */
	static async create(
		vault: Vault,
		circle: CircleId,
		entries: readonly Bytes[],
		unsent: boolean,
		refresh: (known: KnownCircle) => Promise<void>
	): Promise<Verdict<KnownCircle>> {
		const known = new KnownCircle(vault, circle, refresh);
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
	get unsent(): boolean {
		return this.#unsent;
	}
	get agencyName(): string {
		return this.#agencyName;
	}
	get role(): Role | null {
		return roleOf(this.state, this.#vault.device.device);
	}
	colourOf(person: PersonId): string {
		return colourOf([...this.state.people.keys()].indexOf(person));
	}
	nameOf(person: PersonId): string {
		return this.#names.get(person) ?? 'Somebody';
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
		this.#state = next.value;
		this.#secrets = await readEpochSecrets(next.value, this.#vault.device);
		await this.#readNames(next.value);
		await this.#keep();
		for (const listener of this.#listeners) listener();
		return { ok: true, value: undefined };
	}

	async #readNames(state: CircleState): Promise<void> {
		const names = new Map<PersonId, string>();
		for (const member of state.people.values()) {
			const name = await openName(this.#secrets, state.circle, member);
			if (name !== null) names.set(member.person, name);
		}
		this.#names = names;
		this.#agencyName = (await openLabel(this.#secrets, state)) ?? '';
	}

	/** Another tab may know more than we do: a shorter log never replaces a longer one. */
	async #keep(): Promise<void> {
		const kept = readCircleRow(await this.#vault.get('circles', this.circle));
		if (kept !== null && kept.entries.length > this.#entries.length) return;
		await this.#vault.put('circles', this.circle, { v: 1, entries: this.#entries, unsent: this.#unsent });
	}
}

/** A stored circle, judged. */
export function readCircleRow(value: unknown): { entries: readonly Bytes[]; unsent: boolean } | null {
	if (typeof value !== 'object' || value === null) return null;
	const { entries, unsent } = value as Record<string, unknown>;
	if (!Array.isArray(entries) || !entries.every((entry) => entry instanceof Uint8Array)) return null;
	return { entries: entries as Bytes[], unsent: unsent === true };
}
