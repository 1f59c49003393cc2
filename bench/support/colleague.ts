/** Somebody who was invited and has no browser: joins by a link, and says much in little time. */
import 'fake-indexeddb/auto';
import { WebSocket as NodeWebSocket } from 'ws';
import * as Y from 'yjs';
import { templateUpdate } from '#lib/casework/templates.ts';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import { makeAnchor, type Anchor, type TextBlock } from '#lib/discussion/anchor.ts';
import { appendOperation, newOperationId } from '#lib/discussion/operation.ts';
import { writeRelativePosition } from '#lib/discussion/relative.ts';
import { readRoom } from '#lib/envelope/room.ts';
import { CircleBook } from '#lib/session/circle-book.ts';
import { acceptInvitation, readInvitation } from '#lib/session/invitations.ts';
import { Rooms } from '#lib/session/rooms.ts';
import { openVault } from '#lib/session/vault.ts';
import { openStorage } from '#lib/storage/storage.ts';
import { connectCircles } from '#lib/sync/circles-connection.ts';
import type { RelayProcess } from '../../tests/support/relay-process.ts';

/** Comments on every word of the document that matches, and settles when all of it is at the relay. */
export async function commentOnEach(
	relay: RelayProcess,
	invitation: string,
	plan: string,
	words: RegExp
): Promise<number> {
	Object.assign(globalThis, { WebSocket: NodeWebSocket });
	const storage = await openStorage('colleague');
	const opened = await openVault(storage);
	if (!opened.ok) throw new Error(opened.reason);
	const vault = opened.value;
	const address = { url: relay.socketUrl, origin: relay.origin };
	const connection = connectCircles({ ...address, device: vault.device });
	const circles = new CircleBook(vault, connection, null);
	const rooms = new Rooms({ vault, storage, ...address, schema: 1 });
	try {
		await circles.open();
		const connected = new Promise<boolean>((resolve) => {
			const tell = () => connection.status === 'connected' && resolve(true);
			connection.onStatus(tell);
			tell();
		});
		const invited = await readInvitation(
			connection,
			() => connected,
			vault,
			new URL(invitation).hash,
			Date.now()
		);
		if (!invited.ok) throw new Error(invited.reason);
		const joined = await acceptInvitation(circles, vault, invited.value, 'Dr. Osei', Date.now);
		if (!joined.ok) throw new Error(joined.reason);
		const [circle, document] = new URL(plan).pathname.split('/').slice(-2);
		const room = readRoom(`${circle}.${document}.body.0`);
		const known = room === null ? undefined : circles.get(room.circle);
		if (room === null || known === undefined) throw new Error('no such document');
		const body = rooms.open(known, room.document, (await templateUpdate('case-plan.1')) ?? undefined);
		await body.sealed.synced;
		const anchors = anchorsIn(body.sealed.clear.getXmlFragment(BODY_FIELD), words);
		const lane = rooms.open(known, room.document, undefined, 'discussion');
		await lane.sealed.synced;
		const me = vault.profile.person;
		lane.sealed.edit((doc) =>
			anchors.forEach((anchor, lamport) => {
				const common = { v: 1, id: newOperationId(me), lamport, at: Date.now() } as const;
				appendOperation(doc, {
					...common,
					type: 'thread',
					anchor,
					text: 'Is this still so? I heard otherwise.'
				});
			})
		);
		if (!(await lane.sealed.acknowledged(60_000))) throw new Error('not at the relay');
		return anchors.length;
	} finally {
		await rooms.close();
		await circles.close();
		connection.close();
		await storage.close();
	}
}

function anchorsIn(root: Y.XmlFragment, words: RegExp): readonly Anchor[] {
	const texts: { readonly text: Y.XmlText; readonly from: number; readonly line: string }[] = [];
	let from = 1;
	const walk = (parent: Y.XmlFragment) => {
		for (const child of parent.toArray()) {
			if (child instanceof Y.XmlText) {
				const delta = child.toDelta() as readonly { readonly insert: unknown }[];
				const line = delta.map(({ insert }) => (typeof insert === 'string' ? insert : '\ufffc')).join('');
				texts.push({ text: child, from, line });
				from += line.length + 2;
			} else if (child instanceof Y.XmlElement) walk(child);
		}
	};
	walk(root);
	const blocks = texts.map(({ from, line }): TextBlock => ({ id: null, text: line, from, headings: [] }));
	return texts.flatMap(({ text, from, line }) =>
		[...line.matchAll(words)].map(({ index, 0: { length } }) => {
			const place = (at: number, side: number) =>
				writeRelativePosition(Y.createRelativePositionFromTypeIndex(text, at, side));
			const relative = { start: place(index, 0), end: place(index + length, -1) };
			return makeAnchor(blocks, from + index, from + index + length, relative);
		})
	);
}
