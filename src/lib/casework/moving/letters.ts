/** Letters of the shared text one by one: where they stand, where they stood, and where words go that came too late. */
import * as Y from 'yjs';
import { typeIn, type Id, type Span } from './moves.ts';

export interface Run {
	/** Place among the letters that were brought along. */
	readonly at: number;
	readonly text: string;
	readonly late: Span;
}

/** How many clocks came before the first letter. */
export function insertLetters(
	line: Y.XmlElement,
	base: string,
	{ at, text }: Run,
	made: Span | null
): number {
	const parts = line.toArray();
	const now = parts.map((part) =>
		part instanceof Y.XmlText ? plain(part) : inlineWords(part as Y.XmlElement)
	);
	let place = placeByLetters(line, base.length, at, made) ?? placeIn(base, now.join(''), at);
	for (const [index, part] of parts.entries()) {
		const length = now[index]?.length ?? 0;
		if (part instanceof Y.XmlText && place <= length) {
			part.insert(place, text);
			return 0;
		}
		place -= length;
		if (place < 0) break;
	}
	line.insert(line.length, [new Y.XmlText(text)]);
	return 1; // the text itself is an item
}

/** Behind the very letter behind which it stood: copies stand in the order of what was copied. Null: not the same. */
function placeByLetters(line: Y.XmlElement, letters: number, at: number, made: Span | null): number | null {
	if (made === null) return null;
	const copied: { length: number; place: number; isThere: boolean }[] = [];
	let place = 0;
	for (let part = line._start; part !== null; part = part.right) {
		const text = typeIn(part);
		if (!(text instanceof Y.XmlText)) {
			if (!part.deleted) return null;
			continue;
		}
		if (part.deleted) continue;
		for (let item = text._start; item !== null; item = item.right) {
			if (!item.countable && !(item.content instanceof Y.ContentDeleted)) continue;
			const { client, clock } = item.id;
			const isThere = !item.deleted;
			if (client === made[0] && clock >= made[1] && clock + item.length <= made[2])
				copied.push({ length: item.length, place, isThere });
			if (isThere) place += item.length;
		}
	}
	if (copied.reduce((sum, { length }) => sum + length, 0) !== letters) return null;
	let before = 0;
	for (const { length, place: start, isThere } of copied) {
		if (at > before && at <= before + length) return isThere ? start + at - before : start;
		before += length;
	}
	return 0;
}

/** The letters of a text; what is no letter in it stands as one character. */
function plain(text: Y.XmlText): string {
	return (text.toDelta() as { insert: unknown }[])
		.map(({ insert }) => (typeof insert === 'string' ? insert : '\ufffc'))
		.join('');
}

/** Where a place between letters is after they were edited. */
function placeIn(before: string, after: string, at: number): number {
	const most = Math.min(before.length, after.length);
	let start = 0;
	while (start < most && before[start] === after[start]) start++;
	let end = 0;
	while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
	const found =
		at <= start ? at : at >= before.length - end ? after.length - (before.length - at) : after.length - end;
	if (isInWord(before, at)) return found;
	let place = found;
	while (isInWord(after, place)) place++;
	return place;
}

function isInWord(text: string, at: number): boolean {
	return /^[\p{L}\p{N}]{2}$/u.test(text.slice(at - 1, at + 1));
}

/** What stands in a line as one thing, in letters: a line break, a chip. */
export function inlineWords(element: Y.XmlElement): string {
	const label: unknown = element._map.get('label')?.content.getContent().at(-1);
	return element.nodeName === 'chip' && typeof label === 'string' ? label : '\n';
}

function letterAt(doc: Y.Doc, [client, clock]: Id): Y.Item | null {
	const structs = doc.store.clients.get(client);
	if (!structs || clock >= Y.getState(doc.store, client)) return null;
	const item = structs[Y.findIndexSS(structs, clock)];
	return item instanceof Y.Item ? item : null;
}

/** The line a letter stands or stood in. */
export function lineOf(doc: Y.Doc, letter: Id): Y.XmlElement | null {
	const parent = letterAt(doc, letter)?.parent;
	const line = parent instanceof Y.XmlText ? parent.parent : parent;
	return line instanceof Y.XmlElement ? line : null;
}

export function isThere(doc: Y.Doc, letter: Id): boolean {
	const item = letterAt(doc, letter);
	return item !== null && !item.deleted && item.content instanceof Y.ContentString;
}

export function isBefore([client, clock]: Id, other: Id): boolean {
	return client < other[0] || (client === other[0] && clock < other[1]);
}

export function removeLetter(doc: Y.Doc, letter: Id): void {
	const item = letterAt(doc, letter);
	if (!item || !(item.parent instanceof Y.XmlText)) return;
	let index = letter[1] - item.id.clock;
	for (let left = item.left; left !== null; left = left.left)
		if (!left.deleted && left.countable) index += left.length;
	item.parent.delete(index, 1);
}

/** As it was when it went: a removed text counts as empty for Yjs. */
export function copyOfText(text: Y.XmlText): Y.XmlText {
	const copy = new Y.XmlText();
	const delta: { insert: string; attributes: Record<string, unknown> }[] = [];
	const attributes: Record<string, unknown> = {};
	for (let item = text._start; item !== null; item = item.right) {
		if (item.content instanceof Y.ContentString)
			delta.push({ insert: item.content.str, attributes: { ...attributes } });
		else if (item.content instanceof Y.ContentFormat) {
			if (item.content.value === null) delete attributes[item.content.key];
			else attributes[item.content.key] = item.content.value;
		}
	}
	copy.applyDelta(delta);
	return copy;
}
