import { expect, found, invite, join, newCase, newPlan, saved, test, textOf, write } from './app.ts';

// nothing here needs what is kept for a time without a network
test.use({ serviceWorkers: 'block' });

test('A doctor asks and is let in; a colleague comments only, leaves the agency, and the record tells it all', async ({
	relay,
	newPerson
}) => {
	const ana = await newPerson();
	const ben = await newPerson();
	const lee = await newPerson();
	await found(ana.page, relay, 'Harbour House', 'Ana');
	await newCase(ana.page, 'Case one');
	const casePage = ana.page.url();
	await newPlan(ana.page);
	const plan = ana.page.url();
	await write(ana.page, 'Rosa wants a room of her own.');
	await saved(ana.page);
	await ana.page.goto(casePage);
	await join(ben.page, await invite(ana.page), 'Ben');
	await ben.page.goto(plan);
	await write(ben.page, 'Ben has asked the landlord.');
	await saved(ben.page);

	// from outside: asks, compares a number, is let in to comment until a day
	await ana.page.goto(`${casePage}/people`);
	await ana.page.getByRole('button', { name: 'Invite someone from outside' }).click();
	await expect(ana.page.getByRole('radio', { name: /^Commenter/ })).toBeChecked();
	await expect(ana.page.getByLabel('Last day')).not.toHaveValue('');
	await ana.page.getByRole('button', { name: 'Make link' }).click();
	const link = await ana.page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
	await ana.page.getByRole('button', { name: 'Done' }).click();
	await lee.page.goto(link);
	await expect(lee.page.getByRole('heading', { level: 1 })).toHaveText('You are invited to ask for access');
	await lee.page.getByLabel('Your name').fill('Dr. Lee');
	await lee.page.getByLabel('Where you work').fill('General Hospital');
	await lee.page.getByRole('button', { name: 'Ask to be let in' }).click();
	const theirs = await lee.page.getByLabel('Safety number').textContent();
	await expect(
		ana.page.getByRole('heading', { name: 'Dr. Lee, General Hospital asks to be let in' })
	).toBeVisible();
	expect(theirs).toMatch(/\d/);
	await expect(ana.page.getByLabel('Safety number')).toHaveText(theirs ?? '');
	await ana.page.getByRole('button', { name: /^Approve/ }).click();
	await lee.page.getByRole('button', { name: 'Open' }).click();
	await lee.page.goto(plan);
	await expect(lee.page.getByText('Ben has asked the landlord.')).toBeVisible();
	await expect(lee.page.getByText('Writing in it is not part of your role here.')).toBeVisible();

	// less than before: Ben's editor closes, his words stay
	await ana.page.getByRole('button', { name: 'Change access of Ben' }).click();
	await ana.page.getByRole('radio', { name: /^Commenter/ }).check();
	await expect(ana.page.getByText('What Ben wrote so far stays.')).toBeVisible();
	await ana.page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(ana.page.getByRole('listitem').filter({ hasText: 'Ben' })).toContainText(
		'Comments and suggests'
	);
	await expect(ben.page.getByText('Writing in it is not part of your role here.')).toBeVisible();

	// Ben leaves: gone everywhere in one step, and what comes is not for him
	await ana.page.goto('/people');
	await ana.page.getByRole('button', { name: 'Ben leaves' }).click();
	await ana.page.getByRole('button', { name: 'Remove Ben everywhere' }).click();
	await expect(ana.page.getByText('Ben was removed from Harbour House, Case one.')).toBeVisible();
	await ana.page.getByRole('button', { name: 'Done' }).click();
	await ana.page.goto(plan);
	await expect(textOf(ana.page)).toContainText('Ben has asked the landlord.');
	await write(ana.page, 'Not for Ben.');
	await saved(ana.page);
	await expect(lee.page.getByText('Not for Ben.')).toBeVisible();
	await expect(ben.page.getByText('Not for Ben.')).toHaveCount(0);

	await ana.page.goto(`${casePage}/record`);
	const lines = ana.page.getByRole('main').getByRole('listitem');
	await expect(lines.first()).toContainText('Ana removed Ben');
	await expect(lines.filter({ hasText: 'approved the request of Dr. Lee' })).toHaveCount(1);
	await expect(lines.last()).toContainText('Ana opened this case.');
	const download = ana.page.waitForEvent('download');
	await ana.page.getByRole('button', { name: 'Save for a spreadsheet' }).click();
	expect((await download).suggestedFilename()).toBe('record-of-access.csv');

	// the plan is limited: it leaves the case for everybody, and goes on with all its words in a place of its own
	await ana.page.goto(plan);
	await ana.page.getByRole('button', { name: 'Who may see this' }).click();
	await expect(
		ana.page.getByText('Everybody in this case: you and Dr. Lee, General Hospital.')
	).toBeVisible();
	await ana.page.getByRole('button', { name: 'Limit to some people…' }).click();
	await expect(ana.page.getByText('stays on their devices')).toBeVisible();
	await ana.page.getByRole('button', { name: 'Limit this document' }).click();
	const people = ana.page.getByRole('link', { name: 'Restricted: 1 person' });
	await expect(people).toBeVisible();
	await expect(textOf(ana.page)).toContainText('Ben has asked the landlord.');
	await expect(lee.page.getByRole('alert')).toContainText('Ana limited this document to some people');
	await expect(lee.page.getByText('Rosa wants a room')).toHaveCount(0);

	// and opened to somebody from outside, who sees it and nothing else
	await people.click();
	await ana.page.getByRole('button', { name: 'Invite someone from outside' }).click();
	await ana.page.getByRole('radio', { name: /^Join at once/ }).check();
	await ana.page.getByRole('button', { name: 'Make link' }).click();
	const alone = await ana.page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
	await ana.page.getByRole('button', { name: 'Done' }).click();
	// her own clock, to be put forward
	const nia = await newPerson({ clockOffDays: 0 });
	await nia.page.goto(alone);
	await nia.page.getByLabel('Your name').fill('Nia');
	await nia.page.getByRole('button', { name: 'Join' }).click();
	await expect(nia.page.getByText('Ben has asked the landlord.')).toBeVisible();
	await expect(
		nia.page.getByRole('navigation', { name: 'Documents of this case' }).getByRole('link')
	).toHaveCount(1);
	await nia.page.getByRole('link', { name: 'Caseload' }).first().click();
	await expect(nia.page.getByRole('link', { name: 'Case plan' })).toBeVisible();
	await expect(nia.page.getByText('Case one')).toHaveCount(0);

	// her last hour ends in the middle of a meeting: the page says so by itself, and there is nothing left to write in
	await nia.page.getByRole('link', { name: 'Case plan' }).click();
	await expect(nia.page.getByText('Ben has asked the landlord.')).toBeVisible();
	await nia.page.clock.fastForward(73 * 3_600_000);
	await expect(nia.page.getByRole('heading', { level: 1 })).toHaveText('Your access has ended');
	// for a moment another alert may stand there: to what is being written just now, the disk took three days
	await expect(
		nia.page.getByRole('alert').filter({ hasText: 'Your last day in “Case plan” is over' })
	).toBeVisible();
	await expect(nia.page.getByRole('alert')).toHaveCount(1);
	await expect(nia.page.getByText('Ben has asked the landlord.')).toHaveCount(0);
	await expect(nia.page.getByText('Your role here does not allow this.')).toHaveCount(0);
	await expect(nia.page.getByRole('textbox')).toHaveCount(0);

	// put back, it is the case's again
	await ana.page.getByRole('button', { name: 'Put back into the case' }).click();
	await expect(textOf(ana.page)).toContainText('Not for Ben.');
	await expect(lee.page.getByText('Not for Ben.')).toBeVisible();
});
