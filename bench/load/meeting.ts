/**
 * Meetings at our relay: as peers/meeting.mjs, sealed. Stock y-websocket with our socket class; what arrives is
 * counted, not opened: the relay's work is what is measured here, and it verifies every envelope.
 * Arguments: port, founding code, rooms, people in each, letters a second of each, seconds. Waits for lines on standard
 * input: `go` → `done <deliveries>`, `reconnect` → `synced <ms>`.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket as NodeWebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { newDocumentId } from '#lib/circle/ids.ts';
import { writeRoom, type Room } from '#lib/envelope/room.ts';
import { relaySocketClass } from '#lib/sync/relay-socket.ts';
import { admitTo } from '../../tests/support/admit.ts';
import { foundTeam, type Somebody } from '../../tests/support/team.ts';
import { EnvelopeWriter } from '../support/envelopes.ts';

const [port = '', foundingCode = '', ...numbers] = process.argv.slice(2);
const [rooms = 0, people = 0, rate = 1, seconds = 0] = numbers.map(Number);
const origin = `http://localhost:${port}`;
const socketUrl = `ws://localhost:${port}`;
const WebSocket = NodeWebSocket as unknown as typeof globalThis.WebSocket;

const team = await foundTeam(Array.from({ length: people }, (_, person) => `person-${person}`));
await admitTo({ origin, socketUrl, foundingCode }, team);

interface Client {
	readonly log: Y.Doc;
	readonly provider: WebsocketProvider;
	readonly writer: EnvelopeWriter;
	readonly text: Y.Doc;
	written: number;
}

const clients: Client[] = [];
for (let number = 0; number < rooms; number++) {
	const room = { circle: team.case.circle, document: newDocumentId(), lane: 'body', generation: 0 } as const;
	clients.push(...(await Promise.all(team.people.map((who) => enter(room, who)))));
}
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
	if (line === 'go') console.log(`done ${await meet()}`);
	if (line === 'reconnect') console.log(`synced ${await reconnect()}`);
}

async function enter(room: Room, who: Somebody): Promise<Client> {
	const log = new Y.Doc({ gc: false });
	const text = new Y.Doc();
	const provider = new WebsocketProvider(`${socketUrl}/ws`, writeRoom(room), log, {
		disableBc: true,
		WebSocketPolyfill: relaySocketClass({
			device: who.device,
			origin,
			room: writeRoom(room),
			WebSocket,
			jitter: 0,
			random: Math.random,
			ownItem: () => 'not-ours',
			onAcknowledged: () => undefined,
			onStored: () => undefined,
			onPlaceTaken: () => console.error('a place in the log was taken'),
			onRefused: ({ reason }) => console.error(`refused: ${reason}`),
			onDishonest: (reason) => console.error(`dishonest: ${reason}`)
		})
	});
	await new Promise((resolve) => provider.once('sync', resolve));
	return {
		log,
		provider,
		text,
		writer: await EnvelopeWriter.open(team, who, room, text.clientID),
		written: 0
	};
}

/** Deliveries. */
async function meet(): Promise<number> {
	const received = () =>
		clients.reduce((sum, { log, written }) => sum + log.getArray('log').length - written, 0);
	const before = received();
	const begun = performance.now();
	await Promise.all(
		clients.map(async (client, index) => {
			// by the clock, not by pauses: who was held up catches up
			for (let letter = 0; letter < rate * seconds; letter++) {
				const due = begun + ((letter + index / clients.length) * 1000) / rate;
				await sleep(Math.max(0, due - performance.now()));
				const updates: Uint8Array[] = [];
				client.text.once('update', (update: Uint8Array) => updates.push(update));
				client.text.getText('text').insert(0, 'x');
				const envelope = await client.writer.write(updates[0] ?? new Uint8Array());
				client.written++;
				client.log.getArray('log').push([envelope]);
			}
		})
	);
	await sleep(1_000);
	return received() - before;
}

/** Milliseconds until everybody, back at the same moment, has everything. */
async function reconnect(): Promise<number> {
	for (const { provider } of clients) provider.disconnect();
	await sleep(1_000);
	const begun = performance.now();
	await Promise.all(
		clients.map(async ({ provider }) => {
			const synced = new Promise((resolve) => provider.once('sync', resolve));
			provider.connect();
			await synced;
		})
	);
	return performance.now() - begun;
}
