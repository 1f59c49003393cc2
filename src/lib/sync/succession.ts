/**
 * From one generation of a sealed log to the next [L2] [L3] [L4]: when to roll, and how to follow whoever rolled.
 *
 * Promises: the snapshot is durable at the relay before the circle is told of it, so a death in between leaves everything as it
 * was; who lost the race follows the winner; a snapshot that is not what this device has is refused and said, and the old
 * generation kept. Must never: hold up typing. Reading and folding run beside the queue, only the change-over on it.
 */
import * as Y from 'yjs';
import { writeRoll } from '#lib/circle/actions.ts';
import { roleOf } from '#lib/circle/roles.ts';
import { generationOf, type Roll } from '#lib/circle/state.ts';
import { asBytes, equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import type { Room } from '#lib/envelope/room.ts';
import { foldLog, isSameSnapshot } from './fold.ts';
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
	/** The change-over: `next` is the generation from now on. */
	readonly enter: (
		next: Generation,
		snapshot: Snapshot,
		covered: ReadonlyMap<number, number>
	) => Promise<void>;
	readonly setAside: (bytes: Bytes, reason: string) => Promise<void>;
	readonly changed: () => void;
}

export class Succession {
	#options: SuccessionOptions;
	#next: Generation | null = null;
	/** Hash of a snapshot that was refused. */
	#refused: Bytes | null = null;
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
		return this.#refused === null ? null : FALSE_SNAPSHOT;
	}

	/** Something changed: is there a generation to follow, or one to begin? */
	look(): void {
		if (this.#closed) return;
		if (this.#isWorking) {
			this.#isAskedAgain = true;
			return;
		}
		// what could not be done with what is here cannot be done by trying again
		if (this.#tried === this.#knowledge()) return;
		if (this.#following() !== null) this.#begin(() => this.#follow());
		else if (this.#isDue()) this.#rollSoon();
	}

	/** All that following and rolling depend on, as one text. */
	#knowledge(): string {
		const { state } = this.#options.document.circle;
		const logs = [this.#options.current(), this.#next].map((generation) =>
			generation === null ? '' : `${generation.name} ${sumOf(generation.log.stateVector)}`
		);
		return [state.head.seq, this.#options.document.circle.secrets.size, ...logs].join(' ');
	}

	/** What the relay says about a generation that is not ours yet. */
	hear(generation: Generation, durable: ReadonlyMap<number, number>): void {
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
		await this.#work;
		await this.#next?.close();
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
		const rolls = this.#options.document.circle.state.rolls.get(`${room.document}.${room.lane}`) ?? [];
		const roll = rolls.find(({ generation }) => generation === room.generation + 1);
		if (roll === undefined) return null;
		return this.#refused !== null && equalBytes(this.#refused, roll.hash) ? null : roll;
	}

	async #follow(): Promise<void> {
		const { current, document, sealer, setAside, enter, changed } = this.#options;
		const roll = this.#following();
		const before = current();
		const covered = roll === null ? null : vectorOf(roll.covers);
		if (roll === null || covered === null || !before.isRead) return;
		if (!covers(before.log.stateVector, covered)) return before.link?.ask();
		const next = await this.#reach({ ...before.room, generation: roll.generation });
		const envelopes = next.log.entries().map(({ envelope }) => envelope);
		const { state } = document.circle;
		const laneSecret = (epoch: number) => sealer.laneSecret(epoch, next.room);
		const read = await readSnapshot(envelopes, roll, next.room, state, laneSecret);
		if (!read.ok && read.reason !== 'false') return;
		const own = await this.#fold(before, covered);
		if (!own.ok && own.reason === 'later') return;
		if (this.#closed) return;
		if (read.ok && own.ok && isSameSnapshot(own.value, read.value)) {
			this.#next = null;
			return enter(next, read.value, covered);
		}
		this.#refused = roll.hash;
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
		if ((role !== 'owner' && role !== 'editor') || this.#refused !== null || !isCalm()) return false;
		if (generation.room.generation !== generationOf(state, generation.room.document, generation.room.lane))
			return false;
		const { envelopes, bytes } = document.rollAt ?? ROLL_AT;
		const { size } = generation;
		const isLong = size.changes > envelopes || size.changed > bytes;
		return isLong && size.changed >= size.snapshot;
	}

	#rollSoon(): void {
		const { timing, document } = this.#options;
		clearTimeout(this.#timer);
		// at a random moment, so that of many apps one is first
		const wait = timing.roll * (1 + (document.random ?? Math.random)());
		this.#timer = setTimeout(() => {
			if (!this.#closed && !this.#isWorking && this.#following() === null && this.#isDue())
				this.#begin(() => this.#roll());
		}, wait);
	}

	async #roll(): Promise<void> {
		const { current, document, sealer, now } = this.#options;
		const { circle, device } = document;
		const before = current();
		const { document: id, lane } = before.room;
		const covered = before.log.stateVector;
		const folded = await this.#fold(before, covered);
		if (!folded.ok || this.#closed) return;
		const generation = before.room.generation + 1;
		const room = { ...before.room, generation };
		const written = await writeSnapshot(folded.value, room, sealer);
		if (written === null) return;
		const next = await this.#reach(room);
		for (const envelope of written.envelopes) next.log.push(envelope);
		const stored = new Promise<boolean>((resolve) => {
			const wanted = next.log.pushed;
			this.#durable = { wanted, reached: () => resolve(true), failed: () => resolve(false) };
			if (this.#closed || next.status === 'refused') resolve(false);
		});
		const isDurable = (await within(stored, this.#options.timing.patience)) ?? false;
		const roll = { document: id, lane, hash: written.hash, covers: bytesOf(covered) };
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
			return;
		}
		this.#isAskedAgain = true;
	}

	async #fold(generation: Generation, covered: ReadonlyMap<number, number>) {
		const { document, sealer } = this.#options;
		const { room } = generation;
		const entries = generation.log
			.entries()
			.filter(({ client, clock }) => clock < (covered.get(client) ?? 0));
		const envelopes = entries.map(({ envelope }) => envelope);
		const laneSecret = (epoch: number) => sealer.laneSecret(epoch, room);
		const rolls = document.circle.state.rolls.get(`${room.document}.${room.lane}`) ?? [];
		const roll = rolls.find((one) => one.generation === room.generation);
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
			room: () => room,
			laneSecret
		});
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
