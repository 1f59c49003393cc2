/** Links by hand: Mod-K asks for the address, pasting an address onto words links them, Mod-click follows. */
import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';
import { readWebAddress } from '#lib/casework/web-address.ts';

export const LinkKeys = Extension.create<{ ask: () => void }>({
	name: 'linkKeys',
	addOptions: () => ({ ask: () => undefined }),
	addKeyboardShortcuts() {
		return {
			'Mod-k': () => {
				this.options.ask();
				return true;
			}
		};
	},
	addProseMirrorPlugins() {
		const { editor } = this;
		return [
			new Plugin({
				props: {
					handlePaste: (view, event) => {
						const pasted = event.clipboardData?.getData('text/plain').trim() ?? '';
						const href = /^https?:/i.test(pasted) ? readWebAddress(pasted) : null;
						if (href === null || view.state.selection.empty) return false;
						return editor.commands.setMark('link', { href });
					},
					handleClick: (view, _pos, event) => {
						const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
						const href = link ? readWebAddress(link.getAttribute('href') ?? '') : null;
						if (href === null || (view.editable && !event.metaKey && !event.ctrlKey)) return false;
						window.open(href, '_blank', 'noopener,noreferrer');
						return true;
					}
				}
			})
		];
	}
});
