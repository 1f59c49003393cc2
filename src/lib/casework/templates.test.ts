import { getSchema } from '@tiptap/core';
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { blockSpec } from './block-specs.ts';
import { documentKinds, kindGroups } from './kinds.ts';
import { readBlocks, type ReadingPart } from './read-blocks.ts';
import { findUnknown } from './schema-guard.ts';
import { schemaExtensions } from './schema.ts';
import { BODY_FIELD } from './schema-version.ts';
import { templateIds, templateUpdate } from './templates.ts';

const published: Record<string, string> = {
	'case-plan.1': '81528ce8e0099f3caa8dc50315a59037ef07cda42237aceba2a5062c8bb0954a',
	'progress-report.1': 'bf17ebbc829652a3af31c047114ae9b9d4da89117255a1037279b86d487f3093',
	'case-conference.1': '85f11423eb615aeffcebc1d719d9871d6bdf1acdb76afd28fb36f510c9509748',
	'case-note.1': '2360ffd1adec8d95ec3162d712fd93bc07fd60cf873cdc8c5a9a233922bdbd8d',
	'case-note-soap.1': 'e0bd6836b4be0d474d9e443dd0e07f5b67fdc9021b0213f2a4ed86eae6efa908',
	'case-note-dap.1': '942e538935b5f9332de4c903619d0bc8b04a57988cc9478f846e46fdd7bdcf79',
	'case-note-birp.1': 'f482e8b79abd34f345740ab644d09472d20c4e4691b3e132b473f0a0ddce5dd4',
	'intake-report.1': '8e7037df20e7a8378a351703d7ab9b4f7b90d6ffbb7677acc855ffb38d718e0d',
	'assessment.1': 'c0b91fa47a1dcc862b480cf1344aa463b1585fc887b2626bd9985495b93dce8e',
	'safety-plan.1': '69b72dac8f82be238daef5ca63240a99e3dd7023c0b7fae6e24efa64dc3156a0',
	'release-plan.1': 'e772de74145ee66e5833225aaf682c433a692f3ea10e24e0984ff09d386e41c7',
	'referral-letter.1': '36bb5f01edd4181eb0c7231c3b66820f7f9574052ad6f1e7d5aca132a85e5b91',
	'support-letter.1': 'c1a0f7aee67013eb6caf306f729aa70ca56d710f1084034c20e8666ae8f094f7',
	'household-budget.1': '9bf07f58914c377b293625a69140965175e363339ac577199afdc2dce79b50d1',
	'referral-letter.2': '9680b34cee23764181a8a7727d02f5d415ba6ca806857a7d5c31a82cb97dfd81',
	'support-letter.2': 'd12b098a5744ec984fe461d61a81bf1b57ef06088f3564bc152777d1348abe69',
	'household-budget.2': 'c48073e8472c296bd5f522e4a537c28ef6726d1e3c04f4a5cadabbe198293dac'
};

const updates = new Map<string, Uint8Array>();
for (const id of templateIds) {
	const update = await templateUpdate(id);
	if (update !== null) updates.set(id, update);
}
const updateOf = (id: string) => updates.get(id) ?? new Uint8Array();
const clientsOf = (id: string) => [...Y.parseUpdateMeta(updateOf(id)).from.keys()];

describe('templates', () => {
	test('[V4] the bytes of a published template never change', () => {
		const hashes = templateIds.map((id) => [id, createHash('sha256').update(updateOf(id)).digest('hex')]);
		expect(Object.fromEntries(hashes)).toEqual(published);
	});

	test('[V4] each has a constant client id of its own, below 1000', () => {
		const clients = templateIds.flatMap(clientsOf);
		expect(clients).toHaveLength(templateIds.length);
		expect(new Set(clients).size).toBe(clients.length);
		for (const client of clients) expect(client).toBeLessThan(1000);
	});

	test('[V4] applied twice, or by two people who already wrote, a template is there once', () => {
		const [amina, ben] = [new Y.Doc(), new Y.Doc()];
		for (const doc of [amina, ben]) Y.applyUpdate(doc, updateOf('case-plan.1'));
		const once = amina.getXmlFragment(BODY_FIELD).toJSON();
		amina.getXmlFragment(BODY_FIELD).push([new Y.XmlElement('paragraph')]);
		Y.applyUpdate(ben, Y.encodeStateAsUpdate(amina));
		Y.applyUpdate(ben, updateOf('case-plan.1'));
		expect(ben.getXmlFragment(BODY_FIELD).toJSON()).toBe(`${once}<paragraph></paragraph>`);
	});

	test.each(templateIds)('%s is stored exactly as the editor would store it', (id) => {
		const schema = getSchema(schemaExtensions);
		const doc = new Y.Doc();
		Y.applyUpdate(doc, updateOf(id));
		const body = doc.getXmlFragment(BODY_FIELD);
		expect(findUnknown(body, schema)).toEqual([]);
		const root = yXmlFragmentToProseMirrorRootNode(body, schema);
		root.check();
		const stored = [...body.createTreeWalker((node) => node instanceof Y.XmlElement)] as Y.XmlElement[];
		const shown: Record<string, unknown>[] = [];
		root.descendants((node) => {
			if (!node.isText)
				shown.push(Object.fromEntries(Object.entries(node.attrs).filter(([, value]) => value !== null)));
		});
		expect(stored.map((element) => element.getAttributes())).toEqual(shown);
		const ids = shown.map((attributes) => attributes.id);
		expect(new Set(ids).size).toBe(ids.length);
	});

	test('every kind of document starts from a template that exists, the newest, and no template is without a kind', async () => {
		const offered = documentKinds.flatMap(({ template, otherForms }) => [
			...(template === null ? [] : [template]),
			...(otherForms ?? []).map((form) => form.template)
		]);
		// one that has been written better stays for the documents that stand on it
		const better = (id: string) => id.replace(/\.(\d+)/, (_, version) => `.${Number(version) + 1}`);
		const newest = templateIds.filter((id) => !templateIds.includes(better(id)));
		expect([...offered].sort()).toEqual([...newest].sort());
		expect(await templateUpdate('of-a-newer-app.1')).toBeNull();
		expect(await templateUpdate('constructor')).toBeNull();
	});

	test.each(templateIds)('%s gives every case block its named texts, and only values that it knows', (id) => {
		const doc = new Y.Doc();
		Y.applyUpdate(doc, updateOf(id));
		const visit = (parts: readonly ReadingPart[]) => {
			for (const part of parts) {
				if (part.type === 'text') continue;
				visit(part.content);
				const spec = blockSpec(part.name);
				if (spec === null) continue;
				const texts = part.content.flatMap((inside) =>
					inside.type === 'block' && inside.name === 'field' ? [inside.attributes.name] : []
				);
				expect(texts).toEqual((spec.texts ?? []).map((text) => text.name));
				for (const field of spec.fields) {
					const value = part.attributes[field.attribute];
					if (field.kind === 'choice' && value !== undefined)
						expect(field.choices.map((choice) => choice.code)).toContain(value);
				}
			}
		};
		visit(readBlocks(doc.getXmlFragment(BODY_FIELD)));
	});
});

describe('kinds of document', () => {
	test('each says when to use it, has a name and an id of its own, and stands in a group', () => {
		for (const read of ['id', 'name', 'title', 'whenToUse'] as const)
			expect(new Set(documentKinds.map((kind) => kind[read])).size, read).toBe(documentKinds.length);
		const groups = kindGroups.map(({ id }) => id);
		expect([...new Set(documentKinds.map((kind) => kind.group))].sort()).toEqual([...groups].sort());
		expect(documentKinds.map(({ whenToUse }) => whenToUse)).toSatisfy((lines: string[]) =>
			lines.every((line) => line.endsWith('.') && line.length < 110)
		);
	});
});
