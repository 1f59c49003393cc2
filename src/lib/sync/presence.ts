/**
 * Who is here: a bridge between the clear awareness (carets, names) and what y-websocket sends as awareness, which is
 * `{ sealed }` only [P1].
 *
 * Promises: a state is shown only if a device of the circle signed it, it is newer than the last one of its session,
 * and it names this very opening: a relay that plays back old states shows nobody. Above 20 people carets thin out [P2].
 * Must never: put a readable word into the inner awareness.
 */
import { Awareness, applyAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as encoding from 'lib0/encoding';
import type * as Y from 'yjs';
import type { DeviceSecrets } from '#lib/circle/device.ts';
import { deviceOf, roleOf } from '#lib/circle/roles.ts';
import { secretForLane } from '#lib/circle/secrets.ts';
import type { Room } from '#lib/envelope/room.ts';
import { newSessionId, type DeviceId, type PersonId, type SessionId } from '#lib/circle/ids.ts';
import { fromBase64Url, toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import type { SealingSecret } from '#lib/crypto/seal.ts';
import type { FollowedCircle, SealedDocumentOptions, Timing } from './options.ts';
import { presenceSecretOf, readPresence, readPresenceEpoch, writePresence } from './presence-frame.ts';
import { Listeners, Queue } from './queue.ts';

/** One opening of the document by somebody else (or by another tab of ours). */
export interface PersonHere {
	readonly device: DeviceId;
	readonly person: PersonId;
	readonly session: SessionId;
	readonly yClient: number;
	readonly state: Readonly<Record<string, unknown>>;
}

export interface PresenceOptions {
	/** What presence is sealed and signed for: the lane of a document, through all its generations. */
	readonly room: string;
	readonly lane: Room['lane'];
	readonly clear: Y.Doc;
	/** The sealed log's: what y-websocket sends. */
	readonly log: Y.Doc;
	readonly device: DeviceSecrets;
	readonly circle: FollowedCircle;
	readonly timing: Timing;
	readonly userOf: SealedDocumentOptions['userOf'];
	/** Whose Yjs client this is, as envelopes have shown; null when none has. */
	readonly deviceOf: (yClient: number) => DeviceId | null;
	/** Up to where the log has been opened here. */
	readonly opened: () => ReadonlyMap<number, number>;
}

interface Peer extends PersonHere {
	readonly inner: number;
	readonly counter: number;
	readonly seen: ReadonlyMap<number, number>;
}

const CROWD = 20;
/** More sessions than this are not listed; above it states are taken without proof of freshness. */
const MOST_KNOWN = 64;
const TAG_LENGTH = 8;

export class Presence {
	/** Clear states, keyed by Yjs client: what editors and pages read. */
	readonly awareness: Awareness;
	readonly session = newSessionId();
	#options: PresenceOptions;
	#inner: Awareness;
	#peers = new Map<SessionId, Peer>();
	/** Newest counter of each session, kept after it left. */
	#counters = new Map<SessionId, number>();
	#heard = new Map<SessionId, number>();
	#secrets = new Map<number, Promise<SealingSecret>>();
	#counter = 0;
	#changes = new Listeners<[]>();
	#sending = new Queue();
	#opening = new Queue();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#due = Infinity;
	#lastSent = -Infinity;
	#closed = false;

	constructor(options: PresenceOptions) {
		this.#options = options;
		this.awareness = new Awareness(options.clear);
		this.#inner = new Awareness(options.log);
		this.#inner.setLocalState(null);
		this.awareness.on('update', this.#fromClear);
		this.#inner.on('update', this.#fromInner);
	}

	/** What y-websocket is given. */
	get inner(): Awareness {
		return this.#inner;
	}

	get people(): readonly PersonHere[] {
		return this.#here().map(({ device, person, session, yClient, state }) => ({
			device,
			person,
			session,
			yClient,
			state
		}));
	}

	get seeing(): readonly { person: PersonId; seen: ReadonlyMap<number, number> }[] {
		return this.#here();
	}

	onChange(listener: () => void): () => void {
		return this.#changes.on(listener);
	}

	/** Another view is written in now: the local state moves to its Yjs client. */
	move(yClient: number): void {
		const { awareness } = this;
		if (awareness.clientID === yClient || this.#closed) return;
		const state = awareness.getLocalState();
		removeAwarenessStates(awareness, [awareness.clientID], this);
		awareness.clientID = yClient;
		awareness.setLocalState(state);
	}

	/** Says now who is here: the link is new, and an old state would be taken for a replay. */
	announce(): void {
		this.#schedule(0);
	}

	/** More of the log has been opened: its writers want to know. */
	tellSeen(): void {
		if (this.#peers.size > 0) this.#schedule(this.#options.timing.seen);
	}

	/** The sealed log was replaced: another inner awareness carries us from now on. */
	renew(log: Y.Doc): void {
		this.#inner.off('update', this.#fromInner);
		for (const { inner } of [...this.#peers.values()]) this.#remove(inner);
		this.#inner.destroy();
		this.#inner = new Awareness(log);
		// until there is a sealed state there is none
		this.#inner.setLocalState(null);
		this.#inner.on('update', this.#fromInner);
		this.#schedule(0);
	}

	/** Settles when what was said and heard so far is through. */
	async settled(): Promise<void> {
		while (this.#sending.length + this.#opening.length > 0) {
			await this.#opening.idle();
			await this.#sending.idle();
		}
	}

	/** Says what is due now, without waiting for its turn. */
	async flush(): Promise<void> {
		if (this.#due < Infinity) this.#send();
		await this.settled();
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		clearTimeout(this.#timer);
		this.awareness.off('update', this.#fromClear);
		this.#inner.off('update', this.#fromInner);
		this.awareness.destroy();
		this.#inner.destroy();
		this.#changes.clear();
	}

	#here(): Peer[] {
		return [...this.#peers.values()].filter(({ device }) => this.#memberOf(device) !== null);
	}

	#memberOf(device: DeviceId): { person: PersonId; signKey: Bytes } | null {
		const { state } = this.#options.circle;
		return roleOf(state, device) === null ? null : deviceOf(state, device);
	}

	#fromClear = (
		{ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] },
		origin: unknown
	) => {
		// y-protocols says this again every 15 s: the renewal that keeps us here comes for free
		if (origin !== 'local' || ![...added, ...updated, ...removed].includes(this.awareness.clientID)) return;
		const { caret, crowdedCaret } = this.#options.timing;
		this.#schedule(this.#peers.size > CROWD ? crowdedCaret : caret);
	};

	#fromInner = (
		{ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] },
		origin: unknown
	) => {
		if (origin === 'local') return;
		for (const client of removed) this.#remove(client);
		for (const client of [...added, ...updated]) {
			const state: unknown = this.#inner.getStates().get(client);
			const sealed =
				typeof state === 'object' && state !== null ? (state as { sealed?: unknown }).sealed : null;
			const bytes = typeof sealed === 'string' ? fromBase64Url(sealed) : null;
			if (bytes !== null) void this.#opening.run(() => this.#open(client, bytes)).catch(() => undefined);
		}
	};

	async #open(client: number, sealed: Bytes): Promise<void> {
		const epoch = readPresenceEpoch(sealed);
		const secret = epoch === null ? null : await this.#secretOf(epoch);
		if (secret === null || this.#closed) return;
		const state = await readPresence(
			sealed,
			this.#options.room,
			secret,
			(device) => this.#memberOf(device)?.signKey ?? null
		);
		const member = state === null ? null : this.#memberOf(state.device);
		if (state === null || member === null || this.#closed || state.session === this.session) return;
		if ((this.#counters.get(state.session) ?? -1) >= state.counter) return;
		// a caret under somebody else's client id would speak in their name
		const owner = this.#options.deviceOf(state.yClient);
		if (owner !== null && owner !== state.device) return;
		this.#counters.set(state.session, state.counter);
		if (!this.#heard.has(state.session)) {
			this.#heard.set(state.session, client);
			// so that they know we hear them now, and show us
			this.#schedule(0);
		}
		const isFresh = state.knows.includes(tagOf(this.session)) || this.#heard.size > MOST_KNOWN;
		if (!isFresh) return;
		const before = this.#peers.get(state.session);
		if (before !== undefined && before.yClient !== state.yClient) this.#hide(before);
		if (state.state === null) {
			if (before !== undefined) this.#remove(before.inner);
			return;
		}
		const user = this.#options.userOf?.(member.person, state.device) ?? null;
		const shown =
			user === null ? state.state : { ...state.state, user: { ...toRecord(state.state['user']), ...user } };
		this.#peers.set(state.session, {
			device: state.device,
			person: member.person,
			session: state.session,
			yClient: state.yClient,
			state: shown,
			inner: client,
			counter: state.counter,
			seen: state.seen
		});
		this.#show(state.yClient, state.counter, shown);
		this.#changes.tell();
	}

	#show(yClient: number, counter: number, state: Readonly<Record<string, unknown>>): void {
		const encoder = encoding.createEncoder();
		encoding.writeVarUint(encoder, 1);
		encoding.writeVarUint(encoder, yClient);
		// a peer that was hidden and comes back is newer than its own leaving
		encoding.writeVarUint(encoder, Math.max(counter, (this.awareness.meta.get(yClient)?.clock ?? 0) + 1));
		encoding.writeVarString(encoder, JSON.stringify(state));
		applyAwarenessUpdate(this.awareness, encoding.toUint8Array(encoder), this);
	}

	#hide(peer: Peer): void {
		removeAwarenessStates(this.awareness, [peer.yClient], this);
	}

	#remove(client: number): void {
		for (const [session, inner] of this.#heard) if (inner === client) this.#heard.delete(session);
		for (const peer of [...this.#peers.values()]) {
			if (peer.inner !== client) continue;
			this.#peers.delete(peer.session);
			this.#hide(peer);
			this.#changes.tell();
		}
	}

	#schedule(wait: number): void {
		if (this.#closed) return;
		const now = performance.now();
		const due = Math.max(now, this.#lastSent + wait);
		if (due >= this.#due) return;
		this.#due = due;
		clearTimeout(this.#timer);
		if (due <= now) queueMicrotask(() => this.#send());
		else this.#timer = setTimeout(() => this.#send(), due - now);
	}

	#send(): void {
		if (this.#closed || this.#due === Infinity) return;
		clearTimeout(this.#timer);
		this.#due = Infinity;
		this.#lastSent = performance.now();
		void this.#sending.run(() => this.#write()).catch(() => undefined);
	}

	async #write(): Promise<void> {
		const { room, circle, device, opened } = this.#options;
		const { epoch } = circle.state;
		const secret = await this.#secretOf(epoch);
		if (secret === null || this.#closed) return;
		const clients = new Set(this.#inner.getStates().keys());
		const sealed = await writePresence(
			{
				device: device.device,
				session: this.session,
				yClient: this.awareness.clientID,
				counter: this.#counter++,
				state: plainOf(this.awareness.getLocalState()),
				seen: new Map([...opened()].filter(([client]) => clients.has(client))),
				knows: [...this.#heard.keys()].slice(0, MOST_KNOWN).map(tagOf)
			},
			room,
			epoch,
			secret,
			device
		);
		if (!this.#closed) this.#inner.setLocalState({ sealed: toBase64Url(sealed) });
	}

	async #secretOf(epoch: number): Promise<SealingSecret | null> {
		const known = this.#secrets.get(epoch);
		if (known !== undefined) return known;
		const { circle, room, lane } = this.#options;
		const epochSecret = circle.secrets.get(epoch);
		const base = epochSecret === undefined ? null : secretForLane(epochSecret, lane);
		if (base === null) return null;
		const secret = presenceSecretOf(base, room);
		this.#secrets.set(epoch, secret);
		return secret;
	}
}

function tagOf(session: SessionId): string {
	return session.slice(0, TAG_LENGTH);
}

/** As JSON has it: relative positions and the like are class instances until then. */
function plainOf(state: unknown): Record<string, unknown> | null {
	return state === null ? null : toRecord(JSON.parse(JSON.stringify(state)));
}

function toRecord(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
