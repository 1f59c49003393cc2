/**
 * A secret wrapped for one receiver: HPKE (RFC 9180) base mode, DHKEM(X25519, HKDF-SHA-256), HKDF-SHA-256, AES-256-GCM.
 *
 * Layout: 32 bytes encapsulated key ‖ ciphertext with tag; 80 bytes for a 32-byte secret.
 * Promises: opens only for the receiver's key and only under the same `info`. Base mode says nothing about the sender:
 * what carries a wrap must be signed.
 */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { asBytes, concatBytes, fromBase64Url, type Bytes } from './bytes.ts';
import { isWeakReceivingKey } from './weak-keys.ts';

export interface ReceivingSecret {
	readonly publicKey: Bytes;
	readonly privateKey: CryptoKey;
}

export const RECEIVING_KEY_LENGTH = 32;
/** Length of a wrapped 32-byte secret. */
export const WRAP_LENGTH = 32 + 32 + 16;

const suite = new CipherSuite({
	kem: new DhkemX25519HkdfSha256(),
	kdf: new HkdfSha256(),
	aead: new Aes256Gcm()
});

/** PKCS #8 up to the private key (RFC 8410 §7). */
const pkcs8Prefix = new Uint8Array([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32]);

export async function generateReceivingSecret(): Promise<ReceivingSecret> {
	const pair = await crypto.subtle.generateKey('X25519', true, ['deriveBits']);
	const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
	return { publicKey, privateKey: pair.privateKey };
}

/** From the 32 bytes of a private key, random or derived. */
export async function receivingSecretFromSeed(seed: Uint8Array): Promise<ReceivingSecret> {
	if (seed.length !== 32) throw new Error('an X25519 private key has 32 bytes');
	const pkcs8 = concatBytes(pkcs8Prefix, seed);
	const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'X25519', true, ['deriveBits']);
	const { x } = await crypto.subtle.exportKey('jwk', privateKey);
	const publicKey = fromBase64Url(x ?? '');
	if (publicKey === null) throw new Error('WebCrypto gave no public key');
	return { publicKey, privateKey };
}

/** For the sealed keystore and nothing else. */
export async function exportReceivingSecret(secret: ReceivingSecret): Promise<Bytes> {
	return new Uint8Array(await crypto.subtle.exportKey('pkcs8', secret.privateKey)).slice(-32);
}

/** What `exportReceivingSecret` wrote. */
export function importReceivingSecret(bytes: Uint8Array): Promise<ReceivingSecret> {
	return receivingSecretFromSeed(bytes);
}

/** Throws on a weak receiver: such a key never gets into a circle, so meeting one is our own mistake. */
export async function wrap(secret: Uint8Array, receiver: Uint8Array, info: Uint8Array): Promise<Bytes> {
	if (receiver.length !== RECEIVING_KEY_LENGTH || isWeakReceivingKey(receiver)) {
		throw new Error('not a key to wrap for');
	}
	const recipientPublicKey = await suite.kem.deserializePublicKey(new Uint8Array(receiver).buffer);
	const sealed = await suite.seal({ recipientPublicKey, info: copyToBuffer(info) }, copyToBuffer(secret));
	return concatBytes(new Uint8Array(sealed.enc), new Uint8Array(sealed.ct));
}

export async function unwrap(
	receiving: ReceivingSecret,
	wrapped: Uint8Array,
	info: Uint8Array
): Promise<Bytes | null> {
	if (wrapped.length < 32 + 16) return null;
	try {
		const publicKey = await suite.kem.deserializePublicKey(copyToBuffer(receiving.publicKey));
		const opened = await suite.open(
			{
				recipientKey: { publicKey, privateKey: receiving.privateKey },
				enc: copyToBuffer(wrapped.subarray(0, 32)),
				info: copyToBuffer(info)
			},
			copyToBuffer(wrapped.subarray(32))
		);
		return new Uint8Array(opened);
	} catch {
		return null;
	}
}

/** @hpke/core reads the whole `buffer` of what it is given; a view into a larger one would mislead it. */
function copyToBuffer(bytes: Uint8Array): ArrayBuffer {
	return asBytes(bytes).slice().buffer;
}
