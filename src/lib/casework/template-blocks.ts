/** What a template holds, for looking at before anything is made. */
import * as Y from 'yjs';
import { newBlockId } from './block-id.ts';
import { writeTree, type TreePart } from './body-tree.ts';
import { readBlocks, type ReadingPart } from './read-blocks.ts';
import { BODY_FIELD } from './schema-version.ts';
import { templateUpdate } from './templates.ts';

/** Of a built-in one. */
export async function templateBlocks(template: string): Promise<readonly ReadingPart[]> {
	const update = await templateUpdate(template);
	return blocksOf((doc) => {
		if (update !== null) Y.applyUpdate(doc, update);
	});
}

export function treeBlocks(tree: readonly TreePart[]): readonly ReadingPart[] {
	return blocksOf((doc) => writeTree(doc.getXmlFragment(BODY_FIELD), tree, newBlockId));
}

function blocksOf(fill: (doc: Y.Doc) => void): readonly ReadingPart[] {
	const doc = new Y.Doc();
	fill(doc);
	const blocks = readBlocks(doc.getXmlFragment(BODY_FIELD));
	doc.destroy();
	return blocks;
}
