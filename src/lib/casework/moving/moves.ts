/**
 * Which block was made again out of which: kept beside the text in the same shared document, so that words which arrive
 * in a block that has been moved away meanwhile find where it went.
 *
 * Promises: every change of this person that removes a block and makes one of the same id is written down, be it a move
 * by hand, by drag, by list keys or by undo; what others wrote down is read as foreign (`readMoves` skips what is odd).
 * Needs a document whose `gcFilter` is `keepsWhatWasReplaced`.
 */
import * as Y from 'yjs';
import { BODY_FIELD } from '../schema-version.ts';

/** Root map of the document, beside the text. */
export const MOVES_FIELD = 'moves';

/** Yjs client and clock. */
export type Id = readonly [client: number, clock: number];
/** Clocks of one client, `until` not included. */
export type Span = readonly [client: number, from: number, until: number];

export interface Move {
	/** Old element, new element; the first `roots` of them are what was moved, the others stood in these. */
	readonly pairs: readonly (readonly [from: Id, to: Id])[];
	readonly roots: number;
	/** What was made by the move. */
	readonly made: Span;
	/** Of each client: what was copied had clocks below this. What has a higher one in an old element came too late. */
	readonly seen: readonly Id[];
}

/** Words, or a value, that came too late and were brought over: where they stood, where they are now, letter by letter. */
export interface Carried {
	readonly late: Span;
	readonly at: Span;
}

export interface Moves {
	readonly moves: readonly Move[];
	/** In the order in which of two the first one stays. */
	readonly carried: readonly Carried[];
	/** By the key of an element that a person removed: what was seen in it then, as in `Move`. */
	readonly removed: ReadonlyMap<string, readonly Id[]>;
}

export function keyOf([client, clock]: Id): string {
	return `${client}-${clock}`;
}

export function readMoves(doc: Y.Doc): Moves {
	const moves: Move[] = [];
	const carried: [string, Carried][] = [];
	const removed = new Map<string, readonly Id[]>();
	doc.getMap(MOVES_FIELD).forEach((value, key) => {
		if (key.startsWith('removed:')) removed.set(key.slice('removed:'.length), isSeen(value) ? value : []);
		else if (isMove(value)) moves.push(value);
		else if (isCarried(value)) carried.push([key, value]);
	});
	carried.sort(([one], [other]) => (one < other ? -1 : 1));
	return { moves, carried: carried.map(([, value]) => value), removed };
}

export function writeMove(doc: Y.Doc, move: Move): void {
	const [from, to] = move.pairs[0] ?? [];
	if (from && to) doc.getMap(MOVES_FIELD).set(`move:${keyOf(from)}:${keyOf(to)}`, move);
}

export function writeCarried(doc: Y.Doc, carried: Carried): void {
	const { at, late } = carried;
	doc.getMap(MOVES_FIELD).set(`carried:${at[0]}-${at[1]}:${late[0]}-${late[1]}`, carried);
}

/** Writes down what this person moves in `doc`; `isUsers`: was a transaction theirs? Returns its remover. */
export function recordMoves(doc: Y.Doc, isUsers: (transaction: Y.Transaction) => boolean): () => void {
	const record = (transaction: Y.Transaction) => {
		if (!isUsers(transaction) || transaction.changed.size === 0) return;
		const isUndo = transaction.origin instanceof Y.UndoManager;
		const removed = removedElements(transaction);
		if (removed.length === 0 && !isUndo) return;
		const client = doc.clientID;
		const made: Span = [
			client,
			transaction.beforeState.get(client) ?? 0,
			transaction.afterState.get(client) ?? 0
		];
		const byId = madeElements(doc, made);
		const isRoot = (old: Y.XmlElement) => !removed.includes(old.parent as Y.XmlElement);
		const moved = removed.flatMap((old) => {
			const now = byId.get(blockIdOf(old) ?? '');
			return now ? [{ old, now }] : [];
		});
		// undo may make a block again that somebody has moved elsewhere meanwhile
		if (isUndo)
			moved.push(
				...elsewhere(
					doc,
					[...byId.values()].filter((now) => !moved.some((pair) => pair.now === now))
				)
			);
		moved.sort((one, other) => Number(isRoot(other.old)) - Number(isRoot(one.old)));
		const gone = removed.filter((old) => isRoot(old) && !moved.some((pair) => pair.old === old));
		if (moved.length === 0 && gone.length === 0) return;
		const olds = moved.map(({ old }) => old);
		const moves = doc.getMap(MOVES_FIELD);
		doc.transact(() => {
			for (const old of gone) moves.set(`removed:${keyOf(idOf(old))}`, seenIn([old]));
			if (moved.length === 0) return;
			writeMove(doc, {
				pairs: moved.map(({ old, now }) => [idOf(old), idOf(now)]),
				roots: olds.filter(isRoot).length,
				made,
				// undo makes the block as it was before the move, without what others have written in it since
				seen: isUndo ? madeWith(readMoves(doc).moves, olds) : seenIn(olds)
			});
		});
	};
	doc.on('afterTransaction', record);
	return () => doc.off('afterTransaction', record);
}

export function idOf(element: Y.XmlElement): Id {
	return element._item === null ? [0, 0] : [element._item.id.client, element._item.id.clock];
}

/** Also of an element that was removed. */
export function blockIdOf(element: Y.XmlElement): string | null {
	const id: unknown = element._map.get('id')?.content.getContent().at(-1);
	return typeof id === 'string' && id !== '' ? id : null;
}

/** All items directly in an element, removed ones too: its attributes and its children. */
function itemsIn(type: Y.AbstractType<unknown> | Y.XmlElement): readonly Y.Item[] {
	const items: Y.Item[] = [];
	for (const last of type._map.values())
		for (let item: Y.Item | null = last; item !== null; item = item.left) items.push(item);
	for (let item = type._start; item !== null; item = item.right) items.push(item);
	return items;
}

/** Null when it is no element. */
export function asElement(type: unknown): Y.XmlElement | null {
	return type instanceof Y.XmlElement ? (type as Y.XmlElement) : null;
}

export function typeIn(item: Y.Item): Y.AbstractType<unknown> | null {
	return item.content instanceof Y.ContentType ? item.content.type : null;
}

function removedElements(transaction: Y.Transaction): Y.XmlElement[] {
	const removed: Y.XmlElement[] = [];
	Y.iterateDeletedStructs(transaction, transaction.deleteSet, (struct) => {
		const element = struct instanceof Y.Item ? asElement(typeIn(struct)) : null;
		if (element) removed.push(element);
	});
	return removed;
}

function madeElements(doc: Y.Doc, [client, from, until]: Span): Map<string, Y.XmlElement> {
	const made = new Map<string, Y.XmlElement>();
	const structs = doc.store.clients.get(client) ?? [];
	for (let index = structs.length - 1; index >= 0; index--) {
		const struct = structs[index];
		if (!struct || struct.id.clock < from) break;
		const element = struct instanceof Y.Item && !struct.deleted ? asElement(typeIn(struct)) : null;
		const id = element ? blockIdOf(element) : null;
		if (element && id !== null && struct.id.clock < until) made.set(id, element);
	}
	return made;
}

/** Other elements in the text that have the id of one of these. */
function elsewhere(doc: Y.Doc, made: readonly Y.XmlElement[]): { old: Y.XmlElement; now: Y.XmlElement }[] {
	if (made.length === 0) return [];
	const found: { old: Y.XmlElement; now: Y.XmlElement }[] = [];
	for (const old of doc.getXmlFragment(BODY_FIELD).createTreeWalker(() => true)) {
		if (!(old instanceof Y.XmlElement)) continue;
		const now = made.find(
			(one) => one !== old && blockIdOf(one) !== null && blockIdOf(one) === blockIdOf(old)
		);
		if (now) found.push({ old, now });
	}
	return found;
}

/** Of each client, how far what stands in these elements goes; they themselves included. */
export function seenIn(elements: readonly Y.XmlElement[]): Id[] {
	const seen = new Map<number, number>();
	const count = ({ id: { client, clock }, length }: Y.Item) =>
		void seen.set(client, Math.max(seen.get(client) ?? 0, clock + length));
	const visit = (type: Y.AbstractType<unknown> | Y.XmlElement) => {
		for (const item of itemsIn(type)) {
			count(item);
			const inside = typeIn(item);
			if (inside) visit(inside);
		}
	};
	for (const { _item } of elements) if (_item) count(_item);
	for (const element of elements) visit(element);
	return [...seen];
}

function madeWith(moves: readonly Move[], elements: readonly Y.XmlElement[]): Id[] {
	const keys = new Set(elements.map((element) => keyOf(idOf(element))));
	const move = moves.find(({ pairs }) => pairs.some(([, to]) => keys.has(keyOf(to))));
	return move ? [[move.made[0], move.made[2]]] : seenIn(elements);
}

const isNumbers = (value: unknown, length: number) =>
	Array.isArray(value) &&
	value.length === length &&
	value.every((one) => Number.isSafeInteger(one) && one >= 0);

function isSeen(value: unknown): value is readonly Id[] {
	return Array.isArray(value) && value.every((id) => isNumbers(id, 2));
}

function isMove(value: unknown): value is Move {
	const move = value as Move | null;
	return (
		typeof value === 'object' &&
		Array.isArray(move?.pairs) &&
		move.pairs.every((pair) => Array.isArray(pair) && isNumbers(pair[0], 2) && isNumbers(pair[1], 2)) &&
		isNumbers(move.made, 3) &&
		isSeen(move.seen) &&
		Number.isSafeInteger(move.roots)
	);
}

function isCarried(value: unknown): value is Carried {
	const carried = value as Carried | null;
	return typeof value === 'object' && isNumbers(carried?.late, 3) && isNumbers(carried?.at, 3);
}
