/**
 * Where a page begins for somebody who cannot see it: at its heading, which takes the focus after each navigation. A
 * page that is still opening has none yet, so the wish is kept until it has.
 */
import { createContext } from 'svelte';

export class PageStart {
	#wanted = false;

	/** A navigation has ended. */
	navigated(): void {
		this.#wanted = true;
		this.take();
	}

	/** Gives the focus to the heading, unless the person has begun to do something meanwhile. */
	take(): void {
		const heading = document.querySelector<HTMLElement>('main h1');
		if (!this.#wanted || heading === null) return;
		this.#wanted = false;
		if (document.activeElement !== null && document.activeElement !== document.body) return;
		heading.tabIndex = -1;
		heading.focus({ preventScroll: true });
	}
}

export const [getPageStart, setPageStart] = createContext<PageStart>();
