import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { caseNotes } from '../support/case-notes.ts';
import {
	DESKTOP,
	expect,
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

for (const colorScheme of ['light', 'dark'] as const) {
	for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
		test(`Every page is clean for axe and fits, ${colorScheme}, ${size}`, async ({ relay, newPerson }) => {
			test.setTimeout(120_000);
			const amina = await newPerson({ colorScheme, viewport });
			const guest = await newPerson({ colorScheme, viewport });
			const { page } = amina;
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
	}
}

async function clean(page: Page, name: string): Promise<void> {
	const { violations } = await new AxeBuilder({ page }).analyze();
	const found = violations.map(
		({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`
	);
	expect.soft(found, `axe, ${name}`).toEqual([]);
	const overflow = await page.evaluate(
		() => document.documentElement.scrollWidth - document.documentElement.clientWidth
	);
	expect.soft(overflow, `sideways scrolling, ${name}`).toBeLessThanOrEqual(0);
}
