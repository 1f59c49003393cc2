/**
 * The relay's circles: the logs it stores, and what they mean, judged by the very code that the apps run [C1].
 *
 * Promises: entries are appended one at a time, by compare-and-set [C2]; an answer `appended` means durable; the same
 * entry twice is `appended` twice. It reads names nowhere: they are sealed [C5].
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { readEntry, type Entry } from '#lib/circle/entry.ts';
import { readId, type CircleId, type DeviceId } from '#lib/circle/ids.ts';
import { activeDevices, mayAppend, mayFoundCase, roleOf } from '#lib/circle/policy.ts';
import { applyEntry, replayEntries, type CircleReason } from '#lib/circle/reduce.ts';
import type { CircleState } from '#lib/circle/state.ts';
import type { GroupCommit } from './group-commit.ts';
import { LIMITS } from './limits.ts';
import { LruMap } from './lru-map.ts';
import type { Store } from './store.ts';

export type AppendReason =
	| CircleReason
	| 'newer-entry'
	| 'wrong-code'
	| 'founded-already'
	| 'not-allowed'
	| 'unknown-circle'
	| 'behind'
	| 'other-history'
	| 'storage-full'
	| 'storage-failed';

export type Appended =
	| { readonly ok: true; readonly circle: CircleId; readonly state: CircleState; readonly isNew: boolean }
	/** Somebody was faster, or the caller is behind: what stands from this sequence number on. */
	| { readonly ok: false; readonly reason: 'conflict'; readonly circle: CircleId; readonly from: number }
	| { readonly ok: false; readonly reason: AppendReason };

/** `writer`: whatever was handed to `append` with the entry. */
type ChangeListener = (state: CircleState, entry: Bytes, writer: unknown) => void;

const AGENCY = 'agency';
const FOUNDING = 'founding';

export class Circles {
	readonly #store: Store;
	readonly #commit: GroupCommit;
	readonly #now: () => number;
	readonly #states = new LruMap<string, Promise<CircleState | null>>(LIMITS.circles);
	readonly #listeners = new Set<ChangeListener>();
	#tail: Promise<unknown> = Promise.resolve();

	constructor(store: Store, commit: GroupCommit, now: () => number) {
		this.#store = store;
		this.#commit = commit;
		this.#now = now;
	}

	get founded(): boolean {
		return this.#store.setting(AGENCY) !== null;
	}

	/** A fresh one-time code while there is no agency, else null. Only its hash is kept; codes from before are void. */
	createFoundingCode(): string | null {
		if (this.founded) return null;
		const code = randomBytes(16).toString('base64url');
		return this.#store.putSetting(FOUNDING, hashOf(code)).ok ? code : null;
	}

	/** Called after each entry that was stored. Returns its remover. */
	onChange(listener: ChangeListener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** What a circle's log says; null when the relay has none. */
	state(circle: string): Promise<CircleState | null> {
		const known = this.#states.get(circle);
		if (known !== undefined) return known;
		const loading = this.#load(circle);
		this.#states.set(circle, loading);
		// an unknown circle may come any moment, and a failure must not be remembered
		loading.then(
			(state) => state === null && this.#states.delete(circle),
			() => this.#states.delete(circle)
		);
		return loading;
	}

	entries(circle: string, after: number): Bytes[] {
		return this.#store.entries(circle, after, LIMITS.entries);
	}

	/** Circles in which this device is a member now. */
	circlesOf(device: DeviceId): string[] {
		return this.#store.circlesOfDevice(device);
	}

	/** Circles in which an invitation with this key stands or stood. */
	circlesInvitedBy(key: string): string[] {
		return this.#store.circlesOfInvite(key);
	}

	async isMember(circle: string, device: DeviceId): Promise<boolean> {
		const state = await this.state(circle);
		return state !== null && roleOf(state, device) !== null;
	}

	/** Appends by compare-and-set [C2]. `circle` is where the caller thinks that the entry belongs. */
	append(circle: string, bytes: Bytes, foundingCode: string | undefined, writer: unknown): Promise<Appended> {
		const result = this.#tail.then(() => this.#append(circle, bytes, foundingCode, writer));
		this.#tail = result.catch(() => undefined);
		return result;
	}

	async #append(
		asked: string,
		bytes: Bytes,
		foundingCode: string | undefined,
		writer: unknown
	): Promise<Appended> {
		const read = await readEntry(bytes);
		if (!read.ok) return read;
		const entry = read.value;
		const circle = entry.circle ?? readId<CircleId>(entry.hash);
		if (circle !== asked) return { ok: false, reason: 'wrong-circle' };
		const state = await this.state(circle);

		if (state !== null && entry.seq <= state.head.seq) {
			const standing = state.hashes[entry.seq];
			const isThere = standing !== undefined && equalBytes(standing, entry.hash);
			return isThere
				? { ok: true, circle, state, isNew: false }
				: { ok: false, reason: 'conflict', circle, from: entry.seq };
		}
		if (state === null && entry.seq > 0) return { ok: false, reason: 'unknown-circle' };
		if (state !== null && entry.seq > state.head.seq + 1) return { ok: false, reason: 'behind' };
		if (state !== null && entry.prev !== null && !equalBytes(entry.prev, state.head.hash)) {
			return { ok: false, reason: 'other-history' };
		}

		const may = mayAppend(state, entry, this.#now());
		if (!may.ok) return may;
		const applied = await applyEntry(state, bytes);
		if (!applied.ok) return applied;
		const founding = state === null ? await this.#judgeFounding(entry, foundingCode) : null;
		if (founding !== null) return { ok: false, reason: founding };
		return this.#keep(circle, entry, applied.value, writer);
	}

	#keep(circle: CircleId, entry: Entry, state: CircleState, writer: unknown): Appended {
		const isAgency = entry.type === 'init' && entry.body.kind === 'agency';
		const written = this.#commit.note(
			this.#store.appendEntry({
				circle,
				seq: entry.seq,
				bytes: entry.bytes,
				devices: activeDevices(state).map(({ device }) => device),
				invites: [...state.invites.keys()],
				...(isAgency && { setting: { name: AGENCY, value: circle } })
			})
		);
		if (!written.ok) {
			this.#states.delete(circle);
			return { ok: false, reason: written.reason === 'full' ? 'storage-full' : 'storage-failed' };
		}
		this.#states.set(circle, Promise.resolve(state));
		for (const listener of this.#listeners) listener(state, entry.bytes, writer);
		return { ok: true, circle, state, isNew: true };
	}

	/** May this first entry begin a circle here? Null: yes. */
	async #judgeFounding(entry: Entry, foundingCode: string | undefined): Promise<AppendReason | null> {
		if (entry.type !== 'init') return 'malformed';
		const agency = this.#store.setting(AGENCY);
		if (entry.body.kind === 'agency') {
			if (agency !== null) return 'founded-already';
			return foundingCode !== undefined && isCode(foundingCode, this.#store.setting(FOUNDING))
				? null
				: 'wrong-code';
		}
		if (entry.body.kind !== 'case') return 'not-allowed';
		if (agency === null || entry.body.parent !== agency) return 'wrong-parent';
		const state = await this.state(agency);
		return state !== null && mayFoundCase(state, entry.by) ? null : 'not-allowed';
	}

	async #load(circle: string): Promise<CircleState | null> {
		let state: CircleState | null = null;
		for (;;) {
			const entries = this.entries(circle, state === null ? 0 : state.head.seq + 1);
			if (entries.length === 0) return state;
			const replayed = await replayEntries(entries, state);
			if (!replayed.ok) throw new Error(`a stored circle does not replay: ${replayed.reason}`);
			state = replayed.value;
		}
	}
}

function hashOf(code: string): string {
	return createHash('sha256').update(code).digest('hex');
}

function isCode(code: string, hash: string | null): boolean {
	if (hash === null) return false;
	return timingSafeEqual(Buffer.from(hashOf(code)), Buffer.from(hash));
}
