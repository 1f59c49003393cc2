import { flushSync } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { blockSpecs } from '#lib/casework/block-specs.ts';
import { insertableBlocks, insertBlock } from './insertable.ts';
import { connect, edit, TestDocument } from './testing/two-editors.svelte.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const clean of cleanups.splice(0).reverse()) clean();
	document.body.replaceChildren();
});

/** The field that has the focus now, if one has. */
function fieldHere(): HTMLElement | null {
	const here = document.activeElement;
	return here instanceof HTMLElement && here.dataset.field !== undefined ? here : null;
}

/** What one would type into it. A button opens a list or a file, which needs more than a field. */
function keysFor(control: HTMLElement, kind: string): string | null {
	if (control instanceof HTMLSelectElement)
		return [...control.options].some(({ value, disabled }) => value !== '' && !disabled)
			? '{ArrowDown}'
			: null;
	if (!(control instanceof HTMLInputElement)) return null;
	return { date: '4 Dec 2026', money: '7', number: '7' }[kind] ?? 'Ana';
}

const inserted = blockSpecs.filter(
	({ name, fields }) => fields.length > 0 && insertableBlocks.some(({ id }) => id === name)
);

test.each(inserted.map((spec) => [spec.name, spec] as const))(
	'%s: Tab goes through all of its fields, each has a name and takes what is typed, and all of it is undone',
	async (name, { fields }) => {
		const [a, b] = [new TestDocument('Amina'), new TestDocument('Ben')];
		connect(a, b);
		const [amina, ben] = [edit(a), edit(b)];
		cleanups.push(
			() => amina.close(),
			() => ben.close()
		);
		amina.continueBelow();
		insertBlock(amina.editor, name);
		flushSync();
		await new Promise(requestAnimationFrame); // Tiptap focuses its text then
		await userEvent.keyboard('Title');
		await userEvent.keyboard('{Tab}');
		const seen: string[] = [];
		const typed: string[] = [];
		for (let here = fieldHere(); here !== null; here = fieldHere()) {
			const attribute = here.dataset.field ?? '';
			const inBlock = here.closest<HTMLElement>('section[data-block]')?.dataset.block ?? '';
			expect(seen, 'Tab goes round in a circle').not.toContain(`${inBlock}.${attribute}`);
			seen.push(`${inBlock}.${attribute}`);
			expect(here.getAttribute('aria-label') ?? here.textContent.trim(), attribute).not.toBe('');
			const field = fields.find((one) => one.attribute === attribute);
			// the fields of a reading come behind those of its measure
			const keys = inBlock === name && field !== undefined ? keysFor(here, field.kind) : null;
			if (keys !== null) {
				await userEvent.keyboard(keys);
				typed.push(attribute);
			}
			await userEvent.keyboard('{Tab}');
			flushSync();
		}
		expect(amina.editor.view.hasFocus(), 'after the last field one is back in the text').toBe(true);
		const attributes = () => ben.editor.state.doc.firstChild?.attrs ?? {};
		for (const attribute of typed) expect(attributes()[attribute], attribute).not.toBeOneOf([null, '']);
		const asked = fields.filter(({ onlyWhen }) => onlyWhen === undefined).map(({ attribute }) => attribute);
		expect(seen).toEqual(expect.arrayContaining(asked.map((attribute) => `${name}.${attribute}`)));
		// on paper stand words instead of the control
		const block = amina.editor.view.dom.querySelector(`section[data-block="${name}"]`);
		const onPaper = (attribute: string) =>
			block?.querySelector(`.field-${attribute} > .on-paper`)?.textContent.trim() ?? '';
		expect(typed.filter((attribute) => onPaper(attribute) === '')).toEqual([]);
		// and what does not say itself what it is has its name there
		const nameless = fields.filter(({ attribute, label, kind }) => {
			const words = block?.querySelector(`.field-${attribute}`)?.textContent ?? '';
			return ['date', 'text', 'block'].includes(kind) && typed.includes(attribute) && !words.includes(label);
		});
		expect(nameless).toEqual([]);
		while (amina.canUndo) amina.editor.commands.undo();
		expect(ben.editor.view.dom.querySelector(`section[data-block="${name}"]`)).toBeNull();
	}
);
