/** Every number that bounds the relay [R5], in one place; README.md explains them. */
import { MAX_FRAME } from '#lib/sync/wire.ts';

export const LIMITS = {
	/** Largest frame, bytes; ws itself closes the socket above it. */
	frame: MAX_FRAME,
	/** Largest awareness frame, and the largest that is remembered for newcomers. */
	awareness: 64_000,
	rememberedAwareness: 4_000,
	/** Largest frame of an answer we write. */
	chunk: 500_000,
	/** Rows read from the store at once while a joiner is served. */
	page: 256,
	/** Bytes of circle entries in one answer; whoever gets that much asks again. */
	entries: 1_000_000,
	/** Rooms (lanes of documents) of one circle. */
	roomsOfCircle: 20_000,
	/** Yjs clients of one room: each is a line in every state vector. */
	clientsOfRoom: 20_000,

	sockets: 20_000,
	socketsOfDevice: 600,
	unprovenSockets: 3_000,
	unprovenSocketsOfAddress: 2_000,
	/** Milliseconds from the upgrade to the proof, absolute. */
	proof: 5_000,
	/** Milliseconds between pings; whoever has not answered the last one is dropped. */
	ping: 25_000,
	headers: 10_000,

	/** Frames of one socket: so many at once, so many each second after that; then it is read more slowly. */
	burst: 2_000,
	framesPerSecond: 400,
	/** Frames and bytes of one socket that wait to be judged; above that it is not read. */
	waitingFrames: 200,
	waitingBytes: 4_000_000,
	/** Bytes that may wait for a slow reader; above that the socket is cut, and syncs again when it comes back. */
	unread: 4_000_000,

	/** Milliseconds between two questions for what we lack, and between two notes of what is stored. */
	ask: 1_000,
	stored: 5_000,
	/** Milliseconds in which moved rooms are gathered before devices are told of them, and rooms named in one answer. */
	moved: 1_000,
	movesOfAnswer: 2_000,
	/** Milliseconds between two tries while the disk is full. */
	retry: 2_000,
	/** Milliseconds in which everything that arrives becomes one durable write; under steady traffic, between two writes. */
	group: 4,
	steadyGroup: 50,
	/** Milliseconds between two frames that forward what is written in a room: for each reader beyond two, and at most. */
	forwardOfReader: 2,
	forward: 40,
	/** Bytes after which a group is written at once. */
	groupBytes: 4_000_000,

	/** Rooms and circles kept in memory while nobody has them open. */
	idleRooms: 2_000,
	circles: 1_000,

	/** Timers count in 31 bits, ms. */
	longestTimer: 2_147_483_647,
	/** Milliseconds for everything to come to an end. */
	closing: 4_000,
	goodbye: 500
} as const;

/** How fast somebody may go: `burst` at once, then `perSecond`. */
export class TokenBucket {
	readonly #burst: number;
	readonly #perSecond: number;
	#tokens: number;
	#at: number;

	constructor(burst: number, perSecond: number, now: number) {
		this.#burst = burst;
		this.#perSecond = perSecond;
		this.#tokens = burst;
		this.#at = now;
	}

	/** Takes one, and says how many milliseconds to wait before the next (0: none). */
	take(now: number): number {
		this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) * this.#perSecond) / 1000);
		this.#at = now;
		this.#tokens -= 1;
		return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens * 1000) / this.#perSecond);
	}
}
