/**
 * A case with many documents at a relay, written by one device, and the link by which somebody joins it.
 * Arguments: port, founding code, documents. Prints `ready <link>` when all are there, and stays.
 */
import { WebSocket as NodeWebSocket } from 'ws';
import * as Y from 'yjs';
import { addDocument, renameCase } from '#lib/casework/case-index.ts';
import { BODY_FIELD, SCHEMA_VERSION } from '#lib/casework/schema-version.ts';
import { inviteToCircle } from '#lib/circle/actions.ts';
import { newDocumentId, type DocumentId } from '#lib/circle/ids.ts';
import { createLinkSecret, writeLink } from '#lib/circle/link.ts';
import { indexDocumentOf, writeRoom } from '#lib/envelope/room.ts';
import { prove, writeUpdateFrame } from '#lib/sync/relay-socket.ts';
import { readMessage } from '#lib/sync/wire.ts';
import { admitTo } from '../../tests/support/admit.ts';
import { caseNotes } from '../../tests/support/case-notes.ts';
import { foundTeam } from '../../tests/support/team.ts';
import { EnvelopeWriter } from '../support/envelopes.ts';

const [port = '', foundingCode = '', documents = '0'] = process.argv.slice(2);
const origin = `http://localhost:${port}`;
const LANES = 8;
const WEEK = 7 * 86_400_000;

const team = await foundTeam(['amina']);
const amina = team.named('amina');
const link = createLinkSecret();
const secrets = (await team.case.followedBy(amina)).secrets;
const invitation = { link, role: 'owner', expires: Date.now() + WEEK, at: Date.now() } as const;
await team.case.append(await inviteToCircle(team.case.state, secrets, amina.device, invitation));
await admitTo({ origin, socketUrl: `ws://localhost:${port}`, foundingCode }, team);

const list = new Y.Doc();
renameCase(list, 'Case one');
const texts = Array.from({ length: Number(documents) }, (_, number) => {
	const id = newDocumentId();
	const note = caseNotes[number % caseNotes.length];
	addDocument(list, {
		id,
		title: `Note ${number + 1}`,
		kind: 'case-note',
		template: null,
		schema: SCHEMA_VERSION,
		createdAt: Date.now(),
		createdBy: amina.person
	});
	const text = new Y.Doc();
	const paragraph = new Y.XmlElement('paragraph');
	paragraph.push([new Y.XmlText(note)]);
	text.getXmlFragment(BODY_FIELD).push([paragraph]);
	return { id, text };
});
await put(await indexDocumentOf(team.case.circle), list);
const left = [...texts];
await Promise.all(
	Array.from({ length: LANES }, async () => {
		for (let next = left.pop(); next !== undefined; next = left.pop()) await put(next.id, next.text);
	})
);
console.log(`ready ${await writeLink(origin, link)}`);
// stays until it is stopped
process.stdin.resume();

/** One envelope with all of the document; settles when it is durable. */
async function put(document: DocumentId, text: Y.Doc): Promise<void> {
	const room = { circle: team.case.circle, document, lane: 'body', generation: 0 } as const;
	const name = writeRoom(room);
	const log = new Y.Doc({ gc: false });
	const writer = await EnvelopeWriter.open(team, amina, room, text.clientID);
	log.getArray('log').push([await writer.write(Y.encodeStateAsUpdate(text))]);
	const frame = writeUpdateFrame(Y.encodeStateAsUpdate(log));
	const socket = new NodeWebSocket(`ws://localhost:${port}/ws/${name}`);
	await new Promise<void>((resolve, reject) => {
		socket.on('error', reject);
		socket.on('close', (code) => reject(new Error(`closed with ${code}`)));
		socket.on('message', (data: Buffer) => {
			const message = readMessage(new Uint8Array(data));
			if (message?.type === 'challenge') {
				void prove({ device: amina.device, origin, room: name }, message.nonce).then((proof) =>
					socket.send(proof)
				);
			} else if (message?.type === 'welcome') socket.send(frame);
			else if (message?.type === 'refused') reject(new Error(`refused: ${message.reason}`));
			else if (message?.type === 'acknowledged') resolve();
		});
	});
	socket.close();
}
