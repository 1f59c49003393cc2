/**
 * People named with @ in what somebody writes. In the lane stands the person's id between two marks that nobody types,
 * so a mention outlives every renaming; while it is written, and where it is read, stands the name the circle says.
 *
 * Promises: what is shown while writing as a mention is one, and nothing else is: it depends on the words alone, so
 * undo, dictation and paste need no bookkeeping. Two people of one name can be told apart.
 */
import { MAX_TEXT } from './bounds.ts';

export interface Nameable {
	readonly person: string;
	readonly name: string;
}

export type TextPart =
	{ readonly type: 'words'; readonly words: string } | { readonly type: 'mention'; readonly person: string };

/** First strong isolate … pop directional isolate: a name of any script keeps to itself inside a sentence. */
const [OPEN, CLOSE] = ['\u2068', '\u2069'];
const TOKEN = /\u2068@([A-Za-z0-9_-]{1,64})\u2069/g;
const LETTER = /^[\p{L}\p{N}\p{M}]/u;
/** Scripts that put no space between words. */
const UNSPACED =
	/^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
/** Longer than any name that is still being typed. */
const LONGEST = 60;

export function partsOf(text: string): readonly TextPart[] {
	const parts: TextPart[] = [];
	let at = 0;
	for (const found of text.matchAll(TOKEN)) {
		if (found.index > at) parts.push({ type: 'words', words: text.slice(at, found.index) });
		parts.push({ type: 'mention', person: found[1] ?? '' });
		at = found.index + found[0].length;
	}
	if (at < text.length) parts.push({ type: 'words', words: text.slice(at) });
	return parts;
}

export function mentions(text: string, person: string): boolean {
	return text.includes(`${OPEN}@${person}${CLOSE}`);
}

/** As it reads: for a text field, a screen reader, a list. */
export function readable(text: string, nameOf: (person: string) => string): string {
	return text.replace(TOKEN, (_, person: string) => `@${nameOf(person)}`);
}

/** Not more than so many characters, and no mention cut in two. */
export function beginningOf(text: string, most: number): string {
	let short = '';
	for (const part of partsOf(text)) {
		const next = part.type === 'words' ? part.words : `${OPEN}@${part.person}${CLOSE}`;
		if (short.length + next.length <= most) short += next;
		else
			return `${short}${part.type === 'words' ? [...part.words.slice(0, most - short.length)].slice(0, -1).join('') : ''}…`;
	}
	return short;
}

/** People as they can be called: of two with one name the second is called "Ana (2)". People without a name are left out. */
export function callable<T extends Nameable>(
	people: readonly T[]
): readonly (T & { readonly call: string })[] {
	const taken = new Set<string>();
	return people.flatMap((one) => {
		const name = one.name.normalize('NFC').replace(/\s+/g, ' ').trim();
		if (name === '') return [];
		let call = name;
		for (let count = 2; taken.has(folded(call)); count++) call = `${name} (${count})`;
		taken.add(folded(call));
		return { ...one, call };
	});
}

export interface Mention {
	readonly from: number;
	readonly to: number;
	readonly person: string;
}

/** The mentions in words that are being written: @ and the whole name of somebody. */
export function mentionsIn(words: string, people: readonly Nameable[]): readonly Mention[] {
	const called = callable(people).toSorted((a, b) => b.call.length - a.call.length);
	const found: Mention[] = [];
	for (let at = words.indexOf('@'); at >= 0; at = words.indexOf('@', at + 1)) {
		if (!mayBegin(words, at)) continue;
		const one = called.find(({ call }) => {
			const end = at + 1 + call.length;
			return folded(words.slice(at + 1, end)) === folded(call) && mayEnd(call, words.slice(end, end + 2));
		});
		if (one) found.push({ from: at, to: at + 1 + one.call.length, person: one.person });
	}
	return found;
}

/** From the words as written to the text as it is kept. What would make it too long stays a name in words. */
export function withMentions(words: string, people: readonly Nameable[]): string {
	const plain = words.replaceAll(`${OPEN}@`, '@');
	let text = '';
	let at = 0;
	let left = MAX_TEXT - plain.length;
	for (const { from, to, person } of mentionsIn(plain, people)) {
		const token = `${OPEN}@${person}${CLOSE}`;
		left -= token.length - (to - from);
		if (left < 0) break;
		text += plain.slice(at, from) + token;
		at = to;
	}
	return text + plain.slice(at);
}

/** From the text as it is kept to words that one can go on writing. */
export function withoutMentions(
	text: string,
	people: readonly Nameable[],
	nameOf: (person: string) => string
): string {
	const called = new Map(callable(people).map(({ person, call }) => [person, call]));
	return readable(text, (person) => called.get(person) ?? nameOf(person));
}

/** The name that is being typed at the caret: where its @ stands, and what of it is there. Null where none is. */
export function typedName(
	words: string,
	caret: number
): { readonly from: number; readonly typed: string } | null {
	const from = words.lastIndexOf('@', caret - 1);
	if (from < 0 || !mayBegin(words, from)) return null;
	const typed = words.slice(from + 1, caret);
	return typed.length > LONGEST || /[\n@]|^\s/.test(typed) ? null : { from, typed };
}

/** Who may be meant by what was typed: those whose name, or a word of it, begins so; those of the first kind first. */
export function whoIsMeant<T extends Nameable>(
	people: readonly T[],
	typed: string
): readonly (T & { readonly call: string })[] {
	const wanted = folded(typed.trim());
	const called = callable(people).map((one) => ({ one, name: folded(one.call) }));
	const first = called.filter(({ name }) => name.startsWith(wanted));
	const other = called.filter(
		({ name }) => !name.startsWith(wanted) && name.split(/[\s'’-]+/).some((word) => word.startsWith(wanted))
	);
	return [...first, ...other].map(({ one }) => one);
}

/** As people type: no accents, no capitals. A letter that is not one with its accent keeps its length. */
function folded(words: string): string {
	return words
		.normalize('NFD')
		.replace(/\p{Mn}/gu, '')
		.toLocaleLowerCase();
}

/** Not in the middle of an address. */
function mayBegin(words: string, at: number): boolean {
	const before = [...words.slice(Math.max(0, at - 2), at)].at(-1) ?? '';
	return !LETTER.test(before) || UNSPACED.test(before);
}

/** "@Ana" is not the beginning of "@Anabel". */
function mayEnd(call: string, after: string): boolean {
	const last = [...call].at(-1) ?? '';
	return !LETTER.test(last) || !LETTER.test(after) || UNSPACED.test(last) || UNSPACED.test(after);
}
