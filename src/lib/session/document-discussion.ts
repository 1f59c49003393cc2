/**
 * What people say beside the words of one document: to everybody who reads it, and among staff alone.
 *
 * What is said among staff stands in a lane of its own, sealed under keys that no guest holds. Here both are one list; where
 * an answer belongs is decided by what it answers, so nothing said to staff can be answered to everybody.
 */
import type { Discussion } from '#lib/discussion/fold.ts';
import type { Anchor } from '#lib/discussion/anchor.ts';
import type { Change, Verdict } from '#lib/discussion/suggestion.ts';
import type { DocumentId, PersonId } from '#lib/circle/ids.ts';
import { peopleIn } from '#lib/circle/roles.ts';
import type { Role } from '#lib/circle/state.ts';
import { Changes } from './changes.ts';
import type { DiscussionLane } from './discussion-summaries.ts';
import type { KnownCircle } from './known-circle.ts';
import { LaneDiscussion } from './lane-discussion.ts';
import type { RoomLease } from './rooms.ts';
import type { Session } from './session.svelte.ts';

export interface NameablePerson {
	readonly person: PersonId;
	readonly name: string;
	/** `#rrggbb` */
	readonly colour: string;
	/** What they may do here, in a word or two. */
	readonly about: string;
}

const aboutRole: Readonly<Record<Role, string>> = {
	owner: 'writes',
	editor: 'writes',
	commenter: 'comments',
	reader: 'reads only'
};

export class DocumentDiscussion {
	#session: Pick<Session, 'myPerson' | 'waiting'>;
	#known: KnownCircle;
	#document: DocumentId;
	#openLane: (lane: DiscussionLane) => RoomLease;
	#changes = new Changes();
	#everybody: LaneDiscussion;
	/** Null for guests, who have no keys for it. */
	#staff: LaneDiscussion | null = null;
	#merged: Discussion | null = null;
	#remove: () => void;

	constructor(
		session: Pick<Session, 'myPerson' | 'waiting'>,
		known: KnownCircle,
		document: DocumentId,
		openLane: (lane: DiscussionLane) => RoomLease
	) {
		this.#document = document;
		this.#session = session;
		this.#known = known;
		this.#openLane = openLane;
		this.#everybody = this.#open('discussion');
		this.#judgeStaff();
		this.#remove = known.onChange(() => this.#judgeStaff());
	}

	get status(): 'loading' | 'ready' {
		this.#changes.follow();
		return this.#everybody.loaded && this.#staff?.loaded !== false ? 'ready' : 'loading';
	}
	get me(): PersonId {
		return this.#session.myPerson;
	}
	get canComment(): boolean {
		this.#changes.follow();
		return this.#known.mayWrite('discussion');
	}
	/** Editors may settle what others began, and take back what does not belong here. */
	get canModerate(): boolean {
		this.#changes.follow();
		return this.#known.mayWrite('body');
	}
	/** May say something that only staff can read. */
	get canCommentToStaff(): boolean {
		this.#changes.follow();
		return this.#staff !== null && this.#known.mayWrite('internal');
	}

	get current(): Discussion {
		this.#changes.follow();
		return (this.#merged ??= this.#merge());
	}

	/** Can only staff read this thread, or message? */
	isForStaff(id: string): boolean {
		this.#changes.follow();
		return this.#staff?.has(id) === true;
	}

	/** Who can be mentioned and asked, but for me: everybody who can read it today; of what is for staff, only they. */
	peopleFor(staffOnly: boolean): readonly NameablePerson[] {
		this.#changes.follow();
		return peopleIn(this.#known.state).flatMap(({ person, role, guest }) => {
			if (person === this.me || (staffOnly && guest)) return [];
			return { person, name: this.nameOf(person), colour: this.colourOf(person), about: aboutRole[role] };
		});
	}

	nameOf(person: string): string {
		return this.#known.nameOf(person as PersonId);
	}
	colourOf(person: string): string {
		return this.#known.colourOf(person as PersonId);
	}

	/** Answers with the id of the new thread. `staffOnly`: nobody but staff can read it, or what is said in it. */
	startThread(anchor: Anchor, text: string, staffOnly: boolean): string {
		return this.#laneFor(staffOnly).say({ type: 'thread', anchor, text });
	}
	/** Answers with the id of the new thread. `staffOnly`: as of `startThread`; accepted, its words are in the text for all. */
	suggest(anchor: Anchor, change: Change, text: string, staffOnly: boolean): string {
		return this.#laneFor(staffOnly).say({ type: 'suggest', anchor, change, text });
	}
	revise(thread: string, anchor: Anchor, change: Change): void {
		this.#laneOf(thread).say({ type: 'revise', thread, anchor, change });
	}
	judge(thread: string, verdict: Verdict): string {
		return this.#laneOf(thread).say({ type: 'verdict', thread, ...verdict });
	}
	reply(thread: string, text: string): string {
		return this.#laneOf(thread).say({ type: 'reply', thread, text });
	}
	edit(message: string, text: string): void {
		this.#laneOf(message).say({ type: 'edit', message, text });
	}
	redact(message: string, reason: string): void {
		this.#laneOf(message).say({ type: 'redact', message, reason });
	}
	resolve(thread: string): void {
		this.#laneOf(thread).say({ type: 'resolve', thread });
	}
	reopen(thread: string): void {
		this.#laneOf(thread).say({ type: 'reopen', thread });
	}
	react(message: string, reaction: string, on: boolean): void {
		this.#laneOf(message).say({ type: 'react', message, reaction, on });
	}
	ask(message: string, person: string | null): void {
		this.#laneOf(message).say({ type: 'ask', message, person });
	}
	answered(message: string): void {
		this.#laneOf(message).say({ type: 'answered', message });
	}
	removedWords(thread: string): void {
		this.#laneOf(thread).say({ type: 'detached', thread });
	}
	reanchor(thread: string, anchor: Anchor): void {
		this.#laneOf(thread).say({ type: 'anchor', thread, anchor });
	}
	/** Everything said in this thread so far has been read by me. */
	markSeen(thread: string): void {
		const lane = this.#laneOf(thread);
		const messages = lane.unseenIn(thread);
		if (this.canComment) lane.saySeen(thread, messages);
		else void this.#session.waiting?.summaries.seeHere(messages);
	}

	async flush(): Promise<void> {
		await Promise.all([this.#everybody.flush(), this.#staff?.flush()]);
	}

	async close(): Promise<void> {
		this.#remove();
		await Promise.all([this.#everybody.close(), this.#staff?.close()]);
	}

	#laneFor(staffOnly: boolean): LaneDiscussion {
		if (!staffOnly) return this.#everybody;
		if (this.#staff === null) throw new Error('only staff speak among staff');
		return this.#staff;
	}

	/**
	 * An id that stands in both lanes counts as said among staff: what answers it must not be read by more people. One that
	 * stands in neither may have been: whoever became a guest a moment ago answers it nowhere.
	 */
	#laneOf(id: string): LaneDiscussion {
		if (this.#staff?.has(id)) return this.#staff;
		if (this.#everybody.has(id)) return this.#everybody;
		throw new Error('nothing of this id is said here');
	}

	#merge(): Discussion {
		const { current } = this.#everybody;
		const staff = this.#staff?.current;
		if (staff === undefined) return current;
		const threads = [...current.threads.filter(({ id }) => !this.isForStaff(id)), ...staff.threads];
		return {
			threads: threads.sort((a, b) => a.at - b.at),
			lamport: Math.max(current.lamport, staff.lamport),
			unknown: current.unknown + staff.unknown,
			refused: current.refused + staff.refused
		};
	}

	#open(lane: DiscussionLane): LaneDiscussion {
		return new LaneDiscussion({
			lane,
			document: this.#document,
			known: this.#known,
			lease: this.#openLane(lane),
			me: this.me,
			summaries: () => this.#session.waiting?.summaries,
			onChange: () => this.#tell()
		});
	}

	/** Whoever becomes a guest, or is one no more. */
	#judgeStaff(): void {
		const isStaff = this.#known.mayOpen('internal');
		if (isStaff === (this.#staff !== null)) return;
		const before = this.#staff;
		this.#staff = isStaff ? this.#open('internal') : null;
		void before?.close();
		this.#tell();
	}

	#tell(): void {
		this.#merged = null;
		this.#changes.tell();
	}
}
