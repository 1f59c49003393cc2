/** A discussion without a network: what each person does is signed by who they say they are. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Anchor } from '#lib/discussion/anchor.ts';
import type { Change, Verdict } from '#lib/discussion/suggestion.ts';
import { fold, type Discussion } from '#lib/discussion/fold.ts';
import {
	newOperationId,
	type DiscussionRole,
	type Operation,
	type SignedOperation
} from '#lib/discussion/operation.ts';
import type { DocumentDiscussion, NameablePerson } from '../open-document.ts';

type Said<T = Operation> = T extends Operation ? Omit<T, 'v' | 'id' | 'lamport' | 'at'> : never;

/** What several people share. */
export class SharedLane {
	operations = $state.raw<readonly SignedOperation[]>([]);
	readonly roles = new SvelteMap<string, DiscussionRole>();
	/** Where they differ from the ids. */
	readonly names = new SvelteMap<string, string>();
	readonly guests = new SvelteSet<string>();
	/** Threads that only staff can read. */
	readonly forStaff = new SvelteSet<string>();
	now = Date.now();
	readonly current: Discussion = $derived(fold(this.operations));
}

export class TestDiscussion implements DocumentDiscussion {
	status = $state<DocumentDiscussion['status']>('ready');
	readonly lane: SharedLane;
	readonly me: string;
	reanchored = 0;

	constructor(lane: SharedLane, me: string, role: DiscussionRole) {
		this.lane = lane;
		this.me = me;
		lane.roles.set(me, role);
	}
	get current(): Discussion {
		return this.lane.current;
	}
	get canComment(): boolean {
		return this.lane.roles.get(this.me) !== 'reader';
	}
	get canModerate(): boolean {
		return ['owner', 'editor'].includes(this.lane.roles.get(this.me) ?? '');
	}
	get canCommentToStaff(): boolean {
		return this.canComment && !this.lane.guests.has(this.me);
	}
	isForStaff = (id: string): boolean =>
		this.current.threads.some(
			({ id: thread, messages }) =>
				this.lane.forStaff.has(thread) && (thread === id || messages.some((message) => message.id === id))
		);
	peopleFor(staffOnly: boolean): readonly NameablePerson[] {
		return [...this.lane.roles]
			.filter(([person]) => person !== this.me && !(staffOnly && this.lane.guests.has(person)))
			.map(([person, role]) => ({
				person,
				name: this.nameOf(person),
				colour: this.colourOf(person),
				about: role
			}));
	}
	nameOf = (person: string): string => this.lane.names.get(person) ?? person;
	colourOf = (person: string): string => (person === this.me ? '#0b6e6e' : '#9a3412');
	startThread = (anchor: Anchor, text: string, staffOnly: boolean): string => {
		const thread = this.#say({ type: 'thread', anchor, text });
		if (staffOnly) this.lane.forStaff.add(thread);
		return thread;
	};
	suggest = (anchor: Anchor, change: Change, text: string, staffOnly: boolean): string => {
		const thread = this.#say({ type: 'suggest', anchor, change, text });
		if (staffOnly) this.lane.forStaff.add(thread);
		return thread;
	};
	revise = (thread: string, anchor: Anchor, change: Change): void =>
		void this.#say({ type: 'revise', thread, anchor, change });
	judge = (thread: string, verdict: Verdict): string => this.#say({ type: 'verdict', thread, ...verdict });
	reply = (thread: string, text: string): string => this.#say({ type: 'reply', thread, text });
	edit = (message: string, text: string): void => void this.#say({ type: 'edit', message, text });
	redact = (message: string, reason: string): void => void this.#say({ type: 'redact', message, reason });
	resolve = (thread: string): void => void this.#say({ type: 'resolve', thread });
	reopen = (thread: string): void => void this.#say({ type: 'reopen', thread });
	react = (message: string, reaction: string, on: boolean): void =>
		void this.#say({ type: 'react', message, reaction, on });
	reanchor = (thread: string, anchor: Anchor): void => {
		this.reanchored++;
		this.#say({ type: 'anchor', thread, anchor });
	};
	ask = (message: string, person: string | null): void => void this.#say({ type: 'ask', message, person });
	answered = (message: string): void => void this.#say({ type: 'answered', message });
	removedWords = (thread: string): void => void this.#say({ type: 'detached', thread });
	markSeen = (thread: string): void => {
		const messages = this.current.threads.find(({ id }) => id === thread)?.messages ?? [];
		this.#say({ type: 'seen', thread, messages: messages.map(({ id }) => id) });
	};

	#say(said: Said): string {
		const id = newOperationId(this.me);
		const common = { v: 1, id, lamport: this.current.lamport, at: this.lane.now } as const;
		const operation = { ...said, ...common } as Operation;
		const role = this.lane.roles.get(this.me) ?? null;
		this.lane.operations = [...this.lane.operations, { operation, author: this.me, role }];
		return id;
	}
}
