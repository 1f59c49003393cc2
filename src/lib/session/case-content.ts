/**
 * Documents of a case as derivations read them, and documents that begin with words: what is carried over from the
 * case, and notes that are imported.
 */
import type { CaseDocument, Period } from '#lib/casework/derive/case-document.ts';
import { placePieces } from '#lib/casework/derive/place-pieces.ts';
import { progressReport } from '#lib/casework/derive/progress-report.ts';
import { samePlaces } from '#lib/casework/derive/same-place.ts';
import { writeNote } from '#lib/casework/import/write-note.ts';
import type { ImportedNote } from '#lib/casework/import/read-notes.ts';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import { templateUpdate } from '#lib/casework/templates.ts';
import type { DocumentId } from '#lib/circle/ids.ts';
import type * as Y from 'yjs';
import type { KnownCircle } from './known-circle.ts';
import type { Rooms } from './rooms.ts';
import type { Summaries } from './summaries.ts';
import { noteDocument, type Listed } from './summary-keeping.ts';

/** How many notes are written, and sent, at once. */
const AT_ONCE = 6;
/** How long first words may hold their room open to be sent, ms; after that they wait in the outbox. */
const SENDING_PATIENCE = 15_000;

export interface Place {
	readonly summaries: Summaries;
	readonly rooms: Rooms;
	readonly known: KnownCircle;
	/** Is the relay there? Asked anew for every document. */
	readonly connected: () => boolean;
}

/** What a new document of this kind begins with, from what the case knows; nothing for most kinds. */
export function firstContent(
	kind: string,
	documents: readonly CaseDocument[],
	period: Period | null
): ((doc: Y.Doc) => void) | null {
	const placed =
		kind === 'progress-report'
			? period === null
				? []
				: progressReport(documents, period)
			: samePlaces(kind, documents);
	return placed.length === 0 ? null : (doc) => placePieces(doc.getXmlFragment(BODY_FIELD), placed);
}

/**
 * Writes first words into a document that is listed already; kept on this device when it settles. Answers with what ends
 * when the relay has them, or waits no longer: one socket does both, where closing at once would cost a second one.
 */
export async function writeFirst(
	{ summaries, rooms, known, connected }: Place,
	listed: Listed,
	template: string | null,
	write: (doc: Y.Doc) => void
): Promise<{ readonly sent: Promise<void> }> {
	const seed = template === null ? undefined : ((await templateUpdate(template)) ?? undefined);
	const lease = rooms.open(known, listed.id as DocumentId, seed);
	try {
		await lease.sealed.loaded;
		lease.sealed.edit(write);
		await lease.sealed.flush();
		await noteDocument(summaries, listed, lease.sealed, { here: true, updatedAt: Date.now() });
	} catch (error) {
		await lease.close();
		throw error;
	}
	const sending = connected() ? lease.sealed.acknowledged(SENDING_PATIENCE) : Promise.resolve(false);
	return { sent: sending.then(() => lease.close()) };
}

export interface NoteToWrite {
	readonly listed: Listed;
	readonly note: ImportedNote;
}

/** Writes imported notes one after the other, a few at once, each sent before the next. False when the signal stopped it. */
export async function writeNotes(
	place: Place,
	template: string | null,
	notes: readonly NoteToWrite[],
	{ signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (done: number) => void }
): Promise<boolean> {
	const now = new Date().toISOString();
	const queue = [...notes];
	let done = 0;
	const work = async () => {
		for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) {
			const { listed, note } = next;
			const { sent } = await writeFirst(place, listed, template, (doc) => writeNote(doc, note, now));
			await sent;
			onProgress(++done);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	return !signal.aborted;
}
