import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import DialogTrial from './DialogTrial.fixture.svelte';

const opener = () => page.getByRole('button', { name: 'Open it' });
const dialog = () => page.getByRole('dialog', { name: 'A question' });

test('A dialog that opens gives the focus to its first field', async () => {
	await render(DialogTrial);
	await opener().click();
	await expect.element(dialog()).toBeVisible();
	await expect.element(page.getByLabelText('Answer')).toHaveFocus();
});

test('Escape closes it, the page knows, and the focus is where it was', async () => {
	await render(DialogTrial);
	await opener().click();
	await userEvent.keyboard('{Escape}');
	await expect.element(page.getByText('open: no')).toBeVisible();
	await expect.element(opener()).toHaveFocus();
});

test('Closed by the page itself it gives the focus back as well', async () => {
	await render(DialogTrial);
	await opener().click();
	await page.getByRole('button', { name: 'Done' }).click();
	await expect.element(opener()).toHaveFocus();
});
