/** The rooms in memory: those that somebody has open, and the last few that nobody has any more. */
import { readRoom } from '#lib/envelope/room.ts';
import { roleOf } from '#lib/circle/policy.ts';
import type { CircleState } from '#lib/circle/state.ts';
import type { DeviceId } from '#lib/circle/ids.ts';
import { CLOSE } from '#lib/sync/wire.ts';
import type { Circles } from './circles.ts';
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
		if (circle === null || name.generation > 0) return CLOSE.unknownRoom;
		if (roleOf(circle, device) === null) return CLOSE.notAllowed;
		return this.#roomOf(text, name, circle).join(peer);
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
