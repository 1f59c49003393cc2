/**
 * Keeps the caret out from under the bars at the top while one goes through the text by keys: a browser takes what they
 * cover for seen.
 */
import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';

/** Pixels between the bars and the line with the caret. */
const AIR = 8;

export const CaretInSight = Extension.create({
	name: 'caretInSight',
	addProseMirrorPlugins: () => {
		let byKey = false;
		let frame = 0;
		return [
			new Plugin({
				props: {
					handleDOMEvents: {
						keydown: () => void (byKey = true),
						pointerdown: () => void (byKey = false)
					}
				},
				view: () => ({
					update(view, before) {
						if (!byKey || before.selection.eq(view.state.selection)) return;
						frame ||= requestAnimationFrame(() => {
							frame = 0;
							if (!view.isDestroyed && view.hasFocus()) show(view);
						});
					},
					destroy: () => cancelAnimationFrame(frame)
				})
			})
		];
	}
});

function show(view: EditorView): void {
	const bars = view.dom.closest('[data-editor]')?.querySelector('[role=toolbar]')?.getBoundingClientRect();
	const { top } = view.coordsAtPos(view.state.selection.head);
	if (bars !== undefined && top < bars.bottom + AIR) scrollBy(0, top - bars.bottom - AIR);
}
