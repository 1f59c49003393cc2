/**
 * Discussions that are not on screen: what of them waits for me, and marking it as read. With Yjs, so loaded after the
 * first page.
 */
import { fold, type Discussion } from '#lib/discussion/fold.ts';
import { appendOperation, MAX_SEEN, newOperationId } from '#lib/discussion/operation.ts';
import { waitingFor } from '#lib/discussion/waiting.ts';
import type { DocumentId, PersonId } from '#lib/circle/ids.ts';
import { canWrite } from '#lib/circle/roles.ts';
import type { SealedDocument } from '#lib/sync/sealed-document.ts';
import { operationsIn } from './discussion-lane.ts';
import type { DiscussionLane, DiscussionSummaries, DiscussionSummary } from './discussion-summaries.ts';
import type { KnownCircle } from './known-circle.ts';
import type { Rooms } from './rooms.ts';

/** How long a discussion stays open in the background until what was marked has been sent, ms. */
const SENDING_PATIENCE = 15_000;

export interface Discussed {
	readonly known: KnownCircle;
	readonly document: DocumentId;
	readonly lane: DiscussionLane;
	readonly sealed: SealedDocument;
	/** What it says, where that is known already. */
	readonly folded?: Discussion;
}

/** Keeps what waits for me in a discussion that has changed, or was visited. */
export async function noteDiscussion(
	summaries: DiscussionSummaries,
	me: PersonId,
	{ known, document, lane, sealed, folded }: Discussed
): Promise<void> {
	if (!known.mayOpen(lane)) return; // shut out meanwhile: nothing of it is to be left here
	const current = folded ?? fold(operationsIn(sealed, known));
	const waiting = waitingFor(current, me, canWrite(known.role, 'body'));
	await summaries.note({ circle: known.circle, document, lane, waiting });
}

interface Marking {
	readonly rooms: Rooms;
	readonly known: KnownCircle;
	readonly summary: DiscussionSummary;
	readonly summaries: DiscussionSummaries;
	readonly me: PersonId;
}

/** What was unread in a discussion is seen now, on all my devices. Settles when it is safe on this one. */
export async function markRead({ rooms, known, summary, summaries, me }: Marking): Promise<void> {
	const { document, lane } = summary;
	const unread = summary.waiting.filter((item) => item.unread);
	if (unread.length === 0) return;
	if (!known.mayWrite(lane)) return summaries.seeHere(unread.map(({ message }) => message));
	const lease = rooms.open(known, document, undefined, lane);
	const { sealed } = lease;
	await sealed.loaded;
	for (const thread of new Set(unread.map((item) => item.thread))) {
		const messages = unread.filter((item) => item.thread === thread).map(({ message }) => message);
		for (let i = 0; i < messages.length; i += MAX_SEEN) {
			const { lamport } = fold(operationsIn(sealed, known));
			const common = { v: 1, id: newOperationId(me), lamport, at: Date.now() } as const;
			const some = messages.slice(i, i + MAX_SEEN);
			sealed.edit((doc) => appendOperation(doc, { ...common, type: 'seen', thread, messages: some }));
		}
	}
	await sealed.flush();
	await noteDiscussion(summaries, me, { known, document, lane, sealed });
	void sealed.acknowledged(SENDING_PATIENCE).then(() => lease.close());
}
