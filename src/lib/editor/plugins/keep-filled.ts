/**
 * The schema lets every block be empty, so that merges stay valid [V3]. A person needs a line to write in: after the
 * user's own edits an empty cell, list item or text gets one, and an empty list or table goes.
 * Must never: act on what others changed.
 */
import { Extension } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { Plugin, TextSelection, type EditorState, type Transaction } from '@tiptap/pm/state';
import { blockSpecs } from '#lib/casework/block-specs.ts';
import { structuralRanges } from './user-steps.ts';

const filledWith: Readonly<Record<string, string>> = {
	doc: 'paragraph',
	listItem: 'paragraph',
	taskItem: 'paragraph',
	blockquote: 'paragraph',
	tableCell: 'paragraph',
	tableHeader: 'paragraph',
	...Object.fromEntries(blockSpecs.map((spec) => [spec.name, 'blockTitle']))
};
const goneWhenEmpty = new Set(['bulletList', 'orderedList', 'taskList', 'tableRow', 'table']);

export const KeepFilled = Extension.create({
	name: 'keepFilled',
	addProseMirrorPlugins: () => [
		new Plugin({
			appendTransaction: keepFilled,
			props: {
				handleDOMEvents: {
					// a document in which nobody has written yet has no line at all
					focus: (view) => {
						if (view.editable && view.state.doc.childCount === 0) view.dispatch(fillEmptyText(view.state));
						return false;
					}
				}
			}
		})
	]
});

function fillEmptyText({ tr, schema }: EditorState): Transaction {
	const paragraph = schema.nodes.paragraph?.create();
	if (paragraph) tr.insert(0, paragraph).setSelection(TextSelection.create(tr.doc, 1));
	return tr;
}

function keepFilled(
	transactions: readonly Transaction[],
	before: EditorState,
	after: EditorState
): Transaction | null {
	const ranges = structuralRanges(transactions, before.doc);
	if (ranges.length === 0) return null;
	if (after.doc.childCount === 0) return fillEmptyText(after);
	const empty: { node: Node; pos: number }[] = [];
	for (const { from, to } of ranges) {
		const start = Math.max(0, from - 1);
		after.doc.nodesBetween(start, Math.max(start, Math.min(to + 1, after.doc.content.size)), (node, pos) => {
			if (node.childCount === 0 && !node.isTextblock && !node.isAtom) empty.push({ node, pos });
		});
	}
	const transaction = after.tr;
	for (const { node, pos } of empty.sort((a, b) => b.pos - a.pos)) {
		const at = transaction.mapping.map(pos);
		if (transaction.doc.nodeAt(at) !== node) continue; // found in two ranges
		const filling = after.schema.nodes[filledWith[node.type.name] ?? '']?.create();
		if (filling) transaction.insert(at + 1, filling);
		else if (goneWhenEmpty.has(node.type.name)) transaction.delete(at, at + node.nodeSize);
	}
	return transaction.docChanged ? transaction : null;
}
