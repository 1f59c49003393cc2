/** Lets Svelte see when a view is detached, without mirroring it. */
import { createSubscriber } from 'svelte/reactivity';
import type { DocumentView } from './open-document.ts';

interface ViewState {
	readonly detached: boolean;
}

const known = new WeakMap<DocumentView, ViewState>();

export function watchView(view: DocumentView): ViewState {
	const found = known.get(view);
	if (found) return found;
	const subscribe = createSubscriber((changed) => view.onDetached(changed) ?? undefined);
	const state: ViewState = {
		get detached() {
			subscribe();
			return view.detached;
		}
	};
	known.set(view, state);
	return state;
}
