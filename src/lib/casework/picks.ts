/**
 * Picks that were taken back: what was asked before them is asked again, with those who had said it.
 *
 * Undo writes the earlier value once more, as if somebody had set it after seeing the pick, and redo the picked one.
 * Which of all these count is written down beside the text, in the same shared document.
 *
 * Promises: what others wrote down is read as foreign; without anything written down nothing is different.
 */
import * as Y from 'yjs';
import { keyOf, type Id, type Span } from './moving/moves.ts';

/** Root map of the document, beside the text: by the first value of a pick. */
export const PICKS_FIELD = 'picks';

interface PickUndone {
	/** What was set by picking. */
	readonly picked: readonly Span[];
	/** What undo and redo have set since: never anybody's own words. */
	readonly again: readonly Span[];
	/** False when it was redone. */
	readonly isOff: boolean;
}

/** One undo or redo. */
export interface Undoing {
	readonly isUndo: boolean;
	/** Is this of what the step had once set? */
	readonly isUndone: (id: Id) => boolean;
	/** Is this of what undoing it has set? */
	readonly isNew: (id: Id) => boolean;
}

/** The values that do not count. Null when all of them do. */
export function uncountedIn(doc: Y.Doc | null): ((id: Id) => boolean) | null {
	if (doc?.share.has(PICKS_FIELD) !== true) return null;
	const spans = readPicks(doc).flatMap(([, { picked, again, isOff }]) => [
		...again,
		...(isOff ? picked : [])
	]);
	return spans.length === 0 ? null : (id) => isIn(spans, id);
}

/**
 * Writes down what an undo or a redo did to the values of one attribute. `asks`: would there be a question if these did
 * not count? Of other steps than picks nothing is kept.
 */
export function noteUndoing(
	doc: Y.Doc,
	values: readonly Id[],
	{ isUndo, isUndone, isNew }: Undoing,
	asks: (uncounted: (id: Id) => boolean) => boolean
): void {
	const undone = values.filter(isUndone);
	const again = values.filter(isNew).map(spanOf);
	const [first] = undone;
	if (first === undefined) return;
	const picks = doc.getMap(PICKS_FIELD);
	const known = readPicks(doc).find(([, one]) =>
		undone.some((id) => isIn([...one.picked, ...one.again], id))
	);
	if (known !== undefined) {
		const [key, one] = known;
		picks.set(key, { ...one, again: [...one.again, ...again], isOff: isUndo });
	} else if (isUndo && asks((id) => isUndone(id) || isNew(id)))
		picks.set(keyOf(first), { picked: undone.map(spanOf), again, isOff: true });
}

function readPicks(doc: Y.Doc): [string, PickUndone][] {
	const found: [string, PickUndone][] = [];
	doc.getMap(PICKS_FIELD).forEach((value, key) => {
		if (isPickUndone(value)) found.push([key, value]);
	});
	return found;
}

const spanOf = ([client, clock]: Id): Span => [client, clock, clock + 1];

function isIn(spans: readonly Span[], [client, clock]: Id): boolean {
	return spans.some((span) => span[0] === client && clock >= span[1] && clock < span[2]);
}

function isPickUndone(value: unknown): value is PickUndone {
	const one = value as PickUndone | null;
	return (
		typeof value === 'object' && isSpans(one?.picked) && isSpans(one.again) && typeof one.isOff === 'boolean'
	);
}

function isSpans(value: unknown): value is readonly Span[] {
	return (
		Array.isArray(value) &&
		value.every(
			(span) => Array.isArray(span) && span.length === 3 && span.every((one) => Number.isSafeInteger(one))
		)
	);
}
