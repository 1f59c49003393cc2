/**
 * The pictures of a document: bytes in the root map `pictures` beside its text, by the hash of what they are.
 *
 * Promises: a name belongs to one picture, so that nobody can put another in its place; what is read is a plain JPEG of
 * a bounded size, without anything a camera wrote into it (place, time, device), or null; a picture that was taken out
 * of the text can come back by undo, so nothing is ever deleted here.
 * Must never: trust the map. Everybody who may write can put any bytes into it.
 */
import { digest } from 'lib0/hash/sha256';
import * as Y from 'yjs';

const PICTURES_FIELD = 'pictures';
/** Bytes of one picture; it has to fit into one envelope. */
export const MOST_PICTURE = 400_000;
/** Bytes of all pictures of a document: every device that opens it loads them. */
const MOST_PICTURES = 6_000_000;
/** Pixels of the longer side. */
export const LONGEST_SIDE = 1600;

export interface Picture {
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Pixels. */
	readonly width: number;
	readonly height: number;
}

/** A plain JPEG in bounds, or null. */
export function readPicture(bytes: unknown): Picture | null {
	if (!(bytes instanceof Uint8Array) || bytes.length > MOST_PICTURE) return null;
	const size = plainJpegSize(bytes);
	return size === null ? null : { bytes: bytes as Uint8Array<ArrayBuffer>, ...size };
}

export function pictureName(bytes: Uint8Array): string {
	const hash = digest(bytes).subarray(0, 16);
	return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const judged = new WeakMap<Uint8Array, { readonly name: string; readonly picture: Picture | null }>();

/** Null: not here (yet), or not what its name says. */
export function pictureIn(doc: Y.Doc, name: string): Picture | null {
	const bytes: unknown = picturesOf(doc).get(name);
	if (!(bytes instanceof Uint8Array) || bytes.length > MOST_PICTURE) return null;
	let known = judged.get(bytes);
	if (known === undefined) {
		known = { name: pictureName(bytes), picture: readPicture(bytes) };
		judged.set(bytes, known);
	}
	return known.name === name ? known.picture : null;
}

/** Puts a picture into the document, inside a transaction of the caller; its name, or null when no more fit. */
export function keepPicture(doc: Y.Doc, { bytes }: Picture): string | null {
	const name = pictureName(bytes);
	if (pictureIn(doc, name) !== null) return name;
	const pictures = picturesOf(doc);
	let full = bytes.length;
	for (const kept of pictures.values()) full += kept instanceof Uint8Array ? kept.length : 0;
	if (full > MOST_PICTURES) return null;
	pictures.set(name, bytes);
	return name;
}

/** Every picture of the document, also those that stand in its text no more. */
export function picturesIn(doc: Y.Doc): readonly Picture[] {
	return [...picturesOf(doc).keys()].flatMap((name) => pictureIn(doc, name) ?? []);
}

/** Calls back when pictures came; returns its remover. */
export function onPictures(doc: Y.Doc, changed: () => void): () => void {
	const pictures = picturesOf(doc);
	pictures.observe(changed);
	return () => pictures.unobserve(changed);
}

function picturesOf(doc: Y.Doc): Y.Map<unknown> {
	return doc.getMap(PICTURES_FIELD);
}

const isFrame = (marker: number) =>
	marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** ISO/IEC 10918-1: segments up to the first scan. Null for anything else, for EXIF or XMP (APP1) and for comments. */
function plainJpegSize(bytes: Uint8Array): { width: number; height: number } | null {
	const two = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
	if (two(0) !== 0xffd8) return null;
	let size: { width: number; height: number } | null = null;
	for (let at = 2; at + 4 <= bytes.length; at += 2 + two(at + 2)) {
		const marker = bytes[at + 1] ?? 0;
		const length = two(at + 2);
		if (bytes[at] !== 0xff || length < 2) return null;
		if (marker === 0xda) return size;
		const isApplication = marker >= 0xe0 && marker <= 0xef;
		// JFIF and the colour profile say nothing of who took it, or where
		if (marker === 0xfe || (isApplication && marker !== 0xe0 && marker !== 0xe2 && marker !== 0xee))
			return null;
		if (!isFrame(marker)) continue;
		const [height, width] = [two(at + 5), two(at + 7)];
		if (width < 1 || height < 1 || width > LONGEST_SIDE || height > LONGEST_SIDE) return null;
		size = { width, height };
	}
	return null;
}
