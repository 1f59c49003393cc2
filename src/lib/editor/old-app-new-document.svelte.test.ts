import { Editor, Mark, Node } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { mount, flushSync, unmount } from 'svelte';
import { afterEach, describe, expect, test } from 'vitest';
import { textOf } from '#lib/casework/read-blocks.ts';
import { schemaExtensions } from '#lib/casework/schema.ts';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import { templateUpdate } from '#lib/casework/templates.ts';
import { canBind, type CaseEditor } from './case-editor.svelte.ts';
import DocumentEditor from './DocumentEditor.svelte';
import { connect, edit, TestDocument } from './testing/two-editors.svelte.ts';

const Verdict = Node.create({
	name: 'verdict',
	group: 'block',
	content: 'inline*',
	renderHTML: () => ['aside', 0],
	parseHTML: () => [{ tag: 'aside' }]
});
const Urgent = Mark.create({
	name: 'urgent',
	renderHTML: () => ['b', 0],
	parseHTML: () => [{ tag: 'b.urgent' }]
});
const schema2 = [...schemaExtensions, Verdict, Urgent];

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const clean of cleanups.splice(0).reverse()) clean();
	document.body.replaceChildren();
});
const opened = (editor: CaseEditor) => (cleanups.push(() => editor.close()), editor);

/** An app of schema 2 has written; an app of schema 1 has the document too. */
async function oldAndNew() {
	const seed = (await templateUpdate('case-plan.1')) ?? undefined;
	const [newer, older] = [new TestDocument('Amina', seed), new TestDocument('Ben', seed)];
	connect(newer, older);
	const amina = opened(edit(newer, { schema: schema2 }));
	const write = () =>
		amina.editor.commands.insertContentAt(0, [
			{ type: 'verdict', content: [{ type: 'text', text: 'Move in on Friday' }] },
			{
				type: 'paragraph',
				content: [
					{ type: 'text', text: 'Call ' },
					{ type: 'text', text: 'before noon', marks: [{ type: 'urgent' }] },
					{ type: 'text', text: ' please' }
				]
			}
		]);
	return { newer, older, amina, write };
}

describe('an app of schema 1 and a document of schema 2', () => {
	test('[V1] no editor is bound, and not one character is missing from the reading view', async () => {
		const { newer, older, write } = await oldAndNew();
		write();
		const before = newer.body;
		older.status = 'newer';
		const component = mount(DocumentEditor, { target: document.body, props: { document: older } });
		cleanups.push(() => void unmount(component));
		flushSync();
		expect(document.querySelectorAll('[contenteditable=true]')).toHaveLength(1); // Amina's own
		const article = document.querySelector('article');
		const letters = (text: string | null | undefined) => (text ?? '').replace(/\s/g, '');
		for (const part of textOf(newer.blocks).split('\n'))
			expect(letters(article?.textContent)).toContain(letters(part));
		const lines = [...(article?.querySelectorAll('p, .unknown') ?? [])].map((line) => line.textContent);
		expect(lines.slice(0, 2)).toEqual(['Move in on Friday', 'Call before noon please']);
		expect(newer.body).toBe(before);
		expect(older.body).toBe(before);
	});

	test('[V1] the document itself is looked at before binding, should its version say nothing', async () => {
		const { older, write } = await oldAndNew();
		older.renewView();
		expect(canBind(older.view)).toBe(true);
		write();
		older.renewView();
		expect(canBind(older.view)).toBe(false);
	});

	test('[V2] an editor of schema 1 that was open when the new content came takes nothing away from anybody', async () => {
		const { newer, older, amina, write } = await oldAndNew();
		const ben = opened(edit(older));
		write();
		const before = newer.body;
		expect(older.view.repairs).toBeGreaterThan(0);
		expect(older.body).toBe(before);
		ben.editor.commands.insertContentAt(ben.editor.state.doc.content.size, {
			type: 'paragraph',
			content: [{ type: 'text', text: 'Ben was here' }]
		});
		for (const words of ['Move in on Friday', 'before noon', 'Ben was here']) {
			expect(newer.body).toContain(words);
			expect(amina.editor.getText()).toContain(words);
		}
	});

	test('[V2] after such a repair undo cannot write it to everybody', async () => {
		const { newer, older, write } = await oldAndNew();
		const ben = opened(edit(older));
		ben.editor.commands.insertContentAt(1, 'x');
		write();
		await Promise.resolve(); // the stack is emptied behind the repair
		expect(ben.canUndo).toBe(false);
		const before = newer.body;
		ben.editor.commands.undo();
		expect(newer.body).toBe(before);
	});

	test('without the guard characters are lost: this is what it is for', async () => {
		const { newer, older, write } = await oldAndNew();
		const bare = new Editor({
			element: document.body.appendChild(document.createElement('div')),
			editable: false,
			extensions: [...schemaExtensions, Collaboration.configure({ document: older.clear, field: BODY_FIELD })]
		});
		cleanups.push(() => bare.destroy());
		write();
		expect(newer.body).not.toContain('Move in on Friday');
		expect(newer.body).not.toContain('before noon');
	});

	test('a newer app begins to write while one writes: the text stays readable, word for word', async () => {
		const { newer, older, write } = await oldAndNew();
		const component = mount(DocumentEditor, { target: document.body, props: { document: older } });
		cleanups.push(() => void unmount(component));
		flushSync();
		expect(document.querySelector('[role=textbox][aria-label="Document text"]')).not.toBeNull();
		older.status = 'newer';
		older.view.detach();
		write();
		flushSync();
		expect(document.querySelector('[role=toolbar]')).toBeNull();
		expect(document.querySelector('[role=status]')?.textContent).toContain('newer version');
		expect(older.body).toBe(newer.body);
	});
});
