/**
 * Gives an id to every block that the user makes, and a new one to every block that is pasted.
 * Must never: give ids to blocks that others made. (Why not @tiptap/extension-unique-id: it fills and repairs ids while
 * it answers the first change from the shared document.)
 */
import { Extension } from '@tiptap/core';
import { Fragment, type Node, Slice } from '@tiptap/pm/model';
import { Plugin, type EditorState, type Transaction } from '@tiptap/pm/state';
import { newBlockId } from '#lib/casework/block-id.ts';
import { blocksWithId } from '#lib/casework/blocks/common-attributes.ts';
import { structuralRanges } from './user-steps.ts';

const hasId = new Set(blocksWithId);

export const BlockIds = Extension.create({
	name: 'blockIds',
	addProseMirrorPlugins: () => [
		new Plugin({
			appendTransaction: giveIds,
			props: {
				// what is dragged within the text is moved and keeps its ids
				transformPasted: (slice, view) =>
					view.dragging ? slice : new Slice(withoutIds(slice.content), slice.openStart, slice.openEnd)
			}
		})
	]
});

function giveIds(
	transactions: readonly Transaction[],
	before: EditorState,
	after: EditorState
): Transaction | null {
	const ranges = structuralRanges(transactions, before.doc);
	if (ranges.length === 0) return null;
	const made: { node: Node; pos: number }[] = [];
	const uses = new Map<unknown, number>();
	after.doc.descendants((node, pos) => {
		if (!hasId.has(node.type.name)) return !node.isTextblock;
		uses.set(node.attrs.id, (uses.get(node.attrs.id) ?? 0) + 1);
		if (ranges.some((range) => pos >= range.from && pos < range.to)) made.push({ node, pos });
		return !node.isTextblock;
	});

	const transaction = after.tr;
	for (const { node, pos } of made) {
		const times = uses.get(node.attrs.id) ?? 0;
		if (node.attrs.id !== null && times < 2) continue;
		uses.set(node.attrs.id, times - 1);
		transaction.setNodeAttribute(pos, 'id', newBlockId());
	}
	return transaction.docChanged ? transaction.setStoredMarks(after.storedMarks) : null;
}

function withoutIds(content: Fragment): Fragment {
	const nodes: Node[] = [];
	content.forEach((node) => {
		if (node.isText) nodes.push(node);
		else if (!hasId.has(node.type.name)) nodes.push(node.copy(withoutIds(node.content)));
		else nodes.push(node.type.create({ ...node.attrs, id: null }, withoutIds(node.content), node.marks));
	});
	return Fragment.from(nodes);
}
