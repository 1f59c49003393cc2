import { describe, expect, test } from 'vitest';
import { concatBytes, randomBytes, toHex, utf8 } from '#lib/crypto/bytes.ts';
import { deriveSecret } from '#lib/crypto/derive.ts';
import { newDocumentId } from '#lib/circle/ids.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import {
	createPerson,
	mutate,
	NOW,
	seededRandom,
	TestCircle,
	type TestPerson
} from '#lib/circle/test-people.ts';
import {
	fitsEnvelope,
	HEADER_LENGTH,
	laneSecretOf,
	MAX_ENVELOPE,
	openEnvelope,
	readEnvelope,
	verifyEnvelope,
	writeEnvelope
} from './envelope.ts';
import { indexDocumentOf, readRoom, writeRoom, type Room } from './room.ts';
import { headerOf, sealedBy, wellFormed } from './test-envelopes.ts';

const [amina, mallory] = (await Promise.all(['Amina', 'Mallory'].map(createPerson))) as [
	TestPerson,
	TestPerson
];
const circle = await TestCircle.found(amina, 'case');
const epochSecret = (await readEpochSecrets(circle.state, amina.device)).get(0)!;
const header = headerOf(circle, amina);
const secret = (await laneSecretOf(epochSecret, header))!;
const text = utf8('Goal: a flat of their own by May');
const bytes = await sealedBy(circle, amina, header, text);
const signKey = amina.device.signing.publicKey;

/** What a peer finds wrong: in the order in which it looks. */
async function verdictOf(changed: Uint8Array, laneSecret = secret): Promise<string> {
	const read = readEnvelope(changed);
	if (!read.ok) return read.reason;
	if (!(await verifyEnvelope(read.value, signKey))) return 'bad-signature';
	return (await openEnvelope(read.value, laneSecret)) === null ? 'cannot-open' : 'opened';
}

/** Somebody with the right signing key but only an old ciphertext writes another header over it. */
async function resigned(change: Partial<typeof header>): Promise<Uint8Array> {
	const empty = await writeEnvelope({ ...header, ...change }, utf8(''), secret, amina.device.signing);
	const head = empty.subarray(0, HEADER_LENGTH);
	const sealed = bytes.subarray(HEADER_LENGTH, bytes.length - 64);
	const unsigned = concatBytes(utf8('envelope-v1'), head, sealed);
	const signature = new Uint8Array(
		await crypto.subtle.sign('Ed25519', amina.device.signing.privateKey, unsigned)
	);
	return concatBytes(head, sealed, signature);
}

describe('An envelope', () => {
	test('comes back as it was written, header and content', async () => {
		const { bytes: kept, ...read } = wellFormed(bytes);
		expect(read).toEqual(header);
		expect(kept).toEqual(bytes);
		expect(await openEnvelope(wellFormed(bytes), secret)).toEqual(text);
		const last = headerOf(circle, amina, {
			kind: 'adopt',
			lane: 'discussion',
			generation: 0xffffffff,
			epoch: 0,
			seq: 0xffffffff,
			prev: randomBytes(32),
			circleHead: { seq: 0xffffffff, hash: randomBytes(32) },
			schema: 0xffff,
			yClient: 0xffffffff,
			at: Number.MAX_SAFE_INTEGER
		});
		const { bytes: _, ...again } = wellFormed(await sealedBy(circle, amina, last, new Uint8Array(0)));
		expect(again).toEqual(last);
	});

	test('is read from the middle of a larger buffer', async () => {
		const frame = concatBytes(randomBytes(5), bytes, randomBytes(3));
		const envelope = wellFormed(frame.subarray(5, 5 + bytes.length));
		expect(await verifyEnvelope(envelope, signKey)).toBe(true);
		expect(await openEnvelope(envelope, secret)).toEqual(text);
	});

	test('shows nothing of its content', () => {
		const seen = Buffer.from(bytes);
		for (const word of ['Goal', 'flat', 'May']) expect(seen.includes(word)).toBe(false);
		for (const held of [epochSecret.everyone, epochSecret.staff!]) {
			expect(seen.includes(Buffer.from(held))).toBe(false);
		}
	});
});

describe('[E1] An envelope is refused', () => {
	test('with any one bit flipped, in every byte of every part', async () => {
		const reasons = new Set<string>();
		for (let i = 0; i < bytes.length; i++) {
			const flipped = new Uint8Array(bytes);
			flipped[i] = (flipped[i] ?? 0) ^ (1 << (i % 8));
			const verdict = await verdictOf(flipped);
			expect(verdict, `byte ${i}`).not.toBe('opened');
			reasons.add(verdict);
		}
		expect([...reasons].sort()).toEqual(['bad-signature', 'malformed', 'unknown-version']);
	});

	test('in another document, lane, generation, epoch or circle, even if its author signs it anew', async () => {
		const other = await TestCircle.found(amina, 'case');
		const moves = [
			{ document: newDocumentId() },
			{ lane: 'discussion' as const, kind: 'ops' as const },
			{ generation: 1 },
			{ epoch: 1 },
			{ circle: other.state.circle },
			{ session: header.session, seq: 1 },
			{ yClient: 4_000_000_002 },
			{ schema: 2 },
			{ at: NOW + 1 }
		];
		expect(await verdictOf(await resigned({}))).toBe('opened');
		for (const move of moves) {
			expect(await verdictOf(await resigned(move)), JSON.stringify(move)).toBe('cannot-open');
		}
	});

	test('under the name of another device', async () => {
		const stolen = await writeEnvelope(header, text, secret, mallory.device.signing);
		expect(await verdictOf(stolen)).toBe('bad-signature');
		expect(await verifyEnvelope(wellFormed(bytes), mallory.device.signing.publicKey)).toBe(false);
	});

	test('cut, lengthened, too large or of an unknown version', async () => {
		expect(await verdictOf(new Uint8Array(0))).toBe('malformed');
		expect(await verdictOf(bytes.slice(0, -1))).toBe('malformed');
		expect(await verdictOf(concatBytes(bytes, new Uint8Array(1)))).toBe('bad-signature');
		expect(await verdictOf(new Uint8Array(MAX_ENVELOPE + 1))).toBe('too-large');
		const newer = new Uint8Array(bytes);
		newer[3] = 2;
		expect(await verdictOf(newer)).toBe('unknown-version');
	});

	test('and reading it never throws, whatever the bytes', () => {
		const random = seededRandom(11);
		for (let i = 0; i < 10_000; i++) readEnvelope(mutate(bytes, random));
	});
});

describe('[S3] The key of a lane', () => {
	test('differs by secret, document, lane and generation, and is the same for all who are in', async () => {
		const rooms: Room[] = [
			header,
			{ ...header, document: newDocumentId() },
			{ ...header, lane: 'discussion' },
			{ ...header, lane: 'internal' },
			{ ...header, generation: 1 }
		];
		const sealed = await writeEnvelope(header, text, secret, amina.device.signing);
		for (const [i, room] of rooms.entries()) {
			const opened = await openEnvelope(wellFormed(sealed), (await laneSecretOf(epochSecret, room))!);
			expect(opened !== null, `${i}`).toBe(i === 0);
		}
		const otherEpoch = (await laneSecretOf({ staff: randomBytes(32), everyone: randomBytes(32) }, header))!;
		expect(await openEnvelope(wellFormed(sealed), otherEpoch)).toBeNull();
		expect(secret.extractable).toBe(false);
		const salts = await Promise.all(
			['lane', 'names', 'former'].map((info) => deriveSecret(epochSecret.everyone, utf8(''), info))
		);
		expect(new Set(salts.map(toHex)).size).toBe(3);
	});
});

describe('[E5] The size of an envelope', () => {
	test('is the same for a keystroke and for a sentence', async () => {
		const keystroke = await sealedBy(circle, amina, header, randomBytes(20));
		expect(keystroke.length).toBe(bytes.length);
		expect(bytes.length).toBe(HEADER_LENGTH + 12 + 256 + 16 + 64);
	});

	test('is known before sealing: what does not fit is our own mistake', async () => {
		let largest = MAX_ENVELOPE;
		while (!fitsEnvelope(largest)) largest -= 1000;
		expect(largest).toBeGreaterThan(1_700_000);
		expect((await sealedBy(circle, amina, header, new Uint8Array(largest))).length).toBeLessThanOrEqual(
			MAX_ENVELOPE
		);
		await expect(sealedBy(circle, amina, header, new Uint8Array(MAX_ENVELOPE))).rejects.toThrow(
			'does not fit'
		);
	});
});

describe('A room', () => {
	test('has one spelling', () => {
		const room: Room = { circle: header.circle, document: header.document, lane: 'body', generation: 12 };
		expect(readRoom(writeRoom(room))).toEqual(room);
		const good = writeRoom(room);
		for (const text of [
			'',
			'...',
			`${good}.`,
			`${good}0000000000`,
			good.replace('.12', '.012'),
			good.replace('.12', '.1e1'),
			good.replace('.12', '.-1'),
			good.replace('.12', '. 12'),
			good.replace('body', 'Body'),
			good.slice(1),
			`${good}/..`,
			good.replace('.', '/')
		]) {
			expect(readRoom(text), text).toBeNull();
		}
	});

	test('of the index is found from the circle alone', async () => {
		const index = await indexDocumentOf(header.circle);
		expect(await indexDocumentOf(header.circle)).toBe(index);
		expect(readRoom(writeRoom({ ...header, document: index }))?.document).toBe(index);
		const other = await TestCircle.found(amina);
		expect(await indexDocumentOf(other.state.circle)).not.toBe(index);
	});
});
