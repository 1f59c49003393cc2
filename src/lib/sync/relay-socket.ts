/**
 * The socket class handed to stock y-websocket through its `WebSocketPolyfill` option [R1].
 *
 * Promises: y-websocket sees an open socket only after the relay has welcomed this device; what it sees has been judged
 * [L1], and our own messages never reach it; what is too large leaves in pieces; close codes pass through, so that
 * 44xx stops and 45xx tries again, each time after a random wait.
 * Must never: let an update through that deletes, or that holds anything but envelopes, or that claims to be ours.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { DeviceSecrets } from '#lib/circle/device.ts';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { sign } from '#lib/crypto/sign.ts';
import { readLogUpdate, splitLogUpdate, type LogItem } from '#lib/envelope/log.ts';
import {
	CLOSE,
	frameType,
	isYjsFrame,
	MAX_FRAME,
	proofOf,
	readMessage,
	SYNC,
	SYNC_STEP_1,
	SYNC_UPDATE,
	WIRE_VERSION,
	writeMessage
} from './wire.ts';

export interface RelaySocketOptions {
	readonly device: DeviceSecrets;
	readonly origin: string;
	/** What the device proves itself for: the last part of the URL. */
	readonly room: string;
	readonly WebSocket: typeof WebSocket;
	/** Longest random wait before a reconnection, ms. */
	readonly jitter: number;
	readonly random: () => number;
	/** Before each attempt: what has to be known or done before anything may leave. Settles either way. */
	readonly ready?: () => Promise<void>;
	/** The envelope we hold at this place of our own part of the log, or null. */
	readonly ownItem: (item: LogItem) => Bytes | null | 'not-ours';
	onAcknowledged(stateVector: Bytes): void;
	onStored(stateVector: Bytes): void;
	onRefused(refusal: { reason: string; client: number; clock: number }): void;
	/** Somebody else wrote at this place of our part of the log. The frame was dropped. */
	onPlaceTaken(item: LogItem): void;
	/** The relay sent what no honest relay sends. The frame was dropped. */
	onDishonest(reason: string, frame: Bytes): void;
}

/** Why we left a relay that speaks another version of wire.ts. */
export const OTHER_VERSION = 'other-version';
const SPLIT_ABOVE = 1_000_000;
const HANDSHAKE_PATIENCE = 10_000;
const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

interface SocketEvents {
	onopen: ((event: unknown) => void) | null;
	onmessage: ((event: { data: ArrayBuffer }) => void) | null;
	onclose: ((event: { code: number; reason: string }) => void) | null;
	onerror: ((event: unknown) => void) | null;
}

/** One class for each room; each of its instances is one attempt to connect. */
export function relaySocketClass(options: RelaySocketOptions): typeof WebSocket {
	let attempts = 0;

	class RelaySocket implements SocketEvents {
		static readonly OPEN = OPEN;
		readonly OPEN = OPEN;
		binaryType = 'arraybuffer';
		readyState = CONNECTING;
		onopen: SocketEvents['onopen'] = null;
		onmessage: SocketEvents['onmessage'] = null;
		onclose: SocketEvents['onclose'] = null;
		onerror: SocketEvents['onerror'] = null;
		#socket: WebSocket | null = null;
		#timer: ReturnType<typeof setTimeout> | undefined;

		constructor(url: string) {
			const wait = attempts++ === 0 ? 0 : options.random() * options.jitter;
			if (wait === 0) this.#begin(url);
			else this.#timer = setTimeout(() => this.#begin(url), wait);
		}

		send(data: Uint8Array): void {
			if (this.readyState !== OPEN) return;
			for (const frame of framesOf(data)) this.#socket?.send(frame);
		}

		close(code?: number): void {
			if (this.readyState === CLOSED) return;
			this.#end(code ?? 1000, '');
		}

		#begin(url: string): void {
			if (options.ready === undefined) return this.#connect(url);
			void options.ready().then(() => {
				if (this.readyState === CONNECTING) this.#connect(url);
			});
		}

		#connect(url: string): void {
			try {
				this.#socket = new options.WebSocket(url);
			} catch (error) {
				this.onerror?.(error);
				// later, as a real socket would: y-websocket is still setting this one up
				this.#timer = setTimeout(() => this.#end(1006, ''), 0);
				return;
			}
			const socket = this.#socket;
			socket.binaryType = 'arraybuffer';
			socket.onmessage = ({ data }: MessageEvent<unknown>) => {
				if (data instanceof ArrayBuffer) this.#receive(new Uint8Array(data));
				else if (ArrayBuffer.isView(data)) this.#receive(bytesOf(data));
			};
			socket.onerror = (event) => this.onerror?.(event);
			socket.onclose = ({ code, reason }) => this.#end(code, reason);
			this.#timer = setTimeout(() => this.#end(CLOSE.busy, 'no welcome'), HANDSHAKE_PATIENCE);
		}

		#end(code: number, reason: string): void {
			if (this.readyState === CLOSED) return;
			this.readyState = CLOSED;
			clearTimeout(this.#timer);
			const socket = this.#socket;
			if (socket !== null) {
				socket.onmessage = null;
				socket.onclose = null;
				// an error without a listener would be thrown by `ws`
				socket.onerror = () => undefined;
				socket.close();
			}
			this.onclose?.({ code, reason });
		}

		#receive(frame: Bytes): void {
			if (this.readyState === CLOSED) return;
			const type = frameType(frame);
			if (type === null || frame.length > 4 * MAX_FRAME) return options.onDishonest('malformed', frame);
			if (this.readyState === CONNECTING) return this.#shakeHands(frame);
			if (isYjsFrame(type)) {
				const judged = type === SYNC ? judge(frame, options.ownItem) : null;
				if (typeof judged === 'string') return options.onDishonest(judged, frame);
				if (judged !== null) return options.onPlaceTaken(judged);
				try {
					this.onmessage?.({ data: frame.slice().buffer });
				} catch {
					options.onDishonest('malformed', frame);
				}
				return;
			}
			const message = readMessage(frame);
			if (message?.type === 'acknowledged') options.onAcknowledged(message.stateVector);
			else if (message?.type === 'stored') options.onStored(message.stateVector);
			else if (message?.type === 'refused') options.onRefused(message);
			// types of a newer relay are none of our business
		}

		#shakeHands(frame: Bytes): void {
			const message = readMessage(frame);
			if (message?.type === 'challenge') {
				if (message.version !== WIRE_VERSION) return this.#end(CLOSE.malformed, OTHER_VERSION);
				void prove(options, message.nonce).then((proof) => {
					if (this.readyState === CONNECTING) this.#socket?.send(proof);
				});
			} else if (message?.type === 'welcome') {
				clearTimeout(this.#timer);
				attempts = 1;
				this.readyState = OPEN;
				this.onopen?.({});
			}
		}
	}
	return RelaySocket as unknown as typeof WebSocket;
}

/** The answer to a challenge: this device, for this relay, this room, this socket. */
export async function prove(
	{ device, origin, room }: Pick<RelaySocketOptions, 'device' | 'origin' | 'room'>,
	nonce: Bytes
): Promise<Bytes> {
	const signature = await sign(device.signing, proofOf('device', origin, room, nonce));
	return writeMessage('prove', { version: WIRE_VERSION, signKey: device.signing.publicKey, signature });
}

/** A y-protocols frame around an update. */
export function writeUpdateFrame(update: Uint8Array): Bytes {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, SYNC);
	encoding.writeVarUint(encoder, SYNC_UPDATE);
	encoding.writeVarUint8Array(encoder, update);
	return encoding.toUint8Array(encoder);
}

/** Why y-websocket must not see this sync frame: a reason, or an item that claims our place; or null. */
function judge(frame: Uint8Array, ownItem: RelaySocketOptions['ownItem']): string | LogItem | null {
	const sync = readSyncFrame(frame);
	if (sync === null) return 'malformed';
	if (sync.step === SYNC_STEP_1) return null;
	const items = readLogUpdate(sync.payload);
	if (!items.ok) return items.reason;
	for (const item of items.value) {
		const own = ownItem(item);
		if (own !== 'not-ours' && (own === null || !equalBytes(own, item.envelope))) return item;
	}
	return null;
}

/** What y-websocket wants to send, in pieces no larger than the relay takes. */
function framesOf(data: Uint8Array): Bytes[] {
	const frame = bytesOf(data);
	if (frame.length <= SPLIT_ABOVE || frameType(frame) !== SYNC) return [frame];
	const sync = readSyncFrame(frame);
	if (sync === null || sync.step === SYNC_STEP_1) return [frame];
	return splitLogUpdate(sync.payload, SPLIT_ABOVE).map(writeUpdateFrame);
}

function readSyncFrame(frame: Uint8Array): { step: number; payload: Uint8Array } | null {
	try {
		const decoder = decoding.createDecoder(frame);
		decoding.readVarUint(decoder);
		return { step: decoding.readVarUint(decoder), payload: decoding.readVarUint8Array(decoder) };
	} catch {
		return null;
	}
}

function bytesOf(view: ArrayBufferView): Bytes {
	return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
}
