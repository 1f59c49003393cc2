/**
 * The control socket: circle entries asked for, appended and pushed [C2], and the feed of rooms that moved [R6].
 *
 * Promises: every promise settles, with a reason when the socket closes; it comes back by itself after a random wait,
 * unless the relay has said that trying again cannot help. Constructors do no I/O here either: the first attempt to
 * connect is made in the next turn.
 */
import type { CircleId } from '#lib/circle/ids.ts';
import { isCircleId } from '#lib/circle/ids.ts';
import type { DeviceSecrets } from '#lib/circle/device.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { sign, type SigningSecret } from '#lib/crypto/sign.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import { Listeners } from './queue.ts';
import { prove } from './relay-socket.ts';
import { proofOf, readMessage, WIRE_VERSION, writeMessage, type Message } from './wire.ts';

export type ConnectionStatus = 'connecting' | 'connected' | 'offline' | 'refused';

export type AppendAnswer =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: 'conflict'; readonly entries: Bytes[] }
	| { readonly ok: false; readonly reason: string };

export interface AppendOptions {
	/** With the first entry of the agency. */
	readonly foundingCode?: string;
	/** The relay had it once and has forgotten it [R7]. */
	readonly again?: boolean;
}

export interface CirclesConnection {
	readonly status: ConnectionStatus;
	onStatus(listener: (status: ConnectionStatus) => void): () => void;
	/** The circles this device is in; empty when the relay cannot be reached. */
	list(): Promise<CircleId[]>;
	/** The entries behind the first `after`. */
	fetch(circle: CircleId, after: number): Promise<Verdict<Bytes[]>>;
	append(circle: CircleId, entry: Bytes, options?: AppendOptions): Promise<AppendAnswer>;
	/** Which circles does this invitation open? */
	findInvitation(link: SigningSecret): Promise<Verdict<{ circle: CircleId; entries: Bytes[] }[]>>;
	/** Pushed by the relay when a circle of ours grows. */
	onEntries(listener: (circle: CircleId, entries: Bytes[]) => void): () => void;
	/** Which rooms of these circles moved since this cursor ('' for ever)? All of it; null when the relay does not answer. */
	fetchMoves(circles: readonly CircleId[], cursor: string): Promise<Moves | null>;
	/** Pushed by the relay soon after rooms of ours moved. */
	onMoved(listener: (rooms: string[], cursor: string) => void): () => void;
	/** Does an agency live at this relay? Null before the relay has said so. */
	relayFounded(): boolean | null;
	close(): void;
}

export interface Moves {
	/** In the order of their newest move. */
	readonly rooms: readonly string[];
	readonly cursor: string;
	/** The relay has forgotten what came before the cursor: what it has not listed, it may not have at all [R7]. */
	readonly lost: boolean;
}

export interface CirclesConnectionOptions {
	/** `ws(s)://host` */
	readonly url: string;
	readonly origin: string;
	readonly device: DeviceSecrets;
	readonly WebSocket?: typeof WebSocket;
	readonly random?: () => number;
	/** Wait before the first reconnection, ms; it doubles up to `longestWait`. */
	readonly firstWait?: number;
	readonly longestWait?: number;
	/** After this silence a request is given up, ms. */
	readonly patience?: number;
}

type Answer = Extract<Message, { id: number }>;

/** What the device signs here stands for the control socket, not for a room. */
const ROOM = 'circles';
const OPEN = 1;
/** Parts of one answer; a relay that goes on beyond 20,000 rooms in each of many circles is not an honest one. */
const MOST_PARTS = 100;

export function connectCircles(options: CirclesConnectionOptions): CirclesConnection {
	return new Connection(options);
}

class Connection implements CirclesConnection {
	#options: CirclesConnectionOptions;
	#status: ConnectionStatus = 'connecting';
	#statuses = new Listeners<[ConnectionStatus]>();
	#entries = new Listeners<[CircleId, Bytes[]]>();
	#moved = new Listeners<[string[], string]>();
	#pending = new Map<number, (answer: Answer | null) => void>();
	#socket: WebSocket | null = null;
	#nonce: Bytes | null = null;
	#founded: boolean | null = null;
	#nextId = 1;
	#failures = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#closed = false;
	#first: Promise<void>;
	#firstDone = () => {};

	constructor(options: CirclesConnectionOptions) {
		this.#options = options;
		this.#first = new Promise((resolve) => (this.#firstDone = resolve));
		this.#timer = setTimeout(() => this.#connect(), 0);
	}

	get status(): ConnectionStatus {
		return this.#status;
	}

	onStatus(listener: (status: ConnectionStatus) => void): () => void {
		return this.#statuses.on(listener);
	}

	onEntries(listener: (circle: CircleId, entries: Bytes[]) => void): () => void {
		return this.#entries.on(listener);
	}

	onMoved(listener: (rooms: string[], cursor: string) => void): () => void {
		return this.#moved.on(listener);
	}

	relayFounded(): boolean | null {
		return this.#founded;
	}

	async list(): Promise<CircleId[]> {
		const answer = await this.#ask((id) => writeMessage('listCircles', { id }));
		return answer?.type === 'circleList' ? answer.circles.filter(isCircleId) : [];
	}

	async fetch(circle: CircleId, after: number): Promise<Verdict<Bytes[]>> {
		const answer = await this.#ask((id) => writeMessage('fetchCircle', { id, circle, after }));
		return answer?.type === 'circleEntries' ? { ok: true, value: answer.entries } : reasonOf(answer);
	}

	async append(circle: CircleId, entry: Bytes, options: AppendOptions = {}): Promise<AppendAnswer> {
		const answer = await this.#ask((id) => writeMessage('append', { id, circle, entry, ...options }));
		if (answer?.type === 'appended') return { ok: true };
		if (answer?.type === 'conflict') return { ok: false, reason: 'conflict', entries: answer.entries };
		return reasonOf(answer);
	}

	async findInvitation(link: SigningSecret): Promise<Verdict<{ circle: CircleId; entries: Bytes[] }[]>> {
		await this.#first;
		const nonce = this.#nonce;
		if (nonce === null) return { ok: false, reason: 'offline' };
		const signature = await sign(link, proofOf('invitation', this.#options.origin, ROOM, nonce));
		const answer = await this.#ask((id) =>
			writeMessage('findInvitation', { id, key: link.publicKey, signature })
		);
		if (answer?.type !== 'invitation') return reasonOf(answer);
		const circles = answer.circles.flatMap(({ circle, entries }) =>
			isCircleId(circle) ? [{ circle, entries }] : []
		);
		return { ok: true, value: circles };
	}

	async fetchMoves(circles: readonly CircleId[], cursor: string): Promise<Moves | null> {
		const rooms: string[] = [];
		let from = cursor;
		let lost = false;
		for (let part = 0; part < MOST_PARTS; part++) {
			const asked = [...circles];
			const answer = await this.#ask((id) =>
				writeMessage('fetchMoves', { id, circles: asked, cursor: from })
			);
			if (answer?.type !== 'moves') return null;
			rooms.push(...answer.rooms);
			lost ||= answer.lost;
			if (!answer.more) return { rooms, cursor: answer.cursor, lost };
			from = answer.cursor;
		}
		return null;
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		clearTimeout(this.#timer);
		this.#drop();
		this.#firstDone();
		this.#set('offline');
		this.#statuses.clear();
		this.#entries.clear();
		this.#moved.clear();
	}

	/** Null when there is no connection, or it ended before the answer. The first attempt is waited for. */
	async #ask(write: (id: number) => Bytes): Promise<Answer | null> {
		await this.#first;
		const socket = this.#socket;
		if (this.#status !== 'connected' || socket?.readyState !== OPEN) return null;
		const id = this.#nextId++;
		return new Promise((resolve) => {
			const settle = (answer: Answer | null) => {
				clearTimeout(timer);
				this.#pending.delete(id);
				resolve(answer);
			};
			const timer = setTimeout(() => settle(null), this.#options.patience ?? 15_000);
			this.#pending.set(id, settle);
			socket.send(write(id));
		});
	}

	#connect(): void {
		if (this.#closed) return;
		this.#set('connecting');
		const Socket = this.#options.WebSocket ?? globalThis.WebSocket;
		let socket: WebSocket;
		try {
			socket = new Socket(`${this.#options.url.replace(/\/$/, '')}/ws/${ROOM}`);
		} catch {
			return this.#lost(1006);
		}
		this.#socket = socket;
		socket.binaryType = 'arraybuffer';
		socket.onmessage = ({ data }: MessageEvent<unknown>) => {
			const message =
				data instanceof ArrayBuffer
					? readMessage(new Uint8Array(data))
					: data instanceof Uint8Array
						? readMessage(data)
						: null;
			if (message !== null && this.#socket === socket) this.#receive(message, socket);
		};
		socket.onerror = () => undefined;
		socket.onclose = ({ code }) => {
			if (this.#socket === socket) this.#lost(code);
		};
		// a relay that accepts and then says nothing is no relay
		this.#timer = setTimeout(() => this.#lost(1006), this.#options.patience ?? 15_000);
	}

	#receive(message: Message, socket: WebSocket): void {
		switch (message.type) {
			case 'challenge':
				this.#founded = message.founded;
				this.#nonce = message.nonce;
				if (message.version !== WIRE_VERSION) return this.#lost(4400);
				void prove({ ...this.#options, room: ROOM }, message.nonce).then((proof) => {
					if (this.#socket === socket && socket.readyState === OPEN) socket.send(proof);
				});
				return;
			case 'welcome':
				clearTimeout(this.#timer);
				this.#failures = 0;
				this.#set('connected');
				this.#firstDone();
				return;
			case 'entries':
				if (isCircleId(message.circle)) this.#entries.tell(message.circle, message.entries);
				return;
			case 'moved':
				this.#moved.tell(message.rooms, message.cursor);
				return;
			default:
				if ('id' in message) this.#pending.get(message.id)?.(message);
		}
	}

	#lost(code: number): void {
		this.#drop();
		this.#firstDone();
		if (this.#closed) return;
		const isFinal = code >= 4400 && code < 4500;
		this.#set(isFinal ? 'refused' : 'offline');
		if (isFinal) return;
		const { random = Math.random, firstWait = 200, longestWait = 10_000 } = this.#options;
		const longest = Math.min(longestWait, firstWait * 2 ** this.#failures++);
		this.#timer = setTimeout(() => this.#connect(), longest * (0.5 + random() / 2));
	}

	#drop(): void {
		clearTimeout(this.#timer);
		const socket = this.#socket;
		this.#socket = null;
		this.#nonce = null;
		if (socket !== null) {
			socket.onmessage = null;
			socket.onclose = null;
			socket.onerror = () => undefined;
			socket.close();
		}
		for (const settle of [...this.#pending.values()]) settle(null);
	}

	#set(status: ConnectionStatus): void {
		if (status === this.#status) return;
		this.#status = status;
		this.#statuses.tell(status);
	}
}

function reasonOf(answer: Answer | null): { ok: false; reason: string } {
	return { ok: false, reason: answer?.type === 'failed' ? answer.reason : 'offline' };
}
