import { toBase64UrlEncoded } from 'lib0/buffer';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { seededRandom } from '../../../tests/support/random.ts';
import { makeAnchor, resolveAnchor, type Anchor, type TextBlock } from './anchor.ts';
import { EditedText } from './edited-text.fixture.ts';
import { readAnchor } from './read-anchor.ts';
import { readRelativePosition } from './relative.ts';

const LINES = [
	'Housing',
	'The landlord asked for the quick repair of the brown door before winter.',
	'Health',
	'She takes her medicine daily and sleeps well. Her sister visits on Sundays.',
	'Weekly'
];

function written(lines: readonly string[] = LINES): EditedText {
	const document = new EditedText();
	lines.forEach((line, at) =>
		document.insertLine(at, line, { isHeading: line === 'Housing' || line === 'Health' })
	);
	return document;
}

function anchorOn(document: EditedText, words: string, nth = 0): Anchor {
	const starts = document.blocks.flatMap(({ text, from }) =>
		[...text.matchAll(new RegExp(words, 'g'))].map(({ index }) => from + index)
	);
	const range = { from: starts[nth] ?? 0, to: (starts[nth] ?? 0) + words.length };
	return makeAnchor(document.blocks, range.from, range.to, document.relativeOf(range));
}

function resolved(document: EditedText, anchor: Anchor) {
	const found = resolveAnchor(anchor, document.blocks, document.absoluteOf(anchor.relative));
	return { ...found, text: found.state === 'detached' ? null : document.textIn(found) };
}

describe('[D3] Edits that break plain relative positions', () => {
	const edits: readonly [name: string, edit: (document: EditedText) => void, reads?: string][] = [
		['Enter before the word', (document) => document.split(1, 30)],
		['Enter inside the word', (document) => document.split(1, 49), 'br\nown'],
		['paragraph → heading', (document) => document.turn(1, true)],
		['wrapped in a quotation', (document) => document.wrap(1)],
		['joined to the line above', (document) => document.join(0)],
		[
			'its sentence cut and pasted',
			(document) => document.insert(3, 0, document.remove(1, 0, document.lines[1]?.text.length ?? 0))
		],
		['its line cut and pasted', (document) => document.moveLine(1, 3, false)],
		['its table cell moved', (document) => document.moveLine(1, 4, true)]
	];

	test.each(edits)('%s', (_name, edit, reads = 'brown') => {
		const document = written();
		const anchor = anchorOn(document, 'brown');
		edit(document);
		const alone = document.absoluteOf(anchor.relative);
		expect(alone === null ? null : document.textIn(alone)).not.toBe(reads);
		expect(resolved(document, anchor)).toMatchObject({ text: reads, changed: false });
	});
});

describe('[D3] Edits that relative positions follow', () => {
	test('words written before, behind and into the words', () => {
		const document = written();
		const anchor = anchorOn(document, 'the quick repair');
		for (const [words, before] of [
			[' now', ' of the brown'],
			['and cheap ', 'repair'],
			['here and ', 'the quick']
		] as const)
			document.insert(1, document.lines[1]?.text.indexOf(before) ?? 0, words);
		expect(resolved(document, anchor)).toMatchObject({ state: 'attached', layer: 'relative', changed: true });
		expect(resolved(document, anchor).text).toBe('the quick and cheap repair');
	});

	test('the same words elsewhere do not attract a thread that is at home', () => {
		const document = written();
		const anchor = anchorOn(document, 'brown door');
		document.copyLine(1, 0);
		expect(resolved(document, anchor)).toMatchObject({ state: 'attached', layer: 'relative' });
		expect(resolved(document, anchor).from).toBeGreaterThan(document.blocks[1]?.from ?? 0);
	});
});

describe('[D4] A thread is never on other words', () => {
	test('words deleted: detached', () => {
		const document = written();
		const anchor = anchorOn(document, 'brown');
		document.remove(1, 47, 53);
		expect(resolved(document, anchor)).toMatchObject({ state: 'detached', from: null });
	});

	test('words replaced by others in their place: detached', () => {
		const document = written();
		const anchor = anchorOn(document, 'brown door');
		document.remove(1, 47, 57);
		document.insert(1, 47, 'leaking roof');
		expect(resolved(document, anchor).state).toBe('detached');
	});

	test('a sentence that stood there twice: the one that is left does not inherit the thread', () => {
		const twice = 'Client attended. Daily follow-up this week. Next visit Monday.';
		const document = written([twice, 'Something else.', twice]);
		const anchor = anchorOn(document, 'Daily follow-up this week.', 1);
		document.removeLine(2);
		expect(resolved(document, anchor).state).toBe('detached');
	});

	test('one of several equal ones is known by the headings over it', () => {
		const twice =
			'The client attended the appointment today. Daily follow-up this week. The next visit is planned for Monday.';
		const document = written(['Housing', twice, 'Health', twice]);
		const anchor = anchorOn(document, 'Daily follow-up', 1);
		document.moveLine(3, 3, false);
		expect(resolved(document, anchor)).toMatchObject({ state: 'moved', layer: 'heading' });
		expect(resolved(document, anchor).from).toBeGreaterThan(document.blocks[3]?.from ?? 0);
	});

	test('a short word pasted where nothing around it is the same: detached, for it could be any', () => {
		const document = written();
		const anchor = anchorOn(document, 'brown');
		document.insert(4, 0, document.remove(1, 47, 53));
		expect(resolved(document, anchor).state).toBe('detached');
	});

	test('part of a word is not the word', () => {
		const blocks = (text: string): TextBlock[] => [{ id: null, text, from: 1, headings: [] }];
		const nowhere = { start: '', end: '' };
		const anchor = makeAnchor(blocks('they met the rapist in court on Monday'), 10, 20, nowhere);
		expect(anchor.quote.exact).toBe('the rapist');
		const therapist = blocks('they met therapist in court on Monday');
		expect(resolveAnchor(anchor, therapist, null).state).toBe('detached');
		expect(resolveAnchor(anchor, therapist, { from: 10, to: 19 })).toMatchObject({ changed: true });

		const age = makeAnchor(blocks('by age group of all children and their parents'), 4, 7, nowhere);
		expect(age.quote.exact).toBe('age');
		const manage = blocks('they manage group of all children and their parents');
		expect(resolveAnchor(age, manage, null).state).toBe('detached');
	});
});

describe('An anchor', () => {
	test('over two lines, and over very many', () => {
		const many = Array.from(
			{ length: 200 },
			(_, i) => `Line ${i} is about matter ${i * 7919} and nothing else.`
		);
		const document = written(many);
		const range = { from: document.positionOf(3, 5), to: document.positionOf(150, 10) };
		const anchor = makeAnchor(document.blocks, range.from, range.to, document.relativeOf(range));
		expect(anchor.quote.exact).toHaveLength(2000);
		expect(anchor.quote.length).toBe(document.textIn(range).length);
		expect(resolved(document, anchor)).toMatchObject({ ...range, state: 'attached', changed: false });
		document.insertLine(0, 'A new beginning.');
		for (const line of [4, 151]) document.turn(line, true);
		expect(resolved(document, anchor)).toMatchObject({
			state: 'moved',
			from: document.positionOf(4, 5),
			to: document.positionOf(151, 10)
		});
	});

	test('goes through the lane as it is; broken and boundless ones do not', () => {
		const anchor = anchorOn(written(), 'brown');
		expect(readAnchor(JSON.parse(JSON.stringify(anchor)))).toEqual(anchor);
		const long = 'x'.repeat(2001);
		for (const broken of [
			null,
			{ ...anchor, quote: { ...anchor.quote, exact: long, length: 2001 } },
			{ ...anchor, quote: { ...anchor.quote, prefix: long } },
			{ ...anchor, quote: { ...anchor.quote, length: 1 } },
			{ ...anchor, block: { id: 'a', from: 3, to: 2 } },
			{ ...anchor, relative: { start: long, end: '' } },
			{ ...anchor, headings: [1] },
			{ ...anchor, rivals: { document: -2, headings: 0, block: 0 } }
		])
			expect(readAnchor(broken)).toBeNull();
	});

	test('an invented relative position is nowhere, and never throws', () => {
		const document = written();
		const random = seededRandom(4);
		const roots = document.doc.share.size;
		for (let i = 0; i < 20_000; i++) {
			const bytes = Uint8Array.from({ length: random.below(12) }, () =>
				random.chance(0.5) ? random.below(4) : random.below(256)
			);
			const text = toBase64UrlEncoded(bytes) + (random.chance(0.1) ? '%' : '');
			const position = readRelativePosition(text);
			if (position !== null) Y.createAbsolutePositionFromRelativePosition(position, document.doc);
		}
		expect(document.doc.share.size).toBe(roots);
	});

	test('a thousand are found in a long document without their relative positions', () => {
		const lines = Array.from(
			{ length: 2000 },
			(_, i) => `Line ${i} is about matter ${i * 7919} and nothing else.`
		);
		const document = written(lines);
		const { blocks } = document;
		const nowhere = { start: '', end: '' };
		const anchors = blocks.slice(0, 1000).map(({ from }) => makeAnchor(blocks, from + 5, from + 22, nowhere));
		const again = document.blocks;
		const states = anchors.map((anchor) => resolveAnchor(anchor, again, null).state);
		expect(new Set(states)).toEqual(new Set(['attached']));
	});
});
