/**
 * Does not show what two people carried over at once a second time (casework/derive/doubles.ts).
 * Must never: delete it. As soon as somebody's words stand in it, it is shown.
 */
import { Extension } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { isDouble } from '#lib/casework/derive/doubles.ts';
import { isCarriedId } from '#lib/casework/derive/source.ts';
import type { ReadingBlock, ReadingPart } from '#lib/casework/read-blocks.ts';

const key = new PluginKey<DecorationSet>('hideDoubles');

export const HideDoubles = Extension.create({
	name: 'hideDoubles',
	addProseMirrorPlugins: () => [
		new Plugin<DecorationSet>({
			key,
			state: {
				init: (_, { doc }) => doublesIn(doc),
				apply: (transaction, before) => (transaction.docChanged ? doublesIn(transaction.doc) : before)
			},
			props: { decorations: (state) => key.getState(state) }
		})
	]
});

function doublesIn(doc: Node): DecorationSet {
	const seen = new Set<string>();
	const hidden: Decoration[] = [];
	doc.descendants((node, pos) => {
		if (node.isTextblock && !isCarriedId(node.attrs.id)) return false;
		if (isCarriedId(node.attrs.id) && isDouble(readingOf(node), seen)) {
			hidden.push(Decoration.node(pos, pos + node.nodeSize, { class: 'double' }));
			return false;
		}
		return !node.isTextblock;
	});
	return hidden.length === 0 ? DecorationSet.empty : DecorationSet.create(doc, hidden);
}

function readingOf(node: Node): ReadingBlock {
	const content: ReadingPart[] = [];
	node.forEach((child) =>
		content.push(child.isText ? { type: 'text', text: child.text ?? '', marks: [] } : readingOf(child))
	);
	const attributes = Object.fromEntries(
		Object.entries(node.attrs as Record<string, unknown>).filter(([, value]) => value !== null)
	);
	return { type: 'block', name: node.type.name, attributes, content };
}
