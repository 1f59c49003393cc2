/**
 * What lists, search and derivations need to know of a document, so that they need not open it. Pure; without a schema,
 * so that documents of a newer app have one too.
 *
 * Promises: never throws on odd content; bounded (MAX_BLOCKS blocks, MAX_PART characters a part, MAX_SUMMARY_TEXT for search);
 * `hash` is of the whole of a block, however long, so that any change of its words or facts changes it.
 */
import type * as Y from 'yjs';
import { blockSpec } from './block-specs.ts';
import { countOpen, findDisagreements } from './both-values.ts';
import { isIsoDay, parseDay } from './dates.ts';
import { carriedIn, type CarriedPiece } from './derive/carried.ts';
import { isDouble } from './derive/doubles.ts';
import { contentOf, hashOf } from './derive/content.ts';
import { contentHash } from './derive/source.ts';
import { readBlocks, textOf, type ReadingBlock, type ReadingPart } from './read-blocks.ts';
import { BODY_FIELD } from './schema-version.ts';

/** A goal, a step, a need, a contact …: any case block that says something. */
export interface SummaryBlock {
	/** Block id; '' for one that has none (yet). */
	readonly id: string;
	/** Node name: 'goal'. */
	readonly name: string;
	readonly title: string;
	/** Attributes with a value, but for `id`. */
	readonly attributes: Readonly<Record<string, string>>;
	/** Named texts that have words: `evidence`, `reason` … */
	readonly texts: Readonly<Record<string, string>>;
	/** What else is written in it, without the blocks inside. */
	readonly words: string;
	/** Of its title, facts and words, not of the blocks inside. */
	readonly hash: string;
	/** Id of the block it stands in. */
	readonly inside: string | null;
}

/** A heading of the document and the words below it, up to the next heading. Blocks are not part of it. */
export interface SummarySection {
	readonly id: string;
	readonly title: string;
	readonly words: string;
	readonly hash: string;
}

export interface DocumentSummary {
	/** Case blocks that say something, in their order. Untouched doubles of carried-over blocks are not among them. */
	readonly blocks: readonly SummaryBlock[];
	readonly sections: readonly SummarySection[];
	/** Lines and rows that were carried over from other documents of the case. */
	readonly carried: readonly CarriedPiece[];
	/** ISO day on which what it tells happened: that of its first contact. */
	readonly day: string | null;
	/** ISO day of the next review, report or meeting, where one is written down. */
	readonly review: string | null;
	/** How many values were set differently by people who were apart, and wait for somebody to pick. */
	readonly toSettle: number;
	/** For search. */
	readonly text: string;
}

const MAX_BLOCKS = 2_000;
const MAX_PART = 2_000;
export const MAX_SUMMARY_TEXT = 60_000;

export function summarize(doc: Y.Doc): DocumentSummary {
	const body = doc.getXmlFragment(BODY_FIELD);
	return summarizeParts(readBlocks(body), countOpen(findDisagreements(body)));
}

function summarizeParts(parts: readonly ReadingPart[], toSettle: number): DocumentSummary {
	const blocks: SummaryBlock[] = [];
	const sections: { id: string; title: string; words: string[] }[] = [];
	const seen = new Set<string>();
	const visit = (part: ReadingPart, inside: string | null) => {
		if (part.type === 'text') return;
		if (part.name === 'heading') {
			const title = textOf(part.content).trim();
			if (sections.length < MAX_BLOCKS) sections.push({ id: idOf(part), title, words: [] });
			return;
		}
		if (blockSpec(part.name) === null) {
			if (inside === null && isLine(part)) sections.at(-1)?.words.push(textOf([part]).trim());
			else if (inside === null && part.name === 'tableRow') sections.at(-1)?.words.push(rowWords(part));
			else part.content.forEach((child) => visit(child, inside));
			return;
		}
		if (isDouble(part, seen)) return;
		const block = blockOf(part, inside);
		if (block !== null && blocks.length < MAX_BLOCKS) blocks.push(block);
		part.content.forEach((child) => visit(child, idOf(part)));
	};
	parts.forEach((part) => visit(part, null));
	const read = sections.map(({ words, ...section }): SummarySection => {
		const text = words.filter((line) => line !== '').join('\n');
		return { ...section, title: short(section.title), words: short(text), hash: contentHash(text) };
	});
	return {
		blocks,
		sections: read,
		carried: carriedIn(parts, MAX_BLOCKS),
		day: blocks.map((block) => dayOf(block, 'contact', 'date')).find((day) => day !== null) ?? null,
		review: reviewOf(read),
		toSettle,
		text: textOf(parts)
			.replace(/\n{2,}/g, '\n')
			.trim()
			.slice(0, MAX_SUMMARY_TEXT)
	};
}

function blockOf(part: ReadingBlock, inside: string | null): SummaryBlock | null {
	const { title, attributes, texts, words } = contentOf(part);
	const carriedOn = ['source', ...(blockSpec(part.name)?.carriesOn ?? [])];
	const says =
		title !== '' ||
		words !== '' ||
		Object.keys(texts).length > 0 ||
		Object.keys(attributes).some((name) => !carriedOn.includes(name));
	// a template's need is "high" before anybody has written what, or in which part of life
	const rated = part.name === 'need' && Object.keys(attributes).join() === 'rating' && title === '';
	if (!says || (rated && Object.keys(texts).length === 0 && words === '')) return null;
	return {
		id: idOf(part),
		name: part.name,
		title: short(title),
		attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, short(value)])),
		texts: Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, short(value)])),
		words: short(words),
		hash: hashOf(part),
		inside
	};
}

const lines = new Set(['paragraph', 'listItem', 'taskItem', 'codeBlock']);

function isLine(part: ReadingBlock): boolean {
	return lines.has(part.name);
}

/** A row of a table as one line: "Mira, 9, daughter, yes". */
function rowWords(row: ReadingBlock): string {
	if (row.content.every((cell) => cell.type === 'block' && cell.name === 'tableHeader')) return '';
	const cells = row.content.map((cell) => textOf([cell]).trim().replaceAll('\n', ' '));
	// a row that only asks, in its first cell, says nothing yet
	return cells.slice(1).some((cell) => cell !== '') ? cells.filter((cell) => cell !== '').join(', ') : '';
}

const months = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*';
const days = [
	/\b\d{4}-\d{2}-\d{2}\b/,
	new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?\\s+(${months})\\.?,?\\s+(\\d{4})\\b`, 'i'),
	new RegExp(`\\b(${months})\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})\\b`, 'i')
];

/** The first day with a year in a sentence, as ISO day. */
function dayIn(text: string, parse: (typed: string) => string | null): string | null {
	for (const form of days) {
		const found = form.exec(text)?.[0];
		const day = found === undefined ? null : parse(found);
		if (day !== null) return day;
	}
	return null;
}

function reviewOf(sections: readonly SummarySection[]): string | null {
	const next = sections.filter(({ title }) => /^next (review|report|meeting)\b/i.test(title)).at(-1);
	return next === undefined ? null : dayIn(next.words, (typed) => parseDay(typed, '1970-01-01'));
}

function dayOf(block: SummaryBlock, name: string, attribute: string): string | null {
	const day = block.name === name ? block.attributes[attribute] : undefined;
	return day !== undefined && isIsoDay(day) ? day : null;
}

function idOf(block: ReadingBlock): string {
	return typeof block.attributes.id === 'string' ? block.attributes.id : '';
}

function short(text: string): string {
	return text.length <= MAX_PART ? text : `${text.slice(0, MAX_PART - 1)}…`;
}
