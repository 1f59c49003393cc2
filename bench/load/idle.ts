/**
 * Many rooms with a 20 KB document each, one device looking at each, nobody writing.
 * Arguments: port, founding code, rooms. Prints `ready` when all are there, and stays.
 */
import { WebSocket as NodeWebSocket } from 'ws';
import * as Y from 'yjs';
import { newDocumentId } from '#lib/circle/ids.ts';
import { randomBytes } from '#lib/crypto/bytes.ts';
import { writeRoom } from '#lib/envelope/room.ts';
import { prove, writeUpdateFrame } from '#lib/sync/relay-socket.ts';
import { readMessage } from '#lib/sync/wire.ts';
import { admitTo } from '../../tests/support/admit.ts';
import { foundTeam, type Somebody } from '../../tests/support/team.ts';
import { EnvelopeWriter } from '../support/envelopes.ts';

const [port = '', foundingCode = '', rooms = '0'] = process.argv.slice(2);
const origin = `http://localhost:${port}`;
/** One device may have a few hundred sockets. */
const ROOMS_OF_DEVICE = 400;
const SIZE = 20_000;

const devices = Math.ceil(Number(rooms) / ROOMS_OF_DEVICE);
const team = await foundTeam(Array.from({ length: devices }, (_, device) => `device-${device}`));
await admitTo({ origin, socketUrl: `ws://localhost:${port}`, foundingCode }, team);
const sockets: NodeWebSocket[] = [];
const LANES = 8;
let next = 0;
await Promise.all(
	Array.from({ length: LANES }, async () => {
		while (next < Number(rooms)) {
			const who = team.people[Math.floor(next++ / ROOMS_OF_DEVICE)];
			if (who !== undefined) sockets.push(await enter(who));
		}
	})
);
console.log('ready');

async function enter(who: Somebody): Promise<NodeWebSocket> {
	const room = { circle: team.case.circle, document: newDocumentId(), lane: 'body', generation: 0 } as const;
	const name = writeRoom(room);
	const log = new Y.Doc({ gc: false });
	const writer = await EnvelopeWriter.open(team, who, room, 4711);
	log.getArray('log').push([await writer.write(randomBytes(SIZE))]);
	const frame = writeUpdateFrame(Y.encodeStateAsUpdate(log));
	const socket = new NodeWebSocket(`ws://localhost:${port}/ws/${name}`);
	await new Promise<void>((resolve, reject) => {
		socket.on('error', reject);
		socket.on('close', (code) => reject(new Error(`closed with ${code}`)));
		socket.on('message', (data: Buffer) => {
			const message = readMessage(new Uint8Array(data));
			if (message?.type === 'challenge') {
				void prove({ device: who.device, origin, room: name }, message.nonce).then((proof) =>
					socket.send(proof)
				);
			} else if (message?.type === 'welcome') socket.send(frame);
			else if (message?.type === 'refused') reject(new Error(`refused: ${message.reason}`));
			else if (message?.type === 'acknowledged') resolve();
		});
	});
	return socket;
}
