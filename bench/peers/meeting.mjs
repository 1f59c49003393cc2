/**
 * Meetings at the peer: some people in each room, each writes some letters a second, by Hocuspocus' own client.
 * Arguments: port, rooms, people in each, letters a second of each, seconds. Waits for lines on standard input:
 * `go` → `done <deliveries>`, `reconnect` → `synced <ms>`.
 */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import * as Y from 'yjs';

const [port, rooms, people, rate, seconds] = process.argv.slice(2).map(Number);
const clients = [];
for (let room = 0; room < rooms; room++) {
	const entering = Array.from({ length: people }, () => enter(`meeting-${room}`));
	clients.push(...(await Promise.all(entering)));
}
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
	if (line === 'go') console.log(`done ${await meet()}`);
	if (line === 'reconnect') console.log(`synced ${await reconnect()}`);
}

async function enter(name) {
	const document = new Y.Doc();
	const websocketProvider = new HocuspocusProviderWebsocket({
		url: `ws://127.0.0.1:${port}`,
		WebSocketPolyfill: WebSocket
	});
	const provider = new HocuspocusProvider({ websocketProvider, name, document });
	provider.attach();
	await new Promise((resolve) => (provider.isSynced ? resolve() : provider.on('synced', resolve)));
	return { document, provider, websocketProvider, written: 0 };
}

async function meet() {
	const received = () =>
		clients.reduce((sum, { document, written }) => sum + document.getText('text').length - written, 0);
	const before = received();
	const begun = performance.now();
	await Promise.all(
		clients.map(async (client, index) => {
			// by the clock, not by pauses: who was held up catches up
			for (let letter = 0; letter < rate * seconds; letter++) {
				const due = begun + ((letter + index / clients.length) * 1000) / rate;
				await sleep(Math.max(0, due - performance.now()));
				client.document.getText('text').insert(0, 'x');
				client.written++;
			}
		})
	);
	await sleep(1_000);
	return received() - before;
}

async function reconnect() {
	for (const { websocketProvider } of clients) websocketProvider.disconnect();
	await sleep(1_000);
	const begun = performance.now();
	await Promise.all(
		clients.map(async ({ provider, websocketProvider }) => {
			const synced = new Promise((resolve) => provider.on('synced', resolve));
			void websocketProvider.connect();
			await synced;
		})
	);
	return performance.now() - begun;
}
