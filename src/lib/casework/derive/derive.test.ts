import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { caseNotes } from '../../../../tests/support/case-notes.ts';
import { readBlocks, textOf } from '../read-blocks.ts';
import { BODY_FIELD } from '../schema-version.ts';
import { summarize, type SummaryBlock } from '../summary.ts';
import { templateUpdate } from '../templates.ts';
import { block, section, words } from '../templates/parts.ts';
import type { SeedBlock } from '../templates/seed.ts';
import type { CaseDocument } from './case-document.ts';
import { carriedIn } from './carried.ts';
import { originOf, wordsFrom } from './changed.ts';
import {
	actionsToTakeUp,
	leaveAsIs,
	makeGoalOf,
	makeStepOf,
	needsWithoutGoal,
	takeOver
} from './plan-edits.ts';
import { insertPieces } from './pieces.ts';
import { placePieces } from './place-pieces.ts';
import { progressReport } from './progress-report.ts';
import { samePlaces } from './same-place.ts';
import { readRefs, readSource, writeRefs, writeSource } from './source.ts';

const november = { from: '2026-11-01', to: '2026-11-30' };
const bodyOf = (doc: Y.Doc) => doc.getXmlFragment(BODY_FIELD);
const wordsIn = (doc: Y.Doc) => textOf(readBlocks(bodyOf(doc)));

async function fresh(template: string): Promise<Y.Doc> {
	const doc = new Y.Doc();
	Y.applyUpdate(doc, (await templateUpdate(template)) ?? new Uint8Array());
	return doc;
}

function caseDocument(id: string, kind: string, content: SeedBlock[] | Y.Doc, createdAt = 1): CaseDocument {
	const doc = content instanceof Y.Doc ? content : new Y.Doc();
	if (!(content instanceof Y.Doc)) insertPieces(bodyOf(doc), 0, content);
	return { id, kind, title: id, createdAt, summary: summarize(doc) };
}

const goalId = 'goal-home';
const plan = () =>
	caseDocument('plan', 'case-plan', [
		section('Goals'),
		block(
			'goal',
			{ id: goalId, title: 'A home of her own', lifecycle: 'active', areaOfNeed: 'accommodation' },
			[
				block('step', { title: 'Call the housing office', status: 'completed', completedOn: '2026-11-09' }),
				block('step', { title: 'Called long ago', status: 'completed', completedOn: '2026-05-01' })
			]
		),
		block('goal', { title: 'Given up', lifecycle: 'cancelled' }),
		block('condition', { title: 'Report every Monday', state: 'partly' })
	]);

/** A note of each real text, three a day from 20 October on; every second is about the goal. */
function notes(count = 120): CaseDocument[] {
	return caseNotes
		.concat(...Array.from({ length: 20 }, () => caseNotes))
		.slice(0, count)
		.map((text, index) => {
			const day = new Date(Date.UTC(2026, 9, 20 + Math.floor(index / 3))).toISOString().slice(0, 10);
			return caseDocument(`note-${index}`, 'case-note', [
				block('contact', {
					date: day,
					type: 'phone',
					outcome: index % 5 === 4 ? 'noshow' : 'fulfilled',
					...(index % 2 === 0 ? { goals: writeRefs([{ document: 'plan', block: goalId }]) } : {})
				}),
				section('What happened'),
				words(text)
			]);
		});
}

describe('A progress report', () => {
	it('starts from the goals of the plan and the notes of its period, and from no others', async () => {
		const all = notes();
		const doc = await fresh('progress-report.1');
		placePieces(bodyOf(doc), progressReport([plan(), ...all], november));
		const text = wordsIn(doc);
		const within = all.filter(({ summary }) => summary.day?.startsWith('2026-11'));
		const missed = within.filter(({ summary }) => summary.blocks[0]?.attributes.outcome === 'noshow');
		expect(within.length).toBeGreaterThan(60);
		expect(text).toContain(`${within.length - missed.length} contacts took place, ${missed.length} did not.`);
		const report = summarize(doc);
		const goals = report.blocks.filter(({ name }) => name === 'goal');
		expect(goals.map(({ title, attributes }) => [title, attributes.lifecycle])).toEqual([
			['A home of her own', 'active']
		]);
		const about = within.filter(({ summary }) => summary.blocks[0]?.attributes.goals);
		const [goal] = goals;
		for (const { summary } of about) expect(text).toContain(summary.sections[0]?.words ?? 'missing');
		expect(goal?.words).toContain('Call the housing office');
		expect(goal?.words).not.toContain('Called long ago');
		expect(report.blocks.filter(({ name }) => name === 'condition').map(({ title }) => title)).toEqual([
			'Report every Monday'
		]);
		// the empty places of the template are gone, what it asks beyond that stays
		const names = readBlocks(bodyOf(doc)).map((part) => (part.type === 'block' ? part.name : ''));
		expect(names.filter((name) => name === 'table')).toHaveLength(1);
		expect(names.filter((name) => name === 'condition')).toHaveLength(1);
		expect(text).toContain('Recommendation');
	});

	it('says of each piece where it came from, and whether that changed since', () => {
		const doc = new Y.Doc();
		placePieces(bodyOf(doc), progressReport([plan()], november));
		const goal = summarize(doc).blocks.find(({ name }) => name === 'goal') as SummaryBlock;
		expect(originOf(goal.attributes.source, [plan()])).toMatchObject({
			changed: false,
			document: { id: 'plan' }
		});
		const other = plan();
		const now = other.summary.blocks[0] as SummaryBlock;
		const changed: CaseDocument = {
			...other,
			summary: {
				...other.summary,
				blocks: [{ ...now, title: 'A room', attributes: { lifecycle: 'completed' }, hash: 'new' }]
			}
		};
		const origin = originOf(goal.attributes.source, [changed]);
		expect(origin).toMatchObject({ changed: true, now: { title: 'A room' } });
		if (origin?.now == null) throw new Error('no origin');

		const left = new Y.Doc();
		Y.applyUpdate(left, Y.encodeStateAsUpdate(doc));
		leaveAsIs(bodyOf(left), goal.id, origin.now);
		const kept = summarize(left).blocks.find(({ id }) => id === goal.id);
		expect(kept?.title).toBe('A home of her own');
		expect(originOf(kept?.attributes.source, [changed])?.changed).toBe(false);

		takeOver(bodyOf(doc), goal.id, origin.now);
		const taken = summarize(doc).blocks.find(({ id }) => id === goal.id);
		expect([taken?.title, taken?.attributes.lifecycle]).toEqual(['A room', 'completed']);
		expect(originOf(taken?.attributes.source, [changed])?.changed).toBe(false);
	});
});

describe('What was said once', () => {
	const intake = () =>
		caseDocument('intake', 'intake-report', [
			section('The person'),
			{
				type: 'table',
				content: [
					{
						type: 'tableRow',
						content: [
							{ type: 'tableHeader', content: [words('About them')] },
							{ type: 'tableHeader', content: [words('What we know')] }
						]
					},
					{
						type: 'tableRow',
						content: [
							{ type: 'tableCell', content: [words('Name they like to be called by')] },
							{ type: 'tableCell', content: [words('Rosa')] }
						]
					},
					{
						type: 'tableRow',
						content: [
							{ type: 'tableCell', content: [words('Date of birth')] },
							{ type: 'tableCell', content: [{ type: 'paragraph' }] }
						]
					}
				]
			},
			section('How they came to us'),
			words('The school called.'),
			section('In the person’s own words'),
			{ type: 'blockquote', content: [words('I want to sleep without worry.')] },
			section('Where they live'),
			words('In her car, since May.')
		]);

	it('at the intake stands in the assessment and in the plan', async () => {
		const assessment = await fresh('assessment.1');
		placePieces(bodyOf(assessment), samePlaces('assessment', [intake()]));
		expect(wordsIn(assessment)).toMatch(/Home\n+In her car, since May\./);
		const doc = await fresh('case-plan.1');
		const assessed = caseDocument('assessment', 'assessment', assessment);
		placePieces(bodyOf(doc), samePlaces('case-plan', [intake(), assessed]));
		const text = wordsIn(doc);
		expect(text).toMatch(/Who and why\n+Name they like to be called by, Rosa\nThe school called\./);
		expect(text).not.toContain('Date of birth');
		expect(text.split('I want to sleep without worry.')).toHaveLength(2);
	});

	it('tells under which headings it stands now, and which of them say something else at their source', async () => {
		const doc = await fresh('case-plan.1');
		const first = intake();
		placePieces(bodyOf(doc), samePlaces('case-plan', [first]));
		insertPieces(bodyOf(doc), 0, [words('Written here.')]);
		const { carried } = summarize(doc);
		expect([...new Set(carried.map(({ document }) => document))]).toEqual(['intake']);
		const under = ['Who and why', 'In the person’s own words'];
		expect(wordsFrom(carried, [first])).toMatchObject([{ document: { id: 'intake' }, under, changed: [] }]);
		// at most so many, in the order of the text
		expect(carriedIn(readBlocks(bodyOf(doc)), 1)).toEqual(carried.slice(0, 1));

		const sections = (edit: (title: string, hash: string) => string | null): CaseDocument => ({
			...first,
			summary: {
				...first.summary,
				sections: first.summary.sections.flatMap((one) => {
					const hash = edit(one.title, one.hash);
					return hash === null ? [] : [{ ...one, hash }];
				})
			}
		});
		const edited = sections((title, hash) => (title === 'How they came to us' ? 'other' : hash));
		expect(wordsFrom(carried, [edited])[0]?.changed).toEqual(['Who and why']);
		const gone = sections((title, hash) => (title === 'In the person’s own words' ? null : hash));
		expect(wordsFrom(carried, [gone])[0]?.changed).toEqual(['In the person’s own words']);
		// a source that this device does not have is not said to have changed
		expect(wordsFrom(carried, [])).toEqual([]);
	});

	it('in an assessment as a high need stands in the plan, and is pointed out until a goal answers it', async () => {
		const assessment = caseDocument('assessment', 'assessment', [
			block('need', { title: 'No bed after Friday', rating: 'high', domain: 'accommodation' }),
			block('need', { title: 'A hobby', rating: 'low', domain: 'relationships-community' }),
			block('strength', { title: 'Cooks for everybody', rating: 'strong' })
		]);
		const doc = await fresh('case-plan.1');
		placePieces(bodyOf(doc), samePlaces('case-plan', [assessment]));
		const asPlan = () => caseDocument('plan', 'case-plan', doc);
		expect(asPlan().summary.blocks.map(({ name, title }) => [name, title])).toEqual([
			['strength', 'Cooks for everybody'],
			['need', 'No bed after Friday']
		]);
		const [need, ...more] = needsWithoutGoal(asPlan(), [assessment]);
		expect(more).toEqual([]);
		if (need === undefined) throw new Error('no need');
		makeGoalOf(bodyOf(doc), 'plan', need);
		expect(needsWithoutGoal(asPlan(), [assessment])).toEqual([]);
		const goal = asPlan().summary.blocks.find(({ name }) => name === 'goal');
		expect(goal).toMatchObject({ title: 'No bed after Friday', attributes: { areaOfNeed: 'accommodation' } });
		// asked again, nothing doubles
		makeGoalOf(bodyOf(doc), 'plan', need);
		placePieces(bodyOf(doc), samePlaces('case-plan', [assessment]));
		expect(asPlan().summary.blocks.filter(({ name }) => name === 'goal' || name === 'need')).toHaveLength(2);
	});

	it('as an action of a conference becomes a step of the goal that is chosen, once', () => {
		const conference = caseDocument('conference', 'case-conference', [
			block('action', { title: 'Call the landlord', who: 'Ana', due: '2026-12-01' }),
			block('action', { title: 'Done already', status: 'completed' }),
			block('action')
		]);
		const doc = new Y.Doc();
		insertPieces(bodyOf(doc), 0, [
			block('goal', { id: goalId, title: 'Home' }, [
				block('step', { title: 'Look at rooms' }),
				block('step', { due: '2026-11-30' }),
				block('step')
			])
		]);
		const asPlan = () => caseDocument('plan', 'case-plan', doc);
		const [action, ...more] = actionsToTakeUp(asPlan(), [conference]);
		expect(more).toEqual([]);
		if (action === undefined) throw new Error('no action');
		expect(makeStepOf(bodyOf(doc), 'gone', action)).toBe(false);
		expect(makeStepOf(bodyOf(doc), goalId, action)).toBe(true);
		// after everything that says something, before the template's empty places
		const steps = asPlan().summary.blocks.filter(({ name }) => name === 'step');
		expect(steps.map(({ title, attributes }) => [title, attributes.due])).toEqual([
			['Look at rooms', undefined],
			['', '2026-11-30'],
			['Call the landlord', '2026-12-01']
		]);
		const goal = readBlocks(bodyOf(doc))[0];
		const last = goal?.type === 'block' ? goal.content.at(-1) : undefined;
		expect(last).toMatchObject({
			name: 'step',
			attributes: { id: expect.not.stringMatching(/^from-/) as string }
		});
		expect(steps[2]).toMatchObject({
			title: 'Call the landlord',
			inside: goalId,
			attributes: { who: 'Ana', due: '2026-12-01' }
		});
		expect(actionsToTakeUp(asPlan(), [conference])).toEqual([]);
	});
});

describe('Two people who carry the same piece over at once', () => {
	const need = () => {
		const document = caseDocument('assessment', 'assessment', [
			block('need', { title: 'No bed', rating: 'high', domain: 'accommodation' })
		]);
		return { document, block: document.summary.blocks[0] as SummaryBlock };
	};
	const meet = (a: Y.Doc, b: Y.Doc) => {
		Y.applyUpdate(a, Y.encodeStateAsUpdate(b));
		Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
	};
	const goals = (doc: Y.Doc) => summarize(doc).blocks.filter(({ name }) => name === 'goal');

	it('see it once, on both devices the same, until somebody has written in the other one', () => {
		const from = need();
		const [ana, ben] = [new Y.Doc(), new Y.Doc()];
		makeGoalOf(bodyOf(ana), 'plan', from);
		makeGoalOf(bodyOf(ben), 'plan', from);
		meet(ana, ben);
		expect(goals(ana)).toHaveLength(1);
		expect(goals(ben)).toEqual(goals(ana));
		// Ben was offline and wrote into his: no word of it may be hidden
		const his = bodyOf(ben)
			.toArray()
			.filter((child) => child instanceof Y.XmlElement && child.nodeName === 'goal');
		expect(his).toHaveLength(2);
		for (const goal of his) insertPieces(goal as Y.XmlElement, 1, [words('Her sister has a sofa.')]);
		meet(ana, ben);
		expect(goals(ana)).toHaveLength(2);
	});
});

describe('The source of a block', () => {
	it('is read as it was written, and nothing else is one', () => {
		const source = { document: 'a b', block: 'c#d', hash: 'e', made: '%' };
		expect(readSource(writeSource(source))).toEqual(source);
		for (const odd of [null, 4, '', 'a', 'a b c', '%E0%A4%A b c d', 'a b c d e', {}])
			expect(readSource(odd)).toBeNull();
		const refs = [
			{ document: 'a', block: 'b c' },
			{ document: 'd', block: 'e#f' }
		];
		expect(readRefs(writeRefs(refs), 'here')).toEqual(refs);
		expect(readRefs('a#b#c %#% 7#', 'here')).toEqual([]);
		expect(readRefs('goal-1', 'here')).toEqual([{ document: 'here', block: 'goal-1' }]);
	});
});
