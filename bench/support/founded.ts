/** An agency with one case and one plan, made through the pages, for measurements of the app as it is delivered. */
import type { BrowserContext, Page } from '@playwright/test';
import type { RelayProcess } from '../../tests/support/relay-process.ts';

export async function foundPlan(
	context: BrowserContext,
	relay: RelayProcess
): Promise<{ page: Page; plan: string }> {
	const page = await context.newPage();
	await page.goto(relay.readyUrl);
	await page.getByLabel('Agency name').fill('Harbour House');
	await page.getByLabel('Your name').fill('Amina');
	await page.getByRole('button', { name: 'Found agency' }).click();
	await page.getByRole('button', { name: 'New case' }).click();
	await page.getByLabel('Case name').fill('Case one');
	await page.getByRole('button', { name: 'Create case' }).click();
	await page.getByRole('button', { name: 'New document' }).click();
	await page.getByRole('button', { name: 'Case plan' }).click();
	await page.getByRole('textbox', { name: 'Document text' }).waitFor();
	await page.getByRole('textbox', { name: 'Document title' }).fill('Plan');
	await page.getByRole('status', { name: 'Saved state' }).filter({ hasText: 'Saved at the relay' }).waitFor();
	return { page, plan: page.url() };
}
