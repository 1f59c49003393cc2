/** Yjs relative positions as the texts that an anchor keeps. Reading never throws. */
import { fromBase64UrlEncoded, toBase64UrlEncoded } from 'lib0/buffer';
import * as Y from 'yjs';

export function writeRelativePosition(position: Y.RelativePosition): string {
	return toBase64UrlEncoded(Y.encodeRelativePosition(position));
}

/**
 * Null for what is no place in a text: Yjs throws on a position that names nothing, and makes a new root of every name
 * it is asked for. Whether the place is known here is another question.
 */
export function readRelativePosition(text: string): Y.RelativePosition | null {
	try {
		const position = Y.decodeRelativePosition(fromBase64UrlEncoded(text));
		const isInText = position.tname === null && (position.item !== null || position.type !== null);
		return isInText ? position : null;
	} catch {
		return null;
	}
}
