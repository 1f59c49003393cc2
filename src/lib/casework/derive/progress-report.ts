/**
 * A progress report begins with what is known already: the plan's goals and conditions, and the notes of its period.
 * Facts only; what they mean is for people to write.
 */
import { contactOutcomes, contactTypes, wordsFor } from '../codes.ts';
import { formatDay } from '../dates.ts';
import { openGoalsOf } from '../summary-lists.ts';
import type { SummaryBlock } from '../summary.ts';
import { block, lines, table, words } from '../templates/parts.ts';
import type { SeedBlock } from '../templates/seed.ts';
import { isWithin, newestOf, type CaseDocument, type Period } from './case-document.ts';
import { carried } from './pieces.ts';
import type { Placed } from './place-pieces.ts';
import { readRefs } from './source.ts';

export interface Contact {
	readonly document: CaseDocument;
	readonly block: SummaryBlock;
	readonly day: string;
}

/** Contacts with a day in the period, the first first. */
export function contactsIn(documents: readonly CaseDocument[], period: Period): readonly Contact[] {
	return documents
		.filter(({ kind }) => kind !== 'progress-report')
		.flatMap((document) =>
			document.summary.blocks.flatMap((found): Contact[] => {
				const day = found.name === 'contact' ? found.attributes.date : undefined;
				return day !== undefined && isWithin(day, period) ? [{ document, block: found, day }] : [];
			})
		)
		.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const key = ({ day, block: found }: Contact) => `${day} ${found.attributes.time ?? ''}`;

const missed = new Set(['noshow', 'cancelled', 'no-answer']);

/** Did it take place? A contact of which nobody said otherwise did. */
function tookPlace({ block: found }: Contact): boolean {
	return !missed.has(found.attributes.outcome ?? '');
}

/** The first content of a progress report on this period. */
export function progressReport(documents: readonly CaseDocument[], period: Period): readonly Placed[] {
	const plan = newestOf(documents, 'case-plan', 'release-plan');
	const contacts = contactsIn(documents, period);
	const goals = plan === null ? [] : openGoalsOf(plan.summary);
	const conditions = documents
		.filter(({ kind }) => kind === 'case-plan' || kind === 'release-plan')
		.flatMap((document) =>
			document.summary.blocks
				.filter(({ name }) => name === 'condition')
				.map((condition) => conditionPiece(document, condition))
		);
	const incidents = documents.flatMap((document) => incidentsOf(document, period));
	return [
		{
			heading: 'Period',
			pieces: [words(`From ${formatDay(period.from)} to ${formatDay(period.to)}.`)],
			insteadOf: []
		},
		{ heading: 'Contacts', pieces: contactPieces(contacts), insteadOf: ['table'] },
		{
			heading: 'Goals',
			pieces: goals.map((goal) => goalPiece(plan as CaseDocument, goal, documents, contacts, period)),
			insteadOf: ['goal']
		},
		{ heading: 'Conditions', pieces: conditions, insteadOf: ['condition'] },
		{ heading: 'What happened in this time', pieces: incidents, insteadOf: ['bulletList'] }
	].filter(({ pieces }) => pieces.length > 0);
}

function contactPieces(contacts: readonly Contact[]): readonly SeedBlock[] {
	if (contacts.length === 0) return [];
	const made = contacts.filter(tookPlace).length;
	const count = `${made === 1 ? '1 contact' : `${made} contacts`} took place, ${contacts.length - made} did not.`;
	const rows = contacts.map(({ day, block: { attributes, title } }) => [
		[formatDay(day), attributes.time].filter(Boolean).join(', '),
		[wordsFor(contactTypes, attributes.type ?? ''), attributes.who, title].filter(Boolean).join(', '),
		wordsFor(contactOutcomes, attributes.outcome ?? '') || 'Took place'
	]);
	const grid = table(['When', 'How and with whom', 'Kept, moved or missed'], rows);
	return [
		words(count),
		{
			...grid,
			content: (grid.content ?? []).map((row, index) => {
				const contact = contacts[index - 1];
				return contact === undefined ? row : fromNote(row, contact, 'contact in report');
			})
		}
	];
}

/** A piece whose node has no `source` of its own: it stands in `data`. */
function fromNote(piece: SeedBlock, { document, block: found }: Contact, purpose: string): SeedBlock {
	if (found.id === '') return piece;
	const { attributes } = carried(
		piece,
		{ document: document.id, block: found.id, hash: found.hash },
		purpose
	);
	const { source, ...others } = attributes ?? {};
	return { ...piece, attributes: { ...others, data: { source } } };
}

function goalPiece(
	plan: CaseDocument,
	goal: SummaryBlock,
	documents: readonly CaseDocument[],
	contacts: readonly Contact[],
	period: Period
): SeedBlock {
	const about = contacts.filter(({ document, block: { attributes } }) =>
		readRefs(attributes.goals, document.id).some((ref) => ref.document === plan.id && ref.block === goal.id)
	);
	const done = plan.summary.blocks.filter(
		({ name, inside, attributes }) =>
			name === 'step' && inside === goal.id && isWithin(attributes.completedOn, period)
	);
	const evidence = [
		...done.map((step) => words(`Done on ${formatDay(step.attributes.completedOn ?? '')}: ${step.title}`)),
		...about.map((contact) =>
			fromNote(words(`${formatDay(contact.day)}: ${gistOf(contact)}`), contact, `evidence for ${goal.id}`)
		)
	];
	const { lifecycle, achievement, areaOfNeed, priority, start, target, reason } = goal.attributes;
	const facts = { lifecycle, achievement, areaOfNeed, priority, start, target, reason };
	return carried(
		block('goal', { ...set(facts), title: goal.title }, [
			...evidence,
			lines('What has been done, and what can be seen of it?')
		]),
		{ document: plan.id, block: goal.id, hash: goal.hash },
		'goal in report'
	);
}

function conditionPiece(
	document: CaseDocument,
	{ id, title, texts, hash, attributes }: SummaryBlock
): SeedBlock {
	const { source: _, ...facts } = attributes;
	const piece = block('condition', { ...facts, title });
	return carried(
		{ ...piece, content: (piece.content ?? []).map((part) => withText(part, texts)) },
		{ document: document.id, block: id, hash },
		'condition in report'
	);
}

/** What people marked as an incident when they wrote it down. */
function incidentsOf(document: CaseDocument, period: Period): readonly SeedBlock[] {
	return document.summary.blocks
		.filter(({ attributes }) => attributes.category === 'incident')
		.flatMap((found): SeedBlock[] => {
			const day = (attributes: SummaryBlock['attributes']) =>
				(attributes.occurredAt ?? attributes.date ?? document.summary.day ?? '').slice(0, 10);
			const when = day(found.attributes);
			if (!isWithin(when, period)) return [];
			const text = [found.title, ...Object.values(found.texts), found.words]
				.filter((part) => part !== '')
				.join('. ');
			const contact = { document, block: found, day: when };
			return [fromNote(words(`${formatDay(when)}: ${text}`), contact, 'incident in report')];
		});
}

/** What the note says in its first lines. */
function gistOf({ document, block: found }: Contact): string {
	const told = document.summary.sections.find(({ words: said }) => said !== '')?.words ?? '';
	const text = [found.title, told].filter((part) => part !== '').join('. ');
	return text === '' ? wordsFor(contactTypes, found.attributes.type ?? '') || document.title : text;
}

/** The named text of a block, filled. */
export function withText(part: SeedBlock, texts: Readonly<Record<string, string>>): SeedBlock {
	const name = part.type === 'field' ? part.attributes?.name : undefined;
	const text = typeof name === 'string' ? texts[name] : undefined;
	return text === undefined ? part : { ...part, text };
}

/** Without what nobody said. */
function set(facts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined)
	);
}
