/** What is due in cases, out of their summaries. */
import { dueItemsOf, type DueItem } from '#lib/casework/summary-lists.ts';
import type { CircleId } from '#lib/circle/ids.ts';
import type { Summaries } from './summaries.ts';

export interface DueEntry extends DueItem {
	/** The circle that it stands in, a case's or its own, and the document. */
	readonly circle: CircleId;
	readonly document: string;
	readonly caseTitle: string;
	readonly documentTitle: string;
}

/** Kinds that tell what was: what they carry over is due where it came from. */
const looksBack = new Set(['progress-report']);

/** Of one case, or of all: the nearest first. */
export function dueEntries(summaries: Summaries, only: CircleId | null = null): readonly DueEntry[] {
	const entries: DueEntry[] = [];
	for (const [document, { content, circle, caseCircle, kind, title }] of summaries.all) {
		if (content === null || caseCircle === null || looksBack.has(kind)) continue;
		if (only !== null && caseCircle !== only) continue;
		const caseTitle = summaries.get(caseCircle)?.title ?? '';
		for (const item of dueItemsOf(content))
			entries.push({ ...item, circle: circle ?? caseCircle, document, caseTitle, documentTitle: title });
	}
	return entries.sort((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : 0));
}
