/** The summary of a shift log: of its entries, and of the names by which its house knows who lives there. */
import { foldShiftLog, type ShiftLog } from '#lib/casework/shift-log/fold.ts';
import { summarizeLog } from '#lib/casework/shift-log/log-summary.ts';
import { readLogOperation } from '#lib/casework/shift-log/operation.ts';
import type { KnownNames } from '#lib/casework/shift-log/resident-page.ts';
import { allNames, readResidents } from '#lib/casework/shift-log/residents.ts';
import { readLane } from '#lib/discussion/lane.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import type { SealedDocument } from '#lib/sync/sealed-document.ts';
import { writersIn } from './discussion-lane.ts';
import type { KnownCircle } from './known-circle.ts';
import type { Rooms } from './rooms.ts';
import type { Summaries } from './summaries.ts';
import type { Listed } from './summary-keeping.ts';

/** `sealed`: the lane of its entries. */
export async function noteShiftLog(
	{ summaries, rooms }: { readonly summaries: Summaries; readonly rooms: Rooms },
	listed: Listed,
	known: KnownCircle,
	sealed: SealedDocument
): Promise<void> {
	const log = shiftLogIn(sealed, known);
	const index = rooms.open(known, await indexDocumentOf(known.circle));
	await index.sealed.loaded;
	const names = allNames(readResidents(index.sealed.clear), log.residents);
	await index.close();
	await noteEntries(summaries, listed, known, { log, names });
}

export function noteEntries(
	summaries: Summaries,
	{ id, ...listed }: Listed,
	{ circle }: KnownCircle,
	{
		log,
		names,
		updatedAt
	}: { readonly log: ShiftLog; readonly names: KnownNames; readonly updatedAt?: number }
): Promise<void> {
	const caseTitle = summaries.get(listed.caseCircle)?.title ?? '';
	const when = updatedAt === undefined ? {} : { updatedAt };
	return summaries.note(id, { ...listed, ...when, circle, content: summarizeLog(log, names, caseTitle) });
}

export function shiftLogIn(sealed: SealedDocument, known: KnownCircle): ShiftLog {
	return foldShiftLog(readLane(sealed.clear, writersIn(sealed, known), readLogOperation));
}
