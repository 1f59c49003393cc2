/**
 * The text of a reading view, for its comments. It is read from what is drawn, so it works for a document whose schema
 * this app does not know [V1].
 *
 * A position is a number of characters from the beginning, with one between two lines. Anchors made here have no place in
 * the shared document, only block, quote and headings; an editing app finds the words by these and writes the place.
 * Colours are drawn beside the text (CSS highlights): nothing in it is changed.
 */
import { makeAnchor, resolveAnchor, type Anchor, type TextBlock } from '#lib/discussion/anchor.ts';
import type { AnchoredThread, WordsState } from './anchored-words.ts';
import type { CommentedText } from './commented-text.ts';
import type { Range as Words } from './text-of-document.ts';

interface Line {
	readonly block: TextBlock;
	readonly nodes: readonly { readonly node: Text; readonly from: number }[];
}

/** Elements that hold a line of text, and nothing else that does. */
const LINES = 'p, h1, h2, h3, li, blockquote, th, td, figcaption, div';
/** What the reading view says about a block, and the editor's text does not have. */
const ABOUT = '.block-fields, .unseen, button, figure';
const NOWHERE = { start: '', end: '' };

export class ReadingText implements CommentedText {
	readonly element: HTMLElement;
	readonly wordsToChange = null;
	readonly suggesting = null;
	readonly #changed: () => void;
	#lines: readonly Line[] = [];
	#blocks: readonly TextBlock[] = [];
	#threads: readonly AnchoredThread[] = [];
	#ranges = new Map<string, Words>();
	#states = new Map<string, WordsState>();
	#open: string | null = null;
	#draft: Words | null = null;
	#caret: Words = { from: 0, to: 0 };

	constructor(element: HTMLElement, changed: () => void) {
		this.element = element;
		this.#changed = changed;
	}

	/** What is drawn may be another text now. */
	read(): void {
		this.#lines = linesOf(this.element);
		this.#blocks = this.#lines.map(({ block }) => block);
		this.#lookUp();
	}

	/** Follows what is selected in the text. */
	select(): void {
		const selection = getSelection();
		if (!selection || selection.rangeCount === 0) return;
		const range = selection.getRangeAt(0);
		if (!this.element.contains(range.commonAncestorContainer)) return;
		const before = this.hasSelection;
		this.#caret = {
			from: this.#positionOf(range.startContainer, range.startOffset),
			to: this.#positionOf(range.endContainer, range.endOffset)
		};
		if (before !== this.hasSelection) this.#changed();
	}

	/** The thread whose words are at a point of the window. */
	threadAt(x: number, y: number): string | null {
		const hit = ({ left, right, top, bottom }: DOMRect) => x >= left && x <= right && y >= top && y <= bottom;
		for (const [thread, words] of this.#ranges)
			if (this.#isSeen(thread) && [...this.#rangeAt(words).getClientRects()].some(hit)) return thread;
		return null;
	}

	close(): void {
		for (const name of ['commented', 'commented-open']) CSS.highlights?.delete(name);
	}

	setThreads(threads: readonly AnchoredThread[]): void {
		this.#threads = threads;
		this.#lookUp();
	}
	setOpen(thread: string | null): void {
		this.#open = thread;
		this.#draw();
	}
	stateOf(thread: string): WordsState | null {
		return this.#states.get(thread) ?? null;
	}
	rangeOf(thread: string): Words | null {
		return this.#ranges.get(thread) ?? null;
	}
	get draft(): Words | null {
		return this.#draft;
	}
	setDraft(range: Words | null): void {
		this.#draft = range;
		this.#draw();
		this.#changed();
	}
	anchorAt({ from, to }: Words): Anchor | null {
		return this.wordsIn({ from, to }).trim() === '' ? null : makeAnchor(this.#blocks, from, to, NOWHERE);
	}
	get selectedWords(): Words | null {
		const words = this.wordsIn(this.#caret);
		const from = this.#caret.from + words.length - words.trimStart().length;
		const to = this.#caret.to - words.length + words.trimEnd().length;
		return from < to ? { from, to } : null;
	}
	wasTakenHere(): boolean {
		return false;
	}
	get hasSelection(): boolean {
		return this.#caret.from < this.#caret.to;
	}
	get caret(): number {
		return this.#caret.from;
	}
	wordsIn({ from, to }: Words): string {
		const text = this.#blocks.map((block) => block.text).join('\n');
		return text.slice(from, to);
	}
	topOf(position: number): number {
		return this.#rangeAt({ from: position, to: position + 1 }).getBoundingClientRect().top;
	}
	goTo(range: Words | null, focus: boolean): void {
		if (range) {
			const { startContainer } = this.#rangeAt(range);
			startContainer.parentElement?.scrollIntoView({ block: 'center' });
		}
		if (focus) this.element.focus({ preventScroll: true });
	}
	leaveAt(position: number): void {
		this.#caret = { from: position, to: position };
	}
	setNumbers(): void {
		// Svelte draws these lines: nothing may be put between. The notes quote the words they are about.
	}
	rest(): void {
		// nothing is written here, so no anchor has to be written either
	}

	#lookUp(): void {
		this.#ranges.clear();
		this.#states.clear();
		for (const { id, anchor } of this.#threads) {
			const found = resolveAnchor(anchor, this.#blocks, null);
			// its place in the shared document is not asked here, so "elsewhere" would claim too much
			this.#states.set(id, found.state === 'detached' ? 'detached' : 'attached');
			if (found.state !== 'detached') this.#ranges.set(id, { from: found.from, to: found.to });
		}
		this.#draw();
		this.#changed();
	}

	#isSeen(thread: string): boolean {
		return thread === this.#open || this.#threads.some(({ id, hidden }) => id === thread && !hidden);
	}

	#draw(): void {
		if (!('highlights' in CSS)) return;
		const seen = [...this.#ranges].filter(([thread]) => this.#isSeen(thread));
		const open = seen.filter(([thread]) => thread === this.#open).map(([, words]) => words);
		if (this.#draft) open.push(this.#draft);
		const ranges = (words: readonly Words[]) => new Highlight(...words.map((one) => this.#rangeAt(one)));
		CSS.highlights.set('commented', ranges(seen.map(([, words]) => words)));
		CSS.highlights.set('commented-open', ranges(open));
	}

	#rangeAt({ from, to }: Words): Range {
		const range = document.createRange();
		const [start, end] = [this.#placeOf(from, false), this.#placeOf(to, true)];
		if (start) range.setStart(...start);
		if (end) range.setEnd(...end);
		return range;
	}

	#placeOf(position: number, isEnd: boolean): [Text, number] | null {
		const line = this.#lines.findLast(({ block }) => block.from <= position) ?? this.#lines[0];
		const found =
			line?.nodes.findLast(({ from }) => (isEnd ? from < position : from <= position)) ?? line?.nodes[0];
		return found ? [found.node, Math.max(0, Math.min(found.node.length, position - found.from))] : null;
	}

	#positionOf(node: Node, offset: number): number {
		const point = document.createRange();
		point.setStart(node, offset);
		let position = 0;
		for (const { nodes } of this.#lines)
			for (const { node: text, from } of nodes) {
				if (text === node) return from + offset;
				if (point.comparePoint(text, 0) > 0) return position;
				position = from + text.length;
			}
		return position;
	}
}

function linesOf(root: HTMLElement): readonly Line[] {
	const lines: Line[] = [];
	const headings: { level: number; text: string }[] = [];
	let position = 0;
	for (const element of root.querySelectorAll<HTMLElement>(LINES)) {
		if (element.closest(ABOUT) || element.querySelector(LINES)) continue;
		const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
		const nodes: { node: Text; from: number }[] = [];
		let text = '';
		while (walker.nextNode()) {
			const node = walker.currentNode as Text;
			nodes.push({ node, from: position + text.length });
			text += node.data;
		}
		const level = /^H[1-6]$/.test(element.tagName) ? Number(element.tagName.slice(1)) : null;
		if (level !== null) while ((headings.at(-1)?.level ?? 0) >= level) headings.pop();
		const id = element.dataset['id'] ?? null;
		lines.push({ block: { id, text, from: position, headings: headings.map((one) => one.text) }, nodes });
		if (level !== null) headings.push({ level, text });
		position += text.length + 1;
	}
	return lines;
}
