/**
 * Moving a block, as the shared document knows it: it is made again where it goes, and the old one is removed. Yjs has
 * no move. What others wrote in the old one meanwhile is found again by `moves.ts` and brought over by `strays.ts`.
 */
import * as Y from 'yjs';
import { copyOpenValues } from '../both-values.ts';

/** The element of that block id; null when it is not there (any more). */
export function elementOfBlock(fragment: Y.XmlFragment, id: string): Y.XmlElement | null {
	for (const node of fragment.createTreeWalker(() => true))
		if (node instanceof Y.XmlElement && node.getAttribute('id') === id) return node;
	return null;
}

/** Null when it would go into itself, or where it stands already. Call it inside a transaction. */
export function moveElement(
	element: Y.XmlElement,
	to: { readonly parent: Y.XmlFragment; readonly before: Y.XmlElement | null }
): Y.XmlElement | null {
	const from = element.parent;
	if (!(from instanceof Y.XmlFragment) || isInside(to.parent, element) || to.before === element) return null;
	const siblings = to.parent.toArray();
	const at = to.before === null ? siblings.length : siblings.indexOf(to.before);
	if (at < 0 || (from === to.parent && siblings[at - 1] === element)) return null;
	const copy = element.clone();
	to.parent.insert(at, [copy]);
	copyQuestions(element, copy);
	from.delete(from.toArray().indexOf(element), 1);
	return copy;
}

/** What waits for somebody to pick is no part of a clone. */
function copyQuestions(element: Y.XmlElement, copy: Y.XmlElement): void {
	copyOpenValues(element, copy);
	const copies = copy.toArray();
	element.toArray().forEach((child, index) => {
		const its: unknown = copies[index];
		if (child instanceof Y.XmlElement && its instanceof Y.XmlElement)
			copyQuestions(child, its as Y.XmlElement);
	});
}

function isInside(type: Y.XmlFragment, holder: Y.XmlElement): boolean {
	for (let here: unknown = type; here instanceof Y.XmlFragment; here = here.parent)
		if (here === holder) return true;
	return false;
}
