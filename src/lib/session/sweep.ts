/**
 * After the relay was reached: send what waits in documents that are not open, and bring home what others wrote.
 *
 * A few documents at a time, so that what a person opens themselves is not held up.
 */
import { readCaseIndex } from '#lib/casework/case-index.ts';
import { templateUpdate } from '#lib/casework/templates.ts';
import type { DocumentId } from '#lib/circle/ids.ts';
import { indexDocumentOf, writeRoom } from '#lib/envelope/room.ts';
import type * as Y from 'yjs';
import type { CircleBook } from './circle-book.ts';
import type { RoomLease, Rooms } from './rooms.ts';
import type { Summaries } from './summaries.ts';

const AT_ONCE = 4;
/** How long one document may take to have its waiting work acknowledged before the next is visited, ms. */
const SEND_PATIENCE = 15_000;

export interface Sweep {
	readonly rooms: Rooms;
	readonly circles: CircleBook;
	readonly summaries: Summaries;
	/** Names of rooms whose envelopes wait in the outbox: these go first. */
	readonly waiting: readonly string[];
	readonly signal: AbortSignal;
}

/** Settles when every document of every circle was visited once, or the signal says stop. */
export async function sweep({ rooms, circles, summaries, waiting, signal }: Sweep): Promise<void> {
	const documents: { room: string; visit: () => Promise<void> }[] = [];
	const cases = circles.all.filter(({ state, role }) => state.kind === 'case' && role !== null);
	const indexes = cases.map((known) => async () => {
		// the index comes first: it names the template that a document's text stands on
		const listed = await visit(rooms.open(known, await indexDocumentOf(known.circle)), signal, readCaseIndex);
		if (listed === undefined) return;
		await summaries.note(known.circle, { title: listed.title, here: true });
		for (const { id, title, template } of listed.documents) {
			const seed = template === null ? undefined : ((await templateUpdate(template)) ?? undefined);
			const room = { circle: known.circle, document: id as DocumentId, generation: 0 } as const;
			documents.push({
				room: writeRoom({ ...room, lane: 'body' }),
				visit: async () => {
					const here = await visit(rooms.open(known, room.document, seed), signal, () => true);
					await summaries.note(id, here === true ? { title, here } : { title });
				}
			});
			documents.push({
				room: writeRoom({ ...room, lane: 'discussion' }),
				visit: async () => {
					await visit(rooms.open(known, room.document, undefined, 'discussion'), signal, () => true);
				}
			});
		}
	});
	await inTurns(indexes, signal);
	documents.sort((a, b) => Number(waiting.includes(b.room)) - Number(waiting.includes(a.room)));
	await inTurns(
		documents.map((document) => document.visit),
		signal
	);
}

/** Opens a document until it is complete and everything of ours is sent; what `read` sees then, or undefined. */
async function visit<T>(
	lease: RoomLease,
	signal: AbortSignal,
	read: (doc: Y.Doc) => T
): Promise<T | undefined> {
	try {
		await Promise.race([
			lease.sealed.synced.then(() => lease.sealed.acknowledged(SEND_PATIENCE)),
			aborted(signal)
		]);
		return signal.aborted || !lease.sealed.saved.complete ? undefined : read(lease.sealed.clear);
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
