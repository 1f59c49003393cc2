/**
 * What one document asks and another has answered: facts of the intake stand in the assessment and in the plan from the
 * start, and what was assessed stands in the plan.
 */
import type { SummaryBlock } from '../summary.ts';
import { block, words } from '../templates/parts.ts';
import type { SeedBlock } from '../templates/seed.ts';
import { newestOf, type CaseDocument } from './case-document.ts';
import { carried } from './pieces.ts';
import type { Placed } from './place-pieces.ts';
import { withText } from './progress-report.ts';

/** [kind, heading there, heading here]. What stands first comes first. */
type Place = readonly [kind: string, there: string, here: string];

const places: Readonly<Record<string, readonly Place[]>> = {
	assessment: [
		['intake-report', 'In the person’s own words', 'In the person’s own words'],
		['intake-report', 'Where they live', 'Home'],
		['intake-report', 'Education and work', 'Education and work'],
		['intake-report', 'Income and benefits', 'Money'],
		['intake-report', 'Health', 'Health and wellbeing'],
		['intake-report', 'Household and family', 'Relationships and community']
	],
	'case-plan': [
		['intake-report', 'The person', 'Who and why'],
		['intake-report', 'How they came to us', 'Who and why'],
		['intake-report', 'Household and family', 'Who and why'],
		['assessment', 'In the person’s own words', 'In the person’s own words'],
		['intake-report', 'In the person’s own words', 'In the person’s own words'],
		['intake-report', 'Strengths', 'Strengths']
	],
	'release-plan': [
		['assessment', 'In the person’s own words', 'In the person’s own words'],
		['case-plan', 'In the person’s own words', 'In the person’s own words'],
		['intake-report', 'Where they live', 'A place to live'],
		['intake-report', 'Income and benefits', 'Income'],
		['intake-report', 'Health', 'Health']
	]
};

const quoted = 'In the person’s own words';

/** The first content of a document of this kind, from what the case knows already. */
export function samePlaces(kind: string, documents: readonly CaseDocument[]): readonly Placed[] {
	const said = new Set<string>();
	const placed = (places[kind] ?? []).flatMap(([from, there, here]): Placed[] => {
		const document = newestOf(documents, from);
		const section = document?.summary.sections.find(({ title }) => title === there);
		// the same words may have come along two ways: said once
		if (
			document === null ||
			section === undefined ||
			section.words === '' ||
			said.has(`${here}\n${section.hash}`)
		)
			return [];
		said.add(`${here}\n${section.hash}`);
		const paragraphs = section.words.split('\n').map(words);
		const pieces =
			here === quoted
				? [sectionPiece({ type: 'blockquote', content: paragraphs }, document, section, kind)]
				: paragraphs.map((piece, index) => sectionPiece(piece, document, section, `${kind} ${index}`));
		return [{ heading: here, pieces, insteadOf: ['paragraph', 'blockquote', 'bulletList'] }];
	});
	return kind === 'case-plan' ? [...placed, ...assessed(documents)] : placed;
}

/** Strengths, and needs rated high or clear, as they were assessed. */
function assessed(documents: readonly CaseDocument[]): readonly Placed[] {
	const found = (name: string) =>
		documents
			.filter(({ kind }) => kind === 'assessment' || kind === 'intake-report')
			.flatMap((document) =>
				document.summary.blocks.filter((one) => one.name === name).map((one) => ({ document, block: one }))
			);
	const strengths = found('strength').map(({ document, block: one }) => blockPiece(document, one, 'plan'));
	const needs = found('need')
		.filter(({ block: { attributes } }) => attributes.rating === 'high' || attributes.rating === 'medium')
		.map(({ document, block: one }) => blockPiece(document, one, 'plan'));
	return [
		{ heading: 'Strengths', pieces: strengths, insteadOf: ['bulletList'] },
		{ heading: 'Needs', pieces: needs, insteadOf: [] }
	];
}

/** A block as it stands there, with where it came from. */
export function blockPiece(document: CaseDocument, one: SummaryBlock, purpose: string): SeedBlock {
	const { source: _, goal: __, ...facts } = one.attributes;
	const piece = block(
		one.name,
		{ ...facts, title: one.title },
		one.words === '' ? [] : one.words.split('\n').map(words)
	);
	return carried(
		{ ...piece, content: (piece.content ?? []).map((part) => withText(part, one.texts)) },
		{ document: document.id, block: one.id, hash: one.hash },
		purpose
	);
}

function sectionPiece(
	piece: SeedBlock,
	document: CaseDocument,
	section: { readonly id: string; readonly hash: string },
	purpose: string
): SeedBlock {
	const from = { document: document.id, block: section.id, hash: section.hash };
	const { attributes } = carried(piece, from, purpose);
	const { source, ...others } = attributes ?? {};
	return { ...piece, attributes: { ...others, data: { source } } };
}
