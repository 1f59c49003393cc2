/**
 * The log of one house and day: read through to its lane, folded afresh when it grows. Entries are operations in the lane
 * that refuses deletions, so nothing entered is ever taken away: not by us, not by a relay, not by a colleague.
 */
import { mayEnter, type LogEntry, type ShiftLog } from '#lib/casework/shift-log/fold.ts';
import { readLogOperation, type EntryFacts, type LogOperation } from '#lib/casework/shift-log/operation.ts';
import { allNames } from '#lib/casework/shift-log/residents.ts';
import type { KnownNames } from '#lib/casework/shift-log/resident-page.ts';
import { appendToLane } from '#lib/discussion/lane.ts';
import { newOperationId } from '#lib/discussion/operation.ts';
import type { CaseFile } from './case-file.svelte.ts';
import { Changes } from './changes.ts';
import type { KnownCircle } from './known-circle.ts';
import type { RoomLease } from './rooms.ts';
import type { Session } from './session.svelte.ts';
import { noteEntries, shiftLogIn } from './shift-log-summary.ts';
import { keepSummary } from './summary-keeping.ts';

type Said<T = LogOperation> = T extends LogOperation ? Omit<T, 'v' | 'id' | 'lamport' | 'at'> : never;

export class DocumentShiftLog {
	#session: Session;
	#case: CaseFile;
	#known: KnownCircle;
	#lease: RoomLease;
	#loaded = $state(false);
	#synced = $state(false);
	#changes = new Changes();
	#removers: (() => void)[];
	#folded: ShiftLog | null = null;
	#draft: string;
	#stopSummary: () => Promise<void>;
	/** ISO day. */
	readonly day: string;

	constructor(session: Session, caseFile: CaseFile, known: KnownCircle, lease: RoomLease, day: string) {
		this.#session = session;
		this.#case = caseFile;
		this.#known = known;
		this.#lease = lease;
		this.day = day;
		this.#draft = `shift-log-draft.${lease.sealed.room.document}`;
		const grown = () => {
			this.#folded = null;
			this.#changes.tell();
		};
		const { clear } = lease.sealed;
		clear.on('update', grown);
		this.#stopSummary = keepSummary(lease.sealed, (updatedAt) => this.#note(updatedAt));
		this.#removers = [() => clear.off('update', grown), known.onChange(grown)];
		void lease.sealed.loaded.then(() => (this.#loaded = true));
		void lease.sealed.synced.then(() => (this.#synced = true));
	}

	/** `loading` while an empty log may only be one that has not arrived yet. */
	get status(): 'loading' | 'ready' {
		if (!this.#loaded) return 'loading';
		const isThere = this.#synced || this.current.entries.length > 0 || this.current.handovers.length > 0;
		return isThere || this.#session.relay === 'offline' ? 'ready' : 'loading';
	}
	get me(): string {
		return this.#session.myPerson;
	}
	get canEnter(): boolean {
		this.#changes.follow();
		return mayEnter(this.#known.role);
	}

	get current(): ShiftLog {
		this.#changes.follow();
		const { sealed } = this.#lease;
		this.#folded ??= shiftLogIn(sealed, this.#known);
		return this.#folded;
	}

	/** Every name by which the house or this log knows a resident; the house's name for them first. */
	get names(): KnownNames {
		return allNames(this.#case.residents, this.current.residents);
	}

	nameOf(person: string): string {
		return this.#known.nameOf(person as Parameters<KnownCircle['nameOf']>[0]);
	}

	enter(facts: EntryFacts): void {
		this.#introduce(facts);
		this.#say({ type: 'log-entry', facts });
	}
	/** `facts`: what is true instead; null strikes the entry out as a whole. The old words stay. */
	correct(entry: LogEntry, reason: string, facts: EntryFacts | null): void {
		if (facts !== null) this.#introduce(facts);
		this.#say({ type: 'log-correction', entry: entry.id, reason, facts });
	}
	markFollowUp(entry: LogEntry, done: boolean): void {
		this.#say({ type: 'log-follow-up', entry: entry.id, done });
	}
	handOver(summary: string): void {
		this.#say({ type: 'log-handover', summary });
	}
	acknowledge(handover: string): void {
		this.#say({ type: 'log-acknowledge', handover });
	}

	/** What was being written here when the page went away: sealed, on this device only. */
	draft(): Promise<unknown> {
		return this.#session.drafts.read(this.#draft);
	}
	keepDraft(draft: Readonly<Record<string, unknown>>): void {
		this.#session.drafts.keep(this.#draft, draft);
	}

	flush(): Promise<void> {
		return this.#lease.sealed.flush();
	}

	async close(): Promise<void> {
		for (const remove of this.#removers.splice(0)) remove();
		await this.#stopSummary();
		await this.#lease.close();
	}

	async #note(updatedAt: number): Promise<void> {
		const { document } = this.#lease.sealed.room;
		const { summaries } = this.#session;
		const listed = this.#case.documents.find(({ id }) => id === document);
		if (summaries === undefined || listed === undefined) return;
		const { id, title, kind } = listed;
		const caseCircle = this.#case.circle;
		const read = { log: this.current, names: this.names, updatedAt };
		await noteEntries(summaries, { id, title, kind, caseCircle }, this.#known, read);
	}

	/** The log names its residents itself: it has to be readable when the house's list has moved on. */
	#introduce({ residents }: EntryFacts): void {
		for (const resident of residents) {
			const name = this.names.get(resident)?.[0];
			if (name !== undefined && this.current.residents.get(resident)?.[0] !== name)
				this.#say({ type: 'log-resident', resident, name });
		}
	}

	#say(said: Said): void {
		const id = newOperationId(this.me);
		const operation = readLogOperation({ ...said, v: 1, id, lamport: this.current.lamport, at: Date.now() });
		if (operation === null || operation.type === 'newer')
			throw new RangeError(`not an operation: ${said.type}`);
		this.#lease.sealed.edit((doc) => appendToLane(doc, operation));
		// an entry is finished as it is made: it waits for no further letters, only for what is made in the same turn
		queueMicrotask(() => void this.flush());
	}
}
