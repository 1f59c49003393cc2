/**
 * One document put together: this file is the list of who tells whom.
 *
 *   clear document → outgoing → lane log → (relay, other devices) → lane log → incoming → clear document
 *
 * One promise queue keeps the order of sealing and opening. Every transaction names its origin. What its public members
 * promise stands in `sealed-document.ts`.
 */
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { DeviceId } from '#lib/circle/ids.ts';
import { generationOf } from '#lib/circle/state.ts';
import type { Room } from '#lib/envelope/room.ts';
import { Checkpoints, type Checkpoint } from './checkpoint.ts';
import { ClearDocument } from './clear-document.ts';
import type { Generation } from './generation.ts';
import { Incoming } from './incoming.ts';
import { LaneLog } from './lane-log.ts';
import { Lights } from './lights.ts';
import { TIMING, type SealedDocumentOptions } from './options.ts';
import { flushWhenLeft } from './page-left.ts';
import { Outgoing } from './outgoing.ts';
import { Presence, type PersonHere } from './presence.ts';
import { Queue, within } from './queue.ts';
import type { SavedDetail } from './saved.ts';
import { AFTER_ROLL, PUT_RIGHT } from './set-aside.ts';
import type { Snapshot } from './snapshot.ts';
import type { View } from './view.ts';

export class WholeDocument {
	readonly loaded: Promise<void>;
	readonly read: Promise<void>;
	readonly synced: Promise<void>;
	#options: SealedDocumentOptions;
	#queue = new Queue();
	#laneLog: LaneLog;
	#outgoing: Outgoing;
	#clear: ClearDocument;
	#checkpoints: Checkpoints;
	#incoming: Incoming;
	#presence: Presence;
	#lights: Lights;
	#isSealingOlder = false;
	#removers: (() => void)[] = [];
	#isSynced = () => {};
	#closing: Promise<void> | null = null;

	constructor(options: SealedDocumentOptions) {
		this.#options = options;
		const { room, circle, device, storage, deviceSecret, now = Date.now } = options;
		const timing = { ...TIMING, ...options.timing };
		const queue = this.#queue;
		const changed = () => this.#lights.touch();
		const tainted = () => this.#taint();

		const laneLog = new LaneLog({
			document: options,
			timing,
			now,
			queue,
			presence: () => this.#presence,
			isClosing: () => this.#closing !== null,
			arrived: (entries) => this.#incoming.arrive(entries),
			rebuilt: () => this.#incoming.reach(),
			resealed: () => this.#outgoing.goOnFrom((session) => laneLog.chains.endOf(session)),
			isCalm: () => this.#isCalm(),
			enter: (next, snapshot, covered, back) => queue.run(() => this.#enter(next, snapshot, covered, back)),
			tainted,
			changed
		});
		const { sealer, chains, setAside } = laneLog;
		this.#laneLog = laneLog;
		this.#outgoing = new Outgoing({
			queue,
			sealer,
			chains,
			mergeFor: () => (this.#presence.people.length > 0 ? timing.together : timing.alone),
			now,
			post: (envelope) => {
				laneLog.post(envelope);
				this.#checkpoints.count(1);
			},
			setAside: (envelope, reason) => setAside.add(envelope, reason),
			changed
		});
		this.#clear = new ClearDocument({
			...options,
			outgoing: this.#outgoing,
			moved: (yClient) => this.#presence.move(yClient),
			changed
		});
		this.#checkpoints = new Checkpoints({
			storage,
			deviceSecret,
			lane: laneLog.name,
			where: () => ({ generation: this.room.generation, schema: this.schema }),
			opened: () => ({
				covers: laneLog.generation.log.stateVector,
				clear: Y.encodeStateAsUpdateV2(this.clear),
				chains: chains.row()
			}),
			mayKeep: () => this.#incoming.isUpToDate && this.#incoming.waiting === 0 && !this.#outgoing.isHolding
		});
		this.#incoming = new Incoming({
			circle,
			queue,
			clear: this.#clear,
			laneLog,
			checkpoints: this.#checkpoints,
			tainted,
			opened: () => this.#opened(),
			changed
		});
		this.#presence = new Presence({
			room: laneLog.name,
			lane: room.lane,
			clear: this.clear,
			log: laneLog.generation.log.doc,
			device,
			circle,
			timing,
			userOf: options.userOf,
			deviceOf: (yClient) => chains.deviceOf(yClient),
			opened: () => this.#incoming.opened
		});
		this.#lights = new Lights({
			document: options,
			outgoing: this.#outgoing,
			laneLog,
			incoming: this.#incoming,
			presence: this.#presence,
			beforeTelling: () => {
				if (laneLog.generation.link?.complete) this.#whenComplete();
			}
		});

		this.synced = new Promise((resolve) => (this.#isSynced = resolve));
		this.#removers.push(
			circle.onChange(() => this.#circleChanged()),
			storage.onStatus(changed),
			this.#presence.onChange(changed),
			flushWhenLeft(() => void this.flush())
		);
		const remembered = queue.run(() => this.#open());
		this.read = remembered
			.then((checkpoint) => this.#read(checkpoint))
			.catch((error: unknown) => {
				// our own bug, or a disk that throws where it may not: the relay can still be reached
				this.#lights.fail();
				queueMicrotask(() => {
					throw error;
				});
			});
		this.loaded = remembered.then(
			(checkpoint) => (checkpoint === null ? this.read : undefined),
			() => this.read
		);
	}

	get room(): Room {
		return this.#laneLog.room;
	}
	get clear(): Y.Doc {
		return this.#clear.doc;
	}

	edit(change: (clear: Y.Doc) => void): void {
		if (this.#closing !== null) throw new Error('this document is closed');
		this.#clear.edit(change);
	}

	openView(): View {
		if (this.#closing !== null) throw new Error('this document is closed');
		return this.#clear.openView();
	}

	sessionsOf(device: DeviceId) {
		return this.#laneLog.chains.sessionsOf(device);
	}

	writerOf(yClient: number): DeviceId | null {
		// only `edit` writes with this one, and until it is sealed no chain knows it
		return yClient === this.#clear.yClient
			? this.#options.device.device
			: this.#laneLog.chains.deviceOf(yClient);
	}

	get presence(): Awareness {
		return this.#presence.awareness;
	}
	get people(): readonly PersonHere[] {
		return this.#presence.people;
	}
	onPeople(listener: () => void): () => void {
		return this.#presence.onChange(listener);
	}
	get schema(): number {
		return this.#clear.schema;
	}
	onSchema(listener: (schema: number) => void): () => void {
		return this.#clear.onSchema(listener);
	}
	get saved(): SavedDetail {
		return this.#lights.detail;
	}
	onSaved(listener: (saved: SavedDetail) => void): () => void {
		return this.#lights.on(listener);
	}

	async flush(): Promise<void> {
		do {
			this.#outgoing.flush();
			await this.#queue.idle();
			await this.#laneLog.posted.written();
		} while (this.#queue.length > 0 || this.#outgoing.isMerging);
	}

	async settled(): Promise<void> {
		await this.read;
		do {
			await this.flush();
			await this.#presence.flush();
			await this.#laneLog.succession.settled();
		} while (!this.#isIdle);
	}

	async acknowledged(patience: number): Promise<boolean> {
		await this.read;
		await this.flush();
		const isDone = () => this.#laneLog.posted.waiting === 0 && !this.#outgoing.isHolding;
		if (isDone()) return true;
		let remove = () => {};
		const done = new Promise<true>((resolve) => (remove = this.onSaved(() => isDone() && resolve(true))));
		const answer = await within(done, patience);
		remove();
		return answer ?? isDone();
	}

	get falseSnapshot() {
		const by = this.#laneLog.succession.refusedBy;
		return by === null ? null : { by, mayGoBack: this.#laneLog.succession.mayRollAgain };
	}

	goBack(): Promise<Verdict<void>> {
		return this.#laneLog.succession.rollAgain();
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	// --- from opening to closing ---

	/** What the last opening left: shown at once. Null when it left nothing that can be shown. */
	async #open(): Promise<Checkpoint | null> {
		const { room, circle } = this.#options;
		await this.#laneLog.setAside.load();
		const checkpoint = await this.#checkpoints.load();
		await this.#laneLog.beginWith(
			checkpoint?.generation ??
				Math.max(room.generation, generationOf(circle.state, room.document, room.lane))
		);
		await this.#laneLog.posted.restore();
		if (checkpoint === null || checkpoint.clear === null || !this.#laneLog.chains.restore(checkpoint.chains))
			return null;
		this.#clear.meetSchema(checkpoint.schema);
		this.#clear.restore(checkpoint.clear);
		return checkpoint;
	}

	/** The sealed log behind it; then the relay. */
	async #read(checkpoint: Checkpoint | null): Promise<void> {
		try {
			await this.#laneLog.generation.load();
		} finally {
			await this.#queue.run(() => this.#incoming.begin(checkpoint));
			this.#laneLog.connect();
		}
	}

	async #opened(): Promise<void> {
		this.#presence.tellSeen();
		if (this.#checkpoints.isDue) await this.#checkpoints.keep();
		this.#lights.touch();
	}

	#circleChanged(): void {
		void this.#queue.run(async () => {
			if (!this.#laneLog.isOpen) return;
			await this.#incoming.retry();
			await this.#outgoing.sealHeld();
			const { link } = this.#laneLog.generation;
			link?.reconnect();
			link?.sendOwed();
			this.#presence.announce();
			this.#lights.touch();
		});
	}

	/** [L4] The change-over. What the frozen log does not hold goes on in the new one. */
	async #enter(
		next: Generation,
		snapshot: Snapshot,
		covered: ReadonlyMap<number, number>,
		back: 'no' | 'to-here' | 'behind'
	): Promise<void> {
		const before = this.#laneLog.generation;
		this.#outgoing.flush();
		await this.#laneLog.posted.acknowledge(covered);
		const late = this.#laneLog.enter(next, covered);
		this.#incoming.leaveBefore();
		if (!this.#laneLog.chains.begin(snapshot.chains))
			throw new Error('a snapshot just checked must be readable');
		this.#clear.meetSchema(snapshot.schema);
		// what others wrote behind a false snapshot comes only with this one
		if (back !== 'no') this.#clear.restore(snapshot.clear);
		if (back === 'behind') {
			this.#laneLog.refuse(PUT_RIGHT);
			await this.#taint();
		}
		await this.#laneLog.sealAnew(this.#laneLog.posted.all);
		// of somebody whose words nobody has acknowledged: they come again in this generation, or not at all
		for (const { envelope } of late) await this.#laneLog.setAside.add(envelope, AFTER_ROLL);
		if (late.length > 0) await this.#taint();
		this.#presence.renew(next.log.doc);
		this.#checkpoints.count(1);
		await this.#incoming.takeAll();
		const isKept = await (this.#checkpoints.isTainted
			? this.#checkpoints.forget()
			: this.#checkpoints.keep());
		this.#laneLog.connect();
		await before.close();
		// only what is in the next one, durably, may go
		if (isKept) await this.#options.storage.forgetLog(before.name);
		this.#lights.touch();
	}

	/** The clear document shows something that peers do not accept: views start anew, and no checkpoint keeps it. */
	async #taint(): Promise<void> {
		this.#checkpoints.taint();
		await this.#checkpoints.forget();
		this.#clear.diverge();
	}

	async #close(): Promise<void> {
		this.#clear.closeViews();
		await this.read;
		await this.flush();
		await this.#laneLog.succession.close();
		for (const remove of this.#removers.splice(0)) remove();
		this.#clear.mute();
		await this.#queue.run(async () => {
			if (await this.#outgoing.keepHeld()) this.#checkpoints.taint();
		});
		await this.#queue.run(() => this.#checkpoints.keep());
		// presence says goodbye through the link, so it goes first
		this.#presence.close();
		this.#laneLog.generation.disconnect();
		await this.#queue.idle();
		await this.#laneLog.generation.close();
		this.#outgoing.close();
		this.#clear.close();
		this.#isSynced();
		this.#lights.close();
	}

	// --- when all is here ---

	/** Nothing waits for its turn. */
	get #isIdle(): boolean {
		return this.#incoming.isEmpty && this.#queue.length === 0;
	}

	#isCalm(): boolean {
		const { generation, posted } = this.#laneLog;
		const isQuiet = this.#isIdle && posted.waiting === 0 && this.#incoming.isUpToDate;
		return isQuiet && !this.#checkpoints.isTainted && (generation.link?.complete ?? false);
	}

	/** The relay has given us what it has. */
	#whenComplete(): void {
		if (!this.#isIdle) return void this.#queue.idle().then(() => this.#lights.touch());
		if (this.#closing !== null || this.#incoming.isAwaiting) return;
		// what an earlier opening sealed for a generation that is over: now it is known what of it is there
		const { older, succession } = this.#laneLog;
		if (older.length > 0 && succession.isNewest && !this.#isSealingOlder) {
			this.#isSealingOlder = true;
			const sealed = this.#queue.run(() => this.#laneLog.sealAnew(this.#laneLog.older));
			return void sealed.finally(() => this.#lights.touch());
		}
		if (succession.isNewest) this.#isSynced();
		succession.look();
	}
}
