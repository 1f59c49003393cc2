import { getSchema } from '@tiptap/core';
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import {
	readAgencyTemplates,
	removeAgencyTemplate,
	renameAgencyTemplate,
	saveAgencyTemplate,
	type AgencyTemplate
} from './agency-templates.ts';
import { isText, judgeTree, readTree, wordsOf, writeTree, type TreePart } from './body-tree.ts';
import { givenWords, outlineOfForm, wordsToKeep } from './outline-of-form.ts';
import { findUnknown } from './schema-guard.ts';
import { schemaExtensions } from './schema.ts';
import { BODY_FIELD } from './schema-version.ts';
import { templateIds, templateUpdate } from './templates.ts';

let count = 0;
const newId = () => `new${++count}`;

async function docOf(template: string): Promise<Y.Doc> {
	const doc = new Y.Doc();
	Y.applyUpdate(doc, (await templateUpdate(template)) ?? new Uint8Array());
	return doc;
}

function written(tree: readonly TreePart[], ids?: Map<string, string>): Y.XmlFragment {
	const body = new Y.Doc().getXmlFragment(BODY_FIELD);
	writeTree(body, tree, newId, ids);
	return body;
}

const withoutIds = (tree: readonly TreePart[]): unknown =>
	tree.map((part) => {
		if (isText(part)) return part;
		const { id: _, ...attributes } = part.attributes ?? {};
		return { type: part.type, attributes, content: withoutIds(part.content ?? []) };
	});

const idsOf = (tree: readonly TreePart[]): unknown[] =>
	tree.flatMap((part) => (isText(part) ? [] : [part.attributes?.['id'], ...idsOf(part.content ?? [])]));

describe('A copied text', () => {
	test.each(templateIds)('%s is the same but for its ids, and fits the schema', async (template) => {
		const tree = readTree((await docOf(template)).getXmlFragment(BODY_FIELD));
		const copy = written(tree);
		const schema = getSchema(schemaExtensions);
		expect(findUnknown(copy, schema)).toEqual([]);
		yXmlFragmentToProseMirrorRootNode(copy, schema).check();
		const again = readTree(copy);
		expect(withoutIds(again)).toEqual(withoutIds(tree));
		expect(new Set(idsOf(again)).size).toBe(idsOf(again).length);
		expect(idsOf(again).filter((id) => idsOf(tree).includes(id))).toEqual([]);
		// as it goes into an agency's index and comes out again
		expect(judgeTree(JSON.parse(JSON.stringify(tree)))).toEqual(tree);
	});

	test('keeps marks and breaks, and what refers to another block follows it', () => {
		const bold = { text: 'two', marks: { bold: {} } };
		const tree: TreePart[] = [
			{
				type: 'goal',
				attributes: { id: 'g1' },
				content: [{ type: 'blockTitle', content: [{ text: 'Home' }] }]
			},
			{
				type: 'paragraph',
				attributes: { id: 'p' },
				content: [
					{ text: 'one ' },
					bold,
					{ type: 'hardBreak', attributes: {}, content: [] },
					{ text: 'three' }
				]
			},
			{ type: 'contact', attributes: { id: 'c', goals: 'g1, g9', who: 'g1' } }
		];
		const ids = new Map<string, string>();
		const copy = readTree(written(tree, ids));
		expect(withoutIds(copy.slice(1, 2))).toEqual(withoutIds(tree.slice(1, 2)));
		const [goal, , contact] = copy;
		const attributes = contact !== undefined && !isText(contact) ? contact.attributes : {};
		expect(attributes).toMatchObject({ goals: `${ids.get('g1') ?? ''}, g9`, who: 'g1' });
		expect(goal !== undefined && !isText(goal) && goal.attributes?.['id']).toBe(ids.get('g1'));
	});

	test('is judged whatever another device wrote', () => {
		fc.assert(
			fc.property(fc.anything(), (value) => {
				judgeTree(value);
				judgeTree([{ type: 'paragraph', content: value, attributes: value }]);
			}),
			{ seed: 4, numRuns: 300 }
		);
		let deep: unknown = [];
		for (let depth = 0; depth < 200; depth++) deep = [{ type: 'blockquote', content: deep }];
		for (const odd of [deep, [{ type: 'x y' }], [{ text: 7 }], [null], 'text'])
			expect(judgeTree(odd)).toBeNull();
	});
});

describe('Only headings and prompts', () => {
	test('keeps the form of a built-in template and nothing of the person', async () => {
		const doc = await docOf('case-plan.1');
		const body = doc.getXmlFragment(BODY_FIELD);
		const given = givenWords(readTree(body));
		const before = readTree(body);
		// what a worker would write everywhere: in lines, titles, cells, attributes
		const write = (element: Y.XmlElement | Y.XmlFragment) => {
			for (const child of element.toArray()) {
				if (!(child instanceof Y.XmlElement)) continue;
				write(child);
				if (['paragraph', 'blockTitle'].includes(child.nodeName) && child.length === 0)
					child.insert(0, [new Y.XmlText('Rosa moved out')]);
				if (child.nodeName === 'goal') child.setAttribute('target', '2026-12-01');
				if (child.nodeName === 'taskItem') child.setAttribute('checked', true as unknown as string);
			}
		};
		write(body);
		body.insert(0, [new Y.XmlElement('image')]);
		const outline = outlineOfForm(readTree(body), given);
		const text = outline.map(wordsOf).join(' ');
		expect(text).not.toContain('Rosa');
		for (const kept of ['Who and why', 'Home', 'Money', 'We read this plan together'])
			expect(text).toContain(kept);
		expect(JSON.stringify(outline)).not.toMatch(/2026|true|image/);
		expect(JSON.stringify(outline)).toContain('What matters most right now?');
		const headings = (tree: readonly TreePart[]) =>
			tree.filter((part) => !isText(part) && part.type === 'heading').map(wordsOf);
		expect(headings(outline)).toEqual(headings(before));
	});

	test('drops words that replaced those of the template', () => {
		const cell = (text: string): TreePart => ({
			type: 'paragraph',
			attributes: { id: 't:1' },
			content: [{ text }]
		});
		const given = givenWords([cell('Home')]);
		expect(outlineOfForm([cell('Home')], given).map(wordsOf)).toEqual(['Home']);
		expect(outlineOfForm([cell('Home of Rosa')], given).map(wordsOf)).toEqual(['']);
	});
});

describe('Everything that is written', () => {
	const line = (text: string, attributes: Record<string, unknown> = {}): TreePart => ({
		type: 'paragraph',
		attributes,
		content: [{ text }]
	});
	const titled = (type: string, title: string, attributes: Record<string, unknown>): TreePart => ({
		type,
		attributes,
		content: [
			{ type: 'blockTitle', attributes: { hint: 'What?' }, content: [{ text: title }] },
			line(`About ${title}`)
		]
	});

	test('keeps own words, and no word, value or trace of what came over from other documents', () => {
		const source = 'doc1 block1 hash1 made1';
		const tree: TreePart[] = [
			line('We meet every week.'),
			titled('goal', 'Rosa finds a flat', {
				id: 'from-1',
				source,
				lifecycle: 'active',
				target: '2026-12-01'
			}),
			line('12 November: Rosa called', { data: { source } }),
			titled('step', 'Call the landlord line', { who: 'Ana', whoRef: 'person-1', due: '2026-12-01' }),
			titled('contact', 'Visit', { goals: 'doc1#block1' }),
			{ type: 'image', attributes: { file: 'ab12' } }
		];
		const kept = JSON.stringify(wordsToKeep(tree));
		for (const own of ['We meet every week.', 'Call the landlord line', 'Ana', '2026-12-01', 'What?'])
			expect(kept).toContain(own);
		expect(kept).not.toMatch(/Rosa|doc1|block1|hash1|active|person-1|ab12|image/);
		const [, goal] = wordsToKeep(tree);
		expect(goal).toMatchObject({ type: 'goal', attributes: {} });
	});

	test('of a built-in template is that template', async () => {
		const tree = readTree((await docOf('case-plan.1')).getXmlFragment(BODY_FIELD));
		expect(wordsToKeep(tree).map(wordsOf).join()).toBe(tree.map(wordsOf).join());
	});
});

describe('The templates of an agency', () => {
	const template: AgencyTemplate = {
		...{
			id: 't1',
			name: 'Night shelter intake',
			kind: 'intake-report',
			schema: 1,
			savedBy: 'ana',
			savedAt: 5
		},
		content: [{ type: 'paragraph', attributes: {}, content: [{ text: 'x' }] }]
	};

	test('are saved, renamed, replaced and removed', () => {
		const doc = new Y.Doc();
		saveAgencyTemplate(doc, template);
		expect(readAgencyTemplates(doc)).toEqual([template]);
		renameAgencyTemplate(doc, 't1', 'Shelter intake');
		expect(readAgencyTemplates(doc)[0]?.name).toBe('Shelter intake');
		saveAgencyTemplate(doc, { ...template, savedAt: 9 });
		expect(readAgencyTemplates(doc)).toEqual([{ ...template, savedAt: 9 }]);
		removeAgencyTemplate(doc, 't1');
		expect(readAgencyTemplates(doc)).toEqual([]);
	});

	test('are read whatever another device wrote', () => {
		const doc = new Y.Doc();
		const map = doc.getMap<unknown>('templates');
		map.set('a', 7);
		for (const [id, saved] of Object.entries({ b: null, c: {}, d: { kind: 'x', schema: 1, content: 'x' } })) {
			const entry = new Y.Map<unknown>();
			entry.set('name', 'x');
			entry.set('saved', saved);
			map.set(id, entry);
		}
		expect(readAgencyTemplates(doc)).toEqual([]);
	});
});
