/**
 * What a device may ask about circles over `/ws/circles`, and what it is told unasked.
 *
 * Promises: entries are shown to members, and to who has proven an invitation of that circle on this very socket; to
 * everybody else a circle that exists answers exactly like one that does not.
 */
import { toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import type { DeviceId } from '#lib/circle/ids.ts';
import { activeDevices } from '#lib/circle/policy.ts';
import type { CircleState } from '#lib/circle/state.ts';
import { CLOSE, readMessage, writeMessage, type Messages } from '#lib/sync/wire.ts';
import type { Circles } from './circles.ts';
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
	readonly #log: Log;
	readonly #now: () => number;
	readonly #callers = new Map<DeviceId, Set<Caller>>();
	readonly #remove: () => void;

	constructor(circles: Circles, log: Log, now: () => number) {
		this.#circles = circles;
		this.#log = log;
		this.#now = now;
		this.#remove = circles.onChange((state, entry, writer) => this.#push(state, entry, writer));
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
		this.#remove();
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
			default:
				caller.peer.close(CLOSE.malformed);
		}
	}

	#list({ peer, device }: Caller, { id }: Messages['listCircles']): void {
		peer.send(writeMessage('circleList', { id, circles: this.#circles.circlesOf(device) }));
	}

	async #fetch(caller: Caller, { id, circle, after }: Messages['fetchCircle']): Promise<void> {
		if (!(await this.#maySee(caller, circle))) {
			caller.peer.send(writeMessage('failed', { id, reason: 'not-allowed' }));
			return;
		}
		const entries = this.#circles.entries(circle, after);
		caller.peer.send(writeMessage('circleEntries', { id, circle, entries }));
	}

	async #append(caller: Caller, { id, circle, entry, foundingCode }: Messages['append']): Promise<void> {
		const appended = await this.#circles.append(circle, entry, foundingCode, caller);
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

	async #maySee({ device, invited }: Caller, circle: string): Promise<boolean> {
		return invited.has(circle) || (await this.#circles.isMember(circle, device));
	}

	/** Tells every device of the circle, except the one that is answered anyway. */
	#push(state: CircleState, entry: Bytes, writer: unknown): void {
		const frame = writeMessage('entries', { circle: state.circle, entries: [entry] });
		for (const { device } of activeDevices(state)) {
			for (const caller of this.#callers.get(device) ?? []) {
				if (caller !== writer) caller.peer.send(frame);
			}
		}
	}
}
