import { getSchema } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { EditorState } from '@tiptap/pm/state';
import { expect, test } from 'vitest';
import { schemaExtensions } from '#lib/casework/schema.ts';
import { makeAnchor, resolveAnchor, type Anchor } from '#lib/discussion/anchor.ts';
import { EditedText, type Range } from '#lib/discussion/edited-text.fixture.ts';
import { editAtRandom } from '#lib/discussion/random-edits.fixture.ts';
import type { Change } from '#lib/discussion/suggestion.ts';
import { caseNotes } from '../../../../tests/support/case-notes.ts';
import { seededRandom, seeds, type Random } from '../../../../tests/support/random.ts';
import { planOf, proposalOf, writeChange } from './plan-change.ts';

const schema = getSchema(schemaExtensions);
const NEW = 'Ξproposed wordsΞ';

interface Suggested {
	readonly anchor: Anchor;
	readonly change: Change;
	/** Names of the letters it is about: of an insertion, those it stands beside. */
	readonly names: ReadonlySet<number>;
}

/** The editor's positions are those of the edited text. */
function docOf({ lines }: EditedText): Node {
	const paragraphs = lines.map(({ text }) =>
		schema.node('paragraph', null, text === '' ? [] : schema.text(text))
	);
	return schema.node('doc', null, paragraphs);
}

function suggestIn(document: EditedText, random: Random): Suggested | null {
	const { blocks } = document;
	const block = random.pick(blocks.filter(({ text }) => text.length > 20));
	const from = block.from + random.below(block.text.length - 10);
	const range: Range = {
		from,
		to: random.chance(0.3) ? from : from + 1 + random.below(block.from + block.text.length - from)
	};
	const text = range.from === range.to || random.chance(0.6) ? NEW : '';
	const proposed = proposalOf(docOf(document), range, text);
	if (!proposed.ok) return null;
	const { words, change } = proposed;
	const anchor = makeAnchor(blocks, words.from, words.to, document.relativeOf(words));
	return { anchor, change, names: new Set(document.namesIn(words)) };
}

test('[D6] what is accepted after any edits is in the text exactly once, and takes out no other words', () => {
	const shares = { accepted: 0, asked: 0, detached: 0 };
	for (const seed of seeds(50)) {
		const random = seededRandom(seed);
		const document = new EditedText();
		for (let left = 3 + random.below(6); left > 0; left--)
			document.insertLine(document.lines.length, random.pick(caseNotes));
		const suggested = Array.from({ length: 8 }, () => suggestIn(document, random)).filter(
			(one) => one !== null
		);
		for (let edits = random.below(25); edits >= 0; edits--) editAtRandom(document, caseNotes, random);
		const doc = docOf(document);
		for (const { anchor, change, names } of suggested) {
			const found = resolveAnchor(anchor, document.blocks, document.absoluteOf(anchor.relative));
			if (found.state === 'detached') {
				shares.detached++;
				continue;
			}
			const plan = planOf(doc, change, found, anchor.quote.exact);
			if (plan.changed) {
				shares.asked++; // both are shown, and a person decides
				continue;
			}
			shares.accepted++;
			const said = `seed ${seed}: ${JSON.stringify(change)}`;
			const { doc: after } = writeChange(EditorState.create({ doc }).tr, plan);
			const text = (node: Node) => node.textBetween(0, node.content.size, '\n');
			const times = text(after).split(NEW).length - 1;
			expect(times, said).toBe(change.kind !== 'delete' && change.text.includes(NEW) ? 1 : 0);
			const [before, now] = [text(doc), text(after)];
			const taken = change.kind === 'insert' ? 0 : plan.now.length;
			expect(now.length, said).toBe(before.length - taken + plan.text.length);
			const out = document.namesIn(plan);
			const own = out.filter((name) => names.has(name)).length;
			const isTwin = change.kind !== 'insert' && plan.now.trim() === change.words.trim();
			// a sentence that somebody wrote a second time cannot be told from the first (see discussion/README.md)
			expect(out.length === 0 || own > 0 || isTwin, said).toBe(true);
		}
	}
	const all = shares.accepted + shares.asked + shares.detached;
	console.info(`${all} suggestions: ${JSON.stringify(shares)}`);
	expect(shares.accepted / all).toBeGreaterThan(0.5);
});
