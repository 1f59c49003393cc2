import { readFile } from 'node:fs/promises';
import {
	expect,
	found,
	invite,
	join,
	newCase,
	newPlan,
	PHONE,
	saved,
	savedState,
	test,
	textOf,
	write
} from './app.ts';

// nothing here needs what is kept for a time without a network
test.use({ serviceWorkers: 'block' });

test('A phone is added by link and number and shut out again; a colleague removed while offline keeps their words', async ({
	relay,
	newPerson
}) => {
	const ana = await newPerson();
	const phone = await newPerson({ viewport: PHONE });
	const ben = await newPerson();
	await found(ana.page, relay, 'Harbour House', 'Ana');
	await newCase(ana.page, 'Case one');
	const casePage = ana.page.url();
	await newPlan(ana.page);
	const plan = ana.page.url();
	await write(ana.page, 'Rosa wants a room of her own.');
	await saved(ana.page);

	// the link gives nothing by itself; both screens show one number
	await ana.page.goto('/');
	await ana.page.getByRole('link', { name: 'My devices' }).click();
	await ana.page.getByRole('button', { name: 'Add a device' }).click();
	await ana.page.getByRole('button', { name: 'Make a link' }).click();
	const link = await ana.page.getByLabel('Link for your device').inputValue();
	await phone.page.goto(link);
	await phone.page.getByRole('button', { name: 'Add this device' }).click();
	const number = await phone.page.getByLabel('Safety number').textContent();
	expect(number).toMatch(/\d/);
	await expect(ana.page.getByLabel('Safety number')).toHaveText(number ?? '');
	await ben.page.goto(link);
	await expect(ben.page.getByText('Each one works for one person only')).toBeVisible();
	await ana.page.getByLabel('What you call it').fill('Red phone');
	await ana.page.getByRole('button', { name: 'The numbers are the same' }).click();
	await ana.page.getByRole('button', { name: 'Done' }).click();
	await expect(
		ana.page.getByRole('list', { name: 'My devices' }).locator('> li').filter({ hasText: 'Red phone' })
	).toBeVisible();

	// everything is there, under her name, without typing it
	await expect(phone.page.getByRole('heading', { name: 'This device is yours now' })).toBeVisible();
	await phone.page.getByRole('button', { name: 'Open' }).click();
	await phone.page.getByRole('link', { name: 'Case one' }).click();
	await phone.page.goto(plan);
	await write(phone.page, 'Written on the phone.');
	await expect(textOf(phone.page)).toContainText('Rosa wants a room of her own.');
	await saved(phone.page);

	await ana.page.goto(casePage);
	await join(ben.page, await invite(ana.page), 'Ben');
	await ben.page.goto(plan);
	await expect(textOf(ben.page)).toContainText('Written on the phone.');

	// both write where nobody hears them, and both are shut out meanwhile
	await ben.goOffline();
	await write(ben.page, 'Ben wrote this on the train.');
	await phone.goOffline();
	await write(phone.page, 'Lost with the phone.');
	await ana.page.goto('/people');
	await ana.page.getByRole('button', { name: 'Ben leaves' }).click();
	await ana.page.getByRole('button', { name: 'Remove Ben everywhere' }).click();
	await expect(ana.page.getByText('Ben was removed from Harbour House, Case one.')).toBeVisible();
	await ana.page.goto('/devices');
	await ana.page.getByRole('button', { name: 'Remove Red phone' }).click();
	await ana.page.getByRole('button', { name: 'Remove it everywhere' }).click();
	await expect(ana.page.getByText('Red phone was removed. It can open nothing any more.')).toBeVisible();

	await ben.goOnline();
	await expect(ben.page.getByRole('heading', { level: 1 })).toHaveText(
		'You are not in the circle of care any more'
	);
	await expect(ben.page.getByRole('alert')).toContainText('Ana removed you from “Case one”');
	const download = ben.page.waitForEvent('download');
	await ben.page.getByRole('button', { name: 'Save my words' }).click();
	expect(await readFile(await (await download).path(), 'utf8')).toContain('Ben wrote this on the train.');

	await phone.goOnline();
	await expect(phone.page.getByRole('heading', { level: 1 })).toHaveText('This device was removed');
	await expect(phone.page.getByText('You removed this device from “Case one”')).toBeVisible();
	await expect(phone.page.getByRole('button', { name: 'Save my words' })).toBeVisible();
	// one thing happened, and one thing is said
	for (const { page } of [ben, phone]) {
		await savedState(page).getByRole('button').click();
		await expect(page.getByText('Your role here does not allow this.')).toHaveCount(0);
	}

	await ana.page.goto(plan);
	await expect(textOf(ana.page)).toContainText('Written on the phone.');
	await write(ana.page, 'Only for who is in.');
	await saved(ana.page);
	await expect(textOf(ana.page)).not.toContainText('on the train');
	await expect(textOf(ana.page)).not.toContainText('Lost with the phone');
});
