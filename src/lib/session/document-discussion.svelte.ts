/**
 * What people say beside the words of one document: read through to the discussion lane, folded afresh when it grows.
 *
 * Who wrote an operation is who signed its envelope [D2]: the author comes from the circle, never from the operation.
 */
import { fold, unseenMessages, type Discussion } from '#lib/discussion/fold.ts';
import {
	appendOperation,
	MAX_SEEN,
	newOperationId,
	readOperations,
	type Operation
} from '#lib/discussion/operation.ts';
import type { Anchor } from '#lib/discussion/anchor.ts';
import type { PersonId } from '#lib/circle/ids.ts';
import { canWrite, lastRole } from '#lib/circle/policy.ts';
import { Changes } from './changes.ts';
import type { KnownCircle } from './known-circle.ts';
import type { RoomLease } from './rooms.ts';
import type { Session } from './session.svelte.ts';

/** An operation without what every operation carries. */
type Said<T = Operation> = T extends Operation ? Omit<T, 'v' | 'id' | 'lamport' | 'at'> : never;

export class DocumentDiscussion {
	#session: Session;
	#known: KnownCircle;
	#lease: RoomLease;
	#loaded = $state(false);
	#changes = new Changes();
	#removers: (() => void)[];
	#folded: Discussion | null = null;

	constructor(session: Session, known: KnownCircle, lease: RoomLease) {
		this.#session = session;
		this.#known = known;
		this.#lease = lease;
		const grown = () => {
			this.#folded = null;
			this.#changes.tell();
		};
		const { clear } = lease.sealed;
		clear.on('update', grown);
		this.#removers = [() => clear.off('update', grown), known.onChange(grown)];
		void lease.sealed.loaded.then(() => (this.#loaded = true));
	}

	get status(): 'loading' | 'ready' {
		return this.#loaded ? 'ready' : 'loading';
	}
	get me(): PersonId {
		return this.#session.myPerson;
	}
	get canComment(): boolean {
		this.#changes.follow();
		return canWrite(this.#known.role, 'discussion');
	}
	/** Editors may settle what others began, and take back what does not belong here. */
	get canModerate(): boolean {
		this.#changes.follow();
		return canWrite(this.#known.role, 'body');
	}

	get current(): Discussion {
		this.#changes.follow();
		this.#folded ??= fold(readOperations(this.#lease.sealed.clear, (yClient) => this.#whoIs(yClient)));
		return this.#folded;
	}

	nameOf(person: string): string {
		return this.#known.nameOf(person as PersonId);
	}
	colourOf(person: string): string {
		return this.#known.colourOf(person as PersonId);
	}

	/** Answers with the id of the new thread. */
	startThread(anchor: Anchor, text: string): string {
		return this.#say({ type: 'thread', anchor, text });
	}
	reply(thread: string, text: string): void {
		this.#say({ type: 'reply', thread, text });
	}
	edit(message: string, text: string): void {
		this.#say({ type: 'edit', message, text });
	}
	redact(message: string, reason: string): void {
		this.#say({ type: 'redact', message, reason });
	}
	resolve(thread: string): void {
		this.#say({ type: 'resolve', thread });
	}
	reopen(thread: string): void {
		this.#say({ type: 'reopen', thread });
	}
	react(message: string, reaction: string, on: boolean): void {
		this.#say({ type: 'react', message, reaction, on });
	}
	reanchor(thread: string, anchor: Anchor): void {
		this.#say({ type: 'anchor', thread, anchor });
	}
	/** Everything said in this thread so far has been read by me. */
	markSeen(thread: string): void {
		const seen = this.current.threads.find(({ id }) => id === thread);
		const messages = seen === undefined ? [] : unseenMessages(seen, this.me).map(({ id }) => id);
		for (let i = 0; i < messages.length; i += MAX_SEEN)
			this.#say({ type: 'seen', thread, messages: messages.slice(i, i + MAX_SEEN) });
	}

	flush(): Promise<void> {
		return this.#lease.sealed.flush();
	}

	async close(): Promise<void> {
		for (const remove of this.#removers.splice(0)) remove();
		await this.#lease.close();
	}

	#say(said: Said): string {
		const id = newOperationId(this.me);
		const operation = { ...said, v: 1, id, lamport: this.current.lamport, at: Date.now() } as Operation;
		this.#lease.sealed.edit((doc) => appendOperation(doc, operation));
		return id;
	}

	#whoIs(yClient: number) {
		const device = this.#lease.sealed.writerOf(yClient);
		const person = device === null ? undefined : this.#known.state.devices.get(device)?.person;
		const member = person === undefined ? undefined : this.#known.state.people.get(person);
		return member === undefined ? null : { author: member.person, role: lastRole(member) };
	}
}
