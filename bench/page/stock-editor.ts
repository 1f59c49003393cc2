/** What one gets without Throughline: stock Tiptap on a shared document of stock Yjs, nobody else in it, nothing kept. */
import { Editor } from '@tiptap/core';
import { Blockquote } from '@tiptap/extension-blockquote';
import { Bold } from '@tiptap/extension-bold';
import { Collaboration } from '@tiptap/extension-collaboration';
import { Document } from '@tiptap/extension-document';
import { Heading } from '@tiptap/extension-heading';
import { Italic } from '@tiptap/extension-italic';
import { Paragraph } from '@tiptap/extension-paragraph';
import { Text } from '@tiptap/extension-text';
import * as Y from 'yjs';

/** The same words; a block of casework is no more than its lines here. */
export function open(html: string): void {
	const element = document.createElement('main');
	element.style.cssText = 'max-inline-size: 42rem; margin: auto; font: 17px/1.6 sans-serif';
	document.body.append(element);
	const editor = new Editor({
		element,
		extensions: [
			Document,
			Paragraph,
			Text,
			Heading,
			Bold,
			Italic,
			Blockquote,
			Collaboration.configure({ document: new Y.Doc() })
		]
	});
	editor.commands.setContent(html);
}

/** What the browser itself needs: one line that can be written in, and no script. */
export function openBare(words: string): void {
	const element = document.createElement('main');
	element.contentEditable = 'true';
	element.append(Object.assign(document.createElement('p'), { textContent: words }));
	document.body.append(element);
}
