/**
 * An anchor as another device wrote it. Promises: never throws, bounds every length; the result has its fields in one
 * order.
 */
import type { Anchor, Quote, Rivals } from './anchor.ts';
import { MAX_CONTEXT, MAX_QUOTE } from './document-text.ts';

const MAX_RELATIVE = 200;
const MAX_ID = 128;
const MAX_HEADING = 300;
const MAX_HEADINGS = 10;

export function readAnchor(value: unknown): Anchor | null {
	if (!isRecord(value)) return null;
	const { relative, block, headings } = value;
	const quote = readQuote(value['quote']);
	if (quote === null || !isRecord(relative)) return null;
	const { start, end } = relative;
	if (!isText(start, MAX_RELATIVE) || !isText(end, MAX_RELATIVE)) return null;
	const place = readPlace(block);
	if (place === undefined || !Array.isArray(headings) || headings.length > MAX_HEADINGS) return null;
	if (!headings.every((heading) => isText(heading, MAX_HEADING))) return null;
	const rivals = readRivals(value['rivals']);
	return rivals && { relative: { start, end }, block: place, quote, headings, rivals };
}

function readQuote(value: unknown): Quote | null {
	if (!isRecord(value)) return null;
	const { exact, prefix, suffix, length } = value;
	if (!isText(exact, MAX_QUOTE) || !isText(prefix, MAX_CONTEXT) || !isText(suffix, MAX_CONTEXT)) return null;
	return isCount(length) && length >= exact.length ? { exact, prefix, suffix, length } : null;
}

/** Undefined for what is neither a place nor null. */
function readPlace(value: unknown): Anchor['block'] | undefined {
	if (value === null) return null;
	if (!isRecord(value)) return undefined;
	const { id, from, to } = value;
	if (!isText(id, MAX_ID) || !isCount(from) || !isCount(to) || to < from) return undefined;
	return { id, from, to };
}

function readRivals(value: unknown): Rivals | null {
	if (!isRecord(value)) return null;
	const { document, headings, block } = value;
	return isRival(document) && isRival(headings) && isRival(block) ? { document, headings, block } : null;
}

const isRival = (value: unknown): value is number =>
	value === -1 || (isCount(value) && value <= 2 * MAX_CONTEXT);
const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown, most: number): value is string =>
	typeof value === 'string' && value.length <= most;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
