/**
 * A sealed log on the wire: stock y-websocket with our socket class, and what it does not do itself.
 *
 * Promises: a message dropped on a live socket is noticed (a hole in the log, or the relay's `stored` vector) and asked
 * for again; what we sent and nobody acknowledged, or what the relay cannot take yet, is sent again, whoever wrote it;
 * reconnections are spread out at random.
 */
import * as encoding from 'lib0/encoding';
import type { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { DeviceSecrets } from '#lib/circle/device.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { LogItem } from '#lib/envelope/log.ts';
import { Listeners } from './queue.ts';
import { OTHER_VERSION, relaySocketClass, writeUpdateFrame } from './relay-socket.ts';
import { covers } from './saved.ts';
import { CLOSE, SYNC, SYNC_STEP_1 } from './wire.ts';

export type LinkStatus = 'connecting' | 'connected' | 'offline' | 'refused';

export interface RelayLinkOptions {
	readonly url: string;
	readonly origin: string;
	readonly room: string;
	readonly device: DeviceSecrets;
	readonly log: Y.Doc;
	/** Carries sealed presence only [P1]. */
	readonly awareness: Awareness;
	readonly WebSocket: typeof WebSocket | undefined;
	readonly broadcast: boolean;
	readonly connect: boolean;
	readonly jitter: number;
	readonly resend: number;
	readonly random: () => number;
	/** Before each attempt to connect: what has to be known or done before anything may leave. Settles either way. */
	readonly ready: () => Promise<void>;
	readonly ownItem: (item: LogItem) => Bytes | null | 'not-ours';
	/** Writers of the log whose envelopes we are waiting to hear about. */
	readonly waitingFor: () => ReadonlySet<number>;
	/** All that this vector covers is durable at the relay [R3]. `all`: the relay spoke of the whole room. */
	onDurable(stateVector: ReadonlyMap<number, number>, all: boolean): void;
	onRefused(refusal: { reason: string; client: number; clock: number }): void;
	onDishonest(reason: string, frame: Bytes): void;
	/** Somebody else wrote at this place of our part of the log. */
	onPlaceTaken(item: LogItem): void;
}

const RECONNECT_AT_MOST = 3_000;
const RESEND_AT_LEAST = 60_000;
const ASK_AGAIN = 5_000;
const REFUSALS: ReadonlyMap<number, string> = new Map([
	[CLOSE.malformed, 'malformed'],
	[CLOSE.notProven, 'not-proven'],
	[CLOSE.notAllowed, 'not-allowed'],
	[CLOSE.attack, 'attack'],
	[CLOSE.tooLarge, 'too-large']
]);

export class RelayLink {
	#options: RelayLinkOptions;
	#provider: WebsocketProvider;
	#changes = new Listeners<[]>();
	#status: LinkStatus = 'offline';
	/** Of this connection: after a restored backup the relay may have less than it once had. */
	#durable = new Map<number, number>();
	/** Writers of whom the relay could not take something yet. */
	readonly #owed = new Set<number>();
	#asked = '';
	#askedAt = -Infinity;
	#resends = 0;
	#refusedBecause: string | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#closed = false;

	constructor(options: RelayLinkOptions) {
		this.#options = options;
		const Socket = options.WebSocket ?? globalThis.WebSocket;
		this.#provider = new WebsocketProvider(
			`${options.url.replace(/\/$/, '')}/ws`,
			options.room,
			options.log,
			{
				WebSocketPolyfill: relaySocketClass({
					...options,
					WebSocket: Socket,
					onAcknowledged: (stateVector) => this.#hear(stateVector, false),
					onStored: (stateVector) => this.#hear(stateVector, true)
				}),
				awareness: options.awareness,
				connect: false,
				disableBc: !options.broadcast,
				maxBackoffTime: RECONNECT_AT_MOST
			}
		);
		this.#provider.on('status', ({ status }) => {
			this.#set(status === 'disconnected' ? 'offline' : status);
			this.#asked = '';
			if (status === 'disconnected') this.#durable = new Map();
		});
		this.#provider.on('connection-close', () => this.#set('offline'));
		this.#provider.on('closed', ({ code, reason }) => {
			this.#refusedBecause = reason === OTHER_VERSION ? reason : (REFUSALS.get(code) ?? 'refused');
			this.#set('refused');
		});
		this.#provider.on('sync', () => this.#changes.tell());
		options.log.on('afterTransaction', this.#checkForHoles);
		if (options.connect && Socket !== undefined) this.#provider.connect();
	}

	get status(): LinkStatus {
		return this.#status;
	}

	/** Why the relay does not want us here, or null. */
	get refusedBecause(): string | null {
		return this.#status === 'refused' ? this.#refusedBecause : null;
	}

	/** Rights may have changed: tries again where the relay had said no for good. */
	reconnect(): void {
		if (this.#closed || this.#status !== 'refused') return;
		this.#status = 'offline';
		this.#provider.connect();
	}

	/** The relay has answered with what we lacked, and says nothing that we have not received. */
	get complete(): boolean {
		return this.#provider.synced && this.#options.log.store.pendingStructs === null && this.#hasAllStored();
	}

	onChange(listener: () => void): () => void {
		return this.#changes.on(listener);
	}

	/** Something was put on the log: if nobody says it is durable for a while, it is sent once more. */
	expectAcknowledgement(): void {
		if (this.#closed || this.#timer !== undefined || this.#options.resend === 0) return;
		this.#timer = setTimeout(
			() => {
				this.#timer = undefined;
				this.#resends++;
				if (this.sendAgain()) this.expectAcknowledgement();
			},
			Math.min(this.#options.resend * 2 ** this.#resends, RESEND_AT_LEAST)
		);
	}

	/** The relay does not know enough to take this writer's words now. They are sent again, though they may not be ours. */
	owe(client: number): void {
		this.#owed.add(client);
		this.expectAcknowledgement();
	}

	/** The relay may know more now. */
	sendOwed(): void {
		if (this.#owed.size > 0) this.sendAgain();
	}

	/** Sends what the relay has not called durable, of what we wait for. False when there is nothing, or no relay. */
	sendAgain(): boolean {
		const { log, waitingFor } = this.#options;
		const waiting = new Set([...waitingFor(), ...this.#owed]);
		if (this.#status !== 'connected' || waiting.size === 0) return false;
		const has = vectorOf(log);
		for (const client of waiting) has.set(client, this.#durable.get(client) ?? 0);
		const lacking = Y.encodeStateAsUpdate(log, Y.encodeStateVector(has));
		this.#provider.ws?.send(writeUpdateFrame(lacking));
		return true;
	}

	/** Asks the relay for all that we lack. */
	ask(): void {
		if (this.#status !== 'connected') return;
		const encoder = encoding.createEncoder();
		encoding.writeVarUint(encoder, SYNC);
		encoding.writeVarUint(encoder, SYNC_STEP_1);
		encoding.writeVarUint8Array(encoder, Y.encodeStateVector(this.#options.log));
		this.#provider.ws?.send(encoding.toUint8Array(encoder));
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		clearTimeout(this.#timer);
		this.#options.log.off('afterTransaction', this.#checkForHoles);
		this.#changes.clear();
		this.#provider.destroy();
	}

	#hear(stateVector: Bytes, all: boolean): void {
		let vector: Map<number, number>;
		try {
			vector = Y.decodeStateVector(stateVector);
		} catch {
			return;
		}
		for (const [client, clock] of vector)
			if ((this.#durable.get(client) ?? 0) < clock) this.#durable.set(client, clock);
		const here = vectorOf(this.#options.log);
		for (const client of this.#owed)
			if ((this.#durable.get(client) ?? 0) >= (here.get(client) ?? 0)) this.#owed.delete(client);
		this.#resends = 0;
		this.#options.onDurable(this.#durable, all);
		// what is durable was forwarded before: if it is not here, it was lost on the way
		if (!this.#hasAllStored()) this.#askFor(JSON.stringify([...vectorOf(this.#options.log)]));
		this.#changes.tell();
	}

	#hasAllStored(): boolean {
		return covers(vectorOf(this.#options.log), this.#durable);
	}

	#checkForHoles = () => {
		const { log } = this.#options;
		if (log.store.pendingStructs === null) return;
		this.#askFor(JSON.stringify([...vectorOf(log)]));
	};

	/** At once, but only once for what we have: a relay that cannot give us the rest is asked again after a while. */
	#askFor(having: string): void {
		const now = performance.now();
		if (having === this.#asked && now - this.#askedAt < ASK_AGAIN) return;
		this.#asked = having;
		this.#askedAt = now;
		this.ask();
	}

	#set(status: LinkStatus): void {
		if (this.#closed || status === this.#status || (this.#status === 'refused' && status === 'offline'))
			return;
		this.#status = status;
		if (status === 'connected') this.expectAcknowledgement();
		this.#changes.tell();
	}
}

function vectorOf(log: Y.Doc): Map<number, number> {
	return Y.decodeStateVector(Y.encodeStateVector(log));
}
