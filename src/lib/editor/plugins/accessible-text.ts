/** What the text box says about itself to screen readers and scripts. */
import { Extension, type Editor } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';

export function accessibleText(help: string, more: () => Record<string, string>) {
	return Extension.create({
		name: 'accessibleText',
		addProseMirrorPlugins() {
			const editor: Editor = this.editor;
			return [
				new Plugin({
					props: {
						attributes: () => ({
							'aria-label': 'Document text',
							'aria-multiline': 'true',
							'aria-readonly': String(!editor.isEditable),
							// a browser lets one into text that can be edited, and into no other by itself
							...(editor.isEditable ? {} : { tabindex: '0' }),
							'aria-describedby': help,
							class: 'document-text',
							spellcheck: 'true',
							...more()
						})
					}
				})
			];
		}
	});
}
