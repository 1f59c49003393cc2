import { tick } from 'svelte';

/** Brings whoever sent a form that is not complete to the first field that needs something. */
export async function focusMistake(form: EventTarget | null): Promise<void> {
	await tick();
	if (form instanceof HTMLFormElement) form.querySelector<HTMLElement>('[aria-invalid]')?.focus();
}
