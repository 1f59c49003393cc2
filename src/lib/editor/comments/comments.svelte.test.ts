import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import DocumentEditor from '../DocumentEditor.svelte';
import { SharedLane, TestDiscussion } from '../testing/test-discussion.svelte.ts';
import { TestDocument } from '../testing/two-editors.svelte.ts';
import type { DiscussionRole } from '#lib/discussion/operation.ts';
import '../../../app.css';

const cleanups: (() => void)[] = [];
beforeEach(() => page.viewport(1366, 900));
afterEach(() => {
	for (const clean of cleanups.splice(0)) clean();
	document.body.replaceChildren();
});

const written =
	'<p>Amara lives with her mother. She looks for a flat near the school.</p><p>The landlord called on Monday.</p>';

/** Who opens the document in which role; what is written in it comes from an editor. */
function open(role: DiscussionRole, name = 'Amina', lane = new SharedLane()) {
	const opened = new TestDocument(name);
	const discussion = new TestDiscussion(lane, name, role);
	opened.discussion = discussion;
	const target = document.body.appendChild(document.createElement('main'));
	target.style.paddingBlockStart = '3.5rem'; // where the top bar is
	const component = mount(DocumentEditor, { target, props: { document: opened } });
	cleanups.push(() => void unmount(component));
	flushSync();
	opened.write(written);
	opened.canWrite = role === 'owner' || role === 'editor';
	flushSync();
	return { opened, discussion, lane };
}

const text = () => page.getByRole('textbox', { name: 'Document text', exact: true });
const region = () => page.getByRole('complementary', { name: 'Comments' });
const card = (name: RegExp) => page.getByRole('article', { name });
const highlighted = () => [...document.querySelectorAll('.commented')].map((words) => words.textContent);

function placeIn(line: Element, offset: number): [Node, number] {
	const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
	let left = offset;
	while (walker.nextNode()) {
		const { length } = walker.currentNode.textContent ?? '';
		if (left <= length) return [walker.currentNode, left];
		left -= length;
	}
	return [line, line.childNodes.length];
}

function select(words: string) {
	for (const line of text().element().querySelectorAll('p')) {
		const at = line.textContent?.indexOf(words) ?? -1;
		if (at < 0) continue;
		const [start, end] = [placeIn(line, at), placeIn(line, at + words.length)];
		(text().element() as HTMLElement).focus();
		getSelection()?.setBaseAndExtent(...start, ...end);
		return new Promise((done) => setTimeout(done, 50)); // the browser tells of a new selection a little later
	}
	throw new Error(`no ${words}`);
}

async function comment(words: string, about: string) {
	await select(words);
	await userEvent.keyboard('{Control>}{Alt>}m{/Alt}{/Control}');
	const box = page.getByRole('textbox', { name: 'Comment', exact: true });
	await expect.element(box).toHaveFocus();
	await box.fill(about);
	await page.getByRole('button', { name: 'Add comment' }).click();
	await expect.element(card(new RegExp(words))).toBeVisible();
}

describe('comments beside the text', () => {
	test('select, comment, reply, edit, react, resolve, show, reopen, remove', async () => {
		const { opened, discussion } = open('editor');
		await select('a flat near the school');
		await page.getByRole('toolbar').getByRole('button', { name: 'Comment', exact: true }).click();
		await page.getByRole('textbox', { name: 'Comment', exact: true }).fill('Which school?');
		await page.getByRole('button', { name: 'Add comment' }).click();
		const thread = card(/^Comment by Amina on “a flat near the school”$/);
		await expect.element(thread).toBeVisible();
		await expect.element(region().getByRole('heading', { name: 'Comments' })).toBeVisible();
		await expect.element(thread.getByText(/^today /)).toBeVisible();
		expect(highlighted()).toEqual(['a flat near the school']);
		expect(opened.body).not.toMatch(/comment/i);

		await thread.getByRole('textbox', { name: 'Reply' }).fill('The one in Elm Street');
		await thread.getByRole('button', { name: 'Reply' }).click();
		await expect.element(thread.getByText('The one in Elm Street')).toBeVisible();
		await thread.getByRole('button', { name: 'Edit' }).first().click();
		await thread.getByRole('textbox', { name: 'Comment' }).fill('Which of the schools?');
		await thread.getByRole('button', { name: 'Save' }).click();
		await expect.element(thread.getByText('Which of the schools?')).toBeVisible();
		await expect.element(thread.getByText('edited')).toBeVisible();
		await thread.getByRole('button', { name: 'React' }).first().click();
		await thread.getByRole('button', { name: 'Thumbs up' }).click();
		await expect
			.element(thread.getByRole('button', { name: 'Thumbs up: Amina' }))
			.toHaveAttribute('aria-pressed', 'true');
		await thread.getByRole('button', { name: 'Remove' }).last().click();
		await thread.getByRole('button', { name: 'Remove' }).last().click();
		await expect.element(thread.getByText('Removed by Amina')).toBeVisible();

		await thread.getByRole('button', { name: 'Resolve' }).click();
		await expect.element(thread).not.toBeInTheDocument();
		expect(highlighted()).toEqual([]);
		await region().getByRole('checkbox', { name: 'Show resolved' }).click();
		await expect.element(thread.getByText('Resolved by Amina')).toBeVisible();
		expect(highlighted()).toEqual(['a flat near the school']);
		await thread.getByRole('button', { name: 'Reopen' }).click();
		expect(discussion.current.threads[0]?.resolved).toBe(false);
	});

	test('cards do not lie over one another, and the open one is at its words', async () => {
		open('editor');
		for (const words of ['Amara', 'mother', 'flat', 'landlord']) await comment(words, `About ${words}`);
		await page.getByText('About flat').click();
		await expect.element(card(/“flat”/)).toHaveClass(/open/);
		await new Promise((done) => setTimeout(done, 400));
		const boxes = [...document.querySelectorAll('article')].map((article) => article.getBoundingClientRect());
		boxes.forEach((box, index) => {
			const before = boxes[index - 1];
			if (before) expect(box.top).toBeGreaterThanOrEqual(before.bottom);
		});
	});

	test('words that are deleted leave their thread under Detached, until it is attached again', async () => {
		const { opened } = open('editor');
		await comment('landlord', 'Who is it?');
		await select('The landlord called');
		await userEvent.keyboard('{Delete}');
		await expect.element(region().getByRole('heading', { name: 'Detached' })).toBeVisible();
		await expect.element(card(/landlord/).getByText('no longer in the text')).toBeVisible();
		expect(opened.body).not.toContain('landlord');
		await select('Monday');
		await card(/landlord/)
			.getByRole('button', { name: 'Attach to selection' })
			.click();
		await expect.element(card(/“Monday”/)).toBeVisible();
		expect(highlighted()).toEqual(['Monday']);
		await expect.element(region().getByRole('heading', { name: 'Detached' })).not.toBeInTheDocument();
	});

	test('what an editor takes away of others needs a reason', async () => {
		const lane = new SharedLane();
		const { discussion } = open('editor', 'Amina', lane);
		await comment('landlord', 'Who is it?');
		const ben = new TestDiscussion(lane, 'Ben', 'commenter');
		ben.reply(discussion.current.threads[0]?.id ?? '', 'His number is 555 0199');
		const thread = card(/landlord/);
		await expect.element(thread.getByText('555 0199')).toBeVisible();
		await thread.getByRole('button', { name: 'Remove' }).last().click();
		await thread.getByRole('button', { name: 'Remove' }).last().click();
		await expect.element(thread.getByRole('alert')).toHaveTextContent('Say why');
		await thread.getByRole('textbox', { name: 'Reason' }).fill('No numbers here');
		await thread.getByRole('button', { name: 'Remove' }).last().click();
		await expect.element(thread.getByText('Removed by Amina: No numbers here')).toBeVisible();
	});
});

describe('who may comment but not write', () => {
	test('selects in the read-only text by mouse and keyboard, and comments', async () => {
		const { opened } = open('commenter', 'Dr. Ruiz');
		await expect.element(text()).toHaveAttribute('aria-readonly', 'true');
		await expect.element(text()).toHaveAttribute('tabindex', '0');
		const body = opened.body;
		await comment('landlord', 'He called me too');
		(document.activeElement as HTMLElement | null)?.blur();
		getSelection()?.removeAllRanges();

		(text().element() as HTMLElement).focus();
		await userEvent.keyboard('{Control>}{Home}{/Control}{Control>}{Shift>}{ArrowRight}{/Shift}{/Control}');
		await expect.poll(() => getSelection()?.toString().trim()).toBe('Amara');
		await userEvent.keyboard('{Control>}{Alt>}m{/Alt}{/Control}');
		await page.getByRole('textbox', { name: 'Comment', exact: true }).fill('How old is she?');
		await userEvent.keyboard('{Control>}{Enter}{/Control}');
		await expect.element(card(/Comment by Dr. Ruiz on “Amara”/)).toBeVisible();
		expect(highlighted()).toEqual(['Amara', 'landlord']);
		expect(opened.body).toBe(body);
		expect(opened.view.repairs).toBe(0);
	});

	test('has the floating button, and no tools but this one', async () => {
		open('commenter', 'Dr. Ruiz');
		await select('landlord');
		await expect
			.poll(() => page.getByRole('button', { name: 'Comment', exact: true }).elements().length)
			.toBe(2);
		expect(page.getByRole('toolbar').getByRole('button').elements()).toHaveLength(1);
		await page.getByRole('button', { name: 'Comment', exact: true }).last().click();
		await expect.element(page.getByRole('textbox', { name: 'Comment', exact: true })).toHaveFocus();
	});

	test('may not settle or take away what others said', async () => {
		const lane = new SharedLane();
		open('commenter', 'Dr. Ruiz', lane);
		await comment('landlord', 'He called me too');
		const mine = lane.operations[0]?.operation;
		if (mine?.type !== 'thread') throw new Error('no thread');
		new TestDiscussion(lane, 'Amina', 'editor').startThread({ ...mine.anchor }, 'And?');
		const theirs = card(/Comment by Amina/);
		await expect.element(theirs).toBeVisible();
		for (const name of ['Resolve', 'Remove', 'Edit'])
			expect(theirs.getByRole('button', { name }).query()).toBeNull();
		await expect.element(theirs.getByRole('textbox', { name: 'Reply' })).toBeVisible();
		await expect.element(card(/Dr. Ruiz/).getByRole('button', { name: 'Resolve' })).toBeVisible();
	});

	test('a reader only reads', async () => {
		const lane = new SharedLane();
		const { opened } = open('editor', 'Amina', lane);
		await comment('landlord', 'Who is it?');
		(opened.discussion as TestDiscussion).lane.roles.set('Amina', 'reader');
		opened.canWrite = false;
		flushSync();
		await expect.element(card(/landlord/)).toBeVisible();
		for (const role of ['textbox', 'button'] as const)
			expect(
				card(/landlord/)
					.getByRole(role)
					.elements()
			).toHaveLength(0);
		expect(page.getByRole('toolbar').query()).toBeNull();
		await select('Monday');
		expect(page.getByRole('button', { name: 'Comment', exact: true }).query()).toBeNull();
	});
});

describe('by keyboard', () => {
	test('F6 goes to the comment at the caret and back; Escape goes back to the words', async () => {
		open('editor');
		await comment('mother', 'Call her');
		await comment('landlord', 'Who is it?');
		await select('landlord');
		await userEvent.keyboard('{ArrowRight}');
		await userEvent.keyboard('{F6}');
		await expect.element(card(/landlord/)).toHaveFocus();
		await userEvent.keyboard('{F6}');
		await expect.element(text()).toHaveFocus();
		await select('Amara');
		await userEvent.keyboard('{ArrowLeft}');
		await userEvent.keyboard('{F6}');
		await expect.element(card(/mother/)).toHaveFocus();
		await userEvent.keyboard('{Escape}');
		await expect.element(text()).toHaveFocus();
		await userEvent.keyboard('X');
		await expect.element(text()).toHaveTextContent('Xmother');
	});

	test('the next and the previous comment, from the text and among the comments', async () => {
		open('editor');
		for (const words of ['Amara', 'mother', 'landlord']) await comment(words, `About ${words}`);
		await page.getByText('About Amara').click();
		await userEvent.keyboard('{Escape}{Alt>}{F7}{/Alt}');
		await expect.element(card(/mother/)).toHaveClass(/open/);
		await expect.element(text()).toHaveFocus();
		await userEvent.keyboard('{F6}{Alt>}{PageDown}{/Alt}');
		await expect.element(card(/landlord/)).toHaveFocus();
		await userEvent.keyboard('{Shift>}{Alt>}{F7}{/Alt}{/Shift}');
		await expect.element(card(/mother/)).toHaveFocus();
	});

	test('a click on the words opens their thread and leaves the caret there', async () => {
		open('editor');
		await comment('mother', 'Call her');
		await select('Monday');
		await userEvent.click(document.querySelector('.commented') as Element);
		await expect.element(card(/mother/)).toHaveClass(/open/);
		await expect.element(text()).toHaveFocus();
		await userEvent.click(text(), { position: { x: 5, y: 5 } });
	});
});

describe('on a phone', () => {
	beforeEach(() => page.viewport(390, 800));

	test('a button opens the sheet, which says what it is about and goes back to the words', async () => {
		open('editor');
		await comment('mother', 'Call her');
		await userEvent.keyboard('{Escape}');
		const call = page.getByRole('button', { name: 'Comments (1)' });
		await call.click();
		const sheet = page.getByRole('dialog', { name: 'Comments' });
		await expect.element(sheet.getByRole('article', { name: /mother/ })).toBeVisible();
		await sheet.getByRole('textbox', { name: 'Reply' }).fill('Done');
		await sheet.getByRole('button', { name: 'Reply' }).click();
		await expect.element(sheet.getByText('Done')).toBeVisible();
		await sheet.getByRole('button', { name: '“mother”' }).click();
		await expect.element(sheet).not.toBeInTheDocument();
	});

	test('a touch on the words opens the sheet, a second one only puts the caret there', async () => {
		open('commenter');
		await comment('mother', 'Call her');
		await userEvent.keyboard('{Escape}');
		const words = () => document.querySelector('.commented') as Element;
		await userEvent.click(text(), { position: { x: 30, y: 5 } });
		await userEvent.click(words());
		await expect.element(page.getByRole('dialog')).toBeVisible();
		await userEvent.keyboard('{Escape}');
		await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
		await userEvent.click(words());
		expect(page.getByRole('dialog').query()).toBeNull();
	});
});
