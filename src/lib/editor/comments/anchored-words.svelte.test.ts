import type { Node } from '@tiptap/pm/model';
import { NodeSelection } from '@tiptap/pm/state';
import { yUndoPluginKey } from '@tiptap/y-tiptap';
import type { UndoManager } from 'yjs';
import { setBlockType, wrapIn } from '@tiptap/pm/commands';
import { afterEach, describe, expect, test } from 'vitest';
import type { CaseEditor } from '../case-editor.svelte.ts';
import { SharedLane, TestDiscussion } from '../testing/test-discussion.svelte.ts';
import { connect, edit, TestDocument } from '../testing/two-editors.svelte.ts';
import { AnchoredWords } from './anchored-words.ts';

const closers: (() => void)[] = [];
afterEach(() => {
	for (const close of closers.splice(0)) close();
	document.body.replaceChildren();
});

interface Person {
	readonly editor: CaseEditor;
	readonly words: AnchoredWords;
	readonly discussion: TestDiscussion;
	/** Does what an app does by itself when people pause. */
	rest(): void;
	/** The words of the only thread, or its state when it has none. */
	readonly found: string | null;
}

function join(testDocument: TestDocument, lane: SharedLane, name: string): Person {
	const discussion = new TestDiscussion(lane, name, 'editor');
	const words = new AnchoredWords({
		onChange: () => undefined,
		onClick: () => undefined,
		reanchor: discussion.reanchor,
		removed: discussion.removedWords
	});
	const editor = edit(testDocument, { extensions: [words.extension()] });
	closers.push(() => (words.close(), editor.close()));
	const rest = () => {
		words.setThreads(discussion.current.threads.map(({ id, anchor }) => ({ id, anchor, hidden: false })));
		words.settle();
	};
	return {
		editor,
		words,
		discussion,
		rest,
		get found() {
			const thread = discussion.current.threads[0]?.id ?? '';
			const range = words.rangeOf(thread);
			const { doc } = editor.editor.state;
			return range ? doc.textBetween(range.from, range.to, '¶') : words.stateOf(thread);
		}
	};
}

/** Amina, who edits, and Ben, who sees; a third device comes later and knows the anchors only. */
function aThread(content: string, quote: string) {
	const [a, b] = [new TestDocument('Amina'), new TestDocument('Ben')];
	const part = connect(a, b);
	const lane = new SharedLane();
	const [amina, ben] = [join(a, lane, 'Amina'), join(b, lane, 'Ben')];
	amina.editor.editor.commands.setContent(content);
	const anchor = amina.words.anchorAt(rangeOf(amina, quote));
	if (!anchor) throw new Error('no words');
	ben.discussion.startThread(anchor, 'Is this so?', false);
	for (const person of [amina, ben]) person.rest();
	expect([amina.found, ben.found]).toEqual([quote, quote]);
	const late = () => {
		const c = new TestDocument('Chi');
		connect(a, c);
		const chi = join(c, lane, 'Chi');
		chi.rest();
		return chi;
	};
	return { a, b, amina, ben, lane, part, late };
}

function rangeOf({ editor }: Person, words: string) {
	let from = -1;
	editor.editor.state.doc.descendants((node, pos) => {
		if (from < 0 && node.isTextblock && node.textContent.includes(words))
			from = pos + 1 + node.textContent.indexOf(words);
	});
	if (from < 0) throw new Error(`no ${words}`);
	return { from, to: from + words.length };
}

function find({ editor }: Person, matches: (node: Node) => boolean): { node: Node; pos: number } {
	let found: { node: Node; pos: number } | undefined;
	editor.editor.state.doc.descendants((node, pos) => {
		if (!found && matches(node)) found = { node, pos };
	});
	if (!found) throw new Error('not there');
	return found;
}

const select = (person: Person, words: string) =>
	person.editor.editor.commands.setTextSelection(rangeOf(person, words));
const caret = (person: Person, before: string) =>
	person.editor.editor.commands.setTextSelection(rangeOf(person, before).from);
const press = (person: Person, key: string, altKey = false) =>
	person.editor.editor.view.dom.dispatchEvent(
		new KeyboardEvent('keydown', { key, altKey, bubbles: true, cancelable: true })
	);

const stopUndo = ({ editor }: Person) =>
	(yUndoPluginKey.getState(editor.editor.state) as { undoManager: UndoManager }).undoManager.stopCapturing();

function cut(person: Person): string {
	const { view } = person.editor.editor;
	const html = view.serializeForClipboard(view.state.selection.content()).dom.innerHTML;
	view.dispatch(view.state.tr.deleteSelection());
	return html;
}

const fox = '<p>The quick brown fox jumps</p><p>over the lazy dog</p>';
const table =
	'<table><tr><td><p>rent</p></td><td><p>call the landlord</p></td></tr><tr><td><p>food</p></td><td><p>visit the bank</p></td></tr></table><p>end</p>';

const edits: [
	name: string,
	content: string,
	quote: string,
	edit: (amina: Person) => void,
	words: string,
	writes: number
][] = [
	['writing before the words', fox, 'brown', (p) => (caret(p, 'quick'), type(p, 'very ')), 'brown', 0],
	['writing in the words', fox, 'brown fox', (p) => (caret(p, 'fox'), type(p, 'red ')), 'brown red fox', 0],
	['writing right behind the words', fox, 'brown', (p) => (caret(p, ' fox'), type(p, 'ish')), 'brown', 0],
	['bold', fox, 'brown', (p) => (select(p, 'brown'), p.editor.editor.commands.toggleBold()), 'brown', 0],
	['Enter before the words', fox, 'brown', (p) => (caret(p, 'brown'), press(p, 'Enter')), 'brown', 1],
	['Enter inside the words', fox, 'brown', (p) => (caret(p, 'wn fox'), press(p, 'Enter')), 'bro¶wn', 1],
	['Enter behind the words', fox, 'brown', (p) => (caret(p, ' fox'), press(p, 'Enter')), 'brown', 0],
	[
		'paragraph to heading',
		fox,
		'brown',
		(p) => {
			caret(p, 'quick');
			const { view } = p.editor.editor;
			const heading = view.state.schema.nodes.heading;
			if (heading) setBlockType(heading, { level: 2, id: 'another' })(view.state, view.dispatch);
		},
		'brown',
		1
	],
	[
		'paragraph to heading by the toolbar',
		fox,
		'brown',
		(p) => (caret(p, 'quick'), p.editor.editor.commands.toggleHeading({ level: 1 })),
		'brown',
		1
	],
	[
		'wrapping in a quote',
		fox,
		'brown',
		(p) => {
			caret(p, 'quick');
			const { view } = p.editor.editor;
			const quote = view.state.schema.nodes.blockquote;
			if (quote) wrapIn(quote)(view.state, view.dispatch);
		},
		'brown',
		1
	],
	[
		'making a list of it',
		fox,
		'brown',
		(p) => (caret(p, 'quick'), p.editor.editor.commands.toggleBulletList()),
		'brown',
		1
	],
	[
		'joining with the line before',
		fox,
		'lazy',
		(p) => (caret(p, 'over'), p.editor.editor.commands.joinBackward()),
		'lazy',
		1
	],
	[
		'cut and paste',
		fox,
		'brown',
		(p) => {
			select(p, 'brown fox');
			const html = cut(p);
			p.rest();
			expect(p.found).toBe('detached');
			caret(p, 'lazy');
			p.editor.editor.view.pasteHTML(html);
		},
		'brown',
		1
	],
	[
		'dragging the words elsewhere',
		fox,
		'brown',
		(p) => {
			const { from, to } = rangeOf(p, 'brown ');
			const { view } = p.editor.editor;
			const slice = view.state.doc.slice(from, to);
			const tr = view.state.tr.delete(from, to);
			view.dispatch(tr.insert(tr.mapping.map(rangeOf(p, 'lazy').from), slice.content));
		},
		'brown',
		1
	],
	[
		'moving the line down and up by key',
		`${fox}<p>and sleeps</p>`,
		'brown',
		(p) => {
			caret(p, 'brown');
			for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp']) press(p, key, true);
			expect(p.editor.editor.state.doc.textContent).toBe(
				'over the lazy dogThe quick brown fox jumpsand sleeps'
			);
		},
		'brown',
		1
	],
	[
		'moving a list item by key',
		'<ul><li><p>call the landlord</p></li><li><p>visit the bank</p></li></ul><p>end</p>',
		'landlord',
		(p) => {
			caret(p, 'landlord');
			press(p, 'ArrowDown', true);
			expect(p.editor.editor.state.doc.textContent).toBe('visit the bankcall the landlordend');
		},
		'landlord',
		1
	],
	[
		'moving a table row',
		table,
		'landlord',
		(p) => {
			const { node, pos } = find(p, ({ type: { name } }) => name === 'tableRow');
			const last = find(
				p,
				({ type: { name }, textContent }) => name === 'tableRow' && textContent.includes('food')
			);
			const { tr } = p.editor.editor.state;
			tr.insert(last.pos + last.node.nodeSize, node).delete(pos, pos + node.nodeSize);
			p.editor.editor.view.dispatch(tr);
		},
		'landlord',
		1
	],
	[
		'moving what is in a table cell to another',
		table,
		'landlord',
		(p) => {
			const { node, pos } = find(
				p,
				({ type: { name }, textContent }) => name === 'paragraph' && textContent.includes('landlord')
			);
			p.editor.editor.view.dispatch(
				p.editor.editor.state.tr.setSelection(NodeSelection.create(p.editor.editor.state.doc, pos))
			);
			expect(node.textContent).toBe('call the landlord');
			const html = cut(p);
			p.editor.editor.commands.setTextSelection(rangeOf(p, 'food').to);
			p.editor.editor.view.pasteHTML(html);
		},
		'landlord',
		1
	],
	[
		'deleting the words',
		fox,
		'brown',
		(p) => (select(p, 'brown '), p.editor.editor.commands.deleteSelection()),
		'detached',
		0
	],
	[
		'deleting the words and undoing it',
		fox,
		'brown',
		(p) => {
			stopUndo(p);
			select(p, 'brown ');
			p.editor.editor.commands.deleteSelection();
			p.rest();
			expect(p.found).toBe('detached');
			p.editor.editor.commands.undo();
		},
		'brown',
		0
	]
];

function type({ editor }: Person, text: string) {
	const { view } = editor.editor;
	for (const letter of text) view.dispatch(view.state.tr.insertText(letter));
}

describe('[D3] the words of a thread', () => {
	test.each(edits)('are followed through %s', (_name, content, quote, act, expected, writes) => {
		const { amina, ben, late } = aThread(content, quote);
		act(amina);
		amina.rest();
		expect(amina.found).toBe(expected);
		expect(amina.discussion.reanchored).toBeLessThanOrEqual(writes);
		ben.rest();
		expect(ben.found).toBe(expected);
		expect(ben.discussion.reanchored).toBe(0);
		const chi = late();
		expect(chi.found).toBe(expected);
		const thread = chi.discussion.current.threads[0]?.id ?? '';
		expect(chi.words.stateOf(thread)).toBe(expected === 'detached' ? 'detached' : 'attached');
		// and nothing of it is in the body [D5]
		expect(amina.editor.editor.getHTML()).not.toContain('commented');
	});

	test('are followed through the edits of others, wherever they write', () => {
		const { amina, ben } = aThread(fox, 'brown');
		amina.editor.editor.commands.insertContentAt(1, 'Look: ');
		amina.editor.editor.commands.insertContentAt(amina.editor.editor.state.doc.content.size, '<p>end</p>');
		expect(ben.found).toBe('brown');
	});

	test('are found when they were commented on far from a network', () => {
		const { a, b, amina, ben, part } = aThread(fox, 'brown');
		part();
		const anchor = ben.words.anchorAt(rangeOf(ben, 'lazy'));
		if (!anchor) throw new Error('no words');
		caret(amina, 'the lazy');
		press(amina, 'Enter');
		amina.rest();
		connect(a, b);
		const thread = ben.discussion.startThread(anchor, 'Is it?', false);
		for (const person of [amina, ben]) {
			person.rest();
			const range = person.words.rangeOf(thread);
			expect(range && person.editor.editor.state.doc.textBetween(range.from, range.to)).toBe('lazy');
		}
	});

	test('stay with what is left of a section that was rewritten meanwhile, and keep the quote of what is gone', () => {
		const { a, b, amina, ben, part } = aThread(
			'<h2>Housing</h2><p>Amara lives with her mother in two rooms. She looks for a flat near the school, on the ground floor.</p>',
			'Amara'
		);
		part();
		const comment = (words: string) => {
			const anchor = ben.words.anchorAt(rangeOf(ben, words));
			if (!anchor) throw new Error('no words');
			return ben.discussion.startThread(anchor, `About ${words}`, false);
		};
		const [stays, edited, gone] = [
			comment('near the school'),
			comment('looks for a flat'),
			comment('in two rooms')
		];
		// the section is written anew around what he commented on
		const put = (words: string, others: string) => {
			select(amina, words);
			amina.editor.editor.commands.deleteSelection();
			type(amina, others);
		};
		put(' in two rooms', ' and waits');
		put('She looks for', 'Since May they have been looking for');
		caret(amina, 'Since May');
		press(amina, 'Enter');
		amina.editor.editor.commands.toggleBulletList();
		put('ground', 'first');
		amina.rest();
		connect(a, b);
		for (const person of [amina, ben, amina]) {
			person.rest();
			const at = (thread: string) => {
				const range = person.words.rangeOf(thread);
				return range ? person.editor.editor.state.doc.textBetween(range.from, range.to) : null;
			};
			expect(at(stays)).toBe('near the school');
			expect([null, 'looking for a flat', 'a flat']).toContain(at(edited));
			expect([at(gone), person.words.stateOf(gone)]).toEqual([null, 'detached']);
		}
		const lost = amina.discussion.current.threads.find(({ id }) => id === gone);
		expect(lost?.anchor.quote.exact).toBe('in two rooms');
	});

	test('one pause after much writing gives one anchor for each thread that needs it', () => {
		const { amina, lane } = aThread(fox, 'brown');
		const anchor = amina.words.anchorAt(rangeOf(amina, 'lazy'));
		if (anchor) new TestDiscussion(lane, 'Ben', 'editor').startThread(anchor, 'And this?', false);
		amina.rest();
		for (let times = 0; times < 5; times++) {
			caret(amina, 'brown');
			press(amina, 'Enter');
			type(amina, 'and ');
		}
		amina.rest();
		expect(amina.found).toBe('brown');
		expect(amina.discussion.reanchored).toBe(1);
	});
});

test('1,000 threads are all at their words, and stay there letter by letter', () => {
	const [a, b] = [new TestDocument('Amina'), new TestDocument('Ben')];
	connect(a, b);
	const lane = new SharedLane();
	const amina = join(a, lane, 'Amina');
	const lines = Array.from({ length: 500 }, (_, n) => `<p>Line ${n} alpha${n} and beta${n} of the notes</p>`);
	amina.editor.editor.commands.setContent(lines.join(''));
	const words = Array.from({ length: 500 }, (_, n) => [`alpha${n}`, `beta${n}`]).flat();
	const threads = words.map((word, n) => {
		const anchor = amina.words.anchorAt(rangeOf(amina, word));
		if (!anchor) throw new Error(`no ${word}`);
		return said(anchor, n);
	});
	lane.operations = threads;
	amina.rest();
	const marked = () =>
		[...amina.editor.editor.view.dom.querySelectorAll('.commented')].map((mark) => mark.textContent);
	expect(marked()).toEqual(words);
	for (let n = 0; n < 500; n += 50) {
		amina.editor.editor.commands.setTextSelection(rangeOf(amina, `alpha${n}`).from);
		type(amina, 'x');
	}
	expect(marked()).toEqual(words);
	expect(threads.filter(({ operation }) => amina.words.stateOf(operation.id) !== 'attached')).toEqual([]);
	expect(amina.discussion.reanchored).toBe(0);
});

let count = 0;
function said(anchor: NonNullable<ReturnType<AnchoredWords['anchorAt']>>, n: number) {
	const id = `Ben.${String(++count).padStart(22, '0')}` as const;
	const operation = { v: 1, id, lamport: n, at: 0, type: 'thread', anchor, text: 'So?' } as const;
	return { operation, author: 'Ben', role: 'editor' } as const;
}

test('[D4] who removed the words says so once, and not of words that were cut and put back', () => {
	const { amina, ben, lane } = aThread(
		'<p>One.</p><p>Amara lives with her mother.</p><p>End.</p>',
		'her mother'
	);
	const told = () => lane.operations.filter(({ operation }) => operation.type === 'detached');
	select(amina, 'Amara lives with her mother.');
	const html = cut(amina);
	caret(amina, 'End.');
	amina.editor.editor.view.pasteHTML(html);
	for (const person of [amina, ben, amina]) person.rest();
	expect([amina.found, told()]).toEqual(['her mother', []]);

	select(amina, 'lives with her mother');
	amina.editor.editor.commands.deleteSelection();
	for (const person of [amina, ben, amina]) person.rest();
	expect(amina.found).toBe('detached');
	expect(told()).toMatchObject([{ author: 'Amina' }]);
	expect(lane.current.threads[0]?.removed?.by).toBe('Amina');
});
