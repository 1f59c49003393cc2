/** Which carried-over blocks and words have a source that says something else now. */
import type { SummaryBlock } from '../summary.ts';
import type { CaseDocument } from './case-document.ts';
import type { CarriedPiece } from './carried.ts';
import { readSource } from './source.ts';

export interface Origin {
	readonly document: CaseDocument;
	/** What stands there now; null when it is gone from there. */
	readonly now: SummaryBlock | null;
	/** Since it was carried over, or last taken over or left. */
	readonly changed: boolean;
}

/** Where a block came from, as it is now; null for a block of its own, or when that document is not known here. */
export function originOf(source: unknown, documents: readonly CaseDocument[]): Origin | null {
	const read = readSource(source);
	const document = documents.find(({ id }) => id === read?.document);
	if (read === null || document === undefined) return null;
	const now = document.summary.blocks.find(({ id }) => id === read.block) ?? null;
	return { document, now, changed: now !== null && now.hash !== read.hash };
}

/** A document from which words came, and where they stand here. */
export interface WordsFrom {
	readonly document: CaseDocument;
	/** Headings under which they stand. */
	readonly under: readonly string[];
	/** Those of them whose words have been changed there, or taken away, since. */
	readonly changed: readonly string[];
}

/** Where the carried-over lines of a document came from, as it is now. */
export function wordsFrom(
	carried: readonly CarriedPiece[],
	documents: readonly CaseDocument[]
): readonly WordsFrom[] {
	return documents.flatMap((document) => {
		const pieces = carried.filter((piece) => piece.document === document.id);
		const later = pieces.filter(({ block, hash }) => hashNow(document, block) !== hash);
		return pieces.length === 0 ? [] : [{ document, under: headings(pieces), changed: headings(later) }];
	});
}

function headings(pieces: readonly CarriedPiece[]): readonly string[] {
	return [...new Set(pieces.map(({ heading }) => heading))].filter((heading) => heading !== '');
}

/** Of the section or block with this id; null when it is gone. */
function hashNow({ summary }: CaseDocument, id: string): string | null {
	const now = summary.sections.find((one) => one.id === id) ?? summary.blocks.find((one) => one.id === id);
	return now?.hash ?? null;
}
