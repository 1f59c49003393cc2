/**
 * A caret for who may comment but not write: arrow keys move it through the read-only text, with Shift they select, as
 * they would where one writes. (A browser gives no caret to text that cannot be edited.)
 */
import { Selection, TextSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';

const onMac = /mac|iphone|ipad/i.test(navigator.userAgent);

interface Move {
	readonly direction: 'forward' | 'backward';
	readonly by: 'character' | 'word' | 'line' | 'lineboundary' | 'documentboundary';
}

/** True when the key was for the caret. */
export function moveReadingCaret(view: EditorView, event: KeyboardEvent): boolean {
	const move = moveFor(event);
	const selection = document.getSelection();
	if (!move || !selection || view.editable) return false;
	event.preventDefault();
	if (move.by === 'documentboundary') {
		// for the browser that would be the page
		const { doc, selection: kept, tr } = view.state;
		const { head } = move.direction === 'forward' ? Selection.atEnd(doc) : Selection.atStart(doc);
		const anchor = event.shiftKey ? kept.anchor : head;
		view.dispatch(tr.setSelection(TextSelection.create(doc, anchor, head)).scrollIntoView());
		return true;
	}
	if (!selection.anchorNode || !view.dom.contains(selection.anchorNode)) {
		const start = view.domAtPos(view.state.selection.head);
		selection.collapse(start.node, start.offset);
	}
	selection.modify(event.shiftKey ? 'extend' : 'move', move.direction, move.by);
	return true;
}

function moveFor({ key, ctrlKey, altKey, metaKey }: KeyboardEvent): Move | null {
	const byWord = onMac ? altKey : ctrlKey;
	const farther = onMac && metaKey;
	if (!onMac && (altKey || metaKey)) return null;
	switch (key) {
		case 'ArrowRight':
		case 'ArrowLeft': {
			const direction = key === 'ArrowRight' ? 'forward' : 'backward';
			return { direction, by: farther ? 'lineboundary' : byWord ? 'word' : 'character' };
		}
		case 'ArrowDown':
		case 'ArrowUp': {
			const direction = key === 'ArrowDown' ? 'forward' : 'backward';
			return { direction, by: farther ? 'documentboundary' : 'line' };
		}
		case 'Home':
		case 'End': {
			const direction = key === 'End' ? 'forward' : 'backward';
			return { direction, by: ctrlKey ? 'documentboundary' : 'lineboundary' };
		}
		default:
			return null;
	}
}
