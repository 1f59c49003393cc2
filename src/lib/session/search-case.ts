/** Words in the documents of a case, over what this device has seen of them: nothing is opened for it, and nobody asked. */
import type { DocumentRow } from '#lib/casework/case-index.ts';
import type { CaseDocument } from '#lib/casework/derive/case-document.ts';
import type { CircleId } from '#lib/circle/ids.ts';
import type { OwnDocument } from './own-document.ts';
import { excerptAt, findWords, plainText, wordsOf } from './search-words.ts';
import type { Summaries } from './summaries.ts';

export interface SearchableDocument extends CaseDocument {
	/** The circle that it stands in, the case's or its own. */
	readonly circle: CircleId;
}

/** What is listed in a case, as far as this device has seen it. */
export function contentsOf(
	listed: readonly Pick<DocumentRow, 'id' | 'kind' | 'title' | 'createdAt' | 'removed'>[],
	summaries: Summaries
): readonly CaseDocument[] {
	return listed.flatMap(({ id, kind, title, createdAt, removed }): CaseDocument[] => {
		const summary = summaries.get(id)?.content ?? null;
		return removed || summary === null ? [] : [{ id, kind, title, createdAt, summary }];
	});
}

/** These documents, and those with a circle of their own that I am in: of any other there is nothing here to be found. */
export function searchableIn(
	circle: CircleId,
	contents: readonly CaseDocument[],
	own: readonly OwnDocument[],
	summaries: Summaries
): readonly SearchableDocument[] {
	return [
		...contents.map((one) => ({ ...one, circle })),
		...own.flatMap(({ circle: its, document: id, kind, title }) => {
			const summary = summaries.get(id)?.content ?? null;
			return summary === null ? [] : [{ id, kind, title, createdAt: 0, summary, circle: its }];
		})
	];
}

export interface FoundDocument {
	readonly one: SearchableDocument;
	readonly excerpt: string;
}

/** Asked again for every letter: what it is asked about is made plain once. */
export function searchOver(
	documents: readonly SearchableDocument[]
): (query: string) => readonly FoundDocument[] {
	const texts = documents.map((one) => ({ one, text: `${one.title}\n${one.summary.text}` }));
	const plain = texts.map(({ text }) => plainText(text));
	return (query) => {
		const words = wordsOf(query);
		if (words.length === 0) return [];
		return texts.flatMap(({ one, text }, index) => {
			const at = findWords(plain[index] ?? '', words);
			return at === null ? [] : [{ one, excerpt: excerptAt(text, at) }];
		});
	};
}
