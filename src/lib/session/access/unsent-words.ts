/**
 * What somebody wrote on this device that never reached the others, as words: for whom it is not theirs to send any more.
 *
 * Promises: nothing of it is left out because it was deleted again, or because its document has no name here.
 */
import { readCaseIndex } from '#lib/casework/case-index.ts';
import type { DocumentId } from '#lib/circle/ids.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { laneSecretOf, openEnvelope, readEnvelope, type Envelope } from '#lib/envelope/envelope.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import type { KnownCircle } from '../known-circle.ts';
import type { Session } from '../session.svelte.ts';
import { Writing } from '../writing.ts';

export interface UnsentWords {
	/** Of the document. */
	readonly title: string;
	/** In the order in which they were written. */
	readonly words: readonly string[];
}

/** Own envelopes of this circle that wait or were set aside here, each once. */
export async function unsentEnvelopes(session: Session, known: KnownCircle): Promise<readonly Envelope[]> {
	const { storage, vault } = session;
	const [waiting, aside] = await Promise.all([storage.outbox.list(), storage.setAside.list()]);
	const all: readonly Bytes[] = [
		...waiting.map(({ envelope }) => envelope),
		...aside.map(({ bytes }) => bytes)
	];
	const found = new Map<string, Envelope>();
	for (const bytes of all) {
		const read = readEnvelope(bytes);
		if (!read.ok || read.value.circle !== known.circle || read.value.device !== vault.device.device) continue;
		found.set(`${read.value.session}.${read.value.seq}`, read.value);
	}
	return [...found.values()].sort((a, b) => a.at - b.at || a.seq - b.seq);
}

export async function unsentWords(session: Session, known: KnownCircle): Promise<readonly UnsentWords[]> {
	const titles = await titlesIn(session, known);
	const writings = new Map<DocumentId, Writing>();
	for (const envelope of await unsentEnvelopes(session, known)) {
		const secret = known.secrets.get(envelope.epoch);
		const laneSecret = secret === undefined ? null : await laneSecretOf(secret, envelope);
		const content = laneSecret === null ? null : await openEnvelope(envelope, laneSecret);
		if (content === null) continue;
		const writing = writings.get(envelope.document) ?? new Writing();
		writings.set(envelope.document, writing);
		writing.add(content);
	}
	return [...writings].flatMap(([document, { words }]) =>
		words.length === 0 ? [] : [{ title: titles.get(document) ?? 'Untitled document', words }]
	);
}

async function titlesIn(session: Session, known: KnownCircle): Promise<ReadonlyMap<DocumentId, string>> {
	const rooms = await session.openRooms();
	const index = await indexDocumentOf(known.circle);
	const lease = rooms.open(known, index);
	try {
		await lease.sealed.loaded;
		const { documents } = readCaseIndex(lease.sealed.clear);
		return new Map([
			[index, 'The case itself'],
			...documents.map(({ id, title }) => [id as DocumentId, title] as const)
		]);
	} finally {
		await lease.close();
	}
}
