/**
 * Bytes and their texts.
 *
 * Promises: every text form has exactly one spelling, so that ids can be compared as strings. Must never depend on
 * Node's Buffer or on the DOM's btoa.
 */

/** Bytes over an ArrayBuffer of their own kind, as WebCrypto and the DOM want them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const sextets = new Int16Array(128).fill(-1);
for (let i = 0; i < alphabet.length; i++) sextets[alphabet.charCodeAt(i)] = i;

/** The same bytes, typed for WebCrypto; copied only if they lie in shared memory. */
export function asBytes(bytes: Uint8Array): Bytes {
	return bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : new Uint8Array(bytes);
}

export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
	return joinBytes(parts);
}

/** `concatBytes` for parts without number: too many arguments overflow the stack. */
export function joinBytes(parts: readonly Uint8Array[]): Bytes {
	let length = 0;
	for (const part of parts) length += part.length;
	const joined = new Uint8Array(length);
	let offset = 0;
	for (const part of parts) {
		joined.set(part, offset);
		offset += part.length;
	}
	return joined;
}

/** Not constant-time: for public bytes only. Secrets are compared by WebCrypto, never here. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
	if (a.length !== b.length) return false;
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
	return true;
}

/** RFC 4648 §5 without padding. */
export function toBase64Url(bytes: Uint8Array): string {
	let text = '';
	for (let i = 0; i < bytes.length; i += 3) {
		const left = bytes.length - i;
		const triple = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
		text += alphabet.charAt(triple >> 18) + alphabet.charAt((triple >> 12) & 63);
		if (left > 1) text += alphabet.charAt((triple >> 6) & 63);
		if (left > 2) text += alphabet.charAt(triple & 63);
	}
	return text;
}

/** Null for anything that `toBase64Url` would not have written, stray low bits included. */
export function fromBase64Url(text: string): Bytes | null {
	if (text.length % 4 === 1) return null;
	const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
	let buffer = 0;
	let bits = 0;
	let offset = 0;
	for (let i = 0; i < text.length; i++) {
		const sextet = sextets[text.charCodeAt(i)] ?? -1;
		if (sextet < 0) return null;
		buffer = ((buffer << 6) | sextet) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[offset++] = (buffer >> bits) & 0xff;
		}
	}
	return (buffer & ((1 << bits) - 1)) === 0 ? bytes : null;
}

export function toHex(bytes: Uint8Array): string {
	let text = '';
	for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
	return text;
}

export function utf8(text: string): Bytes {
	return asBytes(encoder.encode(text));
}

/** Malformed sequences become U+FFFD; never throws. */
export function fromUtf8(bytes: Uint8Array): string {
	return decoder.decode(bytes);
}

/** From the platform's cryptographic generator. */
export function randomBytes(length: number): Bytes {
	return crypto.getRandomValues(new Uint8Array(length));
}

export async function sha256(bytes: Uint8Array): Promise<Bytes> {
	return new Uint8Array(await crypto.subtle.digest('SHA-256', asBytes(bytes)));
}

/** A 32-bit number, big-endian, as signed and salted bytes want it. */
export function uint32(number: number): Bytes {
	const bytes = new Uint8Array(4);
	new DataView(bytes.buffer).setUint32(0, number);
	return bytes;
}
