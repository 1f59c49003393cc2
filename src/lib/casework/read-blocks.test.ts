import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { readBlocks, textOf } from './read-blocks.ts';
import { BODY_FIELD } from './schema-version.ts';

function written(build: (body: Y.XmlFragment) => void): Y.XmlFragment {
	const body = new Y.Doc().getXmlFragment(BODY_FIELD);
	build(body);
	return body;
}

test('[V1] reads nodes and marks that no schema of ours knows, word for word', () => {
	const body = written((root) => {
		const hologram = new Y.XmlElement('hologram');
		hologram.setAttribute('depth', '3');
		const text = new Y.XmlText();
		text.insert(0, 'needs ');
		text.insert(6, 'housing', { shimmer: { hue: 3 } });
		hologram.insert(0, [text]);
		root.insert(0, [hologram]);
	});
	expect(readBlocks(body)).toEqual([
		{
			type: 'block',
			name: 'hologram',
			attributes: { depth: '3' },
			content: [
				{ type: 'text', text: 'needs ', marks: [] },
				{ type: 'text', text: 'housing', marks: [{ name: 'shimmer', attributes: { hue: 3 } }] }
			]
		}
	]);
});

test('two overlapping notes on one word are two marks of one name', () => {
	const body = written((root) => {
		const text = new Y.XmlText();
		root.insert(0, [text]);
		text.insert(0, 'word', { 'note--abcdefg=': { ref: 'a' }, 'note--hijklmn=': { ref: 'b' } });
	});
	const [part] = readBlocks(body);
	expect(part?.type === 'text' && part.marks.map((mark) => mark.name)).toEqual(['note', 'note']);
});

test('keeps the text of a document nested deeper than any person nests', () => {
	const body = written((root) => {
		let inner: Y.XmlFragment = root;
		for (let depth = 0; depth < 400; depth++) {
			const quote = new Y.XmlElement('blockquote');
			inner.insert(0, [quote]);
			inner = quote;
		}
		inner.insert(0, [new Y.XmlText('at the bottom')]);
	});
	expect(textOf(readBlocks(body)).trim()).toBe('at the bottom');
});

test('reading changes nothing', () => {
	const body = written((root) => root.insert(0, [new Y.XmlElement('paragraph')]));
	let updates = 0;
	body.doc?.on('update', () => updates++);
	readBlocks(body);
	expect(updates).toBe(0);
});
