/**
 * What comes in by paste or drop: bounded, cleaned of what word processors leave behind, and never a navigation away
 * from the page. Refusing keeps the document and the clipboard as they are.
 */
import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';

/** Characters of text in one paste. An envelope holds 2 MB. */
const MOST_TEXT = 500_000;
const MOST_HTML = 4_000_000;

export function paste(notify: (sentence: string) => void) {
	return Extension.create({
		name: 'casePaste',
		addProseMirrorPlugins: () => [
			new Plugin({
				props: {
					handlePaste: (view, event) => {
						const { clipboardData } = event;
						if (!clipboardData) return false;
						const text = clipboardData.getData('text/plain');
						const html = clipboardData.getData('text/html');
						if (text.length > MOST_TEXT) {
							notify(
								`This is too much to paste at once (${Math.ceil(text.length / 1000).toLocaleString()} thousand characters; 500 thousand fit). Nothing was changed. Paste it in parts.`
							);
							return true;
						}
						if (text === '' && html === '' && clipboardData.files.length > 0) {
							notify('Pictures and files cannot be pasted here yet. Nothing was changed.');
							return true;
						}
						if (html.length > MOST_HTML) {
							view.pasteText(text);
							return true;
						}
						return false;
					},
					handleDrop: (_view, event) => {
						if (!event.dataTransfer || event.dataTransfer.files.length === 0) return false;
						event.preventDefault();
						notify('Pictures and files cannot be dropped here yet. Nothing was changed.');
						return true;
					},
					transformPastedHTML: cleanHtml
				}
			})
		]
	});
}

/** Drops comments, styles and private elements of word processors; the schema drops everything else it does not know. */
function cleanHtml(html: string): string {
	return html
		.replace(/<!--[\s\S]*?-->/g, '')
		.replace(/<(style|script|xml|head|title)\b[\s\S]*?<\/\1\s*>/gi, '')
		.replace(/<\/?(meta|link|o:p|w:\w+|v:\w+)\b[^>]*>/gi, '');
}
