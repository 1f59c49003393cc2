import { flushSync } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import type { CaseEditor } from './case-editor.svelte.ts';
import { connect, edit, TestDocument } from './testing/two-editors.svelte.ts';

const open: CaseEditor[] = [];
afterEach(() => {
	for (const editor of open.splice(0)) editor.close();
	document.body.replaceChildren();
});

const goal = (name: string, steps: readonly string[]) =>
	`<section data-block="goal" data-id="${name}"><p data-block-title data-id="${name}-t">Goal ${name}</p>${steps
		.map(
			(step) =>
				`<section data-block="step" data-id="${step}"><p data-block-title data-id="${step}-t">Step ${step}</p></section>`
		)
		.join('')}</section>`;
const PLAN = `<h1 data-id="h">Plan</h1>${goal('A', ['A1', 'A2'])}${goal('B', ['B1'])}<ul data-id="l"><li data-id="l1"><p data-id="p1">one</p></li><li data-id="l2"><p data-id="p2">two</p></li></ul>`;

function aminaAndBen() {
	const [a, b] = [new TestDocument('Amina'), new TestDocument('Ben')];
	a.write(PLAN);
	const part = connect(a, b);
	const [amina, ben] = [edit(a), edit(b)];
	open.push(amina, ben);
	flushSync();
	const settle = async () => {
		for (let round = 0; round < 6; round++) await Promise.resolve();
		flushSync();
	};
	return { a, b, amina, ben, part, settle };
}

function into(editor: CaseEditor, id: string, offset = 0) {
	let at = 0;
	editor.editor.state.doc.descendants((node, pos) => void (node.attrs.id === id && (at = pos + 1)));
	editor.editor.commands.setTextSelection(at + offset);
}
const words = (editor: CaseEditor) => editor.editor.getText().trim().split(/\n+/).join(' | ');
const press = (editor: CaseEditor, key: string) =>
	editor.editor.view.dom.dispatchEvent(
		new KeyboardEvent('keydown', { key, altKey: true, bubbles: true, cancelable: true })
	);

test('Alt with arrows moves a goal with its steps, keeps the caret in it, and is undone by itself', async () => {
	const { a, b, amina, ben, settle } = aminaAndBen();
	into(amina, 'B-t', 4);
	press(amina, 'ArrowUp');
	await settle();
	expect(words(ben)).toBe('Plan | Goal B | Step B1 | Goal A | Step A1 | Step A2 | one | two');
	amina.editor.commands.insertContent('!');
	expect(words(ben)).toContain('Goal! B');
	expect(a.body).toBe(b.body);
	expect(a.body.match(/ id="B"/g)).toHaveLength(1);
	amina.editor.commands.undo();
	amina.editor.commands.undo();
	await settle();
	expect(words(ben)).toBe('Plan | Goal A | Step A1 | Step A2 | Goal B | Step B1 | one | two');
	amina.editor.state.doc.check();
});

test('a step goes on into the next goal and back, a list item within its list', async () => {
	const { amina, settle } = aminaAndBen();
	into(amina, 'A2-t');
	press(amina, 'ArrowDown');
	await settle();
	expect(words(amina)).toContain('Step A1 | Goal B | Step A2 | Step B1');
	press(amina, 'ArrowUp');
	press(amina, 'ArrowUp');
	await settle();
	expect(words(amina)).toContain('Goal A | Step A2 | Step A1 | Goal B');
	into(amina, 'p2');
	press(amina, 'ArrowUp');
	expect(words(amina)).toMatch(/two \| one$/);
	press(amina, 'ArrowUp');
	expect(words(amina)).toMatch(/two \| one$/);
});

test('what another types into a goal that is being moved, while apart, is in it, and each goal is there once', async () => {
	const { a, b, amina, ben, part, settle } = aminaAndBen();
	part();
	into(ben, 'A1-t', 7);
	ben.editor.commands.insertContent(' with Ben');
	into(ben, 'B-t');
	press(ben, 'ArrowUp');
	into(amina, 'A-t');
	press(amina, 'ArrowDown');
	amina.editor.commands.insertContent('Our ');
	connect(a, b);
	await settle();
	expect(a.body).toBe(b.body);
	expect(words(amina)).toBe('Plan | Goal B | Step B1 | Our Goal A | Step A1 with Ben | Step A2 | one | two');
	expect(words(ben)).toBe(words(amina));
	for (const editor of [amina, ben]) editor.editor.state.doc.check();
	expect([a.view.repairs, b.view.repairs]).toEqual([0, 0]);
});

test('the handle opens a menu of where the block may go, by keyboard as well', async () => {
	const { amina, settle } = aminaAndBen();
	into(amina, 'A1-t');
	const handle = amina.editor.view.dom.querySelector<HTMLElement>(
		'[aria-label="Move or remove Step: Step A1"]'
	);
	handle?.click();
	await settle();
	const items = () =>
		[...amina.editor.view.dom.querySelectorAll('[role=menuitem]')].map((item) => item.textContent);
	expect(items()).toEqual(['Move up', 'Move down', 'Move to …', 'Remove']);
	expect(document.activeElement?.textContent).toBe('Move up');
	await userEvent.keyboard('{ArrowDown}{ArrowDown}{Enter}');
	await settle();
	expect(items()).toEqual([
		'In “Goal A”, after “Step A2”',
		'To the beginning of “Goal B”',
		'In “Goal B”, after “Step B1”'
	]);
	await userEvent.keyboard('{ArrowDown}{Enter}');
	await settle();
	expect(words(amina)).toContain('Goal A | Step A2 | Goal B | Step A1 | Step B1');
});

test('a block is dragged by its handle', async () => {
	const { amina, settle } = aminaAndBen();
	const dom = amina.editor.view.dom;
	const handle = dom.querySelector<HTMLElement>('[aria-label="Move or remove Goal: Goal B"]');
	const first = dom.querySelector('section[data-block=goal]')?.getBoundingClientRect();
	const at = handle?.getBoundingClientRect();
	const pointer = (type: string, clientY: number) =>
		handle?.dispatchEvent(
			new PointerEvent(type, { pointerId: 1, button: 0, clientX: at?.left ?? 0, clientY, bubbles: true })
		);
	if (handle) handle.setPointerCapture = () => undefined;
	pointer('pointerdown', at?.top ?? 0);
	pointer('pointermove', (first?.top ?? 0) - 2);
	flushSync();
	expect(dom.querySelector('.block-drop')).not.toBeNull();
	pointer('pointerup', (first?.top ?? 0) - 2);
	await settle();
	expect(dom.querySelector('.block-drop')).toBeNull();
	expect(words(amina)).toMatch(/^Plan \| Goal B \| Step B1 \| Goal A/);
});

test('held at the edge of the screen, a block is carried on without moving the finger, until it is let go', async () => {
	const { amina, settle } = aminaAndBen();
	const dom = amina.editor.view.dom;
	dom.style.paddingBottom = '4000px';
	const handle = dom.querySelector<HTMLElement>('[aria-label="Move or remove Goal: Goal A"]');
	const pointer = (type: string, clientY: number) =>
		handle?.dispatchEvent(new PointerEvent(type, { pointerId: 1, button: 0, clientY, bubbles: true }));
	if (handle) handle.setPointerCapture = () => undefined;
	pointer('pointerdown', 0);
	pointer('pointermove', innerHeight - 5);
	await expect.poll(() => scrollY, { timeout: 10_000 }).toBeGreaterThan(300);
	expect(dom.querySelector('[data-dragged]')).not.toBeNull();
	pointer('pointerup', innerHeight - 5);
	await settle();
	expect(dom.querySelector('[data-dragged]')).toBeNull();
	expect(words(amina)).toMatch(/two \| Goal A \| Step A1 \| Step A2$/);
	const resting = scrollY;
	await new Promise(requestAnimationFrame);
	await new Promise(requestAnimationFrame);
	expect(scrollY).toBe(resting);
});
