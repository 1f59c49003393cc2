/**
 * The keyboard in case blocks: Enter goes on (a goal with its first step, a step with the next), Enter in an empty one
 * leaves, Backspace in an empty one removes it, Tab goes to its fields.
 */
import { Extension, type Editor } from '@tiptap/core';
import type { Node, ResolvedPos } from '@tiptap/pm/model';
import {
	NodeSelection,
	Selection,
	TextSelection,
	type EditorState,
	type Transaction
} from '@tiptap/pm/state';
import type { BlockSpec } from '#lib/casework/blocks/block-spec.ts';
import { blockSpec } from '#lib/casework/block-specs.ts';
import { isBlank } from '../blocks/blank.ts';
import { focusFirstField } from '../blocks/node-view.svelte.ts';

interface Place {
	readonly spec: BlockSpec;
	readonly block: Node;
	/** Position before and after the block. */
	readonly from: number;
	readonly to: number;
}

export const BlockKeys = Extension.create({
	name: 'blockKeys',
	priority: 1100, // before lists and Tiptap's own Enter
	addKeyboardShortcuts() {
		const run = (act: (state: EditorState) => Transaction | boolean) => () => apply(this.editor, act);
		return {
			Enter: run((state) => goOn(state) || nextField(state) || leaveBlock(state) || lineBefore(state)),
			'Mod-Enter': run((state) => lineAfterBlock(state)),
			Backspace: run(removeEmpty),
			Tab: () => {
				const place = titlePlace(this.editor.state.selection);
				return place !== null && focusFirstField(this.editor.view.nodeDOM(place.from));
			}
		};
	}
});

function apply(editor: Editor, act: (state: EditorState) => Transaction | boolean): boolean {
	const result = act(editor.state);
	if (typeof result === 'boolean') return result;
	editor.view.dispatch(result.scrollIntoView());
	return true;
}

/** The block whose title holds the caret. */
function titlePlace({ $from, empty }: Selection): Place | null {
	return empty && $from.parent.type.name === 'blockTitle' ? placeAt($from, $from.depth - 1) : null;
}

function placeAt($pos: ResolvedPos, depth: number): Place | null {
	const spec = depth > 0 ? blockSpec($pos.node(depth).type.name) : null;
	return spec ? { spec, block: $pos.node(depth), from: $pos.before(depth), to: $pos.after(depth) } : null;
}

function goOn(state: EditorState): Transaction | false {
	const { tr, selection, schema } = state;
	const { $from } = selection;
	const place = titlePlace(selection);
	const paragraph = schema.nodes.paragraph;
	if (!place || !paragraph) return false;
	const { spec, block, from, to } = place;
	if (isBlank(block) && block.childCount === 1) {
		tr.replaceWith(from, to, paragraph.create());
		return tr.setSelection(TextSelection.create(tr.doc, from + 1));
	}
	const next = schema.nodes[spec.goesOnWith ?? ''];
	const title = schema.nodes.blockTitle;
	const inside = next !== block.type;
	// before the first letter: the block keeps its words and its fields, and something empty comes before it
	if ($from.parentOffset === 0 && $from.parent.content.size > 0) {
		return tr.insert(
			from,
			inside || !title ? paragraph.create() : next.create(carried(block), title.create())
		);
	}
	const rest = $from.parent.content.cut($from.parentOffset);
	// ready-made lines come next
	const after = block.childCount > 1 ? block.child(1) : null;
	if (!next && rest.size === 0 && after?.isTextblock && after.content.size === 0)
		return tr.setSelection(TextSelection.create(tr.doc, $from.after() + 1));
	tr.delete($from.pos, $from.end());
	if (!next || !title) {
		const at = tr.mapping.map($from.after());
		tr.insert(at, paragraph.create(null, rest));
		return tr.setSelection(TextSelection.create(tr.doc, at + 1));
	}
	const at = tr.mapping.map(inside ? $from.after() : to);
	const following = tr.doc.resolve(at).nodeAfter;
	if (inside && rest.size === 0 && following?.type === next && isBlank(following)) {
		return tr.setSelection(Selection.near(tr.doc.resolve(at + 1)));
	}
	tr.insert(at, next.create(inside ? null : carried(block), title.create(null, rest)));
	return tr.setSelection(TextSelection.create(tr.doc, at + 2));
}

/** Enter at the end of a named text goes to the one after it; after the last a line follows. */
function nextField({ tr, selection, schema }: EditorState): Transaction | false {
	const { $from, empty } = selection;
	const paragraph = schema.nodes.paragraph;
	if (!empty || $from.parent.type.name !== 'field' || !paragraph) return false;
	if ($from.parentOffset < $from.parent.content.size) {
		// inside it: a new line of the same text, not a second text of that name
		const lineBreak = schema.nodes.hardBreak;
		return lineBreak ? tr.replaceSelectionWith(lineBreak.create()) : false;
	}
	const at = $from.after();
	const following = tr.doc.resolve(at).nodeAfter;
	if (following?.type.name !== 'field' && !(following?.type === paragraph && following.content.size === 0))
		tr.insert(at, paragraph.create());
	return tr.setSelection(TextSelection.create(tr.doc, at + 1));
}

/** What the next of several lines takes over from this one: an expense goes on with an expense. */
function carried(block: Node): Record<string, unknown> {
	const names = blockSpec(block.type.name)?.carriesOn ?? [];
	return Object.fromEntries(names.map((name) => [name, block.attrs[name] as unknown]));
}

/** Enter in an empty last line of a block: the line moves out of it. */
function leaveBlock({ tr, selection, schema }: EditorState): Transaction | false {
	const { $from } = selection;
	const place = placeAt($from, $from.depth - 1);
	const paragraph = schema.nodes.paragraph;
	if (!place || !paragraph || !selection.empty || $from.parent.type !== paragraph) return false;
	if ($from.parent.content.size > 0 || place.block.childCount < 2 || place.block.lastChild !== $from.parent)
		return false;
	tr.delete($from.before(), $from.after());
	const at = tr.mapping.map(place.to);
	tr.insert(at, paragraph.create());
	return tr.setSelection(TextSelection.create(tr.doc, at + 1));
}

/**
 * Enter at the start of a line puts an empty line before it. Splitting would look the same, but re-make the line, and
 * with it whatever others are writing in it or have commented on.
 */
function lineBefore({ tr, selection, schema }: EditorState): Transaction | false {
	const { $from, empty } = selection;
	const paragraph = schema.nodes.paragraph;
	const holder = $from.depth > 0 ? $from.node(-1).type.name : '';
	const inItem = holder === 'listItem' || holder === 'taskItem';
	const isLine = $from.parent.type === paragraph || $from.parent.type.name === 'heading';
	if (!empty || inItem || !isLine || !paragraph || $from.parentOffset > 0 || $from.parent.content.size === 0)
		return false;
	return tr.insert($from.before(), paragraph.create());
}

function lineAfterBlock({ tr, selection, schema }: EditorState): Transaction | false {
	const { $from } = selection;
	const paragraph = schema.nodes.paragraph;
	for (let depth = 1; depth <= $from.depth && paragraph; depth++) {
		const place = placeAt($from, depth);
		if (!place) continue;
		tr.insert(place.to, paragraph.create());
		return tr.setSelection(TextSelection.create(tr.doc, place.to + 1));
	}
	return false;
}

/** Backspace at the start of a title: an empty block goes; a full one is selected first, so that it is never a slip. */
function removeEmpty({ tr, selection, doc }: EditorState): Transaction | boolean {
	const place = titlePlace(selection);
	if (!place || selection.$from.parentOffset > 0 || place.block.firstChild !== selection.$from.parent)
		return false;
	if (!isBlank(place.block)) return tr.setSelection(NodeSelection.create(doc, place.from));
	tr.delete(place.from, place.to);
	return tr.setSelection(Selection.near(tr.doc.resolve(Math.min(place.from, tr.doc.content.size)), -1));
}
