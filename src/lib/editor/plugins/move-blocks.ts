/**
 * Moving blocks by key and by hand: which block moves, where it may go, and how it is done in the shared document, so
 * that it keeps its ids and what others write in it meanwhile (casework/moving).
 */
import { Extension, type Editor } from '@tiptap/core';
import type { Node, ResolvedPos } from '@tiptap/pm/model';
import { TextSelection } from '@tiptap/pm/state';
import { ySyncPluginKey, yUndoPluginKey } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import { newBlockId } from '#lib/casework/block-id.ts';
import { blockSpec } from '#lib/casework/block-specs.ts';
import { moveElement } from '#lib/casework/moving/move-block.ts';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import type { DocumentView } from '../open-document.ts';

/** A place between blocks: before the block at this position, or at the end of what holds it. */
export interface Slot {
	readonly pos: number;
}

/** Stand first in a block, whatever is moved. */
const HEADS = new Set(['blockTitle', 'field']);
const ITEMS = new Set(['listItem', 'taskItem', 'tableRow']);

export class BlockMover {
	#view: DocumentView;
	#editor: Editor | null = null;

	constructor(view: DocumentView) {
		this.#view = view;
	}

	extension(): Extension {
		return BlockMover.#extensionOf(this);
	}

	/** Beside `extension`, since inside of Tiptap's object `this` is the extension. */
	static #extensionOf(mover: BlockMover): Extension {
		return Extension.create({
			name: 'moveBlocks',
			priority: 1150,
			onBeforeCreate() {
				mover.#editor = this.editor;
			},
			addKeyboardShortcuts: () => ({
				'Alt-ArrowUp': () => mover.step(-1),
				'Alt-ArrowDown': () => mover.step(1)
			})
		});
	}

	/** The text as the editor has it now; null before there is one. */
	get doc(): Node | null {
		return this.#editor?.state.doc ?? null;
	}

	/** The block with the caret goes up or down by one; at the edge of a goal into the goal beside it. */
	step(direction: -1 | 1, block?: number): boolean {
		const state = this.#editor?.state;
		if (!state || this.#editor?.isEditable !== true) return false;
		const pos = block ?? movableAt(state.selection.$from);
		const slot = pos === null ? null : slotBeside(state.doc, pos, direction);
		if (pos !== null && slot !== null) this.move(pos, slot);
		return true;
	}

	/** Can it go that way? */
	canStep(direction: -1 | 1, pos: number): boolean {
		const doc = this.#editor?.state.doc;
		return doc !== undefined && slotBeside(doc, pos, direction) !== null;
	}

	/** One step of undo by itself. */
	move(pos: number, slot: Slot): void {
		const editor = this.#editor;
		const node = editor?.state.doc.nodeAt(pos);
		if (!editor || !node || this.#view.detached) return;
		const { state } = editor;
		const body = this.#view.doc.getXmlFragment(BODY_FIELD);
		const element = elementAt(body, state.doc.resolve(pos));
		const $to = state.doc.resolve(slot.pos);
		const parent = holderAt(body, $to);
		if (!element || !parent) return;
		const before = parent.toArray()[$to.index()];
		const { anchor } = state.selection;
		const inside = anchor > pos && anchor < pos + node.nodeSize ? anchor - pos : null;
		(yUndoPluginKey.getState(state) as { undoManager: Y.UndoManager }).undoManager.stopCapturing();
		let id = typeof node.attrs.id === 'string' ? node.attrs.id : '';
		this.#view.asUser(() =>
			this.#view.doc.transact(() => {
				// by its id it is found again, also by what others write in it
				if (id === '') element.setAttribute('id', (id = newBlockId()));
				moveElement(element, {
					parent,
					before: before instanceof Y.XmlElement ? before : null
				});
			}, ySyncPluginKey)
		);
		if (inside === null) return;
		const now = positionOf(editor.state.doc, id);
		if (now === null) return;
		const at = editor.state.doc.resolve(Math.min(now + inside, editor.state.doc.content.size));
		editor.view.dispatch(editor.state.tr.setSelection(TextSelection.near(at)).scrollIntoView());
	}

	slotWords(slot: Slot): string {
		return this.#editor ? slotWords(this.#editor.state.doc, slot) : '';
	}

	remove(pos: number): void {
		const editor = this.#editor;
		const node = editor?.state.doc.nodeAt(pos);
		if (editor && node) editor.view.dispatch(editor.state.tr.delete(pos, pos + node.nodeSize));
	}

	/** Where on the screen the slot is: the line to draw while one drags. */
	placeOf({ pos }: Slot): { readonly left: number; readonly width: number; readonly top: number } | null {
		const view = this.#editor?.view;
		if (!view) return null;
		const $pos = view.state.doc.resolve(pos);
		const next = $pos.nodeAfter ? view.nodeDOM(pos) : null;
		const before = $pos.nodeBefore ? view.nodeDOM(pos - $pos.nodeBefore.nodeSize) : null;
		const [above, below] = [before, next].map((dom) =>
			dom instanceof Element ? dom.getBoundingClientRect() : null
		);
		const rect = below ?? above;
		if (!rect) return null;
		const top =
			above && below ? (above.bottom + below.top) / 2 : below ? below.top - 4 : (above?.bottom ?? 0) + 4;
		return { left: rect.left, width: rect.width, top };
	}

	/** All places this block may go to, in the order of the document. */
	slotsFor(pos: number): readonly Slot[] {
		const doc = this.#editor?.state.doc;
		const node = doc?.nodeAt(pos);
		if (!doc || !node) return [];
		const $pos = doc.resolve(pos);
		const end = pos + node.nodeSize;
		const slots: Slot[] = [];
		const within = (holder: Node, start: number) => {
			let at = start;
			holder.forEach((child, offset) => {
				if (!HEADS.has(child.type.name)) slots.push({ pos: start + offset });
				at = start + offset + child.nodeSize;
			});
			slots.push({ pos: at });
		};
		const into = blockSpec(node.type.name)?.belongsInto;
		if (into === undefined) within($pos.parent, $pos.start());
		else {
			if ($pos.depth === 0) within(doc, 0);
			doc.descendants((other, at) => {
				if (other.type.name === into) within(other, at + 1);
				return !other.isTextblock;
			});
		}
		return slots.filter((slot) => slot.pos < pos || slot.pos > end);
	}
}

/** Where a slot is, in words: after which block, or at the beginning of what. */
function slotWords(doc: Node, { pos }: Slot): string {
	const $pos = doc.resolve(pos);
	const before = $pos.index() > 0 ? $pos.parent.child($pos.index() - 1) : null;
	const holder = $pos.depth > 0 ? `“${shortly($pos.parent)}”` : 'the document';
	if (before === null || HEADS.has(before.type.name)) return `To the beginning of ${holder}`;
	return $pos.depth > 0 ? `In ${holder}, after “${shortly(before)}”` : `After “${shortly(before)}”`;
}

function shortly(node: Node): string {
	const label = blockSpec(node.type.name)?.label ?? 'an empty line';
	const words =
		(HEADS.has(node.firstChild?.type.name ?? '') ? node.firstChild : node)?.textContent.trim() ?? '';
	return words === '' ? label : words.length > 40 ? `${words.slice(0, 39).trim()}…` : words;
}

/** The block that a person means by the one with the caret. */
function movableAt($from: ResolvedPos): number | null {
	for (let depth = $from.depth; depth > 0; depth--) {
		const { name } = $from.node(depth).type;
		const holder = $from.node(depth - 1).type.name;
		const isItem = ITEMS.has(name) || blockSpec(name) !== null;
		const isLine =
			!HEADS.has(name) && (holder === 'doc' || holder === 'blockquote' || blockSpec(holder) !== null);
		if (isItem || isLine) return $from.before(depth);
	}
	return null;
}

function slotBeside(doc: Node, pos: number, direction: -1 | 1): Slot | null {
	const $pos = doc.resolve(pos);
	const { parent } = $pos;
	const index = $pos.index();
	const node = parent.child(index);
	const sibling = index + direction >= 0 ? parent.maybeChild(index + direction) : null;
	if (sibling && !HEADS.has(sibling.type.name))
		return { pos: direction < 0 ? pos - sibling.nodeSize : pos + node.nodeSize + sibling.nodeSize };
	// out of this goal and into the one beside it
	if ($pos.depth === 0 || blockSpec(node.type.name)?.belongsInto !== parent.type.name) return null;
	const outer = $pos.before();
	const $outer = doc.resolve(outer);
	let at = outer + (direction < 0 ? 0 : parent.nodeSize);
	for (
		let other = $outer.index() + direction;
		other >= 0 && other < $outer.parent.childCount;
		other += direction
	) {
		const goal = $outer.parent.child(other);
		if (direction < 0) at -= goal.nodeSize;
		if (goal.type === parent.type) {
			if (direction < 0) return { pos: at + goal.nodeSize - 1 };
			let head = at + 1;
			for (let child = 0; child < goal.childCount && HEADS.has(goal.child(child).type.name); child++)
				head += goal.child(child).nodeSize;
			return { pos: head };
		}
		if (direction > 0) at += goal.nodeSize;
	}
	return null;
}

function positionOf(doc: Node, id: string): number | null {
	let found: number | null = null;
	doc.descendants((node, pos) => {
		if (node.attrs.id === id) found ??= pos;
		return found === null && !node.isTextblock;
	});
	return found;
}

/** What holds the position, in the shared document: blocks stand there at the same places. */
function holderAt(body: Y.XmlFragment, $pos: ResolvedPos): Y.XmlFragment | null {
	let here: Y.XmlFragment = body;
	for (let depth = 0; depth < $pos.depth; depth++) {
		const child: unknown = here.toArray()[$pos.index(depth)];
		if (!(child instanceof Y.XmlElement)) return null;
		here = child as Y.XmlElement;
	}
	return here;
}

function elementAt(body: Y.XmlFragment, $pos: ResolvedPos): Y.XmlElement | null {
	const child: unknown = holderAt(body, $pos)?.toArray()[$pos.index()];
	return child instanceof Y.XmlElement ? (child as Y.XmlElement) : null;
}
