import type { Page } from '@playwright/test';
import type { Editor } from '@tiptap/core';
import {
	cleanForAxe,
	expect,
	found,
	join,
	newCase,
	newPlan,
	PHONE,
	saved,
	test,
	textOf,
	titleOf,
	wordsOf,
	write
} from './app.ts';

// nothing here needs what is kept for a time without a network
test.use({ serviceWorkers: 'block' });

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
	// the editor hears of a selection a moment later
	const heard = () =>
		textOf(page).evaluate((text) => {
			const { view } = (text as HTMLElement & { editor: Editor }).editor;
			const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection() ?? {};
			if (!anchorNode || !focusNode) return false;
			const { anchor, head } = view.state.selection;
			return (
				anchor === view.posAtDOM(anchorNode, anchorOffset ?? 0) &&
				head === view.posAtDOM(focusNode, focusOffset ?? 0)
			);
		});
	await expect.poll(heard).toBe(true);
	// and says so with a button beside the words
	await expect(page.locator('.over').getByRole('button', { name: 'Comment' })).toBeVisible();
}

test('A doctor comments and suggests from a phone, also offline; a worker answers, accepts, settles and attaches; a reader only reads', async ({
	relay,
	newPerson
}) => {
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
	await expect(textOf(doctor.page)).not.toContainText('the doctor types');
	await expect(textOf(amina.page)).not.toContainText('the doctor types');
	expect(await textOf(amina.page).evaluate((text) => (text as HTMLElement).innerText.length)).toBe(words);

	await card(amina.page).getByRole('button', { name: 'Resolve' }).click();
	await expect(card(reader.page)).toHaveCount(0);
	await reader.page.getByRole('checkbox', { name: 'Show resolved' }).check();
	await expect(card(reader.page)).toContainText('Is the sister told?');

	// far from a network: a comment and a suggestion arrive where the words are then
	await doctor.page.keyboard.press('Escape');
	await doctor.goOffline();
	await select(doctor.page, 'before the winter');
	await doctor.page.getByRole('button', { name: 'Comment', exact: true }).first().click();
	await doctor.page.getByRole('textbox', { name: 'Comment' }).fill('November at the latest.');
	await doctor.page.getByRole('button', { name: 'Add comment' }).click();
	await expect(doctor.page.getByRole('article', { name: /before the winter/ })).toBeVisible();
	await doctor.page.keyboard.press('Escape');
	await select(doctor.page, 'would like');
	await doctor.page.locator('.over').getByRole('button', { name: 'Suggest a change' }).click();
	await doctor.page.getByRole('textbox', { name: 'Suggested words' }).fill('wants');
	await doctor.page.getByRole('button', { name: 'Suggest', exact: true }).click();
	const suggested = 'Suggestion by Dr. Osei: replace “would like” with “wants”';
	await expect(doctor.page.getByRole('dialog', { name: 'Comments' })).toContainText('Withdraw');
	await cleanForAxe(doctor.page, 'threads in a sheet');
	await doctor.page.keyboard.press('Escape');
	await write(amina.page, 'Something that was written meanwhile.');
	await doctor.goOnline();
	await expect(textOf(reader.page)).toContainText('would like (suggested insertion by Dr. Osei: wants)');
	await expect(reader.page.getByRole('complementary', { name: 'Comments' })).toMatchAriaSnapshot(`
		- complementary "Comments":
		  - heading "Comments" [level=2]
		  - checkbox "Show resolved" [checked]
		  - 'article "${suggested}"'
		  - article "Comment by Dr. Osei on “nearer to her sister”":
		    - paragraph: Is the sister told?
		    - paragraph: Yes, on Monday.
		    - paragraph: Resolved by Amina
		  - article "Comment by Dr. Osei on “before the winter”":
		    - paragraph: November at the latest.
	`);
	await expect(reader.page.getByRole('button', { name: 'Accept' })).toHaveCount(0);
	await cleanForAxe(reader.page, 'threads beside the text');
	await amina.page.getByRole('article', { name: suggested }).getByRole('button', { name: 'Accept' }).click();
	for (const { page } of [amina, doctor, reader])
		await expect
			.poll(() => wordsOf(page))
			.toContain('Rosa wants to move nearer to her sister before the winter.');

	const late = amina.page.getByRole('article', { name: /Comment by Dr\. Osei on .*before the winter/ });
	await expect(late).toContainText('November at the latest.');
	await select(amina.page, 'before the winter');
	await amina.page.keyboard.press('Delete');
	await expect(amina.page.getByRole('heading', { name: 'Detached' })).toBeVisible();
	await expect(amina.page.getByText('November at the latest.')).toBeVisible();
	await select(amina.page, 'Something that was written meanwhile.');
	await amina.page.getByRole('button', { name: 'Attach to selection' }).click();
	await expect(amina.page.getByRole('heading', { name: 'Detached' })).toHaveCount(0);
	await expect(amina.page.getByText('November at the latest.')).toBeVisible();

	// on a narrow screen, what is typed after closing the comments stands where the finger was
	await amina.page.setViewportSize(PHONE);
	await select(amina.page, 'nearer to her sister');
	await amina.page.getByRole('button', { name: 'Comment', exact: true }).first().click();
	await amina.page.getByRole('textbox', { name: 'Comment' }).fill('And her nieces.');
	await amina.page.getByRole('button', { name: 'Add comment' }).click();
	await expect(amina.page.getByRole('dialog', { name: 'Comments' })).toContainText('And her nieces.');
	await amina.page.keyboard.press('Escape');
	await expect(amina.page.getByRole('dialog', { name: 'Comments' })).toHaveCount(0);
	await expect(textOf(amina.page)).toBeFocused();
	const quote = textOf(amina.page).locator('blockquote p').first();
	await quote.click();
	await amina.page.keyboard.type('I want my own front door.');
	await expect(quote).toHaveText('I want my own front door.');

	// and a guest sees this case, not the agency
	await doctor.page.goto('/');
	await expect(doctor.page.getByRole('link', { name: /Rosa M\./ })).toBeVisible();
	await expect(doctor.page.getByRole('button', { name: 'New case' })).toHaveCount(0);
	await amina.page.goto(casePage);
	await expect(amina.page.getByText('Dr. Osei')).toBeVisible();
});

test('A mention and a question wait on the caseload, lead to their words, and are gone once read and answered', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson();
	const doctor = await newPerson({ viewport: PHONE });
	await found(amina.page, relay, 'Harbour House', 'Ana María Núñez');
	await newCase(amina.page, 'Rosa M.');
	const casePage = amina.page.url();
	const toComment = await inviteTo(amina.page, 'Comment');
	await newPlan(amina.page);
	await titleOf(amina.page).fill('Plan for Rosa');
	await write(amina.page, SENTENCE);
	await saved(amina.page);
	const plan = new URL(amina.page.url()).pathname;
	await amina.page.goto('/');
	await expect(amina.page.getByText('Nothing right now.')).toBeVisible();

	await join(doctor.page, toComment, 'Dr. Osei');
	await doctor.page.goto(plan);
	await expect(textOf(doctor.page)).toContainText(SENTENCE);
	const say = async (words: string, comment: string, question: boolean) => {
		await select(doctor.page, words);
		await doctor.page.getByRole('button', { name: 'Comment', exact: true }).first().click();
		const box = doctor.page.getByRole('textbox', { name: 'Comment' });
		await box.pressSequentially(comment);
		if (!question) {
			await doctor.page
				.getByRole('listbox')
				.getByRole('option', { name: /Ana María Núñez/ })
				.click();
			await expect(box).toHaveValue(/@Ana María Núñez $/);
		} else await doctor.page.getByLabel('Question for').selectOption('Ana María Núñez');
		await doctor.page.getByRole('button', { name: 'Add comment' }).click();
		await expect(doctor.page.getByRole('article', { name: new RegExp(words) })).toBeVisible();
		await doctor.page.keyboard.press('Escape');
	};
	await say('nearer to her sister', 'This is for @nun', false);
	await say('before the winter', 'Which month?', true);
	await saved(doctor.page);

	await amina.page.goto('/');
	const waiting = amina.page.getByRole('region', { name: /Waiting for you/ });
	await expect(waiting.getByRole('link')).toHaveCount(2);
	await expect(
		waiting.getByRole('link', { name: /Dr\. Osei mentions you .*@Ana María Núñez/ })
	).toBeVisible();
	await expect(waiting.getByText('Rosa M. · Plan for Rosa').first()).toBeVisible();
	await waiting.getByRole('button', { name: /^Questions/ }).click();
	await expect(waiting.getByRole('link')).toHaveCount(1);
	await waiting.getByRole('button', { name: 'All', exact: true }).click();
	await expect(amina.page.getByRole('listitem').filter({ hasText: 'Rosa M.' }).last()).toContainText(
		'2 for you'
	);
	await cleanForAxe(amina.page, 'waiting for you');
	await waiting.getByRole('button', { name: 'Mark all as read' }).click();
	await expect(waiting.getByRole('link')).toHaveCount(1);
	await expect(waiting.getByText('New')).toHaveCount(0);
	await saved(amina.page);

	await amina.page.goto(casePage);
	await expect(amina.page.getByText('1 for you')).toBeVisible();
	await amina.page.goto('/');
	await expect(waiting.getByRole('link')).toHaveCount(1);
	await amina.page.locator('body').press('w');
	await expect(waiting.getByRole('link')).toBeFocused();
	await amina.page.keyboard.press('Enter');
	const card = amina.page.getByRole('article', { name: /before the winter/ });
	await expect(card).toBeFocused();
	await expect(card).toContainText('Question for you');
	await cleanForAxe(amina.page, 'a question in the text');
	await card.getByRole('textbox', { name: 'Reply' }).fill('November.');
	await card.getByRole('button', { name: 'Reply' }).click();
	await expect(card).toContainText('answered by you');
	await saved(amina.page);
	await amina.page.goto('/');
	await expect(amina.page.getByText('Nothing right now.')).toBeVisible();

	// and for the doctor, whose thread it is
	await doctor.page.goto('/');
	await expect(
		doctor.page.getByRole('link', { name: /Ana María Núñez replied on “before the winter”/ })
	).toBeVisible();
	await cleanForAxe(doctor.page, 'waiting for you, on a phone');
	await doctor.page.getByRole('link', { name: /replied/ }).click();
	await expect(doctor.page.getByRole('dialog', { name: 'Comments' })).toContainText('November.');
	await saved(doctor.page);
	await doctor.page.goto('/');
	await expect(doctor.page.getByText('Nothing right now.')).toBeVisible();
});
