import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cdp, page, userEvent } from 'vitest/browser';
import * as Y from 'yjs';
import type { DiscussionRole } from '#lib/discussion/operation.ts';
import { AnchoredWords } from '../comments/anchored-words.ts';
import DocumentEditor from '../DocumentEditor.svelte';
import { SharedLane, TestDiscussion } from '../testing/test-discussion.svelte.ts';
import { connect, edit, selectionHeard, TestDocument } from '../testing/two-editors.svelte.ts';
import { Suggesting } from './suggesting.ts';
import '../../../app.css';

const cleanups: (() => void)[] = [];
beforeEach(() => page.viewport(1366, 900));
afterEach(() => {
	for (const clean of cleanups.splice(0)) clean();
	document.body.replaceChildren();
});

const TEXT =
	'<p>Amara lives with her mother. She looks for a flat.</p><p>The landlord called.</p><p>End.</p>';

/** Who signed for what a Yjs client wrote. */
const writers = new Map<number, string>();

/** One person's editor without the page around it: the words followed, suggestions made and accepted. */
class Person {
	readonly lane: SharedLane;
	readonly discussion: TestDiscussion;
	readonly words: AnchoredWords;
	readonly suggesting: Suggesting;
	readonly editor;
	readonly document: TestDocument;
	refused = '';

	constructor(name: string, role: DiscussionRole, lane: SharedLane, seed: Uint8Array) {
		this.lane = lane;
		this.document = new TestDocument(name, seed);
		this.discussion = new TestDiscussion(lane, name, role);
		writers.set(this.document.view.doc.clientID, name);
		this.words = new AnchoredWords({
			onChange: () => undefined,
			onClick: () => undefined,
			reanchor: (thread, anchor) => this.discussion.canModerate && this.discussion.reanchor(thread, anchor),
			removed: () => undefined
		});
		this.suggesting = new Suggesting({
			view: this.document.view,
			words: this.words,
			discussion: () => this.discussion,
			writerOf: (yClient) => writers.get(yClient) ?? null,
			staffOnly: () => false,
			refused: (reason) => (this.refused = reason),
			said: () => undefined
		});
		this.editor = edit(this.document, {
			extensions: [this.words.extension(), this.suggesting.extension()]
		}).editor;
		cleanups.push(() => {
			this.suggesting.close();
			this.words.close();
			this.editor.destroy();
		});
	}
	get text(): string {
		return this.editor.state.doc.textBetween(0, this.editor.state.doc.content.size, '\n', '↵');
	}
	find(words: string): { from: number; to: number } {
		let found: { from: number; to: number } | null = null;
		this.editor.state.doc.descendants((node, pos) => {
			const at = node.isTextblock ? node.textContent.indexOf(words) : -1;
			if (at >= 0) found ??= { from: pos + 1 + at, to: pos + 1 + at + words.length };
			return !node.isTextblock;
		});
		if (found === null) throw new Error(`no ${words}`);
		return found;
	}
	propose(words: string, text: string): string {
		return this.suggesting.propose(this.find(words), text, '', false) ?? '';
	}
	thread(id: string) {
		const found = this.lane.current.threads.find((thread) => thread.id === id);
		if (!found) throw new Error('no thread');
		return found;
	}
	/** Looks everything up, as after a pause. */
	look(): void {
		const threads = this.lane.current.threads;
		this.words.setThreads(threads.map(({ id, anchor }) => ({ id, anchor, hidden: true })));
		this.words.settle();
		for (const thread of threads) this.suggesting.mend(thread);
	}
	accept(...ids: string[]): number {
		this.look();
		return this.suggesting.accept(ids.map((id) => this.thread(id)));
	}
}

function seedOf(html: string): Uint8Array {
	const first = new TestDocument('seed');
	first.write(html);
	return Y.encodeStateAsUpdate(first.clear);
}

function three(html = TEXT) {
	const lane = new SharedLane();
	const seed = seedOf(html);
	const amina = new Person('Amina', 'owner', lane, seed);
	const ben = new Person('Ben', 'editor', lane, seed);
	const ito = new Person('Dr. Ito', 'commenter', lane, seed);
	const join = (a: Person, b: Person) => connect(a.document, b.document);
	return { lane, amina, ben, ito, join };
}

describe('[D6] accepting', () => {
	test.each([
		['mother', 'grandmother', 'Amara lives with her grandmother. She looks for a flat.'],
		[' She looks for a flat.', '', 'Amara lives with her mother.'],
		[
			'her mother',
			'her mother and brother',
			'Amara lives with her mother and brother. She looks for a flat.'
		],
		[
			'a flat',
			'a flat\nnear the school',
			'Amara lives with her mother. She looks for a flat↵near the school.'
		]
	])('%s → %s, once, and one undo opens it again', (words, text, result) => {
		const { amina, ito } = three();
		const before = amina.text;
		const id = ito.propose(words, text);
		expect(ito.text).toBe(before);
		expect(amina.accept(id)).toBe(1);
		expect(amina.text.split('\n')[0]).toBe(result);
		expect(amina.thread(id).suggestion).toMatchObject({ state: 'accepted', by: 'Amina' });
		amina.editor.commands.undo();
		expect(amina.text).toBe(before);
		expect(amina.thread(id).suggestion?.state).toBe('open');
		amina.editor.commands.redo();
		expect(amina.text.split('\n')[0]).toBe(result);
		expect(amina.thread(id).suggestion?.state).toBe('accepted');
	});

	test('insertions stand beside their words, at the beginning, in the middle and at the end', () => {
		const { amina, ito } = three();
		const insert = (at: number, text: string) =>
			ito.suggesting.propose({ from: at, to: at }, text, '', false) ?? '';
		const ids = [
			insert(ito.find('Amara').from, 'Today '),
			insert(ito.find('She').from, 'They get on well. '),
			insert(ito.find('flat.').to, ' She is patient.')
		];
		amina.accept(...ids);
		expect(amina.text).toContain(
			'Today Amara lives with her mother. They get on well. She looks for a flat. She is patient.'
		);
		amina.editor.commands.undo();
		expect(amina.text).toBe(ito.text);
	});

	test('whole paragraphs can be suggested to be deleted; new words only within one', () => {
		const { amina, ito } = three();
		const range = { from: ito.find('The landlord').from, to: ito.find('End.').to };
		expect(ito.suggesting.propose(range, 'Other', '', false)).toBeNull();
		expect(ito.refused).toBe('several-paragraphs');
		amina.accept(ito.suggesting.propose(range, '', '', false) ?? '');
		expect(amina.text).not.toMatch(/landlord|End/);
		expect(amina.text).toContain('Amara lives');
	});

	test('all of one person are one step', () => {
		const { amina, ito } = three();
		const ids = [
			ito.propose('Amara', 'Mara'),
			ito.propose('landlord', 'owner'),
			ito.propose('End', 'The end'),
			ito.propose('flat', 'house')
		];
		const before = amina.text;
		expect(amina.accept(...ids)).toBe(4);
		expect(amina.text).toBe(
			'Mara lives with her mother. She looks for a house.\nThe owner called.\nThe end.'
		);
		amina.editor.commands.undo();
		expect(amina.text).toBe(before);
		expect(ids.map((id) => amina.thread(id).suggestion?.state)).toEqual(['open', 'open', 'open', 'open']);
	});

	test('text that was changed meanwhile is told, with what stands there now', () => {
		const { amina, ito } = three();
		const id = ito.propose('She looks for a flat', 'She has found a flat');
		amina.look();
		const { from, to } = amina.find('looks');
		amina.editor.commands.insertContentAt({ from, to }, 'look');
		amina.look();
		const plan = amina.suggesting.planOf(amina.thread(id));
		expect(plan).toMatchObject({ changed: true, now: 'She look for a flat' });
		amina.accept(id);
		expect(amina.text).toContain('mother. She has found a flat.');
	});

	test('two who accept at once, apart, write it once; what a third wrote into it stays', () => {
		for (const [words, text, result] of [
			['mother', 'grandmother and aunt', 'Amara lives with her grandmother and aunt. She looks for a flat.'],
			[
				'flat.',
				'flat. She is patient.',
				'Amara lives with her mother. She looks for a flat. She is patient.'
			],
			[' She looks for a flat.', '', 'Amara lives with her mother.'],
			['a flat', 'a flat\nwith a door', 'Amara lives with her mother. She looks for a flat↵with a door.']
		] as const) {
			const { amina, ben, ito, join } = three();
			const id = ito.propose(words, text);
			const thread = ito.thread(id);
			for (const person of [amina, ben]) {
				person.look();
				expect(person.suggesting.accept([thread])).toBe(1);
			}
			// who did not know of the other goes on writing where it was accepted
			const end = ben.editor.state.doc.child(0).nodeSize - 1;
			ben.editor.commands.insertContentAt(end, ' Ben adds.');
			cleanups.push(join(amina, ben), join(ben, ito));
			for (const person of [amina, ben, ito, amina]) person.look();
			expect(amina.text.split('\n')[0]).toBe(`${result} Ben adds.`);
			for (const person of [ben, ito]) expect(person.text).toBe(amina.text);
			expect(amina.thread(id).suggestion).toMatchObject({ state: 'accepted' });
		}
	});

	test('undone and done again by one while another accepts, it is written once', () => {
		for (const [words, text, result] of [
			['mother', 'grandmother and aunt', 'Amara lives with her grandmother and aunt. She looks for a flat.'],
			['a flat', 'a flat\nwith a door', 'Amara lives with her mother. She looks for a flat↵with a door.']
		] as const) {
			const { amina, ben, ito, join } = three();
			const id = ito.propose(words, text);
			const thread = ito.thread(id);
			for (const person of [amina, ben]) person.look();
			amina.suggesting.accept([thread]);
			for (const _ of [1, 2]) {
				amina.editor.commands.undo();
				amina.editor.commands.redo();
			}
			ben.suggesting.accept([thread]);
			cleanups.push(join(amina, ben), join(ben, ito));
			for (const person of [amina, ben, ito, amina]) person.look();
			expect(amina.text.split('\n')[0]).toBe(result);
			expect(ben.text).toBe(amina.text);
			expect(amina.thread(id).suggestion?.state).toBe('accepted');
		}
	});

	test('accepted and undone by two at once, apart, the old words are back once', () => {
		for (const [words, text] of [
			['mother', 'aunt'],
			[' She looks for a flat.', ''],
			['a flat', 'her own\ndoor']
		] as const) {
			const { amina, ben, ito, join } = three();
			const before = amina.text;
			const id = ito.propose(words, text);
			const thread = ito.thread(id);
			for (const person of [amina, ben]) {
				person.look();
				person.suggesting.accept([thread]);
				person.editor.commands.undo();
				expect(person.text).toBe(before);
			}
			cleanups.push(join(amina, ben), join(ben, ito));
			for (const person of [amina, ben, ito, amina]) person.look();
			for (const person of [amina, ben, ito]) expect(person.text).toBe(before);
			expect(amina.thread(id).suggestion?.state).toBe('open');
			// accepted and undone again, one after the other: what was put back long ago counts no more
			for (const person of [amina, ben]) {
				person.accept(id);
				person.editor.commands.undo();
				person.look();
			}
			for (const person of [amina, ben, ito]) {
				person.look();
				expect(person.text).toBe(before);
			}
		}
	});

	test('nobody has words taken out by saying that they wrote them', () => {
		const { amina, ben, ito, join } = three();
		cleanups.push(join(amina, ben), join(ben, ito));
		const id = ito.propose('mother', 'grandmother');
		amina.accept(id);
		const end = amina.editor.state.doc.child(0).nodeSize - 1;
		const before = Y.getState(amina.document.view.doc.store, amina.document.view.doc.clientID);
		amina.editor.commands.insertContentAt(end, ' Amina adds.');
		const client = amina.document.view.doc.clientID;
		// Ben claims that what Amina added was his acceptance, or that hers is not the one that stands
		const to = Y.getState(amina.document.view.doc.store, client);
		ben.discussion.judge(id, { verdict: 'accepted', written: { client, from: before, to } });
		for (const person of [amina, ben, ito]) person.look();
		expect(amina.text).toContain('her grandmother. She looks for a flat. Amina adds.');
		for (const at of [1, 2]) {
			const written = { client, from: before, to };
			ben.discussion.judge(id, {
				verdict: 'reopened',
				takes: amina.thread(id).suggestion?.verdicts ?? [],
				written
			});
			for (const person of [amina, ben, ito]) person.look();
			expect(amina.text, `${at}`).toContain('Amina adds.');
		}
	});

	test('the verdicts alone take nothing out: what the other wrote has to be there', () => {
		const { amina, ben, ito } = three();
		const id = ito.propose('mother', 'grandmother');
		const thread = ito.thread(id);
		for (const person of [amina, ben]) {
			person.look();
			person.suggesting.accept([thread]);
			person.look();
		}
		for (const person of [amina, ben]) expect(person.text).toContain('her grandmother.');
	});
});

const open = (role: DiscussionRole, name: string, lane = new SharedLane()) => {
	const opened = new TestDocument(name);
	const discussion = new TestDiscussion(lane, name, role);
	opened.discussion = discussion;
	const target = document.body.appendChild(document.createElement('main'));
	target.style.paddingBlockStart = '3.5rem';
	const component = mount(DocumentEditor, { target, props: { document: opened } });
	cleanups.push(() => void unmount(component));
	flushSync();
	opened.write(TEXT);
	opened.canWrite = role === 'owner' || role === 'editor';
	flushSync();
	return { opened, discussion, lane };
};
const text = () => page.getByRole('textbox', { name: 'Document text', exact: true });
const box = () => page.getByRole('textbox', { name: 'Your suggestion' });
const card = (name: string) => page.getByRole('article', { name });

function select(words: string, at: 'all' | 'end' = 'all') {
	const walker = document.createTreeWalker(text().element(), NodeFilter.SHOW_TEXT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const from = node.textContent?.indexOf(words) ?? -1;
		if (from < 0) continue;
		(text().element() as HTMLElement).focus();
		const to = from + words.length;
		getSelection()?.setBaseAndExtent(node, at === 'end' ? to : from, node, to);
		return selectionHeard(text().element());
	}
	throw new Error(`no ${words}`);
}

describe('suggesting by writing', () => {
	test('typing, taking out, replacing and pasting propose, and change nothing', async () => {
		const { opened, lane } = open('commenter', 'Dr. Ito');
		const { body } = opened;
		await page.getByRole('button', { name: 'Suggest changes' }).click();
		await select('mother', 'end');
		await userEvent.keyboard(' and aunt');
		await expect.element(box()).toHaveTextContent('and aunt');
		await userEvent.keyboard('{Escape}');
		await expect.element(card('Suggestion by Dr. Ito: insert “and aunt”')).toBeVisible();

		await select('looks for');
		await userEvent.keyboard('wants');
		await userEvent.keyboard('{Enter}');
		await expect.element(card('Suggestion by Dr. Ito: replace “looks for” with “wants”')).toBeVisible();

		await select('landlord', 'end');
		await userEvent.keyboard('{Backspace}{Backspace}{Backspace}{Backspace}{Escape}');
		await expect.element(card('Suggestion by Dr. Ito: replace “landlord” with “land”')).toBeVisible();

		// drawn in whole words
		const drawn = (selector: string) =>
			[...document.querySelectorAll(selector)].map(({ textContent }) => textContent);
		expect(drawn('del.suggested-out')).toEqual(['looks for', 'landlord']);
		expect(drawn('.suggested ins')).toEqual([' and aunt', 'wants', 'land']);

		await select('End');
		await userEvent.keyboard('{Delete}{Escape}');
		await expect.element(card('Suggestion by Dr. Ito: delete “End”')).toBeVisible();

		expect(opened.body).toBe(body);
		expect(lane.operations.filter(({ operation }) => operation.type === 'suggest')).toHaveLength(4);
		expect(document.querySelectorAll('del.suggested-out')).toHaveLength(3);
		expect(text().element().textContent).toContain('suggested insertion by Dr. Ito: ');
		expect(text().element().textContent).toContain('suggested deletion by Dr. Ito');
	});

	test('what is pasted is proposed as plain words, in place of what is selected', async () => {
		const { opened, lane } = open('commenter', 'Dr. Ito');
		const { body } = opened;
		await page.getByRole('button', { name: 'Suggest changes' }).click();
		await select('a flat');
		const clipboardData = new DataTransfer();
		clipboardData.setData('text/html', '<h1>two <b>rooms</b></h1>');
		clipboardData.setData('text/plain', 'two rooms');
		text()
			.element()
			.querySelector('p')
			?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
		await expect.element(box()).toHaveTextContent('two rooms');
		await userEvent.keyboard('{Escape}');
		await expect.element(card('Suggestion by Dr. Ito: replace “a flat” with “two rooms”')).toBeVisible();
		expect(lane.current.threads[0]?.suggestion?.change).toEqual({
			kind: 'replace',
			words: 'a flat',
			text: 'two rooms'
		});
		expect(opened.body).toBe(body);
	});

	test('letters that are composed go into the suggestion once, and nothing of them into the text', async () => {
		const { opened, lane } = open('commenter', 'Dr. Ito');
		const { body } = opened;
		await page.getByRole('button', { name: 'Suggest changes' }).click();
		await select('mother', 'end');
		await userEvent.keyboard(' ');
		await expect.element(box()).toHaveFocus();
		const compose = (letters: string) =>
			cdp().send('Input.imeSetComposition', {
				text: letters,
				selectionStart: letters.length,
				selectionEnd: letters.length
			});
		for (const letters of ['w', 'wa', 'wang', '王']) await compose(letters);
		await cdp().send('Input.insertText', { text: '王芳' });
		await expect.element(box()).toHaveTextContent('王芳');
		// composed, and then given up
		for (const letters of ['x', 'xi', '']) await compose(letters);
		await userEvent.keyboard('{Escape}');
		await expect.element(card('Suggestion by Dr. Ito: insert “王芳”')).toBeVisible();
		expect(lane.current.threads).toHaveLength(1);
		expect(lane.current.threads[0]?.suggestion?.change).toMatchObject({ kind: 'insert', text: ' 王芳' });
		expect(opened.body).toBe(body);
	});

	test('one types on after a pause and it is one suggestion; emptied, it is taken back', async () => {
		const { lane } = open('commenter', 'Dr. Ito');
		await page.getByRole('button', { name: 'Suggest changes' }).click();
		await select('mother', 'end');
		await userEvent.keyboard(' and');
		await expect.poll(() => lane.current.threads.length).toBe(1);
		await userEvent.keyboard(' aunt{Escape}');
		expect(lane.current.threads).toHaveLength(1);
		expect(lane.current.threads[0]?.suggestion?.change).toMatchObject({ text: ' and aunt' });
		await card('Suggestion by Dr. Ito: insert “and aunt”').getByRole('button', { name: 'Withdraw' }).click();
		expect(lane.current.threads[0]?.suggestion?.state).toBe('withdrawn');
		expect(document.querySelector('.suggested')).toBeNull();
	});

	test('a change of the selected words is suggested in a box, and an editor accepts it', async () => {
		const lane = new SharedLane();
		const ito = new TestDiscussion(lane, 'Dr. Ito', 'commenter');
		const { opened } = open('editor', 'Amina', lane);
		await select('mother');
		await userEvent.keyboard('{Control>}{Alt>}s{/Alt}{/Control}');
		await page.getByRole('textbox', { name: 'Suggested words' }).fill('grandmother');
		await page.getByRole('textbox', { name: 'Why' }).fill('She said so.');
		await page.getByRole('button', { name: 'Suggest', exact: true }).click();
		const made = card('Suggestion by Amina: replace “mother” with “grandmother”');
		await expect.element(made.getByText('She said so.')).toBeVisible();
		expect(opened.body).not.toContain('grandmother');
		await page.getByText('landlord').click();
		await expect.element(made).not.toHaveClass(/open/);
		await userEvent.click(document.querySelector('ins.suggested-in') ?? document.body);
		await expect.element(made).toHaveClass(/open/);
		ito.reply(lane.current.threads[0]?.id ?? '', 'I agree.');
		await expect.element(made.getByText('I agree.')).toBeVisible();
		await made.getByRole('button', { name: 'Accept' }).click();
		expect(opened.body).toContain('her grandmother.');
		await expect.element(made).not.toBeInTheDocument();
		await page.getByRole('checkbox', { name: 'Show resolved' }).click();
		await expect.element(made.getByText(/Accepted by Amina/)).toBeVisible();
	});
});

test('all of one person are declined in one press, and stand among the resolved', async () => {
	const { ito } = three();
	const ids = [ito.propose('Amara', 'Mara'), ito.propose('landlord', 'owner')];
	const { opened } = open('editor', 'Amina', ito.lane);
	const first = page.getByRole('article', { name: /^Suggestion by .*: replace “Amara” with “Mara”$/ });
	await first.click();
	await first.getByRole('button', { name: /^Decline all 2 by/ }).click();
	await expect.element(first).not.toBeInTheDocument();
	expect(ids.map((id) => ito.thread(id).suggestion?.state)).toEqual(['declined', 'declined']);
	expect(opened.body).toContain('Amara lives');
});

describe('only for staff', () => {
	test('a suggestion in a box, and what one types, are marked and kept from guests', async () => {
		const { discussion, lane } = open('editor', 'Amina');
		await select('mother');
		await userEvent.keyboard('{Control>}{Alt>}s{/Alt}{/Control}');
		await page.getByRole('textbox', { name: 'Suggested words' }).fill('grandmother');
		await page.getByRole('checkbox', { name: /Only for staff/ }).click();
		await page.getByRole('button', { name: 'Suggest', exact: true }).click();
		const made = card('Suggestion by Amina: replace “mother” with “grandmother”, only for staff');
		await expect.element(made.getByText('Only for staff', { exact: true })).toBeVisible();
		expect(discussion.isForStaff(lane.current.threads[0]?.id ?? '')).toBe(true);
		expect(text().element().textContent).toContain('suggested insertion by Amina, only for staff: ');

		await page.getByRole('button', { name: 'Suggest changes' }).click();
		const choice = page.getByRole('button', { name: 'Suggest only to staff' });
		await choice.click();
		await expect.element(choice).toHaveAttribute('aria-pressed', 'true');
		await select('landlord', 'end');
		await userEvent.keyboard(' of hers{Escape}');
		await expect.element(card('Suggestion by Amina: insert “of hers”, only for staff')).toBeVisible();
		expect(lane.forStaff.size).toBe(2);

		// the next time it is for everybody, until it is chosen again
		await page.getByRole('button', { name: 'Suggest changes' }).click();
		await expect.element(choice).not.toBeInTheDocument();
		await page.getByRole('button', { name: 'Suggest changes' }).click();
		await expect.element(choice).toHaveAttribute('aria-pressed', 'false');
	});

	test('who becomes a guest while typing it says no more of it, and keeps what they wrote', async () => {
		const { lane } = open('editor', 'Amina');
		await page.getByRole('button', { name: 'Suggest changes' }).click();
		await page.getByRole('button', { name: 'Suggest only to staff' }).click();
		await select('mother', 'end');
		await userEvent.keyboard(' and');
		await expect.poll(() => lane.current.threads.length).toBe(1);
		lane.guests.add('Amina');
		await userEvent.keyboard(' her brother{Escape}');
		await expect.element(page.getByText(/no longer suggest for staff only/).first()).toBeVisible();
		await expect.element(box()).toHaveTextContent('and her brother');
		expect(JSON.stringify(lane.operations)).not.toContain('brother');
	});

	test('who may not speak among staff has no such choice', async () => {
		const lane = new SharedLane();
		lane.guests.add('Dr. Ito');
		open('commenter', 'Dr. Ito', lane);
		await page.getByRole('button', { name: 'Suggest changes' }).click();
		expect(page.getByRole('button', { name: 'Suggest only to staff' }).query()).toBeNull();
		await page.getByRole('button', { name: 'Suggest changes' }).click();
		await select('mother');
		await userEvent.keyboard('{Control>}{Alt>}s{/Alt}{/Control}');
		await expect.element(page.getByRole('textbox', { name: 'Suggested words' })).toBeVisible();
		expect(page.getByRole('checkbox', { name: /Only for staff/ }).query()).toBeNull();
	});
});
