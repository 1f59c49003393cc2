import { getSchema } from '@tiptap/core';
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { blockSpec } from '../block-specs.ts';
import { isText, wordsOf, writeTree, type TreePart } from '../body-tree.ts';
import { isIsoDay } from '../dates.ts';
import { documentKinds, SHIFT_LOG } from '../kinds.ts';
import { findUnknown } from '../schema-guard.ts';
import { schemaExtensions } from '../schema.ts';
import { categories } from '../shift-log/categories.ts';
import { sampleCase } from './sample-case.ts';

const sample = sampleCase('2026-11-24');

describe('The sample case', () => {
	test('has one document of every kind, the shift log too', () => {
		const kinds = new Set([...sample.documents.map(({ kind }) => kind), SHIFT_LOG]);
		expect([...kinds].sort()).toEqual(documentKinds.map(({ id }) => id).sort());
	});

	test.each(sample.documents)(
		'$title fits the schema and has only values that its blocks know',
		({ content }) => {
			const body = new Y.Doc().getXmlFragment('body');
			let count = 0;
			writeTree(body, content, () => `b${++count}`);
			const schema = getSchema(schemaExtensions);
			expect(findUnknown(body, schema)).toEqual([]);
			yXmlFragmentToProseMirrorRootNode(body, schema).check();
			const visit = (parts: readonly TreePart[]) => {
				for (const part of parts) {
					if (isText(part)) continue;
					visit(part.content ?? []);
					for (const field of blockSpec(part.type)?.fields ?? []) {
						const value = part.attributes?.[field.attribute];
						if (value === undefined) continue;
						if (field.kind === 'choice') expect(field.choices.map(({ code }) => code)).toContain(value);
						if (field.kind === 'date') expect(value).toSatisfy(isIsoDay);
						if (field.kind === 'money') expect(value).toMatch(/^\d+$/);
					}
				}
			};
			visit(content);
			expect(content.map(wordsOf).join('').length).toBeGreaterThan(300);
		}
	);

	test('notes are about goals that the plan has', () => {
		const has = (parts: readonly TreePart[], name: string): unknown[] =>
			parts.flatMap((part) =>
				isText(part) ? [] : [part.attributes?.[name], ...has(part.content ?? [], name)]
			);
		const all = sample.documents.flatMap(({ content }) => content);
		const ids = has(all, 'id');
		const named = has(all, 'goals').flatMap((goals) => (typeof goals === 'string' ? goals.split(' ') : []));
		expect(named.length).toBeGreaterThan(3);
		for (const goal of named) expect(ids).toContain(goal);
	});

	test('its evening is in order, of yesterday, and of people who live there', () => {
		const { entries, residents, day } = sample.shiftLog;
		expect(day).toBe('2026-11-23');
		expect(entries.map((entry) => entry.occurredAt)).toEqual(entries.map((entry) => entry.occurredAt).sort());
		for (const { residents: concerned, category } of entries) {
			for (const name of concerned) expect(residents).toContain(name);
			expect(categories.map(({ code }) => code)).toContain(category);
		}
	});
});
