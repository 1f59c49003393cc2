/**
 * Where a thread stands in the text: four layers, and the first that resolves wins [D3].
 *
 * Promises: what any layer gives is taken only if it still reads like the quote, so a thread is on its words, or moved
 * with them, or detached; never on other words [D4].
 * Must never know an editor: the caller gives the text as blocks, in positions of its own.
 */
import {
	blockAt,
	MAX_CONTEXT,
	MAX_QUOTE,
	offsetOf,
	positionOf,
	textOf,
	type DocumentText
} from './document-text.ts';
import { findEdited } from './find-edited.ts';
import { findExact, mostLike, rivalsOf, type Found } from './find-quote.ts';
import { isCut, readsLike, type Reading } from './reading.ts';

/** One text block (paragraph, heading, table cell's paragraph …), in reading order. */
export interface TextBlock {
	readonly id: string | null;
	/** One character for each position of the block: what is no text (a hard break) stands as "\n". */
	readonly text: string;
	/** Position of its first character in the caller's coordinates. */
	readonly from: number;
	/** The headings over it, outermost first; for a heading without itself. */
	readonly headings: readonly string[];
}

export interface Anchor {
	/** `writeRelativePosition` of both ends. */
	readonly relative: { readonly start: string; readonly end: string };
	/** Null when it spans blocks, or the block has no id. Offsets into its text. */
	readonly block: { readonly id: string; readonly from: number; readonly to: number } | null;
	readonly quote: Quote;
	/** The headings over it. */
	readonly headings: readonly string[];
	readonly rivals: Rivals;
}

/**
 * How many letters of the context stood around the same words elsewhere when the anchor was made; -1: they stood nowhere
 * else. In case notes whole sentences come back word for word, and the other one must not inherit the thread.
 */
export interface Rivals {
	readonly document: number;
	readonly headings: number;
	readonly block: number;
}

export interface Quote {
	/** The words; of very long ones the first and the last thousand characters. */
	readonly exact: string;
	readonly prefix: string;
	readonly suffix: string;
	/** How long the words were. */
	readonly length: number;
}

export type Resolved =
	| {
			/** `moved`: the words stand elsewhere than the place in the text that was kept. */
			readonly state: 'attached' | 'moved';
			readonly from: number;
			readonly to: number;
			readonly layer: 'relative' | 'block' | 'quote' | 'heading';
			/** The words have been edited since, a little. */
			readonly changed: boolean;
	  }
	| { readonly state: 'detached'; readonly from: null; readonly to: null; readonly layer: null };

const MAX_HEADING = 300;
const MAX_HEADINGS = 10;

export function makeAnchor(
	blocks: readonly TextBlock[],
	from: number,
	to: number,
	relative: Anchor['relative']
): Anchor {
	const document = textOf(blocks);
	const start = offsetOf(document, from, 1);
	const end = Math.max(start, offsetOf(document, to, -1));
	const index = blockAt(document, start);
	const block = blocks[index];
	const inside = start - (document.starts[index] ?? 0);
	const isInOne = block !== undefined && inside + end - start <= block.text.length;
	const anchor = {
		relative,
		block: isInOne && block.id !== null ? { id: block.id, from: inside, to: inside + end - start } : null,
		quote: quoteOf(document.text, start, end),
		headings: (block?.headings ?? []).slice(-MAX_HEADINGS).map((heading) => heading.slice(0, MAX_HEADING))
	};
	return { ...anchor, rivals: rivalsOf(document, anchor, start, end) };
}

/** `relative`: what the caller's editor makes of `anchor.relative` now; null if nothing. */
export function resolveAnchor(
	anchor: Anchor,
	blocks: readonly TextBlock[],
	relative: { readonly from: number; readonly to: number } | null
): Resolved {
	const document = textOf(blocks);
	const kept = relative === null ? null : readAt(document, anchor, relative);
	if (kept?.reading === 'same') return placed(document, kept, 'attached', 'relative', false);

	const exact = findExact(document, anchor);
	const here = kept === null ? null : exact.find((hit) => hit.start < kept.end && hit.end > kept.start);
	if (kept?.reading === 'like' && here) return placed(document, here, 'attached', 'relative', false);
	const found = mostLike(anchor, exact);
	if (found?.layer === 'block') return placed(document, found, 'attached', 'block', false);
	if (kept?.reading === 'like') return placed(document, kept, 'attached', 'relative', true);
	const edited = findEdited(document, anchor);
	const [there, alsoThere] = edited.filter((place) => place.inBlock);
	if (there && !alsoThere && anchor.rivals.document < 0)
		return placed(document, there, 'attached', 'block', true);
	const isDoubtful = edited.some((place) => !found || place.end <= found.start || place.start >= found.end);
	if (found !== null && !isDoubtful) return placed(document, found, 'moved', found.layer, false);
	const [only, another] = edited;
	if (only && !another && isCut(anchor.quote)) return placed(document, only, 'moved', 'quote', only.changed);
	return { state: 'detached', from: null, to: null, layer: null };
}

function readAt(
	document: DocumentText,
	{ quote }: Anchor,
	{ from, to }: { readonly from: number; readonly to: number }
): { start: number; end: number; reading: Reading } {
	const start = offsetOf(document, from, 1);
	const end = Math.max(start, offsetOf(document, to, -1));
	return { start, end, reading: readsLike(document.text.slice(start, end), quote) };
}

function placed(
	document: DocumentText,
	{ start, end }: { readonly start: number; readonly end: number },
	state: 'attached' | 'moved',
	layer: Found['layer'] | 'relative',
	changed: boolean
): Resolved {
	return { state, from: positionOf(document, start), to: positionOf(document, end), layer, changed };
}

function quoteOf(text: string, start: number, end: number): Quote {
	const words = text.slice(start, end);
	const half = MAX_QUOTE / 2;
	return {
		exact: words.length > MAX_QUOTE ? words.slice(0, half) + words.slice(-half) : words,
		prefix: text.slice(Math.max(0, start - MAX_CONTEXT), start),
		suffix: text.slice(end, end + MAX_CONTEXT),
		length: words.length
	};
}
