/**
 * A network in memory: sockets whose frames wait in queues until a test delivers them, in an order that chance decides.
 *
 * The device's end looks like a browser's WebSocket, the relay's end like one of `ws`. Within one direction of one socket
 * frames keep their order, as TCP keeps it; `faults` breaks even that, and repeats frames.
 */
import { EventEmitter } from 'node:events';
import { frameType, SYNC } from '#lib/sync/wire.ts';
import type { Random } from './random.ts';

/** Probabilities for each frame of the sync protocol, in either direction. */
export interface Faults {
	readonly repeat: number;
	readonly overtake: number;
	/** The frame is gone, and nobody is told. */
	readonly lose: number;
}

/** Takes the relay's end of a new socket. */
export type Accept = (socket: RelayEnd, url: URL) => void;

interface Queued {
	readonly frame: Uint8Array | null;
	run(): void;
}

const NO_FAULTS: Faults = { repeat: 0, overtake: 0, lose: 0 };

export class Network {
	/** null: nobody listens at that address. */
	accept: Accept | null = null;
	faults: Faults = NO_FAULTS;
	/** Frames delivered since the beginning: standing still, the network is quiet. */
	delivered = 0;
	readonly #random: Random;
	readonly #wires = new Set<Wire>();
	readonly #cut = new Set<string>();

	constructor(random: Random) {
		this.#random = random;
	}

	/** The WebSocket class of one device. */
	socketsOf(device: string): typeof WebSocket {
		const connect = (end: DeviceEnd, url: string) => this.#connect(device, end, new URL(url));
		return class extends DeviceEnd {
			constructor(url: string) {
				super(url);
				connect(this, url);
			}
		} as unknown as typeof WebSocket;
	}

	/** Nothing of this device gets through any more; its sockets break. */
	cut(device: string): void {
		this.#cut.add(device);
		for (const wire of this.#wires) if (wire.device === device) wire.breakDown();
	}

	mend(device: string): void {
		this.#cut.delete(device);
	}

	isCut(device: string): boolean {
		return this.#cut.has(device);
	}

	/** The relay is gone, without a word. */
	breakAll(): void {
		for (const wire of this.#wires) wire.breakDown();
	}

	get waiting(): number {
		let waiting = 0;
		for (const wire of this.#wires) waiting += wire.up.length + wire.down.length;
		return waiting;
	}

	/** Delivers one frame from a queue that chance picks; false when there was none. */
	deliverOne(): boolean {
		const queues = [...this.#wires].flatMap(({ up, down }) => [up, down]).filter((queue) => queue.length > 0);
		if (queues.length === 0) return false;
		const queue = this.#random.pick(queues);
		const first = queue[0];
		const isSync = first?.frame !== null && first !== undefined && frameType(first.frame) === SYNC;
		const { repeat, overtake, lose } = isSync ? this.faults : NO_FAULTS;
		const second = queue[1];
		const swap = second?.frame != null && frameType(second.frame) === SYNC && this.#random.chance(overtake);
		const [next] = queue.splice(swap ? 1 : 0, 1);
		if (next === undefined) return false;
		this.delivered++;
		if (isSync && this.#random.chance(lose)) return true;
		if (isSync && this.#random.chance(repeat)) queue.splice(this.#random.below(queue.length + 1), 0, next);
		next.run();
		return true;
	}

	deliverAll(): void {
		while (this.deliverOne());
	}

	/** Delivers what waits for one device and may pass; the rest stays, in its order. */
	deliverTo(device: string, mayPass: (frame: Uint8Array) => boolean): void {
		for (const wire of this.#wires) {
			if (wire.device !== device) continue;
			const waiting = wire.down.splice(0);
			for (const next of waiting) {
				if (next.frame !== null && !mayPass(next.frame)) {
					wire.down.push(next);
					continue;
				}
				this.delivered++;
				next.run();
			}
		}
	}

	/** Delivers everything that goes to the relay. */
	deliverUp(): void {
		for (const wire of this.#wires) {
			for (let next = wire.up.shift(); next !== undefined; next = wire.up.shift()) {
				this.delivered++;
				next.run();
			}
		}
	}

	#connect(device: string, end: DeviceEnd, url: URL): void {
		const wire = new Wire(device, end, () => this.#wires.delete(wire));
		this.#wires.add(wire);
		const refused = () => this.#cut.has(device) || this.accept === null;
		wire.up.push({
			frame: null,
			run: () => {
				if (refused()) return wire.breakDown();
				this.accept?.(wire.relayEnd, url);
				wire.open();
			}
		});
	}
}

class Wire {
	readonly up: Queued[] = [];
	readonly down: Queued[] = [];
	readonly relayEnd: RelayEnd;
	readonly device: string;
	readonly #deviceEnd: DeviceEnd;
	readonly #over: () => void;

	constructor(device: string, deviceEnd: DeviceEnd, over: () => void) {
		this.device = device;
		this.#deviceEnd = deviceEnd;
		this.#over = over;
		this.relayEnd = new RelayEnd(
			(frame) => this.#toDevice(frame),
			(code) => this.#closeFromRelay(code)
		);
		deviceEnd.wire = { send: (frame) => this.#toRelay(frame), close: (code) => this.#closeFromDevice(code) };
	}

	open(): void {
		this.down.unshift({ frame: null, run: () => this.#deviceEnd.opened() });
	}

	breakDown(): void {
		this.up.length = 0;
		this.down.length = 0;
		this.#over();
		this.relayEnd.closed(1006);
		this.#deviceEnd.closed(1006);
	}

	#toRelay(frame: Uint8Array): void {
		const run = () => this.relayEnd.received(frame);
		this.up.push({ frame, run });
	}

	#toDevice(frame: Uint8Array): void {
		const run = () => this.#deviceEnd.received(frame);
		this.down.push({ frame, run });
	}

	#closeFromDevice(code: number): void {
		this.up.push({ frame: null, run: () => this.#end(code) });
	}

	#closeFromRelay(code: number): void {
		this.down.push({ frame: null, run: () => this.#end(code) });
	}

	#end(code: number): void {
		this.#over();
		this.relayEnd.closed(code);
		this.#deviceEnd.closed(code);
	}
}

/** What a browser calls a WebSocket. */
class DeviceEnd {
	static readonly CONNECTING = 0;
	static readonly OPEN = 1;
	static readonly CLOSING = 2;
	static readonly CLOSED = 3;
	readonly OPEN = 1;
	readonly url: string;
	readyState = 0;
	binaryType = 'blob';
	bufferedAmount = 0;
	onopen: ((event: object) => void) | null = null;
	onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
	onclose: ((event: { code: number; reason: string }) => void) | null = null;
	onerror: ((event: object) => void) | null = null;
	wire: { send(frame: Uint8Array): void; close(code: number): void } | null = null;

	constructor(url: string) {
		this.url = url;
	}

	send(data: Uint8Array | ArrayBuffer): void {
		if (this.readyState === 0) throw new Error('the socket is not open yet');
		// a copy: what the sender does with its buffer later is none of the receiver's business
		if (this.readyState === 1)
			this.wire?.send(new Uint8Array(data instanceof ArrayBuffer ? data.slice(0) : data));
	}

	close(code = 1000): void {
		if (this.readyState >= 2) return;
		this.readyState = 2;
		this.wire?.close(code);
	}

	opened(): void {
		if (this.readyState !== 0) return;
		this.readyState = 1;
		this.onopen?.({});
	}

	received(frame: Uint8Array): void {
		if (this.readyState === 1) this.onmessage?.({ data: new Uint8Array(frame).buffer });
	}

	closed(code: number): void {
		if (this.readyState === 3) return;
		this.readyState = 3;
		if (code === 1006) this.onerror?.({});
		this.onclose?.({ code, reason: '' });
	}
}

/** What `ws` calls a WebSocket, as far as the relay uses it. */
export class RelayEnd extends EventEmitter {
	readonly OPEN = 1;
	readyState = 1;
	readonly bufferedAmount = 0;
	isPaused = false;
	readonly #send: (frame: Uint8Array) => void;
	readonly #close: (code: number) => void;
	readonly #held: Uint8Array[] = [];

	constructor(send: (frame: Uint8Array) => void, close: (code: number) => void) {
		super();
		this.#send = send;
		this.#close = close;
	}

	send(frame: Uint8Array, sent?: () => void): void {
		if (this.readyState === 1) this.#send(new Uint8Array(frame));
		if (sent !== undefined) queueMicrotask(sent);
	}

	close(code = 1000): void {
		if (this.readyState >= 2) return;
		this.readyState = 2;
		this.#close(code);
	}

	terminate(): void {
		this.close(1006);
	}

	ping(): void {
		queueMicrotask(() => this.emit('pong'));
	}

	pause(): void {
		this.isPaused = true;
	}

	resume(): void {
		this.isPaused = false;
		for (const frame of this.#held.splice(0)) this.received(frame);
	}

	received(frame: Uint8Array): void {
		if (this.readyState !== 1) return;
		if (this.isPaused) this.#held.push(frame);
		else this.emit('message', Buffer.from(frame), true);
	}

	closed(code: number): void {
		if (this.readyState === 3) return;
		this.readyState = 3;
		this.emit('close', code);
	}
}
