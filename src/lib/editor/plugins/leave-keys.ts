/**
 * Ways out of the text by keyboard: Escape, then Tab leaves forwards (lists, tables and blocks use Tab themselves);
 * Alt+F10 goes to the toolbar.
 */
import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';

export const LeaveKeys = Extension.create({
	name: 'leaveKeys',
	addProseMirrorPlugins: () => {
		let leaving = false;
		return [
			new Plugin({
				props: {
					handleDOMEvents: {
						keydown: (view, event) => {
							const around = view.dom.closest('[data-editor]');
							if (event.key === 'F10' && event.altKey) {
								event.preventDefault();
								around?.querySelector<HTMLElement>('[role=toolbar] [tabindex="0"]')?.focus();
								return true;
							}
							const leaves = leaving && event.key === 'Tab' && !event.shiftKey;
							leaving = event.key === 'Escape';
							if (!leaves) return false;
							// from here the browser itself goes on to whatever stands after the text
							around?.querySelector<HTMLElement>('[data-after-text]')?.focus();
							return true;
						}
					}
				}
			})
		];
	}
});
