/** From a letter at one person to the same letter at another, both in this page, through a relay or a plain server. */
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { newDocumentId } from '#lib/circle/ids.ts';
import { openStorage } from '#lib/storage/storage.ts';
import { connectCircles } from '#lib/sync/circles-connection.ts';
import { openSealedDocument } from '#lib/sync/sealed-document.ts';
import { foundTeam, type Team } from '../../tests/support/team.ts';

interface Pair {
	insert(letter: string): void;
	readonly remote: Y.Doc;
	close(): Promise<void>;
}

export async function measurePlain(port: number, edits: number): Promise<number[]> {
	const docs = [new Y.Doc(), new Y.Doc()] as const;
	const room = `room-${Math.random()}`;
	const providers = docs.map(
		(doc) => new WebsocketProvider(`ws://localhost:${port}`, room, doc, { disableBc: true })
	);
	await Promise.all(providers.map((provider) => new Promise((resolve) => provider.once('sync', resolve))));
	return measurePair(edits, {
		insert: (letter) => docs[0].getText('text').insert(0, letter),
		remote: docs[1],
		close: async () => providers.forEach((provider) => provider.destroy())
	});
}

let team: Team | null = null;

export async function measureSealed(foundingCode: string, edits: number): Promise<number[]> {
	const url = location.origin.replace('http', 'ws');
	if (team === null) {
		team = await foundTeam(['amina', 'ben']);
		const [founder] = team.people;
		if (founder === undefined) throw new Error('nobody');
		const connection = connectCircles({ url, origin: location.origin, device: founder.device });
		for (const log of [team.agency, team.case])
			for (const entry of log.entries) {
				const answer = await connection.append(log.circle, entry, { foundingCode });
				if (!answer.ok) throw new Error(answer.reason);
			}
		connection.close();
	}
	const { people, case: circle } = team;
	const room = { circle: circle.circle, document: newDocumentId(), lane: 'body', generation: 0 } as const;
	const documents = await Promise.all(
		people.map(async (who) =>
			openSealedDocument({
				room,
				device: who.device,
				deviceSecret: who.deviceSecret,
				circle: await circle.followedBy(who),
				storage: await openStorage(`bench-${who.name}-${room.document}`),
				url,
				origin: location.origin,
				schema: 1,
				broadcast: false
			})
		)
	);
	await Promise.all(documents.map((document) => document.synced));
	const [from, to] = documents;
	if (from === undefined || to === undefined) throw new Error('nobody');
	const view = from.openView();
	return measurePair(edits, {
		insert: (letter) => view.asUser(() => view.doc.getText('text').insert(0, letter)),
		remote: to.clear,
		close: async () => {
			await Promise.all(documents.map((document) => document.close()));
		}
	});
}

/** A letter every 130 ms: slower than what is merged, so each goes on its own. */
async function measurePair(edits: number, pair: Pair): Promise<number[]> {
	const times: number[] = [];
	for (let edit = -5; edit < edits; edit++) {
		await new Promise((resolve) => setTimeout(resolve, 130));
		const arrived = new Promise<number>((resolve) => {
			pair.remote.once('update', () => resolve(performance.now()));
		});
		const begun = performance.now();
		pair.insert('x');
		const took = (await arrived) - begun;
		if (edit >= 0) times.push(took); // the first few find the way
	}
	await pair.close();
	return times;
}
