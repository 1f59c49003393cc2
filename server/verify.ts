/**
 * Signatures of envelopes, checked twice as fast as through WebCrypto, whose way through the thread pool costs Node 20 as
 * much as the check itself.
 *
 * Promises: the same answer as `verifyEnvelope`, for the same bytes. A few are checked at once, here; many go through
 * WebCrypto, so that a long backlog does not keep the others waiting.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { isWeakSigningKey } from '#lib/crypto/weak-keys.ts';
import { signedPartOf, verifyEnvelope, type Envelope } from '#lib/envelope/envelope.ts';
import { toBase64Url } from '#lib/crypto/bytes.ts';
import { LruMap } from './lru-map.ts';

/** One check takes 0.1 ms; more than this many at once would be felt. */
const AT_ONCE = 8;
const REMEMBERED_KEYS = 4096;
const keys = new LruMap<string, KeyObject>(REMEMBERED_KEYS);

/** `together`: how many are being checked for the same frame. */
export function isSigned(
	envelope: Envelope,
	signKey: Uint8Array,
	together: number
): boolean | Promise<boolean> {
	if (together > AT_ONCE) return verifyEnvelope(envelope, signKey);
	const key = readKey(signKey);
	if (key === null) return false;
	const { signature, signed } = signedPartOf(envelope);
	return verify(null, signed, key, signature);
}

function readKey(signKey: Uint8Array): KeyObject | null {
	const x = toBase64Url(signKey);
	const known = keys.get(x);
	if (known !== undefined) return known;
	if (signKey.length !== 32 || isWeakSigningKey(signKey)) return null;
	const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
	keys.set(x, key);
	return key;
}
