import { getSchema } from '@tiptap/core';
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { documentKinds } from './kinds.ts';
import { findUnknown } from './schema-guard.ts';
import { schemaExtensions } from './schema.ts';
import { BODY_FIELD } from './schema-version.ts';
import { templates, templateUpdate } from './templates.ts';

const published: Record<string, string> = {
	'case-plan.1': '81528ce8e0099f3caa8dc50315a59037ef07cda42237aceba2a5062c8bb0954a'
};

const updateOf = (id: string) => {
	const update = templateUpdate(id);
	if (update === null) throw new Error(`no template ${id}`);
	return update;
};

describe('templates', () => {
	test('[V4] the bytes of a published template never change', () => {
		const hashes = templates.map(({ id }) => [id, createHash('sha256').update(updateOf(id)).digest('hex')]);
		expect(Object.fromEntries(hashes)).toEqual(published);
	});

	test('[V4] each has a constant client id of its own, below 1000', () => {
		const clients = templates.map((template) => template.client);
		expect(new Set(clients).size).toBe(clients.length);
		for (const { id, client } of templates) {
			expect(client).toBeLessThan(1000);
			expect([...Y.parseUpdateMeta(updateOf(id)).from.keys()]).toEqual([client]);
		}
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

	test.each(templates.map(({ id }) => id))('%s is stored exactly as the editor would store it', (id) => {
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

	test('every kind of document starts from a template that exists', () => {
		for (const kind of documentKinds) expect(templateUpdate(kind.template), kind.id).not.toBeNull();
		expect(templateUpdate('of-a-newer-app.1')).toBeNull();
	});
});
