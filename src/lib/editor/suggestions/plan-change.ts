/**
 * From what somebody did to a change that can be proposed, and from a proposed change to the edit that makes it.
 *
 * Promises: a change stands on whole words, so that its words can be found again; an edit touches no more letters than
 * differ, so that what others have at the same words stays.
 * Must never: reach over the border of a cell, a list item or a block with fields.
 */
import type { Node } from '@tiptap/pm/model';
import type { Transaction } from '@tiptap/pm/state';
import { MAX_TEXT } from '#lib/discussion/bounds.ts';
import type { Change } from '#lib/discussion/suggestion.ts';
import { textBlocksOf, textOf, type Range } from '../comments/text-of-document.ts';
import { withoutSpace } from '../comments/word-at.ts';

/** `words`: what the thread is anchored to. */
export type Proposed =
	| { readonly ok: true; readonly change: Change; readonly words: Range }
	| {
			readonly ok: false;
			readonly reason: 'nothing' | 'no-words' | 'several-paragraphs' | 'across' | 'too-long';
	  };

export interface Plan extends Range {
	/** Stands from `from` to `to` afterwards. */
	readonly text: string;
	/** What stands there now. */
	readonly now: string;
	/** It is not what the change was made on. */
	readonly changed: boolean;
	/** The proposed words stand there already. */
	readonly done: boolean;
}

const LETTER = /[\p{L}\p{N}\p{M}'’-]/u;
const SPACE = /[\s\ufffc]/;
/** How many words an insertion is anchored to. */
const BESIDE = 3;

/** In place of what stands in `range`, `text`. */
export function proposalOf(doc: Node, range: Range, text: string): Proposed {
	if (text.length > MAX_TEXT || range.to - range.from > MAX_TEXT) return { ok: false, reason: 'too-long' };
	const line = textBlocksOf(doc).find(
		({ from, text: letters }) => range.from >= from && range.from <= from + letters.length
	);
	if (!line) return { ok: false, reason: 'no-words' };
	if (range.to > line.from + line.text.length) return deletionOfLines(doc, range, text);

	const letters = line.text;
	let [from, to] = [range.from - line.from, range.to - line.from];
	const [first, last] = [from, to];
	const isLetter = (at: number) => LETTER.test(letters.charAt(at));
	const startsInWord = isLetter(from) || LETTER.test(text.charAt(0));
	const endsInWord = isLetter(to - 1) || LETTER.test(text.at(-1) ?? '');
	if (first < last || (isLetter(from - 1) && isLetter(from)) || text !== '') {
		if (startsInWord) while (from > 0 && isLetter(from - 1)) from--;
		if (endsInWord) while (to < letters.length && isLetter(to)) to++;
	}
	// spaces alone can be found nowhere again
	if (from < to && letters.slice(from, to).trim() === '') {
		while (from > 0 && !SPACE.test(letters.charAt(from - 1))) from--;
		if (letters.slice(from, to).trim() === '')
			while (to < letters.length && !SPACE.test(letters.charAt(to))) to++;
	}
	const words = letters.slice(from, to);
	const after = letters.slice(from, first) + text + letters.slice(last, to);
	if (words === after) return { ok: false, reason: 'nothing' };
	if (words === '') return insertionAt(line, from, text);
	const anchored = withoutSpace(doc, { from: line.from + from, to: line.from + to });
	if (!anchored) return { ok: false, reason: 'no-words' };
	const change: Change = after === '' ? { kind: 'delete', words } : { kind: 'replace', words, text: after };
	return { ok: true, change, words: anchored };
}

function deletionOfLines(doc: Node, range: Range, text: string): Proposed {
	if (text !== '') return { ok: false, reason: 'several-paragraphs' };
	const [start, end] = [doc.resolve(range.from), doc.resolve(range.to)];
	const isAmongSiblings =
		end.parent.isTextblock &&
		start.depth === end.depth &&
		start.node(start.depth - 1) === end.node(end.depth - 1);
	if (!isAmongSiblings) return { ok: false, reason: 'across' };
	const words = withoutSpace(doc, range);
	if (!words) return { ok: false, reason: 'no-words' };
	return { ok: true, change: { kind: 'delete', words: textOf(doc, range) }, words };
}

function insertionAt(
	line: { readonly from: number; readonly text: string },
	at: number,
	text: string
): Proposed {
	const { text: letters } = line;
	let end = at;
	while (end > 0 && SPACE.test(letters.charAt(end - 1))) end--;
	if (end > 0) {
		let start = end;
		for (let word = 0; word < BESIDE && start > 0; word++) {
			while (start > 0 && SPACE.test(letters.charAt(start - 1))) start--;
			while (start > 0 && !SPACE.test(letters.charAt(start - 1))) start--;
		}
		const change: Change = { kind: 'insert', text, side: 'after', gap: at - end };
		return { ok: true, change, words: { from: line.from + start, to: line.from + end } };
	}
	let start = at;
	while (start < letters.length && SPACE.test(letters.charAt(start))) start++;
	if (start === letters.length) return { ok: false, reason: 'no-words' };
	end = start;
	for (let word = 0; word < BESIDE && end < letters.length; word++) {
		while (end < letters.length && SPACE.test(letters.charAt(end))) end++;
		while (end < letters.length && !SPACE.test(letters.charAt(end))) end++;
	}
	const change: Change = { kind: 'insert', text, side: 'before', gap: start - at };
	return { ok: true, change, words: { from: line.from + start, to: line.from + end } };
}

/** Where the anchored words stand now tells where the change belongs. `madeOn`: the anchored words as they were. */
export function planOf(doc: Node, change: Change, range: Range, madeOn: string): Plan {
	const line = textBlocksOf(doc).find(
		({ from, text }) => range.from >= from && range.from <= from + text.length
	);
	const letters = line?.text ?? '';
	const start = line?.from ?? range.from;
	const isSpace = (position: number) => SPACE.test(letters.charAt(position - start));
	if (change.kind === 'insert') {
		const { text, side, gap } = change;
		let at = side === 'after' ? range.to : range.from;
		if (side === 'after') while (at - range.to < gap && isSpace(at)) at++;
		else while (range.from - at < gap && at > start && isSpace(at - 1)) at--;
		const offset = at - start;
		const done =
			side === 'after' ? letters.startsWith(text, offset) : letters.slice(0, offset).endsWith(text);
		const now = textOf(doc, range);
		return { from: at, to: at, text, now, changed: !isSame(now, madeOn), done };
	}
	const { words } = change;
	const lead = words.length - words.trimStart().length;
	const trail = words.length - words.trimEnd().length;
	let { from, to } = range;
	while (range.from - from < lead && from > start && isSpace(from - 1)) from--;
	while (to - range.to < trail && to < start + letters.length && isSpace(to)) to++;
	const now = textOf(doc, { from, to });
	if (change.kind === 'delete') return { from, to, text: '', now, changed: !isSame(now, words), done: false };
	const { text } = change;
	const within = text.indexOf(words.trim());
	const before = from - start - Math.max(0, within);
	const done = now === text || (within >= 0 && before >= 0 && letters.startsWith(text, before));
	return { from, to, text, now, changed: !isSame(now, words), done };
}

/** The part in which both differ; what they begin and end with alike stays as it is. */
function differing({ from, to, text, now }: Plan): { from: number; to: number; text: string } {
	if (from === to || now.length !== to - from) return { from, to, text };
	const most = Math.min(now.length, text.length);
	let head = 0;
	while (head < most && now.charAt(head) === text.charAt(head)) head++;
	let tail = 0;
	while (tail < most - head && now.at(-1 - tail) === text.at(-1 - tail)) tail++;
	return { from: from + head, to: to - tail, text: text.slice(head, text.length - tail) };
}

/** The same in whole words, as one reads it: “would like → wants”, not “would like → ants” behind a w. */
export function differingWords(plan: Plan): { from: number; to: number; text: string } {
	const { now, text } = plan;
	let { from, to } = differing(plan);
	let head = from - plan.from;
	let tail = plan.to - to;
	const isLetter = (letters: string, at: number) => LETTER.test(letters.charAt(at));
	const startsInWord = isLetter(now, head) || isLetter(text, head);
	if (startsInWord) while (head > 0 && isLetter(now, head - 1)) head--;
	const endsInWord = isLetter(now, now.length - tail - 1) || isLetter(text, text.length - tail - 1);
	if (endsInWord) while (tail > 0 && isLetter(now, now.length - tail)) tail--;
	from = plan.from + head;
	to = plan.to - tail;
	return { from, to, text: text.slice(head, text.length - tail) };
}

export function writeChange(transaction: Transaction, plan: Plan): Transaction {
	const { from, to, text } = differing(plan);
	if (text === '') {
		const { doc } = transaction;
		return doc.resolve(from).sameParent(doc.resolve(to))
			? transaction.delete(from, to)
			: transaction.deleteRange(from, to);
	}
	const { schema } = transaction.doc.type;
	const { hardBreak } = schema.nodes;
	if (!text.includes('\n') || !hardBreak) return transaction.insertText(text.replaceAll('\n', ' '), from, to);
	const marks = transaction.doc.resolve(from).marks();
	const nodes = text
		.split('\n')
		.flatMap((part, index) => [
			...(index > 0 ? [hardBreak.create()] : []),
			...(part === '' ? [] : [schema.text(part, marks)])
		]);
	return transaction.replaceWith(from, to, nodes);
}

const isSame = (one: string, other: string) => spaced(one) === spaced(other);
const spaced = (text: string) => text.replace(/\s+/g, ' ').trim();
