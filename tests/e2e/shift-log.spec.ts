import type { Page } from '@playwright/test';
import {
	cleanForAxe,
	DESKTOP,
	expect,
	fits,
	found,
	invite,
	join,
	newCase,
	readyForOffline,
	saved,
	savedState,
	test,
	type PersonAtWork
} from './app.ts';

/** Half past ten in the evening, wherever this runs, so that a shift does not end in the middle of a test. */
const EVENING = (new Date().setHours(22, 30, 0, 0) - Date.now()) / 86_400_000;
const TABLET = { width: 820, height: 1180 };
const SMALL_TABLET = { width: 390, height: 844 };

async function startLog(page: Page): Promise<string> {
	await page.getByRole('button', { name: 'New document' }).click();
	await page.getByRole('button', { name: 'Shift log', exact: true }).click();
	await expect(page.getByRole('form', { name: 'New entry' })).toBeVisible();
	return new URL(page.url()).pathname;
}

async function enter(
	page: Page,
	{
		time,
		fact,
		key = 'n',
		who = [],
		todo
	}: { time: string; fact: string; key?: string; who?: string[]; todo?: string }
): Promise<void> {
	const form = page.getByRole('form', { name: 'New entry' });
	await form.getByRole('textbox', { name: 'Time' }).fill(time);
	await form.getByRole('radio', { name: 'Note' }).focus();
	await page.keyboard.press(key);
	for (const name of who) {
		const chip = form.getByRole('checkbox', { name, exact: true });
		if ((await chip.count()) > 0) await chip.check();
		else {
			await form.getByRole('button', { name: 'Add a resident' }).click();
			await form.getByRole('textbox', { name: 'Name of the resident' }).fill(name);
			await page.keyboard.press('Enter');
			await expect(chip).toBeChecked();
		}
	}
	if (todo !== undefined) await form.getByRole('textbox', { name: 'Still to do' }).fill(todo);
	await form.getByRole('textbox', { name: 'What happened' }).fill(fact);
	await form.getByRole('textbox', { name: 'What happened' }).press('Enter');
	await expect(page.locator('.entry').filter({ hasText: fact })).toBeVisible();
}

const factsOn = (page: Page) => page.locator('.entry .fact').allTextContents();

test('Two tablets of one house, offline all night, start the same log and merge as it happened; it is corrected, handed over, and printed for one resident', async ({
	relay,
	newPerson
}) => {
	const amina: PersonAtWork = await newPerson({ viewport: TABLET, clockOffDays: EVENING });
	const ben: PersonAtWork = await newPerson({
		viewport: SMALL_TABLET,
		clockOffDays: EVENING,
		colorScheme: 'dark'
	});
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await newCase(amina.page, 'Maple Street house');
	const link = await invite(amina.page);
	await join(ben.page, link, 'Ben');
	await expect(ben.page.getByRole('heading', { name: 'Maple Street house', level: 1 })).toBeVisible();
	for (const { page } of [amina, ben]) {
		await saved(page);
		await readyForOffline(page);
		await expect(page.getByRole('button', { name: 'New document' }).first()).toBeVisible();
	}

	await amina.goOffline();
	await ben.goOffline();
	const log = await startLog(amina.page);
	expect(await startLog(ben.page)).toBe(log);
	await enter(amina.page, {
		time: '22:05',
		key: 'm',
		fact: 'Luis and Marc cooked together.',
		who: ['Luis Ortega', 'Marc']
	});
	await enter(ben.page, {
		time: '22:20',
		key: 'h',
		fact: 'Luis has a sore throat.',
		who: ['Luis Ortega'],
		todo: 'Ask the clinic'
	});
	await enter(amina.page, { time: '20:15', key: 'i', fact: 'Smoke alarm, burnt toast.' });
	// interrupted in the middle of a sentence: nothing is lost
	await ben.page.getByRole('textbox', { name: 'What happened' }).pressSequentially('Half a sent');
	await ben.page.getByRole('textbox', { name: 'What happened' }).blur();
	await expect(savedState(ben.page)).toContainText('Saved on this device');
	await ben.page.reload();
	await expect(ben.page.getByRole('textbox', { name: 'What happened' })).toHaveValue('Half a sent');
	await ben.page.getByRole('textbox', { name: 'What happened' }).fill('');

	await amina.goOnline();
	await ben.goOnline();
	const night = ['Luis has a sore throat.', 'Luis and Marc cooked together.', 'Smoke alarm, burnt toast.'];
	for (const { page } of [amina, ben]) await expect.poll(() => factsOn(page)).toEqual(night);
	await expect(ben.page.locator('.entry').filter({ hasText: 'Smoke' })).toContainText(
		/entered 2 h \d\d min later/
	);
	await expect(ben.page.getByRole('checkbox', { name: 'Marc' })).toHaveCount(1);

	// the old words stay, struck through, with who and why
	const throat = amina.page.locator('.entry').filter({ hasText: 'sore throat' });
	await throat.getByRole('button', { name: 'Correct' }).click();
	const correcting = amina.page.getByRole('dialog', { name: 'Correct an entry' });
	await correcting.getByRole('button', { name: 'Correct the entry' }).click();
	await expect(correcting.getByRole('alert')).toContainText('why');
	await correcting
		.getByRole('textbox', { name: 'What happened' })
		.fill('Luis has an earache. Marc lent him a scarf.');
	await correcting.getByRole('textbox', { name: 'Why is it corrected?' }).fill('He said ear, not throat');
	await correcting.getByRole('button', { name: 'Correct the entry' }).click();
	const ear = ben.page.locator('.entry').filter({ hasText: 'earache' });
	await expect(ear).toContainText('Corrected by Amina');
	await expect(ear.locator('del')).toContainText('Luis has a sore throat.');

	// lists and search know what stands in it
	await ben.page.goto(log.slice(0, log.lastIndexOf('/')));
	await expect(ben.page.getByRole('link', { name: 'Ask the clinic' })).toBeVisible();
	await ben.page.getByRole('searchbox', { name: 'Search in this case' }).fill('earache scarf');
	await ben.page
		.getByRole('search')
		.getByRole('link', { name: /Shift log/ })
		.click();

	// the next shift takes over
	await ben.page.getByRole('button', { name: 'Hand over' }).click();
	const summary = ben.page.getByRole('textbox', { name: 'What does the next shift have to know?' });
	await expect(summary).toHaveValue(/Still to do: Ask the clinic \(Luis Ortega\)/);
	await ben.page.getByRole('dialog').getByRole('button', { name: 'Hand over' }).click();
	await expect(ben.page.getByText('Nobody has taken this over yet.')).toBeVisible();
	await amina.page.getByRole('button', { name: 'I have read this' }).click();
	await expect(ben.page.getByText(/Read by Amina 22:\d\d/)).toBeVisible();
	await amina.page.getByRole('button', { name: 'Mark as done' }).click();
	await expect(ben.page.getByText('Still to do: 0')).toBeVisible();
	for (const { page } of [amina, ben]) {
		await cleanForAxe(page, 'the log');
		await fits(page, 'the log');
	}

	// one resident's page names nobody else
	await amina.page.setViewportSize(DESKTOP);
	await amina.page.getByRole('button', { name: 'Print' }).click();
	await amina.page.getByRole('dialog').getByRole('button', { name: 'Luis Ortega' }).click();
	await amina.page.emulateMedia({ media: 'print' });
	const onPaper = () => amina.page.evaluate(() => document.body.innerText);
	await expect.poll(onPaper).toContain('Luis and Resident B cooked together.');
	const printed = await onPaper();
	expect(printed).toContain('Luis has an earache. Resident B lent him a scarf.');
	expect(printed).not.toContain('Marc');
	expect(printed).not.toContain('toast');
	expect(printed).not.toContain('Maple Street');
});
