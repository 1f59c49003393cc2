/**
 * What comes in by paste or drop: bounded, cleaned of what word processors leave behind, and never a navigation away
 * from the page. Refusing keeps the document and the clipboard as they are.
 */
import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';
import type { Pictures } from '../pictures/pictures.ts';
import { cleanPasted } from './clean-paste.ts';

/** Characters of text in one paste. An envelope holds 2 MB. */
const MOST_TEXT = 500_000;
/** With pictures of ours in it. */
const MOST_HTML = 12_000_000;

export function paste(notify: (sentence: string) => void, pictures: Pictures) {
	return Extension.create({
		name: 'casePaste',
		addProseMirrorPlugins() {
			const { editor } = this;
			const take = (files: FileList) => {
				const shown = [...files].filter(({ type }) => type.startsWith('image/'));
				if (shown.length < files.length)
					notify(
						'Only pictures can be put in here. Other files were left out, and nothing else was changed.'
					);
				void pictures.insert(editor, shown);
			};
			return [
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
							if (text === '' && clipboardData.files.length > 0) {
								take(clipboardData.files);
								return true;
							}
							if (html.length > MOST_HTML) {
								view.pasteText(text);
								return true;
							}
							return false;
						},
						handleDrop: (view, event) => {
							if (!event.dataTransfer || event.dataTransfer.files.length === 0) return false;
							event.preventDefault();
							const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
							if (at) editor.commands.setTextSelection(at.pos);
							take(event.dataTransfer.files);
							return true;
						},
						transformPastedHTML: (html) => {
							pictures.keepCopied(html);
							const cleaned = cleanPasted(html);
							if (cleaned.pictures)
								notify(
									'Pictures were left out: they come from elsewhere and would be fetched from there. The words are here. Save a picture and put it in by itself.'
								);
							return cleaned.html;
						}
					}
				})
			];
		}
	});
}
