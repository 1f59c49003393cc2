/**
 * Search as people do it: no accents, no capitals, all words anywhere, Chinese by its words. Pure.
 *
 * Words are looked for at the beginning of words, so that "tom" finds Tom and not "symptom"; in Chinese, which has no
 * gaps between words, anywhere.
 */

export function plainText(text: string): string {
	return text
		.normalize('NFD')
		.replace(/\p{Mn}/gu, '')
		.toLowerCase();
}

const segmenter =
	typeof Intl.Segmenter === 'undefined' ? null : new Intl.Segmenter('zh', { granularity: 'word' });

/** The words of a query. */
export function wordsOf(query: string): readonly string[] {
	const text = plainText(query);
	if (segmenter === null || !/\p{Script=Han}/u.test(text))
		return text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
	return [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
}

/** Where the first of the words stands in `plain`; null unless all of them stand in it. */
export function findWords(plain: string, words: readonly string[]): number | null {
	let first = Infinity;
	for (const word of words) {
		const at = findWord(plain, word);
		if (at < 0) return null;
		first = Math.min(first, at);
	}
	return first === Infinity ? null : first;
}

function findWord(plain: string, word: string): number {
	const anywhere = /\p{Script=Han}/u.test(word);
	for (let at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + 1))
		if (anywhere || at === 0 || !/[\p{L}\p{N}]/u.test(plain[at - 1] ?? '')) return at;
	return -1;
}

/** A few words around the place, cut between words where there are gaps. */
export function excerptAt(text: string, at: number, around = 60): string {
	const from = at <= around ? 0 : Math.max(0, text.lastIndexOf(' ', at - around) + 1 || at - around);
	const end = Math.min(text.length, at + 2 * around);
	const to = end === text.length ? end : Math.max(at + around, text.lastIndexOf(' ', end));
	return `${from > 0 ? '…' : ''}${text.slice(from, to).replace(/\s+/g, ' ').trim()}${to < text.length ? '…' : ''}`;
}
