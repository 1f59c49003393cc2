/**
 * Public keys that are no keys: points of small order.
 *
 * Promises: a key named here is refused the same way by every platform. Without this list OpenSSL and BoringSSL would
 * be the judges, and a relay and an app could disagree about who signed an entry.
 *
 * Sources: libsodium's `ge25519_has_small_order` and `x25519_ref10` deny lists; RFC 7748 §6.1; RFC 8032 §5.1.
 */
import { toHex } from './bytes.ts';

const smallOrderEdwards = new Set([
	'0000000000000000000000000000000000000000000000000000000000000000',
	'0100000000000000000000000000000000000000000000000000000000000000',
	'26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
	'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
	'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
	'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
	'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
]);

const smallOrderMontgomery = new Set([
	'0000000000000000000000000000000000000000000000000000000000000000',
	'0100000000000000000000000000000000000000000000000000000000000000',
	'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
	'5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
	'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
	'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
	'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
]);

/** An Ed25519 public key under which anybody could sign. */
export function isWeakSigningKey(publicKey: Uint8Array): boolean {
	return smallOrderEdwards.has(withoutSignBit(publicKey));
}

/** An X25519 public key whose shared secret everybody knows (WebCrypto throws when it meets one). */
export function isWeakReceivingKey(publicKey: Uint8Array): boolean {
	return smallOrderMontgomery.has(withoutSignBit(publicKey));
}

function withoutSignBit(publicKey: Uint8Array): string {
	const masked = new Uint8Array(publicKey);
	masked[31] = (masked[31] ?? 0) & 0x7f;
	return toHex(masked);
}
