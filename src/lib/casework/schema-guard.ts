/**
 * Finds what an editor of this schema would delete by opening a document: nodes, marks and attributes it does not know.
 * The version in the document says so first [V1]; this looks at the document itself, for the case that the version lies.
 */
import type { Schema } from '@tiptap/pm/model';
import * as Y from 'yjs';
import { markName } from './read-blocks.ts';

/** Names of what the schema does not know, as `node`, `node.attribute` or `mark:name`. Empty: safe to bind. */
export function findUnknown(fragment: Y.XmlFragment, schema: Schema): string[] {
	const unknown = new Set<string>();
	const walker = fragment.createTreeWalker(() => true);
	for (const node of walker) {
		if (node instanceof Y.XmlElement) {
			const known = schema.nodes[node.nodeName]?.spec.attrs;
			if (!schema.nodes[node.nodeName]) unknown.add(node.nodeName);
			else
				for (const key of Object.keys(node.getAttributes()))
					if (!known || !(key in known)) unknown.add(`${node.nodeName}.${key}`);
		} else if (node instanceof Y.XmlText) {
			for (const { attributes } of node.toDelta() as { attributes?: Record<string, unknown> }[])
				for (const key of Object.keys(attributes ?? {}))
					if (!schema.marks[markName(key)]) unknown.add(`mark:${markName(key)}`);
		} else unknown.add('hook');
	}
	return [...unknown];
}
