import { expect, found, invite, join, newCase, test } from './app.ts';

test('A link works once, and says so the second time', async ({ relay, newPerson }) => {
	const amina = await newPerson();
	const ben = await newPerson();
	const carl = await newPerson();
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
	await carl.page.goto('about:blank');
	await carl.page.goto(link);
	await expect(carl.page.getByRole('alert')).toContainText('This invitation has already been used.');
});

test('Two people who press Join with one link at once: one is in, the other is told', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson();
	const guests = [await newPerson(), await newPerson()];
	await found(amina.page, relay, 'Harbour House', 'Amina');
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

test('An expired link says that it has expired', async ({ relay, newPerson }) => {
	const amina = await newPerson();
	const late = await newPerson({ clockOffDays: 8 });
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await newCase(amina.page, 'Case one');
	const link = await invite(amina.page);
	await late.page.goto(link);
	await expect(late.page.getByRole('alert')).toContainText('This invitation has expired.');
});

test('A withdrawn link says that it was withdrawn', async ({ relay, newPerson }) => {
	const amina = await newPerson();
	const ben = await newPerson();
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await newCase(amina.page, 'Case one');
	await amina.page.getByRole('button', { name: 'Invite' }).click();
	const link = await amina.page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
	await amina.page.getByRole('button', { name: /^Withdraw/ }).click();
	await expect(amina.page.getByRole('button', { name: /^Withdraw/ })).toHaveCount(0);
	await ben.page.goto(link);
	await expect(ben.page.getByRole('alert')).toContainText('This invitation was withdrawn.');
});

test('A link with a character missing, and one of another relay, each get their own sentence', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson();
	const ben = await newPerson();
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await newCase(amina.page, 'Case one');
	const link = await invite(amina.page);
	await ben.page.goto(link.slice(0, -1));
	await expect(ben.page.getByRole('alert')).toContainText('This invitation link is not complete.');
	await ben.page.goto('about:blank');
	await ben.page.goto(link.replace(/#(.{20})./, (_, start: string) => `#${start}`));
	await expect(ben.page.getByRole('alert')).toContainText('This invitation link is not complete.');
	await ben.page.goto('about:blank');
	await ben.page.goto(`${relay.origin}/join`);
	await expect(ben.page.getByRole('alert')).toContainText('This invitation link is not complete.');
});

test('Without a founding code a founded relay says that one needs an invitation', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson();
	const stranger = await newPerson();
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
});
