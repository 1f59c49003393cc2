/**
 * Carried-over content on its way into a document: the same pieces that templates are made of, each with where it came
 * from, written in one transaction of the caller.
 */
import * as Y from 'yjs';
import { newBlockId } from '../block-id.ts';
import type { ReadingBlock, ReadingPart } from '../read-blocks.ts';
import type { SeedBlock } from '../templates/seed.ts';
import { deepHashOf } from './content.ts';
import { carriedId, writeSource, type Source } from './source.ts';

/** Puts pieces into a fragment or a block, ids and all. */
export function insertPieces(parent: Y.XmlFragment, at: number, pieces: readonly SeedBlock[]): void {
	parent.insert(at, pieces.map(elementOf));
}

/** The piece with its lasting id and its `source`: `purpose` says what it becomes here. */
export function carried(
	piece: SeedBlock,
	from: Pick<Source, 'document' | 'block' | 'hash'>,
	purpose: string
): SeedBlock {
	const made = deepHashOf(readingOf(piece));
	return {
		...piece,
		attributes: {
			...piece.attributes,
			id: carriedId(from, purpose),
			source: writeSource({ ...from, made })
		}
	};
}

function elementOf(piece: SeedBlock): Y.XmlElement {
	const made = new Y.XmlElement(piece.type);
	made.setAttribute('id', newBlockId());
	// a Y.XmlElement holds any JSON value, though its type says string
	for (const [name, value] of Object.entries(piece.attributes ?? {}))
		made.setAttribute(name, value as string);
	if (piece.text !== undefined && piece.text !== '') made.insert(0, [new Y.XmlText(piece.text)]);
	if (piece.content) made.insert(0, piece.content.map(elementOf));
	return made;
}

function readingOf(piece: SeedBlock): ReadingBlock {
	const text: ReadingPart[] =
		piece.text === undefined || piece.text === '' ? [] : [{ type: 'text', text: piece.text, marks: [] }];
	return {
		type: 'block',
		name: piece.type,
		attributes: piece.attributes ?? {},
		content: [...(piece.content ?? []).map(readingOf), ...text]
	};
}
