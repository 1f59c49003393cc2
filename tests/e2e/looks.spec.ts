import type { Page } from '@playwright/test';
import { caseNotes } from '../support/case-notes.ts';
import {
	cleanForAxe,
	DESKTOP,
	expect,
	fits,
	found,
	invite,
	newCase,
	newPlan,
	PHONE,
	saved,
	savedState,
	test,
	textOf,
	titleOf,
	write
} from './app.ts';

// nothing here needs what is kept for a time without a network
test.use({ serviceWorkers: 'block' });

test('From the founding to the documents, every page is clean for axe and fits, light and dark, on a desk and on a phone', async ({
	relay,
	newPerson
}) => {
	const { page } = await newPerson();
	await page.goto(relay.readyUrl);
	await expect(page.getByLabel('Agency name')).toBeVisible();
	await clean(page, 'founding');
	await found(page, relay, 'Harbour House', 'Amina Diallo');
	await clean(page, 'empty caseload');
	await page.getByRole('button', { name: 'New case' }).click();
	await clean(page, 'new case');
	await newCase(page, 'Christopher Williams and household');
	await clean(page, 'case without documents');
	await page.getByRole('button', { name: 'New document' }).click();
	await clean(page, 'new document');
	await page.getByRole('button', { name: 'Look inside' }).first().click();
	await expect(page.getByText('How they came to us')).toBeVisible();
	await clean(page, 'a template looked at');
	await page.keyboard.press('Escape');
	for (const kind of ['Household budget', 'Release plan']) {
		await page.getByRole('button', { name: 'New document' }).click();
		await page.getByRole('button', { name: kind, exact: true }).click();
		await expect(textOf(page)).toBeVisible();
		await clean(page, kind);
		await textOf(page).focus();
		await page.keyboard.press('Control+f');
		await clean(page, `${kind}, finding`);
		await page.getByRole('link', { name: 'Christopher' }).click();
	}
});

test('From the invitation to the plan, every page is clean for axe and fits, light and dark, on a desk and on a phone', async ({
	relay,
	newPerson
}) => {
	const { page } = await newPerson();
	const guest = await newPerson();
	await found(page, relay, 'Harbour House', 'Amina Diallo');
	await newCase(page, 'Christopher Williams and household');
	const link = await invite(page);
	await page.getByRole('button', { name: 'Invite' }).click();
	await expect(page.getByRole('textbox', { name: 'Invitation link' })).toBeVisible();
	await clean(page, 'invite');
	await page.keyboard.press('Escape');
	await newPlan(page);
	await titleOf(page).fill('Plan for the spring');
	await write(page, caseNotes[0] ?? '');
	await saved(page);
	await clean(page, 'document');
	await savedState(page).getByRole('button').click();
	await clean(page, 'saved state, open');
	await page.keyboard.press('Escape');
	await page.goto('/');
	await expect(page.getByRole('link', { name: /Christopher/ })).toBeVisible();
	await clean(page, 'caseload');

	await guest.page.goto(link);
	await expect(guest.page.getByRole('button', { name: 'Join' })).toBeVisible();
	await clean(guest.page, 'join');
	await guest.page.goto(`${relay.origin}/join#mangled`);
	await expect(guest.page.getByRole('alert')).toBeVisible();
	await clean(guest.page, 'mangled link');
	await guest.page.goto('/');
	await expect(guest.page.getByRole('heading', { level: 1 })).toHaveText('You need an invitation');
	await clean(guest.page, 'needs an invitation');
});

/** As it stands, in both sizes and both schemes; then as it was. */
async function clean(page: Page, name: string): Promise<void> {
	for (const colorScheme of ['dark', 'light'] as const) {
		await page.emulateMedia({ colorScheme });
		for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
			await page.setViewportSize(viewport);
			await cleanForAxe(page, `${name}, ${colorScheme}, ${size}`);
			await fits(page, `${name}, ${colorScheme}, ${size}`);
		}
	}
}
