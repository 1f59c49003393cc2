/** Two people in one line: whatever a colleague does to it, what one types next stands where one was writing. */
import { afterEach, expect, test } from 'vitest';
import type { CaseEditor } from './case-editor.svelte.ts';
import { connect, edit, TestDocument } from './testing/two-editors.svelte.ts';

const opened: CaseEditor[] = [];
afterEach(() => {
	for (const editor of opened.splice(0)) editor.close();
	document.body.replaceChildren();
});

const LINE = 'She slept well.';
const PLAN = `<p data-id="a">First line.</p><p data-id="b">${LINE}</p><section data-block="goal" data-id="c"><p data-block-title data-id="d">A room</p></section><p data-id="e">Last.</p>`;

const linesOf = ({ editor }: CaseEditor) => {
	const lines: string[] = [];
	editor.state.doc.descendants((node) => void (node.isTextblock && lines.push(node.textContent)));
	return lines;
};

/** Where the text of this line begins. */
function startOf({ editor }: CaseEditor, line: string): number {
	let start = -1;
	editor.state.doc.descendants((node, pos) => {
		if (node.isTextblock && node.textContent === line) start = pos + 1;
	});
	return start;
}

function aminaAndBen() {
	const [a, b] = [new TestDocument('Amina'), new TestDocument('Ben')];
	connect(a, b);
	b.write(PLAN);
	const [amina, ben] = [edit(a), edit(b)];
	opened.push(amina, ben);
	return { amina, ben, at: (letter: number) => startOf(ben, LINE) + letter };
}

type Act = (ben: CaseEditor['editor'], at: (letter: number) => number, whole: CaseEditor) => unknown;

const acts: readonly [what: string, caret: number, act: Act, expected: readonly string[]][] = [
	[
		'writes before it',
		9,
		(ben, at) => ben.commands.insertContentAt(at(0), 'Yes: '),
		['Yes: She slept! well.']
	],
	[
		'writes behind it',
		9,
		(ben, at) => ben.commands.insertContentAt(at(15), ' Yes.'),
		['She slept! well. Yes.']
	],
	[
		'replaces words before it',
		15,
		(ben, at) => ben.commands.insertContentAt({ from: at(0), to: at(3) }, 'Rosa'),
		['Rosa slept well.!']
	],
	[
		'takes out the words around it',
		9,
		(ben, at) => ben.commands.deleteRange({ from: at(4), to: at(14) }),
		['She !.']
	],
	[
		'makes words around it bold',
		9,
		(ben, at) =>
			ben
				.chain()
				.setTextSelection({ from: at(0), to: at(12) })
				.toggleBold()
				.run(),
		['She slept! well.']
	],
	[
		'divides the line before it',
		9,
		(ben, at) => ben.chain().setTextSelection(at(4)).splitBlock().run(),
		['She ', 'slept! well.']
	],
	[
		'divides the line before its end',
		15,
		(ben, at) => ben.chain().setTextSelection(at(4)).splitBlock().run(),
		['She ', 'slept well.!']
	],
	[
		'divides the line behind it',
		4,
		(ben, at) => ben.chain().setTextSelection(at(9)).splitBlock().run(),
		['She !slept', ' well.']
	],
	[
		'puts a line before it',
		0,
		(ben, at) => ben.chain().setTextSelection(at(0)).splitBlock().run(),
		['', '!She slept well.']
	],
	[
		'makes a heading of the line',
		15,
		(ben, at) => ben.chain().setTextSelection(at(0)).setNode('heading', { level: 2 }).run(),
		['She slept well.!']
	],
	[
		'makes a heading of it while one is between two words',
		10,
		(ben, at) => ben.chain().setTextSelection(at(0)).setNode('heading', { level: 2 }).run(),
		['She slept !well.']
	],
	[
		'makes a quote of the line',
		9,
		(ben, at) => ben.chain().setTextSelection(at(0)).wrapIn('blockquote').run(),
		['She slept! well.']
	],
	[
		'makes a list of the line',
		9,
		(ben, at) => ben.chain().setTextSelection(at(0)).toggleBulletList().run(),
		['She slept! well.']
	],
	[
		'moves the line up',
		9,
		(ben, at, whole) => (ben.commands.setTextSelection(at(3)), whole.mover.step(-1)),
		['She slept! well.']
	]
];

test.each(acts)('a colleague %s', (_, caret, act, expected) => {
	const { amina, ben, at } = aminaAndBen();
	amina.editor.commands.setTextSelection(startOf(amina, LINE) + caret);
	act(ben.editor, at, ben);
	amina.editor.commands.insertContent('!');
	const others = ['First line.', 'A room', 'Last.'];
	expect(linesOf(amina).filter((line) => !others.includes(line))).toEqual(expected);
	expect(linesOf(amina)).toEqual(expect.arrayContaining(others));
	expect(linesOf(ben)).toEqual(linesOf(amina));
});

test('a colleague joins the line to the one before it', () => {
	const { amina, ben, at } = aminaAndBen();
	amina.editor.commands.setTextSelection(startOf(amina, LINE) + 9);
	ben.editor.chain().setTextSelection(at(0)).joinBackward().run();
	amina.editor.commands.insertContent('!');
	expect(linesOf(amina)).toEqual(['First line.She slept! well.', 'A room', 'Last.']);
});

test('a colleague takes out the line, and the same words stand elsewhere: nothing is written there', () => {
	const { amina, ben, at } = aminaAndBen();
	ben.editor.commands.insertContentAt(0, `<p>${LINE}</p>`);
	amina.editor.commands.setTextSelection(startOf(amina, LINE) + 9);
	ben.editor.commands.deleteRange({ from: at(-1), to: at(16) });
	amina.editor.commands.insertContent('!');
	expect(linesOf(amina)[0]).toBe(LINE);
});

test('what is selected stays selected', () => {
	const { amina, ben, at } = aminaAndBen();
	const start = startOf(amina, LINE);
	amina.editor.commands.setTextSelection({ from: start + 4, to: start + 9 });
	ben.editor.chain().setTextSelection(at(0)).setNode('heading', { level: 2 }).run();
	ben.editor.commands.insertContentAt(startOf(ben, LINE), 'Yes: ');
	const { from, to } = amina.editor.state.selection;
	expect(amina.editor.state.doc.textBetween(from, to)).toBe('slept');
});
