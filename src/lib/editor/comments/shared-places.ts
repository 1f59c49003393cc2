/**
 * Positions in the editor ⇄ places in the shared document that stay with their letters [D3].
 *
 * Promises: what begins at a place begins with the letter after it, and what ends there ends with the letter before it,
 * so that writing beside the words does not widen them. One walk through the document serves any number of positions.
 * Must never: be kept longer than the document stays as it is; `placesOf` sees to it.
 */
import type { Node, Schema } from '@tiptap/pm/model';
import type { EditorState } from '@tiptap/pm/state';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import { readRelativePosition, writeRelativePosition } from '#lib/discussion/relative.ts';

interface Run {
	readonly text: Y.XmlText;
	/** Position of its first letter in the editor. */
	readonly from: number;
}

export interface SharedPlaces {
	/** Null when the position stands in no text. */
	write(from: number, to: number): { readonly start: string; readonly end: string } | null;
	/** Null when the letters are gone. */
	read(place: { readonly start: string; readonly end: string }): { from: number; to: number } | null;
}

const known = new WeakMap<Node, SharedPlaces>();

export function placesOf(state: EditorState): SharedPlaces | null {
	const found = known.get(state.doc);
	if (found) return found;
	const sync = ySyncPluginKey.getState(state) as { doc: Y.Doc; type: Y.XmlFragment } | undefined;
	if (!sync) return null;
	const places = walk(sync.doc, sync.type, state.schema);
	known.set(state.doc, places);
	return places;
}

function walk(doc: Y.Doc, root: Y.XmlFragment, schema: Schema): SharedPlaces {
	const runs: Run[] = [];
	const starts = new Map<unknown, number>();
	const pass = (parent: Y.XmlFragment, start: number): number => {
		let at = start;
		for (const child of parent.toArray()) {
			if (child instanceof Y.XmlText) {
				runs.push({ text: child, from: at });
				starts.set(child, at);
				at += child.length;
			} else if (child instanceof Y.XmlElement) {
				at = schema.nodes[child.nodeName]?.isLeaf ? at + 1 : pass(child, at + 1) + 1;
			}
		}
		return at;
	};
	pass(root, 0);

	/** The run that holds the letter from `at` to `at + 1`. */
	const runWith = (at: number): Run | null => {
		let low = 0;
		let high = runs.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((runs[middle]?.from ?? Infinity) <= at) low = middle + 1;
			else high = middle;
		}
		// empty runs begin where the next one does
		for (let index = low - 1; index >= 0; index--) {
			const run = runs[index];
			if (!run || run.from + run.text.length > at) return run ?? null;
			if (run.text.length > 0) return null;
		}
		return null;
	};
	const position = (place: string): number | null => {
		const relative = readRelativePosition(place);
		const absolute = relative && Y.createAbsolutePositionFromRelativePosition(relative, doc);
		const start = absolute ? starts.get(absolute.type) : undefined;
		return !absolute || start === undefined ? null : start + absolute.index;
	};

	return {
		write(from, to) {
			const [first, last] = [runWith(from), runWith(to - 1)];
			if (!first || !last) return null;
			return {
				start: writeRelativePosition(Y.createRelativePositionFromTypeIndex(first.text, from - first.from, 0)),
				end: writeRelativePosition(Y.createRelativePositionFromTypeIndex(last.text, to - last.from, -1))
			};
		},
		read(place) {
			const [from, to] = [position(place.start), position(place.end)];
			return from === null || to === null || from >= to ? null : { from, to };
		}
	};
}
