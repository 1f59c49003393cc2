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
import type { DeviceId } from '#lib/circle/ids.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { readEnvelope, type EnvelopeHeader } from '#lib/envelope/envelope.ts';
import { readLogUpdate, type LogItem } from '#lib/envelope/log.ts';
import { writeRoom, type Room } from '#lib/envelope/room.ts';
import { clearStateOf, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { Ingest } from './ingest.ts';
import { TIMING, type LogStore, type SealedDocumentOptions, type Timing } from './options.ts';
import { ORIGIN } from './origins.ts';
import { flushWhenLeft } from './page-left.ts';
import { Outgoing } from './outgoing.ts';
import { findInLog, PostedEnvelopes } from './posted.ts';
import { Presence, type PersonHere } from './presence.ts';
import { Listeners, Queue, within } from './queue.ts';
import { RelayLink } from './relay-link.ts';
import { covers, isSameDetail, seenBy, type SavedDetail } from './saved.ts';
import { Sealer } from './sealer.ts';
import { SealedLog, type LogEntry, type LogPosition } from './sealed-log.ts';
import { SessionChains } from './session-chains.ts';
import { SetAside } from './set-aside.ts';
import { ClearView, type View } from './view.ts';
import type { Writer } from './writer.ts';

export type { PersonHere, SavedDetail, SealedDocumentOptions, View };

export interface SealedDocument {
	readonly room: Room;
	/** Readable, in memory only. Change it through `edit` or a view. */
	readonly clear: Y.Doc;
	/** What this device has is in `clear` (or cannot be had: see `saved.storage`). Never rejects. */
	readonly loaded: Promise<void>;
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
	close(): Promise<void>;
}

/** A checkpoint spares verifying again; it costs one encoding of the document. */
const CHECKPOINT_EVERY = 300;

export function openSealedDocument(options: SealedDocumentOptions): SealedDocument {
	return new Document(options);
}

class Document implements SealedDocument {
	readonly room: Room;
	readonly clear = new Y.Doc();
	readonly loaded: Promise<void>;
	readonly synced: Promise<void>;
	#options: SealedDocumentOptions;
	#timing: Timing;
	#now: () => number;
	#name: string;
	#queue = new Queue();
	#chains = new SessionChains();
	#log: SealedLog;
	#store: LogStore | null = null;
	#link: RelayLink | null = null;
	#sealer: Sealer;
	#ingest: Ingest;
	#posted: PostedEnvelopes;
	#setAside: SetAside;
	#presence: Presence;
	#outgoing: Outgoing;
	#editor: Writer;
	#views = new Set<ClearView>();
	#arrived: LogEntry[] = [];
	/** Up to where the log has been opened. */
	#opened: ReadonlyMap<number, number> = new Map();
	#sinceCheckpoint = 0;
	/** The clear document holds what will not stand: it must not become a checkpoint. */
	#tainted = false;
	#unavailable = false;
	#refused: string | null = null;
	#schema: number;
	#saved: SavedDetail;
	#touched = false;
	#schemas = new Listeners<[number]>();
	#savedListeners = new Listeners<[SavedDetail]>();
	#removers: (() => void)[] = [];
	#isSynced = () => {};
	#closing: Promise<void> | null = null;

	constructor(options: SealedDocumentOptions) {
		this.#options = options;
		this.#timing = { ...TIMING, ...options.timing };
		this.#now = options.now ?? Date.now;
		this.room = options.room;
		this.#name = writeRoom(options.room);
		this.#schema = 0;
		const { room, circle, device, storage, schema } = options;
		this.#log = new SealedLog((entries) => this.#arrive(entries));
		this.#sealer = new Sealer({ room, device, circle, schema, now: this.#now });
		this.#setAside = new SetAside(storage, this.#name, this.#now);
		this.#posted = new PostedEnvelopes({
			room: this.#name,
			storage,
			patience: this.#timing.patience,
			changed: () => this.#touch()
		});
		this.#ingest = new Ingest({
			room,
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
		this.#editor = this.#outgoing.newWriter();
		this.clear.clientID = this.#editor.yClient;
		if (options.seed !== undefined) Y.applyUpdate(this.clear, options.seed, ORIGIN.seed);
		this.clear.on('update', this.#fromClear);
		this.#presence = new Presence({
			room: this.#name,
			clear: this.clear,
			log: this.#log.doc,
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
		this.loaded = this.#queue
			.run(() => this.#load())
			.then(
				() => this.#connect(),
				(error: unknown) => {
					// our own bug, or a disk that throws where it may not: the relay can still be reached
					this.#unavailable = true;
					this.#connect();
					queueMicrotask(() => {
						throw error;
					});
				}
			);
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
		await this.loaded;
		do {
			await this.flush();
			await this.#presence.flush();
		} while (this.#arrived.length > 0 || this.#queue.length > 0);
	}

	async acknowledged(patience: number): Promise<boolean> {
		await this.flush();
		const isDone = () => this.#posted.waiting === 0 && !this.#outgoing.isHolding;
		if (isDone()) return true;
		let remove = () => {};
		const done = new Promise<true>((resolve) => (remove = this.onSaved(() => isDone() && resolve(true))));
		const answer = await within(done, patience);
		remove();
		return answer ?? isDone();
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	// --- opening ---

	async #load(): Promise<void> {
		const { storage, deviceSecret } = this.#options;
		await this.#setAside.load();
		const row = await storage.rows.get('checkpoints', this.#name).catch(() => undefined);
		const checkpoint = row === undefined ? null : await readCheckpoint(row, this.#name, deviceSecret);
		this.#store = await storage.openLog(this.#name, this.#log.doc, {
			isSound: (bytes) => readLogUpdate(bytes).ok
		});
		this.#removers.push(this.#store.onStatus(() => this.#touch()));
		const outcome = await within(this.#store.loaded, this.#timing.patience);
		this.#unavailable = outcome !== 'loaded';

		// what the disk brought is read here in one go, not as something that arrived
		this.#arrived = [];
		const vector = this.#log.stateVector;
		let covered: ReadonlyMap<number, number> | undefined;
		if (checkpoint !== null) {
			// a log that lost what the checkpoint covers is verified anew, every envelope of it
			const holds = covers(vector, checkpoint.covers) && this.#chains.restore(checkpoint.chains);
			if (holds) covered = checkpoint.covers;
			this.#meetSchema(checkpoint.schema);
			Y.applyUpdateV2(this.clear, checkpoint.clear, ORIGIN.checkpoint);
		}
		const entries = this.#log.entries(covered).map(({ envelope }) => envelope);
		await this.#ingest.take(entries.filter((bytes) => !this.#setAside.isForged(bytes)));
		this.#sinceCheckpoint = entries.length;
		await this.#ingest.take(this.#setAside.again, true);
		this.#opened = vector;
		await this.#sendLeftovers();
		this.#touch();
	}

	/** What an earlier opening (or a tab that is gone) could not bring to the relay. */
	async #sendLeftovers(): Promise<void> {
		const rows = await this.#options.storage.outbox.list(this.#name).catch(() => []);
		if (rows.length === 0) return;
		const found = findInLog(rows, this.#log.entries());
		const missing: Bytes[] = [];
		for (const row of rows) {
			if (this.#posted.has(row.envelope)) continue;
			const position = found.get(row.envelope);
			if (position === undefined) missing.push(row.envelope);
			this.#posted.restore(row, position ?? this.#log.push(row.envelope));
		}
		await this.#ingest.take(missing);
	}

	#connect(): void {
		if (this.#closing !== null) return;
		const { url, origin, device, WebSocket, broadcast, connect, random } = this.#options;
		const link = new RelayLink({
			url,
			origin,
			room: this.#name,
			device,
			log: this.#log.doc,
			awareness: this.#presence.inner,
			WebSocket,
			broadcast: broadcast ?? true,
			connect: connect ?? true,
			jitter: this.#timing.jitter,
			resend: this.#timing.resend,
			random: random ?? Math.random,
			ownItem: (item) => this.#ownItem(item),
			waitingFor: () => this.#posted.clients,
			onDurable: (vector, all) => void this.#durable(vector, all),
			onPlaceTaken: (item) => void this.#queue.run(() => this.#takeOut(item, 'conflicting')),
			onRefused: (refusal) => this.#relayRefused(refusal),
			onDishonest: (reason, frame) => {
				this.#refused = `relay-${reason}`;
				void this.#setAside.add(frame, `relay-${reason}`).then(() => this.#touch());
			}
		});
		this.#link = link;
		let status = link.status;
		link.onChange(() => {
			if (link.status === 'connected' && status !== 'connected') this.#presence.announce();
			status = link.status;
			this.#touch();
		});
		if (this.#posted.waiting > 0) link.expectAcknowledgement();
		this.#touch();
	}

	async #durable(vector: ReadonlyMap<number, number>, all: boolean): Promise<void> {
		await this.#posted.acknowledge(vector);
		if (all && this.#posted.waiting === 0 && covers(vector, this.#log.stateVector))
			await this.#posted.removeLeftovers(() => this.#log.entries());
		if (this.#posted.waiting === 0 && this.#refused !== null && isPassing(this.#refused))
			this.#refused = null;
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
		this.#posted.add(envelope, this.#log.push(envelope), this.#now());
		this.#sinceCheckpoint++;
		this.#link?.expectAcknowledgement();
	}

	// --- from there to here ---

	#arrive(entries: readonly LogEntry[]): void {
		const isFirst = this.#arrived.length === 0;
		this.#arrived.push(...entries);
		if (isFirst) void this.#queue.run(() => this.#drain());
	}

	async #drain(): Promise<void> {
		const arrived = this.#arrived;
		this.#arrived = [];
		if (arrived.length === 0) return;
		const vector = this.#log.stateVector;
		await this.#ingest.take(
			arrived.flatMap(({ envelope }) =>
				this.#posted.has(envelope) || this.#setAside.isForged(envelope) ? [] : [envelope]
			)
		);
		this.#opened = vector;
		this.#presence.tellSeen();
		this.#sinceCheckpoint += arrived.length;
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
		for (const { envelope } of this.#log.entries()) {
			const read = readEnvelope(envelope);
			if (read.ok && read.value.session === session && read.value.seq === seq)
				await this.#setAside.add(envelope, 'forged');
		}
		await this.#taint();
	}

	#circleChanged(): void {
		void this.#queue.run(async () => {
			await this.#ingest.retry();
			await this.#ingest.take(this.#setAside.again, true);
			await this.#outgoing.sealHeld();
			this.#link?.reconnect();
			this.#presence.announce();
			this.#touch();
		});
	}

	// --- refusals ---

	/** What we hold at this place of our own part of the log. */
	#ownItem({ client, clock }: LogItem): Bytes | null | 'not-ours' {
		if (client !== this.#log.client) return 'not-ours';
		return this.#log.at({ client, clock })?.envelope ?? null;
	}

	#relayRefused({ reason, client, clock }: { reason: string; client: number; clock: number }): void {
		// about presence, not about the log
		if (client === 0) return;
		this.#refused = reason;
		this.#touch();
		if (isPassing(reason)) return;
		void this.#queue.run(() => this.#takeOut({ client, clock }, reason));
	}

	/** [L6] The log goes on without the refused envelope, which is set aside. */
	async #takeOut(position: LogPosition, reason: string): Promise<void> {
		const entry = this.#log.at(position);
		// `conflicting` is about the place, not about the envelope: it goes again, elsewhere
		const isConflict = reason === 'conflicting';
		if (entry === null && !(isConflict && position.client === this.#log.client)) return;
		const read = entry === null ? null : readEnvelope(entry.envelope);
		if (read?.ok && read.value.device !== this.#options.device.device) return;
		const rest = this.#log.without(position);
		if (rest === null) return;
		if (entry !== null && !isConflict) {
			await this.#setAside.add(entry.envelope, reason);
			await this.#taint();
		}
		if (isConflict) this.#refused = null;
		this.#link?.close();
		this.#link = null;
		const before = this.#log;
		this.#log = new SealedLog((entries) => this.#arrive(entries), rest.doc);
		this.#presence.renew(rest.doc);
		await this.#store?.replace(rest.doc);
		if (entry !== null && !isConflict) await this.#posted.withdraw(entry.envelope);
		for (const envelope of entry !== null && isConflict ? [entry.envelope, ...rest.loose] : rest.loose)
			this.#posted.move(envelope, this.#log.push(envelope));
		this.#opened = this.#log.stateVector;
		before.close();
		this.#connect();
	}

	/** The clear document shows something that peers do not accept: views start anew, and no checkpoint keeps it. */
	async #taint(): Promise<void> {
		this.#tainted = true;
		await this.#options.storage.rows.delete('checkpoints', this.#name).catch(() => undefined);
		for (const view of this.#views) view.diverge();
	}

	// --- what is known about it ---

	#detail(): SavedDetail {
		const { storage, device, circle } = this.#options;
		const since = [this.#outgoing.since, this.#posted.since].filter((time) => time !== null);
		const gaps = new Set<DeviceId>([...this.#chains.gaps(), ...this.#ingest.waitingFor]);
		const unsealed = this.#outgoing.unsealed + this.#posted.onScreenOnly;
		const me = circle.state.devices.get(device.device)?.person ?? null;
		const isQuiet = this.#arrived.length === 0 && gaps.size === 0;
		return {
			unsealed,
			inOutbox: this.#posted.waiting,
			since: since.length > 0 ? Math.min(...since) : null,
			connected: this.#link?.status === 'connected',
			complete: (this.#link?.complete ?? false) && isQuiet,
			seenBy:
				unsealed + this.#posted.waiting > 0
					? []
					: seenBy(this.#presence.seeing, me, this.#log.client, this.#log.pushed),
			gaps: [...gaps].map((id) => ({ person: circle.state.devices.get(id)?.person ?? null, device: id })),
			setAside: this.#setAside.count,
			storage: this.#storageState(storage.status),
			refused: this.#refused ?? this.#outgoing.refused ?? this.#link?.refusedBecause ?? null
		};
	}

	#storageState(status: string): SavedDetail['storage'] {
		const statuses = [status, this.#store?.status ?? 'ok'];
		if (statuses.includes('full')) return 'full';
		if (statuses.includes('refused') || this.#unavailable) return 'unavailable';
		return statuses.some((one) => one !== 'ok') ? 'failed' : 'ok';
	}

	#touch(): void {
		if (this.#touched) return;
		this.#touched = true;
		queueMicrotask(() => {
			this.#touched = false;
			if (this.#link?.complete && this.#queue.length === 0 && this.#arrived.length === 0) this.#isSynced();
			else if (this.#link?.complete) void this.#queue.idle().then(() => this.#touch());
			const detail = this.#detail();
			if (isSameDetail(detail, this.#saved)) return;
			this.#saved = detail;
			this.#savedListeners.tell(detail);
		});
	}

	/** What has been opened by now need not be verified again next time. */
	async #checkpoint(): Promise<void> {
		if (this.#tainted || this.#sinceCheckpoint === 0 || this.#ingest.waiting > 0 || this.#outgoing.isHolding)
			return;
		if (this.#arrived.length > 0) return;
		const { storage, deviceSecret } = this.#options;
		const covered = this.#log.stateVector;
		const checkpoint = {
			covers: covered,
			clear: clearStateOf(this.clear),
			chains: this.#chains.row(),
			schema: this.#schema
		};
		this.#sinceCheckpoint = 0;
		const bytes = await writeCheckpoint(checkpoint, this.#name, deviceSecret);
		await storage.rows.put('checkpoints', this.#name, bytes).catch(() => undefined);
	}

	async #close(): Promise<void> {
		for (const view of [...this.#views]) view.close();
		await this.loaded;
		await this.flush();
		for (const remove of this.#removers.splice(0)) remove();
		this.clear.off('update', this.#fromClear);
		await this.#queue.run(async () => {
			if (await this.#outgoing.keepHeld()) this.#tainted = true;
		});
		await this.#queue.run(() => this.#checkpoint());
		// presence says goodbye through the link, so it goes first
		this.#presence.close();
		this.#link?.close();
		await this.#queue.idle();
		await this.#store?.close();
		this.#log.close();
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
