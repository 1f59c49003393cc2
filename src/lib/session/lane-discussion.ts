/**
 * One lane of what is said beside a document: folded afresh when it grows, and written to.
 *
 * Who wrote an operation is who signed its envelope [D2]: the author comes from the circle, never from the operation.
 */
import { fold, unseenMessages, type Discussion } from '#lib/discussion/fold.ts';
import { appendOperation, MAX_SEEN, newOperationId, type Operation } from '#lib/discussion/operation.ts';
import type { DocumentId, PersonId } from '#lib/circle/ids.ts';
import { operationsIn } from './discussion-lane.ts';
import type { DiscussionLane, DiscussionSummaries } from './discussion-summaries.ts';
import type { KnownCircle } from './known-circle.ts';
import { noteDiscussion } from './read-discussions.ts';
import type { RoomLease } from './rooms.ts';

/** An operation without what every operation carries. */
export type Said<T = Operation> = T extends Operation ? Omit<T, 'v' | 'id' | 'lamport' | 'at'> : never;

/** How long a discussion rests before what waits in it is written down, ms. */
const NOTE_PAUSE = 200;

export interface LaneOptions {
	readonly lane: DiscussionLane;
	readonly document: DocumentId;
	readonly known: KnownCircle;
	readonly lease: RoomLease;
	readonly me: PersonId;
	readonly summaries: () => DiscussionSummaries | undefined;
	/** Told when something was said, or the circle has changed, or all of it has been read from this device. */
	readonly onChange: () => void;
}

export class LaneDiscussion {
	#options: LaneOptions;
	#folded: Discussion | null = null;
	#ids: ReadonlySet<string> | null = null;
	#noting: ReturnType<typeof setTimeout> | undefined;
	#loaded = false;
	#removers: (() => void)[];

	constructor(options: LaneOptions) {
		this.#options = options;
		const { known, lease, onChange } = options;
		const grown = () => {
			this.#folded = this.#ids = null;
			onChange();
			this.#noteSoon();
		};
		const { clear, loaded } = lease.sealed;
		clear.on('update', grown);
		this.#removers = [() => clear.off('update', grown), known.onChange(grown)];
		void loaded.then(() => {
			this.#loaded = true;
			onChange();
			this.#noteSoon();
		});
	}

	/** All that this device has of it is here. */
	get loaded(): boolean {
		return this.#loaded;
	}

	get current(): Discussion {
		const { lease, known } = this.#options;
		return (this.#folded ??= fold(operationsIn(lease.sealed, known)));
	}

	/** Is this one of its threads or messages? */
	has(id: string): boolean {
		this.#ids ??= new Set(
			this.current.threads.flatMap((thread) => thread.messages.map((message) => message.id))
		);
		return this.#ids.has(id);
	}

	/** Answers with the id of the operation. */
	say(said: Said): string {
		const id = newOperationId(this.#options.me);
		const operation = { ...said, v: 1, id, lamport: this.current.lamport, at: Date.now() } as Operation;
		this.#options.lease.sealed.edit((doc) => appendOperation(doc, operation));
		// it is finished as it is said: it waits for no further letters, only for what is said in the same turn
		queueMicrotask(() => void this.flush());
		return id;
	}

	unseenIn(thread: string): readonly string[] {
		const seen = this.current.threads.find(({ id }) => id === thread);
		return seen === undefined ? [] : unseenMessages(seen, this.#options.me).map(({ id }) => id);
	}

	saySeen(thread: string, messages: readonly string[]): void {
		for (let i = 0; i < messages.length; i += MAX_SEEN)
			this.say({ type: 'seen', thread, messages: messages.slice(i, i + MAX_SEEN) });
	}

	flush(): Promise<void> {
		return this.#options.lease.sealed.flush();
	}

	async close(): Promise<void> {
		for (const remove of this.#removers.splice(0)) remove();
		await this.#note();
		await this.#options.lease.close();
	}

	/** What waits for me here stands in the lists too, and in those of my other tabs. */
	#noteSoon(): void {
		this.#noting ??= setTimeout(() => void this.#note(), NOTE_PAUSE);
	}
	async #note(): Promise<void> {
		clearTimeout(this.#noting);
		this.#noting = undefined;
		const { known, document, lane, lease, me } = this.#options;
		const summaries = this.#options.summaries();
		if (summaries === undefined || !this.#loaded) return;
		await noteDiscussion(summaries, me, {
			known,
			document,
			lane,
			sealed: lease.sealed,
			folded: this.current
		});
	}
}
