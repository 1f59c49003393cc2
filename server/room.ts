/**
 * One room: who has it open, what stands in it, and what happens to a frame [R2], [R3].
 *
 * An update is judged, taken in if nothing before it is missing, forwarded at once, and acknowledged to its writer when it
 * is durable. In memory there is only the next clock of each Yjs client; the items themselves are in the store.
 *
 * Promises: what is forwarded is what is stored, byte for byte; "complete" (SyncStep2) is said only after every stored
 * item was sent; two different items never share a (client, clock). It must never open what is sealed.
 */
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { readLogUpdate, writeLogUpdate, type LogItem } from '#lib/envelope/log.ts';
import { readEnvelope } from '#lib/envelope/envelope.ts';
import type { Room as RoomName } from '#lib/envelope/room.ts';
import { mayOpen, nextEnd } from '#lib/circle/roles.ts';
import type { DeviceId } from '#lib/circle/ids.ts';
import { generationOf, type CircleState } from '#lib/circle/state.ts';
import { CLOSE, writeMessage } from '#lib/sync/wire.ts';
import { arrangeItems } from './arrange.ts';
import { readRoomFrame, writeStateVector, writeStep1, writeStep2, writeUpdate } from './frames.ts';
import { Forwarding } from './forwarding.ts';
import type { GroupCommit } from './group-commit.ts';
import { isAttack, judgeItems, mayWriteNow, type JudgedItem, type RefusedReason } from './judge.ts';
import { LIMITS } from './limits.ts';
import type { Log } from './log.ts';
import type { Listener, Peer } from './peer.ts';
import type { Store, Written } from './store.ts';

const NOTHING = Uint8Array.of(0, 0);

export interface RoomOptions {
	readonly text: string;
	readonly name: RoomName;
	readonly circle: CircleState;
	readonly store: Store;
	readonly commit: GroupCommit;
	readonly log: Log;
	readonly now: () => number;
	/** Nobody has it open any more. */
	readonly empty: (room: Room) => void;
}

export class Room {
	readonly text: string;
	readonly #options: RoomOptions;
	readonly #visitors = new Set<Visitor>();
	readonly #forwarding = new Forwarding(this.#visitors);
	#circle: CircleState;
	/** The next clock of each client, what waits to be written included. */
	#next: Map<number, number>;
	#isBegun: boolean;
	/** Something was refused because of the disk: everybody is asked for it when the disk is back. */
	#isOwed = false;
	#storedTimer: NodeJS.Timeout | null = null;
	#endTimer: NodeJS.Timeout | null = null;

	constructor(options: RoomOptions) {
		this.text = options.text;
		this.#options = options;
		this.#circle = options.circle;
		this.#next = options.store.clocks(options.text);
		this.#isBegun = this.#next.size > 0;
	}

	get circle(): CircleState {
		return this.#circle;
	}

	/** The circle grew: whoever is no longer in it is cut off [R4]. */
	set circle(state: CircleState) {
		this.#circle = state;
		this.#cutOff();
	}

	/** Whoever may not be here by now goes; and again when the next end date comes, though nobody sends a thing [C7]. */
	#cutOff(): void {
		for (const { peer } of this.#visitors) {
			if (!this.mayEnter(peer.device)) peer.close(CLOSE.notAllowed);
		}
		if (this.#endTimer !== null) clearTimeout(this.#endTimer);
		this.#endTimer = null;
		const now = this.#options.now();
		const end = this.isEmpty ? null : nextEnd(this.#circle, now);
		if (end === null) return;
		this.#endTimer = setTimeout(() => this.#cutOff(), Math.min(end - now, LIMITS.longestTimer));
		this.#endTimer.unref();
	}

	/** Is this device in, and may it see this lane, at this moment? */
	mayEnter(device: DeviceId | null): boolean {
		const { name, now } = this.#options;
		return device !== null && mayOpen(this.#circle, device, name.lane, now());
	}

	get isEmpty(): boolean {
		return this.#visitors.size === 0;
	}

	/** Somebody who may be here. */
	join(peer: Peer): Listener {
		const visitor: Visitor = {
			peer,
			isLive: false,
			serving: null,
			askedAt: -Infinity,
			asking: null,
			awareness: null
		};
		this.#visitors.add(visitor);
		if (this.#endTimer === null) this.#cutOff();
		peer.send(writeMessage('welcome', { now: this.#options.now() }));
		this.#ask(visitor);
		this.#showOthers(visitor);
		return {
			receive: (frame) => this.#receive(visitor, frame),
			left: () => this.#leave(visitor)
		};
	}

	/** The disk is writable again. */
	askForWhatIsOwed(): void {
		if (!this.#isOwed) return;
		this.#isOwed = false;
		for (const visitor of this.#visitors) this.#ask(visitor);
	}

	close(): void {
		if (this.#storedTimer !== null) clearTimeout(this.#storedTimer);
		if (this.#endTimer !== null) clearTimeout(this.#endTimer);
		this.#storedTimer = null;
		this.#endTimer = null;
		this.#forwarding.close();
	}

	#leave(visitor: Visitor): void {
		this.#visitors.delete(visitor);
		if (visitor.asking !== null) clearTimeout(visitor.asking);
		if (this.#visitors.size > 0) return;
		this.close();
		this.#options.empty(this);
	}

	#receive(visitor: Visitor, frame: Bytes): void | Promise<void> {
		const read = readRoomFrame(frame);
		switch (read?.type) {
			case 'step1':
				this.#serve(visitor, read.have);
				return;
			case 'step2':
			case 'update':
				return this.#take(visitor, read.update, read.type === 'update');
			case 'awareness':
				this.#present(visitor, frame);
				return;
			case 'query-awareness':
				this.#showOthers(visitor);
				return;
			case undefined:
				visitor.peer.close(CLOSE.malformed);
		}
	}

	// ---- updates

	async #take(visitor: Visitor, update: Uint8Array, mayAsk: boolean): Promise<void> {
		const read = readLogUpdate(update);
		if (!read.ok) return this.#refuse(visitor, read.reason, 0, 0);
		const first = read.value[0];
		if (first === undefined) return;

		const unknown = read.value.filter((item) => !this.#isStoredAlready(item));
		const circle = this.#circle;
		const judged = await judgeItems(unknown, this.#options.name, circle, this.#options.now());
		if (!visitor.peer.isOpen) return;
		const last = judged.at(-1);
		if (last?.refused && isAttack(last.refused)) {
			return this.#refuse(visitor, last.refused, last.item.client, last.item.clock);
		}

		const allowed = this.#withoutRefused(visitor, judged, circle);
		const isNew = (item: LogItem) => item.clock >= (this.#next.get(item.client) ?? 0);
		const { fresh, hasGap } = arrangeItems(allowed.filter(isNew), this.#next);
		const { status } = this.#options.commit;
		const refusal: RefusedReason | null =
			fresh.length === 0 ? null : status === 'ok' ? this.#isTooMuch(fresh) : `storage-${status}`;
		if (refusal !== null) {
			this.#isOwed ||= status !== 'ok';
			const { client, clock } = fresh[0] ?? first;
			return this.#refuse(visitor, refusal, client, clock);
		}
		if (fresh.length > 0) this.#forwarding.forward(visitor, fresh);
		this.#store(visitor, fresh, new Set(read.value.map(({ client }) => client)));
		// the answer to our own question may lack the same again: then asking again would go round in circles
		if (hasGap && mayAsk) this.#ask(visitor);
	}

	/** Is the very same item here? Another one in its place is refused later, as `conflicting`. */
	#isStoredAlready(item: LogItem): boolean {
		if (item.clock >= (this.#next.get(item.client) ?? 0)) return false;
		const stored = this.#structOf(item);
		return stored !== null && equalBytes(stored, item.struct);
	}

	#structOf({ client, clock }: LogItem): Bytes | null {
		const { store, commit } = this.#options;
		const stored = store.struct(this.text, client, clock);
		if (stored !== null) return stored;
		commit.flush(); // it may be among those that wait
		return store.struct(this.text, client, clock);
	}

	/** Says what is refused, once for each client, and leaves out what follows it: it could only be a gap. */
	#withoutRefused(visitor: Visitor, judged: readonly JudgedItem[], judgedAt: CircleState): LogItem[] {
		const blocked = new Set<number>();
		const allowed: LogItem[] = [];
		for (const { item, refused } of judged) {
			if (blocked.has(item.client)) continue;
			const isOld = item.clock < (this.#next.get(item.client) ?? 0);
			const reason =
				refused ??
				(this.#circle === judgedAt ? null : mayWriteNow(item, this.#circle, this.#options.now())) ??
				(isOld ? null : this.#isOutOfTime(item)) ??
				(isOld && !this.#isStoredAlready(item) ? 'conflicting' : null);
			if (reason === null) {
				allowed.push(item);
			} else {
				blocked.add(item.client);
				this.#refuse(visitor, reason, item.client, item.clock);
			}
		}
		return allowed;
	}

	/** [L2] An older generation is only read; in the next one only its snapshot can be laid down. */
	#isOutOfTime({ envelope }: LogItem): RefusedReason | null {
		const { document, lane, generation } = this.#options.name;
		const running = generationOf(this.#circle, document, lane);
		if (generation < running) return 'frozen';
		if (generation === running) return null;
		const read = readEnvelope(envelope);
		return read.ok && read.value.kind === 'snapshot' ? null : 'unknown-generation';
	}

	#isTooMuch(fresh: readonly LogItem[]): RefusedReason | null {
		const newClients = new Set(
			fresh.filter(({ client }) => !this.#next.has(client)).map(({ client }) => client)
		);
		if (this.#next.size + newClients.size > LIMITS.clientsOfRoom) return 'too-many-clients';
		if (this.#isBegun) return null;
		return this.#options.store.countRooms(this.#circle.circle) < LIMITS.roomsOfCircle
			? null
			: 'too-many-rooms';
	}

	/** Writes with the next group, and acknowledges the touched clients, known items included, when it is durable. */
	#store(writer: Visitor, items: readonly LogItem[], clients: ReadonlySet<number>): void {
		for (const { client, clock } of items) this.#next.set(client, clock + 1);
		if (items.length > 0) this.#isBegun = true;
		const batch = { room: this.text, circle: this.#circle.circle, items };
		this.#options.commit.add(batch, (written) => {
			if (written.ok) this.#acknowledge(writer, clients, items.length > 0);
			else this.#undo(writer, items, written.reason);
		});
	}

	#acknowledge(writer: Visitor, clients: ReadonlySet<number>, hasChanged: boolean): void {
		// everything up to `next` was in this group or before it
		const durable = new Map<number, number>();
		for (const client of clients) {
			const next = this.#next.get(client);
			if (next !== undefined) durable.set(client, next);
		}
		writer.peer.send(writeMessage('acknowledged', { stateVector: writeStateVector(durable) }));
		if (hasChanged && !this.isEmpty) {
			this.#storedTimer ??= setTimeout(() => {
				this.#storedTimer = null;
				// with the next write that is due: one of its own for each room would cost more than all that is written
				const nothing = { room: this.text, circle: this.#circle.circle, items: [] };
				this.#options.commit.add(nothing, ({ ok }) => ok && this.#sayWhatIsStored(this.#visitors));
			}, LIMITS.stored);
		}
	}

	/** The write failed: what stands here is what the store has, and its writer must send it again. */
	#undo(writer: Visitor, items: readonly LogItem[], why: Exclude<Written, { ok: true }>['reason']): void {
		this.#next = this.#options.store.clocks(this.text);
		this.#isBegun = this.#next.size > 0;
		const first = items[0];
		if (first === undefined) return;
		this.#isOwed ||= why !== 'taken';
		const reason = why === 'taken' ? 'conflicting' : `storage-${why}`;
		this.#refuse(writer, reason as RefusedReason, first.client, first.clock);
	}

	#refuse(visitor: Visitor, reason: RefusedReason, client: number, clock: number): void {
		this.#options.log.info({ reason }, 'refused');
		visitor.peer.send(writeMessage('refused', { reason, client, clock }));
		if (!isAttack(reason)) return;
		visitor.peer.close(reason === 'malformed' ? CLOSE.malformed : CLOSE.attack);
	}

	// ---- joiners

	/** Sends what somebody lacks who has `have`, in order of arrival, then says that it is complete. */
	#serve(visitor: Visitor, have: ReadonlyMap<number, number>): void {
		visitor.isLive = false;
		const serving = {};
		visitor.serving = serving; // an older answer that is still under way ends where it is
		this.#send(visitor, serving, have).catch(() => visitor.peer.close(CLOSE.busy));
	}

	async #send(visitor: Visitor, serving: object, have: ReadonlyMap<number, number>): Promise<void> {
		const { store, commit } = this.#options;
		commit.flush();
		let ranges = store.missing(this.text, have);
		let sent = new Map(this.#next);
		let items: LogPart[] = [];
		let size = 0;
		for (;;) {
			for (const range of ranges) {
				for (let from = range.from; from <= range.to;) {
					const page = store.read(this.text, { from, to: range.to }, LIMITS.page);
					if (page.length === 0) break;
					for (const item of page) {
						if (size > 0 && size + item.struct.length > LIMITS.chunk) {
							await visitor.peer.sendAll(writeUpdate(writeLogUpdate(items)));
							if (visitor.serving !== serving || !visitor.peer.isOpen) return;
							items = [];
							size = 0;
						}
						items.push(item);
						size += item.struct.length;
						from = item.position + 1;
					}
				}
			}
			commit.flush();
			if (isSame(sent, this.#next)) break;
			// more came in while the reader was slow
			ranges = store.missing(this.text, sent);
			sent = new Map(this.#next);
		}
		visitor.isLive = true;
		visitor.serving = null;
		visitor.peer.send(writeStep2(items.length > 0 ? writeLogUpdate(items) : NOTHING));
		commit.flush();
		this.#sayWhatIsStored([visitor]);
	}

	/** Whoever lacks something of this asks again. Nothing waits to be written at this moment. */
	#sayWhatIsStored(visitors: Iterable<Visitor>): void {
		this.#forwarding.flush(); // nor to be forwarded
		const frame = writeMessage('stored', { stateVector: writeStateVector(this.#next) });
		for (const visitor of visitors) if (visitor.isLive) visitor.peer.send(frame);
	}

	/** Asks for what we lack, at most once a second. */
	#ask(visitor: Visitor): void {
		if (visitor.asking !== null) return;
		const wait = visitor.askedAt + LIMITS.ask - performance.now();
		if (wait <= 0) {
			visitor.askedAt = performance.now();
			visitor.peer.send(writeStep1(this.#next));
			return;
		}
		visitor.asking = setTimeout(() => {
			visitor.asking = null;
			this.#ask(visitor);
		}, wait);
	}

	// ---- presence

	/** Forwarded unread, to its sender as well: y-websocket closes a socket that is silent for 30 s [P2]. */
	#present(visitor: Visitor, frame: Bytes): void {
		if (frame.length > LIMITS.awareness) {
			visitor.peer.send(writeMessage('refused', { reason: 'too-large', client: 0, clock: 0 }));
			return;
		}
		visitor.awareness = frame.length <= LIMITS.rememberedAwareness ? frame.slice() : null;
		for (const other of this.#visitors) other.peer.send(frame);
	}

	/** The last presence of everybody else, so that a newcomer need not wait for the next. */
	#showOthers(visitor: Visitor): void {
		for (const other of this.#visitors) {
			if (other !== visitor && other.awareness !== null) visitor.peer.send(other.awareness);
		}
	}
}

interface Visitor {
	readonly peer: Peer;
	/** Has everything that is stored, so what comes in is forwarded to it. */
	isLive: boolean;
	/** The answer that is under way. */
	serving: object | null;
	askedAt: number;
	asking: NodeJS.Timeout | null;
	awareness: Bytes | null;
}

type LogPart = Parameters<typeof writeLogUpdate>[0][number];

function isSame(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
	if (a.size !== b.size) return false;
	for (const [client, clock] of a) if (b.get(client) !== clock) return false;
	return true;
}
