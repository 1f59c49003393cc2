/**
 * One generation of a lane on this device: its sealed log, the disk that keeps it, the relay's room for it.
 *
 * Promises: what the disk brings is not told as something that arrived; log, disk and link are swapped together when the
 * log is built again [L6]; `close` is done when the disk is quiet.
 */
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { readLogUpdate, type LogItem } from '#lib/envelope/log.ts';
import { writeRoom, type Room } from '#lib/envelope/room.ts';
import type { LogStore, SealedDocumentOptions, Timing } from './options.ts';
import { within } from './queue.ts';
import { RelayLink, type LinkStatus, type RelayLinkOptions } from './relay-link.ts';
import { isSnapshot } from './snapshot.ts';
import { SealedLog, type LogEntry, type LogPosition } from './sealed-log.ts';

export interface GenerationOptions {
	readonly room: Room;
	readonly document: SealedDocumentOptions;
	readonly timing: Timing;
	/** Others' envelopes, once the disk was read. */
	readonly arrived: (entries: readonly LogEntry[]) => void;
	readonly changed: () => void;
	readonly link: Pick<
		RelayLinkOptions,
		'ready' | 'waitingFor' | 'onDurable' | 'onRefused' | 'onDishonest' | 'onPlaceTaken'
	>;
}

export interface LogSize {
	/** Bytes of what it began with. */
	readonly snapshot: number;
	/** Envelopes since then, and their bytes. */
	readonly changes: number;
	readonly changed: number;
}

export class Generation {
	readonly room: Room;
	readonly name: string;
	#options: GenerationOptions;
	#log: SealedLog;
	#store: LogStore | null = null;
	#link: RelayLink | null = null;
	#unavailable = false;
	#isRead = false;
	#loading: Promise<void> | null = null;
	#closed = false;
	#size: LogSize = { snapshot: 0, changes: 0, changed: 0 };
	#measured: ReadonlyMap<number, number> = new Map();

	constructor(options: GenerationOptions) {
		this.#options = options;
		this.room = options.room;
		this.name = writeRoom(options.room);
		this.#log = new SealedLog(this.#arrive);
	}

	get log(): SealedLog {
		return this.#log;
	}
	get link(): RelayLink | null {
		return this.#link;
	}
	get status(): LinkStatus {
		return this.#link?.status ?? 'offline';
	}
	/** The disk was read, or cannot be. */
	get isRead(): boolean {
		return this.#isRead;
	}
	get storage(): string {
		return this.#unavailable ? 'refused' : (this.#store?.status ?? 'ok');
	}

	get size(): LogSize {
		let { snapshot, changes, changed } = this.#size;
		for (const { envelope } of this.#log.entries(this.#measured))
			if (isSnapshot(envelope)) snapshot += envelope.length;
			else {
				changes++;
				changed += envelope.length;
			}
		this.#measured = this.#log.stateVector;
		this.#size = { snapshot, changes, changed };
		return this.#size;
	}

	/** What the disk has is in the log, or cannot be had in time. Rejects where the disk throws what it may not. */
	load(): Promise<void> {
		this.#loading ??= this.#load();
		return this.#loading;
	}

	async #load(): Promise<void> {
		const { document, timing, changed } = this.#options;
		try {
			const store = await document.storage.openLog(this.name, this.#log.doc, {
				isSound: (bytes) => readLogUpdate(bytes).ok
			});
			this.#store = store;
			store.onStatus(changed);
			this.#unavailable = (await within(store.loaded, timing.patience)) !== 'loaded';
		} catch (error) {
			this.#unavailable = true;
			throw error;
		} finally {
			this.#isRead = true;
		}
	}

	/** `awareness`: carries sealed presence; without one nobody is told that we are here. */
	connect(awareness?: Awareness): void {
		if (this.#closed || this.#link !== null) return;
		const { document, timing, changed } = this.#options;
		const { url, origin, device, WebSocket, broadcast, connect, random } = document;
		const link = new RelayLink({
			url,
			origin,
			room: this.name,
			device,
			log: this.#log.doc,
			awareness: awareness ?? silent(this.#log.doc),
			WebSocket,
			broadcast: broadcast ?? true,
			connect: connect ?? true,
			jitter: timing.jitter,
			resend: timing.resend,
			random: random ?? Math.random,
			ownItem: (item) => this.#ownItem(item),
			...this.#options.link
		});
		this.#link = link;
		link.onChange(changed);
		changed();
	}

	disconnect(): void {
		this.#link?.close();
		this.#link = null;
	}

	/** [L6] The log goes on without these; what hung on them comes back, in order. Not connected afterwards. Null: it cannot. */
	async rebuild(without: readonly LogPosition[], renewed: (log: Y.Doc) => void): Promise<Bytes[] | null> {
		const rest = this.#log.without(without);
		if (rest === null) return null;
		this.disconnect();
		const before = this.#log;
		this.#log = new SealedLog(this.#arrive, rest.doc);
		this.#size = { snapshot: 0, changes: 0, changed: 0 };
		this.#measured = new Map();
		renewed(rest.doc);
		await this.#store?.replace(rest.doc);
		before.close();
		return rest.loose;
	}

	/** Idempotent. */
	async close(): Promise<void> {
		this.#closed = true;
		this.disconnect();
		await this.#loading?.catch(() => undefined);
		await this.#store?.close();
		this.#log.close();
	}

	#arrive = (entries: readonly LogEntry[]) => {
		if (this.#isRead && !this.#closed) this.#options.arrived(entries);
	};

	/** What we hold at this place of our own part of the log. */
	#ownItem({ client, clock }: LogItem): Bytes | null | 'not-ours' {
		if (client !== this.#log.client) return 'not-ours';
		return this.#log.at({ client, clock })?.envelope ?? null;
	}
}

function silent(log: Y.Doc): Awareness {
	const awareness = new Awareness(log);
	awareness.setLocalState(null);
	return awareness;
}
