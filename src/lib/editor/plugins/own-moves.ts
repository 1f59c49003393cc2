/** Writes down which blocks this person moves, and nothing of what plugins repair: that never leaves the view [V2]. */
import { recordMoves } from '#lib/casework/moving/moves.ts';
import type { DocumentView } from '../open-document.ts';

/** The same view; what happens in its `asUser` is recorded until `close`. */
export function recordingView(view: DocumentView): { view: DocumentView; close: () => void } {
	let depth = 0;
	const close = recordMoves(view.doc, ({ local }) => local && depth > 0);
	return {
		close,
		view: {
			doc: view.doc,
			get detached() {
				return view.detached;
			},
			asUser: (change) => {
				depth++;
				try {
					return view.asUser(change);
				} finally {
					depth--;
				}
			},
			onRepairDropped: (report) => view.onRepairDropped(report),
			onDetached: (report) => view.onDetached(report)
		}
	};
}
