/**
 * The relay's circles: the logs it stores, and what they mean, judged by the very code that the apps run [C1].
 *
 * Promises: entries are appended one at a time, by compare-and-set [C2]; an answer `appended` means durable; the same
 * entry twice is `appended` twice. A state has the newest log of every member circle in it [C4], and grows when one of
 * those grows. It reads names nowhere: they are sealed [C5].
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import type { Body } from '#lib/circle/bodies.ts';
import { readEntry, type Entry } from '#lib/circle/entry.ts';
import { readId, type CircleId, type DeviceId } from '#lib/circle/ids.ts';
import {
	isRunning,
	mayAppend,
	mayFound,
	mayGrantCircle,
	namesRunningCircles,
	type RelayReason
} from '#lib/circle/policy.ts';
import { activeDevices, endOf, everyDevice, isGuest, roleOf, withMemberState } from '#lib/circle/roles.ts';
import { applyEntry, replayEntries, type CircleReason } from '#lib/circle/reduce.ts';
import type { CircleState } from '#lib/circle/state.ts';
import { cutsAreWhole } from './cuts.ts';
import type { GroupCommit } from './group-commit.ts';
import { LIMITS } from './limits.ts';
import { LruMap } from './lru-map.ts';
import type { Store } from './store.ts';

export type AppendReason =
	| CircleReason
	| RelayReason
	/** Rooms hold more than the entry counts or covers: fetch, count again. */
	| 'behind-rooms'
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

/**
 * `writer`: whatever was handed to `append` with the entry. `through`: the circle did not grow itself, but one that is
 * in it, which is now like this.
 */
export type Change =
	| { readonly entry: Bytes; readonly writer: unknown; readonly through: null }
	| { readonly entry: null; readonly writer: unknown; readonly through: CircleState };
type ChangeListener = (state: CircleState, change: Change) => void;

const AGENCY = 'agency';
const FOUNDING = 'founding';

export class Circles {
	readonly #store: Store;
	readonly #commit: GroupCommit;
	readonly #now: () => number;
	readonly #states = new LruMap<string, Promise<CircleState | null>>(LIMITS.circles);
	readonly #listeners = new Set<ChangeListener>();
	/** What the rooms say to a roll, at the very moment. */
	mayRoll: (circle: CircleId, roll: Body<'roll'>) => boolean = () => false;
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

	/** Called after each entry that was stored, for its circle and then for those that this one is in. Returns its remover. */
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

	/** Circles in which this device is now, by itself or through another circle. */
	async circlesOf(device: DeviceId): Promise<string[]> {
		const found = new Set<string>();
		const candidates = this.#store.circlesOfDevice(device);
		for (let next = candidates.shift(); next !== undefined; next = candidates.shift()) {
			if (found.has(next) || !(await this.isMember(next, device))) continue;
			found.add(next);
			candidates.push(...this.#store.circlesShown(next));
		}
		return [...found];
	}

	/** All logs that this device is shown: of its circles, and of those that it needs to judge who else is in them. */
	async logsFor(device: DeviceId): Promise<string[]> {
		const logs = new Set(await this.circlesOf(device));
		// a set goes on with what is added on the way
		for (const circle of logs) {
			if (await this.#isShownNothing(circle, device)) continue;
			for (const log of this.#store.logsShownTo(circle)) logs.add(log);
		}
		return [...logs];
	}

	async maySee(circle: string, device: DeviceId): Promise<boolean> {
		if (await this.isMember(circle, device)) return true;
		for (const to of this.#store.circlesShown(circle)) {
			if ((await this.maySee(to, device)) && !(await this.#isShownNothing(to, device))) return true;
		}
		return false;
	}

	/** Every device that is shown this circle's log. */
	async viewers(state: CircleState): Promise<ReadonlySet<DeviceId>> {
		const devices = new Set(everyDevice(state));
		for (const circle of this.#store.circlesShown(state.circle)) {
			const to = await this.state(circle);
			if (to === null) continue;
			for (const device of await this.viewers(to))
				if (!(await this.#isShownNothing(circle, device))) devices.add(device);
		}
		return devices;
	}

	/** Guests of the agency are not shown its teams. */
	async #isShownNothing(circle: string, device: DeviceId): Promise<boolean> {
		const state = await this.state(circle);
		return state?.kind === 'agency' && isGuest(state, device);
	}

	/** Circles in which an invitation with this key stands or stood. */
	circlesInvitedBy(key: string): string[] {
		return this.#store.circlesOfInvite(key);
	}

	async isMember(circle: string, device: DeviceId): Promise<boolean> {
		const state = await this.state(circle);
		return state !== null && roleOf(state, device) !== null;
	}

	/** The place of the entry that ended this device's time here; null: it is in, or never was. */
	async endOf(circle: string, device: DeviceId): Promise<number | null> {
		const state = await this.state(circle);
		return state === null ? null : endOf(state, device);
	}

	/** Appends by compare-and-set [C2]. `circle` is where the caller thinks that the entry belongs. */
	append(circle: string, bytes: Bytes, foundingCode: string | undefined, writer: unknown): Promise<Appended> {
		return this.#inTurn(() => this.#append(circle, bytes, { foundingCode, giver: null }, writer));
	}

	/**
	 * Takes back what an older copy of the store has forgotten [R7]. Signatures and policy are judged as ever. The hour
	 * and what lies in the rooms were judged when it was first appended, and cannot be again; so only an owner's word
	 * counts for that, who could do all of it anew. From anybody else it is an ordinary append.
	 */
	giveBack(circle: string, bytes: Bytes, giver: DeviceId, writer: unknown): Promise<Appended> {
		return this.#inTurn(() => this.#append(circle, bytes, { foundingCode: undefined, giver }, writer));
	}

	#inTurn(work: () => Promise<Appended>): Promise<Appended> {
		const result = this.#tail.then(work);
		this.#tail = result.catch(() => undefined);
		return result;
	}

	async #append(
		asked: string,
		bytes: Bytes,
		{ foundingCode, giver }: { foundingCode: string | undefined; giver: DeviceId | null },
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

		const isOwners = giver !== null && state !== null && roleOf(state, giver) === 'owner';
		const may = mayAppend(state, entry, isOwners ? null : this.#now());
		if (!may.ok) return may;
		const applied = await applyEntry(state, bytes);
		if (!applied.ok) return applied;
		const founding = state === null ? await this.#judgeFounding(entry, foundingCode, giver) : null;
		if (founding !== null) return { ok: false, reason: founding };
		if (state !== null && !isOwners) {
			const refused = await this.#judgeMemberCircles(state, entry);
			if (refused !== null) return { ok: false, reason: refused };
			// from here to the entry nothing is stored: what is judged meanwhile is judged again by the new state
			this.#commit.flush();
			if (!cutsAreWhole(this.#store, state, entry)) return { ok: false, reason: 'behind-rooms' };
			if ((entry.type === 'roll' || entry.type === 'roll-again') && !this.mayRoll(circle, entry.body))
				return { ok: false, reason: 'behind-rooms' };
		}
		return this.#keep(circle, entry, await this.#withMembers(applied.value), writer);
	}

	async #keep(circle: CircleId, entry: Entry, state: CircleState, writer: unknown): Promise<Appended> {
		const isAgency = entry.type === 'init' && entry.body.kind === 'agency';
		const written = this.#commit.note(
			this.#store.appendEntry({
				circle,
				seq: entry.seq,
				bytes: entry.bytes,
				devices: activeDevices(state).map(({ device }) => device),
				invites: [...state.invites.keys()],
				shown: shownBy(entry, circle),
				...(isAgency && { setting: { name: AGENCY, value: circle } })
			})
		);
		if (!written.ok) {
			this.#states.delete(circle);
			return { ok: false, reason: written.reason === 'full' ? 'storage-full' : 'storage-failed' };
		}
		this.#states.set(circle, Promise.resolve(state));
		for (const listener of this.#listeners) listener(state, { entry: entry.bytes, writer, through: null });
		await this.#growAround(state, writer);
		return { ok: true, circle, state, isNew: true };
	}

	/** Whoever is in a circle through this one is in, or is out, from now on [R4]. */
	async #growAround(inner: CircleState, writer: unknown): Promise<void> {
		for (const circle of this.#store.circlesShown(inner.circle)) {
			const before = await this.state(circle);
			const state = before === null ? null : withMemberState(before, inner);
			if (state === null || state === before) continue;
			this.#states.set(circle, Promise.resolve(state));
			for (const listener of this.#listeners) listener(state, { entry: null, writer, through: inner });
			await this.#growAround(state, writer);
		}
	}

	/** Is what an entry says of other circles so by their newest logs? Null: yes. */
	async #judgeMemberCircles(state: CircleState, entry: Entry): Promise<AppendReason | null> {
		if (entry.type === 'newer' || !namesRunningCircles(state, entry)) return 'wrong-heads';
		if (entry.type !== 'grant-circle') return null;
		const { circle, head, receiveKey } = entry.body;
		const inner = await this.state(circle);
		if (
			inner === null ||
			!mayGrantCircle(state, inner, {
				...entry.body,
				head: inner.head,
				receiveKey: inner.epochs.at(-1)?.circleKey ?? receiveKey
			})
		)
			return 'not-allowed';
		return isRunning(inner, head, receiveKey) ? null : 'wrong-heads';
	}

	async #withMembers(state: CircleState): Promise<CircleState> {
		let whole = state;
		for (const circle of state.circles.keys()) {
			const inner = await this.state(circle);
			if (inner !== null) whole = withMemberState(whole, inner);
		}
		return whole;
	}

	/** May this first entry begin a circle here? Null: yes. */
	async #judgeFounding(
		entry: Entry,
		foundingCode: string | undefined,
		giver: DeviceId | null
	): Promise<AppendReason | null> {
		if (entry.type !== 'init') return 'malformed';
		const agency = this.#store.setting(AGENCY);
		if (entry.body.kind === 'agency') {
			if (agency !== null) return 'founded-already';
			return foundingCode !== undefined && isCode(foundingCode, this.#store.setting(FOUNDING))
				? null
				: 'wrong-code';
		}
		const { kind, parent } = entry.body;
		if (parent === null || (kind !== 'document' && parent !== agency)) return 'wrong-parent';
		const state = await this.state(parent);
		if (state === null) return 'wrong-parent';
		return mayFound(state, kind, giver ?? entry.by, this.#now()) ? null : 'not-allowed';
	}

	async #load(circle: string): Promise<CircleState | null> {
		let state: CircleState | null = null;
		for (;;) {
			const entries = this.entries(circle, state === null ? 0 : state.head.seq + 1);
			if (entries.length === 0) return state === null ? null : this.#withMembers(state);
			const replayed = await replayEntries(entries, state);
			if (!replayed.ok) throw new Error(`a stored circle does not replay: ${replayed.reason}`);
			state = replayed.value;
		}
	}
}

/**
 * A team is shown to the agency; a circle that is a member, or was one, to who is in the other: they judge its people's
 * words.
 */
function shownBy(entry: Entry, circle: CircleId): { readonly log: string; readonly to: string }[] {
	if (entry.type === 'grant-circle') return [{ log: entry.body.circle, to: circle }];
	if (entry.type !== 'init' || entry.body.kind !== 'team' || entry.body.parent === null) return [];
	return [{ log: circle, to: entry.body.parent }];
}

function hashOf(code: string): string {
	return createHash('sha256').update(code).digest('hex');
}

function isCode(code: string, hash: string | null): boolean {
	if (hash === null) return false;
	return timingSafeEqual(Buffer.from(hashOf(code)), Buffer.from(hash));
}
