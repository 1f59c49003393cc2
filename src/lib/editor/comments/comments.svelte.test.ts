import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import DocumentEditor from '../DocumentEditor.svelte';
import { SharedLane, TestDiscussion } from '../testing/test-discussion.svelte.ts';
import { commentsPaneOf } from './comments-pane.svelte.ts';
import { selectionHeard, TestDocument } from '../testing/two-editors.svelte.ts';
import { mentions } from '#lib/discussion/mentions.ts';
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
		return selectionHeard(text().element());
	}
	throw new Error(`no ${words}`);
}

async function comment(words: string, about: string, staffOnly = false) {
	await select(words);
	await userEvent.keyboard('{Control>}{Alt>}m{/Alt}{/Control}');
	const box = page.getByRole('textbox', { name: 'Comment', exact: true });
	await expect.element(box).toHaveFocus();
	await box.fill(about);
	if (staffOnly) await page.getByRole('checkbox', { name: /Only for staff/ }).click();
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
		const overlapping = () => {
			const boxes = [...document.querySelectorAll('article')].map((article) =>
				article.getBoundingClientRect()
			);
			return boxes.filter((box, index) => box.top < (boxes[index - 1]?.bottom ?? -Infinity)).length;
		};
		await expect.poll(overlapping).toBe(0);
	});

	test('words that are deleted leave their thread under Detached, until it is attached again', async () => {
		const { opened } = open('editor');
		await comment('landlord', 'Who is it?');
		await select('The landlord called');
		await userEvent.keyboard('{Delete}');
		await expect.element(region().getByRole('heading', { name: 'Detached' })).toBeVisible();
		// at once, before the pause after which others are told
		expect(card(/landlord/).element().textContent).toContain('Amina removed these words, today');
		await expect.element(card(/landlord/).getByText('Amina removed these words, today')).toBeVisible();
		expect(opened.body).not.toContain('landlord');
		await select('Monday');
		await card(/landlord/)
			.getByRole('button', { name: 'Attach to selection' })
			.click();
		await expect.element(card(/“Monday”/)).toBeVisible();
		expect(highlighted()).toEqual(['Monday']);
		await expect.element(region().getByRole('heading', { name: 'Detached' })).not.toBeInTheDocument();
	});

	test('a thread of 300 replies shows the last, all of them if wanted, and is answered', async () => {
		const { lane, discussion } = open('editor');
		await comment('landlord', 'Who is it?');
		const id = discussion.current.threads[0]?.id ?? '';
		const ben = new TestDiscussion(lane, 'Ben', 'editor');
		for (let n = 1; n <= 300; n++) ben.reply(id, `Answer ${n}.`);
		const thread = card(/landlord/);
		const drawn = () => thread.element().querySelectorAll('.message').length;
		await expect.element(thread.getByText('Answer 300.')).toBeVisible();
		expect(drawn()).toBeLessThan(10);
		await thread.getByRole('textbox', { name: 'Reply' }).fill('Enough');
		await thread.getByRole('button', { name: 'Reply' }).click();
		await expect.element(thread.getByText('Enough')).toBeVisible();
		await thread.getByRole('button', { name: 'Show 298 earlier replies' }).click();
		await expect.element(thread.getByText('Answer 1.', { exact: true })).toBeVisible();
		expect(drawn()).toBe(302);
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

describe('people in comments', () => {
	/** Amina among others; the ids of people are not their names. */
	function amongOthers() {
		const lane = new SharedLane();
		for (const [person, name] of [
			['p-ana', 'Ana María Núñez'],
			['p-anna', 'Anna'],
			['p-fang', '王芳']
		] as const) {
			lane.roles.set(person, 'editor');
			lane.names.set(person, name);
		}
		return open('editor', 'Amina', lane);
	}

	test('are mentioned with @ as one types, by key and by touch; a mention survives a new name', async () => {
		const { lane, discussion } = amongOthers();
		await comment('landlord', 'Who is it?');
		const thread = card(/landlord/);
		const box = thread.getByRole('textbox', { name: 'Reply' });
		await box.click();
		await userEvent.keyboard('Ask @an');
		await expect.element(page.getByRole('listbox', { name: 'People to mention' })).toBeVisible();
		await expect.element(page.getByText('2 people to mention.')).toBeInTheDocument();
		const chosen = () => document.getElementById(box.element().getAttribute('aria-activedescendant') ?? '');
		await expect.poll(() => chosen()?.textContent).toContain('Ana María Núñez');
		await userEvent.keyboard('{ArrowDown}');
		await expect.poll(() => chosen()?.textContent).toContain('Anna');
		await userEvent.keyboard('{ArrowUp}{Enter}');
		await expect.element(box).toHaveValue('Ask @Ana María Núñez ');
		await userEvent.keyboard('or @王');
		await page.getByRole('option', { name: '王芳 editor' }).click();
		await expect.element(box).toHaveValue('Ask @Ana María Núñez or @王芳 ');
		await expect.element(box).toHaveFocus();
		expect([...thread.element().querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual([
			'@Ana María Núñez',
			'@王芳'
		]);
		await userEvent.keyboard('please, not @ann{Escape}');
		await expect.element(page.getByRole('listbox')).not.toBeInTheDocument();
		await userEvent.keyboard('{Control>}{Enter}{/Control}');
		await expect.element(thread.getByText('please, not @ann')).toBeVisible();
		const said = () => discussion.current.threads[0]?.messages[1]?.text ?? '';
		const named = () => ['p-ana', 'p-fang', 'p-anna'].filter((person) => mentions(said(), person));
		expect(named()).toEqual(['p-ana', 'p-fang']);
		expect(said()).not.toContain('Núñez');

		lane.names.set('p-ana', 'Ana Pérez');
		await expect.element(thread.getByText('@Ana Pérez')).toBeVisible();
		await thread.getByRole('button', { name: 'Edit' }).last().click();
		await expect
			.element(thread.getByRole('textbox', { name: 'Comment' }))
			.toHaveValue('Ask @Ana Pérez or @王芳 please, not @ann');
		await userEvent.keyboard('a.{Control>}{Enter}{/Control}');
		expect(named()).toEqual(['p-ana', 'p-fang', 'p-anna']);
	});

	test('are asked; a reply of theirs, or a word, settles the question', async () => {
		const { lane, discussion } = amongOthers();
		await select('landlord');
		await userEvent.keyboard('{Control>}{Alt>}m{/Alt}{/Control}');
		await page.getByRole('textbox', { name: 'Comment', exact: true }).fill('Who is it?');
		await page.getByRole('combobox', { name: 'Question for' }).selectOptions('王芳');
		await page.getByRole('button', { name: 'Add comment' }).click();
		const thread = card(/landlord/);
		await expect.element(thread.getByText('Question for 王芳')).toBeVisible();
		const id = discussion.current.threads[0]?.id ?? '';
		new TestDiscussion(lane, 'p-fang', 'editor').reply(id, 'Mr. Bell');
		await expect.element(thread.getByText('Question for 王芳, answered by 王芳, today')).toBeVisible();

		await thread.getByRole('button', { name: 'Ask somebody' }).first().click();
		await thread.getByRole('combobox', { name: 'Question for' }).selectOptions('Anna');
		await thread.getByRole('button', { name: 'Save' }).click();
		await expect.element(thread.getByText('Question for Anna')).toBeVisible();
		await thread.getByRole('button', { name: 'Answered' }).click();
		await expect.element(thread.getByText('Question for Anna, answered by you, today')).toBeVisible();
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

	test('has the floating button, and no tools but commenting and suggesting', async () => {
		open('commenter', 'Dr. Ruiz');
		await select('landlord');
		await expect
			.poll(() => page.getByRole('button', { name: 'Comment', exact: true }).elements().length)
			.toBe(2);
		expect(
			page
				.getByRole('toolbar')
				.getByRole('button')
				.elements()
				.map((button) => button.textContent.trim())
		).toEqual(['Comment', 'Suggest changes']);
		await page.getByRole('button', { name: 'Comment', exact: true }).last().click();
		await expect.element(page.getByRole('textbox', { name: 'Comment', exact: true })).toHaveFocus();
	});

	test('may not settle or take away what others said', async () => {
		const lane = new SharedLane();
		open('commenter', 'Dr. Ruiz', lane);
		await comment('landlord', 'He called me too');
		const mine = lane.operations[0]?.operation;
		if (mine?.type !== 'thread') throw new Error('no thread');
		new TestDiscussion(lane, 'Amina', 'editor').startThread({ ...mine.anchor }, 'And?', false);
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

describe('in a reading view of a newer document [V1]', () => {
	test('comments are read, answered and written; the text stays as it is', async () => {
		const { opened, discussion } = open('editor');
		await comment('landlord', 'Who is it?');
		const body = opened.body;
		opened.status = 'newer';
		flushSync();
		const reading = page.getByRole('article', { name: 'Document text' });
		await expect.element(reading).toBeVisible();
		const marked = () => [...(CSS.highlights.get('commented') ?? [])].map(String);
		await expect.poll(marked).toEqual(['landlord']);
		await card(/landlord/)
			.getByRole('textbox', { name: 'Reply' })
			.fill('Mr. Bell');
		await card(/landlord/)
			.getByRole('button', { name: 'Reply' })
			.click();
		await expect.element(card(/landlord/).getByText('Mr. Bell')).toBeVisible();

		const line = [...reading.element().querySelectorAll('p')].find((p) => p.textContent.includes('flat'));
		if (!line) throw new Error('no line');
		const at = line.textContent.indexOf('a flat');
		getSelection()?.setBaseAndExtent(...placeIn(line, at), ...placeIn(line, at + 'a flat'.length));
		await page.getByRole('button', { name: 'Comment', exact: true }).click();
		await page.getByRole('textbox', { name: 'Comment', exact: true }).fill('How big?');
		await page.getByRole('button', { name: 'Add comment' }).click();
		await expect.element(card(/“a flat”/)).toBeVisible();
		await expect.poll(() => marked().sort()).toEqual(['a flat', 'landlord']);
		expect(discussion.current.threads[1]?.anchor.quote).toMatchObject({
			exact: 'a flat',
			suffix: expect.stringContaining('near the school') as string
		});
		expect(opened.body).toBe(body);

		// and an editor finds the words by what was written here
		opened.status = 'ready';
		flushSync();
		await expect.poll(() => highlighted().sort()).toEqual(['a flat', 'landlord']);
	});
});

describe('only for staff', () => {
	test('it is chosen, marked, and names only staff; a guest has no such choice', async () => {
		const { discussion, lane } = open('editor');
		lane.roles.set('Dara', 'commenter');
		lane.guests.add('Dara');
		lane.roles.set('Ben', 'editor');
		await select('landlord');
		await userEvent.keyboard('{Control>}{Alt>}m{/Alt}{/Control}');
		await page.getByLabelText('Question for').selectOptions('Dara');
		await page.getByRole('textbox', { name: 'Comment', exact: true }).fill('Ask @Dara and @Ben');
		await page.getByRole('checkbox', { name: /Only for staff/ }).click();
		expect(
			[...(page.getByLabelText('Question for').element() as HTMLSelectElement).options].map(
				({ value }) => value
			)
		).toEqual(['', 'Ben']);
		await page.getByRole('button', { name: 'Add comment' }).click();
		const thread = card(/“landlord”, only for staff$/);
		await expect.element(thread.getByText('Only for staff', { exact: true })).toBeVisible();
		const [said] = discussion.current.threads;
		expect(discussion.isForStaff(said?.id ?? '')).toBe(true);
		expect(said?.messages[0]?.question).toBeNull();
		expect(mentions(said?.messages[0]?.text ?? '', 'Dara')).toBe(false);
		expect(mentions(said?.messages[0]?.text ?? '', 'Ben')).toBe(true);

		// the next is for everybody again, unless it is chosen
		await comment('mother', 'Call her');
		expect(discussion.isForStaff(discussion.current.threads[1]?.id ?? '')).toBe(false);

		// who becomes a guest while writing sends it to nobody
		await select('Monday');
		await userEvent.keyboard('{Control>}{Alt>}m{/Alt}{/Control}');
		await page.getByRole('textbox', { name: 'Comment', exact: true }).fill('Between us');
		await page.getByRole('checkbox', { name: /Only for staff/ }).click();
		lane.guests.add('Amina');
		await page.getByRole('button', { name: 'Add comment' }).click();
		await expect.element(page.getByText(/can no longer comment for staff only/)).toBeVisible();
		expect(discussion.current.threads).toHaveLength(2);
		await expect
			.element(page.getByRole('textbox', { name: 'Comment', exact: true }))
			.toHaveValue('Between us');
	});
});

describe('on paper', () => {
	test('comments are numbered notes, if wanted', async () => {
		const { discussion } = open('editor');
		await comment('landlord', 'Who is it?');
		await comment('mother', 'Call her');
		await comment('a flat', 'Not before the hearing.', true);
		discussion.resolve(discussion.current.threads[0]?.id ?? '');
		const printed = vi.spyOn(window, 'print').mockImplementation(() => undefined);
		await commentsPaneOf(discussion).print(false);
		expect(printed).toHaveBeenCalledOnce();
		expect([...document.querySelectorAll('.note-number')].map((mark) => mark.textContent)).toEqual([
			'1',
			'2'
		]);
		const notes = [...document.querySelectorAll('.printed-notes li')].map((note) => note.textContent);
		expect(notes[0]).toMatch(/“mother”.*Open.*Amina.*Call her/s);
		expect(notes[1]).toMatch(/“landlord”.*Resolved by Amina.*Who is it\?/s);
		dispatchEvent(new Event('afterprint'));
		await expect.poll(() => document.querySelector('.note-number, .printed-notes')).toBeNull();

		await commentsPaneOf(discussion).print(true);
		const all = [...document.querySelectorAll('.printed-notes li')].map((note) => note.textContent);
		expect(all).toHaveLength(3);
		expect(all[1]).toMatch(/“a flat”.*Only for staff.*Not before the hearing/s);
		dispatchEvent(new Event('afterprint'));
		printed.mockRestore();
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

describe('the menu on selected words', () => {
	const menu = () => page.getByRole('menu', { name: 'Selected words' });
	const rightClick = (words: string, offset = 4) => {
		const line = [...text().element().querySelectorAll('p')].find((p) => p.textContent.includes(words));
		if (!line) throw new Error(`no ${words}`);
		const range = document.createRange();
		const at = line.textContent.indexOf(words);
		range.setStart(...placeIn(line, at));
		range.setEnd(...placeIn(line, at + words.length));
		const [place, frame] = [range.getBoundingClientRect(), line.getBoundingClientRect()];
		const position = { x: place.left - frame.left + offset, y: place.top - frame.top + place.height / 2 };
		return userEvent.click(line, { button: 'right', position });
	};
	/** Whether the browser would have shown its own. */
	const browsersOwn: boolean[] = [];
	const watch = (event: Event) => browsersOwn.push(!event.defaultPrevented);
	beforeEach(() => {
		browsersOwn.length = 0;
		addEventListener('contextmenu', watch);
		cleanups.push(() => removeEventListener('contextmenu', watch));
	});

	test('comments and suggests by mouse and by key, and Escape is back at the words', async () => {
		const { discussion } = open('editor');
		await select('landlord');
		await rightClick('landlord');
		await expect.element(menu().getByRole('menuitem', { name: 'Comment' })).toHaveFocus();
		expect(
			menu()
				.getByRole('menuitem')
				.elements()
				.map((item) => item.textContent)
		).toEqual(['Comment', 'Suggest a change', 'Cut', 'Copy']);
		await userEvent.keyboard('{Enter}');
		await page.getByRole('textbox', { name: 'Comment', exact: true }).fill('Who is it?');
		await page.getByRole('button', { name: 'Add comment' }).click();
		await expect.element(card(/“landlord”/)).toBeVisible();

		await select('mother');
		await userEvent.keyboard('{ContextMenu}');
		await expect.element(menu().getByRole('menuitem', { name: 'Comment' })).toHaveFocus();
		await userEvent.keyboard('{Escape}');
		await expect.element(text()).toHaveFocus();
		expect(getSelection()?.toString()).toBe('mother');
		await userEvent.keyboard('{ContextMenu}s{Enter}');
		await page.getByRole('textbox', { name: 'Suggested words' }).fill('aunt');
		await page.getByRole('button', { name: 'Suggest', exact: true }).click();
		expect(discussion.current.threads[1]?.suggestion?.change).toMatchObject({
			words: 'mother',
			text: 'aunt'
		});
		expect(browsersOwn).toEqual([false, false, false]);
	});

	test('is the browser’s own beside the words, with Shift, without a selection, and for a reader', async () => {
		const { opened, lane } = open('editor');
		await select('landlord');
		await rightClick('Monday');
		await select('landlord');
		await userEvent.keyboard('{Shift>}');
		await rightClick('landlord');
		await userEvent.keyboard('{/Shift}');
		getSelection()?.collapseToEnd();
		await rightClick('Amara');
		lane.roles.set('Amina', 'reader');
		opened.canWrite = false;
		flushSync();
		await select('landlord');
		await rightClick('landlord');
		expect(browsersOwn).toEqual([true, true, true, true]);
		await expect.element(menu()).not.toBeInTheDocument();
	});

	test('who may only comment cuts nothing', async () => {
		open('commenter', 'Dr. Ruiz');
		await select('landlord');
		await rightClick('landlord');
		await expect.element(menu().getByRole('menuitem', { name: 'Suggest a change' })).toBeVisible();
		expect(menu().getByRole('menuitem', { name: 'Cut' }).query()).toBeNull();
		await menu().getByRole('menuitem', { name: 'Suggest a change' }).click();
		await expect.element(page.getByRole('textbox', { name: 'Suggested words' })).toHaveValue('landlord');
	});
});
