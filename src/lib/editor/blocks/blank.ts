/** Whether a case block says anything yet: no letter, no picture, no value but those it was made with. */
import type { Node } from '@tiptap/pm/model';
import { blockSpec } from '#lib/casework/block-specs.ts';

export function isBlank(block: Node): boolean {
	let blank = block.textContent === '' && hasNoValues(block);
	block.descendants((node) => {
		if (node.isLeaf && !node.isText) blank = false;
		else if (blank && blockSpec(node.type.name) !== null) blank = hasNoValues(node);
		return blank;
	});
	return blank;
}

function hasNoValues(node: Node): boolean {
	const given = blockSpec(node.type.name)?.carriesOn ?? [];
	return Object.entries(node.attrs).every(
		([name, value]) => name === 'id' || value === null || value === '' || given.includes(name)
	);
}
