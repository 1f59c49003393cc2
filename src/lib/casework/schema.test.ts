import { getSchema } from '@tiptap/core';
import { describe, expect, test } from 'vitest';
import { blocksWithId } from './blocks/common-attributes.ts';
import { blockSpecs } from './block-specs.ts';
import { schemaExtensions } from './schema.ts';

const schema = getSchema(schemaExtensions);

describe('schema 1', () => {
	test('[V3] no node demands content, and none demands an order', () => {
		for (const [name, type] of Object.entries(schema.nodes)) {
			const content = type.spec.content ?? '';
			expect(content, name).toMatch(/^$|^\w+\*$|^\((\w+)( \| \w+)*\)\*$/);
		}
	});

	test('[V3] every attribute of every node and mark has a default', () => {
		for (const type of [...Object.values(schema.nodes), ...Object.values(schema.marks)]) {
			for (const [attribute, spec] of Object.entries(type.spec.attrs ?? {})) {
				expect(spec, `${type.name}.${attribute}`).toHaveProperty('default');
			}
		}
	});

	test('[V3] every block has an id that is empty until a user makes the block', () => {
		const blocks = Object.values(schema.nodes).filter((type) => type.isBlock && type !== schema.topNodeType);
		expect(blocks.map((type) => type.name).sort()).toEqual([...blocksWithId].sort());
		for (const type of blocks) expect(type.spec.attrs?.id?.default, type.name).toBeNull();
	});

	test('an attribute of a case block that nobody set is not written to the document', () => {
		for (const { name } of blockSpecs) {
			const attributes = schema.nodes[name]?.create().attrs ?? {};
			expect(
				Object.values(attributes).every((value) => value === null),
				name
			).toBe(true);
		}
	});

	test('[V3] the list of names is frozen', () => {
		expect(Object.keys(schema.marks).sort()).toEqual([
			'bold',
			'highlight',
			'italic',
			'link',
			'note',
			'strike',
			'underline'
		]);
		const nodes = Object.values(schema.nodes).map(
			(type) =>
				`${type.name}(${Object.keys(type.spec.attrs ?? {})
					.sort()
					.join()})`
		);
		expect(nodes.sort()).toMatchSnapshot();
	});

	test('an empty paragraph is what Enter makes in every block that holds blocks', () => {
		for (const name of [
			'doc',
			...blockSpecs.map((spec) => spec.name),
			'listItem',
			'taskItem',
			'blockquote',
			'tableCell'
		])
			expect(schema.nodes[name]?.contentMatch.defaultType?.name, name).toBe('paragraph');
	});
});
