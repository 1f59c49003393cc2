import type { Page } from '@playwright/test';
import { caseNotes, caseNotesFile } from '../support/case-notes.ts';
import { cleanForAxe, DESKTOP, expect, fits, found, newCase, PHONE, saved, test, textOf } from './app.ts';

// nothing here needs what is kept for a time without a network
test.use({ serviceWorkers: 'block' });

const CASE = 'Rosa M.';
/** Noon, wherever this runs, so that the day does not end in the middle of a test. */
const NOON = new Date().setHours(12, 0, 0, 0);

/** The first block of this kind that stands in the text, or the one at this place. */
const blockOf = (page: Page, name: string, at = 0) =>
	textOf(page).locator(`section[data-block="${name}"]`).nth(at);
const titleIn = (page: Page, name: string, at = 0) =>
	blockOf(page, name, at).locator('[data-block-title]').first();

async function toCase(page: Page): Promise<void> {
	await page.getByRole('navigation').getByRole('link', { name: CASE }).click();
	await expect(page.getByRole('heading', { name: CASE, level: 1 })).toBeVisible();
}

async function begin(page: Page, kind: string): Promise<void> {
	await page.getByRole('button', { name: 'New document' }).first().click();
	await page.getByRole('button', { name: kind, exact: true }).click();
}

/** Writes into the first line under this heading. */
async function writeUnder(page: Page, heading: string, words: string): Promise<void> {
	await textOf(page).locator(`:is(h2, h3):has-text("${heading}") + :is(p, blockquote)`).click();
	await page.keyboard.type(words);
}

async function openDocument(page: Page, name: string): Promise<void> {
	await toCase(page);
	await page.getByRole('link', { name, exact: true }).first().click();
	await expect(textOf(page)).toBeVisible();
}

test('A newcomer looks at the sample case, takes it off again, and writes intake to conference in an hour, no fact twice', async ({
	relay,
	newPerson
}) => {
	const { page } = await newPerson({ clockOffDays: (NOON - Date.now()) / 86_400_000 });
	await found(page, relay, 'Harbour House', 'Ana');

	await test.step('the sample case has one document of each kind, and goes in one press', async () => {
		await page.getByRole('button', { name: 'Load a sample case' }).click();
		await expect(page.getByRole('heading', { name: 'Teddy Lindqvist (sample)', level: 1 })).toBeVisible();
		await expect(page.getByText('Nobody in it is real.')).toBeVisible();
		const casePage = page.url();
		// the log comes last
		await expect(page.getByRole('link', { name: /^Shift log/ }).first()).toBeVisible();
		await page.getByRole('link', { name: 'Case plan', exact: true }).first().click();
		await expect(textOf(page)).toContainText('A door, a knee and Wednesdays.');
		await expect(textOf(page)).toContainText('Physiotherapy for the right knee');
		await page.setViewportSize(PHONE);
		await fits(page, 'a full plan on a phone');
		await page.setViewportSize(DESKTOP);
		const list = page.getByRole('navigation', { name: 'Documents of this case' });
		await list.getByRole('link', { name: 'Case note: a bad night, and after' }).click();
		// one of the two is reached by now
		await expect(
			page.getByRole('button', {
				name: 'Goals it was about: The knee carries her through a working morning; Oskar spends every Wednesday afternoon with her'
			})
		).toBeVisible();
		await list.getByRole('link', { name: /^Shift log/ }).click();
		await expect(page.locator('.entry')).toHaveCount(8);
		await page.setViewportSize(PHONE);
		await expect(page.getByText('Still to do: 2')).toBeVisible();
		await saved(page);
		await page.setViewportSize(DESKTOP);

		await page.goto(casePage);
		await page.getByRole('button', { name: 'Remove the sample' }).click();
		await expect(page.getByRole('heading', { name: 'Your cases will stand here' })).toBeVisible();
		await saved(page);
		await page.reload();
		await expect(page.getByRole('button', { name: 'Load a sample case' })).toBeVisible();
	});

	await newCase(page, CASE);

	await test.step('what the intake was told stands in the assessment', async () => {
		await page.getByRole('button', { name: 'New document' }).first().click();
		await page.getByRole('button', { name: 'Intake report', exact: true }).click();
		await writeUnder(page, 'How they came to us', 'The school called on Monday.');
		await writeUnder(page, 'In the person’s own words', 'I want my own door.');
		await writeUnder(page, 'Where they live', 'A sofa until Friday.');
		await toCase(page);
		await begin(page, 'Strengths and needs assessment');
		await expect(textOf(page)).toContainText('I want my own door.');
		await expect(textOf(page)).toContainText('A sofa until Friday.');
		await page.getByText('Begun with words from 1 document').click();
		await expect(page.getByRole('article').getByRole('link', { name: 'Intake report' })).toBeVisible();
		await cleanForAxe(page, 'words that were carried over');
	});

	await test.step('a need rated high is pointed out until a goal answers it', async () => {
		await titleIn(page, 'need').click();
		await page.keyboard.type('No bed after Friday');
		await blockOf(page, 'need').getByLabel('How much').selectOption('high');
		await toCase(page);
		await expect(page.getByText('A high need has no goal yet: No bed after Friday.')).toBeVisible();
		await begin(page, 'Case plan');
		await expect(textOf(page)).toContainText('The school called on Monday.');
		await expect(blockOf(page, 'need')).toContainText('No bed after Friday');
		await page.getByRole('button', { name: 'Make a goal of it' }).click();
		await expect(titleIn(page, 'goal')).toHaveText('No bed after Friday');
		await expect(page.getByRole('button', { name: 'Make a goal of it' })).toBeHidden();
		await page.getByRole('button', { name: 'Undo' }).click();
		await expect(page.getByRole('button', { name: 'Make a goal of it' })).toBeVisible();
		await page.getByRole('button', { name: 'Redo' }).click();
		await expect(titleIn(page, 'goal')).toHaveText('No bed after Friday');
	});

	await test.step('a note about the goal shows under it', async () => {
		for (const [told, about] of [
			['Landlord shows a room on Thursday.', true],
			['Rosa slept badly.', false],
			['Bag is packed.', false]
		] as const) {
			await toCase(page);
			await begin(page, 'Case note');
			await writeUnder(page, 'What happened', told);
			const contact = blockOf(page, 'contact');
			await titleIn(page, 'contact').click();
			await contact.getByLabel('Date', { exact: true }).fill('today');
			await contact.getByLabel('Date', { exact: true }).press('Enter');
			if (!about) continue;
			await contact.getByRole('button', { name: /^Goals it was about/ }).click();
			await contact.getByRole('checkbox', { name: 'No bed after Friday' }).check();
		}
		await openDocument(page, 'Case plan');
		await expect(blockOf(page, 'goal')).toContainText('Notes about this');
	});

	await test.step('the report begins with the goal, the three contacts and what shows it', async () => {
		await toCase(page);
		await begin(page, 'Progress report');
		await expect(page.getByText('3 contacts were noted in this time.')).toBeVisible();
		await page.getByRole('button', { name: 'Begin the report' }).click();
		await expect(textOf(page)).toContainText('3 contacts took place, 0 did not.');
		await expect(titleIn(page, 'goal')).toHaveText('No bed after Friday');
		await expect(blockOf(page, 'goal')).toContainText('Landlord shows a room on Thursday.');
	});

	await test.step('an action of the conference becomes a step of the goal', async () => {
		await toCase(page);
		await begin(page, 'Multidisciplinary note');
		await titleIn(page, 'action').click();
		await page.keyboard.type('Call the landlord');
		await openDocument(page, 'Case plan');
		await page.getByLabel('Make it a step of').selectOption({ label: 'No bed after Friday' });
		await expect(titleIn(page, 'step')).not.toHaveText('');
		await expect(blockOf(page, 'goal')).toContainText('Call the landlord');
		await expect(page.getByLabel('Make it a step of')).toBeHidden();
	});

	await test.step('what changed at its source says so, and is taken over or left', async () => {
		await titleIn(page, 'goal').click();
		await page.keyboard.press('End');
		await page.keyboard.type(' in May');
		await openDocument(page, 'Progress report');
		await expect(blockOf(page, 'goal').getByRole('link', { name: 'Case plan' })).toBeVisible();
		await page.getByRole('button', { name: 'Take over' }).click();
		await expect(titleIn(page, 'goal')).toHaveText('No bed after Friday in May');
		await expect(page.getByRole('button', { name: 'Take over' })).toBeHidden();
		await page.getByRole('checkbox', { name: /^Final/ }).check();
		await saved(page);
		await toCase(page);
		await expect(page.getByRole('listitem').filter({ hasText: 'Progress report' }).first()).toContainText(
			'Final'
		);
	});

	await test.step('notes of another system come in together: stopped none, with wrong rows named, taken back as one', async () => {
		await page.getByRole('button', { name: 'Import notes' }).click();
		const dialog = page.getByRole('dialog', { name: 'Import notes' });
		const choose = (name: string, text: string) =>
			dialog
				.getByLabel('File with notes')
				.setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
		await choose('all.json', caseNotesFile());
		await dialog.getByRole('button', { name: `Import ${caseNotes.length} notes` }).click();
		await dialog.getByRole('button', { name: 'Stop' }).click();
		await expect(dialog.getByText('Stopped. None of the notes were taken over')).toBeVisible();
		const today = new Date(NOON).toLocaleDateString('en-CA');
		await choose(
			'some.csv',
			`When,Note\n${today},${caseNotes[0]}\nsoon,No day at all\n${today},Second visit\n`
		);
		await dialog.getByLabel('When').selectOption({ label: 'Date' });
		await expect(dialog.getByText('Row 3: “soon” is not a day we can read.')).toBeVisible();
		await cleanForAxe(page, 'notes to be imported');
		await dialog.getByRole('button', { name: 'Import 2 notes' }).click();
		await dialog.getByRole('button', { name: 'Undo the import' }).click();
		await expect(dialog.getByText('The 2 notes were taken off the list again.')).toBeVisible();
		await dialog.getByRole('button', { name: 'Put them back' }).click();
		await dialog.getByRole('button', { name: 'Done' }).click();
		await begin(page, 'Progress report');
		await page.getByLabel('From').fill(today);
		await expect(page.getByText('5 contacts were noted in this time.')).toBeVisible();
	});
});
