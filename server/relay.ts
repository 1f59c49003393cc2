/**
 * Puts the relay together: store, circles, rooms, app and sockets behind one port.
 *
 * Promises: `startRelay` either listens or gives a reason; `close` stops accepting, writes what waits, closes every
 * socket with "later" and is done within five seconds, however often it is called.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { DeviceId } from '#lib/circle/ids.ts';
import { CLOSE } from '#lib/sync/wire.ts';
import { CircleDesk } from './circle-desk.ts';
import { Circles } from './circles.ts';
import { Feed } from './feed.ts';
import { GroupCommit } from './group-commit.ts';
import { createAppHandler } from './http.ts';
import { LIMITS } from './limits.ts';
import { silentLog, type Log } from './log.ts';
import { Peer, type Listener } from './peer.ts';
import { Rooms } from './rooms.ts';
import { openSqliteStore, type OpenReason } from './sqlite-store.ts';
import type { Store } from './store.ts';

export interface RelayOptions {
	/** 0: any free port. */
	readonly port: number;
	readonly host: string;
	/** Folder of the store; null keeps everything in memory. */
	readonly data: string | null;
	/** Another store than the one in `data`; closed with the relay. */
	readonly store?: Store;
	/** Folder of the built app. */
	readonly appFolder?: string;
	/** The origin people open the app at, when a proxy stands in front that rewrites the Host header. */
	readonly origin?: string;
	readonly log?: Log;
	readonly now?: () => number;
}

export interface Relay {
	readonly url: string;
	readonly port: number;
	/** One-time code that founds the agency; null once there is one. */
	readonly foundingCode: string | null;
	close(): Promise<void>;
}

export type StartReason = OpenReason | 'port-in-use' | 'cannot-listen';
export type Started =
	{ readonly ok: true; readonly value: Relay } | { readonly ok: false; readonly reason: StartReason };

/** Starts a relay, or throws with the reason. For tests and tools; the command line uses `tryStartRelay`. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
	const started = await tryStartRelay(options);
	if (!started.ok) throw new Error(`the relay did not start: ${started.reason}`);
	return started.value;
}

export async function tryStartRelay(options: RelayOptions): Promise<Started> {
	const { log = silentLog, now = Date.now } = options;
	const server = createServer({
		headersTimeout: LIMITS.headers,
		requestTimeout: 30_000,
		connectionsCheckingInterval: 5_000
	});
	const failed = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
		server.once('error', resolve);
		server.listen(options.port, options.host, () => resolve(null));
	});
	if (failed !== null) {
		return { ok: false, reason: failed.code === 'EADDRINUSE' ? 'port-in-use' : 'cannot-listen' };
	}
	// from here to the handlers nothing waits, so no request can come too early
	const opened =
		options.store === undefined
			? openSqliteStore(options.data)
			: ({ ok: true, value: options.store } as const);
	if (!opened.ok) {
		server.close();
		return opened;
	}
	const store: Store = opened.value;
	const commit = new GroupCommit(store, log);
	const circles = new Circles(store, commit, now);
	const rooms = new Rooms({ store, commit, circles, log, now });
	const feed = new Feed(store, commit);
	const desk = new CircleDesk(circles, feed, log, now);
	const doors = new Doors(log, now, circles, (room, peer, device) =>
		room === 'circles' ? Promise.resolve(desk.enter(peer, device)) : rooms.enter(room, peer, device)
	);
	const health = () => ({ ok: commit.status === 'ok', storage: commit.status });
	server.on('request', createAppHandler(options.appFolder ?? 'build/app', health));
	server.on('upgrade', (request, socket, head: Buffer) => doors.upgrade(request, socket, head));

	const { port } = server.address() as AddressInfo;
	const url = `http://${shownHost(options.host)}:${port}`;
	doors.ownOrigins = options.origin === undefined ? [url] : [options.origin, url];
	const foundingCode = circles.createFoundingCode();
	const counting = setInterval(() => log.info({ sockets: doors.count, rooms: rooms.count }, 'open'), 60_000);
	counting.unref();

	let closing: Promise<void> | null = null;
	const close = async () => {
		clearInterval(counting);
		const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
		commit.close();
		await doors.close();
		// frames that were judged while the sockets closed
		commit.flush();
		server.closeAllConnections();
		await stopped;
		desk.close();
		feed.close();
		rooms.close();
		store.close();
	};
	return {
		ok: true,
		value: { url, port, foundingCode, close: () => (closing ??= close()) }
	};
}

/** Every socket from its upgrade to its end, and how many there may be. */
class Doors {
	readonly #log: Log;
	readonly #now: () => number;
	readonly #circles: Circles;
	readonly #enter: (room: string, peer: Peer, device: DeviceId) => Promise<Listener | number>;
	readonly #server = new WebSocketServer({
		noServer: true,
		maxPayload: LIMITS.frame,
		perMessageDeflate: false
	});
	readonly #peers = new Set<Peer>();
	readonly #unproven = new Map<Peer, string>();
	readonly #byDevice = new Map<DeviceId, number>();
	readonly #ping: NodeJS.Timeout;
	#isClosing = false;
	ownOrigins: readonly string[] = [];

	constructor(
		log: Log,
		now: () => number,
		circles: Circles,
		enter: (room: string, peer: Peer, device: DeviceId) => Promise<Listener | number>
	) {
		this.#log = log;
		this.#now = now;
		this.#circles = circles;
		this.#enter = enter;
		this.#ping = setInterval(() => this.#peers.forEach((peer) => peer.ping()), LIMITS.ping);
		this.#ping.unref();
	}

	get count(): number {
		return this.#peers.size;
	}

	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		socket.on('error', () => undefined);
		const room = /^\/ws\/([\w.-]{1,200})$/.exec((request.url ?? '').split('?', 1)[0] ?? '')?.[1];
		if (room === undefined) return refuse(socket, '404 Not Found');
		const origins = this.#originsOf(request);
		if (origins === null) return refuse(socket, '403 Forbidden');
		const address = request.socket.remoteAddress ?? '';
		if (this.#isClosing || this.#isCrowded(address)) return refuse(socket, '503 Service Unavailable');
		this.#server.handleUpgrade(request, socket, head, (webSocket) => {
			const peer: Peer = new Peer(webSocket, {
				room,
				origins,
				founded: this.#circles.founded,
				log: this.#log,
				now: this.#now,
				proven: (proven, device) => this.#proven(room, proven, device),
				closed: (closed) => this.#closed(closed)
			});
			this.#peers.add(peer);
			this.#unproven.set(peer, address);
		});
	}

	async close(): Promise<void> {
		this.#isClosing = true;
		clearInterval(this.#ping);
		for (const peer of this.#peers) peer.close(CLOSE.goingAway);
		// time for the goodbyes to arrive; whoever does not answer is cut
		const cut = setTimeout(
			() => this.#server.clients.forEach((socket) => socket.terminate()),
			LIMITS.goodbye
		);
		await new Promise<void>((resolve) => this.#server.close(() => resolve()));
		clearTimeout(cut);
	}

	async #proven(room: string, peer: Peer, device: DeviceId): Promise<Listener | number> {
		this.#unproven.delete(peer);
		const sockets = (this.#byDevice.get(device) ?? 0) + 1;
		this.#byDevice.set(device, sockets);
		if (this.#isClosing) return CLOSE.goingAway;
		return sockets > LIMITS.socketsOfDevice ? CLOSE.busy : this.#enter(room, peer, device);
	}

	#closed(peer: Peer): void {
		this.#peers.delete(peer);
		this.#unproven.delete(peer);
		if (peer.device === null) return;
		const left = (this.#byDevice.get(peer.device) ?? 1) - 1;
		if (left > 0) this.#byDevice.set(peer.device, left);
		else this.#byDevice.delete(peer.device);
	}

	#isCrowded(address: string): boolean {
		if (this.#peers.size >= LIMITS.sockets || this.#unproven.size >= LIMITS.unprovenSockets) return true;
		if (this.#unproven.size < LIMITS.unprovenSocketsOfAddress) return false;
		let same = 0;
		for (const other of this.#unproven.values()) if (other === address) same += 1;
		return same >= LIMITS.unprovenSocketsOfAddress;
	}

	/**
	 * The origins that a proof may name: what the browser says when it says something, and then only this host; otherwise
	 * this host by either scheme, since a proxy may have taken TLS off.
	 */
	#originsOf(request: IncomingMessage): readonly string[] | null {
		const host = request.headers.host ?? '';
		const origins = [`http://${host}`, `https://${host}`, ...this.ownOrigins];
		const { origin } = request.headers;
		if (origin === undefined) return origins;
		return origins.includes(origin) ? [origin] : null;
	}
}

function refuse(socket: Duplex, status: string): void {
	socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** A host as it can stand in a URL that a person opens on this machine. */
function shownHost(host: string): string {
	if (['127.0.0.1', '0.0.0.0', '::1', '::', ''].includes(host)) return 'localhost';
	return host.includes(':') ? `[${host}]` : host;
}
