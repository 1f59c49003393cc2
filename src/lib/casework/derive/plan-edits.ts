/** What a plan can take up from the case, and the edits that do it. Each is called inside a transaction of the caller. */
import * as Y from 'yjs';
import { blockSpec } from '../block-specs.ts';
import { editText } from '../edit-text.ts';
import { highNeedsWithoutGoal } from '../summary-lists.ts';
import type { SummaryBlock } from '../summary.ts';
import { block } from '../templates/parts.ts';
import type { SeedBlock } from '../templates/seed.ts';
import type { CaseDocument } from './case-document.ts';
import { carried } from './pieces.ts';
import { findBlock, placeInside, placePieces } from './place-pieces.ts';
import { blockPiece } from './same-place.ts';
import { readSource, writeSource } from './source.ts';

export interface FromCase {
	readonly document: CaseDocument;
	readonly block: SummaryBlock;
}

/** High needs, in the plan itself or assessed elsewhere in the case, that no goal answers yet. */
export function needsWithoutGoal(plan: CaseDocument, others: readonly CaseDocument[]): readonly FromCase[] {
	const all = [plan, ...others.filter(({ kind }) => kind === 'assessment' || kind === 'intake-report')];
	const open = new Set(highNeedsWithoutGoal(all.map(({ summary }) => summary)));
	return all.flatMap((document) =>
		document.summary.blocks.filter((one) => open.has(one)).map((one) => ({ document, block: one }))
	);
}

/** Actions that conferences gave out, neither done nor steps of this plan yet. */
export function actionsToTakeUp(plan: CaseDocument, others: readonly CaseDocument[]): readonly FromCase[] {
	const taken = new Set(plan.summary.blocks.map(({ attributes }) => readSource(attributes.source)?.block));
	return others
		.filter(({ kind }) => kind === 'case-conference')
		.flatMap((document) =>
			document.summary.blocks
				.filter(({ name, title }) => name === 'action' && title !== '')
				.filter(({ id, attributes }) => !taken.has(id) && !closed.has(attributes.status ?? ''))
				.map((one) => ({ document, block: one }))
		);
}

const closed = new Set(['completed', 'cancelled']);

/** Stands the need in the plan, where it does not yet, and a goal that answers it. */
export function makeGoalOf(body: Y.XmlFragment, plan: string, need: FromCase): void {
	if (need.document.id !== plan)
		placePieces(body, [
			{ heading: 'Needs', pieces: [blockPiece(need.document, need.block, 'plan')], insteadOf: [] }
		]);
	const { domain } = need.block.attributes;
	const goal = block(
		'goal',
		{
			lifecycle: 'proposed',
			...(domain === undefined ? {} : { areaOfNeed: domain }),
			title: need.block.title
		},
		[block('step')]
	);
	placePieces(body, [
		{ heading: 'Goals', pieces: [carried(goal, sourceOf(need), 'goal')], insteadOf: ['goal'] }
	]);
}

/** False when the goal is gone. */
export function makeStepOf(body: Y.XmlFragment, goal: string, action: FromCase): boolean {
	const { who, whoRef, due, status } = action.block.attributes;
	const facts = Object.entries({ who, whoRef, due, status }).filter(
		(entry): entry is [string, string] => !!entry[1]
	);
	const step: SeedBlock = block('step', { ...Object.fromEntries(facts), title: action.block.title });
	return placeInside(body, goal, [carried(step, sourceOf(action), 'step')]);
}

/**
 * The block says from now on what its source says: title and facts. What else is written in it stays, and so does a
 * fact that the source does not know.
 */
export function takeOver(body: Y.XmlFragment, id: string, now: SummaryBlock): void {
	const target = findBlock(body, id);
	if (target === null) return;
	const known = blockSpec(target.nodeName)?.fields.map(({ attribute }) => attribute) ?? [];
	for (const [name, value] of Object.entries(now.attributes))
		if (known.includes(name) && target.getAttribute(name) !== value) target.setAttribute(name, value);
	const title = target
		.toArray()
		.find((part) => part instanceof Y.XmlElement && part.nodeName === 'blockTitle');
	if (title instanceof Y.XmlElement) setText(title, now.title);
	acknowledge(target, now.hash);
}

/** The block stays as it is; what the source says now is known. */
export function leaveAsIs(body: Y.XmlFragment, id: string, now: SummaryBlock): void {
	const target = findBlock(body, id);
	if (target !== null) acknowledge(target, now.hash);
}

function acknowledge(target: Y.XmlElement, hash: string): void {
	const source = readSource(target.getAttribute('source'));
	if (source !== null) target.setAttribute('source', writeSource({ ...source, hash }));
}

/** Changes only what differs, so that somebody who types there meanwhile keeps their words. */
function setText(title: Y.XmlElement, words: string): void {
	const first: unknown = title.get(0);
	if (first instanceof Y.XmlText && title.length === 1) editText(first, words);
	else {
		title.delete(0, title.length);
		title.insert(0, [new Y.XmlText(words)]);
	}
}

function sourceOf({ document, block: { id, hash } }: FromCase) {
	return { document: document.id, block: id, hash };
}
