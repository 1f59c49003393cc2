/**
 * A status, a date or a rating that two people set differently while apart: both values, until somebody picks.
 *
 * Nothing is written for it. Every attribute of a Y.XmlElement is a list of items, of which the last is in force; one
 * that was set *after seeing* another names it as its origin, so "at once" can be told from "later" on every device
 * alike, and setting the attribute again settles it. Documents that are read here are made with `keepsWhatWasReplaced`.
 */
import * as Y from 'yjs';
import { blockSpec } from './block-specs.ts';

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
		const values = different(atOnce(item));
		if (values.length > 1) open.push({ attribute, values });
		else {
			const before = item.length > 1 ? [] : different(atOnce(item.left));
			if (before.length > 1) settled.push({ attribute, chosen: valueOf(item), over: before });
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

/** Sets the picked value once more, after all of them, which settles it; a person's id goes with the name. */
export function settle(element: Y.XmlElement, attribute: string, chosen: SetValue): void {
	const field = blockSpec(element.nodeName)?.fields.find((one) => one.attribute === attribute);
	const ref = field?.kind === 'who' ? element._map.get(field.ref ?? '') : undefined;
	element.setAttribute(attribute, chosen.value);
	if (field?.kind !== 'who' || field.ref === undefined || ref === undefined || ref.deleted) return;
	const own = atOnce(ref).find(({ yClient }) => yClient === chosen.yClient);
	element.setAttribute(field.ref, own?.value ?? '');
}

/** How many values of the document wait for somebody to pick. */
export function countOpen(disagreements: readonly BlockDisagreements[]): number {
	return disagreements.reduce((sum, { open }) => sum + open.length, 0);
}

/** The value of this item first, then those that were set without having seen it. */
function atOnce(last: Y.Item): SetValue[] {
	const values: SetValue[] = [];
	let item: Y.Item | null = last;
	while (item !== null) {
		values.push(valueOf(item));
		// Yjs joins a person's own successive values into one item; the last of them is the one that others met
		if (item.length > 1) break;
		const before: Y.Item | null = item.left;
		// an item that was set after seeing the one before it names it as its origin
		if (before === null || Y.compareIDs(item.origin, before.lastId)) break;
		item = before;
	}
	return values;
}

function valueOf(item: Y.Item): SetValue {
	const value: unknown = item.content.getContent().at(-1);
	return { value: typeof value === 'string' ? value : '', yClient: item.id.client };
}

function different(values: readonly SetValue[]): readonly SetValue[] {
	return values.filter(({ value }, at) => values.findIndex((other) => other.value === value) === at);
}
