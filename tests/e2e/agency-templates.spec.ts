import {
	cleanForAxe,
	expect,
	found,
	invite,
	join,
	newCase,
	newPlan,
	PHONE,
	readyForOffline,
	saved,
	test,
	textOf,
	write
} from './app.ts';

test('A worker makes a template of a plan, and a colleague begins with it, offline too, with nothing of the person in it', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson();
	const ben = await newPerson({ viewport: PHONE, colorScheme: 'dark' });
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await newCase(amina.page, 'Rosa M.');
	const link = await invite(amina.page);
	await newPlan(amina.page);
	await textOf(amina.page).locator('h2', { hasText: 'Goals' }).click();
	await amina.page.keyboard.type(' for the winter');
	await write(amina.page, 'Rosa lost her keys on Monday.');
	await saved(amina.page);

	await amina.page.getByRole('button', { name: 'Save as a template' }).click();
	const dialog = amina.page.getByRole('dialog', { name: 'Save as a template of the agency' });
	const kept = dialog.getByRole('region', { name: 'What will be kept' });
	await expect(kept).toContainText('for the winter');
	await expect(kept).not.toContainText('Rosa');
	await dialog.getByRole('radio', { name: /Everything/ }).check();
	await expect(kept).toContainText('Rosa lost her keys');
	await dialog.getByRole('radio', { name: /Headings/ }).check();
	await expect(kept).not.toContainText('Rosa');
	await dialog.getByRole('textbox', { name: 'Name of the template' }).fill('Winter plan');
	await cleanForAxe(amina.page, 'a template to be saved');
	await dialog.getByRole('button', { name: 'Save template' }).click();
	await expect(dialog).toHaveCount(0);

	await join(ben.page, link, 'Ben');
	await saved(ben.page);
	await readyForOffline(ben.page);
	await ben.page.getByRole('button', { name: 'New document' }).click();
	await expect(ben.page.getByRole('button', { name: 'Winter plan' })).toBeVisible();
	await ben.goOffline();
	await ben.page
		.getByRole('listitem')
		.filter({ hasText: 'Winter plan' })
		.getByRole('button', { name: 'Look inside' })
		.click();
	await expect(ben.page.getByRole('region', { name: 'What it begins with' })).toContainText('Who and why');
	await ben.page.getByRole('button', { name: 'Begin with this' }).click();
	await expect(textOf(ben.page)).toContainText('for the winter');
	await expect(textOf(ben.page)).not.toContainText('Rosa');
	await write(ben.page, 'Written by Ben.');
	await ben.goOnline();

	await amina.page.getByRole('link', { name: 'Rosa M.' }).click();
	await expect(amina.page.getByText('from “Winter plan”')).toBeVisible();
	await amina.page.getByText('from “Winter plan”').locator('..').getByRole('link').click();
	await expect(textOf(amina.page)).toContainText('Written by Ben.');
	await expect(textOf(amina.page).locator('h2')).toHaveCount(7);

	await amina.page.getByRole('link', { name: 'Rosa M.' }).click();
	await amina.page.getByRole('button', { name: 'New document' }).click();
	await amina.page
		.getByRole('listitem')
		.filter({ hasText: 'Winter plan' })
		.getByRole('button', { name: 'Look inside' })
		.click();
	const managed = amina.page.getByRole('dialog');
	await managed.getByRole('button', { name: 'Rename' }).click();
	await managed.getByRole('textbox', { name: 'Name of the template' }).fill('Cold months');
	await managed.getByRole('button', { name: 'Rename' }).click();
	await expect(amina.page.getByRole('heading', { name: 'Cold months' })).toBeVisible();
	await managed.getByRole('button', { name: 'Remove' }).click();
	await managed.getByRole('button', { name: 'Remove it' }).click();
	await expect(amina.page.getByRole('button', { name: 'Cold months' })).toHaveCount(0);
});
