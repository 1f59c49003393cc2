/**
 * Every message between an app and the relay, on one screen.
 *
 * Two kinds of socket, both under `/ws/`:
 * - `/ws/<room>`   one lane of one document: stock y-websocket frames, plus `acknowledged`, `stored` and `refused`.
 * - `/ws/circles`  one for each device: circle entries asked for, appended and pushed.
 *
 * Both begin alike [R1]: relay `challenge` → device `prove` → relay `welcome`, or a close code 4400–4499 ("do not
 * try again") or 4500–4599 ("try again later"). A frame is one varUint (the type) and then, for our own types, one
 * CBOR map. Nothing secret stands in a URL; nothing readable stands in a frame.
 *
 * What comes from the network is `unknown` until `readMessage` has judged it.
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

type Bytes = Uint8Array<ArrayBuffer>;

/** The version of this page. A relay that speaks another one says so in `challenge`. */
export const WIRE_VERSION = 1;

/** Largest frame either side accepts, bytes. Larger updates are split before they are sent. */
export const MAX_FRAME = 2_000_000;

/** y-protocols' own types; their payload is not CBOR. */
export const SYNC = 0;
export const AWARENESS = 1;
export const QUERY_AWARENESS = 3;
export const SYNC_STEP_1 = 0;
export const SYNC_STEP_2 = 1;
export const SYNC_UPDATE = 2;

/** Why a socket was closed. 44xx: trying again cannot help. 45xx: later. */
export const CLOSE = {
	malformed: 4400,
	notProven: 4401,
	notAllowed: 4403,
	attack: 4409,
	tooLarge: 4413,
	unknownRoom: 4504,
	tooSlow: 4508,
	busy: 4529,
	goingAway: 4503
} as const;

/** Our own messages, by type number. `request` and `answer` are matched by `id`. */
export interface Messages {
	// handshake, both sockets
	challenge: { version: number; nonce: Bytes; founded: boolean };
	prove: { version: number; signKey: Bytes; signature: Bytes };
	welcome: { now: number };
	// rooms
	/** All that this state vector covers is durable [R3]. Sent to the writer after its commit. */
	acknowledged: { stateVector: Bytes };
	/** The room's durable state vector, now and then, to everybody: whoever lacks something asks again. */
	stored: { stateVector: Bytes };
	/** An update was not stored [R2]. `clock` is the first refused item of that Yjs client. */
	refused: { reason: string; client: number; clock: number };
	// circles
	listCircles: { id: number };
	circleList: { id: number; circles: string[] };
	/** `after`: how many entries the caller already holds, so 0 asks for the whole log. */
	fetchCircle: { id: number; circle: string; after: number };
	circleEntries: { id: number; circle: string; entries: Bytes[] };
	/** Compare-and-set [C2]; `foundingCode` only with the first entry of the agency; `again`: the relay had it once [R7]. */
	append: { id: number; circle: string; entry: Bytes; foundingCode?: string; again?: boolean };
	appended: { id: number };
	/** Somebody was faster: the entries that the caller lacks. HTTP would say 409. */
	conflict: { id: number; entries: Bytes[] };
	/** Which circles does this invitation open? Proven by its key over the socket's nonce. */
	findInvitation: { id: number; key: Bytes; signature: Bytes };
	invitation: { id: number; circles: { circle: string; entries: Bytes[] }[] };
	failed: { id: number; reason: string };
	/** Which rooms of these circles moved since this cursor (empty: since ever) [R6]? */
	fetchMoves: { id: number; circles: string[]; cursor: string };
	/**
	 * Rooms in the order of their newest move. `more`: ask again from `cursor`. `lost`: the relay does not know what
	 * came before this cursor (its store is another one, or an older one), so this answer begins at the beginning.
	 */
	moves: { id: number; rooms: string[]; cursor: string; more: boolean; lost: boolean };
	/** Pushed to every device of a circle soon after rooms of it moved. */
	moved: { rooms: string[]; cursor: string };
	/** Pushed to every device of a circle when it grows. */
	entries: { circle: string; entries: Bytes[] };
}

export type MessageType = keyof Messages;
export type Message = { [T in MessageType]: { type: T } & Messages[T] }[MessageType];

const typeNumbers: { readonly [T in MessageType]: number } = {
	challenge: 100,
	prove: 101,
	welcome: 102,
	acknowledged: 110,
	stored: 111,
	refused: 112,
	listCircles: 120,
	circleList: 121,
	fetchCircle: 122,
	circleEntries: 123,
	append: 124,
	appended: 125,
	conflict: 126,
	findInvitation: 127,
	invitation: 128,
	failed: 129,
	entries: 130,
	fetchMoves: 131,
	moves: 132,
	moved: 133
};
const typesByNumber = new Map(
	Object.entries(typeNumbers).map(([type, number]) => [number, type as MessageType])
);

/** What each field must look like; anything else is refused by `readMessage`. */
type Field = 'bytes' | 'count' | 'text' | 'flag' | 'text?' | 'flag?' | 'bytes[]' | 'text[]' | 'circles[]';
const fields: { readonly [T in MessageType]: Readonly<Record<string, Field>> } = {
	challenge: { version: 'count', nonce: 'bytes', founded: 'flag' },
	prove: { version: 'count', signKey: 'bytes', signature: 'bytes' },
	welcome: { now: 'count' },
	acknowledged: { stateVector: 'bytes' },
	stored: { stateVector: 'bytes' },
	refused: { reason: 'text', client: 'count', clock: 'count' },
	listCircles: { id: 'count' },
	circleList: { id: 'count', circles: 'text[]' },
	fetchCircle: { id: 'count', circle: 'text', after: 'count' },
	circleEntries: { id: 'count', circle: 'text', entries: 'bytes[]' },
	append: { id: 'count', circle: 'text', entry: 'bytes', foundingCode: 'text?', again: 'flag?' },
	appended: { id: 'count' },
	conflict: { id: 'count', entries: 'bytes[]' },
	findInvitation: { id: 'count', key: 'bytes', signature: 'bytes' },
	invitation: { id: 'count', circles: 'circles[]' },
	failed: { id: 'count', reason: 'text' },
	entries: { circle: 'text', entries: 'bytes[]' },
	fetchMoves: { id: 'count', circles: 'text[]', cursor: 'text' },
	moves: { id: 'count', rooms: 'text[]', cursor: 'text', more: 'flag', lost: 'flag' },
	moved: { rooms: 'text[]', cursor: 'text' }
};

export function writeMessage<T extends MessageType>(type: T, body: Messages[T]): Bytes {
	const encoder = encoding.createEncoder();
	encoding.writeVarUint(encoder, typeNumbers[type]);
	encoding.writeUint8Array(encoder, encode(body, rfc8949EncodeOptions));
	return encoding.toUint8Array(encoder);
}

/** The message in a frame, or null when it is not one of ours or not well-formed. */
export function readMessage(frame: Uint8Array): Message | null {
	try {
		const decoder = decoding.createDecoder(frame);
		const type = typesByNumber.get(decoding.readVarUint(decoder));
		if (type === undefined) return null;
		const body: unknown = decode(decoding.readTailAsUint8Array(decoder));
		return isShaped(body, fields[type]) ? ({ ...body, type } as Message) : null;
	} catch {
		return null;
	}
}

/** The type number in front of a frame, or null when there is none. */
export function frameType(frame: Uint8Array): number | null {
	try {
		return decoding.readVarUint(decoding.createDecoder(frame));
	} catch {
		return null;
	}
}

/** Is this frame one of y-protocols' own (sync, awareness), to be handed to y-websocket? */
export function isYjsFrame(type: number): boolean {
	return type === SYNC || type === AWARENESS || type === QUERY_AWARENESS;
}

/** The bytes a device signs to prove itself: for this relay, this room, this socket, and nothing else [R1]. */
export function proofOf(
	purpose: 'device' | 'invitation',
	origin: string,
	room: string,
	nonce: Uint8Array
): Bytes {
	const text = new TextEncoder().encode(`relay-auth-v1\0${purpose}\0${origin}\0${room}\0`);
	const proof = new Uint8Array(text.length + nonce.length);
	proof.set(text);
	proof.set(nonce, text.length);
	return proof;
}

function isShaped(body: unknown, shape: Readonly<Record<string, Field>>): body is Record<string, unknown> {
	if (typeof body !== 'object' || body === null) return false;
	return Object.entries(shape).every(([name, field]) =>
		isField((body as Record<string, unknown>)[name], field)
	);
}

function isField(value: unknown, field: Field): boolean {
	switch (field) {
		case 'bytes':
			return value instanceof Uint8Array;
		case 'count':
			return Number.isSafeInteger(value) && (value as number) >= 0;
		case 'text':
			return typeof value === 'string';
		case 'text?':
			return value === undefined || typeof value === 'string';
		case 'flag?':
			return value === undefined || typeof value === 'boolean';
		case 'flag':
			return typeof value === 'boolean';
		case 'bytes[]':
			return Array.isArray(value) && value.every((item) => item instanceof Uint8Array);
		case 'text[]':
			return Array.isArray(value) && value.every((item) => typeof item === 'string');
		case 'circles[]':
			return (
				Array.isArray(value) && value.every((item) => isShaped(item, { circle: 'text', entries: 'bytes[]' }))
			);
	}
}
