/** Blocks far from the screen show their facts as words; whoever comes near them, by whatever way, finds controls. */
import { flushSync } from 'svelte';
import { afterEach, describe, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import type { CaseEditor } from './case-editor.svelte.ts';
import '../../app.css';
import './document.css';
import { connect, edit, TestDocument } from './testing/two-editors.svelte.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const clean of cleanups.splice(0).reverse()) clean();
	document.body.replaceChildren();
	scrollTo(0, 0);
});

const STEPS = 90;
const stepHtml = (at: number) =>
	`<section data-block="step" data-id="s${at}" data-who="Ana Reyes" data-due="2026-12-04" data-status="in-progress"><p data-block-title>Step ${at}</p></section>`;
const contactHtml =
	'<section data-block="contact" data-id="c2" data-date="2026-12-04" data-who="Ana Reyes" data-type="phone"><p data-block-title>About the room</p></section><section data-block="contact" data-id="c" data-date="2026-12-04" data-entered-at="2026-12-07" data-type="phone"><p data-block-title>About the room</p></section>';

function aminaAndBen() {
	const [a, b] = [new TestDocument('Amina'), new TestDocument('Ben')];
	a.write(
		`${Array.from({ length: STEPS }, (_, at) => stepHtml(at + 1)).join('')}${contactHtml}<p>Last line.</p>`
	);
	const part = connect(a, b);
	const [amina, ben] = [edit(a), edit(b)];
	cleanups.push(
		() => amina.close(),
		() => ben.close()
	);
	return { a, b, amina, ben, part };
}

function block(editor: CaseEditor, id: string): HTMLElement {
	const found = editor.editor.view.dom.querySelector<HTMLElement>(`section[data-id="${id}"]`);
	if (!found) throw new Error(`no block ${id}`);
	return found;
}
const hasControls = (dom: HTMLElement) => dom.querySelector('.block-handle') !== null;
const isFar = (dom: HTMLElement) => !hasControls(dom) && dom.querySelector('.word') !== null;
const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
const onPaper = (dom: HTMLElement) =>
	[...dom.querySelectorAll('.on-paper, .word')].map((words) =>
		plain(words.textContent).replace(/^[^:]+: /, '')
	);
function caretInto(editor: CaseEditor, id: string): void {
	let at = -1;
	editor.editor.state.doc.descendants((node, pos) => {
		if (node.attrs.id === id) at = pos;
	});
	editor.editor.commands.setTextSelection(at + 2);
	editor.editor.view.focus();
}
const statusOf = (editor: CaseEditor, id: string) => {
	let status: unknown;
	editor.editor.state.doc.descendants((node) => {
		if (node.attrs.id === id) status = node.attrs.status;
	});
	return status;
};

describe('a block far from the screen', () => {
	test('says all of its facts in words, on paper the same as one with controls, and follows what others set', () => {
		const { amina, ben } = aminaAndBen();
		const [near, far] = [block(amina, 's1'), block(amina, `s${STEPS}`)];
		expect(hasControls(near)).toBe(true);
		expect(isFar(far)).toBe(true);
		expect(onPaper(far)).toEqual(onPaper(near));
		expect(plain(far.textContent)).toContain('Who: Ana Reyes');
		expect(plain(far.textContent)).toContain('Status: In progress');
		expect(plain(block(amina, 'c').textContent)).toMatch(/Dec 4, 2026, written down Dec 7, 2026/);
		caretInto(ben, `s${STEPS}`);
		const who = block(ben, `s${STEPS}`).querySelector<HTMLInputElement>('[data-field=who]');
		if (who) who.value = 'Li';
		who?.dispatchEvent(new Event('change', { bubbles: true }));
		expect(isFar(far)).toBe(true);
		expect(plain(far.textContent)).toContain('Who: Li');
	});

	test('takes as much room as with controls', () => {
		const { amina } = aminaAndBen();
		for (const id of [`s${STEPS}`, 'c2']) {
			const before = block(amina, id).getBoundingClientRect().height;
			expect(isFar(block(amina, id))).toBe(true);
			// waked by what wakes it when one comes by keyboard, and left again
			caretInto(amina, id);
			caretInto(amina, 's1');
			expect(hasControls(block(amina, id))).toBe(true);
			(document.activeElement as HTMLElement).blur();
			expect(Math.abs(block(amina, id).getBoundingClientRect().height - before)).toBeLessThanOrEqual(4);
		}
	});

	test('has its controls as soon as the caret is in it; Tab goes into them and on', async () => {
		const { amina } = aminaAndBen();
		caretInto(amina, `s${STEPS}`);
		await userEvent.keyboard('{Tab}');
		expect(document.activeElement?.getAttribute('aria-label')).toBe('Who');
		await userEvent.keyboard('{Tab}');
		expect(document.activeElement?.getAttribute('aria-label')).toBe('Due date');
		expect(block(amina, `s${STEPS}`).contains(document.activeElement)).toBe(true);
		await userEvent.keyboard('{Escape} too');
		expect(amina.editor.getText()).toContain(`Step ${STEPS} too`);
	});

	test('has them when it comes to the screen, as many as there is room for, and never loses what one is at', async () => {
		const { amina } = aminaAndBen();
		caretInto(amina, 's2');
		const due = block(amina, 's3').querySelector<HTMLInputElement>('[data-field=due]');
		due?.focus();
		await userEvent.keyboard('{Control>}a{/Control}someday maybe{Enter}');
		expect(due?.getAttribute('aria-invalid')).toBe('true');
		for (let at = 10; at <= STEPS; at += 8) {
			const id = `s${at}`;
			block(amina, id).scrollIntoView();
			await expect.poll(() => hasControls(block(amina, id))).toBe(true);
		}
		await expect.poll(() => isFar(block(amina, 's8'))).toBe(true);
		expect(due?.isConnected).toBe(true);
		expect(due?.value).toBe('someday maybe');
		scrollTo(0, 0);
		await expect.poll(() => hasControls(block(amina, 's8'))).toBe(true);
	});

	test('can be ticked where it stands; a reader cannot', () => {
		const { amina, ben } = aminaAndBen();
		const tick = block(amina, `s${STEPS}`).querySelector<HTMLInputElement>('.step-tick');
		tick?.focus();
		tick?.click();
		expect(statusOf(ben, `s${STEPS}`)).toBe('completed');
		expect(document.activeElement).toBe(tick);
		expect(plain(block(amina, `s${STEPS}`).textContent)).toContain('Status: Done');
		amina.setEditable(false);
		flushSync();
		expect(tick?.disabled).toBe(true);
	});

	test('shows at once what two people set differently in it', () => {
		const { a, b, amina, ben, part } = aminaAndBen();
		part();
		for (const [editor, who] of [
			[amina, 'Li'],
			[ben, 'Mo']
		] as const) {
			let at = -1;
			editor.editor.state.doc.descendants((node, pos) => {
				if (node.attrs.id === `s${STEPS}`) at = pos;
			});
			editor.editor.view.dispatch(editor.editor.state.tr.setNodeAttribute(at, 'who', who));
		}
		expect(isFar(block(amina, `s${STEPS}`))).toBe(true);
		connect(a, b);
		flushSync();
		for (const editor of [amina, ben])
			expect(plain(block(editor, `s${STEPS}`).querySelector('.two-values')?.textContent ?? '')).toMatch(
				/Li.*Mo|Mo.*Li/
			);
	});
});
