/**
 * The meeting at the peer: 20 people in one room, each writes 5 letters a second, by Hocuspocus' own client.
 * Arguments: port, people, letters a second, seconds. Waits for a line on standard input, then prints `done <deliveries>`.
 */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import * as Y from 'yjs';

const [port, people, rate, seconds] = process.argv.slice(2).map(Number);
const clients = [];
for (let person = 0; person < people; person++) {
	const document = new Y.Doc();
	const websocketProvider = new HocuspocusProviderWebsocket({
		url: `ws://127.0.0.1:${port}`,
		WebSocketPolyfill: WebSocket
	});
	const provider = new HocuspocusProvider({ websocketProvider, name: 'meeting', document });
	provider.attach();
	const client = { document, written: 0 };
	clients.push(client);
	await new Promise((resolve) => (provider.isSynced ? resolve() : provider.on('synced', resolve)));
}
console.log('ready');
await once(process.stdin, 'data');
const received = () =>
	clients.reduce((sum, { document, written }) => sum + document.getText('text').length - written, 0);
const before = received();
const begun = performance.now();
await Promise.all(
	clients.map(async (client, index) => {
		// by the clock, not by pauses: who was held up catches up
		for (let letter = 0; letter < rate * seconds; letter++) {
			const due = begun + ((letter + index / people) * 1000) / rate;
			await sleep(Math.max(0, due - performance.now()));
			client.document.getText('text').insert(0, 'x');
			client.written++;
		}
	})
);
await sleep(1_000);
console.log(`done ${received() - before}`);
