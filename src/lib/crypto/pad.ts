/**
 * Padding that hides sizes: PADMÉ (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication
 * with PURBs", PoPETs 2019, §4), never under 256 bytes. Overhead at most 12 %, falling with size.
 *
 * Layout: uint32 length ‖ content ‖ zeros. Meant to be encrypted and authenticated; `unpad` still refuses whatever `pad`
 * would not have written, so that padding carries no hidden bytes.
 */
import type { Bytes } from './bytes.ts';

const minPadded = 256;

export function pad(content: Uint8Array): Bytes {
	const padded = new Uint8Array(paddedLength(content.length + 4));
	new DataView(padded.buffer).setUint32(0, content.length);
	padded.set(content, 4);
	return padded;
}

export function unpad(bytes: Uint8Array): Bytes | null {
	if (bytes.length < minPadded) return null;
	const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0);
	if (length > bytes.length - 4 || paddedLength(length + 4) !== bytes.length) return null;
	for (let i = 4 + length; i < bytes.length; i++) if (bytes[i] !== 0) return null;
	return new Uint8Array(bytes.subarray(4, 4 + length));
}

/** The smallest PADMÉ length that holds `length` bytes: only the top log₂ log₂ bits of a size stay visible. */
export function paddedLength(length: number): number {
	if (length <= minPadded) return minPadded;
	const exponent = Math.floor(Math.log2(length));
	const kept = Math.floor(Math.log2(exponent)) + 1;
	const step = 2 ** (exponent - kept);
	return Math.ceil(length / step) * step;
}
