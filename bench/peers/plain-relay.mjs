/**
 * Peer: the smallest honest y-protocols server. One Y.Doc a room, in memory, forwards what it applies, keeps nothing.
 * It is what stock y-websocket servers do without a disk, so it is the hardest to be compared with.
 */
import { createServer } from 'node:http';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocketServer } from 'ws';
import * as sync from 'y-protocols/sync';
import * as Y from 'yjs';

const SYNC = 0;
/** @type {Map<string, { doc: Y.Doc, sockets: Set<import('ws').WebSocket> }>} */
const rooms = new Map();
const server = createServer((_, response) => response.end('ok'));

new WebSocketServer({ server }).on('connection', (socket, request) => {
	const room = openRoom(request.url ?? '/');
	socket.binaryType = 'arraybuffer';
	room.sockets.add(socket);
	socket.on('close', () => room.sockets.delete(socket));
	socket.on('message', (data) => {
		const frame = new Uint8Array(/** @type {ArrayBuffer} */ (data));
		const decoder = decoding.createDecoder(frame);
		if (decoding.readVarUint(decoder) !== SYNC) {
			for (const other of room.sockets) other.send(frame); // awareness
			return;
		}
		const answer = encoding.createEncoder();
		encoding.writeVarUint(answer, SYNC);
		sync.readSyncMessage(decoder, answer, room.doc, socket);
		if (encoding.length(answer) > 1) socket.send(encoding.toUint8Array(answer));
	});
	const hello = encoding.createEncoder();
	encoding.writeVarUint(hello, SYNC);
	sync.writeSyncStep1(hello, room.doc);
	socket.send(encoding.toUint8Array(hello));
});

server.listen(0, '127.0.0.1', () => {
	const address = server.address();
	console.log(`ready ${typeof address === 'object' && address ? address.port : ''}`);
});

/** @param {string} name */
function openRoom(name) {
	const known = rooms.get(name);
	if (known) return known;
	const room = { doc: new Y.Doc(), sockets: new Set() };
	room.doc.on('update', (update, origin) => {
		const encoder = encoding.createEncoder();
		encoding.writeVarUint(encoder, SYNC);
		sync.writeUpdate(encoder, update);
		const frame = encoding.toUint8Array(encoder);
		for (const socket of room.sockets) if (socket !== origin) socket.send(frame);
	});
	rooms.set(name, room);
	return room;
}
