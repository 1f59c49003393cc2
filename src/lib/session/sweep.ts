/**
 * After the relay was reached: send what waits in documents that are not open, and bring home what others wrote.
 *
 * A few documents at a time, so that what a person opens themselves is not held up.
 */
import { readDocuments, readCaseTitle } from '#lib/casework/case-index.ts';
import type { DocumentId } from '#lib/circle/ids.ts';
import { indexDocumentOf, readRoom } from '#lib/envelope/room.ts';
import type { CircleBook } from './circle-book.ts';
import type { KnownCircle } from './known-circle.ts';
import type { Rooms } from './rooms.ts';
import type { Summaries } from './summaries.ts';

const AT_ONCE = 4;

export interface Sweep {
	readonly rooms: Rooms;
	readonly circles: CircleBook;
	readonly summaries: Summaries;
	/** Names of rooms whose envelopes wait in the outbox. */
	readonly waiting: readonly string[];
	readonly signal: AbortSignal;
}

/** Settles when every document of every circle was visited once, or the signal says stop. */
export async function sweep({ rooms, circles, summaries, waiting, signal }: Sweep): Promise<void> {
	const sending = waiting.map((name) => async () => {
		const room = readRoom(name);
		const known = room === null ? undefined : circles.get(room.circle);
		if (room !== null && known !== undefined) await visit(rooms, known, room.document, signal);
	});
	await inTurns(sending, signal);
	const documents: (() => Promise<void>)[] = [];
	const cases = circles.all.filter(({ state, role }) => state.kind === 'case' && role !== null);
	const indexes = cases.map((known) => async () => {
		const listed = await visit(rooms, known, await indexDocumentOf(known.circle), signal, (doc) => ({
			title: readCaseTitle(doc),
			entries: readDocuments(doc)
		}));
		if (listed === undefined) return;
		await summaries.note(known.circle, { title: listed.title, here: true });
		for (const { id, title } of listed.entries) {
			documents.push(async () => {
				const here = await visit(rooms, known, id as DocumentId, signal, () => true);
				await summaries.note(id, here === true ? { title, here } : { title });
			});
		}
	});
	await inTurns(indexes, signal);
	await inTurns(documents, signal);
}

/** Opens a document until it is complete and everything of ours is sent; what `read` sees then, or undefined. */
async function visit<T>(
	rooms: Rooms,
	known: KnownCircle,
	document: DocumentId,
	signal: AbortSignal,
	read?: (doc: import('yjs').Doc) => T
): Promise<T | undefined> {
	const lease = rooms.open(known, document);
	try {
		await Promise.race([lease.sealed.synced.then(() => lease.sealed.settled()), aborted(signal)]);
		return signal.aborted ? undefined : read?.(lease.sealed.clear);
	} finally {
		await lease.close();
	}
}

async function inTurns(visits: readonly (() => Promise<void>)[], signal: AbortSignal): Promise<void> {
	const queue = [...visits];
	const work = async () => {
		for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) await next();
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener('abort', () => resolve(), { once: true });
	});
}
