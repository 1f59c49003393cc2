import { caseNotes } from '../support/case-notes.ts';
import {
	DESKTOP,
	expect,
	found,
	invite,
	join,
	newCase,
	newPlan,
	PHONE,
	readyForOffline,
	saved,
	sameWords,
	savedState,
	test,
	textOf,
	titleOf,
	write
} from './app.ts';

const [first = '', second = '', third = '', fourth = ''] = caseNotes;

test('An agency is founded, and two people write one plan, online, offline and back; undo takes back only one’s own words', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson({ viewport: DESKTOP });
	const ben = await newPerson({ viewport: PHONE });

	await found(amina.page, relay, 'Harbour House', 'Amina Diallo');
	await newCase(amina.page, 'Christopher W.');
	const link = await invite(amina.page);
	await amina.page.getByRole('button', { name: 'New document' }).click();
	await amina.page.getByRole('button', { name: 'Safety plan' }).click();
	await write(amina.page, 'Aunt Odile opens the door at any hour.');
	await amina.page.getByRole('link', { name: 'Christopher W.' }).first().click();
	await newPlan(amina.page);
	await titleOf(amina.page).fill('Plan for the spring');
	await write(amina.page, first);
	await saved(amina.page);

	await join(ben.page, link, 'Ben Novak');
	// the safety plan comes to his device, though he never opens it
	await ben.page.getByRole('searchbox', { name: 'Search in this case' }).fill('Odile');
	await expect(ben.page.getByRole('search').getByRole('link', { name: 'Safety plan' })).toBeVisible();
	await ben.page.getByRole('link', { name: 'Plan for the spring' }).click();
	await expect(textOf(ben.page)).toContainText(first);

	// both are here, by name
	await expect(amina.page.getByRole('list', { name: 'People here' })).toContainText('Ben Novak');
	await expect(ben.page.getByRole('list', { name: 'People here' })).toContainText('Amina Diallo');

	await write(ben.page, second);
	await expect(textOf(amina.page)).toContainText(second);
	await expect(savedState(ben.page)).toContainText('seen by Amina Diallo');

	// Ben goes offline, reloads, goes on writing; Amina writes meanwhile
	await readyForOffline(ben.page);
	await expect(textOf(ben.page)).toContainText(second);
	await ben.goOffline();
	await ben.page.reload();
	await expect(textOf(ben.page)).toContainText(second);
	await write(ben.page, third);
	await expect(savedState(ben.page)).toContainText('Saved on this device');
	await write(amina.page, fourth);
	await saved(amina.page);
	await ben.page.reload();
	await expect(textOf(ben.page)).toContainText(third);
	await expect(textOf(ben.page)).not.toContainText(fourth);

	// in a hard hour without a network the safety plan is one tap away, and the first thing on the page
	await ben.page.getByRole('link', { name: 'Christopher W.' }).first().click();
	await expect(ben.page.getByRole('heading', { level: 1 })).toHaveText('Christopher W.');
	const links = ben.page.getByRole('main').getByRole('link');
	await expect(links.first()).toHaveText('Back to caseload');
	await expect(links.nth(1)).toHaveText('Safety plan');
	await links.nth(1).click();
	await expect(textOf(ben.page)).toContainText('Aunt Odile opens the door at any hour.');
	await ben.page.goBack();
	await ben.page.getByRole('link', { name: 'Plan for the spring' }).click();

	await ben.goOnline();
	for (const { page } of [amina, ben]) {
		for (const note of [first, second, third, fourth]) await expect(textOf(page)).toContainText(note);
		await saved(page);
	}
	await sameWords(amina.page, ben.page);

	// undo takes back only one’s own words
	await write(amina.page, 'Words of Amina.');
	await expect(textOf(ben.page)).toContainText('Words of Amina.');
	await write(ben.page, 'Words of Ben.');
	await expect(textOf(amina.page)).toContainText('Words of Ben.');
	await amina.page.keyboard.press('Control+z');
	await expect(textOf(amina.page)).not.toContainText('Words of Amina.');
	await expect(textOf(ben.page)).not.toContainText('Words of Amina.');
	await expect(textOf(ben.page)).toContainText('Words of Ben.');
});

test('A new case and a new document can be made offline, at an address never visited', async ({
	newPerson,
	relay
}) => {
	const chloe = await newPerson();
	const amina = await newPerson();
	await found(amina.page, relay, 'Harbour House', 'Amina Diallo');
	await readyForOffline(amina.page);
	await amina.goOffline();
	await newCase(amina.page, 'Angela M.');
	await newPlan(amina.page);
	await titleOf(amina.page).fill('Made on the train');
	await write(amina.page, first);
	await expect(savedState(amina.page)).toContainText('Saved on this device');
	const address = amina.page.url();
	await amina.page.goto('/');
	await amina.page.goto(address);
	await expect(textOf(amina.page)).toContainText(first);

	await amina.goOnline();
	await saved(amina.page);
	await amina.page.getByRole('link', { name: 'Angela M.' }).first().click();
	const link = await invite(amina.page);
	await join(chloe.page, link, 'Chloe Roy');
	await chloe.page.getByRole('link', { name: 'Made on the train' }).click();
	await expect(textOf(chloe.page)).toContainText(first);
});
