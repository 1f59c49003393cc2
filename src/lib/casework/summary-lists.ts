/** What lists show of summaries: goals, what is due, high needs that no goal answers. Pure. */
import { isIsoDay } from './dates.ts';
import { blockSpec } from './block-specs.ts';
import { readRefs, readSource } from './derive/source.ts';
import type { DocumentSummary, SummaryBlock } from './summary.ts';

export interface DueItem {
	readonly what: 'step' | 'action' | 'followUp' | 'answer' | 'check' | 'review' | 'goal';
	/** Id of the block it is about; '' for the review of the whole document. */
	readonly block: string;
	readonly title: string;
	/** ISO day. */
	readonly due: string;
	readonly who: string;
}

const over = new Set(['completed', 'cancelled', 'rejected', 'failed', 'discharged']);

const dated: readonly { name: string; attribute: string; what: DueItem['what']; state: string }[] = [
	{ name: 'step', attribute: 'due', what: 'step', state: 'status' },
	{ name: 'action', attribute: 'due', what: 'action', state: 'status' },
	{ name: 'referral', attribute: 'followUp', what: 'followUp', state: 'status' },
	{ name: 'logFollowUp', attribute: 'due', what: 'followUp', state: 'status' },
	{ name: 'referral', attribute: 'respondBy', what: 'answer', state: 'status' },
	{ name: 'condition', attribute: 'nextCheck', what: 'check', state: 'state' },
	{ name: 'goal', attribute: 'target', what: 'goal', state: 'lifecycle' }
];

/** Open items that have a day, the nearest first. An answer is no longer waited for once it has come. */
export function dueItemsOf(summary: DocumentSummary): readonly DueItem[] {
	const items = summary.blocks.flatMap((block) =>
		dated.flatMap(({ name, attribute, what, state }): DueItem[] => {
			const due = block.name === name ? block.attributes[attribute] : undefined;
			const status = block.attributes[state] ?? '';
			if (due === undefined || !isIsoDay(due) || over.has(status)) return [];
			if (what === 'answer' && !['', 'draft', 'requested'].includes(status)) return [];
			return [{ what, block: block.id, title: block.title, due, who: block.attributes.who ?? '' }];
		})
	);
	const review: DueItem[] =
		summary.review === null
			? []
			: [{ what: 'review', block: '', title: nextTitle(summary), due: summary.review, who: '' }];
	return [...items, ...review].sort((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : 0));
}

/** How many steps and actions are not done yet, with a day or without. */
export function openCount(summary: DocumentSummary): number {
	return summary.blocks.filter(
		({ name, attributes }) => (name === 'step' || name === 'action') && !over.has(attributes.status ?? '')
	).length;
}

export function goalsOf(summary: DocumentSummary): readonly SummaryBlock[] {
	return summary.blocks.filter(({ name }) => name === 'goal');
}

/** Goals that are neither reached nor dropped. */
export function openGoalsOf(summary: DocumentSummary): readonly SummaryBlock[] {
	return goalsOf(summary).filter(({ attributes }) => !over.has(attributes.lifecycle ?? ''));
}

/** What fields for people, or for agencies, say in these documents: each name once, in its first spelling. */
export function namesIn(
	documents: readonly { readonly summary: DocumentSummary }[],
	kind: 'who' | 'agency'
): readonly string[] {
	const found = new Map<string, string>();
	for (const { summary } of documents)
		for (const { name, attributes } of summary.blocks)
			for (const field of blockSpec(name)?.fields ?? []) {
				const said = field.kind === kind ? (attributes[field.attribute] ?? '').trim() : '';
				if (said !== '' && !found.has(said.toLocaleLowerCase())) found.set(said.toLocaleLowerCase(), said);
			}
	return [...found.values()];
}

/**
 * Needs rated high that say no goal of theirs, and for which none stands that was made of them or is about the same area
 * of life. Of a need that
 * stands in the assessment and again in the plan, the one carried over is left out.
 */
export function highNeedsWithoutGoal(summaries: readonly DocumentSummary[]): readonly SummaryBlock[] {
	const blocks = summaries.flatMap((summary) => summary.blocks);
	const goals = blocks.filter(
		({ name, attributes }) => name === 'goal' && attributes.lifecycle !== 'cancelled'
	);
	const areas = new Set(goals.map(({ attributes }) => attributes.areaOfNeed).filter((area) => area));
	const answered = new Set(goals.map(({ attributes }) => readSource(attributes.source)?.block));
	const goalIds = new Set(goals.map(({ id }) => id));
	const ids = new Set(blocks.filter(({ name }) => name === 'need').map(({ id }) => id));
	return blocks.filter(({ name, id, attributes }) => {
		if (name !== 'need' || attributes.rating !== 'high') return false;
		const from = readSource(attributes.source)?.block;
		if (from !== undefined && ids.has(from)) return false;
		if (answered.has(id) || areas.has(attributes.domain)) return false;
		if (readRefs(attributes.goal, 'here').some(({ block }) => goalIds.has(block))) return false;
		// the goal may have been made of the need as it stands in the plan
		return !blocks.some(
			(other) =>
				other.name === 'need' && readSource(other.attributes.source)?.block === id && answered.has(other.id)
		);
	});
}

function nextTitle({ sections }: DocumentSummary): string {
	return sections.findLast(({ title }) => /^next (review|report|meeting)\b/i.test(title))?.title ?? '';
}
