/**
 * Ed25519 signatures by WebCrypto (RFC 8032).
 *
 * Promises: `verify` answers false for anything that is not a good signature, however the key and the signature are
 * shaped. The caller puts a domain in front of what is signed ("circle-v1", "envelope-v1"): no bytes signed for one
 * purpose may be read for another. Must never let a private key out except through `exportSigningSecret`.
 */
import { asBytes, concatBytes, fromBase64Url, toBase64Url, type Bytes } from './bytes.ts';
import { isWeakSigningKey } from './weak-keys.ts';

export interface SigningSecret {
	readonly publicKey: Bytes;
	readonly privateKey: CryptoKey;
}

export const SIGNING_KEY_LENGTH = 32;
export const SIGNATURE_LENGTH = 64;

/** PKCS #8 up to the seed (RFC 8410 §7). */
const pkcs8Prefix = new Uint8Array([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]);

const maxCachedKeys = 4096;
const importedKeys = new Map<string, Promise<CryptoKey | null>>();

export async function generateSigningSecret(): Promise<SigningSecret> {
	const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
	const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
	return { publicKey, privateKey: pair.privateKey };
}

/** The same 32 bytes give the same keys everywhere. */
export async function signingSecretFromSeed(seed: Uint8Array): Promise<SigningSecret> {
	if (seed.length !== 32) throw new Error('an Ed25519 seed has 32 bytes');
	const pkcs8 = concatBytes(pkcs8Prefix, seed);
	const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
	const { x } = await crypto.subtle.exportKey('jwk', privateKey);
	const publicKey = fromBase64Url(x ?? '');
	if (publicKey === null) throw new Error('WebCrypto gave no public key');
	return { publicKey, privateKey };
}

/** The seed, for the sealed keystore and nothing else. */
export async function exportSigningSecret(secret: SigningSecret): Promise<Bytes> {
	return new Uint8Array(await crypto.subtle.exportKey('pkcs8', secret.privateKey)).slice(-32);
}

/** What `exportSigningSecret` wrote. */
export function importSigningSecret(bytes: Uint8Array): Promise<SigningSecret> {
	return signingSecretFromSeed(bytes);
}

export async function sign(secret: SigningSecret, bytes: Uint8Array): Promise<Bytes> {
	return new Uint8Array(await crypto.subtle.sign('Ed25519', secret.privateKey, asBytes(bytes)));
}

export async function verify(
	publicKey: Uint8Array,
	signature: Uint8Array,
	bytes: Uint8Array
): Promise<boolean> {
	if (signature.length !== SIGNATURE_LENGTH) return false;
	const key = await importPublicKey(publicKey);
	if (key === null) return false;
	return crypto.subtle.verify('Ed25519', key, asBytes(signature), asBytes(bytes));
}

/** Importing costs as much as verifying; the oldest import goes when there are too many. */
function importPublicKey(publicKey: Uint8Array): Promise<CryptoKey | null> {
	if (publicKey.length !== SIGNING_KEY_LENGTH) return Promise.resolve(null);
	const name = toBase64Url(publicKey);
	const known = importedKeys.get(name);
	if (known !== undefined) return known;
	const imported: Promise<CryptoKey | null> = isWeakSigningKey(publicKey)
		? Promise.resolve(null)
		: crypto.subtle
				.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify'])
				.catch(() => null);
	if (importedKeys.size >= maxCachedKeys) {
		for (const oldest of importedKeys.keys()) {
			importedKeys.delete(oldest);
			break;
		}
	}
	importedKeys.set(name, imported);
	return imported;
}
