/**
 * Everything in my circles comes to this device, and what waits here leaves it, without anybody opening a document [R6].
 *
 * The relay's feed says which rooms moved since this device last asked; those are visited, a few at a time: first what
 * has work of ours waiting, then the lists of documents, safety plans, and the newest of the rest. What is still to
 * be visited is kept (sealed), so that a first sign-in to 500 documents on a slow line goes on where it stopped.
 *
 * Promises: one tab of this browser does it at a time; a room leaves the list only when all of it is here and all of ours
 * is at the relay; what moved while somebody had it open is visited when they have closed it; a relay that has forgotten
 * [R7] is visited with everything this device has.
 */
import { goneFrom, readCaseIndex, type DocumentRow } from '#lib/casework/case-index.ts';
import { templateUpdate } from '#lib/casework/templates.ts';
import type { CircleId, DocumentId } from '#lib/circle/ids.ts';
import type { Lane } from '#lib/circle/state.ts';
import { indexDocumentOf, readRoom, writeRoom, type Room } from '#lib/envelope/room.ts';
import type { CirclesConnection } from '#lib/sync/circles-connection.ts';
import type { SealedDocument } from '#lib/sync/sealed-document.ts';
import { Changes } from './changes.ts';
import type { CircleBook } from './circle-book.ts';
import type { KnownCircle } from './known-circle.ts';
import { caseOf, titleInList } from './own-document.ts';
import type { RoomLease, Rooms } from './rooms.ts';
import type { Summaries } from './summaries.ts';
import type { Vault } from './vault.ts';

/** Rooms visited at once: more would hold up what a person opens themselves. */
const AT_ONCE = 6;
/** How long one visit may take before the next has its turn, ms; what it brought stays here. */
const PATIENCE = 60_000;
const RETRY = 30_000;
/** How long the list rests after a change before it is kept, ms. */
const KEEP_AFTER = 1_000;
/** Fewer rooms than this come and go unmentioned. */
const WORTH_SAYING = 8;
const ROW = 'feed';

export interface Progress {
	readonly done: number;
	readonly total: number;
}

/** A document that was visited, as its case's list names it. */
export interface VisitedDocument extends DocumentRow {
	readonly caseCircle: CircleId;
}

export interface BackgroundOptions {
	readonly namespace: string;
	readonly vault: Vault;
	readonly connection: CirclesConnection;
	readonly circles: CircleBook;
	readonly rooms: Rooms;
	readonly summaries: Summaries;
	/** Names of rooms whose envelopes wait in the outbox. */
	readonly waiting: () => readonly string[];
	/** When the relay did not answer, or a visit came to nothing, it is tried again after this, ms. */
	readonly retry?: number;
	/** Documents that took another's place, or gave theirs up, and are listed here no more. */
	readonly onGone: (ids: readonly string[]) => Promise<void>;
	/** All of this lane is here; it is closed again when this settles. */
	readonly onVisited: (
		document: VisitedDocument,
		known: KnownCircle,
		lane: Lane,
		sealed: SealedDocument
	) => Promise<void>;
}

/** `moved`: this room. `everything`: the list of a circle, and after it every document that it names. */
type Errand = 'moved' | 'everything';

export class Background {
	#options: BackgroundOptions;
	#changes = new Changes();
	#stop = new AbortController();
	#cursor = '';
	/** Circles whose every move up to the cursor is visited or on the list. */
	#followed: ReadonlySet<CircleId> = new Set();
	/** What is to be visited, in the order in which it moved. */
	#errands = new Map<string, Errand>();
	/** Visited in vain since they moved: their turn comes again after a rest. */
	#tried = new Set<string>();
	#visiting = new Set<string>();
	/** Moved while they were open: followed live, but perhaps closed before all of it has come. */
	#movedOpen = new Set<string>();
	/** What is left of the errands, the most urgent last; null when it has to be sorted anew. */
	#queue: string[] | null = null;
	#listRooms = new Set<string>();
	#done = 0;
	#lists = new Map<CircleId, readonly DocumentRow[]>();
	#isCaughtUp = false;
	#wake: () => void = () => {};
	#keeping: ReturnType<typeof setTimeout> | undefined;
	#removers: (() => void)[] = [];
	readonly #ended: Promise<void>;

	/** Begins at once, and goes on until it is closed. */
	constructor(options: BackgroundOptions) {
		this.#options = options;
		const { connection, circles } = options;
		this.#removers.push(
			connection.onMoved((rooms, cursor) => this.#hear(rooms, cursor)),
			circles.onChange(() => this.#wake()),
			options.rooms.onChange(() => this.#takeUpClosed())
		);
		this.#ended = this.#alone(() => this.#work()).catch((error: unknown) => {
			if (!this.#stop.signal.aborted) throw error;
		});
	}

	/** Null while there is little or nothing to fetch. */
	get progress(): Progress | null {
		this.#changes.follow();
		const total = this.#done + this.#errands.size;
		return this.#errands.size > 0 && total >= WORTH_SAYING ? { done: this.#done, total } : null;
	}

	/** Something of ours waits in a room that is not open. */
	tellWaiting(): void {
		this.#wake();
	}

	async close(): Promise<void> {
		this.#stop.abort();
		this.#wake();
		for (const remove of this.#removers.splice(0)) remove();
		await this.#ended;
	}

	/** Two tabs would only fetch everything twice. Where there are no locks, they do. */
	async #alone(work: () => Promise<void>): Promise<void> {
		const locks = typeof navigator === 'undefined' ? undefined : (navigator.locks as LockManager | undefined);
		if (locks === undefined) return work();
		await locks.request(`${this.#options.namespace}/background`, { signal: this.#stop.signal }, work);
	}

	async #work(): Promise<void> {
		await this.#load();
		const { signal } = this.#stop;
		while (!signal.aborted) {
			const woken = new Promise<void>((resolve) => (this.#wake = resolve));
			await this.#ask();
			for (const room of this.#options.waiting().map(firstGenerationOf)) {
				if (!this.#errands.has(room) && !this.#options.rooms.isOpen(room)) this.#note(room, 'moved');
			}
			await Promise.all(Array.from({ length: AT_ONCE }, () => this.#visitInTurn()));
			if (this.#errands.size === 0) this.#done = 0;
			this.#changes.tell();
			const isDone = this.#isCaughtUp && this.#errands.size === 0;
			const rest = isDone ? undefined : setTimeout(() => this.#tryAgain(), this.#options.retry ?? RETRY);
			await woken;
			clearTimeout(rest);
		}
		await this.#keep();
	}

	// ---- what is to be visited

	/** Asks the feed about circles that are new here, and about all of them when it was not asked on this connection yet. */
	async #ask(): Promise<void> {
		const { circles, connection } = this.#options;
		const mine = circles.all.filter(
			// a team has nothing to read of its own
			({ role, unsent, state }) => role !== null && !unsent && state.kind !== 'team'
		);
		// where we were shut out, nothing is told to us: let in again, we ask about all of it
		this.#followed = new Set(mine.map(({ circle }) => circle).filter((circle) => this.#followed.has(circle)));
		const fresh = mine.filter(({ circle }) => !this.#followed.has(circle));
		if (this.#isCaughtUp && fresh.length === 0) return;
		const followed = mine.filter((known) => !fresh.includes(known)).map(({ circle }) => circle);
		// the cursor of this answer stands: what moves in a fresh circle after it is told once more, and that costs little
		const moves = await connection.fetchMoves(followed, this.#cursor);
		if (moves === null) return;
		for (const known of mine) {
			const list = writeRoom(await listOf(known.circle));
			this.#listRooms.add(list);
			// the list names what the feed does not: documents that nobody has written in yet
			if (moves.lost) this.#note(list, 'everything');
			else if (fresh.includes(known)) this.#note(list, 'moved');
		}
		for (const room of moves.rooms) this.#note(firstGenerationOf(room), 'moved');
		if (fresh.length > 0) {
			const all = await connection.fetchMoves(
				fresh.map(({ circle }) => circle),
				''
			);
			if (all === null) return;
			for (const room of all.rooms) this.#note(firstGenerationOf(room), 'moved');
		}
		this.#followed = new Set(mine.map(({ circle }) => circle));
		this.#cursor = moves.cursor;
		this.#isCaughtUp = true;
		await this.#keep();
	}

	/** Told by the relay. Before we have asked, its cursor would leave out what moved while we were away. */
	#hear(rooms: readonly string[], cursor: string): void {
		if (!this.#isCaughtUp) return;
		this.#cursor = cursor;
		for (const room of rooms.map(firstGenerationOf)) {
			if (this.#options.rooms.isOpen(room)) this.#movedOpen.add(room);
			else this.#note(room, 'moved');
		}
		this.#keepSoon();
		this.#wake();
	}

	#note(room: string, errand: Errand): void {
		const before = this.#errands.get(room);
		this.#errands.delete(room);
		this.#errands.set(room, before ?? errand);
		if (errand === 'everything') this.#errands.set(room, errand);
		this.#tried.delete(room);
		this.#queue = null;
	}

	#takeUpClosed(): void {
		const closed = [...this.#movedOpen].filter((room) => !this.#options.rooms.isOpen(room));
		if (closed.length === 0) return;
		for (const room of closed) {
			this.#movedOpen.delete(room);
			this.#note(room, 'moved');
		}
		this.#wake();
	}

	#tryAgain(): void {
		this.#tried.clear();
		this.#queue = null;
		this.#wake();
	}

	// ---- visiting

	async #visitInTurn(): Promise<void> {
		for (let name = this.#next(); name !== undefined; name = this.#next()) {
			const errand = this.#errands.get(name) ?? 'moved';
			this.#visiting.add(name);
			this.#tried.add(name);
			const isDone = await this.#visit(name, errand).catch(() => false);
			this.#visiting.delete(name);
			// it may have moved again meanwhile: then it is on the list anew, untried, and was passed over while it was visited
			if (!this.#tried.has(name)) this.#queue = null;
			else if (isDone) {
				this.#errands.delete(name);
				this.#done++;
				this.#keepSoon();
				this.#changes.tell();
			}
		}
	}

	#next(): string | undefined {
		if (this.#stop.signal.aborted) return undefined;
		if (this.#queue === null) {
			const waiting = new Set(this.#options.waiting().map(firstGenerationOf));
			// the sort is stable: of equals the one that moved last is the last
			this.#queue = [...this.#errands.keys()]
				.filter((name) => !this.#tried.has(name) && !this.#visiting.has(name))
				.map((name) => ({ name, urgency: this.#urgencyOf(name, waiting) }))
				.sort((a, b) => a.urgency - b.urgency)
				.map(({ name }) => name);
		}
		return this.#queue.pop();
	}

	/** What waits here must leave first; lists come before what they name; a safety plan before the network goes. */
	#urgencyOf(name: string, waiting: ReadonlySet<string>): number {
		if (waiting.has(name)) return 3;
		if (this.#listRooms.has(name)) return 2;
		const document = readRoom(name)?.document;
		const kind = document === undefined ? undefined : this.#options.summaries.get(document)?.kind;
		return kind === 'safety-plan' ? 1 : 0;
	}

	/** True when this room need not be visited again. */
	async #visit(name: string, errand: Errand): Promise<boolean> {
		const room = readRoom(name);
		const known = room === null ? undefined : this.#options.circles.get(room.circle);
		// a room we cannot read the name of, or that is closed to us, is nothing to wait for
		if (room === null || known === undefined || !known.mayOpen(room.lane)) return true;
		if (room.document === (await indexDocumentOf(known.circle))) {
			if (!(await this.#readList(known))) return false;
			this.#noteDocuments(known, errand);
			return true;
		}
		if (!this.#lists.has(known.circle) && !(await this.#readList(known))) return false;
		let row = this.#rowOf(room);
		if (row === undefined && (await this.#readList(known))) row = this.#rowOf(room);
		// written in, and not listed: whoever listed it is still to come, and the list will move then
		if (row === undefined) return true;
		const caseCircle = caseOf(known, this.#options.circles);
		const seed = row.template === null ? undefined : ((await templateUpdate(row.template)) ?? undefined);
		const lease =
			room.lane === 'body'
				? this.#options.rooms.open(known, room.document, seed)
				: this.#options.rooms.open(known, room.document, undefined, room.lane);
		const listed = row;
		return this.#complete(lease, (sealed) =>
			// it may have left the list while it was being fetched
			this.#options.onVisited({ ...(this.#rowOf(room) ?? listed), caseCircle }, known, room.lane, sealed)
		);
	}

	/** The list of a circle's documents, newly read; false when it could not be had. */
	async #readList(known: KnownCircle): Promise<boolean> {
		const { rooms, summaries, circles } = this.#options;
		const { circle } = known;
		const lease = rooms.open(known, await indexDocumentOf(circle));
		return this.#complete(lease, async ({ clear }) => {
			const { removed, documents } = readCaseIndex(clear);
			const title = titleInList(known, clear);
			this.#lists.set(circle, documents);
			if (known.state.kind !== 'agency')
				await summaries.note(circle, {
					title,
					removed,
					here: true,
					circle,
					caseCircle: caseOf(known, circles)
				});
			for (const { id, title, kind, removed: isOff } of documents)
				if (!isOff) await summaries.note(id, { title, kind, circle, caseCircle: caseOf(known, circles) });
			await this.#options.onGone(goneFrom(documents));
		});
	}

	#noteDocuments(known: KnownCircle, errand: Errand): void {
		for (const { id } of this.#lists.get(known.circle) ?? []) {
			const isHere = this.#options.summaries.get(id)?.here === true;
			if (errand === 'moved' && isHere) continue;
			const room = { circle: known.circle, document: id as DocumentId, generation: 0 };
			const lanes: readonly Lane[] = errand === 'everything' ? ['internal', 'discussion', 'body'] : ['body'];
			for (const lane of lanes) {
				if (!known.mayOpen(lane)) continue;
				const name = writeRoom({ ...room, lane });
				if (!this.#errands.has(name)) this.#note(name, 'moved');
			}
		}
	}

	#rowOf(room: Room): DocumentRow | undefined {
		return this.#lists.get(room.circle)?.find(({ id }) => id === room.document);
	}

	/** Opens, waits until all of it is here and all of ours is at the relay, and closes. */
	async #complete(
		lease: RoomLease,
		read: (sealed: SealedDocument) => Promise<void> | void
	): Promise<boolean> {
		try {
			const all = lease.sealed.synced.then(() => lease.sealed.acknowledged(PATIENCE));
			const isSent = await soon(all, this.#stop.signal);
			if (!lease.sealed.saved.complete || this.#stop.signal.aborted) return false;
			await read(lease.sealed);
			return isSent === true;
		} finally {
			await lease.close();
		}
	}

	// ---- what is kept

	async #load(): Promise<void> {
		const kept = readKept(await this.#options.vault.get('settings', ROW));
		if (kept === null) return;
		this.#cursor = kept.cursor;
		this.#followed = new Set(kept.followed);
		this.#errands = new Map(kept.errands);
	}

	#keepSoon(): void {
		this.#keeping ??= setTimeout(() => void this.#keep(), KEEP_AFTER);
	}

	/** After a crash a little may be visited twice; nothing is left out. */
	async #keep(): Promise<void> {
		clearTimeout(this.#keeping);
		this.#keeping = undefined;
		const errands = [
			...this.#errands,
			...[...this.#movedOpen].filter((room) => !this.#errands.has(room)).map((room) => [room, 'moved'])
		];
		const kept = { v: 1, cursor: this.#cursor, followed: [...this.#followed], errands };
		// on a full disk the list of before is read again: more to visit, nothing lost
		await this.#options.vault.put('settings', ROW, kept).catch(() => {});
	}
}

interface Kept {
	readonly cursor: string;
	readonly followed: CircleId[];
	readonly errands: [string, Errand][];
}

/** Sealed by this device alone, so its form is our own. */
function readKept(value: unknown): Kept | null {
	return typeof value === 'object' && value !== null && (value as { v?: unknown }).v === 1
		? (value as Kept)
		: null;
}

/** A lane is visited as a whole, whichever of its generations moved. */
function firstGenerationOf(name: string): string {
	const room = readRoom(name);
	return room === null ? name : writeRoom({ ...room, generation: 0 });
}

async function listOf(circle: CircleId): Promise<Room> {
	return { circle, document: await indexDocumentOf(circle), lane: 'body', generation: 0 };
}

/** Undefined when it takes too long, or is not wanted any more. */
function soon<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
	return new Promise((resolve, reject) => {
		const stop = () => settle(undefined);
		const timer = setTimeout(stop, PATIENCE);
		const settle = (value: T | undefined) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
			resolve(value);
		};
		signal.addEventListener('abort', stop, { once: true });
		if (signal.aborted) stop();
		work.then(settle, reject);
	});
}
