/**
 * One's own caret and selection while others write: they stay at their words.
 *
 * y-tiptap (3.0.9) distrusts where Yjs says a caret is now as soon as the words around it changed, and puts it back to its
 * old number of letters: when somebody writes before it in the same line, into the middle of a word. And where a colleague
 * divides the line, or makes a heading, a quote or a list of it, the words are new ones to Yjs, and the caret went to
 * wherever was next: what was typed then landed in another block.
 *
 * Promises: where the letter before the caret is still there, the caret is behind it; where that letter was written anew
 * elsewhere, there; where it is gone, at the place it was taken from.
 */
import { Extension } from '@tiptap/core';
import { isChangeOrigin } from '@tiptap/extension-collaboration';
import type { Node } from '@tiptap/pm/model';
import { Plugin, TextSelection, type EditorState } from '@tiptap/pm/state';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import { makeAnchor, resolveAnchor } from '#lib/discussion/anchor.ts';
import { textBlocksOf, textOf } from '../comments/text-of-document.ts';

/** As y-tiptap keeps it from before a change to after it. */
interface SelectionBefore {
	readonly anchor: Y.RelativePosition | null;
	readonly head: Y.RelativePosition | null;
	/** Where they were, in letters. */
	readonly absAnchor: number | null;
	readonly absHead: number | null;
}

/** Letters beside the caret that are looked for elsewhere; fewer where a line was divided among them. */
const LETTERS = [40, 12];

export const CaretGoesWithWords = Extension.create({
	name: 'caretGoesWithWords',
	addProseMirrorPlugins: () => {
		let before: SelectionBefore | null = null;
		return [
			new Plugin({
				view: ({ state }) => {
					const { doc, binding } = syncOf(state);
					const keep = () => {
						before = binding.beforeTransactionSelection;
						if (before === null) return;
						const { anchor, head, absAnchor, absHead } = before;
						// it asks for the old place after the change, and gets one only where the text itself is gone
						Object.defineProperties(before, {
							absAnchor: { get: () => (isTextThere(anchor, doc) ? null : absAnchor) },
							absHead: { get: () => (isTextThere(head, doc) ? null : absHead) }
						});
					};
					doc.on('beforeAllTransactions', keep);
					return { destroy: () => doc.off('beforeAllTransactions', keep) };
				},
				appendTransaction: (transactions, old, now) => {
					if (before === null || !(old.selection instanceof TextSelection)) return null;
					if (!transactions.some((one) => one.docChanged && isChangeOrigin(one))) return null;
					const { doc } = syncOf(now);
					const { selection } = now;
					const place = (kept: Y.RelativePosition | null, was: number, is: number) =>
						isLetterThere(kept, doc) && !isEmptied(old.doc, was, now.doc, is)
							? is
							: (writtenAnew(old.doc, was, now.doc) ?? is);
					const anchor = place(before.anchor, old.selection.anchor, selection.anchor);
					const head = place(before.head, old.selection.head, selection.head);
					if (anchor === selection.anchor && head === selection.head) return null;
					return now.tr
						.setSelection(TextSelection.between(now.doc.resolve(anchor), now.doc.resolve(head)))
						.setMeta('addToHistory', false);
				}
			})
		];
	}
});

function syncOf(state: EditorState) {
	return ySyncPluginKey.getState(state) as {
		doc: Y.Doc;
		binding: { beforeTransactionSelection: SelectionBefore | null };
	};
}

function isLetterThere(position: Y.RelativePosition | null, doc: Y.Doc): boolean {
	if (!isTextThere(position, doc)) return false;
	const letter = position?.item ?? null;
	return letter === null || !Y.getItem(doc.store, letter).deleted;
}

/** Before the first letter there is none to stand behind: have all of them gone from this line? */
function isEmptied(old: Node, was: number, now: Node, is: number): boolean {
	const [$was, $is] = [old.resolve(was), now.resolve(is)];
	return $was.parentOffset === 0 && $was.parent.content.size > 0 && $is.parent.content.size === 0;
}

function isTextThere(position: Y.RelativePosition | null, doc: Y.Doc): boolean {
	const found = position === null ? null : Y.createAbsolutePositionFromRelativePosition(position, doc);
	if (found === null) return false;
	for (let type: Y.AbstractType<unknown> | null = found.type; type?._item;)
		if (type._item.deleted) return false;
		else type = type._item.parent as Y.AbstractType<unknown> | null;
	return true;
}

/** Where the words beside this place stand now, if they stand somewhere as they did, and there alone. */
function writtenAnew(old: Node, was: number, now: Node): number | null {
	const $was = old.resolve(was);
	if (!$was.parent.isTextblock) return null;
	const [start, end] = [$was.start(), $was.end()];
	// a caret often stands behind a space, and a space is no word to look for
	const spaces = spacesAtEnd(textOf(old, { from: start, to: was }));
	const isBehind = was - spaces > start;
	for (const letters of LETTERS) {
		const from = isBehind ? Math.max(start, was - spaces - letters) : was;
		const to = isBehind ? was - spaces : Math.min(end, was + letters);
		if (from === to) return null;
		const words = makeAnchor(textBlocksOf(old), from, to, { start: '', end: '' });
		const found = resolveAnchor(words, textBlocksOf(now), null);
		if (found.state === 'detached' || found.changed) continue;
		if (!isBehind) return found.from;
		const behind = textOf(now, {
			from: found.to,
			to: Math.min(found.to + spaces, now.resolve(found.to).end())
		});
		return found.to + behind.length - behind.trimStart().length;
	}
	return null;
}

const spacesAtEnd = (text: string) => text.length - text.trimEnd().length;
