/**
 * Brings together again what a move tore apart: words, values and blocks that arrived in a block which has been made
 * again elsewhere meanwhile, and blocks that two people moved to two places.
 *
 * Promises: no word that was written is left behind, and none is there twice once all devices have met: of what several
 * devices bring over at the same time, every one of them takes the same away again.
 * Must never: bring back what a person has removed having seen it.
 */
import * as Y from 'yjs';
import {
	allReplacedBy,
	copyOpenValues,
	everyValueOf,
	notReplaced,
	setAfter,
	type Value
} from '../both-values.ts';
import {
	copyOfText,
	inlineWords,
	insertLetters,
	isBefore,
	isThere,
	lineOf,
	removeLetter,
	type Run
} from './letters.ts';
import { Lineage } from './lineage.ts';
import {
	asElement,
	idOf,
	keyOf,
	seenIn,
	typeIn,
	writeCarried,
	writeMove,
	type Id,
	type Span
} from './moves.ts';

/** Nodes that hold text. */
const TEXT = new Set(['paragraph', 'heading', 'blockTitle', 'field']);
/** A document that cannot be settled in so many steps is left for the next time. */
const MOST_STEPS = 2_000;

/** `isMine`: may what this Yjs client wrote be brought over here and now? Call it inside a transaction. */
export function settleMoves(doc: Y.Doc, body: Y.XmlFragment, isMine: (client: number) => boolean): void {
	for (let steps = 0; steps < MOST_STEPS; steps++) if (!new Settling(doc, body, isMine).step()) return;
}

class Settling {
	#doc: Y.Doc;
	#body: Y.XmlFragment;
	#isMine: (client: number) => boolean;
	#lineage: Lineage;

	constructor(doc: Y.Doc, body: Y.XmlFragment, isMine: (client: number) => boolean) {
		this.#doc = doc;
		this.#body = body;
		this.#isMine = isMine;
		this.#lineage = new Lineage(doc, body);
	}

	/** Does one thing that is to be done; false when there is none. */
	step(): boolean {
		return (
			this.#dropDouble() ||
			this.#dropDoubledWords() ||
			this.#lineage.gone.some((element) => this.#bringBlock(element) || this.#bringContent(element))
		);
	}

	#dropDouble(): boolean {
		for (const [stays, ...others] of this.#lineage.doubled)
			for (const other of others) {
				const movers = [stays, other].map((one) => (one ? this.#lineage.moverOf(one) : null));
				if (
					!stays ||
					isInside(stays, other) ||
					!movers.some((mover) => mover === null || this.#isMine(mover))
				)
					continue;
				removeElement(other);
				return true;
			}
		return false;
	}

	/** The same letters twice in one line, brought over by two devices or past a copy: everybody takes away the same. */
	#dropDoubledWords(): boolean {
		for (const { at } of this.#lineage.carried)
			for (let clock = at[1]; clock < at[2]; clock++) {
				const letter: Id = [at[0], clock];
				const line = lineOf(this.#doc, letter);
				if (!line || line._item?.deleted !== false || !isThere(this.#doc, letter)) continue;
				const isDouble = this.#sameAs(letter).some((other) => {
					if (keyOf(other) === keyOf(letter)) return false;
					const place = lineOf(this.#doc, other);
					if (place === line) return isThere(this.#doc, other) && isBefore(other, letter);
					return place !== null && this.#lineage.isCopiedTo(place, line, other);
				});
				if (isDouble) {
					removeLetter(this.#doc, letter);
					return true;
				}
			}
		return false;
	}

	/** A block that went down with what it had been moved into, or was put into. */
	#bringBlock(element: Y.XmlElement): boolean {
		const item = element._item;
		if (!item || !this.#isMine(item.id.client)) return false;
		if (this.#lineage.homeOf(element) !== null || this.#lineage.isRemoved(element)) return false;
		return this.#copyHome(element);
	}

	#bringContent(element: Y.XmlElement): boolean {
		const home = this.#lineage.homeOf(element);
		const isGone = home === null;
		if (!isGone && this.#bringValues(element, home)) return true;
		if (!isGone && this.#bringWords(element, element, home)) return true;
		return this.#bringChildren(element, element, home);
	}

	/** `holder`: the element that was moved; `parent`: that, or a block without an id that stands in it. */
	#bringChildren(holder: Y.XmlElement, parent: Y.XmlElement, home: Y.XmlElement | null): boolean {
		if (holdsText(parent)) return false;
		for (let item = parent._start; item !== null; item = item.right) {
			const child = asElement(typeIn(item));
			if (child === null || this.#lineage.isKnown(child)) continue;
			if (this.#isLate(holder, item)) {
				const isThere = this.#lineage.homeOf(child) !== null || this.#lineage.removed.has(keyOf(idOf(child)));
				if (!isThere && this.#isMine(item.id.client) && this.#copyHome(child)) return true;
			} else if (home !== null) {
				if (this.#lineage.homeOf(child) === null && this.#bringWords(holder, child, home)) return true;
				if (this.#bringChildren(holder, child, home)) return true;
			}
		}
		return false;
	}

	#bringValues(element: Y.XmlElement, home: Y.XmlElement): boolean {
		for (const name of element._map.keys()) {
			if (name === 'id') continue;
			for (const value of notReplaced(everyValueOf(element, name))) {
				const { client, clock } = value;
				const late: Span = [client, clock, clock + 1];
				const isLate = this.#isLateAt(element, client, clock);
				if (!isLate || !this.#isMine(client) || this.#isBrought([client, clock], home)) continue;
				const isSame = (one: Value) => one.value === value.value;
				const next = Y.getState(this.#doc.store, this.#doc.clientID);
				const same = notReplaced(everyValueOf(home, name)).find(isSame);
				if (!same) setAtOnce(home, name, value, element, this.#lineage.madeWith(home));
				const [by, at] = same ? [same.client, same.clock] : [this.#doc.clientID, next];
				writeCarried(this.#doc, { late, at: [by, at, at + 1] });
				return true;
			}
		}
		return false;
	}

	#bringWords(holder: Y.XmlElement, line: Y.XmlElement, home: Y.XmlElement): boolean {
		if (!holdsText(line)) return false;
		const { base, runs } = this.#readLine(holder, line, home);
		// the last first: of several at one place the earlier one then comes before it
		const run = runs.findLast(({ late }) => this.#isMine(late[0]));
		if (!run) return false;
		const at = Y.getState(this.#doc.store, this.#doc.clientID);
		const from =
			line === holder && TEXT.has(home.nodeName)
				? insertLetters(home, base, run, this.#lineage.madeWith(home))
				: appendLine(home, run.text);
		writeCarried(this.#doc, {
			late: run.late,
			at: [this.#doc.clientID, at + from, at + from + run.text.length]
		});
		return true;
	}

	/** What was brought along of a line, and what was not. */
	#readLine(
		holder: Y.XmlElement,
		line: Y.XmlElement,
		home: Y.XmlElement
	): { base: string; runs: readonly Run[] } {
		let base = '';
		const runs: Run[] = [];
		const read = (item: Y.Item, text: string) => {
			const { client, clock } = item.id;
			const from = Math.min(text.length, Math.max(0, this.#lateFrom(holder, client) - clock));
			const made = this.#lineage.madeWith(holder);
			const isCopy = made !== null && client === made[0] && clock >= made[1] && clock < made[2];
			base += isCopy ? text : text.slice(0, from);
			if (isCopy || from === text.length) return;
			for (const [start, end] of this.#missing([client, clock + from, clock + text.length], home)) {
				const run: Run = {
					at: base.length,
					text: text.slice(start - clock, end - clock),
					late: [client, start, end]
				};
				const last = runs.at(-1);
				// typed letter by letter, it is one run all the same
				if (last?.at === run.at && last.late[0] === client && last.late[2] === start)
					runs[runs.length - 1] = { ...last, text: last.text + run.text, late: [client, last.late[1], end] };
				else runs.push(run);
			}
		};
		for (let item = line._start; item !== null; item = item.right) {
			const type = typeIn(item);
			const inline = asElement(type);
			if (inline) read(item, inlineWords(inline));
			else if (type instanceof Y.XmlText)
				for (let letters = type._start; letters !== null; letters = letters.right)
					if (letters.content instanceof Y.ContentString) read(letters, letters.content.str);
		}
		return { base, runs };
	}

	#lateFrom(holder: Y.XmlElement, client: number): number {
		return this.#lineage.lateFrom(holder, client);
	}

	#isLate(holder: Y.XmlElement, item: Y.Item): boolean {
		return this.#isLateAt(holder, item.id.client, item.id.clock + item.length - 1);
	}

	#isLateAt(holder: Y.XmlElement, client: number, last: number): boolean {
		const made = this.#lineage.madeWith(holder);
		if (made !== null && client === made[0] && last >= made[1] && last < made[2]) return false;
		return last >= this.#lateFrom(holder, client);
	}

	/** A value that was brought over already, to where the block lives or to what became of it. */
	#isBrought(value: Id, home: Y.XmlElement): boolean {
		return this.#sameAs(value).some((at) => at !== value && this.#isHeld(at, home));
	}

	/** Which of these letters stand nowhere in the text, and never did where their line lives now. */
	#missing([client, from, until]: Span, home: Y.XmlElement): readonly (readonly [number, number])[] {
		const missing: [number, number][] = [];
		for (let clock = from; clock < until; clock++) {
			if (this.#sameAs([client, clock]).some((letter) => this.#isHeld(letter, home))) continue;
			const last = missing.at(-1);
			if (last?.[1] === clock) last[1]++;
			else missing.push([clock, clock + 1]);
		}
		return missing;
	}

	#isHeld(letter: Id, home: Y.XmlElement): boolean {
		const line = lineOf(this.#doc, letter);
		if (line === null) return false;
		return (
			line._item?.deleted === false ||
			this.#lineage.isRemoved(line) ||
			this.#lineage.isCopiedTo(line, home, letter)
		);
	}

	/** The letter, where it was brought over from, and wherever it was brought to. */
	#sameAs(letter: Id): readonly Id[] {
		const found: Id[] = [letter];
		for (const [client, clock] of found)
			for (const { late, at } of this.#lineage.carried)
				for (const [here, there] of [
					[late, at],
					[at, late]
				] as const) {
					if (here[0] !== client || clock < here[1] || clock >= here[2]) continue;
					const other: Id = [there[0], there[1] + clock - here[1]];
					if (other[1] < there[2] && !found.some((one) => keyOf(one) === keyOf(other))) found.push(other);
				}
		return found;
	}

	/** Makes a removed block again: where what it stood in lives now, after the neighbour it had; else at the end. */
	#copyHome(element: Y.XmlElement): boolean {
		const item = element._item;
		const parent = asElement(element.parent);
		if (!item) return false;
		const to = parent ? this.#lineage.homeOf(parent) : this.#body;
		const place = to !== null && !isInside(to, element) ? placeAfter(item, to, this.#lineage) : null;
		const from = Y.getState(this.#doc.store, this.#doc.clientID);
		const pairs: [Y.XmlElement, Y.XmlElement][] = [];
		const copy = this.#copyOf(element, pairs);
		if (place) place.parent.insert(place.at, [copy]);
		else this.#body.insert(this.#body.length, [copy]);
		for (const [old, now] of pairs) copyOpenValues(old, now);
		writeMove(this.#doc, {
			pairs: pairs.map(([old, now]): [Id, Id] => [idOf(old), idOf(now)]),
			roots: 1,
			made: [this.#doc.clientID, from, Y.getState(this.#doc.store, this.#doc.clientID)],
			seen: seenIn([element])
		});
		return true;
	}

	/** As it was when it went: a removed element counts as empty for Yjs. */
	#copyOf(element: Y.XmlElement, pairs: [Y.XmlElement, Y.XmlElement][]): Y.XmlElement {
		const copy = new Y.XmlElement(element.nodeName);
		pairs.push([element, copy]);
		for (const [name, item] of element._map)
			copy.setAttribute(name, item.content.getContent().at(-1) as string);
		const children: (Y.XmlElement | Y.XmlText)[] = [];
		for (let item = element._start; item !== null; item = item.right) {
			const type = typeIn(item);
			const child = asElement(type);
			if (type instanceof Y.XmlText) children.push(copyOfText(type));
			else if (child) {
				const isElsewhere = this.#lineage.homeOf(child) !== null;
				if (!isElsewhere && !this.#lineage.removed.has(keyOf(idOf(child))))
					children.push(this.#copyOf(child, pairs));
			}
		}
		copy.insert(0, children);
		return copy;
	}
}

function holdsText(element: Y.XmlElement): boolean {
	if (TEXT.has(element.nodeName)) return true;
	for (let item = element._start; item !== null; item = item.right)
		if (typeIn(item) instanceof Y.XmlText) return true;
	return false;
}

/** A line of its own for words whose line is not there. How many clocks came before the first letter. */
function appendLine(home: Y.XmlElement, text: string): number {
	const line = new Y.XmlElement('paragraph');
	line.insert(0, [new Y.XmlText(text)]);
	const parent = holdsText(home) ? home.parent : home;
	if (parent instanceof Y.XmlFragment) parent.insert(parent.length, [line]);
	return 2;
}

function placeAfter(
	item: Y.Item,
	parent: Y.XmlFragment,
	lineage: Lineage
): { parent: Y.XmlFragment; at: number } {
	const siblings = parent.toArray();
	for (let left = item.left; left !== null; left = left.left) {
		const element = asElement(typeIn(left));
		const home = element ? lineage.homeOf(element) : null;
		if (home?.parent === parent) return { parent, at: siblings.indexOf(home) + 1 };
	}
	return { parent, at: item.left === null && parent.parent === null ? 0 : siblings.length };
}

/**
 * Brings a value over as somebody set it: of those that were copied it replaces what they had replaced in `from`, and
 * nothing that was set since.
 */
function setAtOnce(
	home: Y.XmlElement,
	name: string,
	late: Value,
	from: Y.XmlElement,
	made: Span | null
): void {
	const replaced = allReplacedBy(late, everyValueOf(from, name)).map(({ value }) => value);
	const copied = everyValueOf(home, name).findLast(
		({ client, clock, value }) =>
			made !== null && client === made[0] && clock >= made[1] && clock < made[2] && replaced.includes(value)
	);
	setAfter(home, name, copied ?? null, late.value);
}

function removeElement(element: Y.XmlElement): void {
	const parent = element.parent;
	if (parent instanceof Y.XmlFragment) parent.delete(parent.toArray().indexOf(element), 1);
}

function isInside(type: Y.XmlFragment, holder: Y.XmlElement): boolean {
	for (let here: unknown = type; here instanceof Y.XmlFragment; here = here.parent)
		if (here === holder) return true;
	return false;
}
