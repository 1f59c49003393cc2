/** Every block, filled and in dispute, as a screen reader has it: nothing that axe finds, and every value in words. */
import axe from 'axe-core';
import { flushSync } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { blockSpecs } from '#lib/casework/block-specs.ts';
import type { Field } from '#lib/casework/blocks/block-spec.ts';
import { insertBlock } from './insertable.ts';
import '../../app.css';
import './document.css';
import { connect, edit, TestDocument } from './testing/two-editors.svelte.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const clean of cleanups.splice(0).reverse()) clean();
	document.body.replaceChildren();
});

/** Two values of a field, as two people would set them. */
function twoOf(field: Field): [string, string] {
	if (field.kind === 'choice') return [field.choices.at(-1)?.code ?? '', field.choices.at(-2)?.code ?? ''];
	if (field.kind === 'date') return ['2026-12-04', '2026-12-11'];
	return field.kind === 'money' || field.kind === 'number' ? ['700', '800'] : ['Ana', 'Li'];
}

const filled = blockSpecs.filter(({ fields }) => fields.length > 0);

test.each(filled.map((spec) => [spec.name, spec] as const))(
	'%s: axe finds nothing, and it is read out as it stands',
	async (name, { fields }) => {
		const [a, b] = [new TestDocument('Amina'), new TestDocument('Ben')];
		// of two values set at once the higher client's is in force: Ben's, each time
		[a.view.doc.clientID, b.view.doc.clientID] = [1, 2];
		const names = new Map([
			[a.view.doc.clientID, 'Amina'],
			[b.view.doc.clientID, 'Ben']
		]);
		a.nameOfWriter = (yClient) => names.get(yClient) ?? null;
		const part = connect(a, b);
		const [amina, ben] = [edit(a), edit(b)];
		cleanups.push(
			() => amina.close(),
			() => ben.close()
		);
		amina.continueBelow();
		insertBlock(amina.editor, { reading: 'measure', budgetLine: 'budget' }[name] ?? name);
		amina.editor.commands.insertContent('Title');
		let at = -1;
		amina.editor.state.doc.descendants((node, pos) => {
			if (at < 0 && node.type.name === name) at = pos;
		});
		const set = (editor: typeof amina, field: Field, value: string) => {
			const { state, view } = editor.editor;
			view.dispatch(state.tr.setNodeAttribute(at, field.attribute, value));
		};
		const [disputed, ...others] = fields;
		for (const field of others) set(amina, field, twoOf(field)[0]);
		part();
		if (disputed !== undefined) {
			set(amina, disputed, twoOf(disputed)[0]);
			set(ben, disputed, twoOf(disputed)[1]);
		}
		connect(a, b);
		flushSync();
		const dom = amina.editor.view.dom;
		const { violations } = await axe.run(dom, { rules: { region: { enabled: false } } });
		if (disputed !== undefined) expect(amina.both.count).toBe(1);
		expect(
			violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`)
		).toEqual([]);
		const block = dom.querySelector<HTMLElement>(`section[data-block="${name}"]`);
		await expect.element(page.elementLocator(block ?? dom)).toMatchAriaSnapshot();
	}
);
