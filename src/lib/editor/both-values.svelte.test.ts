import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { blockSpecs } from '#lib/casework/block-specs.ts';
import type { Field } from '#lib/casework/blocks/block-spec.ts';
import type { CaseEditor } from './case-editor.svelte.ts';
import DocumentEditor from './DocumentEditor.svelte';
import { insertBlock } from './insertable.ts';
import ReadingView from './ReadingView.svelte';
import { connect, edit, TestDocument } from './testing/two-editors.svelte.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const clean of cleanups.splice(0).reverse()) clean();
	document.body.replaceChildren();
});

function aminaAndBenApart(name: string) {
	const [a, b] = [new TestDocument('Amina'), new TestDocument('Ben')];
	const names = new Map([
		[a.view.doc.clientID, 'Amina'],
		[b.view.doc.clientID, 'Ben']
	]);
	for (const one of [a, b]) one.nameOfWriter = (yClient) => names.get(yClient) ?? null;
	const part = connect(a, b);
	const [amina, ben] = [edit(a), edit(b)];
	cleanups.push(
		() => amina.close(),
		() => ben.close()
	);
	amina.continueBelow();
	insertBlock(amina.editor, name);
	const meet = () => (connect(a, b), flushSync());
	part();
	return { a, b, amina, ben, meet };
}

function set(editor: CaseEditor, attribute: string, value: string) {
	const { state, view } = editor.editor;
	view.dispatch(state.tr.setNodeAttribute(0, attribute, value));
	flushSync();
}

const asks = (editor: CaseEditor) => [...editor.editor.view.dom.querySelectorAll('.two-values')];
const twoOf = (field: Field): [string, string] => {
	if (field.kind === 'choice') return [field.choices.at(-1)?.code ?? '', field.choices.at(-2)?.code ?? ''];
	if (field.kind === 'date') return ['2026-12-04', '2026-12-11'];
	return field.kind === 'money' || field.kind === 'number' ? ['700', '800'] : ['Ana', 'Li'];
};

describe('every attribute that two people set differently while apart', () => {
	test.each(blockSpecs.filter(({ fields }) => fields.length > 0).map(({ name }) => name))(
		'%s: both are shown to both, and picking settles it for both',
		(name) => {
			const holder = { reading: 'measure', budgetLine: 'budget' }[name] ?? name;
			const { a, b, amina, ben, meet } = aminaAndBenApart(holder);
			let at = -1;
			amina.editor.state.doc.descendants((node, pos) => {
				if (at < 0 && node.type.name === name) at = pos;
			});
			const { fields } = blockSpecs.find((spec) => spec.name === name) ?? { fields: [] };
			for (const field of fields)
				for (const [index, editor] of [amina, ben].entries()) {
					const { state, view } = editor.editor;
					view.dispatch(state.tr.setNodeAttribute(at, field.attribute, twoOf(field)[index] ?? ''));
				}
			meet();
			for (const editor of [amina, ben]) {
				expect(editor.both.count).toBe(fields.length);
				expect(asks(editor)).toHaveLength(fields.length);
				for (const one of asks(editor))
					expect(one.textContent).toMatch(/You.*Ben|Amina.*You|You.*Amina|Ben.*You/s);
			}
			const value = (editor: CaseEditor, { attribute }: Field) =>
				editor.editor.state.doc.nodeAt(at)?.attrs[attribute] as unknown;
			const before = fields.map((field) => value(ben, field));
			for (const field of fields) {
				const question = asks(ben).find((one) =>
					one.getAttribute('aria-label')?.startsWith(`${field.label}:`)
				);
				question?.querySelectorAll('button')[1]?.click();
				flushSync();
			}
			fields.forEach((field, index) => {
				const other = twoOf(field).find((one) => one !== before[index]);
				expect(value(amina, field)).toBe(other);
				expect(value(ben, field)).toBe(other);
			});
			expect([amina.both.count, ben.both.count]).toEqual([0, 0]);
			expect([...asks(amina), ...asks(ben)]).toEqual([]);
			expect(a.body).toBe(b.body);
			const said = [...amina.editor.view.dom.querySelectorAll('.settled')].map((one) => one.textContent);
			expect(said).toHaveLength(fields.length);
			for (const one of said) expect(one).toMatch(/Ben chose “.+” over “.+”/);
			ben.editor.commands.undo();
			const last = fields.length - 1;
			expect(value(amina, fields[last] as Field)).toBe(before[last]);
		}
	);
});

test('who takes a pick back is asked again, and so is everybody; picking once more, or redo, settles it again', () => {
	for (const keeps of [0, 1]) {
		const { a, b, amina, ben, meet } = aminaAndBenApart('goal');
		set(amina, 'lifecycle', 'active');
		set(ben, 'lifecycle', 'on-hold');
		meet();
		const before = a.body;
		const asked = asks(amina)[0]?.textContent;
		const pick = (editor: CaseEditor, at: number) => {
			asks(editor)[0]?.querySelectorAll('button')[at]?.click();
			flushSync();
		};
		const settled = () =>
			[amina, ben].map(({ editor }) => editor.view.dom.querySelector('.settled')?.textContent);
		pick(ben, keeps);
		const picked = a.body;
		const said = settled();
		expect(said[0]).toMatch(/Ben chose “.+” over “.+”/);
		for (let round = 0; round < 3; round++) {
			ben.editor.commands.undo();
			flushSync();
			expect([amina.both.count, ben.both.count], `undo ${round}`).toEqual([1, 1]);
			expect(asks(amina)[0]?.textContent).toBe(asked);
			expect([a.body, b.body]).toEqual([before, before]);
			ben.editor.commands.redo();
			flushSync();
			expect([amina.both.count, ben.both.count], `redo ${round}`).toEqual([0, 0]);
			expect(settled()).toEqual(said);
			expect([a.body, b.body]).toEqual([picked, picked]);
		}
		ben.editor.commands.undo();
		flushSync();
		pick(amina, 0);
		expect([amina.both.count, ben.both.count]).toEqual([0, 0]);
		expect(settled()[1]).toMatch(/Amina chose “.+” over “.+”/);
		expect([a.body, b.body]).toEqual([before, before]);
		amina.editor.commands.undo();
		flushSync();
		expect([amina.both.count, ben.both.count]).toEqual([1, 1]);
		// a third value instead of the two, and back
		set(ben, 'lifecycle', 'completed');
		expect([amina.both.count, ben.both.count]).toEqual([0, 0]);
		ben.editor.commands.undo();
		flushSync();
		expect([amina.both.count, ben.both.count]).toEqual([1, 1]);
		expect(asks(amina)[0]?.textContent).toBe(asked);
	}
});

test('who takes back their own value of two leaves the other’s, and no question', () => {
	const { amina, ben, meet } = aminaAndBenApart('goal');
	set(amina, 'lifecycle', 'active');
	set(ben, 'lifecycle', 'on-hold');
	meet();
	ben.editor.commands.undo();
	flushSync();
	for (const editor of [amina, ben]) {
		expect(editor.editor.state.doc.firstChild?.attrs.lifecycle).toBe('active');
		expect(editor.both.count).toBe(0);
	}
	set(ben, 'lifecycle', 'completed');
	expect([amina.both.count, ben.both.count]).toEqual([0, 0]);
});

test('the one in force can be kept as well, with the keyboard', async () => {
	const { a, amina, ben, meet } = aminaAndBenApart('goal');
	set(amina, 'lifecycle', 'active');
	set(ben, 'lifecycle', 'on-hold');
	meet();
	const before = a.body;
	await new Promise(requestAnimationFrame); // Tiptap focuses its text then
	amina.editor.view.dom.querySelector<HTMLElement>('[data-field="lifecycle"]')?.focus();
	await userEvent.keyboard('{Tab}');
	expect(document.activeElement?.getAttribute('aria-label')).toMatch(
		/^Keep “.+”, set by .+, shown until somebody picks$/
	);
	await userEvent.keyboard(' ');
	flushSync();
	expect(ben.both.count).toBe(0);
	expect(a.body).toBe(before);
});

test('a long plan says at its top how many there are, and leads to the first', () => {
	const { a, amina, ben, meet } = aminaAndBenApart('goal');
	set(amina, 'lifecycle', 'active');
	set(ben, 'lifecycle', 'on-hold');
	meet();
	const target = document.body.appendChild(document.createElement('main'));
	const component = mount(DocumentEditor, { target, props: { document: a } });
	cleanups.push(() => void unmount(component));
	flushSync();
	expect(target.textContent).toContain('One field was set differently by people who were apart.');
	[...target.querySelectorAll('button')].find((one) => one.textContent === 'Show it')?.click();
	expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^Keep “.+”, set by/);
	(document.activeElement as HTMLElement).click();
	flushSync();
	expect(target.textContent).not.toContain('set differently');
});

test('who sets a third value in the field has picked it', () => {
	const { amina, ben, meet } = aminaAndBenApart('goal');
	set(amina, 'lifecycle', 'active');
	set(ben, 'lifecycle', 'on-hold');
	meet();
	set(ben, 'lifecycle', 'completed');
	expect([amina.both.count, ben.both.count]).toEqual([0, 0]);
	expect(amina.editor.state.doc.firstChild?.attrs.lifecycle).toBe('completed');
	const said = amina.editor.view.dom.querySelector('.settled')?.textContent;
	expect(said).toMatch(/Ben chose “.+” over “.+” and “.+”/);
});

test('where one only reads, the one in force is shown, and said not to be settled', async () => {
	const { a, b, amina, ben, meet } = aminaAndBenApart('goal');
	set(amina, 'lifecycle', 'active');
	set(ben, 'lifecycle', 'on-hold');
	meet();
	const target = document.body.appendChild(document.createElement('main'));
	const reading = mount(ReadingView, { target, props: { blocks: b.blocks, nameOf: a.nameOfWriter } });
	cleanups.push(() => void unmount(reading));
	await expect
		.element(page.elementLocator(target))
		.toHaveTextContent(/On hold; also set to Under way \(Amina\) \(not settled\)/);
});

test('a block that is taken away takes its question with it', () => {
	const { amina, ben, meet } = aminaAndBenApart('goal');
	set(amina, 'lifecycle', 'active');
	set(ben, 'lifecycle', 'on-hold');
	meet();
	amina.editor.view.dispatch(
		amina.editor.state.tr.delete(0, amina.editor.state.doc.firstChild?.nodeSize ?? 0)
	);
	expect([amina.both.count, ben.both.count]).toEqual([0, 0]);
});
