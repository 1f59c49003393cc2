/**
 * Two editors who accept one suggestion without knowing of each other write it twice; who both undo it put the old words
 * back twice. What does not stand of it is taken out again, letter by letter of that very edit.
 *
 * Promises: what anybody wrote since, also in the middle of it, stays; done twice or by several people it is done once.
 * Must never: act before both are in the text, or the words would be in it not at all; or on somebody's word about what
 * another has written.
 */
import { createEncoder, toUint8Array, writeVarUint } from 'lib0/encoding';
import * as Y from 'yjs';
import type { Claim, Suggestion, Written } from '#lib/discussion/suggestion.ts';

/** Whose session a Yjs client is; null for what nobody is known to have signed. */
export type WriterOf = (yClient: number) => string | null;

/** Is there anything to look for in the text? */
export function mayBeTwice(suggestion: Suggestion | null): boolean {
	return suggestion !== null && (suggestion.surplus.length > 0 || suggestion.restored.length > 1);
}

/** What to take out of the text now, each with the update that does it. */
export function surplusIn(
	doc: Y.Doc,
	{ kept, surplus, restored, state }: Suggestion,
	writerOf: WriterOf
): readonly { readonly client: number; readonly update: Uint8Array }[] {
	const isTrue = (claim: Claim) => writerOf(claim.client) === claim.by && isHere(doc, claim);
	const [stands, ...more] =
		state === 'accepted'
			? [kept, ...surplus]
			: // a reopening of long ago put back what a later acceptance took out again
				restored.filter((claim) => isTrue(claim) && livingPieces(doc, claim).length > 0);
	if (!stands || !isTrue(stands)) return [];
	return more.flatMap((claim) => {
		const update = claim && isTrue(claim) ? without(doc, claim) : null;
		return claim && update ? [{ client: claim.client, update }] : [];
	});
}

const isHere = (doc: Y.Doc, { client, to }: Written) => Y.getState(doc.store, client) >= to;

/** Null where nothing of it is left. */
function without(doc: Y.Doc, written: Written): Uint8Array | null {
	const pieces = livingPieces(doc, written);
	if (pieces.length === 0) return null;
	const encoder = createEncoder();
	const count = (number: number) => writeVarUint(encoder, number);
	count(0); // nothing new, and what is deleted of one client
	count(1);
	count(written.client);
	count(pieces.length);
	for (const { from, to } of pieces) {
		count(from);
		count(to - from);
	}
	return toUint8Array(encoder);
}

function livingPieces(doc: Y.Doc, written: Written): readonly Written[] {
	return itemsOf(doc, written).flatMap(({ item, ...piece }) => (isOnly(item, written) ? [piece] : []));
}

function itemsOf(
	doc: Y.Doc,
	{ client, from, to }: Written
): readonly (Written & { readonly item: Y.Item })[] {
	return (doc.store.clients.get(client) ?? []).flatMap((item) => {
		const start = Math.max(item.id.clock, from);
		const end = Math.min(item.id.clock + item.length, to);
		return start < end && item instanceof Y.Item ? [{ client, from: start, to: end, item }] : [];
	});
}

/** A paragraph or a break in which somebody else has written since is not only its writer's any more. */
function isOnly(item: Y.Item, written: Written): boolean {
	if (item.deleted) return false;
	if (!(item.content instanceof Y.ContentType)) return true;
	for (let child = item.content.type._start; child !== null; child = child.right) {
		const { client, clock } = child.id;
		const isOwn = client === written.client && clock >= written.from && clock + child.length <= written.to;
		if (!child.deleted && !(isOwn && isOnly(child, written))) return false;
	}
	return true;
}

/**
 * These pieces as undo or redo has written them anew. Null where it did not, or where they do not stand one behind the
 * other among what that wrote, so that one stretch of clocks cannot name them alone.
 */
export function writtenAnew(doc: Y.Doc, pieces: readonly Written[]): Written | null {
	const anew = pieces.flatMap((piece) => latestOf(doc, piece)).sort((a, b) => a.from - b.from);
	const [first] = anew;
	let end = first?.from;
	for (const { client, from, to } of anew) {
		if (client !== first?.client || from !== end) return null;
		end = to;
	}
	return first === undefined || end === undefined
		? null
		: { client: first.client, from: first.from, to: end };
}

function latestOf(doc: Y.Doc, written: Written): readonly Written[] {
	return itemsOf(doc, written).flatMap(({ item, client, from, to }) => {
		const { redone, id } = item;
		if (redone === null) return item.deleted ? [] : [{ client, from, to }];
		const shift = redone.clock - id.clock;
		return latestOf(doc, { client: redone.client, from: from + shift, to: to + shift });
	});
}
