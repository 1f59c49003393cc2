import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { blockSpecs } from '#lib/casework/block-specs.ts';
import { templateIds, templateUpdate } from '#lib/casework/templates.ts';
import { textOf } from '#lib/casework/read-blocks.ts';
import type { CaseEditor } from './case-editor.svelte.ts';
import { insertableBlocks, insertBlock } from './insertable.ts';
import ReadingView from './ReadingView.svelte';
import DocumentEditor from './DocumentEditor.svelte';
import { connect, edit, TestDocument } from './testing/two-editors.svelte.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const clean of cleanups.splice(0).reverse()) clean();
	document.body.replaceChildren();
});
const opened = (editor: CaseEditor) => (cleanups.push(() => editor.close()), editor);

function aminaAndBen(seed?: Uint8Array) {
	const [a, b] = [new TestDocument('Amina', seed), new TestDocument('Ben', seed)];
	const part = connect(a, b);
	return { a, b, amina: opened(edit(a)), ben: opened(edit(b)), part };
}

const field = (editor: CaseEditor, label: string, nth = 0) => {
	const found = editor.editor.view.dom.querySelectorAll<HTMLSelectElement & HTMLInputElement>(
		`[aria-label="${label}"]`
	)[nth];
	if (!found) throw new Error(`no field ${label}`);
	return found;
};

function choose(editor: CaseEditor, label: string, value: string, nth = 0) {
	const control = field(editor, label, nth);
	control.value = value;
	control.dispatchEvent(new Event('change', { bubbles: true }));
	flushSync();
}

const type = (editor: CaseEditor, text: string) => editor.editor.commands.insertContent(text);
const press = (editor: CaseEditor, key: string) =>
	editor.editor.view.dom.dispatchEvent(
		new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
	);

/** Puts the caret into the nth node of that name. */
function into(editor: CaseEditor, name: string, nth = 0) {
	const found: number[] = [];
	editor.editor.state.doc.descendants((node, pos) => void (node.type.name === name && found.push(pos + 1)));
	editor.editor.commands.setTextSelection(found[nth] ?? 0);
}

function inserted(name: string) {
	const together = aminaAndBen();
	together.amina.continueBelow();
	insertBlock(together.amina.editor, name);
	return together;
}

describe('every block of casework', () => {
	const offered = insertableBlocks.map((block) => block.id);

	test.each(offered)('%s is typed in, seen by others, undone, and read word for word', (name) => {
		const { a, amina, ben } = inserted(name);
		type(amina, 'Words of the title');
		expect(ben.editor.getText()).toContain('Words of the title');
		expect(a.body).toMatch(new RegExp(`<${name}[^>]* id="`, 'i'));
		expect(textOf(a.blocks)).toContain('Words of the title');
		const target = document.body.appendChild(document.createElement('main'));
		const reading = mount(ReadingView, { target, props: { blocks: a.blocks } });
		cleanups.push(() => void unmount(reading));
		expect(target.querySelector(`section[data-block="${name}"]`)?.textContent).toContain(
			'Words of the title'
		);
		while (amina.canUndo) amina.editor.commands.undo();
		expect(ben.editor.view.dom.querySelector(`section[data-block="${name}"]`)).toBeNull();
	});

	const withFields = blockSpecs.filter((spec) => spec.fields.length > 0);
	test.each(withFields.map((spec) => spec.name))(
		'%s: two people who set different fields while apart keep all of them',
		(name) => {
			const spec = withFields.find((known) => known.name === name);
			const { a, b, amina, ben, part } = inserted(name);
			part();
			const values: Record<string, string> = {};
			(spec?.fields ?? [])
				.filter((one) => one.onlyWhen === undefined && !['block', 'goals', 'picture'].includes(one.kind))
				.forEach((one, index) => {
					const value =
						one.kind === 'choice'
							? (one.choices[0]?.code ?? '')
							: one.kind === 'date'
								? '2026-12-04'
								: one.kind === 'money' || one.kind === 'number'
									? '7'
									: 'Ana';
					values[one.attribute] = one.kind === 'money' ? '700' : value;
					choose(index % 2 === 0 ? amina : ben, one.label, value);
				});
			connect(a, b);
			expect(a.body).toBe(b.body);
			const node = ben.editor.state.doc.firstChild;
			expect(node?.attrs).toMatchObject(values);
		}
	);

	test.each(['referral', 'decision'])(
		'%s: two people who write one named text while apart keep both',
		(name) => {
			const { a, b, amina, ben, part } = inserted(name);
			part();
			into(amina, 'field');
			type(amina, 'It is near. ');
			into(ben, 'field');
			type(ben, 'It is free. ');
			into(ben, 'field', 1);
			type(ben, 'Second.');
			connect(a, b);
			expect(a.body).toBe(b.body);
			for (const words of ['It is near.', 'It is free.', 'Second.']) expect(a.body).toContain(words);
			amina.editor.state.doc.check();
		}
	);

	test('a field that is asked for only in some states comes with the state, and stays while it says something', () => {
		const { amina } = inserted('referral');
		const has = () => amina.editor.view.dom.querySelector('[aria-label="Reason for the status"]') !== null;
		expect(has()).toBe(false);
		choose(amina, 'Status', 'rejected');
		expect(has()).toBe(true);
		choose(amina, 'Reason for the status', 'Full');
		choose(amina, 'Status', 'requested');
		expect(has()).toBe(true);
	});

	test('Enter goes from the title through the named texts and out below', () => {
		const { amina } = inserted('decision');
		type(amina, 'Move on Friday');
		press(amina, 'Enter');
		type(amina, 'Because');
		press(amina, 'Enter');
		type(amina, 'But');
		press(amina, 'Enter');
		press(amina, 'Enter');
		type(amina, 'after');
		expect(amina.editor.getText().trim().split(/\n+/)).toEqual(['Move on Friday', 'Because', 'But', 'after']);
		expect(amina.editor.state.doc.lastChild?.textContent).toBe('after');
	});

	test('Backspace in an empty one takes it away, and a full one is selected first', () => {
		const { amina } = inserted('need');
		press(amina, 'Backspace');
		expect(amina.editor.view.dom.querySelector('section')).toBeNull();
	});
});

test('a block that points to a goal names it as soon as the document is opened', () => {
	const opened = new TestDocument('Amina');
	opened.write(
		'<section data-block="contact" data-id="c" data-goals="g"><p data-block-title>Talk</p></section><section data-block="goal" data-id="g"><p data-block-title>Find a room</p></section>'
	);
	const target = document.body.appendChild(document.createElement('main'));
	const component = mount(DocumentEditor, { target, props: { document: opened } });
	cleanups.push(() => void unmount(component));
	flushSync();
	const field = target.querySelector<HTMLElement>('.goals-open');
	expect(field?.getAttribute('aria-label')).toBe('Goals it was about: Find a room');
	field?.click();
	flushSync();
	target.querySelector<HTMLElement>('.goals-list input')?.click();
	flushSync();
	expect(field?.getAttribute('aria-label')).toBe('Goals it was about: which goals');
	expect(opened.body).toContain('goals=""');
});

test('a contact that is written down on a later day says so, and keeps that day when its date is corrected', () => {
	const { a, amina } = inserted('contact');
	choose(amina, 'Date', '2020-03-04');
	const late = () => amina.editor.view.dom.querySelector('.late')?.textContent;
	expect(late()).toMatch(/^, written down .*\d{4}$/);
	const entered = / enteredat="([^"]+)"/i.exec(a.body)?.[1];
	choose(amina, 'Date', '2020-03-05');
	expect(a.body).toMatch(new RegExp(` enteredat="${entered}"`, 'i'));
	choose(amina, 'Date', 'today');
	expect(late()).toBeUndefined();
});

describe('a measure', () => {
	const reading = (editor: CaseEditor, nth: number, day: string, value: string) => {
		choose(editor, 'Date', day, nth);
		choose(editor, 'Value', value, nth);
	};

	test('two people who add readings while apart have all of them, in the chart and in its table', () => {
		const { a, b, amina, ben, part } = inserted('measure');
		reading(amina, 0, '2 Mar 2026', '1');
		part();
		for (const [editor, day, value] of [
			[amina, '6 Apr 2026', '3'],
			[ben, '4 May 2026', '5,5']
		] as const) {
			editor.editor.view.dom.querySelector<HTMLButtonElement>('.add-buttons button')?.click();
			flushSync();
			reading(editor, 1, day, value);
		}
		connect(a, b);
		flushSync();
		for (const { editor } of [amina, ben]) {
			const rows = [...editor.view.dom.querySelectorAll('.chart tbody tr')].map((row) =>
				[...row.children].map((cell) => cell.textContent)
			);
			expect(rows.map((row) => row[1])).toEqual(['1', '3', '5.5']);
			expect(editor.view.dom.querySelectorAll('.chart circle')).toHaveLength(3);
		}
	});
});

describe('a budget', () => {
	test('adds up what both wrote while apart, weekly × 52 / 12', () => {
		const { a, b, amina, ben, part } = inserted('budget');
		part();
		choose(amina, 'Amount', '100', 0);
		choose(amina, 'How often', 'weekly', 0);
		choose(ben, 'Amount', '1,900.50', 1);
		connect(a, b);
		flushSync();
		for (const { editor } of [amina, ben]) {
			const sums = [...editor.view.dom.querySelectorAll('.totals td')].map((cell) => cell.textContent);
			expect(sums.map((sum) => sum.replace(/[^\d.]/g, ''))).toEqual(['433.33', '1900.50', '1467.17']);
			expect(editor.view.dom.querySelector('.totals')?.textContent).toContain('Missing each month');
		}
	});

	test('an amount that is none is said and not stored', () => {
		const { a, amina } = inserted('budget');
		choose(amina, 'Amount', 'lots', 0);
		expect(a.body).not.toContain('amount=');
		expect(amina.editor.view.dom.querySelector('[role=alert]')?.textContent).toContain('not an amount');
	});

	test('Enter goes on with a line of the same kind, and “Add income” adds after the last income', () => {
		const { amina } = inserted('budget');
		const kinds = () => {
			const found: unknown[] = [];
			amina.editor.state.doc.descendants(
				(node) => void (node.type.name === 'budgetLine' && found.push(node.attrs.kind))
			);
			return found;
		};
		into(amina, 'blockTitle', 2);
		type(amina, 'Rent');
		press(amina, 'Enter');
		type(amina, 'Food');
		expect(kinds()).toEqual(['income', 'expense', 'expense']);
		amina.editor.view.dom.querySelector<HTMLButtonElement>('.add-buttons button')?.click();
		expect(kinds()).toEqual(['income', 'income', 'expense', 'expense']);
	});
});

describe('find and replace', () => {
	test('finds whatever the case, replaces all as one step of undo, and others see it', () => {
		const { amina, ben } = aminaAndBen();
		amina.continueBelow();
		type(amina, 'Ana called. ANA came. Élan.');
		amina.find.show();
		amina.find.query = 'an';
		amina.find.search(0);
		expect(amina.find.matches).toHaveLength(3);
		expect(amina.editor.view.dom.querySelectorAll('.found')).toHaveLength(3);
		ben.editor.commands.insertContentAt(1, 'an ');
		expect(amina.find.replaceAll('$1')).toBe(4);
		expect(ben.editor.getText()).toBe('$1 $1a called. $1A came. Él$1.');
		amina.editor.commands.undo();
		expect(ben.editor.getText()).toBe('an Ana called. ANA came. Élan.');
	});

	test('finds what stands in fields; names are replaced, what is chosen or a date is not', () => {
		const { amina, ben } = aminaAndBen();
		amina.editor.commands.setContent(
			'<section data-block="step" data-id="s" data-who="Ana Reyes" data-who-ref="p1" data-due="2026-12-04" data-status="on-hold" data-reason="Ana is away"><p data-block-title>Call Ana</p></section>'
		);
		const found = (query: string) => {
			amina.find.query = query;
			amina.find.search(0);
			return amina.find.matches.map(({ field }) => field?.attribute ?? 'text');
		};
		amina.find.show();
		expect(found('on hold')).toEqual(['status']);
		expect(amina.find.replace('x')).toBe(false);
		expect(found('dec 4')).toEqual(['due']);
		expect(amina.find.replaceAll('x')).toBe(0);
		expect(found('ana')).toEqual(['who', 'reason', 'text']);
		const marked = amina.editor.view.dom.querySelector('.field-who');
		expect(marked && getComputedStyle(marked).outlineStyle).toBe('solid');
		// a name that holds what is looked for is not found again by going on
		expect(amina.find.replace('Anastasia')).toBe(true);
		expect(amina.find.at).toBe(1);
		expect(amina.find.replaceAll('Bea')).toBe(3);
		const attributes = () => ben.editor.state.doc.firstChild?.attrs;
		expect(attributes()).toMatchObject({
			who: 'Beastasia Reyes',
			whoRef: '',
			due: '2026-12-04',
			status: 'on-hold',
			reason: 'Bea is away'
		});
		expect(ben.editor.getText()).toContain('Call Bea');
		amina.find.undo();
		amina.find.undo();
		expect(attributes()).toMatchObject({ who: 'Ana Reyes', whoRef: 'p1', reason: 'Ana is away' });
		expect(found('reyes')).toEqual(['who']);
		amina.find.close();
		expect(document.activeElement?.getAttribute('aria-label')).toBe('Who');
		expect(document.adoptedStyleSheets).toEqual([]);
	});

	test('Mod-F opens the bar, Enter goes on, Escape goes back to what was found', async () => {
		const opened = new TestDocument('Amina');
		const target = document.body.appendChild(document.createElement('main'));
		const component = mount(DocumentEditor, { target, props: { document: opened } });
		cleanups.push(() => void unmount(component));
		flushSync();
		await page.getByRole('textbox', { name: 'Document text' }).click();
		await userEvent.keyboard('one two one two');
		await userEvent.keyboard('{Control>}f{/Control}');
		await expect.element(page.getByRole('textbox', { name: 'Find', exact: true })).toHaveFocus();
		await userEvent.keyboard('two');
		await expect.element(page.getByText('1 of 2')).toBeVisible();
		await userEvent.keyboard('{Enter}');
		await expect.element(page.getByText('2 of 2')).toBeVisible();
		await userEvent.keyboard('{Escape}');
		await expect.element(page.getByRole('textbox', { name: 'Document text' })).toHaveFocus();
		await userEvent.keyboard('three');
		expect(opened.body).toContain('one two one three');
	});
});

describe('the menu of blocks', () => {
	test('opens from the toolbar, goes by keys, inserts where the caret was', async () => {
		const opened = new TestDocument('Amina');
		const target = document.body.appendChild(document.createElement('main'));
		const component = mount(DocumentEditor, { target, props: { document: opened } });
		cleanups.push(() => void unmount(component));
		flushSync();
		await page.getByRole('textbox', { name: 'Document text' }).click();
		await page.getByRole('button', { name: 'Insert', exact: true }).click();
		await expect.element(page.getByRole('menuitem').first()).toHaveFocus();
		await userEvent.keyboard('{Escape}');
		await expect.element(page.getByRole('button', { name: 'Insert', exact: true })).toHaveFocus();
		await userEvent.keyboard('{Enter}cc');
		await expect.element(page.getByRole('menuitem', { name: /^Condition/ })).toHaveFocus();
		await userEvent.keyboard('{Enter}Report every week');
		expect(opened.body).toMatch(/^<condition[^>]*><blockTitle[^>]*>Report every week/i);
	});
});

describe('templates in the editor', () => {
	test.each(templateIds)('%s opens without writing anything', async (id) => {
		const seed = (await templateUpdate(id)) ?? undefined;
		const { a, amina } = aminaAndBen(seed);
		const before = a.body;
		amina.editor.commands.setTextSelection(3);
		expect(a.view.repairs).toBe(0);
		expect(a.body).toBe(before);
		amina.editor.state.doc.check();
	});
});
