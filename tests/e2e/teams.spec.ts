import { expect, found, invite, join, newCase, newPlan, saved, test, textOf, write } from './app.ts';

// nothing here needs what is kept for a time without a network
test.use({ serviceWorkers: 'block' });

test('A case is shared with a team: who joins the team opens it, and who leaves reads nothing more', async ({
	relay,
	newPerson
}) => {
	const ana = await newPerson();
	const carl = await newPerson();
	await found(ana.page, relay, 'Harbour House', 'Ana');
	// Carl is of the agency by a case that the team has nothing to do with
	await newCase(ana.page, 'Case zero');
	await join(carl.page, await invite(ana.page), 'Carl');
	await newCase(ana.page, 'Case one');
	const casePage = ana.page.url();
	await newPlan(ana.page);
	const plan = ana.page.url();
	await write(ana.page, 'Rosa wants a room of her own.');
	await saved(ana.page);

	// a team, and the case is shared with it once
	await ana.page.goto('/people');
	await ana.page.getByRole('button', { name: 'New team' }).click();
	await ana.page.getByLabel('Team name').fill('Harbour House, nights');
	await ana.page.getByRole('button', { name: 'Create team' }).click();
	await expect(ana.page.getByRole('heading', { level: 1, name: 'Harbour House, nights' })).toBeVisible();
	const teamPage = ana.page.url();
	await ana.page.goto(`${casePage}/people`);
	await ana.page.getByRole('button', { name: 'Add a team' }).click();
	await ana.page.getByRole('radio', { name: /^Harbour House, nights/ }).check();
	await ana.page.getByRole('button', { name: 'Add team', exact: true }).click();
	const line = ana.page.getByRole('listitem').filter({ hasText: 'Harbour House, nights' });
	await expect(line).toContainText('1 person: Ana');

	// Carl joins the team, and nothing else is done
	await carl.page.goto('/');
	await expect(carl.page.getByRole('link', { name: 'Case zero' })).toBeVisible();
	await expect(carl.page.getByRole('link', { name: 'Case one' })).toHaveCount(0);
	await ana.page.goto(teamPage);
	// changing who is in needs the relay
	await saved(ana.page);
	await ana.page.getByRole('button', { name: 'Add Carl to the team' }).click();
	await carl.page.getByRole('link', { name: 'Case one' }).click();
	await carl.page.goto(plan);
	await expect(textOf(carl.page)).toContainText('Rosa wants a room of her own.');
	await write(carl.page, 'Carl was on shift.');
	await saved(carl.page);

	// a document for Ana alone: Carl learns that there is one, and nothing of it
	await ana.page.goto(casePage);
	await ana.page.getByRole('button', { name: 'New document' }).click();
	await ana.page.getByRole('radio', { name: /^Only people I choose/ }).check();
	await expect(ana.page.getByRole('checkbox', { name: 'Carl' })).not.toBeChecked();
	await ana.page.getByRole('checkbox', { name: /^Others may see/ }).check();
	await ana.page.getByRole('button', { name: 'Case note', exact: true }).click();
	await expect(ana.page.getByRole('link', { name: 'Restricted: 1 person' })).toBeVisible();
	await write(ana.page, 'Quinine for Rosa.');
	await saved(ana.page);
	await carl.page.goto(casePage);
	await expect(carl.page.getByText('To be let in, ask Ana.')).toBeVisible();
	await expect(carl.page.getByRole('link', { name: /^Case note/ })).toHaveCount(0);
	await ana.page.getByRole('link', { name: 'Restricted: 1 person' }).click();
	await expect(ana.page.getByRole('heading', { level: 1, name: 'Who may see this' })).toBeVisible();
	await ana.page.goto(teamPage);

	// Carl leaves it: his words stay, and what comes is not for him
	await ana.page.getByRole('button', { name: 'Remove Carl from the team' }).click();
	await ana.page.getByRole('button', { name: 'Remove Carl', exact: true }).click();
	await expect(carl.page.getByRole('alert').filter({ hasText: 'by the team' })).toContainText(
		'You were in “Case one” by the team “Harbour House, nights”, and are not in that team any more: Ana removed you'
	);
	await ana.page.goto(`${casePage}/record`);
	const lines = ana.page.getByRole('main').getByRole('listitem');
	await expect(lines.first()).toContainText('Ana renewed the keys');
	await expect(lines.filter({ hasText: 'let the team Harbour House, nights in' })).toHaveCount(1);
	await ana.page.goto(plan);
	await expect(textOf(ana.page)).toContainText('Carl was on shift.');
});
