/**
 * A cheating member, a removed one and a stranger against the real relay process, with a client of their own: keys by
 * node:crypto, frames and entries written by hand. Nothing of the app's signing, sealing or socket code is on their side.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { encode, decode, rfc8949EncodeOptions } from 'cborg';
import * as encoding from 'lib0/encoding';
import * as decoding from 'lib0/decoding';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { changeRole, grantMember } from '#lib/circle/actions.ts';
import { readId, type DeviceId, type PersonId } from '#lib/circle/ids.ts';
import { removeMembers } from '#lib/circle/removal.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import type { Role } from '#lib/circle/state.ts';
import { sentenceFor } from '#lib/session/sentences.ts';
import { connectCircles, type CirclesConnection } from '#lib/sync/circles-connection.ts';
import { admitTo } from './support/admit.ts';
import { RelayProcess } from './support/relay-process.ts';
import { foundTeam, type Team } from './support/team.ts';

type Answer = Record<string, unknown> & { readonly type: number };
const PROVE = 101;
const APPEND = 124;
const FAILED = 129;
const REFUSED = 112;
const ACKNOWLEDGED = 110;
const PATIENCE = 60_000;

const raw = (key: KeyObject) => new Uint8Array(key.export({ type: 'spki', format: 'der' }).subarray(-32));
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const bytesOf = (id: string) => new Uint8Array(Buffer.from(id, 'base64url'));
const text = (words: string) => new TextEncoder().encode(words);
const join = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

class Attacker {
	readonly #keys = generateKeyPairSync('ed25519');
	readonly signKey = raw(this.#keys.publicKey);
	readonly receiveKey = raw(generateKeyPairSync('x25519').publicKey);
	readonly person = new Uint8Array(randomBytes(16));
	readonly device = sha256(this.signKey).slice(0, 16);

	sign(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
		return new Uint8Array(sign(null, bytes, this.#keys.privateKey));
	}

	get introduction() {
		const said = join(text('device-v1'), this.person, this.signKey, this.receiveKey);
		return { signKey: this.signKey, receiveKey: this.receiveKey, statement: this.sign(said) };
	}

	entry(at: Place, type: string, body: unknown, change: object = {}): Uint8Array<ArrayBuffer> {
		const { circle, seq, prev } = at;
		const frame = { v: 1, circle, seq, prev, at: Date.now(), type, body, by: this.device, ...change };
		const payload = encode(frame, rfc8949EncodeOptions);
		return join(this.sign(join(text('circle-v1'), payload)), payload);
	}

	/** `sealed` is noise: the relay cannot tell. */
	envelope(room: RoomAt, head: Place, change: Partial<EnvelopeAt> = {}): Uint8Array<ArrayBuffer> {
		const at = { device: this.device, session: new Uint8Array(randomBytes(16)), seq: 0, ...change };
		const header = Buffer.alloc(180);
		header.write('TLE');
		header[3] = 1;
		header[4] = room.lane === 'body' ? 1 : 2;
		header[5] = ['body', 'discussion', 'internal'].indexOf(room.lane) + 1;
		header.writeUInt16BE(1, 6);
		header.writeUInt32BE(0, 8);
		header.writeUInt32BE(change.epoch ?? team.case.state.epoch, 12);
		header.set(room.circle, 16);
		header.set(room.document, 48);
		header.set(at.device, 64);
		header.set(at.session, 80);
		header.writeUInt32BE(at.seq, 96);
		header.writeUInt32BE(123_456, 100);
		header.writeUInt32BE(head.seq - 1, 136);
		header.set(head.prev, 140);
		const signed = join(header, randomBytes(12), randomBytes(256), randomBytes(16));
		return join(signed, this.sign(join(text('envelope-v1'), signed)));
	}
}

/** Behind the entry with this hash. */
interface Place {
	readonly circle: Uint8Array;
	readonly seq: number;
	readonly prev: Uint8Array;
}
interface RoomAt {
	readonly circle: Uint8Array;
	readonly document: Uint8Array;
	readonly lane: 'body' | 'discussion' | 'internal';
}
interface EnvelopeAt {
	readonly device: Uint8Array;
	readonly session: Uint8Array;
	readonly seq: number;
	readonly epoch: number;
}

/** One socket, proven; answers by type number. */
class Wire {
	readonly #socket: WebSocket;
	readonly #answers: Answer[] = [];
	readonly frames: Uint8Array[] = [];
	#closed: number | null = null;
	#wake = () => {};

	private constructor(relay: RelayProcess, room: string) {
		this.#socket = new WebSocket(`${relay.socketUrl}/ws/${room}`);
		this.#socket.on('message', (data: Buffer) => {
			const decoder = decoding.createDecoder(new Uint8Array(data));
			const type = decoding.readVarUint(decoder);
			if (type < 100) this.frames.push(new Uint8Array(data));
			else this.#answers.push({ ...(decode(decoding.readTailAsUint8Array(decoder)) as object), type });
			this.#wake();
		});
		this.#socket.on('error', () => undefined);
		this.#socket.on('close', (code) => {
			this.#closed = code;
			this.#wake();
		});
	}

	static async open(relay: RelayProcess, room: string, who: Attacker): Promise<Wire> {
		const wire = new Wire(relay, room);
		const { nonce } = await wire.answer(100);
		const proof = join(text(`relay-auth-v1\0device\0${relay.origin}\0${room}\0`), nonce as Uint8Array);
		wire.send(PROVE, { version: 1, signKey: who.signKey, signature: who.sign(proof) });
		return wire;
	}

	send(type: number, body: object): void {
		const encoder = encoding.createEncoder();
		encoding.writeVarUint(encoder, type);
		encoding.writeUint8Array(encoder, encode(body, rfc8949EncodeOptions));
		this.#socket.send(encoding.toUint8Array(encoder));
	}

	/** As a y-websocket update of the room's log. */
	push(...envelopes: readonly Uint8Array[]): void {
		const log = new Y.Doc({ gc: false });
		log.getArray('log').push([...envelopes]);
		const encoder = encoding.createEncoder();
		encoding.writeVarUint(encoder, 0);
		encoding.writeVarUint(encoder, 2);
		encoding.writeVarUint8Array(encoder, Y.encodeStateAsUpdate(log));
		this.#socket.send(encoding.toUint8Array(encoder));
	}

	sendRaw(frame: Uint8Array): void {
		this.#socket.send(frame);
	}

	answer(...types: readonly number[]): Promise<Answer> {
		return this.#until(() => {
			const at = this.#answers.findIndex(({ type }) => types.includes(type));
			return at < 0 ? undefined : this.#answers.splice(at, 1)[0];
		});
	}

	closed(): Promise<number> {
		return this.#until(() => this.#closed ?? undefined);
	}

	async #until<T>(find: () => T | undefined): Promise<T> {
		const late = AbortSignal.timeout(PATIENCE);
		for (;;) {
			const found = find();
			if (found !== undefined) return found;
			if (late.aborted || this.#closed !== null) throw new Error(`no answer; closed with ${this.#closed}`);
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
				late.addEventListener('abort', () => resolve(), { once: true });
			});
		}
	}

	async append(circle: string, entry: Uint8Array): Promise<string> {
		this.send(APPEND, { id: 1, circle, entry });
		const answer = await this.answer(125, 126, FAILED);
		return answer.type === FAILED ? String(answer['reason']) : answer.type === 125 ? 'appended' : 'conflict';
	}

	end(): void {
		this.#socket.close();
	}
}

let relay: RelayProcess;
let team: Team;
let desk: CirclesConnection;
const document = new Uint8Array(randomBytes(16));

beforeAll(async () => {
	relay = await RelayProcess.start();
	team = await foundTeam(['amina', 'ben']);
	await admitTo(relay, team);
	const { device } = team.named('amina');
	desk = connectCircles({
		url: relay.socketUrl,
		origin: relay.origin,
		device,
		WebSocket: WebSocket as unknown as typeof globalThis.WebSocket
	});
});
afterAll(async () => {
	desk.close();
	await relay.remove();
});

const place = (): Place => {
	const { head } = team.case.state;
	return { circle: bytesOf(team.case.circle), seq: head.seq + 1, prev: head.hash };
};
const roomOf = (lane: RoomAt['lane']): RoomAt => ({ circle: bytesOf(team.case.circle), document, lane });
const nameOf = (lane: RoomAt['lane']) =>
	`${team.case.circle}.${Buffer.from(document).toString('base64url')}.${lane}.0`;

/** What an honest owner does, at the relay and here. */
async function honest(
	make: (secrets: Awaited<ReturnType<typeof readEpochSecrets>>) => Promise<Uint8Array<ArrayBuffer>>
) {
	const { device } = team.named('amina');
	const entry = await make(await readEpochSecrets(team.case.state, device));
	expect(await desk.append(team.case.circle, entry)).toEqual({ ok: true });
	await team.case.append(entry);
}

async function member(role: Role, guest = false): Promise<Attacker> {
	const attacker = new Attacker();
	await honest((secrets) =>
		grantMember(team.case.state, secrets, team.named('amina').device, {
			person: readId<PersonId>(attacker.person),
			personName: 'Mallory',
			role,
			guest,
			until: guest ? Date.now() + 86_400_000 : null,
			devices: [attacker.introduction],
			at: Date.now()
		})
	);
	return attacker;
}

/** What the relay says to an envelope in this lane. */
async function refusalOf(who: Attacker, lane: RoomAt['lane'], ...envelopes: readonly Uint8Array[]) {
	const wire = await Wire.open(relay, nameOf(lane), who);
	await wire.answer(102);
	wire.push(...envelopes);
	const answer = await wire.answer(REFUSED, ACKNOWLEDGED);
	wire.end();
	return answer.type === REFUSED ? String(answer['reason']) : 'stored';
}

test('[E2] [S1] a member forges no author, writes above no role, and a guest comes to nothing internal', async () => {
	const editor = await member('editor');
	expect(await refusalOf(editor, 'body', editor.envelope(roomOf('body'), place()))).toBe('stored');
	const ben = bytesOf(team.named('ben').device.device);
	const forged = editor.envelope(roomOf('body'), place(), { device: ben });
	expect(await refusalOf(editor, 'body', forged)).toBe('bad-signature');
	const commenter = await member('commenter');
	expect(await refusalOf(commenter, 'body', commenter.envelope(roomOf('body'), place()))).toBe(
		'may-not-write'
	);
	expect(sentenceFor('may-not-write')).toContain('Your role here does not allow this');
	const guest = await member('commenter', true);
	expect(await (await Wire.open(relay, nameOf('internal'), guest)).closed()).toBe(4403);
	const internal = guest.envelope(roomOf('internal'), place());
	// nor through the door of another room
	expect(await refusalOf(guest, 'discussion', internal)).toBe('wrong-room');
	const stranger = new Attacker();
	expect(await (await Wire.open(relay, nameOf('body'), stranger)).closed()).toBe(4403);
});

test('[C1] nobody gives themself a right: forged grant, foreign device, wrong place, a stranger', async () => {
	const editor = await member('editor');
	const wire = await Wire.open(relay, 'circles', editor);
	const { circle } = team.case;
	const accomplice = new Attacker();
	const wrapped = new Uint8Array(randomBytes(80));
	const grant = {
		person: accomplice.person,
		role: 'owner',
		guest: false,
		until: null,
		name: new Uint8Array(randomBytes(284)),
		devices: [{ ...accomplice.introduction, wrapped }],
		request: null
	};
	expect(await wire.append(circle, editor.entry(place(), 'grant', grant))).toBe('may-not');
	const amina = bytesOf(team.named('amina').device.device);
	expect(await wire.append(circle, editor.entry(place(), 'grant', grant, { by: amina }))).toBe(
		'bad-signature'
	);
	const promotion = { member: editor.person, role: 'owner', until: null, cuts: [] };
	expect(await wire.append(circle, editor.entry(place(), 'change-role', promotion))).toBe('may-not');
	// somebody else's device does not become theirs, whoever signs for it
	const { signKey, receiveKey, statement } = accomplice.introduction;
	const device = { person: editor.person, signKey, receiveKey, statement, wrapped, request: null };
	expect(await wire.append(circle, editor.entry(place(), 'device-add', device))).toBe('bad-signature');
	const fork = { ...place(), prev: new Uint8Array(randomBytes(32)) };
	expect(await wire.append(circle, editor.entry(fork, 'leave', {}))).toBe('other-history');
	expect(await wire.append(circle, editor.entry({ ...place(), seq: 99 }, 'leave', {}))).toBe('behind');
	expect(await wire.append(circle, editor.entry(place(), 'invented', {}))).toBe('newer-entry');
	const stranger = new Attacker();
	const outside = await Wire.open(relay, 'circles', stranger);
	expect(await outside.append(circle, stranger.entry(place(), 'leave', {}))).toBe('not-a-member');
	for (const reason of ['may-not', 'bad-signature', 'not-a-member', 'newer-entry', 'other-history'])
		expect(sentenceFor(reason)).not.toContain(`(${reason})`);
	wire.end();
	outside.end();
	// the log is what the honest ones made of it
	const log = await desk.fetch(circle, 0);
	expect(log.ok && log.value.length).toBe(team.case.entries.length);
});

test('[S2] [R4] removed, they are cut off, push nothing under an old head, and do not invite themselves again', async () => {
	const leaver = await member('editor');
	const before = place();
	const room = await Wire.open(relay, nameOf('body'), leaver);
	await room.answer(102);
	const wire = await Wire.open(relay, 'circles', leaver);
	const link = new Attacker();
	const invite = {
		key: link.signKey,
		receiveKey: link.receiveKey,
		role: 'editor',
		guest: false,
		until: null,
		expires: Date.now() + 3_600_000,
		approval: false,
		ownDevice: false,
		requestSecret: null,
		wrapped: new Uint8Array(randomBytes(80))
	};
	const invited = leaver.entry(place(), 'invite', invite);
	expect(await wire.append(team.case.circle, invited)).toBe('appended');
	await team.case.append(invited);
	await honest(async (secrets) => {
		const wish = { members: [readId<PersonId>(leaver.person)], reason: null, cuts: [], at: Date.now() };
		return (await removeMembers(team.case.state, secrets, team.named('amina').device, wish)).bytes;
	});
	expect(await room.closed()).toBe(4403);
	expect(await (await Wire.open(relay, nameOf('body'), leaver)).closed()).toBe(4403);
	// a friend who is still in carries the words in: written under the old head, they count nowhere
	const friend = await member('editor');
	expect(await refusalOf(friend, 'body', leaver.envelope(roomOf('body'), before))).toBe('too-late');
	expect(sentenceFor('too-late')).toContain('It is kept on this device');
	const back = new Attacker();
	const said = { person: back.person, ...back.introduction };
	const proof = join(
		text('join-v1'),
		bytesOf(team.case.circle),
		place().prev,
		back.person,
		back.signKey,
		back.receiveKey
	);
	const body = {
		key: link.signKey,
		name: new Uint8Array(randomBytes(284)),
		...said,
		inviteSignature: link.sign(proof),
		wrapped: new Uint8Array(randomBytes(80))
	};
	const again = await Wire.open(relay, 'circles', back);
	expect(await again.append(team.case.circle, back.entry(place(), 'join', body))).toBe(
		'invitation-withdrawn'
	);
	for (const one of [wire, again]) one.end();
});

test('[E3] [R5] equivocation and a flood hurt nobody else', async () => {
	const editor = await member('editor');
	const session = new Uint8Array(randomBytes(16));
	const flood = await Wire.open(relay, nameOf('body'), editor);
	await flood.answer(102);
	// two envelopes at one place of a session: both stand there with their signatures, as proof for every peer
	for (const wire of [0, 1])
		expect([
			wire,
			await refusalOf(editor, 'body', editor.envelope(roomOf('body'), place(), { session }))
		]).toEqual([wire, 'stored']);
	const old = Uint8Array.of(1, 3, 1, 2, 3);
	for (let i = 0; i < 4_000; i++) flood.sendRaw(old);
	const other = await member('editor');
	expect(await refusalOf(other, 'body', other.envelope(roomOf('body'), place()))).toBe('stored');
	await honest(() =>
		changeRole(team.case.state, team.named('amina').device, {
			member: team.case.state.devices.get(readId<DeviceId>(other.device))?.person ?? ('' as PersonId),
			role: 'owner',
			until: null,
			cuts: [],
			at: Date.now()
		})
	);
	flood.end();
});
