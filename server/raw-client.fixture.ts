/**
 * For tests: a device on a raw `ws` socket, written without any of the app's socket code, so that it can misbehave.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import type { DeviceSecrets } from '#lib/circle/device.ts';
import { newDocumentId, newSessionId } from '#lib/circle/ids.ts';
import type { CircleState } from '#lib/circle/state.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { SealingSecret } from '#lib/crypto/seal.ts';
import { sign } from '#lib/crypto/sign.ts';
import {
	hashEnvelope,
	laneSecretOf,
	NO_PREV,
	writeEnvelope,
	type EnvelopeHeader
} from '#lib/envelope/envelope.ts';
import { readLogUpdate } from '#lib/envelope/log.ts';
import { writeRoom, type Room } from '#lib/envelope/room.ts';
import {
	proofOf,
	readMessage,
	WIRE_VERSION,
	writeMessage,
	type Message,
	type MessageType
} from '#lib/sync/wire.ts';
import { foundTeam, type Somebody, type Team } from '../tests/support/team.ts';
import { readRoomFrame, writeStep1, writeUpdate } from './frames.ts';
import type { Relay } from './relay.ts';

export interface Address {
	readonly port: number;
	readonly foundingCode: string | null;
}

/** Ends a wait in vain; no test asks how fast the relay is. */
const PATIENCE = 60_000;

export class RawClient {
	readonly socket: WebSocket;
	readonly frames: Bytes[] = [];
	closeCode: number | null = null;
	nonce: Bytes = new Uint8Array();
	readonly #waiting = new Set<() => void>();

	constructor({ port }: { port: number }, room: string, headers: Record<string, string> = {}) {
		this.socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${room}`, { headers });
		this.socket.on('message', (data: Buffer) => {
			this.frames.push(new Uint8Array(data));
			this.#wake();
		});
		this.socket.on('error', () => undefined);
		this.socket.on('close', (code) => {
			this.closeCode = code;
			this.#wake();
		});
	}

	/** Opens and proves itself. */
	static async open(at: { port: number }, room: string, device: DeviceSecrets): Promise<RawClient> {
		const client = new RawClient(at, room);
		await client.prove(at, room, device);
		await client.message('welcome');
		return client;
	}

	async prove({ port }: { port: number }, room: string, device: DeviceSecrets): Promise<void> {
		const { nonce } = await this.message('challenge');
		this.nonce = nonce;
		const proof = proofOf('device', `http://127.0.0.1:${port}`, room, nonce);
		const signature = await sign(device.signing, proof);
		this.send(writeMessage('prove', { version: WIRE_VERSION, signKey: device.signing.publicKey, signature }));
	}

	send(frame: Uint8Array): void {
		this.socket.send(frame);
	}

	/** Resolves when `find` answers with something, asked again after each frame. */
	async until<T>(find: () => T | undefined | null | false, what = 'something'): Promise<T> {
		const late = Date.now() + PATIENCE;
		for (;;) {
			const found = find();
			if (found !== undefined && found !== null && found !== false) return found;
			if (Date.now() > late || this.closeCode !== null)
				throw new Error(`waited in vain for ${what}; closed with ${this.closeCode}`);
			await new Promise<void>((resolve) => {
				const wake = () => {
					clearTimeout(timer);
					this.#waiting.delete(wake);
					resolve();
				};
				const timer = setTimeout(wake, 500);
				this.#waiting.add(wake);
			});
		}
	}

	/** The first message of this type from frame `from` on. */
	message<T extends MessageType>(type: T, from = 0): Promise<Extract<Message, { type: T }>> {
		return this.until(() => this.messages(type, from)[0], type);
	}

	messages<T extends MessageType>(type: T, from = 0): Extract<Message, { type: T }>[] {
		return this.frames
			.slice(from)
			.map(readMessage)
			.filter((message): message is Extract<Message, { type: T }> => message?.type === type);
	}

	/** Resolves with the code by which the relay closed. */
	closed(): Promise<number> {
		return this.until(() => this.closeCode, 'the end');
	}

	async close(): Promise<void> {
		if (this.closeCode !== null) return;
		this.socket.close();
		if (this.socket.readyState !== WebSocket.CLOSED) await once(this.socket, 'close');
	}

	/** Every item received so far, as `client:clock`, and whether the relay has said that this is all. */
	received(from = 0): { items: Map<string, Bytes>; complete: boolean } {
		const items = new Map<string, Bytes>();
		let complete = false;
		for (const frame of this.frames.slice(from)) {
			const read = readRoomFrame(frame);
			if (read?.type !== 'step2' && read?.type !== 'update') continue;
			complete ||= read.type === 'step2';
			const log = readLogUpdate(read.update);
			if (!log.ok) throw new Error(`the relay sent what is no log: ${log.reason}`);
			for (const { client, clock, envelope } of log.value) items.set(`${client}:${clock}`, envelope);
		}
		return { items, complete };
	}

	/** Asks for everything. */
	async download(have: ReadonlyMap<number, number> = new Map()): Promise<Map<string, Bytes>> {
		const from = this.frames.length;
		this.send(writeStep1(have));
		await this.until(() => this.received(from).complete, 'completeness');
		return this.received(from).items;
	}

	#wake(): void {
		for (const wake of [...this.#waiting]) wake();
	}
}

/** A device that writes sealed envelopes onto a sealed log of its own. */
export class Writer {
	readonly room: Room;
	readonly log = new Y.Doc({ gc: false });
	readonly #device: DeviceSecrets;
	readonly #circle: () => CircleState;
	readonly #laneSecret: SealingSecret;
	readonly #session = newSessionId();
	#seq = 0;
	#prev: Bytes = NO_PREV;

	private constructor(
		room: Room,
		device: DeviceSecrets,
		circle: () => CircleState,
		laneSecret: SealingSecret
	) {
		this.room = room;
		this.#device = device;
		this.#circle = circle;
		this.#laneSecret = laneSecret;
	}

	static async open(room: Room, device: DeviceSecrets, circle: () => CircleState): Promise<Writer> {
		const held = (await readEpochSecrets(circle(), device)).get(0);
		const guessed = { staff: new Uint8Array(32), everyone: new Uint8Array(32) };
		const secret = (held && (await laneSecretOf(held, room))) ?? (await laneSecretOf(guessed, room));
		if (secret === null) throw new Error('a guess opens every lane');
		return new Writer(room, device, circle, secret);
	}

	async envelope(change: Partial<EnvelopeHeader> = {}, size = 40): Promise<Bytes> {
		const header: EnvelopeHeader = {
			...this.room,
			kind: 'update',
			epoch: 0,
			device: this.#device.device,
			session: this.#session,
			seq: this.#seq,
			prev: this.#prev,
			circleHead: this.#circle().head,
			schema: 1,
			yClient: 123_456,
			at: 1_700_000_000_000,
			...change
		};
		const content = new Uint8Array(size).fill(this.#seq + 1);
		const bytes = await writeEnvelope(header, content, this.#laneSecret, this.#device.signing);
		this.#seq += 1;
		this.#prev = await hashEnvelope(bytes);
		return bytes;
	}

	/** Pushes an envelope; the Yjs update that carries it. */
	push(envelope: Uint8Array): Bytes {
		let update = new Uint8Array();
		const keep = (bytes: Uint8Array) => (update = new Uint8Array(bytes));
		this.log.once('update', keep);
		this.log.getArray<Uint8Array>('log').push([envelope]);
		return update;
	}

	/** The next frame of an honest app. */
	async frame(change: Partial<EnvelopeHeader> = {}, size = 40): Promise<Bytes> {
		return writeUpdate(this.push(await this.envelope(change, size)));
	}
}

export interface House extends Team {
	readonly room: Room;
	readonly text: string;
	writer(name: string, change?: Partial<Room>): Promise<Writer>;
	client(name: string, room?: string): Promise<RawClient>;
}

/** An agency and a case at this relay, with these people in it; the first is owner. */
export async function settle(at: Address | Relay, names: readonly string[]): Promise<House> {
	const team = await foundTeam(names);
	const { circle } = team.case;
	const room: Room = { circle, document: newDocumentId(), lane: 'body', generation: 0 };
	const house: House = {
		...team,
		room,
		text: writeRoom(room),
		writer: (name, change) =>
			Writer.open({ ...room, ...change }, team.named(name).device, () => team.case.state),
		client: (name, text = writeRoom(room)) => RawClient.open(at, text, team.named(name).device)
	};
	const founder = people(team)[0];
	if (founder === undefined) throw new Error('a house needs somebody');
	const desk = await RawClient.open(at, 'circles', founder.device);
	const [first] = team.agency.entries;
	if (first === undefined || at.foundingCode === null) throw new Error('founded already');
	await append(desk, team.agency.circle, first, codeOf(at));
	for (const entry of team.case.entries) await append(desk, circle, entry);
	await desk.close();
	return house;
}

const people = (team: Team): readonly Somebody[] => team.people;
let requests = 0;

/** Appends an entry; answers with the relay's answer. */
export async function ask<T extends MessageType>(
	client: RawClient,
	write: (id: number) => Bytes,
	...types: T[]
): Promise<Extract<Message, { type: T }>> {
	const id = ++requests;
	const from = client.frames.length;
	client.send(write(id));
	return client.until(
		() =>
			types
				.flatMap((type) => client.messages(type, from))
				.find((message) => 'id' in message && message.id === id),
		types.join(' or ')
	);
}

/** What founds the agency there, once. */
export const codeOf = ({ foundingCode }: { readonly foundingCode: string | null }) =>
	foundingCode === null ? {} : { foundingCode };

export async function append(
	client: RawClient,
	circle: string,
	entry: Bytes,
	options: { readonly foundingCode?: string; readonly again?: boolean } = {}
) {
	const answer = await ask(
		client,
		(id) => writeMessage('append', { id, circle, entry, ...options }),
		'appended',
		'conflict',
		'failed'
	);
	if (answer.type === 'failed') return answer.reason;
	return answer.type;
}
