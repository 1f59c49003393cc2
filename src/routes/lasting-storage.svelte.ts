/**
 * May the browser clear what is kept here when space runs short? Asked for after the first case, when it matters to
 * the person, and shown quietly while the answer is yes.
 */
import { createContext } from 'svelte';

/** Chromium's offer to install; other browsers have a menu for it. */
interface InstallOffer extends Event {
	prompt(): Promise<unknown>;
}

const DISMISSED = 'throughline.storage-banner';

export class LastingStorage {
	#lasting: boolean | null = $state(null);
	#dismissed = $state(sessionStorage.getItem(DISMISSED) !== null);
	#offer: InstallOffer | null = $state.raw(null);

	/** Is there something the person should know? */
	get worthSaying(): boolean {
		return this.#lasting === false && !this.#dismissed;
	}
	get canInstall(): boolean {
		return this.#offer !== null;
	}

	/** Starts listening; answers with what stops it. */
	start(): () => void {
		const keep = (event: Event) => {
			event.preventDefault();
			this.#offer = event as InstallOffer;
		};
		const installed = () => {
			this.#offer = null;
			void this.ask();
		};
		addEventListener('beforeinstallprompt', keep);
		addEventListener('appinstalled', installed);
		void this.#look();
		return () => {
			removeEventListener('beforeinstallprompt', keep);
			removeEventListener('appinstalled', installed);
		};
	}

	async ask(): Promise<void> {
		await navigator.storage?.persist?.().catch(() => false);
		await this.#look();
	}

	async install(): Promise<void> {
		await this.#offer?.prompt();
		this.#offer = null;
	}

	dismiss(): void {
		sessionStorage.setItem(DISMISSED, 'yes');
		this.#dismissed = true;
	}

	async #look(): Promise<void> {
		this.#lasting = (await navigator.storage?.persisted?.().catch(() => false)) ?? null;
	}
}

export const [getLastingStorage, setLastingStorage] = createContext<LastingStorage>();
