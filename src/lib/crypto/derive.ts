/** HKDF-SHA-256 (RFC 5869): one secret, many purposes. `info` names the purpose, `salt` the place. */
import { asBytes, utf8, type Bytes } from './bytes.ts';

/** 32 bytes. */
export async function deriveSecret(secret: Uint8Array, salt: Uint8Array, info: string): Promise<Bytes> {
	const key = await crypto.subtle.importKey('raw', asBytes(secret), 'HKDF', false, ['deriveBits']);
	const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: asBytes(salt), info: utf8(info) };
	return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256));
}
