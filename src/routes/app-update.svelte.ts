/**
 * The service worker as the pages see it: is everything kept for offline use, and does a newer version wait?
 *
 * It must never take a new version into use unless the person has said so.
 */
import { dev } from '$app/environment';
import { createContext } from 'svelte';
import type { Workbox } from 'workbox-window';

const LOOK_EVERY = 30 * 60_000;

export class AppUpdate {
	#offline: 'preparing' | 'ready' | 'impossible' = $state('preparing');
	#stage: 'none' | 'waiting' | 'elsewhere' = $state('none');
	#later = $state(false);
	#accepted = $state(false);
	#worker: Workbox | undefined;

	/** Can every page be opened without a network? */
	get offline() {
		return this.#offline;
	}
	/** `waiting`: a newer version is on this device. `elsewhere`: another tab has taken it into use already. */
	get offered(): 'none' | 'waiting' | 'elsewhere' {
		return this.#later ? 'none' : this.#stage;
	}
	get accepted() {
		return this.#accepted;
	}

	/** Starts looking; answers with what stops it. */
	start(): () => void {
		if (dev || !('serviceWorker' in navigator)) {
			this.#offline = 'impossible';
			return () => {};
		}
		const look = () => {
			if (document.visibilityState === 'visible') void this.#worker?.update().catch(() => {});
		};
		// a tab that stays open for days never navigates, so it has to ask by itself
		const timer = setInterval(look, LOOK_EVERY);
		document.addEventListener('visibilitychange', look);
		void this.#register().catch(() => (this.#offline = 'impossible'));
		return () => {
			clearInterval(timer);
			document.removeEventListener('visibilitychange', look);
		};
	}

	/** Takes the newer version into use. The page loads again as soon as it is in charge. */
	accept(): void {
		this.#accepted = true;
		if (this.#stage === 'elsewhere') location.reload();
		else this.#worker?.messageSkipWaiting();
	}

	postpone(): void {
		this.#later = true;
	}

	async #register(): Promise<void> {
		const { Workbox } = await import('workbox-window');
		const worker = new Workbox('/service-worker.js', { scope: '/', updateViaCache: 'none' });
		this.#worker = worker;
		worker.addEventListener('waiting', () => this.#offer('waiting'));
		worker.addEventListener('controlling', (event) => {
			if (this.#accepted) location.reload();
			else if (event.isUpdate) this.#offer('elsewhere');
		});
		await worker.register({ immediate: true });
		await navigator.serviceWorker.ready;
		this.#offline = 'ready';
	}

	#offer(stage: 'waiting' | 'elsewhere'): void {
		this.#stage = stage;
		this.#later = false;
	}
}

export const [getAppUpdate, setAppUpdate] = createContext<AppUpdate>();
