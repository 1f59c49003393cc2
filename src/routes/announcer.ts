/** Says things to screen readers without moving anybody's focus. */
import { createContext } from 'svelte';

export class Announcer {
	#region: HTMLElement | null = null;

	/** For the one live region of the app. */
	readonly attach = (region: HTMLElement): (() => void) => {
		this.#region = region;
		return () => {
			this.#region = null;
		};
	};

	say(sentence: string): void {
		if (this.#region !== null) this.#region.textContent = sentence;
	}
}

export const [getAnnouncer, setAnnouncer] = createContext<Announcer>();
