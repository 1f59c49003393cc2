/**
 * A document that is edited the way y-tiptap edits it: a real Yjs fragment, beside which every letter has a name that it
 * keeps when cut, pasted or moved. So a test knows which words a thread was about, whatever they read like by now.
 */
import * as Y from 'yjs';
import type { TextBlock } from './anchor.ts';
import { readRelativePosition, writeRelativePosition } from './relative.ts';

export interface Letter {
	readonly character: string;
	readonly name: number;
}

interface Line {
	id: string;
	isHeading: boolean;
	letters: Letter[];
	text: Y.XmlText;
	/** The fragment's child that it stands in: itself, or a quotation around it. */
	outermost: Y.XmlElement;
}

export interface Range {
	readonly from: number;
	readonly to: number;
}

export class EditedText {
	readonly doc = new Y.Doc();
	readonly #fragment = this.doc.getXmlFragment('body');
	readonly #lines: Line[] = [];
	#names = 0;

	constructor(client = 1000) {
		this.doc.clientID = client;
	}

	get lines(): readonly { readonly text: string; readonly isHeading: boolean }[] {
		return this.#lines.map(({ letters, isHeading }) => ({ text: read(letters), isHeading }));
	}

	/** As an editor's positions: a line's border takes two. */
	get blocks(): readonly TextBlock[] {
		let from = 1;
		let headings: readonly string[] = [];
		return this.#lines.map(({ id, letters, isHeading }) => {
			const text = read(letters);
			const block = { id, text, from, headings: isHeading ? [] : headings };
			if (isHeading) headings = [text];
			from += text.length + 2;
			return block;
		});
	}

	/** Names of the letters from one position to another. */
	namesIn({ from, to }: Range): number[] {
		const { blocks } = this;
		return this.#lines.flatMap(({ letters }, i) => {
			const start = blocks[i]?.from ?? 0;
			return letters.slice(Math.max(0, from - start), Math.max(0, to - start)).map(({ name }) => name);
		});
	}

	textIn({ from, to }: Range): string {
		const parts = this.blocks
			.filter((block) => block.from + block.text.length >= from && block.from <= to)
			.map((block) => block.text.slice(Math.max(0, from - block.from), Math.max(0, to - block.from)));
		return parts.join('\n');
	}

	/** Every name that still stands somewhere. */
	get names(): Set<number> {
		return new Set(this.#lines.flatMap(({ letters }) => letters.map(({ name }) => name)));
	}

	positionOf(line: number, index: number): number {
		return (this.blocks[line]?.from ?? 0) + index;
	}

	relativeOf({ from, to }: Range): { start: string; end: string } {
		const [first, start] = this.#placeOf(from, 1);
		const [last, end] = this.#placeOf(to, -1);
		return {
			start: writeRelativePosition(Y.createRelativePositionFromTypeIndex(first.text, start, 0)),
			end: writeRelativePosition(Y.createRelativePositionFromTypeIndex(last.text, end, -1))
		};
	}

	absoluteOf({ start, end }: { readonly start: string; readonly end: string }): Range | null {
		const [from, to] = [start, end].map((text) => {
			const relative = readRelativePosition(text);
			const absolute = relative && Y.createAbsolutePositionFromRelativePosition(relative, this.doc);
			const line = this.#lines.findIndex((one) => one.text === absolute?.type);
			return absolute && line >= 0 ? this.positionOf(line, absolute.index) : null;
		});
		return from == null || to == null || from >= to ? null : { from, to };
	}

	insertLine(
		at: number,
		words: string | readonly Letter[],
		options: { isHeading?: boolean; id?: string } = {}
	): void {
		const letters = typeof words === 'string' ? this.#write(words) : [...words];
		const line = { id: options.id ?? this.#newId(), isHeading: options.isHeading ?? false, letters };
		const before = this.#lines[at];
		this.#lines.splice(at, 0, { ...line, ...this.#draw(line, this.#indexOf(before)) });
	}

	removeLine(at: number): readonly Letter[] {
		const [line] = this.#lines.splice(at, 1);
		if (line === undefined) return [];
		this.#fragment.delete(this.#indexOf(line), 1);
		return line.letters;
	}

	insert(at: number, index: number, words: string | readonly Letter[]): void {
		const line = this.#line(at);
		const letters = typeof words === 'string' ? this.#write(words) : words;
		line.text.insert(index, read(letters));
		line.letters.splice(index, 0, ...letters);
	}

	remove(at: number, from: number, to: number): readonly Letter[] {
		const line = this.#line(at);
		if (to > from) line.text.delete(from, to - from);
		return line.letters.splice(from, to - from);
	}

	/** Enter: the letters behind it are taken away and written again in a line of their own. */
	split(at: number, index: number): void {
		const { letters, isHeading } = this.#line(at);
		const tail = this.remove(at, index, letters.length);
		this.insertLine(at + 1, tail, { isHeading: isHeading && tail.length > 0 });
	}

	join(at: number): void {
		const tail = this.removeLine(at + 1);
		this.insert(at, this.#line(at).letters.length, tail);
	}

	/** A node of another kind: y-tiptap writes it anew. */
	turn(at: number, isHeading: boolean): void {
		const { id } = this.#line(at);
		this.insertLine(at, this.removeLine(at), { id, isHeading });
	}

	wrap(at: number): void {
		const line = this.#line(at);
		const index = this.#indexOf(line);
		this.#fragment.delete(index, 1);
		const quotation = new Y.XmlElement('blockquote');
		const text = new Y.XmlText(read(line.letters));
		const paragraph = new Y.XmlElement('paragraph');
		paragraph.insert(0, [text]);
		quotation.insert(0, [paragraph]);
		this.#fragment.insert(index, [quotation]);
		Object.assign(line, { text, outermost: quotation });
	}

	/** Drag and drop keeps the id; cut and paste gives another. */
	moveLine(from: number, to: number, keepsId: boolean): void {
		const { id, isHeading } = this.#line(from);
		const letters = this.removeLine(from);
		this.insertLine(to, letters, keepsId ? { id, isHeading } : { isHeading });
	}

	copyLine(from: number, to: number): void {
		const { letters, isHeading } = this.#line(from);
		this.insertLine(to, letters, { isHeading });
	}

	#line(at: number): Line {
		const line = this.#lines[at];
		if (line === undefined) throw new RangeError(`no line ${at}`);
		return line;
	}

	#placeOf(position: number, side: -1 | 1): [Line, number] {
		const blocks = this.blocks;
		const index = blocks.findIndex((block) => {
			const inside = position - block.from;
			return inside >= 0 && (side === 1 ? inside < block.text.length : inside <= block.text.length);
		});
		return [this.#line(index), position - (blocks[index]?.from ?? 0)];
	}

	#indexOf(line: Line | undefined): number {
		return line === undefined ? this.#fragment.length : this.#fragment.toArray().indexOf(line.outermost);
	}

	#draw({ letters, isHeading }: Pick<Line, 'letters' | 'isHeading'>, index: number) {
		const outermost = new Y.XmlElement(isHeading ? 'heading' : 'paragraph');
		const text = new Y.XmlText(read(letters));
		outermost.insert(0, [text]);
		this.#fragment.insert(index, [outermost]);
		return { text, outermost };
	}

	#write(words: string): Letter[] {
		return Array.from({ length: words.length }, (_, i) => ({
			character: words.charAt(i),
			name: this.#names++
		}));
	}

	#newId(): string {
		return `block-${this.#names++}`;
	}
}

const read = (letters: readonly Letter[]) => letters.map(({ character }) => character).join('');
