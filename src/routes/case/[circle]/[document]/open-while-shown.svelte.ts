import { onDestroy } from 'svelte';

/** What is opened for as long as the component is there; `current` is null until it is. */
export function openWhileShown<T extends { close(): Promise<void> }>(
	open: () => Promise<T | null>
): { readonly current: T | null } {
	let current: T | null = $state.raw(null);
	let isGone = false;
	onDestroy(() => {
		isGone = true;
		void current?.close();
	});
	void open().then((opened) => {
		if (isGone) void opened?.close();
		else current = opened;
	});
	return {
		get current() {
			return current;
		}
	};
}
