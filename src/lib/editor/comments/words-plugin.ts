/**
 * Where the words of every thread stand in the editor, and how they look: ranges and decorations, never marks [D5].
 *
 * Promises: every transaction moves the ranges with their words. A change of the shared document arrives as one that
 * replaces everything, so the part that really differs is found first.
 */
import { isChangeOrigin } from '@tiptap/extension-collaboration';
import type { Node } from '@tiptap/pm/model';
import { Plugin, PluginKey, Selection, type EditorState, type Transaction } from '@tiptap/pm/state';
import { Mapping, StepMap } from '@tiptap/pm/transform';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';
import { textOf, type Range } from './text-of-document.ts';

export interface Words {
	readonly ranges: ReadonlyMap<string, Range>;
	readonly drawn: DecorationSet;
	/** Parts of the document that were changed here, until `written`. */
	readonly own: readonly Range[];
	/** Threads whose words others may have replaced, or that lost them, until they are placed. */
	readonly unsure: ReadonlySet<string>;
	/** Parts that were pasted or moved here, until `written`. */
	readonly brought: readonly Range[];
	/** Threads whose words were taken away here, until they are placed, and what these were. */
	readonly takenHere: ReadonlyMap<string, string>;
}

/** Said with a transaction: these threads stand here now (null: nowhere), and these look different. */
export interface WordsChange {
	readonly placed?: ReadonlyMap<string, Range | null>;
	readonly looks?: readonly string[];
	/** Anchors for what was changed here are written. */
	readonly written?: true;
}

export interface WordsOwner {
	/** Class of the words of a thread; null while they are not to be seen. */
	lookOf(thread: string): string | null;
	/** Of the note that a thread is on paper; null while nothing is printed. */
	numberOf(thread: string): number | null;
	updated(before: EditorState): void;
	/** Null: the click was beside all words. */
	clicked(thread: string | null): void;
	left(): void;
}

/** Own changes further apart than these many parts are taken as one. */
const MOST_PARTS = 30;

const key = new PluginKey<Words>('words');
const nothing: Words = {
	ranges: new Map(),
	drawn: DecorationSet.empty,
	own: [],
	unsure: new Set(),
	brought: [],
	takenHere: new Map()
};

export const wordsIn = (state: EditorState): Words => key.getState(state) ?? nothing;

export const withChange = (transaction: Transaction, change: WordsChange): Transaction =>
	transaction.setMeta(key, change).setMeta('addToHistory', false);

export function wordsPlugin(owner: WordsOwner): Plugin<Words> {
	const draw = (thread: string, range: Range): Decoration[] => {
		const look = owner.lookOf(thread);
		const number = owner.numberOf(thread);
		return [
			...(look === null
				? []
				: [Decoration.inline(range.from, range.to, { class: look, 'data-thread': thread }, { thread })]),
			...(number === null
				? []
				: [Decoration.widget(range.to, () => noteMark(number), { thread, side: -1, key: `note-${number}` })])
		];
	};

	return new Plugin<Words>({
		key,
		state: {
			init: () => nothing,
			apply(transaction, words, before) {
				const moved = transaction.docChanged ? move(words, transaction, before.doc) : words;
				const change = transaction.getMeta(key) as WordsChange | undefined;
				return change ? place(moved, change, transaction.doc, draw) : moved;
			}
		},
		view: () => ({ update: (_view, before) => owner.updated(before) }),
		props: {
			decorations: (state) => key.getState(state)?.drawn,
			handleClick: (view, _pos, event) => {
				takeCaret(view);
				const words = event.target instanceof Element ? event.target.closest('[data-thread]') : null;
				owner.clicked(words?.getAttribute('data-thread') ?? null);
				return false; // the caret goes there as well
			},
			handleDOMEvents: {
				blur: () => {
					owner.left();
					return false;
				}
			}
		}
	});
}

function noteMark(number: number): HTMLElement {
	const mark = document.createElement('sup');
	mark.className = 'note-number';
	mark.textContent = String(number);
	return mark;
}

/**
 * ProseMirror reads a new caret a moment after the browser has set it. What a click opens or closes is drawn at once,
 * and would put the caret back to where it was before the click.
 */
function takeCaret(view: EditorView): void {
	const { anchorNode, anchorOffset, isCollapsed } = document.getSelection() ?? {};
	if (!isCollapsed || !anchorNode || anchorOffset === undefined || !view.dom.contains(anchorNode)) return;
	const { state } = view;
	const at = view.posAtDOM(anchorNode, anchorOffset);
	if (at < 0 || at > state.doc.content.size || at === state.selection.head) return;
	view.dispatch(state.tr.setSelection(Selection.near(state.doc.resolve(at))));
}

function move(words: Words, transaction: Transaction, before: Node): Words {
	const remote = isChangeOrigin(transaction);
	const mapping = mappingOf(transaction, before);
	const ranges = new Map<string, Range>();
	const unsure = new Set(words.unsure);
	const takenHere = new Map(words.takenHere);
	for (const [thread, range] of words.ranges) {
		const moved = { from: mapping.map(range.from, 1), to: mapping.map(range.to, -1) };
		const stays = moved.from < moved.to;
		if (stays) ranges.set(thread, moved);
		// of what others did only the result is seen: words in the changed part may have been replaced by equal ones
		if (!stays || (remote && isTouched(mapping, range))) unsure.add(thread);
		if (!stays && !remote) takenHere.set(thread, textOf(before, range));
	}
	const later = ({ from, to }: Range) => ({ from: mapping.map(from, -1), to: mapping.map(to, 1) });
	const own = words.own.map(later);
	const brought = words.brought.map(later);
	const parts = remote ? [] : partsOf(mapping);
	const isMove = transaction.getMeta('paste') === true || takenHere.size > words.takenHere.size;
	return {
		ranges,
		drawn: words.drawn.map(mapping, transaction.doc),
		own: joined([...own, ...parts]),
		brought: isMove ? [...brought, ...parts] : brought,
		unsure,
		takenHere
	};
}

function place(
	words: Words,
	{ placed = new Map(), looks = [], written }: WordsChange,
	doc: Node,
	draw: (thread: string, range: Range) => Decoration[]
): Words {
	const ranges = new Map(words.ranges);
	const unsure = new Set(words.unsure);
	const takenHere = new Map(words.takenHere);
	for (const [thread, range] of placed) {
		unsure.delete(thread);
		if (range === null) ranges.delete(thread);
		else {
			ranges.set(thread, range);
			takenHere.delete(thread);
		}
	}
	const again = new Set([...placed.keys(), ...looks]);
	const old = words.drawn.find(undefined, undefined, (spec) =>
		again.has((spec as { thread: string }).thread)
	);
	const fresh = [...again].flatMap((thread) => {
		const range = ranges.get(thread);
		return range ? draw(thread, range) : [];
	});
	const drawn = words.drawn.remove(old).add(doc, fresh);
	const { own, brought } = written ? nothing : words;
	return { ranges, drawn, own, brought, unsure, takenHere };
}

/** Where everything stands after a transaction; also after one that brings what others changed. */
export function mappingOf(transaction: Transaction, before: Node): Mapping {
	return isChangeOrigin(transaction) ? whatDiffers(before, transaction.doc) : transaction.mapping;
}

/** The one part in which two documents differ. */
function whatDiffers(before: Node, after: Node): Mapping {
	const start = before.content.findDiffStart(after.content);
	const end = before.content.findDiffEnd(after.content);
	if (start === null || end === null) return new Mapping();
	const overlap = Math.max(0, start - Math.min(end.a, end.b));
	return new Mapping([new StepMap([start, end.a + overlap - start, end.b + overlap - start])]);
}

function isTouched(mapping: Mapping, { from, to }: Range): boolean {
	let touched = false;
	for (const map of mapping.maps) map.forEach((start, end) => void (touched ||= start <= to && end >= from));
	return touched;
}

/** What was changed, in positions after it. */
function partsOf(mapping: Mapping): Range[] {
	const parts: Range[] = [];
	mapping.maps.forEach((map, index) => {
		const later = mapping.slice(index + 1);
		map.forEach(
			(_start, _end, from, to) => void parts.push({ from: later.map(from, -1), to: later.map(to, 1) })
		);
	});
	return parts;
}

function joined(parts: Range[]): Range[] {
	const result: Range[] = [];
	for (const part of parts.sort((a, b) => a.from - b.from)) {
		const last = result.at(-1);
		if (last && part.from <= last.to)
			result[result.length - 1] = { from: last.from, to: Math.max(last.to, part.to) };
		else result.push(part);
	}
	const [first, last] = [result[0], result.at(-1)];
	return result.length > MOST_PARTS && first && last ? [{ from: first.from, to: last.to }] : result;
}
