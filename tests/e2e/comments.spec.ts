import type { Page } from '@playwright/test';
import { expect, found, join, newCase, newPlan, PHONE, saved, test, textOf, titleOf, write } from './app.ts';

const SENTENCE = 'Rosa would like to move nearer to her sister before the winter.';

/** A link for somebody who may only do this much. */
async function inviteTo(page: Page, may: 'Comment' | 'Read'): Promise<string> {
	await page.getByRole('button', { name: 'Invite' }).click();
	const field = page.getByRole('textbox', { name: 'Invitation link' });
	const before = await field.inputValue();
	await page.getByRole('radio', { name: may }).check();
	await expect(field).not.toHaveValue(before);
	const link = await field.inputValue();
	await page.keyboard.press('Escape');
	return link;
}

/** Selects words of the text as somebody does who has no mouse at hand. */
async function select(page: Page, words: string): Promise<void> {
	await textOf(page).evaluate((text, wanted) => {
		const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
		for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
			const from = node.textContent?.indexOf(wanted) ?? -1;
			if (from < 0) continue;
			(text as HTMLElement).focus();
			getSelection()?.setBaseAndExtent(node, from, node, from + wanted.length);
			return;
		}
		throw new Error(`these words are not there: ${wanted}`);
	}, words);
	// the editor hears of a selection a moment later; it says so with a button beside the words
	await expect(page.locator('.over').getByRole('button', { name: 'Comment' })).toBeVisible();
}

test('A doctor comments from a phone, a worker answers and settles it, a reader only reads, and nobody but the worker changes the plan', async ({
	relay,
	newPerson
}) => {
	test.setTimeout(150_000);
	const amina = await newPerson();
	const doctor = await newPerson({ viewport: PHONE });
	const reader = await newPerson();
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await newCase(amina.page, 'Rosa M.');
	const casePage = amina.page.url();
	const toComment = await inviteTo(amina.page, 'Comment');
	const toRead = await inviteTo(amina.page, 'Read');
	await newPlan(amina.page);
	await titleOf(amina.page).fill('Plan for Rosa');
	await write(amina.page, SENTENCE);
	await saved(amina.page);
	const plan = new URL(amina.page.url()).pathname;

	await join(doctor.page, toComment, 'Dr. Osei');
	await doctor.page.goto(plan);
	await expect(textOf(doctor.page)).toContainText(SENTENCE);
	await expect(textOf(doctor.page)).toHaveAttribute('aria-readonly', 'true');
	await select(doctor.page, 'nearer to her sister');
	await doctor.page.getByRole('button', { name: 'Comment', exact: true }).first().click();
	await doctor.page.getByRole('textbox', { name: 'Comment' }).fill('Is the sister told?');
	await doctor.page.getByRole('button', { name: 'Add comment' }).click();

	const card = (page: Page) =>
		page.getByRole('article', { name: /Comment by Dr\. Osei on .*nearer to her sister/ });
	await expect(card(amina.page)).toContainText('Is the sister told?');

	await amina.page.bringToFront();
	await card(amina.page).click();
	await card(amina.page).getByRole('textbox', { name: 'Reply' }).fill('Yes, on Monday.');
	await card(amina.page).getByRole('button', { name: 'Reply' }).click();

	await join(reader.page, toRead, 'Joan');
	await reader.page.goto(plan);
	await expect(card(reader.page)).toContainText('Yes, on Monday.');
	await expect(reader.page.getByRole('textbox', { name: 'Reply' })).toHaveCount(0);
	await expect(reader.page.getByRole('button', { name: 'Comment', exact: true })).toHaveCount(0);

	// the words move with what is written before them; the plan itself is the worker's alone
	const words = await textOf(amina.page).evaluate((text) => (text as HTMLElement).innerText.length);
	await textOf(doctor.page).focus();
	await doctor.page.keyboard.type('the doctor types');
	await expect(textOf(amina.page)).not.toContainText('the doctor types');
	expect(await textOf(amina.page).evaluate((text) => (text as HTMLElement).innerText.length)).toBe(words);

	await card(amina.page).getByRole('button', { name: 'Resolve' }).click();
	await expect(card(reader.page)).toHaveCount(0);
	await reader.page.getByRole('checkbox', { name: 'Show resolved' }).check();
	await expect(card(reader.page)).toContainText('Is the sister told?');

	// and a guest sees this case, not the agency
	await doctor.page.goto('/');
	await expect(doctor.page.getByRole('link', { name: /Rosa M\./ })).toBeVisible();
	await expect(doctor.page.getByRole('button', { name: 'New case' })).toHaveCount(0);
	await amina.page.goto(casePage);
	await expect(amina.page.getByText('Dr. Osei')).toBeVisible();
});

test('A comment written offline arrives where the words are now; words that were taken out leave it detached', async ({
	relay,
	newPerson
}) => {
	test.setTimeout(150_000);
	const amina = await newPerson();
	const guest = await newPerson();
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await newCase(amina.page, 'Rosa M.');
	const toComment = await inviteTo(amina.page, 'Comment');
	await newPlan(amina.page);
	await write(amina.page, SENTENCE);
	await saved(amina.page);
	const plan = new URL(amina.page.url()).pathname;
	await join(guest.page, toComment, 'Lena');
	await guest.page.goto(plan);
	await expect(textOf(guest.page)).toContainText(SENTENCE);

	await guest.goOffline();
	await select(guest.page, 'before the winter');
	await guest.page.getByRole('button', { name: 'Comment', exact: true }).first().click();
	await guest.page.getByRole('textbox', { name: 'Comment' }).fill('November at the latest.');
	await guest.page.getByRole('button', { name: 'Add comment' }).click();
	await write(amina.page, 'Something that was written meanwhile.');
	await guest.goOnline();
	const card = amina.page.getByRole('article', { name: /Comment by Lena on .*before the winter/ });
	await expect(card).toContainText('November at the latest.');

	await select(amina.page, 'before the winter');
	await amina.page.keyboard.press('Delete');
	await expect(amina.page.getByRole('heading', { name: 'Detached' })).toBeVisible();
	await expect(amina.page.getByText('November at the latest.')).toBeVisible();
	await select(amina.page, 'Something that was written meanwhile.');
	await amina.page.getByRole('button', { name: 'Attach to selection' }).click();
	await expect(amina.page.getByRole('heading', { name: 'Detached' })).toHaveCount(0);
	await expect(amina.page.getByText('November at the latest.')).toBeVisible();
});

test('On a phone, what is typed after closing the comments stands where the finger was', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson({ viewport: PHONE });
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await newCase(amina.page, 'Rosa M.');
	await newPlan(amina.page);
	await write(amina.page, SENTENCE);
	await select(amina.page, 'nearer to her sister');
	await amina.page.getByRole('button', { name: 'Comment', exact: true }).first().click();
	await amina.page.getByRole('textbox', { name: 'Comment' }).fill('Is the sister told?');
	await amina.page.getByRole('button', { name: 'Add comment' }).click();
	await expect(amina.page.getByRole('dialog', { name: 'Comments' })).toContainText('Is the sister told?');
	await amina.page.keyboard.press('Escape');
	await expect(amina.page.getByRole('dialog', { name: 'Comments' })).toHaveCount(0);
	await expect(textOf(amina.page)).toBeFocused();

	const quote = textOf(amina.page).locator('blockquote p').first();
	await quote.click();
	await amina.page.keyboard.type('I want my own front door.');
	await expect(quote).toHaveText('I want my own front door.');
	await expect(textOf(amina.page)).toContainText(SENTENCE);
});
