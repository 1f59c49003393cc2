/**
 * From one generation of a sealed log to the next [L2] [L3] [L4]: when to roll, and how to follow whoever rolled.
 *
 * Promises: the snapshot is durable at the relay before the circle is told of it, so a death in between leaves everything as it
 * was; who lost the race follows the winner; a snapshot that is not what this device has is refused and said, and the old
 * generation kept, until an owner goes on from it. Must never: hold up typing. Reading and folding run beside the queue, only the change-over on it.
 */
import * as Y from 'yjs';
import { writeRoll } from '#lib/circle/actions.ts';
import type { DeviceId } from '#lib/circle/ids.ts';
import { directRole, roleOf } from '#lib/circle/roles.ts';
import { generationOf, leavesOut, rollAfter, rollsOf, type Roll } from '#lib/circle/state.ts';
import { asBytes, equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import type { Room } from '#lib/envelope/room.ts';
import { foldLog, isSameSnapshot, type Foldable, type Folded } from './fold.ts';
import type { Generation } from './generation.ts';
import { ROLL_AT, type SealedDocumentOptions, type Timing } from './options.ts';
import { within } from './queue.ts';
import { covers } from './saved.ts';
import type { Sealer } from './sealer.ts';
import { FALSE_SNAPSHOT } from './set-aside.ts';
import { isSnapshot, readSnapshot, writeSnapshot, type Snapshot } from './snapshot.ts';

export interface SuccessionOptions {
	readonly document: SealedDocumentOptions;
	readonly timing: Timing;
	readonly sealer: Sealer;
	readonly now: () => number;
	readonly current: () => Generation;
	readonly create: (room: Room) => Generation;
	/** All that the relay has is here and judged, nothing of ours waits, nothing here will not stand. */
	readonly isCalm: () => boolean;
	/**
	 * The change-over: `next` is the generation from now on. `back`: an owner went back, to what this device holds or
	 * behind it; then what is shown here is not what was written.
	 */
	readonly enter: (
		next: Generation,
		snapshot: Snapshot,
		covered: ReadonlyMap<number, number>,
		back: 'no' | 'to-here' | 'behind'
	) => Promise<void>;
	readonly setAside: (bytes: Bytes, reason: string) => Promise<void>;
	readonly changed: () => void;
}

export class Succession {
	#options: SuccessionOptions;
	#next: Generation | null = null;
	/** Generations that are over and not ours, while what stands in them is needed. */
	#former = new Map<number, Generation>();
	/** Told when anything came from the relay. */
	#waiters = new Set<() => void>();
	/** The roll to a snapshot that was refused. */
	#refused: Roll | null = null;
	/** Ours began with a snapshot that nothing here could be held against yet. */
	#isUncompared = false;
	/** It could not be done at once; then it holds up nothing else. */
	#hasTriedComparing = false;
	/** The roll to a snapshot that this device began with, and that turned out to be false. */
	#doubted: Roll | null = null;
	#work: Promise<void> = Promise.resolve();
	#isWorking = false;
	#isAskedAgain = false;
	#tried: string | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#durable = { wanted: 0, reached: () => {}, failed: () => {} };
	#closed = false;

	constructor(options: SuccessionOptions) {
		this.#options = options;
	}

	/** The circle knows no later generation than ours, or one that we do not believe. */
	get isNewest(): boolean {
		return this.#following() === null;
	}

	get refused(): string | null {
		return (this.#refused ?? this.#doubted) === null ? null : FALSE_SNAPSHOT;
	}

	/** The device that signed the false one. */
	get refusedBy(): DeviceId | null {
		return (this.#refused ?? this.#doubted)?.by ?? null;
	}

	/** There is something sound to go on from, and only an owner leads the circle on. */
	get mayRollAgain(): boolean {
		const { circle, device } = this.#options.document;
		return this.refused !== null && directRole(circle.state, device.device) === 'owner';
	}

	/**
	 * [L3] The way out: a generation that goes on from the one before the false snapshot, with what was written behind that
	 * as far as it can stand without it.
	 */
	async rollAgain(): Promise<Verdict<void>> {
		while (this.#isWorking) await this.#work;
		if (this.#closed || !this.mayRollAgain) return refuse('may-not');
		let done: Verdict<void> = refuse('not-all-here');
		this.#begin(async () => {
			done = await this.#rollAgain();
		});
		await this.#work;
		return done;
	}

	/** Something changed: is there a generation to follow, or one to begin? */
	look(): void {
		for (const wake of [...this.#waiters]) wake();
		if (this.#closed) return;
		if (this.#isWorking) {
			this.#isAskedAgain = true;
			return;
		}
		// what could not be done with what is here cannot be done by trying again
		if (this.#tried === this.#knowledge()) return;
		if (this.#following() !== null) this.#begin(() => this.#follow());
		else if (this.#mayCompare && !this.#hasTriedComparing) this.#soon(() => this.#compare());
		else if (this.#isDue())
			this.#soon(
				() => this.#roll(),
				() => this.#isDue()
			);
		else if (this.#mayCompare) this.#soon(() => this.#compare());
	}

	/** This device begins with what the circle's roll says, for lack of anything better. */
	beganFromSnapshot(): void {
		this.#isUncompared = true;
	}

	get #mayCompare(): boolean {
		return this.#isUncompared && this.#options.isCalm();
	}

	/** All that following and rolling depend on, as one text. */
	#knowledge(): string {
		const { state } = this.#options.document.circle;
		const logs = [this.#options.current(), this.#next, ...this.#former.values()].map((generation) =>
			generation === null ? '' : `${generation.name} ${sumOf(generation.log.stateVector)}`
		);
		return [state.head.seq, this.#options.document.circle.secrets.size, ...logs].join(' ');
	}

	/** What the relay says about a generation that is not ours yet. */
	hear(generation: Generation, durable: ReadonlyMap<number, number>): void {
		for (const wake of [...this.#waiters]) wake();
		if (generation !== this.#next) return;
		if ((durable.get(generation.log.client) ?? 0) >= this.#durable.wanted) this.#durable.reached();
	}
	hearRefusal(generation: Generation): void {
		if (generation === this.#next) this.#durable.failed();
	}

	/** Nothing is under way any more. */
	async settled(): Promise<void> {
		await this.#work;
	}

	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#timer);
		this.#durable.failed();
		for (const wake of [...this.#waiters]) wake();
		await this.#work;
		await this.#next?.close();
		for (const generation of this.#former.values()) await generation.close();
	}

	#begin(work: () => Promise<void>): void {
		this.#isWorking = true;
		this.#tried = null;
		const knowing = this.#knowledge();
		this.#isAskedAgain = false;
		this.#work = work()
			.catch((error: unknown) => {
				queueMicrotask(() => {
					throw error;
				});
			})
			.finally(() => {
				this.#isWorking = false;
				this.#tried = knowing;
				this.#options.changed();
				if (this.#isAskedAgain) this.look();
			});
	}

	/** The roll behind our generation. */
	#following(): Roll | null {
		const { room } = this.#options.current();
		const roll = rollAfter(this.#rolls, room.generation);
		if (roll === undefined) return null;
		return this.#refused !== null && equalBytes(this.#refused.hash, roll.hash) ? null : roll;
	}

	get #rolls(): readonly Roll[] {
		const { document, lane } = this.#options.current().room;
		return rollsOf(this.#options.document.circle.state, document, lane);
	}

	async #follow(): Promise<void> {
		const { current, document, sealer, setAside, enter, changed } = this.#options;
		const roll = this.#following();
		const before = current();
		const covered = roll === null ? null : vectorOf(roll.covers);
		if (roll === null || covered === null || !before.isRead) return;
		const isBack = leavesOut(roll);
		if (!isBack && !covers(before.log.stateVector, covered)) return before.link?.ask();
		const next = await this.#reach({ ...before.room, generation: roll.generation });
		const envelopes = next.log.entries().map(({ envelope }) => envelope);
		const { state } = document.circle;
		const laneSecret = (epoch: number) => sealer.laneSecret(epoch, next.room);
		const read = await readSnapshot(envelopes, roll, next.room, state, laneSecret);
		if (!read.ok && read.reason !== 'false') return;
		const own = isBack ? await this.#foldFrom(roll, covered) : await this.#fold(before, covered);
		if (!own.ok && own.reason === 'later') return;
		if (this.#closed) return;
		if (read.ok && own.ok && isSameSnapshot(own.value, read.value)) {
			this.#next = null;
			this.#refused = this.#doubted = null;
			this.#isUncompared = false;
			if (!isBack) return enter(next, read.value, covered, 'no');
			for (const envelope of own.value.leftOut) await setAside(envelope, 'stands-on-nothing');
			const here = before.room.generation;
			const end = here === roll.generation - 1 ? covered : this.#end(here);
			await enter(next, read.value, end ?? covered, here === roll.from ? 'to-here' : 'behind');
			return this.#leaveFormer();
		}
		this.#refused = roll;
		for (const envelope of envelopes) if (isSnapshot(envelope)) await setAside(envelope, FALSE_SNAPSHOT);
		this.#next = null;
		await next.close();
		changed();
	}

	#isDue(): boolean {
		const { current, document, isCalm } = this.#options;
		const { state } = document.circle;
		const generation = current();
		const role = roleOf(state, document.device.device);
		if ((role !== 'owner' && role !== 'editor') || this.refused !== null || !isCalm()) return false;
		if (generation.room.generation !== generationOf(state, generation.room.document, generation.room.lane))
			return false;
		const { envelopes, bytes } = document.rollAt ?? ROLL_AT;
		const { size } = generation;
		const isLong = size.changes > envelopes || size.changed > bytes;
		return isLong && size.changed >= size.snapshot;
	}

	#soon(work: () => Promise<void>, isStillDue: () => boolean = () => true): void {
		const { timing, document } = this.#options;
		clearTimeout(this.#timer);
		// at a random moment, so that of many apps one is first; who only looks in is gone by then
		const wait = timing.roll * (1 + (document.random ?? Math.random)());
		this.#timer = setTimeout(() => {
			if (!this.#closed && !this.#isWorking && this.#following() === null && isStillDue()) this.#begin(work);
		}, wait);
	}

	/** [L3] Nobody is believed for good: the log before ours is folded too, once, when there is time for it. */
	async #compare(): Promise<void> {
		const { current, document, sealer, setAside } = this.#options;
		this.#hasTriedComparing = true;
		const { room, log } = current();
		const roll = this.#rolls.find(({ generation }) => generation === room.generation);
		const covered = roll === undefined ? null : vectorOf(roll.covers);
		if (roll === undefined || covered === null) return;
		const { circle } = document;
		const envelopes = log.entries().map(({ envelope }) => envelope);
		const laneSecret = (epoch: number) => sealer.laneSecret(epoch, room);
		const read = await readSnapshot(envelopes, roll, room, circle.state, laneSecret);
		const own = await this.#foldFrom(roll, covered);
		if (!read.ok || (!own.ok && own.reason === 'later') || this.#closed) return;
		this.#isUncompared = false;
		if (own.ok && isSameSnapshot(own.value, read.value)) return this.#leaveFormer();
		this.#doubted = roll;
		for (const envelope of envelopes) if (isSnapshot(envelope)) await setAside(envelope, FALSE_SNAPSHOT);
	}

	async #roll(): Promise<void> {
		const before = this.#options.current();
		const covered = before.log.stateVector;
		const folded = await this.#fold(before, covered);
		if (!folded.ok || this.#closed) return;
		const room = { ...before.room, generation: before.room.generation + 1 };
		await this.#layDown(folded.value, room, covered);
	}

	async #rollAgain(): Promise<Verdict<void>> {
		const { current, document } = this.#options;
		const { room } = current();
		const newest = generationOf(document.circle.state, room.document, room.lane);
		const last = await this.#reachFormer(newest);
		if (!(await this.#heard(last, () => last.link?.complete === true))) return refuse('not-all-here');
		const covered = last.log.stateVector;
		const from = this.#refused === null ? (this.#doubted?.from ?? room.generation) : room.generation;
		const folded = await this.#foldFrom({ from, generation: newest + 1 }, covered);
		if (!folded.ok || this.#closed) return refuse('not-all-here');
		return this.#layDown(folded.value, { ...room, generation: newest + 1 }, covered, from);
	}

	/** Writes the snapshot into its room, waits until it is durable there, and tells the circle. */
	async #layDown(
		snapshot: Snapshot,
		room: Room,
		covered: Map<number, number>,
		from?: number
	): Promise<Verdict<void>> {
		const { document, sealer, now } = this.#options;
		const { circle, device } = document;
		const { document: id, lane, generation } = room;
		const written = await writeSnapshot(snapshot, room, sealer);
		if (written === null) return refuse('may-not');
		const next = await this.#reach(room);
		for (const envelope of written.envelopes) next.log.push(envelope);
		const stored = new Promise<boolean>((resolve) => {
			const wanted = next.log.pushed;
			this.#durable = { wanted, reached: () => resolve(true), failed: () => resolve(false) };
			if (this.#closed || next.status === 'refused') resolve(false);
		});
		const isDurable = (await within(stored, this.#options.timing.patience)) ?? false;
		const roll = {
			...{ document: id, lane, hash: written.hash, covers: bytesOf(covered) },
			...(from === undefined ? {} : { from })
		};
		const isTold =
			isDurable &&
			!this.#closed &&
			(await circle.append(async (state) =>
				generationOf(state, id, lane) < generation ? writeRoll(state, device, { ...roll, at: now() }) : null
			));
		if (isTold === false || !isTold.ok) {
			// somebody wrote meanwhile, or was faster: what we put there means nothing to anybody
			this.#next = null;
			await next.close();
			await document.storage.forgetLog(next.name);
			return isTold === false ? refuse('needs-relay') : isTold;
		}
		this.#isAskedAgain = true;
		return accept(undefined);
	}

	/** What generation `from` was, and what was written behind it until `generation` began; `covered`: its last log. */
	async #foldFrom(
		{ from, generation }: Pick<Roll, 'from' | 'generation'>,
		covered: ReadonlyMap<number, number>
	): Promise<Verdict<Folded, 'later' | 'unsound'>> {
		const logs: { readonly room: Room; readonly envelopes: readonly Bytes[] }[] = [];
		let sound: { readonly of: Generation; readonly end: ReadonlyMap<number, number> } | null = null;
		for (let at = from; at < generation; at++) {
			const of = await this.#reachFormer(at);
			const end = at === generation - 1 ? covered : this.#end(at);
			if (end === null || !(await this.#heard(of, () => covers(of.log.stateVector, end))))
				return refuse('later');
			if (sound === null) sound = { of, end };
			else logs.push({ room: of.room, envelopes: envelopesOf(of, end).filter((one) => !isSnapshot(one)) });
		}
		return sound === null ? refuse('unsound') : this.#fold(sound.of, sound.end, logs);
	}

	/** How far the log of a generation went, as the roll said that ended it. */
	#end(generation: number): ReadonlyMap<number, number> | null {
		const roll = this.#rolls.find((one) => one.generation === generation + 1);
		return roll === undefined ? null : vectorOf(roll.covers);
	}

	async #fold(
		generation: Generation,
		covered: ReadonlyMap<number, number>,
		behind: Foldable['behind'] = []
	): Promise<Verdict<Folded, 'later' | 'unsound'>> {
		const { document, sealer } = this.#options;
		const { room } = generation;
		const envelopes = envelopesOf(generation, covered);
		const laneSecret = (epoch: number, of: Room = room) => sealer.laneSecret(epoch, of);
		const roll = this.#rolls.find((one) => one.generation === room.generation);
		const base =
			roll === undefined
				? null
				: await readSnapshot(envelopes, roll, room, document.circle.state, laneSecret);
		if (base !== null && !base.ok) return { ok: false, reason: 'later' } as const;
		return foldLog({
			envelopes: envelopes.filter((bytes) => !isSnapshot(bytes)),
			base: base === null ? null : base.value,
			seed: document.seed,
			forgets: document.forgets,
			circle: document.circle,
			room,
			behind,
			laneSecret
		});
	}

	/** A generation that is over, from disk and relay; ours, if it is that. */
	async #reachFormer(generation: number): Promise<Generation> {
		const { current, create } = this.#options;
		const { room } = current();
		if (room.generation === generation) return current();
		const known = this.#former.get(generation) ?? create({ ...room, generation });
		this.#former.set(generation, known);
		await known.load().catch(() => undefined);
		known.connect();
		return known;
	}

	/** Asks the relay, and waits until this is so; false when that takes too long. */
	async #heard({ link }: Generation, isSo: () => boolean): Promise<boolean> {
		if (!isSo()) link?.ask();
		let wake = () => {};
		const heard = new Promise<void>((resolve) => {
			wake = () => {
				if (this.#closed || isSo()) resolve();
			};
		});
		this.#waiters.add(wake);
		wake();
		await within(heard, this.#options.timing.patience);
		this.#waiters.delete(wake);
		return !this.#closed && isSo();
	}

	/** They are not needed any more: what they held is in ours. */
	async #leaveFormer(): Promise<void> {
		const former = [...this.#former.values()];
		this.#former.clear();
		for (const generation of former) {
			await generation.close();
			await this.#options.document.storage.forgetLog(generation.name);
		}
	}

	/** The next generation, from disk and relay. */
	async #reach(room: Room): Promise<Generation> {
		if (this.#next !== null && this.#next.room.generation !== room.generation) await this.#next.close();
		if (this.#next?.room.generation !== room.generation) this.#next = this.#options.create(room);
		const next = this.#next;
		await next.load().catch(() => undefined);
		next.connect();
		return next;
	}
}

function envelopesOf({ log }: Generation, covered: ReadonlyMap<number, number>): readonly Bytes[] {
	const entries = log.entries().filter(({ client, clock }) => clock < (covered.get(client) ?? 0));
	return entries.map(({ envelope }) => envelope);
}

function sumOf(vector: ReadonlyMap<number, number>): number {
	let sum = 0;
	for (const clock of vector.values()) sum += clock;
	return sum;
}

/** Bytes of a Yjs state vector; null when they are none. */
function vectorOf(bytes: Bytes): ReadonlyMap<number, number> | null {
	try {
		return Y.decodeStateVector(bytes);
	} catch {
		return null;
	}
}

function bytesOf(vector: Map<number, number>): Bytes {
	return asBytes(Y.encodeStateVector(vector));
}
