import { createRawSnippet } from 'svelte';
import { expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import Button from './Button.svelte';

const children = createRawSnippet(() => ({ render: () => '<span>Update now</span>' }));

test('A button that cannot be pressed now can be reached, says why, and does nothing', async () => {
	const onclick = vi.fn();
	await render(Button, { children, onclick, unable: 'Still saving.' });
	const button = page.getByRole('button', { name: 'Update now' });
	await userEvent.keyboard('{Tab}');
	await expect.element(button).toHaveFocus();
	await expect.element(button).toHaveAccessibleDescription('Still saving.');
	await userEvent.keyboard('{Enter}');
	expect(onclick).not.toHaveBeenCalled();
});

test('A button that is busy does not act twice', async () => {
	const onclick = vi.fn();
	const { rerender } = await render(Button, { children, onclick });
	await page.getByRole('button', { name: 'Update now' }).click();
	await rerender({ busy: true });
	await userEvent.keyboard('{Enter}');
	expect(onclick).toHaveBeenCalledTimes(1);
});
