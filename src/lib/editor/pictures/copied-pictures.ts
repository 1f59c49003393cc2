/** What is copied takes its pictures along, as text that another document, or another program, can read. */
import { Extension } from '@tiptap/core';
import { DOMSerializer } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';
import type { Picture } from '#lib/casework/pictures.ts';
import { toDataAddress } from './pictures.ts';

export const CopiedPictures = Extension.create<{ of: (name: string) => Picture | null }>({
	name: 'copiedPictures',
	addOptions: () => ({ of: () => null }),
	addProseMirrorPlugins() {
		const { schema } = this.editor;
		const nodes = DOMSerializer.nodesFromSchema(schema);
		const { image } = nodes;
		if (image)
			nodes.image = (node) => {
				const drawn = image(node);
				const picture = typeof node.attrs.file === 'string' ? this.options.of(node.attrs.file) : null;
				if (picture === null || !Array.isArray(drawn)) return drawn;
				const alt = typeof node.attrs.alt === 'string' ? node.attrs.alt : '';
				const [tag, attributes] = drawn as [string, Record<string, unknown>];
				return [tag, attributes, ['img', { src: toDataAddress(picture), alt }], ['div', 0]];
			};
		const clipboardSerializer = new DOMSerializer(nodes, DOMSerializer.marksFromSchema(schema));
		return [new Plugin({ props: { clipboardSerializer } })];
	}
});
