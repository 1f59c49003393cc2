import { afterEach, expect, test } from 'vitest';
import type { CaseEditor } from './case-editor.svelte.ts';
import { insertBlock } from './insertable.ts';
import { connect, edit, TestDocument } from './testing/two-editors.svelte.ts';

const open: CaseEditor[] = [];
afterEach(() => {
	for (const editor of open.splice(0)) editor.close();
	document.body.replaceChildren();
});

function afterUndo() {
	const [a, b] = [new TestDocument('Amina'), new TestDocument('Ben')];
	connect(a, b);
	const [amina, ben] = [edit(a), edit(b)];
	open.push(amina, ben);
	a.write('<p>Before</p>');
	amina.editor.commands.focus('end');
	insertBlock(amina.editor, 'goal');
	amina.editor.commands.insertContent('Find a room');
	amina.editor.commands.undo();
	expect(amina.editor.getText()).toBe('Before');
	return { a, b, amina, ben };
}

test('what was undone at the end of a text comes back by redo, on the screen as well', () => {
	const { a, b, amina } = afterUndo();
	amina.editor.commands.redo();
	expect(amina.editor.getText()).toContain('Find a room');
	amina.editor.commands.insertContentAt(1, 'Long ');
	expect(a.body).toContain('Find a room');
	expect(b.body).toBe(a.body);
});

test('after an undo, what others write is seen, and the caret stays where it is', () => {
	const { a, amina, ben } = afterUndo();
	amina.editor.commands.setTextSelection(3);
	ben.editor.commands.insertContentAt(8, '<p>Below</p>');
	expect(amina.editor.getText()).toContain('Below');
	expect(amina.editor.state.selection.head).toBe(3);
	amina.editor.commands.insertContent('-');
	expect(a.body).toMatch(/Be-fore.*Below/);
});
