import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromBase64Url, randomBytes, toBase64Url, toHex, utf8 } from './bytes.ts';
import { deriveSecret } from './derive.ts';
import { pad, paddedLength, unpad } from './pad.ts';
import { importSealingSecret, open, seal } from './seal.ts';
import {
	exportSigningSecret,
	generateSigningSecret,
	importSigningSecret,
	sign,
	signingSecretFromSeed,
	verify
} from './sign.ts';
import { isWeakReceivingKey, isWeakSigningKey } from './weak-keys.ts';
import {
	exportReceivingSecret,
	generateReceivingSecret,
	importReceivingSecret,
	unwrap,
	wrap,
	WRAP_LENGTH
} from './wrap.ts';

const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const flipped = (bytes: Uint8Array, at: number) => {
	const copy = new Uint8Array(bytes);
	copy[at] = (copy[at] ?? 0) ^ 1;
	return copy;
};

describe('Bytes and their texts', () => {
	test('base64url comes back as it went', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
				expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
				expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
			}),
			{ seed: 1 }
		);
	});

	test('one id has one spelling: padding, other alphabets and stray bits are refused', () => {
		expect(fromBase64Url('AA')).toEqual(new Uint8Array(1));
		for (const text of ['AB', 'AA==', 'A', 'A+A', 'A/A', 'AA\n', 'ÄA', 'A😀']) {
			expect(fromBase64Url(text), text).toBeNull();
		}
	});
});

describe('Signatures', () => {
	test('are those of RFC 8032, test 2', async () => {
		const seed = fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
		const secret = await signingSecretFromSeed(seed);
		expect(toHex(secret.publicKey)).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
		expect(toHex(await sign(secret, new Uint8Array([0x72])))).toBe(
			'92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
				'085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'
		);
	});

	test('verify for the right key and bytes only, and never throw', async () => {
		const [ana, ben] = [await generateSigningSecret(), await generateSigningSecret()];
		const bytes = utf8('goal: housing by May');
		const signature = await sign(ana, bytes);
		expect(await verify(ana.publicKey, signature, bytes)).toBe(true);
		expect(await verify(ben.publicKey, signature, bytes)).toBe(false);
		for (let i = 0; i < 64; i++)
			expect(await verify(ana.publicKey, flipped(signature, i), bytes)).toBe(false);
		for (let i = 0; i < bytes.length; i++) {
			expect(await verify(ana.publicKey, signature, flipped(bytes, i))).toBe(false);
		}
		expect(await verify(ana.publicKey, signature.slice(1), bytes)).toBe(false);
		expect(await verify(new Uint8Array(31), signature, bytes)).toBe(false);
		expect(await verify(new Uint8Array(32).fill(0xff), signature, bytes)).toBe(false);
	});

	test('under a key of small order, where anybody can sign, do not verify', async () => {
		// with the neutral element as key and as R, and S = 0, every message is "signed"
		const neutral = new Uint8Array(32);
		neutral[0] = 1;
		const forged = concatBytes(neutral, new Uint8Array(32));
		const key = await crypto.subtle.importKey('raw', neutral, 'Ed25519', false, ['verify']);
		expect(await crypto.subtle.verify('Ed25519', key, forged, utf8('anything'))).toBe(true);
		expect(await verify(neutral, forged, utf8('anything'))).toBe(false);
		neutral[31] = 0x80;
		expect(isWeakSigningKey(neutral)).toBe(true);
		expect(isWeakSigningKey((await generateSigningSecret()).publicKey)).toBe(false);
	});

	test('keys come back from their exported bytes', async () => {
		const secret = await generateSigningSecret();
		const again = await importSigningSecret(await exportSigningSecret(secret));
		expect(again.publicKey).toEqual(secret.publicKey);
		const bytes = randomBytes(10);
		expect(await verify(secret.publicKey, await sign(again, bytes), bytes)).toBe(true);
	});
});

describe('Sealing', () => {
	test('opens under its own key and place only; every flipped bit is noticed', async () => {
		const secret = await importSealingSecret(randomBytes(32));
		const other = await importSealingSecret(randomBytes(32));
		const aad = utf8('place');
		const sealed = await seal(secret, utf8('rent arrears'), aad);
		expect(await open(secret, sealed, aad)).toEqual(utf8('rent arrears'));
		expect(await open(other, sealed, aad)).toBeNull();
		expect(await open(secret, sealed, utf8('elsewhere'))).toBeNull();
		for (let i = 0; i < sealed.length; i++) expect(await open(secret, flipped(sealed, i), aad)).toBeNull();
		for (let i = 0; i < sealed.length; i++) expect(await open(secret, sealed.slice(0, i), aad)).toBeNull();
	});

	test('never seals twice alike', async () => {
		const secret = await importSealingSecret(randomBytes(32));
		const seals = new Set<string>();
		for (let i = 0; i < 100; i++) {
			seals.add(toHex((await seal(secret, utf8('x'), utf8(''))).subarray(0, 12)));
		}
		expect(seals.size).toBe(100);
	});
});

describe('Wrapping', () => {
	test('[S1] opens for its receiver and under its info only', async () => {
		const [ana, ben] = [await generateReceivingSecret(), await generateReceivingSecret()];
		const secret = randomBytes(32);
		const wrapped = await wrap(secret, ana.publicKey, utf8('circle, epoch, receiver'));
		expect(wrapped.length).toBe(WRAP_LENGTH);
		expect(await unwrap(ana, wrapped, utf8('circle, epoch, receiver'))).toEqual(secret);
		expect(await unwrap(ben, wrapped, utf8('circle, epoch, receiver'))).toBeNull();
		expect(await unwrap(ana, wrapped, utf8('another circle'))).toBeNull();
		for (let i = 0; i < wrapped.length; i++) {
			expect(await unwrap(ana, flipped(wrapped, i), utf8('circle, epoch, receiver')), `${i}`).toBeNull();
		}
		expect(await unwrap(ana, new Uint8Array(WRAP_LENGTH), utf8(''))).toBeNull();
		expect(await unwrap(ana, new Uint8Array(3), utf8(''))).toBeNull();
	});

	test('refuses a receiver whose shared secret everybody knows', async () => {
		expect(isWeakReceivingKey(new Uint8Array(32))).toBe(true);
		await expect(wrap(randomBytes(32), new Uint8Array(32), utf8(''))).rejects.toThrow('not a key');
	});

	test('keys come back from their exported bytes', async () => {
		const secret = await generateReceivingSecret();
		const again = await importReceivingSecret(await exportReceivingSecret(secret));
		expect(again.publicKey).toEqual(secret.publicKey);
		expect(await unwrap(again, await wrap(utf8('s'), secret.publicKey, utf8('')), utf8(''))).toEqual(
			utf8('s')
		);
	});
});

test('Deriving is HKDF-SHA-256, and every salt and info gives another secret', async () => {
	const secret = await deriveSecret(
		new Uint8Array(22).fill(0x0b),
		fromHex('000102030405060708090a0b0c'),
		'\0'
	);
	expect(secret.length).toBe(32);
	const node = await import('node:crypto');
	const expected = node.hkdfSync(
		'sha256',
		new Uint8Array(22).fill(0x0b),
		fromHex('000102030405060708090a0b0c'),
		'\0',
		32
	);
	expect(secret).toEqual(new Uint8Array(expected));
	const places = [
		await deriveSecret(secret, utf8('a'), 'lane'),
		await deriveSecret(secret, utf8('b'), 'lane'),
		await deriveSecret(secret, utf8('a'), 'names')
	];
	expect(new Set(places.map(toHex)).size).toBe(3);
});

describe('[E5] Padding', () => {
	test('comes off as it went on, and is at least 256 bytes', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 3000 }), (content) => {
				const padded = pad(content);
				expect(padded.length).toBeGreaterThanOrEqual(256);
				expect(unpad(padded)).toEqual(content);
			}),
			{ seed: 2 }
		);
	});

	test('leaves few sizes to tell apart, for at most 12 % more', () => {
		const sizes = new Set<number>();
		for (let length = 1; length <= 20_000; length++) {
			const padded = paddedLength(length);
			sizes.add(padded);
			expect(padded >= length && (length <= 256 || padded <= length * 1.12), `${length}`).toBe(true);
			expect(paddedLength(padded), `${length}`).toBe(padded);
		}
		expect(sizes.size).toBeLessThan(150);
		expect(pad(new Uint8Array(1)).length).toBe(pad(new Uint8Array(250)).length);
	});

	test('carries nothing hidden: other lengths and other bytes than zero are refused', () => {
		const padded = pad(utf8('note'));
		expect(unpad(flipped(padded, 200))).toBeNull();
		expect(unpad(padded.slice(0, 255))).toBeNull();
		expect(unpad(concatBytes(padded, new Uint8Array(1)))).toBeNull();
		expect(unpad(new Uint8Array(256).fill(0xff))).toBeNull();
		expect(unpad(new Uint8Array(0))).toBeNull();
	});
});
