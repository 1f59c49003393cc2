/** The rooms in memory: those that somebody has open, and the last few that nobody has any more. */
import { createHash } from 'node:crypto';
import { readLogUpdate, writeLogUpdate } from '#lib/envelope/log.ts';
import { readRoom, writeRoom } from '#lib/envelope/room.ts';
import type { Body } from '#lib/circle/bodies.ts';
import { mayOpen } from '#lib/circle/roles.ts';
import { generationOf, type CircleState } from '#lib/circle/state.ts';
import type { CircleId, DeviceId } from '#lib/circle/ids.ts';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { CLOSE } from '#lib/sync/wire.ts';
import type { Circles } from './circles.ts';
import { readStateVector } from './frames.ts';
import type { GroupCommit } from './group-commit.ts';
import { LIMITS } from './limits.ts';
import type { Log } from './log.ts';
import { LruMap } from './lru-map.ts';
import type { Listener, Peer } from './peer.ts';
import { Room } from './room.ts';
import type { Store } from './store.ts';

export interface RoomsOptions {
	readonly store: Store;
	readonly commit: GroupCommit;
	readonly circles: Circles;
	readonly log: Log;
	readonly now: () => number;
}

export class Rooms {
	readonly #options: RoomsOptions;
	readonly #open = new Map<string, Room>();
	readonly #idle = new LruMap<string, Room>(LIMITS.idleRooms);
	readonly #byCircle = new Map<string, Set<Room>>();
	readonly #removers: (() => void)[];

	constructor(options: RoomsOptions) {
		this.#options = options;
		options.circles.mayRoll = (circle, roll) => this.mayRoll(circle, roll);
		this.#removers = [
			options.circles.onChange((state) => this.#circleGrew(state)),
			options.commit.onWritable(() => {
				for (const room of this.#open.values()) room.askForWhatIsOwed();
			})
		];
	}

	get count(): number {
		return this.#open.size;
	}

	/** Lets a proven device into a room, or says by which code it is sent away [R1]. */
	async enter(text: string, peer: Peer, device: DeviceId): Promise<Listener | number> {
		const name = readRoom(text);
		if (name === null) return CLOSE.malformed;
		const circle = await this.#options.circles.state(name.circle);
		// its first entry may be on its way
		// one generation ahead is where a snapshot is laid down before the circle is told of it
		if (circle === null || name.generation > generationOf(circle, name.document, name.lane) + 1)
			return CLOSE.unknownRoom;
		// a team decides who is in, and has nothing to write in
		if (circle.kind === 'team' || !mayOpen(circle, device, name.lane, this.#options.now()))
			return CLOSE.notAllowed;
		return this.#roomOf(text, name, circle).join(peer);
	}

	/**
	 * [L2] May this generation begin now? Only if its snapshot is here, durably, and covers all that stands in the one
	 * before. Whoever stores the entry in the same turn freezes that one with it.
	 */
	mayRoll(circle: CircleId, { document, lane, generation, hash, covers }: Body<'roll'>): boolean {
		const { store, commit } = this.#options;
		commit.flush();
		const room = { circle, document, lane };
		const present = store.clocks(writeRoom({ ...room, generation: generation - 1 }));
		const covered = readStateVector(covers);
		if (covered === null || covered.size !== present.size) return false;
		for (const [client, clock] of present) if (covered.get(client) !== clock) return false;
		return this.#holds(writeRoom({ ...room, generation }), hash);
	}

	#holds(room: string, hash: Bytes): boolean {
		const { store } = this.#options;
		for (const range of store.missing(room, new Map()))
			for (let { from } = range; from <= range.to;) {
				const page = store.read(room, { from, to: range.to }, LIMITS.page);
				if (page.length === 0) return false;
				const items = readLogUpdate(writeLogUpdate(page));
				if (items.ok && items.value.some(({ envelope }) => equalBytes(sha256Of(envelope), hash))) return true;
				from = (page.at(-1)?.position ?? range.to) + 1;
			}
		return false;
	}

	close(): void {
		for (const remove of this.#removers) remove();
		for (const room of this.#open.values()) room.close();
	}

	#roomOf(text: string, name: NonNullable<ReturnType<typeof readRoom>>, circle: CircleState): Room {
		const open = this.#open.get(text);
		if (open !== undefined) return open;
		const { store, commit, log, now } = this.#options;
		const empty = (left: Room) => {
			this.#open.delete(text);
			this.#roomsOf(name.circle).delete(left);
			if (this.#roomsOf(name.circle).size === 0) this.#byCircle.delete(name.circle);
			this.#idle.set(text, left);
		};
		const room = this.#idle.get(text) ?? new Room({ text, name, circle, store, commit, log, now, empty });
		this.#idle.delete(text);
		room.circle = circle;
		this.#open.set(text, room);
		this.#roomsOf(name.circle).add(room);
		return room;
	}

	#roomsOf(circle: string): Set<Room> {
		let rooms = this.#byCircle.get(circle);
		if (rooms === undefined) {
			rooms = new Set();
			this.#byCircle.set(circle, rooms);
		}
		return rooms;
	}

	#circleGrew(state: CircleState): void {
		for (const room of this.#byCircle.get(state.circle) ?? []) room.circle = state;
	}
}

/** At once, since nothing may come between the judgement and the freezing. */
function sha256Of(bytes: Uint8Array): Uint8Array {
	return createHash('sha256').update(bytes).digest();
}
