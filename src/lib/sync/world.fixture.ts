/**
 * A circle of people with devices, and the smallest relay they can meet at: it stores, forwards and acknowledges, and
 * can be told to misbehave. For the tests of this folder only.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
// eslint-disable-next-line no-restricted-imports -- tests bring the real disk to the shape that sync asks for
import { openStorage, type DeviceStorage } from '#lib/storage/storage.ts';
import { foundCircle, grantMember } from '#lib/circle/actions.ts';
import { createDeviceSecrets, introduceDevice, type DeviceSecrets } from '#lib/circle/device.ts';
import { newDocumentId, newPersonId, newSessionId, type PersonId } from '#lib/circle/ids.ts';
import { applyEntry } from '#lib/circle/reduce.ts';
import { readEpochSecrets, type EpochSecret, type EpochSecrets } from '#lib/circle/secrets.ts';
import type { CircleState, Role, Roll } from '#lib/circle/state.ts';
import { equalBytes, randomBytes, type Bytes } from '#lib/crypto/bytes.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { SigningSecret } from '#lib/crypto/sign.ts';
import { generateSealingSecret, type SealingSecret } from '#lib/crypto/seal.ts';
import { hashEnvelope, laneSecretOf, writeEnvelope, type EnvelopeHeader } from '#lib/envelope/envelope.ts';
import { readLogUpdate, writeLogUpdate, type LogItem } from '#lib/envelope/log.ts';
import { writeRoom, type Room } from '#lib/envelope/room.ts';
import type { FollowedCircle, SealedDocumentOptions } from './options.ts';
import { openSealedDocument, type SealedDocument } from './sealed-document.ts';
import { Queue } from './queue.ts';
import { writeUpdateFrame } from './relay-socket.ts';
import { AWARENESS, CLOSE, frameType, readMessage, SYNC, SYNC_STEP_1, writeMessage } from './wire.ts';

export interface Person {
	readonly name: string;
	readonly person: PersonId;
	readonly device: DeviceSecrets;
	readonly circle: TestCircle;
	readonly deviceSecret: SealingSecret;
	/** One browser profile; each call is one tab. */
	storage(): Promise<DeviceStorage>;
}

/** What one device knows of the circle; it learns the rest by `refresh`. */
export class TestCircle implements FollowedCircle {
	#listeners = new Set<() => void>();
	#log: CircleLog;
	#device: DeviceSecrets;
	refreshed = 0;
	/** The relay cannot be asked. */
	cutOff = false;
	state: CircleState;
	secrets: EpochSecrets = new Map();

	constructor(log: CircleLog, device: DeviceSecrets) {
		this.#log = log;
		this.#device = device;
		this.state = log.state;
	}

	async refresh(): Promise<void> {
		this.refreshed++;
		if (!this.cutOff) await this.learn();
	}

	async append(build: (state: CircleState) => Promise<Bytes | null>): Promise<Verdict<void>> {
		if (this.cutOff) return { ok: false, reason: 'offline' };
		const answer = await this.#log.append(build);
		await this.learn();
		return answer;
	}

	async learn(state: CircleState = this.#log.state): Promise<void> {
		if (this.state === state && this.secrets.size > 0) return;
		this.state = state;
		this.secrets = await readEpochSecrets(state, this.#device);
		for (const listener of this.#listeners) listener();
	}

	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}
}

interface CircleLog {
	state: CircleState;
	append(build: (state: CircleState) => Promise<Bytes | null>): Promise<Verdict<void>>;
}

let worlds = 0;

export async function createWorld(roles: Readonly<Record<string, Role>> = { amina: 'owner', ben: 'editor' }) {
	const world = ++worlds;
	const relay = new TestRelay();
	const [founderName] = Object.keys(roles);
	if (founderName === undefined) throw new Error('nobody founds this circle');
	const founder = { person: newPersonId(), device: await createDeviceSecrets() };
	const init = await foundCircle({
		kind: 'agency',
		parent: null,
		label: 'Harbour House',
		device: founder.device,
		person: founder.person,
		personName: founderName,
		at: 0
	});
	const entries: Bytes[] = [init.bytes];
	const appending = new Queue();
	const log: CircleLog = {
		state: await after(null, init.bytes),
		append: (build) =>
			appending.run(async () => {
				const entry = await build(log.state);
				if (entry === null) return { ok: true, value: undefined };
				const next = await applyEntry(log.state, entry);
				if (!next.ok) return next;
				const roll = [...next.value.rolls.values()].flat().find(({ seq }) => seq === next.value.head.seq);
				if (roll !== undefined && !(await relay.mayRoll(roll))) return { ok: false, reason: 'behind-rooms' };
				log.state = next.value;
				entries.push(entry);
				// as the real one pushes it
				for (const { circle } of Object.values(people)) if (!circle.cutOff) await circle.learn();
				return { ok: true, value: undefined };
			})
	};
	const secrets = new Map([[0, init.secret]]);
	const people: Record<string, Person> = {};
	const opened: { close(): Promise<void> | void }[] = [];

	const enter = async (name: string, who: { person: PersonId; device: DeviceSecrets }): Promise<Person> => {
		const circle = new TestCircle(log, who.device);
		const person: Person = {
			name,
			...who,
			circle,
			deviceSecret: await generateSealingSecret(),
			storage: async () => {
				const storage = await openStorage(`world-${world}-${name}`, { locks: undefined });
				opened.push(storage);
				return storage;
			}
		};
		people[name] = person;
		return person;
	};
	const invite = async (name: string, role: Role, guest = false): Promise<Person> => {
		const who = { person: newPersonId(), device: await createDeviceSecrets() };
		const devices = [await introduceDevice(who.device, who.person)];
		const until = guest ? 86_400_000 : null;
		const grant = { person: who.person, personName: name, role, guest, until, devices, at: 0 };
		const entry = await grantMember(log.state, secrets, founder.device, grant);
		log.state = await after(log.state, entry);
		entries.push(entry);
		return enter(name, who);
	};

	await enter(founderName, founder);
	for (const [name, role] of Object.entries(roles).slice(1)) await invite(name, role);
	for (const person of Object.values(people)) await person.circle.learn();

	const room: Room = { circle: log.state.circle, document: newDocumentId(), lane: 'body', generation: 0 };
	relay.room = room;
	const openAs = async (
		name: string,
		options: Partial<SealedDocumentOptions> & { storage?: DeviceStorage } = {}
	): Promise<SealedDocument> => {
		const person = personNamed(name);
		const storage = options.storage ?? (await person.storage());
		const document = openSealedDocument({
			room,
			device: person.device,
			circle: person.circle,
			deviceSecret: person.deviceSecret,
			url: 'ws://relay.test',
			origin: 'http://relay.test',
			schema: 1,
			broadcast: false,
			WebSocket: relay.socketFor(name),
			timing: { together: 0, alone: 0, caret: 0, crowdedCaret: 0, seen: 0, jitter: 0, resend: 0, roll: 0 },
			...options,
			storage
		});
		opened.unshift(document);
		return document;
	};
	const personNamed = (name: string): Person => {
		const person = people[name];
		if (person === undefined) throw new Error(`nobody is called ${name}`);
		return person;
	};
	return {
		relay,
		/** The circle's log. */
		entries: entries as readonly Bytes[],
		room,
		log,
		invite,
		person: personNamed,
		open: openAs,
		/** Everything typed, sent, forwarded and opened; nothing is under way any more. */
		calm: async (...documents: SealedDocument[]) => {
			for (let quiet = 0; quiet < 3;) {
				const before = relay.delivered;
				for (const document of documents) {
					await document.settled();
					if (relay.away.size === 0) await until(() => document.saved.connected);
				}
				await turn();
				quiet = relay.delivered === before ? quiet + 1 : 0;
			}
		},
		close: async () => {
			for (const one of opened.splice(0)) await one.close();
		}
	};
}

export type World = Awaited<ReturnType<typeof createWorld>>;

async function after(state: CircleState | null, bytes: Bytes): Promise<CircleState> {
	const next = await applyEntry(state, bytes);
	if (!next.ok) throw new Error(next.reason);
	return next.value;
}

export interface Forgery {
	readonly by: Person;
	readonly room: Room;
	/** What it holds; by default a word typed by `yClient`. */
	readonly content?: Uint8Array;
	readonly word?: string;
	readonly header?: Partial<EnvelopeHeader>;
	/** Whose key signs; by default the device that the header names. */
	readonly signing?: SigningSecret;
	/** Under which room and epoch it is sealed. */
	readonly sealedFor?: { readonly room?: Room; readonly epochSecret?: EpochSecret };
}

/** An envelope as a member with a modified app could make it. */
export async function forge({
	by,
	room,
	word = 'forged',
	content,
	header = {},
	signing,
	sealedFor
}: Forgery): Promise<Bytes> {
	const { state, secrets } = by.circle;
	const yClient = header.yClient ?? 1_000_000 + Math.floor(Math.random() * 1_000_000);
	const full: EnvelopeHeader = {
		...room,
		kind: 'update',
		epoch: state.epoch,
		device: by.device.device,
		session: newSessionId(),
		seq: 0,
		prev: new Uint8Array(32),
		circleHead: state.head,
		schema: 1,
		yClient,
		at: 0,
		...header
	};
	const epochSecret = sealedFor?.epochSecret ?? secrets.get(state.epoch);
	if (epochSecret === undefined) throw new Error('no secret');
	const secret = await laneSecretOf(epochSecret, sealedFor?.room ?? room);
	if (secret === null) throw new Error('this lane is not for them');
	return writeEnvelope(full, content ?? typed(yClient, word), secret, signing ?? by.device.signing);
}

/** The update of somebody who types a word into an empty document. */
export function typed(yClient: number, word: string): Uint8Array {
	const doc = new Y.Doc();
	doc.clientID = yClient;
	doc.getText('t').insert(0, word);
	return Y.encodeStateAsUpdate(doc);
}

/** The update of somebody who says something in a lane. */
export function said(yClient: number, operation: object): Uint8Array {
	const doc = new Y.Doc();
	doc.clientID = yClient;
	doc.getArray('operations').push([operation]);
	return Y.encodeStateAsUpdate(doc);
}

/** The next turn of the event loop: what was posted by now has run. */
export function turn(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 0));
}

export async function until(isSo: () => boolean): Promise<void> {
	const end = Date.now() + 60_000;
	while (!isSo()) {
		if (Date.now() > end) throw new Error(`never came true: ${isSo.toString()}`);
		await turn();
	}
}

interface Visitor {
	readonly name: string;
	/** As the URL says. */
	readonly room: string;
	readonly socket: TestSocket;
	proven: boolean;
}

export class TestRelay {
	/** The document's; its generation is the one that the members below speak of. */
	room: Room | null = null;
	readonly rooms = new Map<string, Map<number, LogItem[]>>();
	readonly frozen = new Set<string>();
	readonly visitors = new Set<Visitor>();
	/** Every frame either way. */
	readonly frames: Bytes[] = [];
	readonly awareness: Bytes[] = [];
	delivered = 0;
	/** Names that cannot reach the relay. */
	readonly away = new Set<string>();
	/** Does not acknowledge. */
	holdBack = false;
	/** A frame from the relay to a device that gets lost. */
	drop: (to: string, frame: Uint8Array) => boolean = () => false;
	/** The reason why an item is refused. */
	refuse: (item: LogItem) => string | null = () => null;

	get items(): Map<number, LogItem[]> {
		return this.itemsOf(this.room === null ? '' : writeRoom(this.room));
	}

	itemsOf(room: string): Map<number, LogItem[]> {
		const items = this.rooms.get(room) ?? new Map<number, LogItem[]>();
		this.rooms.set(room, items);
		return items;
	}

	/** As the real one [L2]: the snapshot is here, and nobody has written since. Freezes what is over. */
	async mayRoll({ generation, hash, covers }: Roll): Promise<boolean> {
		if (this.room === null) return false;
		const before = writeRoom({ ...this.room, generation: generation - 1 });
		const present = vectorOf(this.itemsOf(before));
		const covered = Y.decodeStateVector(covers);
		if (
			present.size !== covered.size ||
			[...present].some(([client, clock]) => covered.get(client) !== clock)
		)
			return false;
		const snapshots = [...this.itemsOf(writeRoom({ ...this.room, generation })).values()].flat();
		const hashes = await Promise.all(snapshots.map(({ envelope }) => hashEnvelope(envelope)));
		if (!hashes.some((one) => equalBytes(one, hash))) return false;
		this.frozen.add(before);
		this.room = { ...this.room, generation };
		return true;
	}

	socketFor(name: string): typeof WebSocket {
		const connect = (socket: TestSocket) => this.#connect(name, socket);
		const receive = (socket: TestSocket, frame: Bytes) => this.#receive(socket, frame);
		const left = (socket: TestSocket) => {
			for (const visitor of this.visitors) if (visitor.socket === socket) this.visitors.delete(visitor);
		};
		return class extends TestSocket {
			constructor(url: string) {
				super(url, connect, receive, left);
			}
		} as unknown as typeof WebSocket;
	}

	/** Cuts a device off, or lets it come back by itself. */
	cutOff(name: string): void {
		this.away.add(name);
		for (const visitor of [...this.visitors]) if (visitor.name === name) visitor.socket.drop(1006);
	}

	/** Sends raw bytes to a device, as a dishonest relay would. */
	say(name: string, frame: Uint8Array): void {
		for (const visitor of this.visitors) if (visitor.name === name) this.#send(visitor, frame);
	}

	get stateVector(): Map<number, number> {
		return vectorOf(this.items);
	}

	get envelopes(): Bytes[] {
		return [...this.items.values()].flatMap((items) => items.map(({ envelope }) => envelope));
	}

	/** Puts envelopes into the room past all checks, as a dishonest relay or member would. */
	inject(...envelopes: readonly Uint8Array[]): void {
		const log = new Y.Doc({ gc: false });
		log.getArray('log').push([...envelopes]);
		const read = readLogUpdate(Y.encodeStateAsUpdate(log));
		if (!read.ok) throw new Error(read.reason);
		this.items.set(log.clientID, [...read.value]);
		for (const visitor of this.#here) this.#send(visitor, writeUpdateFrame(writeLogUpdate(read.value)));
	}

	get #here(): Visitor[] {
		const room = this.room === null ? '' : writeRoom(this.room);
		return [...this.visitors].filter((visitor) => visitor.room === room);
	}

	sayStored(): void {
		const stateVector = encodeVector(this.stateVector);
		for (const visitor of this.#here) this.#send(visitor, writeMessage('stored', { stateVector }));
	}

	#connect(name: string, socket: TestSocket): void {
		if (this.away.has(name)) return socket.drop(1006);
		const room = new URL(socket.url).pathname.split('/').at(-1) ?? '';
		this.visitors.add({ name, room, socket, proven: false });
		socket.open();
		const challenge = writeMessage('challenge', { version: 1, nonce: randomBytes(32), founded: true });
		socket.deliver(challenge);
	}

	#receive(socket: TestSocket, frame: Bytes): void {
		const visitor = [...this.visitors].find((one) => one.socket === socket);
		if (visitor === undefined) return;
		this.frames.push(frame);
		this.delivered++;
		if (!visitor.proven) {
			if (readMessage(frame)?.type !== 'prove') return socket.drop(CLOSE.notProven);
			visitor.proven = true;
			this.#send(visitor, writeMessage('welcome', { now: 0 }));
			this.#send(visitor, syncFrame(SYNC_STEP_1, encodeVector(vectorOf(this.itemsOf(visitor.room)))));
			return;
		}
		const type = frameType(frame);
		if (type === AWARENESS) {
			this.awareness.push(frame);
			for (const other of this.visitors)
				if (other.proven && other.room === visitor.room) this.#send(other, frame);
		}
		if (type !== SYNC) return;
		const decoder = decoding.createDecoder(frame);
		decoding.readVarUint(decoder);
		const step = decoding.readVarUint(decoder);
		const payload = decoding.readVarUint8Array(decoder);
		if (step === SYNC_STEP_1) this.#serve(visitor, Y.decodeStateVector(payload));
		else this.#take(visitor, payload);
	}

	#serve(visitor: Visitor, have: ReadonlyMap<number, number>): void {
		const stored = this.itemsOf(visitor.room);
		const lacking = [...stored].flatMap(([client, items]) =>
			items.filter((item) => item.clock >= (have.get(client) ?? 0))
		);
		this.#send(visitor, syncFrame(1, writeLogUpdate(lacking)));
		const stateVector = encodeVector(vectorOf(stored));
		this.#send(visitor, writeMessage('stored', { stateVector }));
	}

	#take(visitor: Visitor, update: Uint8Array): void {
		const read = readLogUpdate(update);
		if (!read.ok) throw new Error(`an honest app sent what is ${read.reason}`);
		const stored = this.itemsOf(visitor.room);
		const blocked = new Set<number>();
		const fresh: LogItem[] = [];
		for (const item of read.value) {
			const items = stored.get(item.client) ?? [];
			if (item.clock < items.length || blocked.has(item.client)) continue;
			const isFrozen = this.frozen.has(visitor.room);
			const reason = item.clock > items.length ? 'gap' : isFrozen ? 'frozen' : this.refuse(item);
			if (reason !== null) {
				blocked.add(item.client);
				const { client, clock } = item;
				if (reason !== 'gap') this.#send(visitor, writeMessage('refused', { reason, client, clock }));
				continue;
			}
			stored.set(item.client, [...items, item]);
			fresh.push(item);
		}
		if (fresh.length > 0)
			for (const other of this.visitors)
				if (other !== visitor && other.proven && other.room === visitor.room)
					this.#send(other, writeUpdateFrame(writeLogUpdate(fresh)));
		if (this.holdBack || read.value.length === 0) return;
		const touched = new Map(
			read.value.flatMap(({ client }) => {
				const clock = stored.get(client)?.length;
				return clock === undefined ? [] : [[client, clock] as const];
			})
		);
		this.#send(visitor, writeMessage('acknowledged', { stateVector: encodeVector(touched) }));
	}

	#send(visitor: Visitor, frame: Uint8Array): void {
		this.frames.push(frame as Bytes);
		if (!this.drop(visitor.name, frame)) visitor.socket.deliver(frame);
		this.delivered++;
	}
}

class TestSocket {
	static readonly OPEN = 1;
	readonly OPEN = 1;
	readyState = 0;
	onopen: ((event: unknown) => void) | null = null;
	onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
	onclose: ((event: { code: number; reason: string }) => void) | null = null;
	onerror: ((event: unknown) => void) | null = null;
	#receive: (socket: TestSocket, frame: Bytes) => void;
	#left: (socket: TestSocket) => void;

	constructor(
		readonly url: string,
		connect: (socket: TestSocket) => void,
		receive: (socket: TestSocket, frame: Bytes) => void,
		left: (socket: TestSocket) => void
	) {
		this.#receive = receive;
		this.#left = left;
		queueMicrotask(() => connect(this));
	}

	open(): void {
		this.readyState = 1;
		this.onopen?.({});
	}

	deliver(frame: Uint8Array): void {
		const data = frame.slice().buffer;
		queueMicrotask(() => this.readyState === 1 && this.onmessage?.({ data }));
	}

	send(data: Uint8Array): void {
		if (this.readyState !== 1) return;
		const frame = data.slice();
		queueMicrotask(() => this.#receive(this, frame));
	}

	close(): void {
		this.drop(1000);
	}

	drop(code: number): void {
		if (this.readyState === 3) return;
		this.readyState = 3;
		// what was sent before still arrives, as with a real socket
		queueMicrotask(() => {
			this.#left(this);
			this.onclose?.({ code, reason: '' });
		});
	}
}

export function syncFrame(step: number, payload: Uint8Array): Bytes {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, SYNC);
	encoding.writeVarUint(encoder, step);
	encoding.writeVarUint8Array(encoder, payload);
	return encoding.toUint8Array(encoder);
}

function encodeVector(vector: Map<number, number>): Bytes {
	return Y.encodeStateVector(vector) as Bytes;
}

function vectorOf(items: ReadonlyMap<number, readonly LogItem[]>): Map<number, number> {
	return new Map([...items].map(([client, { length }]) => [client, length]));
}
