import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { templateUpdate } from '#lib/casework/templates.ts';
import DocumentEditor from './DocumentEditor.svelte';
import { TestDocument } from './testing/two-editors.svelte.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const clean of cleanups.splice(0)) clean();
	document.body.replaceChildren();
});

const seed = (await templateUpdate('case-plan.1')) ?? undefined;

function open(testDocument = new TestDocument('Amina', seed)) {
	const target = document.body.appendChild(document.createElement('main'));
	const component = mount(DocumentEditor, { target, props: { document: testDocument } });
	cleanups.push(() => void unmount(component));
	flushSync();
	return testDocument;
}

const text = () => page.getByRole('textbox', { name: 'Document text', exact: true });
const tool = (name: string) =>
	page.getByRole('toolbar', { name: 'Formatting' }).getByRole('button', { name, exact: true });

describe('the document editor', () => {
	test('has the names that scripts and screen readers know', async () => {
		open();
		await expect.element(text()).toHaveAttribute('aria-multiline', 'true');
		for (const name of 'Heading 1,Heading 2,Heading 3,Bold,Italic,Underline,Strikethrough,Highlight,Bullet list,Numbered list,Task list,Quote,Table,Link,Undo,Redo,Insert goal,Insert step'.split(
			','
		))
			await expect.element(tool(name)).toBeVisible();
	});

	test('the toolbar is one stop for Tab, with arrows inside, and shows what is on', async () => {
		const opened = open(new TestDocument('Amina'));
		await text().click();
		await userEvent.keyboard('words');
		await userEvent.keyboard('{Alt>}{F10}{/Alt}');
		await expect.element(tool('Heading 1')).toHaveFocus();
		await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}');
		await expect.element(tool('Bold')).toHaveFocus();
		expect(document.querySelectorAll('[role=toolbar] [tabindex="0"]')).toHaveLength(1);
		await expect.element(tool('Bold')).toHaveAttribute('aria-pressed', 'false');
		await userEvent.keyboard('{Enter}');
		await expect.element(tool('Bold')).toHaveAttribute('aria-pressed', 'true');
		await expect.element(text()).toHaveFocus();
		await userEvent.keyboard(' bold');
		expect(opened.body).toContain('<bold> bold</bold>');
	});

	test('a slash inserts a goal, found by typing', async () => {
		const opened = open(new TestDocument('Amina'));
		await text().click();
		await userEvent.keyboard('/go');
		await expect.element(page.getByRole('listbox', { name: 'Insert' })).toBeVisible();
		await expect.element(page.getByRole('option', { name: 'Goal' })).toHaveAttribute('aria-selected', 'true');
		expect(text().element().getAttribute('aria-activedescendant')).toBe(
			page.getByRole('option', { name: 'Goal' }).element().id
		);
		await userEvent.keyboard('{Enter}Find housing');
		expect(opened.body).toMatch(/^<goal[^>]*><blockTitle[^>]*>Find housing<\/blockTitle><\/goal>$/i);
		expect(page.getByRole('listbox').query()).toBeNull();
	});

	test('a slash inside a word, and one that is dismissed, stay letters', async () => {
		const opened = open(new TestDocument('Amina'));
		await text().click();
		await userEvent.keyboard('and/or');
		expect(page.getByRole('listbox').query()).toBeNull();
		await userEvent.keyboard(' /{Escape}goal{Enter}');
		expect(opened.body).toContain('and/or /goal');
	});

	test('a link leads only where links may lead', async () => {
		const opened = open(new TestDocument('Amina'));
		await text().click();
		await userEvent.keyboard('site');
		await userEvent.keyboard('{Shift>}{Home}{/Shift}');
		await tool('Link').click();
		const address = page.getByRole('textbox', { name: 'Address' });
		await address.fill('javascript:alert(1)');
		await page.getByRole('button', { name: 'Save link' }).click();
		await expect.element(page.getByText('This is not an address', { exact: false })).toBeVisible();
		await address.fill('example.org');
		await page.getByRole('button', { name: 'Save link' }).click();
		await expect
			.element(page.getByRole('link', { name: 'site' }))
			.toHaveAttribute('href', 'https://example.org/');
		expect(opened.body).toContain('https://example.org/');
	});

	test('too much pasted at once is refused in a sentence, and nothing is lost', async () => {
		const opened = open();
		const before = opened.body;
		const data = new DataTransfer();
		data.setData('text/plain', 'word '.repeat(120_000));
		await text().click();
		text()
			.element()
			.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
		await expect.element(page.getByRole('alert')).toHaveTextContent('too much to paste');
		expect(opened.body).toBe(before);
	});

	test('what a word processor leaves behind is cleaned away', async () => {
		const opened = open(new TestDocument('Amina'));
		const data = new DataTransfer();
		data.setData(
			'text/html',
			'<html><head><style>p{color:red}</style></head><body><!--x--><p class="MsoNormal" style="color:red" onclick="x()">Plain <o:p>&nbsp;</o:p><img src=x onerror=y><b>bold</b></p><script>z()</script></body></html>'
		);
		data.setData('text/plain', 'Plain bold');
		await text().click();
		text()
			.element()
			.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
		expect(opened.body.replace(/ id="[^"]*"/g, '').replace(/\u00a0/g, '')).toBe(
			'<paragraph>Plain <bold>bold</bold></paragraph>'
		);
	});

	test('who may only read sees words instead of fields, and cannot write', async () => {
		const reader = new TestDocument('Ben', seed);
		reader.canWrite = false;
		open(reader);
		expect(page.getByRole('toolbar').query()).toBeNull();
		await expect.element(text()).toHaveAttribute('contenteditable', 'false');
		expect(document.querySelector('select, input[type=text]')).toBeNull();
		expect(reader.view.repairs).toBe(0);
	});

	test('a view that has gone its own way is replaced, and one writes on', async () => {
		const opened = open(new TestDocument('Amina'));
		await text().click();
		await userEvent.keyboard('before ');
		opened.renewView();
		flushSync();
		await userEvent.keyboard('after');
		expect(opened.body).toContain('before after');
	});

	test('Escape, then Tab leaves the text from inside a list', async () => {
		const opened = new TestDocument('Amina');
		open(opened);
		document.body.append(Object.assign(document.createElement('button'), { textContent: 'behind' }));
		await text().click();
		await userEvent.keyboard('- one{Enter}two{Tab}');
		await expect.element(text()).toHaveFocus();
		await userEvent.keyboard('{Escape}{Tab}');
		await expect.element(page.getByRole('button', { name: 'behind' })).toHaveFocus();
	});
});
