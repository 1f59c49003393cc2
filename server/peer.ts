/**
 * One socket, from its challenge to its end [R1], [R5].
 *
 * Promises: nothing but a proof is listened to before the proof; frames are judged one behind the other, in the order in
 * which they came; a socket that sends too fast is read more slowly, one that reads too slowly is cut, one that is
 * silent is dropped. What goes wrong with one socket ends that socket and no other.
 */
import type { RawData, WebSocket } from 'ws';
import { deviceIdOf, type DeviceId } from '#lib/circle/ids.ts';
import { randomBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { verify } from '#lib/crypto/sign.ts';
import { CLOSE, proofOf, readMessage, writeMessage, WIRE_VERSION } from '#lib/sync/wire.ts';
import { LIMITS, TokenBucket } from './limits.ts';
import { faultOf, type Log } from './log.ts';

/** What a proven socket talks to: one room, or the circles. */
export interface Listener {
	/** Judges one frame. Resolves when the next one may be judged. */
	receive(frame: Bytes): void | Promise<void>;
	left(): void;
}

export interface PeerOptions {
	/** What the proof names: the room, or `circles`. */
	readonly room: string;
	/** The origins that this socket may have been opened from. */
	readonly origins: readonly string[];
	readonly founded: boolean;
	readonly log: Log;
	readonly now: () => number;
	/** The device has proven itself: who listens from now on, or a close code. */
	readonly proven: (peer: Peer, device: DeviceId) => Promise<Listener | number>;
	readonly closed: (peer: Peer) => void;
}

export class Peer {
	readonly nonce: Bytes = randomBytes(32);
	readonly options: PeerOptions;
	readonly #socket: WebSocket;
	readonly #bucket = new TokenBucket(LIMITS.burst, LIMITS.framesPerSecond, performance.now());
	readonly #deadline: NodeJS.Timeout;
	#listener: Listener | null = null;
	#device: DeviceId | null = null;
	#tail: Promise<void> = Promise.resolve();
	#waitingFrames = 0;
	#waitingBytes = 0;
	#resting: NodeJS.Timeout | null = null;
	#answers = true;
	#ended = false;

	constructor(socket: WebSocket, options: PeerOptions) {
		this.#socket = socket;
		this.options = options;
		// a network that is slow is no liar: it may try again
		this.#deadline = setTimeout(() => this.close(CLOSE.busy), LIMITS.proof);
		socket.on('message', (data, isBinary) => this.#take(data, isBinary));
		socket.on('pong', () => (this.#answers = true));
		socket.on('error', () => undefined); // 'close' follows; ws has chosen the code
		socket.on('close', () => this.#end());
		this.send(
			writeMessage('challenge', { version: WIRE_VERSION, nonce: this.nonce, founded: options.founded })
		);
	}

	/** The device that has proven itself; null before. */
	get device(): DeviceId | null {
		return this.#device;
	}

	get isOpen(): boolean {
		return !this.#ended && this.#socket.readyState === this.#socket.OPEN;
	}

	/** Sends a frame, or cuts a reader that is too slow: it syncs again when it comes back. */
	send(frame: Uint8Array): void {
		if (!this.isOpen) return;
		if (this.#socket.bufferedAmount > LIMITS.unread) this.close(CLOSE.tooSlow);
		else this.#socket.send(frame);
	}

	/** Sends a frame and resolves when it has left for the network. */
	sendAll(frame: Uint8Array): Promise<void> {
		if (!this.isOpen) return Promise.resolve();
		return new Promise((resolve) => this.#socket.send(frame, () => resolve()));
	}

	/** Ends the socket. What still comes in is not looked at. */
	close(code: number): void {
		if (this.#ended) return;
		this.#socket.close(code);
		if (code === CLOSE.tooSlow) this.#socket.terminate();
		this.#end();
	}

	/** Drops a socket that did not answer the last ping; pings the others. */
	ping(): void {
		if (!this.#answers) {
			this.#socket.terminate();
			this.#end();
			return;
		}
		this.#answers = false;
		this.#socket.ping();
	}

	/** Did this device's key, or an invitation's, sign this socket's nonce for one of its origins? */
	async isProof(purpose: 'device' | 'invitation', key: Uint8Array, signature: Uint8Array): Promise<boolean> {
		for (const origin of this.options.origins) {
			if (await verify(key, signature, proofOf(purpose, origin, this.options.room, this.nonce))) return true;
		}
		return false;
	}

	#take(data: RawData, isBinary: boolean): void {
		if (this.#ended) return;
		if (!isBinary || !(data instanceof Buffer)) {
			this.close(CLOSE.malformed);
			return;
		}
		const frame = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);
		this.#waitingFrames += 1;
		this.#waitingBytes += frame.length;
		this.#rest(this.#bucket.take(performance.now()));
		this.#tail = this.#tail.then(() => this.#judge(frame));
	}

	async #judge(frame: Bytes): Promise<void> {
		try {
			if (this.#ended) return;
			if (this.#listener === null) await this.#prove(frame);
			else await this.#listener.receive(frame);
		} catch (error) {
			// our own fault: this socket pays for it, nobody else
			this.options.log.error({ fault: faultOf(error) }, 'a frame could not be judged');
			this.close(CLOSE.busy);
		} finally {
			this.#waitingFrames -= 1;
			this.#waitingBytes -= frame.length;
			this.#rest(0);
		}
	}

	async #prove(frame: Bytes): Promise<void> {
		const message = readMessage(frame);
		if (message?.type !== 'prove') return this.close(CLOSE.malformed);
		if (message.version !== WIRE_VERSION) return this.close(CLOSE.notProven);
		if (!(await this.isProof('device', message.signKey, message.signature))) {
			return this.close(CLOSE.notProven);
		}
		clearTimeout(this.#deadline);
		if (this.#ended) return;
		this.#device = await deviceIdOf(message.signKey);
		const listener = await this.options.proven(this, this.#device);
		if (typeof listener === 'number') return this.close(listener);
		if (this.#ended) listener.left();
		else this.#listener = listener;
	}

	/** Does not read for a while: because it must (`wait`), or because too much waits to be judged. */
	#rest(wait: number): void {
		if (wait > 0 && this.#resting === null) {
			this.#resting = setTimeout(() => {
				this.#resting = null;
				this.#rest(0);
			}, wait);
		}
		const isTooMuch = this.#waitingFrames > LIMITS.waitingFrames || this.#waitingBytes > LIMITS.waitingBytes;
		const shouldRest = this.#resting !== null || isTooMuch;
		if (shouldRest === this.#socket.isPaused || this.#ended) return;
		if (shouldRest) this.#socket.pause();
		else this.#socket.resume();
	}

	#end(): void {
		if (this.#ended) return;
		this.#ended = true;
		clearTimeout(this.#deadline);
		if (this.#resting !== null) clearTimeout(this.#resting);
		// a paused socket would never see the other side's close
		if (this.#socket.isPaused) this.#socket.resume();
		this.#listener?.left();
		this.#listener = null;
		this.options.closed(this);
	}
}
