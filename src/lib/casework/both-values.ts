/**
 * A status, a date or a rating that two people set differently while apart: both values, until somebody picks.
 *
 * Every attribute of a Y.XmlElement is a list of values, of which the last is in force. One that was set *after seeing*
 * another names it as its origin: a value that none names is one that nobody has replaced knowingly, wherever in the list
 * it came to stand. Picking writes the picked value once after each of those; a pick that was undone does not count (picks.ts).
 * Documents that are read here are made with `keepsWhatWasReplaced`.
 */
import * as Y from 'yjs';
import { blockSpec } from './block-specs.ts';
import { elementAt } from './moving/lineage.ts';
import { idOf, keyOf, readMoves, writeCarried, type Id } from './moving/moves.ts';
import { noteUndoing, uncountedIn, type Undoing } from './picks.ts';

export interface SetValue {
	/** '' when somebody cleared it. */
	readonly value: string;
	/** The Yjs client that set it; whose it is, the sealed document says. */
	readonly yClient: number;
}

export interface Disagreement {
	readonly attribute: string;
	/** At least two different ones, the one in force first. */
	readonly values: readonly SetValue[];
}

/** A disagreement that somebody ended by picking. */
export interface Settlement {
	readonly attribute: string;
	readonly chosen: SetValue;
	/** What it was chosen over. */
	readonly over: readonly SetValue[];
}

export interface BlockDisagreements {
	readonly block: string;
	readonly open: readonly Disagreement[];
	readonly settled: readonly Settlement[];
}

/**
 * `gcFilter` of documents in which nothing of what was replaced may be forgotten: earlier values of attributes, and
 * blocks that were removed with what stands in them. Letters deleted from a living line are forgotten.
 */
export function keepsWhatWasReplaced(item: Y.Item): boolean {
	if (item.parentSub !== null || item.content instanceof Y.ContentType) return false;
	const holder = item.parent instanceof Y.AbstractType ? item.parent._item : null;
	return holder?.deleted !== true;
}

/** Of one block: what is open, and what was settled last. */
export function disagreementsOf(element: Y.XmlElement): Omit<BlockDisagreements, 'block'> | null {
	const spec = blockSpec(element.nodeName);
	if (spec === null) return null;
	const open: Disagreement[] = [];
	const settled: Settlement[] = [];
	for (const { attribute } of spec.fields) {
		const item = element._map.get(attribute);
		if (item === undefined || item.left === null || item.deleted) continue;
		const values = valuesOf(element, attribute);
		const said = (some: readonly Value[]) => different(some.map((one) => setValue(element, attribute, one)));
		const last = values.at(-1);
		const atOnce = said(notReplaced(values));
		if (atOnce.length > 1) open.push({ attribute, values: atOnce });
		else if (last !== undefined) {
			const over = said([...pickedOver(last, values)].reverse());
			if (over.length > 1) settled.push({ attribute, chosen: setValue(element, attribute, last), over });
		}
	}
	return open.length + settled.length > 0 ? { open, settled } : null;
}

/** Of a whole document, in its order; blocks without any are left out. */
export function findDisagreements(fragment: Y.XmlFragment): readonly BlockDisagreements[] {
	const found: BlockDisagreements[] = [];
	const visit = (parent: Y.XmlFragment) => {
		for (const child of parent.toArray()) {
			if (!(child instanceof Y.XmlElement)) continue;
			const id: unknown = child.getAttribute('id');
			const here = typeof id === 'string' ? disagreementsOf(child) : null;
			if (here !== null) found.push({ block: String(id), ...here });
			visit(child);
		}
	};
	visit(fragment);
	return found;
}

/** Picks, after having seen all of them; a person's id goes with the name. */
export function settle(element: Y.XmlElement, attribute: string, chosen: SetValue): void {
	const field = blockSpec(element.nodeName)?.fields.find((one) => one.attribute === attribute);
	const ref = field?.kind === 'who' ? field.ref : undefined;
	pick(element, attribute, chosen.value);
	if (ref === undefined || element._map.get(ref)?.deleted !== false) return;
	const own = notReplaced(valuesOf(element, ref))
		.map((value) => setValue(element, ref, value))
		.find(({ yClient }) => yClient === chosen.yClient);
	pick(element, ref, own?.value ?? '');
}

/** After an undo or a redo of this person: who takes back a pick is asked again, and so is everybody. */
export function askAgain(element: Y.XmlElement, attribute: string, undoing: Undoing): void {
	const { doc } = element;
	if (doc === null) return;
	const values = everyValueOf(element, attribute);
	const ids = values.map(({ client, clock }): Id => [client, clock]);
	const before = uncountedIn(doc);
	noteUndoing(doc, ids, undoing, (isUncounted) => {
		const left = counted(values, (id) => before?.(id) === true || isUncounted(id));
		return new Set(notReplaced(left).map(({ value }) => value)).size > 1;
	});
}

/** After this person took back their own of several values: what others said holds, and is asked if they differ. */
export function leaveToOthers(element: Y.XmlElement, attribute: string): void {
	const { doc } = element;
	const [first, ...more] = notReplaced(valuesOf(element, attribute)).filter(
		({ client }) => client !== doc?.clientID
	);
	if (doc === null || first === undefined) return;
	const value = String(first.value);
	if (more.every((other) => other.value === first.value)) return pick(element, attribute, value);
	const at = Y.getState(doc.store, doc.clientID);
	element.setAttribute(attribute, value);
	const { client, clock } = first;
	writeCarried(doc, { late: [client, clock, clock + 1], at: [doc.clientID, at, at + 1] });
}

/** Writes into the copy of an element, made just now, what else its values were set to and nobody has picked from. */
export function copyOpenValues(element: Y.XmlElement, copy: Y.XmlElement): void {
	for (const attribute of element._map.keys())
		for (const { value } of notReplaced(valuesOf(element, attribute)).slice(1))
			if (value !== copy.getAttribute(attribute)) setAfter(copy, attribute, null, value);
}

/** How many values of the document wait for somebody to pick. */
export function countOpen(disagreements: readonly BlockDisagreements[]): number {
	return disagreements.reduce((sum, { open }) => sum + open.length, 0);
}

/** One value of an attribute, as it was set once. Yjs joins several of them into one item. */
export interface Value {
	readonly client: number;
	readonly clock: number;
	readonly value: unknown;
	/** The value that was in force for whoever set this one. */
	readonly origin: Y.ID | null;
}

/** What an attribute was set to, but for what was undone; the last one is in force. */
function valuesOf(element: Y.XmlElement, attribute: string): readonly Value[] {
	return counted(everyValueOf(element, attribute), uncountedIn(element.doc));
}

/** Who set a value after seeing one that does not count has seen what that one was set after. */
function counted(values: readonly Value[], isUncounted: ((id: Id) => boolean) | null): readonly Value[] {
	if (isUncounted === null) return values;
	const seen = (origin: Y.ID | null): Y.ID | null => {
		if (origin === null || !isUncounted([origin.client, origin.clock])) return origin;
		const one = values.find(({ client, clock }) => client === origin.client && clock === origin.clock);
		return one === undefined ? null : seen(one.origin);
	};
	return values
		.filter(({ client, clock }) => !isUncounted([client, clock]))
		.map((value) => ({ ...value, origin: seen(value.origin) }));
}

/** All that an attribute was ever set to, undone or not; the last one stands in it. */
export function everyValueOf(element: Y.XmlElement, attribute: string): readonly Value[] {
	const values: Value[] = [];
	for (let item = element._map.get(attribute) ?? null; item !== null; item = item.left) {
		const { id, origin } = item;
		const joined = item.content.getContent().map((value: unknown, at): Value => {
			const before = at === 0 ? origin : Y.createID(id.client, id.clock + at - 1);
			return { client: id.client, clock: id.clock + at, value, origin: before };
		});
		values.unshift(...joined);
	}
	return values;
}

/** Those that nobody who had seen them has replaced; the one in force first. */
export function notReplaced(values: readonly Value[]): readonly Value[] {
	const replaced = new Set(values.flatMap((value) => replacedBy(value, values)));
	return values.filter((value) => !replaced.has(value)).reverse();
}

/** What was replaced by this value, by what it replaced, and so on. */
export function allReplacedBy(value: Value, values: readonly Value[]): readonly Value[] {
	const replaced = [value];
	for (const one of replaced)
		replaced.push(...replacedBy(one, values).filter((other) => !replaced.includes(other)));
	return replaced.slice(1);
}

/** What somebody had seen, and replaced, who set this value. */
function replacedBy(value: Value, values: readonly Value[]): readonly Value[] {
	return [...inOnePick(value, values).slice(1), ...pickedOver(value, values)];
}

function pickedOver(value: Value, values: readonly Value[]): readonly Value[] {
	const origins = inOnePick(value, values).map(({ origin }) => origin);
	return values.filter(({ client, clock }) =>
		origins.some((origin) => origin?.client === client && origin.clock === clock)
	);
}

/** In picking, one sets the same value several times in a row: once after each of those that one picks from. */
function inOnePick(value: Value, values: readonly Value[]): readonly Value[] {
	const before = values.find(({ client, clock }) => client === value.client && clock === value.clock - 1);
	const isOne = before !== undefined && before.value === value.value && before.clock !== value.origin?.clock;
	return isOne ? [value, ...inOnePick(before, values)] : [value];
}

function pick(element: Y.XmlElement, attribute: string, value: string): void {
	const [, ...others] = notReplaced(valuesOf(element, attribute));
	for (const other of others) setAfter(element, attribute, other, value);
	element.setAttribute(attribute, value);
}

/** Sets a value as somebody who has seen that one (or none) and nothing later. It need not come into force. */
export function setAfter(element: Y.XmlElement, attribute: string, seen: Value | null, value: unknown): void {
	const { doc } = element;
	if (doc === null) return;
	doc.transact((transaction) => {
		const left =
			seen === null ? null : Y.getItemCleanEnd(transaction, doc.store, Y.createID(seen.client, seen.clock));
		const id = Y.createID(doc.clientID, Y.getState(doc.store, doc.clientID));
		const content = new Y.ContentAny([value]);
		new Y.Item(id, left, left?.lastId ?? null, null, null, element, attribute, content).integrate(
			transaction,
			0
		);
	});
}

/** Whoever set it first: a value that was moved along with its block, or brought after it, stays theirs. */
function setValue(element: Y.XmlElement, attribute: string, { client, clock, value }: Value): SetValue {
	const own: SetValue = { value: typeof value === 'string' ? value : '', yClient: client };
	const { doc } = element;
	if (doc === null) return own;
	const { moves, carried } = readMoves(doc);
	const late = carried.find(({ at }) => at[0] === client && at[1] === clock)?.late;
	if (late !== undefined) return { ...own, yClient: late[0] };
	const move = moves.find(({ made }) => made[0] === client && made[1] <= clock && clock < made[2]);
	const from = move?.pairs.find(([, to]) => keyOf(to) === keyOf(idOf(element)))?.[0];
	const old = from === undefined ? null : elementAt(doc, from);
	const before = old === null ? undefined : valuesOf(old, attribute).findLast((one) => one.value === value);
	return old === null || before === undefined ? own : setValue(old, attribute, before);
}

function different(values: readonly SetValue[]): readonly SetValue[] {
	return values.filter(({ value }, at) => values.findIndex((other) => other.value === value) === at);
}
