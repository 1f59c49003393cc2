/**
 * Keeps the summary of one open document up to date: a while after the last change, when the browser has nothing better
 * to do, and at the latest when the document is closed.
 */
import { readCaseIndex } from '#lib/casework/case-index.ts';
import { SHIFT_LOG } from '#lib/casework/kinds.ts';
import { summarize } from '#lib/casework/summary.ts';
import { templateUpdate } from '#lib/casework/templates.ts';
import type { CircleId, DocumentId } from '#lib/circle/ids.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import type { SealedDocument } from '#lib/sync/sealed-document.ts';
import type { CircleBook } from './circle-book.ts';
import { caseOf, titleInList } from './own-document.ts';
import type { Rooms } from './rooms.ts';
import { noteShiftLog } from './shift-log-summary.ts';
import type { Summaries } from './summaries.ts';

/** Quiet after the last change before a summary is made, and how long it may be put off while somebody types on, ms. */
const QUIET = 1_500;
const PATIENCE = 15_000;

export interface Listed {
	readonly id: string;
	readonly title: string;
	readonly kind: string;
	readonly caseCircle: CircleId;
}

/**
 * What is known of a document now. `here`: all of it has been on this device. What a shift log says stands beside its
 * text, in its entries (shift-log-summary.ts).
 */
export function noteDocument(
	summaries: Summaries,
	listed: Listed,
	sealed: SealedDocument,
	facts: { readonly here?: true; readonly updatedAt?: number } = {}
): Promise<void> {
	const { id, ...names } = listed;
	return summaries.note(id, {
		...names,
		...facts,
		circle: sealed.room.circle,
		...(listed.kind === SHIFT_LOG ? {} : { content: summarize(sealed.clear) })
	});
}

/** `note` makes the summary, of what changed last at `updatedAt`. Returns what stops it, after one last summary. */
export function keepSummary(
	sealed: SealedDocument,
	note: (updatedAt: number) => Promise<void>
): () => Promise<void> {
	let changedAt: number | null = null;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let since = 0;
	const write = async () => {
		clearTimeout(timer);
		if (changedAt === null) return;
		const updatedAt = changedAt;
		changedAt = null;
		await note(updatedAt);
	};
	const changed = () => {
		const now = Date.now();
		if (changedAt === null) since = now;
		changedAt = now;
		clearTimeout(timer);
		timer = setTimeout(whenIdle, Math.max(0, Math.min(QUIET, since + PATIENCE - now)), () => void write());
	};
	sealed.clear.on('update', changed);
	return async () => {
		sealed.clear.off('update', changed);
		await write();
	};
}

/** Makes every summary anew from what this device has, without the network. Settles when all are kept. */
export async function rebuildSummaries(
	summaries: Summaries,
	rooms: Rooms,
	book: Pick<CircleBook, 'get' | 'all'>
): Promise<void> {
	const circles = book.all.filter(
		({ state, role }) => (state.kind === 'case' || state.kind === 'document') && role !== null
	);
	for (const known of circles) {
		const { circle } = known;
		const caseCircle = caseOf(known, book);
		const index = rooms.open(known, await indexDocumentOf(circle));
		await index.sealed.loaded;
		const { removed, documents } = readCaseIndex(index.sealed.clear);
		const title = titleInList(known, index.sealed.clear);
		await index.close();
		await summaries.note(circle, { title, removed, circle, caseCircle });
		for (const { id, title, kind, template, removed } of documents) {
			if (removed) continue;
			if (kind === SHIFT_LOG) {
				const lease = rooms.open(known, id as DocumentId, undefined, 'discussion');
				await lease.sealed.loaded;
				await noteShiftLog({ summaries, rooms }, { id, title, kind, caseCircle }, known, lease.sealed);
				await lease.close();
				continue;
			}
			const seed = template === null ? undefined : ((await templateUpdate(template)) ?? undefined);
			const lease = rooms.open(known, id as DocumentId, seed);
			await lease.sealed.loaded;
			await noteDocument(summaries, { id, title, kind, caseCircle }, lease.sealed);
			await lease.close();
		}
	}
}

function whenIdle(work: () => void): void {
	// Safari has no requestIdleCallback
	if (typeof requestIdleCallback === 'undefined') work();
	else requestIdleCallback(work, { timeout: 2_000 });
}
