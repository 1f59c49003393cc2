import { expect, found, invite, join, newCase, test } from './app.ts';

// nothing here needs what is kept for a time without a network
test.use({ serviceWorkers: 'block' });

test('A link works once; one that was used, withdrawn, mangled or is too old says so', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson();
	const ben = await newPerson();
	const carl = await newPerson();
	const late = await newPerson({ clockOffDays: 8 });
	const told = carl.page.getByRole('alert');
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await newCase(amina.page, 'Case one');
	const link = await invite(amina.page);
	await ben.page.goto(link);
	await expect(ben.page.getByRole('heading', { level: 1 })).toContainText(
		'Amina invites you to Harbour House'
	);
	// nothing is joined by opening a link: a mail scanner that looked at it spoils nothing
	await carl.page.goto(link);
	await expect(carl.page.getByRole('button', { name: 'Join' })).toBeVisible();
	await join(ben.page, link, 'Ben');
	const open = async (address: string) => {
		await carl.page.goto('about:blank');
		await carl.page.goto(address);
	};
	await open(link);
	await expect(told).toContainText('This invitation has already been used.');

	const characterMissing = link.slice(0, -1);
	const characterMissingInside = link.replace(/#(.{20})./, (_, start: string) => `#${start}`);
	for (const mangled of [characterMissing, characterMissingInside, `${relay.origin}/join`]) {
		await open(mangled);
		await expect(told).toContainText('This invitation link is not complete.');
	}

	await amina.page.getByRole('button', { name: 'Invite' }).click();
	const second = await amina.page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
	await late.page.goto(second);
	await expect(late.page.getByRole('alert')).toContainText('This invitation has expired.');
	await amina.page
		.getByRole('button', { name: /^Withdraw/ })
		.first()
		.click();
	await expect(amina.page.getByRole('button', { name: /^Withdraw/ })).toHaveCount(0);
	await open(second);
	await expect(told).toContainText('This invitation was withdrawn.');
});

test('A founding code works once; of two who press Join with one link at once one is in, the other is told', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson();
	const stranger = await newPerson();
	const guests = [stranger, await newPerson()];
	await stranger.page.goto('/');
	await expect(stranger.page.getByRole('heading', { level: 1 })).toHaveText('No agency works here yet');
	await stranger.page.goto('/#found=not-the-code');
	await stranger.page.getByLabel('Agency name').fill('Mine');
	await stranger.page.getByLabel('Your name').fill('Me');
	await stranger.page.getByRole('button', { name: 'Found agency' }).click();
	await expect(stranger.page.getByRole('alert')).toContainText('founding link is no longer valid');
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await stranger.page.goto('about:blank');
	await stranger.page.goto(relay.readyUrl);
	await expect(stranger.page.getByRole('heading', { level: 1 })).toHaveText('You need an invitation');

	await newCase(amina.page, 'Case one');
	const link = await invite(amina.page);
	for (const { page } of guests) {
		await page.goto(link);
		await page.getByLabel('Your name').fill('Guest');
	}
	await Promise.all(guests.map(({ page }) => page.getByRole('button', { name: 'Join' }).click()));
	const ends = await Promise.all(
		guests.map(async ({ page }) => {
			const isIn = page.getByRole('link', { name: 'Back to caseload' });
			const isTold = page.getByRole('alert').filter({ hasText: 'This invitation has already been used.' });
			await expect(isIn.or(isTold).first()).toBeVisible();
			return (await isIn.count()) > 0 ? 'in' : 'told';
		})
	);
	expect(ends.sort()).toEqual(['in', 'told']);
});
