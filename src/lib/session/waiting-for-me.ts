/**
 * What waits for me across all documents: read from the summaries of this device, so nothing has to be opened for it.
 */
import { readable } from '#lib/discussion/mentions.ts';
import type { WaitingKind } from '#lib/discussion/waiting.ts';
import type { CircleId, DocumentId, PersonId } from '#lib/circle/ids.ts';
import type { DiscussionSummaries } from './discussion-summaries.ts';
import type { Session } from './session.svelte.ts';

export interface WaitingItem {
	readonly circle: CircleId;
	readonly document: DocumentId;
	readonly thread: string;
	/** No other item has it. */
	readonly id: string;
	readonly kind: WaitingKind;
	readonly byName: string;
	/** `#rrggbb` */
	readonly colour: string;
	readonly at: number;
	readonly quote: string;
	readonly text: string;
	readonly unread: boolean;
	/** Guests cannot read it. */
	readonly staffOnly: boolean;
	readonly caseTitle: string;
	readonly documentTitle: string;
}

export class WaitingForMe {
	#session: Session;
	#follow: () => void;
	readonly summaries: DiscussionSummaries;

	/** `follow`: tells Svelte that what is read next may change. */
	constructor(session: Session, summaries: DiscussionSummaries, follow: () => void) {
		this.#session = session;
		this.summaries = summaries;
		this.#follow = follow;
	}

	/** Unread ones first, then the newest. */
	get items(): readonly WaitingItem[] {
		this.#follow();
		return this.#mine
			.flatMap(({ known, summary: { circle, document, lane, waiting } }) =>
				waiting.map((item): WaitingItem => ({
					circle,
					document,
					thread: item.thread,
					id: `${document}.${lane}.${item.message}`,
					staffOnly: lane === 'internal',
					kind: item.kind,
					byName: known.nameOf(item.by as PersonId),
					colour: known.colourOf(item.by as PersonId),
					at: item.at,
					quote: item.quote,
					text: readable(item.text, (person) => known.nameOf(person as PersonId)),
					unread: item.unread,
					caseTitle: this.#session.summaries?.get(circle)?.title ?? '',
					documentTitle: this.#session.summaries?.get(document)?.title ?? ''
				}))
			)
			.sort((a, b) => Number(b.unread) - Number(a.unread) || b.at - a.at);
	}

	/** How many wait in a case, or in one of its documents. */
	countIn(circle: CircleId, document?: DocumentId): number {
		this.#follow();
		return this.#mine
			.filter(
				({ summary }) => summary.circle === circle && (document ?? summary.document) === summary.document
			)
			.reduce((sum, { summary }) => sum + summary.waiting.length, 0);
	}

	/** Everything that is unread now has been seen, on all my devices. */
	async markAllRead(): Promise<void> {
		const [rooms, { markRead }] = await Promise.all([
			this.#session.openRooms(),
			import('./read-discussions.ts')
		]);
		for (const { known, summary } of this.#mine)
			await markRead({ rooms, known, summary, summaries: this.summaries, me: this.#session.myPerson });
	}

	/** Of cases I am still in, and documents that stand in their lists. */
	get #mine() {
		return this.summaries.all.flatMap((summary) => {
			const known = this.#session.circles.get(summary.circle);
			const isListed = this.#session.summaries?.get(summary.document) !== undefined;
			return isListed && known?.mayOpen(summary.lane) ? [{ known, summary }] : [];
		});
	}
}
