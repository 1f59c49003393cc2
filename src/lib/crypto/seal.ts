/**
 * AES-256-GCM by WebCrypto: 96 random bits of nonce, then the ciphertext with its 128-bit tag.
 *
 * Promises: what was sealed under one key and one `aad` opens under no other; `open` answers null and never throws on
 * foreign bytes. One key must seal far fewer than 2³² times (NIST SP 800-38D §8.3). Must never take a nonce from a
 * caller.
 */
import { asBytes, concatBytes, randomBytes, type Bytes } from './bytes.ts';

export type SealingSecret = CryptoKey;

/** What `seal` adds to the plain bytes. */
export const SEAL_OVERHEAD = 12 + 16;

/** From 32 raw bytes; cannot be exported again. */
export function importSealingSecret(raw: Uint8Array): Promise<SealingSecret> {
	return crypto.subtle.importKey('raw', asBytes(raw), 'AES-GCM', false, ['encrypt', 'decrypt']);
}

/** A fresh key that can never leave this browser profile: IndexedDB keeps it as an opaque handle. */
export function generateSealingSecret(): Promise<SealingSecret> {
	return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

export async function seal(secret: SealingSecret, plain: Uint8Array, aad: Uint8Array): Promise<Bytes> {
	const nonce = randomBytes(12);
	const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: asBytes(aad) };
	return concatBytes(nonce, new Uint8Array(await crypto.subtle.encrypt(algorithm, secret, asBytes(plain))));
}

export async function open(
	secret: SealingSecret,
	sealed: Uint8Array,
	aad: Uint8Array
): Promise<Bytes | null> {
	if (sealed.length < SEAL_OVERHEAD) return null;
	const bytes = asBytes(sealed);
	const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, 12), additionalData: asBytes(aad) };
	try {
		return new Uint8Array(await crypto.subtle.decrypt(algorithm, secret, bytes.subarray(12)));
	} catch {
		return null;
	}
}
