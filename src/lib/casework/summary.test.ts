import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { keepsWhatWasReplaced, settle } from './both-values.ts';
import { BODY_FIELD } from './schema-version.ts';
import { dueItemsOf, goalsOf, highNeedsWithoutGoal, namesIn } from './summary-lists.ts';
import { summarize, type DocumentSummary } from './summary.ts';
import { templateIds, templateUpdate } from './templates.ts';
import { block, lines, section, words } from './templates/parts.ts';
import type { SeedBlock } from './templates/seed.ts';
import { insertPieces } from './derive/pieces.ts';

function summaryOf(...content: SeedBlock[]): DocumentSummary {
	const doc = new Y.Doc();
	insertPieces(doc.getXmlFragment(BODY_FIELD), 0, content);
	return summarize(doc);
}

describe('The summary of a document', () => {
	it('of a fresh template has no blocks: a prompt is not a fact', async () => {
		for (const id of templateIds) {
			const doc = new Y.Doc();
			Y.applyUpdate(doc, (await templateUpdate(id)) ?? new Uint8Array());
			const summary = summarize(doc);
			// a budget's lines have names from the start
			expect(
				summary.blocks.filter(({ name }) => name !== 'budgetLine'),
				id
			).toEqual([]);
			expect(summary.review, id).toBeNull();
		}
	});

	it('knows goals with their steps, what is due, and the words for search', () => {
		const summary = summaryOf(
			section('Goals'),
			block('goal', { title: 'A home of her own', lifecycle: 'active', areaOfNeed: 'accommodation' }, [
				block('step', { title: 'Call the housing office', due: '2026-12-01', who: 'Ana' }),
				block('step', { title: 'Sign up', due: '2026-11-01', status: 'completed' }),
				block('step'),
				words('She has seen two flats.')
			]),
			block('condition', { title: 'Report weekly', nextCheck: '2026-12-03' }),
			block('condition', { title: 'Old one', nextCheck: '2026-12-03', state: 'discharged' }),
			block('referral', {
				title: 'Food bank',
				followUp: '2026-11-30',
				respondBy: '2026-11-28',
				status: 'requested'
			}),
			section('Next review'),
			words('We meet again on January 7, 2027, at the office.')
		);
		expect(goalsOf(summary).map(({ title, words }) => [title, words])).toEqual([
			['A home of her own', 'She has seen two flats.']
		]);
		expect(dueItemsOf(summary).map(({ what, due, title }) => [what, due, title])).toEqual([
			['answer', '2026-11-28', 'Food bank'],
			['followUp', '2026-11-30', 'Food bank'],
			['step', '2026-12-01', 'Call the housing office'],
			['check', '2026-12-03', 'Report weekly'],
			['review', '2027-01-07', 'Next review']
		]);
		expect(summary.text).toContain('Call the housing office');
		expect(summary.blocks.find(({ name }) => name === 'step')?.inside).toBe(summary.blocks[0]?.id);
	});

	it('counts what two people set differently while apart', () => {
		const docs = [1, 2].map((clientID) => {
			const doc = new Y.Doc({ gcFilter: keepsWhatWasReplaced });
			doc.clientID = clientID;
			return doc;
		}) as [Y.Doc, Y.Doc];
		const goal = (doc: Y.Doc) => doc.getXmlFragment(BODY_FIELD).get(0) as Y.XmlElement;
		const pass = (from: Y.Doc, to: Y.Doc) => Y.applyUpdate(to, Y.encodeStateAsUpdate(from));
		insertPieces(docs[0].getXmlFragment(BODY_FIELD), 0, [block('goal', { title: 'A home' })]);
		pass(...docs);
		goal(docs[0]).setAttribute('lifecycle', 'active');
		goal(docs[1]).setAttribute('lifecycle', 'on-hold');
		goal(docs[1]).setAttribute('target', '2027-01-01');
		expect(summarize(docs[0]).toSettle).toBe(0);
		pass(docs[1], docs[0]);
		expect(summarize(docs[0]).toSettle).toBe(1);
		settle(goal(docs[0]), 'lifecycle', { value: 'active', yClient: 1 });
		expect(summarize(docs[0]).toSettle).toBe(0);
	});

	it('points out a high need only as long as no goal answers it', () => {
		const need = block('need', { title: 'No bed after Friday', rating: 'high', domain: 'accommodation' });
		const low = block('need', { title: 'Bus pass', rating: 'low', domain: 'finances' });
		const assessment = summaryOf(need, low);
		expect(highNeedsWithoutGoal([assessment]).map(({ title }) => title)).toEqual(['No bed after Friday']);
		const plan = (lifecycle: string) =>
			summaryOf(block('goal', { title: 'A room', areaOfNeed: 'accommodation', lifecycle }));
		expect(highNeedsWithoutGoal([assessment, plan('active')])).toEqual([]);
		expect(highNeedsWithoutGoal([assessment, plan('cancelled')])).toHaveLength(1);
		// of another area of life, but the need itself says that it is the goal for it
		const other = block('goal', {
			id: 'goal-1',
			title: 'Savings',
			areaOfNeed: 'finances',
			lifecycle: 'active'
		});
		const saying = (goal: string) =>
			block('need', { title: 'No bed', rating: 'high', domain: 'accommodation', goal });
		expect(highNeedsWithoutGoal([summaryOf(other, saying('goal-1'))])).toEqual([]);
		expect(highNeedsWithoutGoal([summaryOf(other), summaryOf(saying('plan#goal-1'))])).toEqual([]);
		expect(highNeedsWithoutGoal([summaryOf(other, saying('goal-2'))])).toHaveLength(1);
	});

	it('changes its hash with every word and every fact of a block', () => {
		const hash = (attributes: Record<string, string>) => summaryOf(block('goal', attributes)).blocks[0]?.hash;
		const first = hash({ title: 'A' });
		expect(hash({ title: 'A' })).toBe(first);
		expect(hash({ title: 'B' })).not.toBe(first);
		expect(hash({ title: 'A', lifecycle: 'active' })).not.toBe(first);
		expect(hash({ title: 'A', source: 'x y z w' })).toBe(first);
	});

	it('stays small however long the document is, and never throws on odd content', () => {
		const many = Array.from({ length: 2_100 }, (_, i) =>
			block('action', { title: `${i} ${'x'.repeat(i === 0 ? 4_000 : 40)}` })
		);
		const summary = summaryOf(
			...many,
			{ type: 'goal', attributes: { title: 4, target: { deep: [] } } },
			lines('hint')
		);
		expect(summary.blocks.length).toBe(2_000);
		expect(summary.blocks[0]?.title.length).toBe(2_000);
		expect(summary.text.length).toBe(60_000);
	});

	it('names people and agencies once, in the first spelling, to be offered elsewhere', () => {
		const documents = [
			{
				summary: summaryOf(
					block('goal', { title: 'Home' }, [block('step', { title: 'Call', who: 'Dr. Élise Roy' })]),
					block('referral', { title: 'Bed', agency: 'Harbour House' }),
					block('contact', { who: ' Sam ' })
				)
			},
			{
				summary: summaryOf(
					block('action', { title: 'Write', who: 'dr. élise roy' }),
					block('action', { title: 'Nobody', who: ' ' }),
					block('referral', { title: 'Food', agency: 'HARBOUR HOUSE' })
				)
			}
		];
		expect(namesIn(documents, 'agency')).toEqual(['Harbour House']);
		expect(namesIn(documents, 'who')).toEqual(['Dr. Élise Roy', 'Sam']);
	});
});
