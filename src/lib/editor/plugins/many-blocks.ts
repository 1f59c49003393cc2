/**
 * Says on the text that it has many blocks: then those away from the screen are laid out and painted only once one comes
 * near (document.css). Chromium goes through all that is laid out of a text for every letter.
 */
import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';
import { blockSpec } from '#lib/casework/block-specs.ts';

const MANY = 20;

export const ManyBlocks = Extension.create({
	name: 'manyBlocks',
	addProseMirrorPlugins: () => [
		new Plugin({
			props: {
				attributes: ({ doc }): Record<string, string> => {
					let count = 0;
					for (let at = 0; at < doc.childCount && count <= MANY; at++)
						if (blockSpec(doc.child(at).type.name) !== null) count++;
					return count > MANY ? { 'data-many-blocks': '' } : {};
				}
			}
		})
	]
});
