/**
 * One document: sealed log ⇄ clear document.
 *
 * Promises: what was typed is sealed in order and reaches the outbox, the log and the relay; what comes is judged before
 * it is applied; a disk or a relay that fails is told in `saved` and keeps no word from the other; `close` flushes.
 * Must never: hand the clear document to anything that stores or sends, or forward what no person did [V2].
 *
 * One promise queue keeps the order of sealing and opening. Every transaction names its origin.
 */
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { DeviceId, SessionId } from '#lib/circle/ids.ts';
import { personOf } from '#lib/circle/roles.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { readEnvelope, type EnvelopeHeader } from '#lib/envelope/envelope.ts';
import { generationOf } from '#lib/circle/state.ts';
import type { Room } from '#lib/envelope/room.ts';
import { clearStateOf, readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.ts';
import { newDoc } from './fold.ts';
import { Generation } from './generation.ts';
import { Ingest } from './ingest.ts';
import { TIMING, type SealedDocumentOptions, type Timing } from './options.ts';
import { ORIGIN } from './origins.ts';
import { flushWhenLeft } from './page-left.ts';
import { Outgoing } from './outgoing.ts';
import { findInLog, PostedEnvelopes, type PostedEnvelope } from './posted.ts';
import { Presence, type PersonHere } from './presence.ts';
import { Listeners, Queue, within } from './queue.ts';
import { openPosted, resealAll } from './resealing.ts';
import { covers, isSameDetail, seenBy, type SavedDetail } from './saved.ts';
import { Sealer } from './sealer.ts';
import type { LogEntry, LogPosition } from './sealed-log.ts';
import { SessionChains } from './session-chains.ts';
import { FALSE_SNAPSHOT, PUT_RIGHT, SetAside } from './set-aside.ts';
import { isSnapshot, readSnapshot, type Snapshot } from './snapshot.ts';
import { Succession } from './succession.ts';
import { ClearView, type View } from './view.ts';
import type { Writer } from './writer.ts';

export type { PersonHere, SavedDetail, SealedDocumentOptions, View };

export interface SealedDocument {
	/** Where envelopes are written now: its generation changes when the log rolls. */
	readonly room: Room;
	/** Readable, in memory only. Change it through `edit` or a view. */
	readonly clear: Y.Doc;
	/**
	 * `clear` can be shown and written in: it is what this device remembers of its last opening. What its sealed log holds
	 * besides follows by itself. Never rejects.
	 */
	readonly loaded: Promise<void>;
	/** All that this device has is in `clear` (or cannot be had: see `saved.storage`). Never rejects. */
	readonly read: Promise<void>;
	/** Everything the relay had is in `clear` for the first time; settles on close as well. */
	readonly synced: Promise<void>;
	/** For documents without an editor: changes `clear` and sends it. */
	edit(change: (clear: Y.Doc) => void): void;
	/** For the editor [V2]. */
	openView(): View;
	/** Clear carets and names, keyed by Yjs client. The local state is the newest view's. */
	readonly presence: Awareness;
	/** Whose device wrote with this Yjs client; null when nobody is known to have. */
	writerOf(yClient: number): DeviceId | null;
	/** The sessions of a device in this room: how many envelopes of each are here, without a gap. */
	sessionsOf(device: DeviceId): readonly { readonly session: SessionId; readonly count: number }[];
	/** Other openings of this document, here now. */
	readonly people: readonly PersonHere[];
	onPeople(listener: () => void): () => void;
	/** Highest schema version among the envelopes. */
	readonly schema: number;
	/** Told before that update is applied, when views are already detached [V1]. */
	onSchema(listener: (schema: number) => void): () => void;
	readonly saved: SavedDetail;
	onSaved(listener: (saved: SavedDetail) => void): () => void;
	/** Everything typed so far is sealed, and the disk has answered. */
	flush(): Promise<void>;
	/** As `flush`, and what has arrived is opened. */
	settled(): Promise<void>;
	/** Everything sealed so far is durable at the relay; false when that did not come in time (ms). */
	acknowledged(patience: number): Promise<boolean>;
	/** A false snapshot stands behind what this device has [L3]: who signed it, and whether we may lead the circle on. */
	readonly falseSnapshot: { readonly by: DeviceId; readonly mayGoBack: boolean } | null;
	/** Goes on from what this device has, for everybody. Settles when that stands in the circle, or with the reason why not. */
	goBack(): Promise<Verdict<void>>;
	close(): Promise<void>;
}

/** A checkpoint spares verifying again; it costs one encoding of the document. */
const CHECKPOINT_EVERY = 300;

export function openSealedDocument(options: SealedDocumentOptions): SealedDocument {
	return new Document(options);
}

class Document implements SealedDocument {
	readonly clear: Y.Doc;
	readonly loaded: Promise<void>;
	readonly read: Promise<void>;
	readonly synced: Promise<void>;
	#options: SealedDocumentOptions;
	#timing: Timing;
	#now: () => number;
	/** The beginning of the names of all rooms of this lane. */
	#lane: string;
	#queue = new Queue();
	#chains = new SessionChains();
	#generation: Generation;
	#succession: Succession;
	#sealer: Sealer;
	#ingest: Ingest;
	#posted: PostedEnvelopes;
	#setAside: SetAside;
	#presence: Presence;
	#outgoing: Outgoing;
	#editor: Writer;
	#views = new Set<ClearView>();
	#arrived: LogEntry[] = [];
	/** What the disk had has been judged. */
	#isJudged = false;
	/** This generation's snapshot is not here yet: nothing can be judged before it. */
	#isAwaiting = false;
	#isSealingOlder = false;
	/** Since the last link went down nothing has been tried: what is written now stays here. */
	#mayLeave = false;
	/** Up to where the log has been opened. */
	#opened: ReadonlyMap<number, number> = new Map();
	#sinceCheckpoint = 0;
	/** The clear document holds what will not stand: it must not become a checkpoint. */
	#tainted = false;
	#isBroken = false;
	#refused: string | null = null;
	#schema: number;
	#saved: SavedDetail;
	#touched = false;
	#status: string = 'offline';
	#schemas = new Listeners<[number]>();
	#savedListeners = new Listeners<[SavedDetail]>();
	#removers: (() => void)[] = [];
	#isSynced = () => {};
	#closing: Promise<void> | null = null;

	constructor(options: SealedDocumentOptions) {
		this.#options = options;
		this.#timing = { ...TIMING, ...options.timing };
		this.#now = options.now ?? Date.now;
		this.clear = newDoc(options.forgets);
		this.#schema = 0;
		const { room, circle, device, storage, schema } = options;
		this.#lane = `${room.circle}.${room.document}.${room.lane}.`;
		this.#generation = this.#createGeneration(room);
		const roomNow = () => this.room;
		this.#sealer = new Sealer({ room: roomNow, device, circle, schema, now: this.#now });
		this.#setAside = new SetAside(storage, this.#lane, () => this.#generation.name, this.#now);
		this.#posted = new PostedEnvelopes({
			room: () => this.#generation.name,
			lane: this.#lane,
			storage,
			patience: this.#timing.patience,
			changed: () => this.#touch()
		});
		this.#ingest = new Ingest({
			room: roomNow,
			circle,
			clear: this.clear,
			chains: this.#chains,
			laneSecret: (epoch) => this.#sealer.laneSecret(epoch),
			onForged: (header) => this.#distrust(header),
			setAside: (bytes, reason) => this.#setAside.add(bytes, reason),
			accepted: (bytes) => this.#setAside.remove(bytes),
			onSchema: (version) => this.#meetSchema(version)
		});
		this.#outgoing = new Outgoing({
			queue: this.#queue,
			sealer: this.#sealer,
			chains: this.#chains,
			mergeFor: () => (this.#presence.people.length > 0 ? this.#timing.together : this.#timing.alone),
			now: this.#now,
			post: (envelope) => this.#post(envelope),
			setAside: (envelope, reason) => this.#setAside.add(envelope, reason),
			changed: () => this.#touch()
		});
		this.#succession = new Succession({
			document: options,
			timing: this.#timing,
			sealer: this.#sealer,
			now: this.#now,
			current: () => this.#generation,
			create: (next) => this.#createGeneration(next),
			isCalm: () => this.#isCalm(),
			enter: (next, snapshot, covered, back) =>
				this.#queue.run(() => this.#enter(next, snapshot, covered, back)),
			setAside: (bytes, reason) => this.#setAside.add(bytes, reason),
			changed: () => this.#touch()
		});
		this.#editor = this.#outgoing.newWriter();
		this.clear.clientID = this.#editor.yClient;
		if (options.seed !== undefined) Y.applyUpdate(this.clear, options.seed, ORIGIN.seed);
		this.clear.on('update', this.#fromClear);
		this.#presence = new Presence({
			room: this.#lane,
			lane: room.lane,
			clear: this.clear,
			log: this.#generation.log.doc,
			device,
			circle,
			timing: this.#timing,
			userOf: options.userOf,
			deviceOf: (yClient) => this.#chains.deviceOf(yClient),
			opened: () => this.#opened
		});
		this.synced = new Promise((resolve) => (this.#isSynced = resolve));
		this.#removers.push(
			circle.onChange(() => this.#circleChanged()),
			storage.onStatus(() => this.#touch()),
			this.#presence.onChange(() => this.#touch()),
			flushWhenLeft(() => void this.flush())
		);
		this.#saved = this.#detail();
		const remembered = this.#queue.run(() => this.#open());
		this.read = remembered
			.then((checkpoint) => this.#read(checkpoint))
			.catch((error: unknown) => this.#fail(error));
		this.loaded = remembered.then(
			(checkpoint) => (checkpoint === null ? this.read : undefined),
			() => this.read
		);
	}

	get room(): Room {
		return this.#generation.room;
	}

	edit(change: (clear: Y.Doc) => void): void {
		if (this.#closing !== null) throw new Error('this document is closed');
		this.clear.transact(() => change(this.clear), ORIGIN.edit);
	}

	openView(): View {
		if (this.#closing !== null) throw new Error('this document is closed');
		const writer = this.#outgoing.newWriter();
		const view: ClearView = new ClearView({
			clear: this.clear,
			yClient: writer.yClient,
			send: (update) => {
				writer.add(update);
				this.#touch();
			},
			closed: () => {
				this.#outgoing.remove(writer);
				this.#views.delete(view);
				const newest = [...this.#views].at(-1);
				this.#presence.move(newest?.yClient ?? this.#editor.yClient);
			}
		});
		this.#views.add(view);
		if (this.#schema > this.#options.schema) view.detach();
		this.#presence.move(view.yClient);
		return view;
	}

	sessionsOf(device: DeviceId) {
		return this.#chains.sessionsOf(device);
	}

	writerOf(yClient: number): DeviceId | null {
		// only `edit` writes with this one, and until it is sealed no chain knows it
		return yClient === this.#editor.yClient ? this.#options.device.device : this.#chains.deviceOf(yClient);
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
		return this.#schema;
	}
	onSchema(listener: (schema: number) => void): () => void {
		return this.#schemas.on(listener);
	}
	get saved(): SavedDetail {
		return this.#detail();
	}
	onSaved(listener: (saved: SavedDetail) => void): () => void {
		return this.#savedListeners.on(listener);
	}

	async flush(): Promise<void> {
		do {
			this.#outgoing.flush();
			await this.#queue.idle();
			await this.#posted.written();
		} while (this.#queue.length > 0 || this.#outgoing.isMerging);
	}

	async settled(): Promise<void> {
		await this.read;
		do {
			await this.flush();
			await this.#presence.flush();
			await this.#succession.settled();
		} while (this.#arrived.length > 0 || this.#queue.length > 0);
	}

	async acknowledged(patience: number): Promise<boolean> {
		await this.read;
		await this.flush();
		const isDone = () => this.#posted.waiting === 0 && !this.#outgoing.isHolding;
		if (isDone()) return true;
		let remove = () => {};
		const done = new Promise<true>((resolve) => (remove = this.onSaved(() => isDone() && resolve(true))));
		const answer = await within(done, patience);
		remove();
		return answer ?? isDone();
	}

	get falseSnapshot() {
		const by = this.#succession.refusedBy;
		return by === null ? null : { by, mayGoBack: this.#succession.mayRollAgain };
	}

	goBack(): Promise<Verdict<void>> {
		return this.#succession.rollAgain();
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	// --- opening ---

	/** What the last opening left: shown at once. Null when it left nothing that can be shown. */
	async #open(): Promise<Checkpoint | null> {
		const { storage, deviceSecret, room, circle } = this.#options;
		await this.#setAside.load();
		const row = await storage.rows.get('checkpoints', this.#lane).catch(() => undefined);
		const checkpoint = row === undefined ? null : await readCheckpoint(row, this.#lane, deviceSecret);
		const generation =
			checkpoint?.generation ??
			Math.max(room.generation, generationOf(circle.state, room.document, room.lane));
		if (generation !== this.room.generation) {
			await this.#generation.close();
			this.#generation = this.#createGeneration({ ...room, generation });
			this.#presence.renew(this.#generation.log.doc);
		}
		await this.#posted.restore();
		if (checkpoint === null || checkpoint.clear === null || !this.#chains.restore(checkpoint.chains))
			return null;
		this.#meetSchema(checkpoint.schema);
		// nothing of it is new to the relay, and Yjs would write all of it out once more for whoever listens
		this.clear.off('update', this.#fromClear);
		Y.applyUpdateV2(this.clear, checkpoint.clear, ORIGIN.checkpoint);
		this.clear.on('update', this.#fromClear);
		return checkpoint;
	}

	/** The sealed log behind it; then the relay. */
	async #read(checkpoint: Checkpoint | null): Promise<void> {
		try {
			await this.#generation.load();
		} finally {
			await this.#queue.run(() => this.#judge(checkpoint));
			this.#connect();
		}
	}

	/** Everything of the log that the checkpoint does not cover is judged, and what waits is put on the log. */
	async #judge(checkpoint: Checkpoint | null): Promise<void> {
		const { log, room } = this.#generation;
		// what the disk brought is read here in one go, not as something that arrived
		this.#arrived = [];
		const vector = log.stateVector;
		// a log that lost what the checkpoint covers is verified anew, every envelope of it
		const holds = checkpoint !== null && covers(vector, checkpoint.covers);
		if (!holds) {
			this.#chains.forget();
			this.#isAwaiting = room.generation > 0;
		}
		this.#isJudged = true;
		const unplaced = this.#posted.unplaced;
		await this.#take(log.entries(holds ? checkpoint.covers : undefined));
		const found = findInLog(
			unplaced.map((envelope) => ({ envelope })),
			log.entries()
		);
		const missing = unplaced.filter((envelope) => !found.has(envelope));
		for (const envelope of unplaced) this.#posted.move(envelope, found.get(envelope) ?? log.push(envelope));
		if (!this.#isAwaiting) {
			await this.#ingest.take(missing.filter((envelope) => !this.#posted.isOwn(envelope)));
			await this.#ingest.take(this.#setAside.again, true);
		}
		await this.#showOlder();
		this.#opened = vector;
		this.#touch();
	}

	/** Opens what came, from the generation's own beginning on. */
	async #take(entries: readonly LogEntry[]): Promise<void> {
		let fresh = entries;
		if (this.#isAwaiting) {
			if (!(await this.#beginFromSnapshot())) return;
			fresh = this.#generation.log.entries();
		}
		this.#sinceCheckpoint += fresh.length;
		await this.#ingest.take(
			fresh.flatMap(({ envelope }) =>
				this.#posted.isOwn(envelope) || this.#setAside.isForged(envelope) || isSnapshot(envelope)
					? []
					: [envelope]
			)
		);
	}

	/** A device that never saw the generation before has nothing to hold against its snapshot. */
	async #beginFromSnapshot(): Promise<boolean> {
		const { room, log } = this.#generation;
		const { state } = this.#options.circle;
		const roll = state.rolls
			.get(`${room.document}.${room.lane}`)
			?.find(({ generation }) => generation === room.generation);
		if (roll === undefined) return false;
		const envelopes = log.entries().map(({ envelope }) => envelope);
		const laneSecret = (epoch: number) => this.#sealer.laneSecret(epoch, room);
		const read = await readSnapshot(envelopes, roll, room, state, laneSecret);
		if (read.ok && this.#chains.begin(read.value.chains)) {
			this.#isAwaiting = false;
			this.#meetSchema(read.value.schema);
			Y.applyUpdateV2(this.clear, read.value.clear, ORIGIN.checkpoint);
			this.#succession.beganFromSnapshot();
			return true;
		}
		if (read.ok || read.reason === 'false') this.#refused = FALSE_SNAPSHOT;
		return false;
	}

	/** Words sealed for a generation that is over are shown; sealed anew once the relay has said what it holds. */
	async #showOlder(): Promise<void> {
		for (const one of this.#older) {
			const opened = await openPosted(one, this.#sealer);
			if (opened === null || opened === 'later') continue;
			try {
				Y.applyUpdate(this.clear, opened.content, ORIGIN.incoming);
			} catch {
				await this.#setAside.add(one.envelope, 'poisonous');
			}
		}
	}

	get #older(): readonly PostedEnvelope[] {
		return this.#posted.all.filter(({ room }) => room !== this.#generation.name);
	}

	/** Our own bug, or a disk that throws where it may not: the relay can still be reached. */
	#fail(error: unknown): void {
		this.#isBroken = true;
		queueMicrotask(() => {
			throw error;
		});
	}

	#createGeneration(room: Room): Generation {
		const isCurrent = () => this.#generation === generation;
		const generation: Generation = new Generation({
			room,
			document: this.#options,
			timing: this.#timing,
			arrived: (entries) => (isCurrent() ? this.#arrive(entries) : this.#succession.look()),
			changed: () => {
				if (isCurrent()) this.#followLink();
			},
			link: {
				ready: () => (isCurrent() ? this.#beforeLeaving() : Promise.resolve()),
				waitingFor: () => (isCurrent() ? this.#posted.clients : new Set([generation.log.client])),
				onDurable: (vector, all) =>
					isCurrent() ? void this.#durable(vector, all) : this.#succession.hear(generation, vector),
				onPlaceTaken: (item) =>
					void this.#queue.run(() => (isCurrent() ? this.#takeOut(item, 'conflicting') : undefined)),
				onRefused: (refusal) =>
					isCurrent() ? this.#relayRefused(refusal) : this.#succession.hearRefusal(generation),
				onDishonest: (reason, frame) => {
					this.#refused = `relay-${reason}`;
					void this.#setAside.add(frame, `relay-${reason}`).then(() => this.#touch());
				}
			}
		});
		return generation;
	}

	#connect(): void {
		if (this.#closing !== null) return;
		this.#generation.connect(this.#presence.inner);
		if (this.#posted.waiting > 0) this.#generation.link?.expectAcknowledgement();
		this.#touch();
	}

	#followLink(): void {
		const { status } = this.#generation;
		if (status === 'connected' && this.#status !== 'connected') this.#presence.announce();
		if (status === 'offline' && this.#status !== 'offline') this.#mayLeave = false;
		this.#status = status;
		this.#touch();
	}

	/** Nothing that waits leaves under the secret of an epoch that is over, if that can be known. */
	async #beforeLeaving(): Promise<void> {
		if (this.#posted.waiting > 0) {
			await within(
				this.#options.circle.refresh().catch(() => undefined),
				this.#timing.patience
			);
			await this.#queue.run(() => this.#sealForEpoch());
		}
		this.#mayLeave = true;
		await this.#posted.send();
	}

	async #sealForEpoch(): Promise<void> {
		const { epoch } = this.#options.circle.state;
		const here = this.#posted.all.filter(({ room, sent }) => room === this.#generation.name && !sent);
		const sessions = new Map<string, PostedEnvelope[]>();
		for (const one of here) {
			const read = readEnvelope(one.envelope);
			if (!read.ok) continue;
			const run = sessions.get(read.value.session) ?? [];
			// behind an envelope that changes all others of its session change as well
			if (run.length > 0 || read.value.epoch < epoch) sessions.set(read.value.session, [...run, one]);
		}
		const loose = [...sessions.values()].flat();
		if (loose.length === 0) return;
		for (const [first] of sessions.values()) {
			const opened = first === undefined ? null : await openPosted(first, this.#sealer);
			if (opened === null || opened === 'later') return;
			const { session, seq, prev, yClient } = opened.header;
			this.#chains.rewind(session, seq, prev, Y.parseUpdateMeta(opened.content).from.get(yClient) ?? null);
		}
		const positions = loose.flatMap(({ position }) => position ?? []);
		await this.#rebuild(positions, async () => {
			await this.#sealAnew(loose);
			return [];
		});
	}

	async #sealAnew(loose: readonly PostedEnvelope[]): Promise<void> {
		await resealAll(loose, {
			sealer: this.#sealer,
			chains: this.#chains,
			posted: this.#posted,
			setAside: (bytes, reason) => this.#setAside.add(bytes, reason)
		});
		this.#outgoing.goOnFrom((session) => this.#chains.endOf(session));
		this.#place();
	}

	/** What is sealed and not on the log yet is put there. */
	#place(): void {
		for (const envelope of this.#posted.unplaced)
			this.#posted.move(envelope, this.#generation.log.push(envelope));
		this.#generation.link?.expectAcknowledgement();
	}

	async #durable(vector: ReadonlyMap<number, number>, all: boolean): Promise<void> {
		await this.#posted.acknowledge(vector);
		const { log } = this.#generation;
		if (all && this.#posted.waiting === 0 && covers(vector, log.stateVector))
			await this.#posted.removeLeftovers(() => log.entries());
		if (this.#posted.waiting === 0 && this.#refused !== null && isPassing(this.#refused))
			this.#refused = null;
		this.#touch();
	}

	// --- from one generation to the next ---

	#isCalm(): boolean {
		const isQuiet = this.#arrived.length === 0 && this.#queue.length === 0 && this.#posted.waiting === 0;
		const { link } = this.#generation;
		return isQuiet && this.#isJudged && !this.#isAwaiting && !this.#tainted && (link?.complete ?? false);
	}

	/** [L4] The change-over. What the frozen log does not hold goes on in the new one. */
	async #enter(
		next: Generation,
		snapshot: Snapshot,
		covered: ReadonlyMap<number, number>,
		back: 'no' | 'to-here' | 'behind'
	): Promise<void> {
		const before = this.#generation;
		this.#outgoing.flush();
		await this.#posted.acknowledge(covered);
		const late = before.log
			.entries(covered)
			.filter(({ envelope }) => !this.#posted.has(envelope) && !isSnapshot(envelope));
		before.disconnect();
		next.disconnect();
		this.#generation = next;
		this.#status = 'offline';
		this.#mayLeave = false;
		this.#arrived = [];
		this.#ingest.begin();
		if (!this.#chains.begin(snapshot.chains)) throw new Error('a snapshot just checked must be readable');
		this.#meetSchema(snapshot.schema);
		// what others wrote behind a false snapshot comes only with this one
		if (back !== 'no') Y.applyUpdateV2(this.clear, snapshot.clear, ORIGIN.checkpoint);
		if (back === 'behind') {
			this.#refused = PUT_RIGHT;
			await this.#taint();
		}
		await this.#sealAnew(this.#posted.all);
		// of somebody whose words nobody has acknowledged: they come again in this generation, or not at all
		for (const { envelope } of late) await this.#setAside.add(envelope, 'after-roll');
		if (late.length > 0) await this.#taint();
		this.#presence.renew(next.log.doc);
		this.#sinceCheckpoint = 1;
		await this.#take(next.log.entries());
		this.#opened = next.log.stateVector;
		const isKept = this.#tainted ? await this.#rememberGeneration() : await this.#checkpoint();
		this.#connect();
		await before.close();
		// only what is in the next one, durably, may go
		if (isKept) await this.#options.storage.forgetLog(before.name);
		this.#touch();
	}

	// --- from here to there ---

	#fromClear = (update: Uint8Array, origin: unknown) => {
		if (
			origin === ORIGIN.incoming ||
			origin === ORIGIN.seed ||
			origin === ORIGIN.checkpoint ||
			origin instanceof ClearView
		)
			return;
		// `edit`, and whoever changed the clear document past it: written is written
		this.#editor.add(update);
		this.#touch();
	};

	#post(envelope: Bytes): void {
		const position = this.#isJudged ? this.#generation.log.push(envelope) : null;
		this.#posted.add(envelope, position, this.#now(), this.#mayLeave);
		this.#sinceCheckpoint++;
		this.#generation.link?.expectAcknowledgement();
	}

	// --- from there to here ---

	#arrive(entries: readonly LogEntry[]): void {
		const isFirst = this.#arrived.length === 0;
		this.#arrived.push(...entries);
		if (!this.#isJudged) return;
		if (isFirst) void this.#queue.run(() => this.#drain());
	}

	async #drain(): Promise<void> {
		const arrived = this.#arrived;
		this.#arrived = [];
		if (arrived.length === 0) return;
		const vector = this.#generation.log.stateVector;
		await this.#take(arrived);
		this.#opened = vector;
		this.#presence.tellSeen();
		if (this.#sinceCheckpoint >= CHECKPOINT_EVERY) await this.#checkpoint();
		this.#touch();
	}

	#meetSchema(schema: number): void {
		if (schema <= this.#schema) return;
		this.#schema = schema;
		if (schema > this.#options.schema) for (const view of this.#views) view.detach();
		this.#schemas.tell(schema);
	}

	/** Two envelopes of one place: the one that was there first is not to be trusted either [E3]. */
	async #distrust({ session, seq }: EnvelopeHeader): Promise<void> {
		for (const { envelope } of this.#generation.log.entries()) {
			const read = readEnvelope(envelope);
			if (read.ok && read.value.session === session && read.value.seq === seq)
				await this.#setAside.add(envelope, 'forged');
		}
		await this.#taint();
	}

	#circleChanged(): void {
		void this.#queue.run(async () => {
			if (!this.#isJudged) return;
			if (this.#isAwaiting) await this.#take([]);
			if (!this.#isAwaiting) {
				await this.#ingest.retry();
				await this.#ingest.take(this.#setAside.again, true);
			}
			await this.#outgoing.sealHeld();
			this.#generation.link?.reconnect();
			this.#generation.link?.sendOwed();
			this.#presence.announce();
			this.#touch();
		});
	}

	// --- refusals ---

	#relayRefused({ reason, client, clock }: { reason: string; client: number; clock: number }): void {
		// about presence, not about the log
		if (client === 0) return;
		// a newer generation has begun; it waits in the outbox till we are there
		if (reason === 'frozen') return void this.#options.circle.refresh().catch(() => undefined);
		this.#refused = reason;
		this.#touch();
		if (isPassing(reason)) return this.#generation.link?.owe(client);
		void this.#queue.run(() => this.#takeOut({ client, clock }, reason));
	}

	/** [L6] The log goes on without the refused envelope, which is set aside. */
	async #takeOut(position: LogPosition, reason: string): Promise<void> {
		const { log } = this.#generation;
		const entry = log.at(position);
		// `conflicting` is about the place, not about the envelope: it goes again, elsewhere
		const isConflict = reason === 'conflicting';
		if (entry === null && !(isConflict && position.client === log.client)) return;
		const read = entry === null ? null : readEnvelope(entry.envelope);
		if (read?.ok && read.value.device !== this.#options.device.device) return;
		await this.#rebuild([position], async () => {
			if (isConflict) this.#refused = null;
			if (entry === null) return [];
			if (isConflict) return [entry.envelope];
			await this.#setAside.add(entry.envelope, reason);
			await this.#taint();
			await this.#posted.withdraw(entry.envelope);
			return [];
		});
	}

	/** Without these items; what hung on them is put on the log again, behind what `instead` answers with. */
	async #rebuild(positions: readonly LogPosition[], instead: () => Promise<readonly Bytes[]>): Promise<void> {
		const loose = await this.#generation.rebuild(positions, (log) => this.#presence.renew(log));
		if (loose === null) return;
		this.#status = 'offline';
		this.#mayLeave = false;
		for (const envelope of [...(await instead()), ...loose])
			this.#posted.move(envelope, this.#generation.log.push(envelope));
		this.#opened = this.#generation.log.stateVector;
		this.#connect();
	}

	/** The clear document shows something that peers do not accept: views start anew, and no checkpoint keeps it. */
	async #taint(): Promise<void> {
		this.#tainted = true;
		await this.#rememberGeneration();
		for (const view of this.#views) view.diverge();
	}

	// --- what is known about it ---

	#detail(): SavedDetail {
		const { storage, device, circle } = this.#options;
		const since = [this.#outgoing.since, this.#posted.since].filter((time) => time !== null);
		const gaps = new Set<DeviceId>([...this.#chains.gaps(), ...this.#ingest.waitingFor]);
		const unsealed = this.#outgoing.unsealed + this.#posted.onScreenOnly;
		const me = personOf(circle.state, device.device);
		const isQuiet =
			this.#isJudged &&
			!this.#isAwaiting &&
			this.#arrived.length === 0 &&
			gaps.size === 0 &&
			this.#succession.isNewest;
		return {
			unsealed,
			inOutbox: this.#posted.waiting,
			since: since.length > 0 ? Math.min(...since) : null,
			connected: this.#generation.status === 'connected',
			complete: (this.#generation.link?.complete ?? false) && isQuiet,
			seenBy:
				unsealed + this.#posted.waiting > 0
					? []
					: seenBy(this.#presence.seeing, me, this.#generation.log.client, this.#generation.log.pushed),
			gaps: [...gaps].map((id) => ({ person: personOf(circle.state, id), device: id })),
			setAside: this.#setAside.count,
			storage: this.#storageState(storage.status),
			refused:
				this.#refused ??
				this.#succession.refused ??
				this.#outgoing.refused ??
				this.#generation.link?.refusedBecause ??
				null
		};
	}

	#storageState(status: string): SavedDetail['storage'] {
		const statuses = [status, this.#generation.storage];
		if (statuses.includes('full')) return 'full';
		if (statuses.includes('refused') || this.#isBroken) return 'unavailable';
		return statuses.some((one) => one !== 'ok') ? 'failed' : 'ok';
	}

	#touch(): void {
		if (this.#touched) return;
		this.#touched = true;
		queueMicrotask(() => {
			this.#touched = false;
			if (this.#generation.link?.complete) this.#whenComplete();
			const detail = this.#detail();
			if (isSameDetail(detail, this.#saved)) return;
			this.#saved = detail;
			this.#savedListeners.tell(detail);
		});
	}

	/** The relay has given us what it has. */
	#whenComplete(): void {
		if (this.#queue.length > 0 || this.#arrived.length > 0) {
			void this.#queue.idle().then(() => this.#touch());
			return;
		}
		if (this.#closing !== null) return;
		if (this.#isAwaiting) return;
		// what an earlier opening sealed for a generation that is over: now it is known what of it is there
		if (this.#older.length > 0 && this.#succession.isNewest && !this.#isSealingOlder) {
			this.#isSealingOlder = true;
			void this.#queue
				.run(() => this.#sealAnew(this.#older))
				.finally(() => {
					this.#touch();
				});
			return;
		}
		if (this.#succession.isNewest) this.#isSynced();
		this.#succession.look();
	}

	/** What has been opened by now need not be verified again next time. False: it is not on disk. */
	async #checkpoint(): Promise<boolean> {
		if (this.#tainted || this.#sinceCheckpoint === 0 || this.#ingest.waiting > 0 || this.#outgoing.isHolding)
			return false;
		if (this.#arrived.length > 0 || this.#isAwaiting || !this.#isJudged) return false;
		this.#sinceCheckpoint = 0;
		return this.#remember({
			generation: this.room.generation,
			covers: this.#generation.log.stateVector,
			clear: clearStateOf(this.clear),
			chains: this.#chains.row(),
			schema: this.#schema
		});
	}

	/** All of it is judged anew next time, from where we are now. */
	#rememberGeneration(): Promise<boolean> {
		return this.#remember({
			generation: this.room.generation,
			covers: new Map(),
			clear: null,
			chains: new SessionChains().row(),
			schema: this.#schema
		});
	}

	async #remember(checkpoint: Checkpoint): Promise<boolean> {
		const { storage, deviceSecret } = this.#options;
		const bytes = await writeCheckpoint(checkpoint, this.#lane, deviceSecret);
		return storage.rows.put('checkpoints', this.#lane, bytes).then(
			() => storage.status === 'ok',
			() => false
		);
	}

	async #close(): Promise<void> {
		for (const view of [...this.#views]) view.close();
		await this.read;
		await this.flush();
		await this.#succession.close();
		for (const remove of this.#removers.splice(0)) remove();
		this.clear.off('update', this.#fromClear);
		await this.#queue.run(async () => {
			if (await this.#outgoing.keepHeld()) this.#tainted = true;
		});
		await this.#queue.run(() => this.#checkpoint());
		// presence says goodbye through the link, so it goes first
		this.#presence.close();
		this.#generation.disconnect();
		await this.#queue.idle();
		await this.#generation.close();
		this.#outgoing.close();
		this.clear.destroy();
		this.#isSynced();
		this.#schemas.clear();
		this.#savedListeners.clear();
	}
}

/** Refused for now: the relay's disk is full, or it has not heard of the circle's newest entry. It stays where it is. */
function isPassing(reason: string): boolean {
	return reason.startsWith('storage-') || reason.startsWith('too-many-') || reason === 'unknown-head';
}
