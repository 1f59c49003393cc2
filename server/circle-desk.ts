/**
 * What a device may ask about circles over `/ws/circles`, and what it is told unasked: entries, and which rooms moved.
 *
 * Promises: entries are shown to members, to who is in a circle that this one is in, and to who has proven an invitation
 * of that circle on this very socket; a team's also to the agency. Who was removed sees up to the entry that says so, and
 * nothing after it; to everybody else a circle that exists answers exactly like one that does not. That staff speak among
 * themselves, a guest is not told.
 */
import { toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import type { CircleId, DeviceId } from '#lib/circle/ids.ts';
import { devicesEndedBy, everyDevice, mayOpen } from '#lib/circle/roles.ts';
import type { CircleState } from '#lib/circle/state.ts';
import { readRoom } from '#lib/envelope/room.ts';
import { CLOSE, readMessage, writeMessage, type Messages } from '#lib/sync/wire.ts';
import type { Change, Circles } from './circles.ts';
import type { Feed } from './feed.ts';
import { LIMITS } from './limits.ts';
import type { Log } from './log.ts';
import type { Listener, Peer } from './peer.ts';

interface Caller {
	readonly peer: Peer;
	readonly device: DeviceId;
	/** Circles whose invitation was proven on this socket. */
	readonly invited: Set<string>;
}

export class CircleDesk {
	readonly #circles: Circles;
	readonly #feed: Feed;
	readonly #log: Log;
	readonly #now: () => number;
	readonly #callers = new Map<DeviceId, Set<Caller>>();
	readonly #removers: (() => void)[];
	#tail: Promise<unknown> = Promise.resolve();

	constructor(circles: Circles, feed: Feed, log: Log, now: () => number) {
		this.#circles = circles;
		this.#feed = feed;
		this.#log = log;
		this.#now = now;
		this.#removers = [
			circles.onChange((state, change) => this.#inTurn(() => this.#push(state, change))),
			feed.onMoved((moved, cursor) => void this.#tellMoved(moved, cursor))
		];
	}

	enter(peer: Peer, device: DeviceId): Listener {
		const caller: Caller = { peer, device, invited: new Set() };
		const callers = this.#callers.get(device) ?? new Set();
		this.#callers.set(device, callers.add(caller));
		peer.send(writeMessage('welcome', { now: this.#now() }));
		return {
			receive: (frame) => this.#receive(caller, frame),
			left: () => {
				callers.delete(caller);
				if (callers.size === 0 && this.#callers.get(device) === callers) this.#callers.delete(device);
			}
		};
	}

	close(): void {
		for (const remove of this.#removers.splice(0)) remove();
	}

	#receive(caller: Caller, frame: Bytes): Promise<void> | void {
		const message = readMessage(frame);
		switch (message?.type) {
			case 'listCircles':
				return this.#list(caller, message);
			case 'fetchCircle':
				return this.#fetch(caller, message);
			case 'append':
				return this.#append(caller, message);
			case 'findInvitation':
				return this.#findInvitation(caller, message);
			case 'fetchMoves':
				return this.#fetchMoves(caller, message);
			default:
				caller.peer.close(CLOSE.malformed);
		}
	}

	async #list({ peer, device }: Caller, { id }: Messages['listCircles']): Promise<void> {
		peer.send(writeMessage('circleList', { id, circles: await this.#circles.logsFor(device) }));
	}

	async #fetch(caller: Caller, { id, circle, after }: Messages['fetchCircle']): Promise<void> {
		const maySee = await this.#maySee(caller, circle);
		const end = maySee ? null : await this.#circles.endOf(circle, caller.device);
		if (!maySee && end === null) {
			caller.peer.send(writeMessage('failed', { id, reason: 'not-allowed' }));
			return;
		}
		const all = this.#circles.entries(circle, after);
		const entries = end === null ? all : all.slice(0, Math.max(0, end + 1 - after));
		caller.peer.send(writeMessage('circleEntries', { id, circle, entries }));
	}

	async #append(caller: Caller, message: Messages['append']): Promise<void> {
		const { id, circle, entry, foundingCode, again } = message;
		const appended =
			again === true
				? await this.#circles.giveBack(circle, entry, caller.device, caller)
				: await this.#circles.append(circle, entry, foundingCode, caller);
		const { peer } = caller;
		if (appended.ok) {
			peer.send(writeMessage('appended', { id }));
		} else if (appended.reason === 'conflict' && (await this.#maySee(caller, circle))) {
			peer.send(writeMessage('conflict', { id, entries: this.#circles.entries(circle, appended.from) }));
		} else {
			const reason = appended.reason === 'conflict' ? 'not-allowed' : appended.reason;
			this.#log.info({ reason }, 'entry refused');
			peer.send(writeMessage('failed', { id, reason }));
		}
	}

	/** The answer names circles whatever the invitation's state, so that the app can say what became of it. */
	async #findInvitation(caller: Caller, { id, key, signature }: Messages['findInvitation']): Promise<void> {
		const { peer, invited } = caller;
		if (!(await peer.isProof('invitation', key, signature))) {
			peer.send(writeMessage('failed', { id, reason: 'not-proven' }));
			return;
		}
		let room = LIMITS.entries;
		const circles: { circle: string; entries: Bytes[] }[] = [];
		for (const circle of this.#circles.circlesInvitedBy(toBase64Url(key))) {
			invited.add(circle);
			const entries = room > 0 ? this.#circles.entries(circle, 0) : [];
			for (const entry of entries) room -= entry.length;
			circles.push({ circle, entries: room > 0 || circles.length === 0 ? entries : [] });
		}
		peer.send(writeMessage('invitation', { id, circles }));
	}

	async #fetchMoves(
		{ peer, device }: Caller,
		{ id, circles, cursor }: Messages['fetchMoves']
	): Promise<void> {
		const mine = new Set(await this.#circles.circlesOf(device));
		const asked = circles.filter((circle) => mine.has(circle));
		const states = new Map<CircleId, CircleState | null>();
		for (;;) {
			const answer = this.#feed.since(cursor, asked);
			const unknown = answer.rooms.flatMap((name) => internalCircleOf(name) ?? []);
			const [next] = unknown.filter((circle) => !states.has(circle));
			if (next === undefined) {
				// in one turn with the answer: a move in between would be told to nobody
				const rooms = answer.rooms.filter((name) => {
					const circle = internalCircleOf(name);
					const state = circle === null ? null : (states.get(circle) ?? null);
					return circle === null || (state !== null && this.#mayHearOf(name, device, state));
				});
				peer.send(writeMessage('moves', { id, ...answer, rooms }));
				return;
			}
			states.set(next, await this.#circles.state(next));
		}
	}

	#mayHearOf(name: string, device: DeviceId, state: CircleState): boolean {
		return internalCircleOf(name) === null || mayOpen(state, device, 'internal', this.#now());
	}

	/** One frame for each socket, whatever the number of its circles. */
	async #tellMoved(moved: ReadonlyMap<string, readonly string[]>, cursor: string): Promise<void> {
		const forCaller = new Map<Caller, string[]>();
		for (const [circle, rooms] of moved) {
			const state = await this.#circles.state(circle);
			if (state === null) continue;
			for (const caller of this.#callersOf(everyDevice(state))) {
				const told = rooms.filter((name) => this.#mayHearOf(name, caller.device, state));
				if (told.length > 0) forCaller.set(caller, [...(forCaller.get(caller) ?? []), ...told]);
			}
		}
		for (const [{ peer }, rooms] of forCaller) peer.send(writeMessage('moved', { rooms, cursor }));
	}

	async #maySee({ device, invited }: Caller, circle: string): Promise<boolean> {
		return invited.has(circle) || (await this.#circles.maySee(circle, device));
	}

	/**
	 * Tells everybody who is shown this log and whom this entry removes, except the one that is answered anyway. When a
	 * circle that is in this one grew, whoever is in that one hears that there is this one: they may be new.
	 */
	async #push(state: CircleState, { entry, writer, through }: Change): Promise<void> {
		const { circle } = state;
		if (through !== null) {
			const frame = writeMessage('entries', { circle, entries: [] });
			for (const { peer } of this.#callersOf(everyDevice(through))) peer.send(frame);
			return;
		}
		const frame = writeMessage('entries', { circle, entries: [entry] });
		const told = new Set(await this.#circles.viewers(state));
		for (const device of devicesEndedBy(state)) told.add(device);
		for (const caller of this.#callersOf(told)) if (caller !== writer) caller.peer.send(frame);
	}

	/** Entries are told in the order in which they stand. */
	#inTurn(tell: () => Promise<void>): void {
		this.#tail = this.#tail.then(tell).catch(() => this.#log.info({ reason: 'push' }, 'not told'));
	}

	#callersOf(devices: ReadonlySet<DeviceId>): readonly Caller[] {
		return [...devices].flatMap((device) => [...(this.#callers.get(device) ?? [])]);
	}
}

/** The circle of a room in which staff speak among themselves; null for every other room. */
function internalCircleOf(name: string): CircleId | null {
	const room = readRoom(name);
	return room?.lane === 'internal' ? room.circle : null;
}
