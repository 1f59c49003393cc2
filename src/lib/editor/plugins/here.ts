/** Marks the line with the caret and the case blocks around it, so that fields and placeholders appear where one writes. */
import { Extension } from '@tiptap/core';
import { Plugin, type EditorState } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { blockSpecs } from '#lib/casework/block-specs.ts';

const caseBlocks = new Set(blockSpecs.map((spec) => spec.name));

export const Here = Extension.create({
	name: 'here',
	addProseMirrorPlugins() {
		const { editor } = this;
		return [
			new Plugin({
				props: {
					decorations: (state) => (editor.isEditable ? decorationsAround(state) : DecorationSet.empty)
				}
			})
		];
	}
});

function decorationsAround({ doc, selection }: EditorState): DecorationSet {
	const { $from } = selection;
	const found: Decoration[] = [];
	for (let depth = $from.depth; depth > 0; depth--) {
		const node = $from.node(depth);
		const at: [number, number] = [$from.before(depth), $from.after(depth)];
		if (caseBlocks.has(node.type.name))
			found.push(Decoration.node(...at, { class: 'is-active' }, { active: true }));
		else if (node.isTextblock && selection.empty) found.push(Decoration.node(...at, { class: 'is-here' }));
	}
	return DecorationSet.create(doc, found);
}
