/**
 * From the sealed log to the clear document: what the disk had, then what arrives, in the order of the log.
 *
 * Promises: a generation that began with a snapshot is judged from that snapshot on and not before; what an earlier
 * opening left unsent is shown again; nothing of ours is applied twice. Its methods that return a promise are to be run on
 * the queue; what arrives comes onto it by itself.
 */
import * as Y from 'yjs';
import type { DeviceId } from '#lib/circle/ids.ts';
import { readEnvelope, type EnvelopeHeader } from '#lib/envelope/envelope.ts';
import type { Checkpoint, Checkpoints } from './checkpoint.ts';
import type { ClearDocument } from './clear-document.ts';
import { Ingest } from './ingest.ts';
import type { LaneLog } from './lane-log.ts';
import type { FollowedCircle } from './options.ts';
import { ORIGIN } from './origins.ts';
import type { Queue } from './queue.ts';
import { openPosted } from './resealing.ts';
import { covers } from './saved.ts';
import type { LogEntry } from './sealed-log.ts';
import { FALSE_SNAPSHOT } from './set-aside.ts';
import { isSnapshot, readSnapshot } from './snapshot.ts';

export interface IncomingOptions {
	readonly circle: FollowedCircle;
	readonly queue: Queue;
	readonly clear: ClearDocument;
	readonly laneLog: LaneLog;
	readonly checkpoints: Checkpoints;
	/** The clear document shows what is not to be trusted. */
	readonly tainted: () => Promise<void>;
	/** More has been opened. */
	readonly opened: () => Promise<void>;
	readonly changed: () => void;
}

export class Incoming {
	#options: IncomingOptions;
	#ingest: Ingest;
	#arrived: LogEntry[] = [];
	/** This generation's snapshot is not here yet: nothing can be judged before it. */
	#isAwaiting = false;
	#opened: ReadonlyMap<number, number> = new Map();

	constructor(options: IncomingOptions) {
		this.#options = options;
		const { circle, clear, laneLog } = options;
		const { sealer, chains, setAside } = laneLog;
		this.#ingest = new Ingest({
			room: () => laneLog.room,
			circle,
			clear: clear.doc,
			chains,
			laneSecret: (epoch) => sealer.laneSecret(epoch),
			onForged: (header) => this.#distrust(header),
			setAside: (bytes, reason) => setAside.add(bytes, reason),
			accepted: (bytes) => setAside.remove(bytes),
			onSchema: (version) => clear.meetSchema(version)
		});
	}

	/** Nothing has arrived that is not being judged. */
	get isEmpty(): boolean {
		return this.#arrived.length === 0;
	}
	get isAwaiting(): boolean {
		return this.#isAwaiting;
	}
	/** What the disk had has been judged, and all that arrived as well. */
	get isUpToDate(): boolean {
		return this.#options.laneLog.isOpen && !this.#isAwaiting && this.isEmpty;
	}
	/** Up to where the log has been opened. */
	get opened(): ReadonlyMap<number, number> {
		return this.#opened;
	}
	/** How many envelopes wait for news of the circle, and whose they are. */
	get waiting(): number {
		return this.#ingest.waiting;
	}
	get waitingFor(): readonly DeviceId[] {
		return this.#ingest.waitingFor;
	}

	/** The log came from disk: everything of it that the checkpoint does not cover is judged, and what waits is put on it. */
	async begin(checkpoint: Checkpoint | null): Promise<void> {
		const { laneLog, changed } = this.#options;
		const { chains, setAside } = laneLog;
		const { log, room } = laneLog.generation;
		// what the disk brought is read here in one go, not as something that arrived
		this.#arrived = [];
		const vector = log.stateVector;
		// a log that lost what the checkpoint covers is verified anew, every envelope of it
		const holds = checkpoint !== null && covers(vector, checkpoint.covers);
		if (!holds) {
			chains.forget();
			this.#isAwaiting = room.generation > 0;
		}
		const waited = laneLog.open();
		await this.#take(log.entries(holds ? checkpoint.covers : undefined));
		const missing = laneLog.place(waited);
		if (!this.#isAwaiting) {
			await this.#ingest.take(missing.filter((envelope) => !laneLog.posted.isOwn(envelope)));
			await this.#ingest.take(setAside.again, true);
		}
		await this.#showOlder();
		this.#opened = vector;
		changed();
	}

	/** Another generation is written to: nothing of the one before is waited for. */
	leaveBefore(): void {
		this.#arrived = [];
		this.#ingest.begin();
	}

	/** All that stands in the generation that is written to now, for the first time. */
	async takeAll(): Promise<void> {
		const { log } = this.#options.laneLog.generation;
		await this.#take(log.entries());
		this.reach();
	}

	/** All that is on the log now has been opened. */
	reach(): void {
		this.#opened = this.#options.laneLog.generation.log.stateVector;
	}

	arrive(entries: readonly LogEntry[]): void {
		const isFirst = this.isEmpty;
		this.#arrived.push(...entries);
		if (!this.#options.laneLog.isOpen) return;
		if (isFirst) void this.#options.queue.run(() => this.#drain());
	}

	/** The circle has changed: what waited for that is judged again. */
	async retry(): Promise<void> {
		if (this.#isAwaiting) await this.#take([]);
		if (this.#isAwaiting) return;
		await this.#ingest.retry();
		await this.#ingest.take(this.#options.laneLog.setAside.again, true);
	}

	async #drain(): Promise<void> {
		const arrived = this.#arrived;
		this.#arrived = [];
		if (arrived.length === 0) return;
		const vector = this.#options.laneLog.generation.log.stateVector;
		await this.#take(arrived);
		this.#opened = vector;
		await this.#options.opened();
	}

	/** Opens what came, from the generation's own beginning on. */
	async #take(entries: readonly LogEntry[]): Promise<void> {
		const { laneLog, checkpoints } = this.#options;
		const { posted, setAside } = laneLog;
		let fresh = entries;
		if (this.#isAwaiting) {
			if (!(await this.#beginFromSnapshot())) return;
			fresh = laneLog.generation.log.entries();
		}
		checkpoints.count(fresh.length);
		await this.#ingest.take(
			fresh.flatMap(({ envelope }) =>
				posted.isOwn(envelope) || setAside.isForged(envelope) || isSnapshot(envelope) ? [] : [envelope]
			)
		);
		await setAside.removeRepeated((session) => laneLog.chains.endOf(session).seq);
	}

	/** A device that never saw the generation before has nothing to hold against its snapshot. */
	async #beginFromSnapshot(): Promise<boolean> {
		const { circle, clear, laneLog } = this.#options;
		const { sealer, chains, succession } = laneLog;
		const { room, log } = laneLog.generation;
		const { state } = circle;
		const roll = state.rolls
			.get(`${room.document}.${room.lane}`)
			?.find(({ generation }) => generation === room.generation);
		if (roll === undefined) return false;
		const envelopes = log.entries().map(({ envelope }) => envelope);
		const laneSecret = (epoch: number) => sealer.laneSecret(epoch, room);
		const read = await readSnapshot(envelopes, roll, room, state, laneSecret);
		if (read.ok && chains.begin(read.value.chains)) {
			this.#isAwaiting = false;
			clear.meetSchema(read.value.schema);
			clear.restore(read.value.clear);
			succession.beganFromSnapshot();
			return true;
		}
		if (read.ok || read.reason === 'false') laneLog.refuse(FALSE_SNAPSHOT);
		return false;
	}

	/** Words sealed for a generation that is over are shown; sealed anew once the relay has said what it holds. */
	async #showOlder(): Promise<void> {
		const { clear, laneLog } = this.#options;
		for (const one of laneLog.older) {
			const opened = await openPosted(one, laneLog.sealer);
			if (opened === null || opened === 'later') continue;
			try {
				Y.applyUpdate(clear.doc, opened.content, ORIGIN.incoming);
			} catch {
				await laneLog.setAside.add(one.envelope, 'poisonous');
			}
		}
	}

	/** Two envelopes of one place: the one that was there first is not to be trusted either [E3]. */
	async #distrust({ session, seq }: EnvelopeHeader): Promise<void> {
		const { laneLog, tainted } = this.#options;
		for (const { envelope } of laneLog.generation.log.entries()) {
			const read = readEnvelope(envelope);
			if (read.ok && read.value.session === session && read.value.seq === seq)
				await laneLog.setAside.add(envelope, 'forged');
		}
		await tainted();
	}
}
