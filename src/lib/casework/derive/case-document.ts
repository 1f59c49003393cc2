/** What derivations read: a document of the case, in small. */
import type { DocumentSummary } from '../summary.ts';

export interface CaseDocument {
	readonly id: string;
	readonly kind: string;
	readonly title: string;
	/** Milliseconds since 1970. */
	readonly createdAt: number;
	readonly summary: DocumentSummary;
}

/** Of each kind the newest is the one that holds. */
export function newestOf(
	documents: readonly CaseDocument[],
	...kinds: readonly string[]
): CaseDocument | null {
	const found = documents.filter(({ kind }) => kinds.includes(kind));
	return found.sort((a, b) => b.createdAt - a.createdAt)[0] ?? null;
}

/** ISO days, both included. */
export interface Period {
	readonly from: string;
	readonly to: string;
}

export function isWithin(day: string | null | undefined, { from, to }: Period): boolean {
	return typeof day === 'string' && day >= from && day <= to;
}
