/**
 * Whether the relay is there, and what this device does as long as it is: hears what is new of its circles, brings
 * everything in them here, and keeps house.
 *
 * Promises: nobody is told that the relay is not there while it is being looked for; what begins for one connection does
 * not outlive it.
 */
import { SHIFT_LOG } from '#lib/casework/kinds.ts';
import type { DocumentId } from '#lib/circle/ids.ts';
import type { CirclesConnection } from '#lib/sync/circles-connection.ts';
import type { Background, Progress } from './background.ts';
import type { Session } from './session.svelte.ts';

export interface CatchingUpOptions {
	readonly session: Session;
	readonly namespace: string;
	/** Names of rooms whose envelopes wait in the outbox. */
	readonly waiting: () => readonly string[];
}

export class CatchingUp {
	#relay: 'connecting' | 'connected' | 'offline' = $state('connecting');
	#founded: boolean | null = $state(null);
	#isCatchingUp = $state(false);
	#background: Background | null = $state.raw(null);
	#connection: CirclesConnection | undefined;
	/** Counts connections, so that a slow start for an earlier one does not outlive it. */
	#connections = 0;
	#keepingHouse = false;
	#houseChanged = false;
	readonly #options: CatchingUpOptions;

	constructor(options: CatchingUpOptions) {
		this.#options = options;
	}

	get relay() {
		return this.#relay;
	}
	/** Does an agency work at this relay already? null until the relay has said. */
	get founded() {
		return this.#founded;
	}
	/** Is it still possible that the relay is about to tell us of a case? */
	get looking(): boolean {
		return this.#relay === 'connecting' || this.#isCatchingUp;
	}
	/** How far everything of my circles has come to this device; null while there is little to fetch. */
	get progress(): Progress | null {
		return this.#background?.progress ?? null;
	}

	/** Once it was begun with. */
	get connection(): CirclesConnection {
		if (this.#connection === undefined) throw new Error('the session has not been started');
		return this.#connection;
	}

	/** The connection to follow; `follow` says when. */
	beginWith(connection: CirclesConnection): void {
		this.#connection = connection;
	}

	follow(status: CirclesConnection['status']): void {
		const before = this.#relay;
		this.#relay = status === 'connected' || status === 'connecting' ? status : 'offline';
		if (status !== 'connected') return this.#leaveBackground();
		this.#founded = this.connection.relayFounded();
		if (before !== 'connected') void this.#catchUp();
	}

	/** Is the relay there? While it is being looked for nobody is told that it is not: waits until that is known. */
	async reachesRelay(): Promise<boolean> {
		return this.#relay === 'connecting' ? this.reachRelay() : this.#relay === 'connected';
	}

	/** Waits until the relay has answered or cannot be reached. */
	async reachRelay(): Promise<boolean> {
		const { connection } = this;
		if (connection.status === 'connected') return true;
		return new Promise((resolve) => {
			const remove = connection.onStatus((status) => {
				if (status === 'connecting') return;
				remove();
				resolve(status === 'connected');
			});
		});
	}

	/** Something of ours waits in a room that is not open. */
	tellWaiting(): void {
		this.#background?.tellWaiting();
	}

	/** In one tab of this browser only: two would begin the same epoch twice. */
	async keepHouse(): Promise<void> {
		if (this.#relay !== 'connected' || this.#isCatchingUp) return;
		this.#houseChanged = true;
		if (this.#keepingHouse) return;
		this.#keepingHouse = true;
		const { session } = this.#options;
		try {
			const { isHouseDue, keepHouse } = await import('./access/housekeeping.ts');
			while (this.#houseChanged) {
				this.#houseChanged = false;
				if (isHouseDue(session)) await this.withoutHousekeeping(() => keepHouse(session));
			}
		} finally {
			this.#keepingHouse = false;
		}
	}

	/** While people are removed by hand, nothing removes them a second time. */
	withoutHousekeeping<T>(work: () => Promise<T>): Promise<T> {
		return navigator.locks.request(`${this.#options.namespace}/housekeeping`, work);
	}

	async close(): Promise<void> {
		this.#connections++;
		await this.#background?.close();
	}

	async #catchUp(): Promise<void> {
		const connection = ++this.#connections;
		const { session } = this.#options;
		this.#isCatchingUp = true;
		await session.circles.catchUp();
		this.#isCatchingUp = false;
		await this.#beginBackground(() => connection !== this.#connections);
		if (connection === this.#connections) await this.keepHouse();
	}

	async #beginBackground(isOver: () => boolean): Promise<void> {
		const { session, namespace, waiting } = this.#options;
		const { circles, summaries, waiting: waitingForMe } = session;
		if (summaries === undefined || waitingForMe === undefined)
			throw new Error('the session has not been started');
		const [rooms, { Background }, { noteDocument }, { noteShiftLog }, { noteDiscussion }] = await Promise.all(
			[
				session.openRooms(),
				import('./background.ts'),
				import('./summary-keeping.ts'),
				import('./shift-log-summary.ts'),
				import('./read-discussions.ts')
			]
		);
		if (isOver()) return;
		this.#background = new Background({
			namespace,
			vault: session.vault,
			connection: this.connection,
			circles,
			rooms,
			summaries,
			waiting,
			onGone: (ids) => session.forgetDocuments(ids),
			onVisited: async (listed, known, lane, sealed) => {
				if (listed.removed) return;
				if (lane === 'body') return noteDocument(summaries, listed, sealed, { here: true });
				if (lane === 'discussion' && listed.kind === SHIFT_LOG)
					await noteShiftLog({ summaries, rooms }, listed, known, sealed);
				const document = listed.id as DocumentId;
				await noteDiscussion(waitingForMe.summaries, session.myPerson, { known, document, lane, sealed });
			}
		});
	}

	/** Without the relay there is nothing to fetch; what is left to fetch is kept. */
	#leaveBackground(): void {
		this.#connections++;
		void this.#background?.close();
		this.#background = null;
	}
}
