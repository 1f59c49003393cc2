/**
 * Stands between devices and the real relay, and does to their frames whatever an operator could who has the machine:
 * it holds no key of anybody.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { RelayProcess } from './relay-process.ts';

/** `path`: `circles`, or the room's name. What comes out is sent instead, in this order. */
type Meddling = (frame: Uint8Array<ArrayBuffer>, path: string) => readonly Uint8Array[];

const honest: Meddling = (frame) => [frame];

export class DishonestRelay {
	readonly #server: Server;
	readonly #sockets = new Map<WebSocket, string>();
	/** Where new sockets are led. */
	relay: RelayProcess;
	toApp: Meddling = honest;
	toRelay: Meddling = honest;
	/** Is there nobody for whoever comes now? */
	isAway: (path: string) => boolean = () => false;

	private constructor(relay: RelayProcess, server: Server) {
		this.relay = relay;
		this.#server = server;
	}

	static async before(relay: RelayProcess): Promise<DishonestRelay> {
		const server = createServer();
		const between = new DishonestRelay(relay, server);
		new WebSocketServer({ server }).on('connection', (app, request) =>
			between.#meet(app, request.url ?? '/')
		);
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return between;
	}

	get socketUrl(): string {
		return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}
	/** What devices sign that they speak to. */
	get origin(): string {
		return this.relay.origin;
	}

	/** To everybody who has this room open, or the control socket, unasked. */
	say(path: string, frame: Uint8Array): void {
		for (const [app, at] of this.#sockets) if (at === path) app.send(frame);
	}

	/** Everybody comes again, and is led to `relay`. */
	leadTo(relay: RelayProcess): void {
		this.relay = relay;
		for (const app of this.#sockets.keys()) app.close(4503);
	}

	async close(): Promise<void> {
		for (const app of this.#sockets.keys()) app.terminate();
		this.#server.close();
		await once(this.#server, 'close');
	}

	#meet(app: WebSocket, url: string): void {
		const path = url.replace('/ws/', '');
		if (this.isAway(path)) return app.close(4503);
		this.#sockets.set(app, path);
		const relay = new WebSocket(`${this.relay.socketUrl}${url}`);
		const waiting: Uint8Array[] = [];
		relay.on('open', () => {
			for (const frame of waiting.splice(0)) relay.send(frame);
		});
		app.on('message', (data: Buffer) => {
			for (const frame of this.toRelay(copyOf(data), path))
				if (relay.readyState === WebSocket.OPEN) relay.send(frame);
				else waiting.push(frame);
		});
		relay.on('message', (data: Buffer) => {
			for (const frame of this.toApp(copyOf(data), path)) app.send(frame);
		});
		relay.on('error', () => app.close(4503));
		relay.on('close', (code) => app.close(code >= 4000 ? code : 4503));
		app.on('close', () => {
			this.#sockets.delete(app);
			relay.close();
		});
	}
}

function copyOf(data: Buffer): Uint8Array<ArrayBuffer> {
	return new Uint8Array(data);
}
