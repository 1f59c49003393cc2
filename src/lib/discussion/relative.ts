/** Yjs relative positions as the texts that an anchor keeps. Reading never throws. */
import { fromBase64UrlEncoded, toBase64UrlEncoded } from 'lib0/buffer';
import * as Y from 'yjs';

export function writeRelativePosition(position: Y.RelativePosition): string {
	return toBase64UrlEncoded(Y.encodeRelativePosition(position));
}

/** Null for what is no relative position. That it decodes does not mean that its place is known here. */
export function readRelativePosition(text: string): Y.RelativePosition | null {
	try {
		return text === '' ? null : Y.decodeRelativePosition(fromBase64UrlEncoded(text));
	} catch {
		return null;
	}
}
