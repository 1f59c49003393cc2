/**
 * The log of one lane, as this device writes it: the generation written to now, the chains of its sessions, and what is
 * on its way through it.
 *
 * Promises: every own envelope is on the log, or in the outbox until it can be put there; nothing that waits leaves under
 * the secret of an epoch that is over, if that can be known; what the relay refuses is taken out and the rest goes on [L6].
 * Its methods that return a promise are to be run on the queue.
 */
import * as Y from 'yjs';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { readEnvelope } from '#lib/envelope/envelope.ts';
import { laneOf, writeRoom, type Room } from '#lib/envelope/room.ts';
import { Generation } from './generation.ts';
import type { SealedDocumentOptions, Timing } from './options.ts';
import { findInLog, PostedEnvelopes, type PostedEnvelope } from './posted.ts';
import type { Presence } from './presence.ts';
import { within, type Queue } from './queue.ts';
import { openPosted, resealAll } from './resealing.ts';
import { covers } from './saved.ts';
import type { LogEntry, LogPosition } from './sealed-log.ts';
import { Sealer } from './sealer.ts';
import { SessionChains } from './session-chains.ts';
import { SetAside } from './set-aside.ts';
import { isSnapshot } from './snapshot.ts';
import { Succession, type SuccessionOptions } from './succession.ts';

export interface LaneLogOptions {
	readonly document: SealedDocumentOptions;
	readonly timing: Timing;
	readonly now: () => number;
	readonly queue: Queue;
	/** Travels with the log, and moves with it. */
	readonly presence: () => Presence;
	/** Nothing is connected any more. */
	readonly isClosing: () => boolean;
	/** Others' envelopes. */
	readonly arrived: (entries: readonly LogEntry[]) => void;
	/** All that is on the log now has been opened. */
	readonly rebuilt: () => void;
	/** Sealed anew: each session goes on where `chains` says that it has come to. */
	readonly resealed: () => void;
	readonly isCalm: SuccessionOptions['isCalm'];
	readonly enter: SuccessionOptions['enter'];
	/** The clear document shows what was taken out. */
	readonly tainted: () => Promise<void>;
	readonly changed: () => void;
}

export class LaneLog {
	/** The beginning of the names of all its rooms. */
	readonly name: string;
	readonly chains = new SessionChains();
	readonly sealer: Sealer;
	readonly setAside: SetAside;
	readonly posted: PostedEnvelopes;
	readonly succession: Succession;
	#options: LaneLogOptions;
	#generation: Generation;
	#status: string = 'offline';
	#isOpen = false;
	/** Since the last link went down nothing has been tried: what is written now stays here. */
	#mayLeave = false;
	#refused: string | null = null;

	constructor(options: LaneLogOptions) {
		this.#options = options;
		const { document, timing, now, isCalm, enter, changed } = options;
		const { room, device, circle, storage, schema } = document;
		this.name = `${laneOf(writeRoom(room))}.`;
		this.sealer = new Sealer({ room: () => this.room, device, circle, schema, now });
		this.setAside = new SetAside(storage, this.name, () => this.#generation.name, now);
		this.posted = new PostedEnvelopes({
			room: () => this.#generation.name,
			lane: this.name,
			storage,
			patience: timing.patience,
			changed
		});
		this.succession = new Succession({
			document,
			timing,
			sealer: this.sealer,
			now,
			current: () => this.#generation,
			create: (next) => this.#create(next),
			isCalm,
			enter,
			setAside: (bytes, reason) => this.setAside.add(bytes, reason),
			changed
		});
		this.#generation = this.#create(room);
	}

	/** The one that is written to. */
	get generation(): Generation {
		return this.#generation;
	}
	get room(): Room {
		return this.#generation.room;
	}

	/** What the disk has is known: what is written goes on the log at once. */
	get isOpen(): boolean {
		return this.#isOpen;
	}

	/** Why something of this lane is not wanted, or not believed. */
	get refused(): string | null {
		return this.#refused;
	}
	refuse(reason: string): void {
		this.#refused = reason;
	}

	/** What an earlier opening sealed for a generation that is over. */
	get older(): readonly PostedEnvelope[] {
		return this.posted.all.filter(({ room }) => room !== this.#generation.name);
	}

	/** Begins with this generation; before anything was read. */
	async beginWith(generation: number): Promise<void> {
		if (generation === this.room.generation) return;
		await this.#generation.close();
		this.#generation = this.#create({ ...this.#options.document.room, generation });
		this.#options.presence().renew(this.#generation.log.doc);
	}

	/** From now on what is written goes on the log at once. Answers with what waited for that. */
	open(): readonly Bytes[] {
		this.#isOpen = true;
		return this.posted.unplaced;
	}

	connect(): void {
		const { isClosing, presence, changed } = this.#options;
		if (isClosing()) return;
		this.#generation.connect(presence().inner);
		if (this.posted.waiting > 0) this.#generation.link?.expectAcknowledgement();
		changed();
	}

	/** Something new of ours. */
	post(envelope: Bytes): void {
		const position = this.#isOpen ? this.#generation.log.push(envelope) : null;
		this.posted.add(envelope, position, this.#options.now(), this.#mayLeave);
		this.#generation.link?.expectAcknowledgement();
	}

	/** These go on the log, unless it has them. Answers with those that it had not. */
	place(envelopes: readonly Bytes[]): Bytes[] {
		const { log } = this.#generation;
		const found = findInLog(
			envelopes.map((envelope) => ({ envelope })),
			log.entries()
		);
		const missing = envelopes.filter((envelope) => !found.has(envelope));
		for (const envelope of envelopes) this.posted.move(envelope, found.get(envelope) ?? log.push(envelope));
		return missing;
	}

	/** [L4] From now on `next` is written to. Answers with what the frozen log held beyond `covered`, and not of ours. */
	enter(next: Generation, covered: ReadonlyMap<number, number>): readonly LogEntry[] {
		const before = this.#generation;
		const late = before.log
			.entries(covered)
			.filter(({ envelope }) => !this.posted.has(envelope) && !isSnapshot(envelope));
		before.disconnect();
		next.disconnect();
		this.#generation = next;
		this.#cutOff();
		return late;
	}

	/** These are sealed for the generation and the epoch of now, in their sessions' order. */
	async sealAnew(loose: readonly PostedEnvelope[]): Promise<void> {
		const { sealer, chains, posted } = this;
		await resealAll(loose, {
			sealer,
			chains,
			posted,
			setAside: (bytes, reason) => this.setAside.add(bytes, reason)
		});
		this.#options.resealed();
		const { log, link } = this.#generation;
		for (const envelope of posted.unplaced) posted.move(envelope, log.push(envelope));
		link?.expectAcknowledgement();
	}

	// --- on the way ---

	/** A generation of this lane: ours, once it is entered. */
	#create(room: Room): Generation {
		const { succession, setAside } = this;
		const { document, timing, queue, arrived, changed } = this.#options;
		const isCurrent = () => this.#generation === generation;
		const generation: Generation = new Generation({
			room,
			document,
			timing,
			arrived: (entries) => (isCurrent() ? arrived(entries) : succession.look()),
			changed: () => {
				if (isCurrent()) this.#followLink();
			},
			link: {
				ready: () => (isCurrent() ? this.#beforeLeaving() : Promise.resolve()),
				waitingFor: () => (isCurrent() ? this.posted.clients : new Set([generation.log.client])),
				onDurable: (vector, all) =>
					isCurrent() ? void this.#durable(vector, all) : succession.hear(generation, vector),
				onPlaceTaken: (item) =>
					void queue.run(() => (isCurrent() ? this.#takeOut(item, 'conflicting') : undefined)),
				onRefused: (refusal) =>
					isCurrent() ? this.#relayRefused(refusal) : succession.hearRefusal(generation),
				onDishonest: (reason, frame) => {
					this.#refused = `relay-${reason}`;
					void setAside.add(frame, `relay-${reason}`).then(changed);
				}
			}
		});
		return generation;
	}

	#followLink(): void {
		const { status } = this.#generation;
		if (status === 'connected' && this.#status !== 'connected') this.#options.presence().announce();
		if (status === 'offline' && this.#status !== 'offline') this.#mayLeave = false;
		this.#status = status;
		this.#options.changed();
	}

	#cutOff(): void {
		this.#status = 'offline';
		this.#mayLeave = false;
	}

	/** Nothing that waits leaves under the secret of an epoch that is over, if that can be known. */
	async #beforeLeaving(): Promise<void> {
		const { document, timing, queue } = this.#options;
		if (this.posted.waiting > 0) {
			await within(
				document.circle.refresh().catch(() => undefined),
				timing.patience
			);
			await queue.run(() => this.#sealForEpoch());
		}
		this.#mayLeave = true;
		await this.posted.send();
	}

	async #sealForEpoch(): Promise<void> {
		const { sealer, chains } = this;
		const { epoch } = this.#options.document.circle.state;
		const here = this.posted.all.filter(({ room, sent }) => room === this.#generation.name && !sent);
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
			const opened = first === undefined ? null : await openPosted(first, sealer);
			if (opened === null || opened === 'later') return;
			const { session, seq, prev, yClient } = opened.header;
			chains.rewind(session, seq, prev, Y.parseUpdateMeta(opened.content).from.get(yClient) ?? null);
		}
		const positions = loose.flatMap(({ position }) => position ?? []);
		await this.#rebuild(positions, async () => {
			await this.sealAnew(loose);
			return [];
		});
	}

	async #durable(vector: ReadonlyMap<number, number>, all: boolean): Promise<void> {
		await this.posted.acknowledge(vector);
		const { log } = this.#generation;
		if (all && this.posted.waiting === 0 && covers(vector, log.stateVector))
			await this.posted.removeLeftovers(() => log.entries());
		if (this.posted.waiting === 0 && this.#refused !== null && isPassing(this.#refused)) this.#refused = null;
		this.#options.changed();
	}

	// --- refusals ---

	#relayRefused({ reason, client, clock }: LogPosition & { readonly reason: string }): void {
		const { document, queue, changed } = this.#options;
		// about presence, not about the log
		if (client === 0) return;
		// a newer generation has begun; it waits in the outbox till we are there
		if (reason === 'frozen') return void document.circle.refresh().catch(() => undefined);
		this.#refused = reason;
		changed();
		if (isPassing(reason)) return this.#generation.link?.owe(client);
		void queue.run(() => this.#takeOut({ client, clock }, reason));
	}

	/** [L6] The log goes on without the refused envelope, which is set aside. */
	async #takeOut(position: LogPosition, reason: string): Promise<void> {
		const { document, tainted } = this.#options;
		const { log } = this.#generation;
		const entry = log.at(position);
		// `conflicting` is about the place, not about the envelope: it goes again, elsewhere
		const isConflict = reason === 'conflicting';
		if (entry === null && !(isConflict && position.client === log.client)) return;
		const read = entry === null ? null : readEnvelope(entry.envelope);
		if (read?.ok && read.value.device !== document.device.device) return;
		await this.#rebuild([position], async () => {
			if (isConflict) this.#refused = null;
			if (entry === null) return [];
			if (isConflict) return [entry.envelope];
			await this.setAside.add(entry.envelope, reason);
			await tainted();
			await this.posted.withdraw(entry.envelope);
			return [];
		});
	}

	/** Without these items; what hung on them is put on the log again, behind what `instead` answers with. */
	async #rebuild(positions: readonly LogPosition[], instead: () => Promise<readonly Bytes[]>): Promise<void> {
		const { presence, rebuilt } = this.#options;
		const loose = await this.#generation.rebuild(positions, (log) => presence().renew(log));
		if (loose === null) return;
		this.#cutOff();
		for (const envelope of [...(await instead()), ...loose])
			this.posted.move(envelope, this.#generation.log.push(envelope));
		rebuilt();
		this.connect();
	}
}

/** Refused for now: the relay's disk is full, or it has not heard of the circle's newest entry. It stays where it is. */
function isPassing(reason: string): boolean {
	return reason.startsWith('storage-') || reason.startsWith('too-many-') || reason === 'unknown-head';
}
