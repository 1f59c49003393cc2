/**
 * Carried-over pieces and where they belong: under which heading, and which empty places of the template they fill.
 *
 * Promises: a piece that stands in the document already (by its id) is not put there again; nothing that says anything,
 * in words or facts, is removed. Must be called inside a transaction of the caller, so that carrying over is one edit.
 */
import * as Y from 'yjs';
import { blockSpec } from '../block-specs.ts';
import { textOf, readBlocks } from '../read-blocks.ts';
import type { SeedBlock } from '../templates/seed.ts';
import { insertPieces } from './pieces.ts';

export interface Placed {
	/** Words of the heading; it is made at the end if the document has none like it. */
	readonly heading: string;
	readonly pieces: readonly SeedBlock[];
	/** Node names of empty places under that heading that the pieces stand for. */
	readonly insteadOf: readonly string[];
}

export function placePieces(body: Y.XmlFragment, placed: readonly Placed[]): void {
	for (const { heading, pieces, insteadOf } of placed) {
		const there = idsIn(body);
		const fresh = pieces.filter(({ attributes }) => !there.has(attributes?.id));
		if (fresh.length === 0) continue;
		let at = headingAt(body, heading);
		if (at === null) {
			insertPieces(body, body.length, [{ type: 'heading', attributes: { level: 2 }, text: heading }]);
			at = body.length - 1;
		}
		let end = at + 1;
		while (end < body.length && nameAt(body, end) !== 'heading') end++;
		const empty = range(at + 1, end).filter(
			(index) => insteadOf.includes(nameAt(body, index)) && isEmptyPlace(body.get(index))
		);
		const last = range(at + 1, end).findLast((index) => !isEmptyPlace(body.get(index)));
		insertPieces(body, (last ?? at) + 1, fresh);
		for (const index of empty.reverse()) body.delete(index > (last ?? at) ? index + fresh.length : index, 1);
	}
}

/** Adds pieces at the end of what the block with this id says, before its empty places; false when it is gone. */
export function placeInside(body: Y.XmlFragment, block: string, pieces: readonly SeedBlock[]): boolean {
	const found = findBlock(body, block);
	if (found === null) return false;
	const there = idsIn(body);
	const last = range(0, found.length).findLast(
		(index) => nameAt(found, index) === 'blockTitle' || !isEmptyPlace(found.get(index))
	);
	insertPieces(
		found,
		(last ?? -1) + 1,
		pieces.filter(({ attributes }) => !there.has(attributes?.id))
	);
	return true;
}

export function findBlock(parent: Y.XmlFragment, id: string): Y.XmlElement | null {
	for (const child of parent.toArray()) {
		if (!(child instanceof Y.XmlElement)) continue;
		if (child.getAttribute('id') === id) return child;
		const inside = findBlock(child, id);
		if (inside !== null) return inside;
	}
	return null;
}

function headingAt(body: Y.XmlFragment, heading: string): number | null {
	const at = body
		.toArray()
		.findIndex(
			(child) => child instanceof Y.XmlElement && child.nodeName === 'heading' && wordsOf(child) === heading
		);
	return at < 0 ? null : at;
}

/** Says nothing but its prompts. A table's headings are prompts too. */
function isEmptyPlace(child: unknown): boolean {
	if (!(child instanceof Y.XmlElement)) return false;
	if (child.nodeName === 'tableRow' && child.toArray().every((cell) => isNamed(cell, 'tableHeader')))
		return true;
	if (child.nodeName === 'table' || child.nodeName === 'tableRow') return child.toArray().every(isEmptyPlace);
	return wordsOf(child) === '' && !hasFacts(child);
}

/** A picture, or a value of a field: a due date without a title is somebody's work too. */
function hasFacts(part: unknown): boolean {
	if (!(part instanceof Y.XmlElement)) return false;
	if (part.nodeName === 'image') return true;
	const fields = blockSpec(part.nodeName)?.fields ?? [];
	return (
		fields.some(({ attribute }) => (part.getAttribute(attribute) ?? '') !== '') ||
		part.toArray().some(hasFacts)
	);
}

function isNamed(child: unknown, name: string): boolean {
	return child instanceof Y.XmlElement && child.nodeName === name;
}

function nameAt(parent: Y.XmlFragment, index: number): string {
	const child: unknown = parent.get(index);
	return child instanceof Y.XmlElement ? child.nodeName : '';
}

function wordsOf(element: Y.XmlFragment): string {
	return textOf(readBlocks(element)).trim();
}

function idsIn(parent: Y.XmlFragment, found = new Set<unknown>()): Set<unknown> {
	for (const child of parent.toArray()) {
		if (!(child instanceof Y.XmlElement)) continue;
		found.add(child.getAttribute('id'));
		idsIn(child, found);
	}
	return found;
}

function range(from: number, to: number): number[] {
	return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
