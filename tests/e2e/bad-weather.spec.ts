import type { Page } from '@playwright/test';
import {
	expect,
	found,
	invite,
	join,
	newCase,
	newPlan,
	readyForOffline,
	saved,
	sameWords,
	savedState,
	test,
	textOf,
	titleOf,
	write
} from './app.ts';

test('The relay is down at the first start: the page says so and goes on by itself', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson();
	await amina.page.goto(relay.readyUrl);
	await expect(amina.page.getByLabel('Agency name')).toBeVisible();
	await readyForOffline(amina.page);
	await relay.kill();
	await amina.page.goto('/');
	await expect(amina.page.getByRole('heading', { level: 1 })).toHaveText(
		'Throughline cannot reach its relay'
	);
	await relay.start();
	await expect(amina.page.getByRole('heading', { level: 1 })).toHaveText('No agency works here yet');
});

test('IndexedDB refused: the page says what to do, and that nothing can be saved', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson({
		before: () => {
			IDBFactory.prototype.open = () => {
				throw new DOMException('refused by a test', 'SecurityError');
			};
		}
	});
	await amina.page.goto(relay.readyUrl);
	await expect(amina.page.getByRole('heading', { level: 1 })).toHaveText(
		'Throughline cannot open on this device'
	);
	await expect(amina.page.getByText('does not let Throughline keep anything on this device')).toBeVisible();
	await expect(savedState(amina.page)).toContainText('Nothing can be saved here');
});

test('The device is full: it is said, the words still reach the relay and the colleague, and it recovers', async ({
	relay,
	newPerson
}) => {
	const amina = await newPerson();
	const ben = await newPerson();
	// from the very beginning, since Chromium remembers for half a minute how much room there was
	const cdp = await amina.context.newCDPSession(amina.page);
	await cdp.send('Storage.overrideQuotaForOrigin', { origin: relay.origin, quotaSize: 20_000_000 });
	await found(amina.page, relay, 'Harbour House', 'Amina');
	await newCase(amina.page, 'Case one');
	const link = await invite(amina.page);
	await newPlan(amina.page);
	await titleOf(amina.page).fill('Plan');
	await join(ben.page, link, 'Ben');
	await ben.page.getByRole('link', { name: 'Plan', exact: true }).click();
	await expect(textOf(ben.page)).toBeVisible();
	await saved(amina.page);

	await fillDisk(amina.page);
	await write(amina.page, 'Written while the disk was full.');
	await expect(amina.page.getByRole('alert')).toContainText('no room left');
	await expect(textOf(ben.page)).toContainText('Written while the disk was full.');

	await cdp.send('Storage.overrideQuotaForOrigin', { origin: relay.origin });
	await write(amina.page, 'Written afterwards.');
	await expect(textOf(ben.page)).toContainText('Written afterwards.');
	await expect(amina.page.getByRole('alert')).toHaveCount(0);
	await saved(amina.page);
	await amina.page.reload();
	await expect(textOf(amina.page)).toContainText('Written while the disk was full.');
});

test.describe(() => {
	// nothing here needs what is kept for a time without a network
	test.use({ serviceWorkers: 'block' });

	for (const days of [3, -3]) {
		test(`A clock ${days > 0 ? '3 days fast' : '3 days slow'}: found, invite, join and write all work`, async ({
			relay,
			newPerson
		}) => {
			const wrong = await newPerson({ clockOffDays: days });
			const right = await newPerson();
			await found(wrong.page, relay, 'Harbour House', 'Amina');
			await newCase(wrong.page, 'Case one');
			const link = await invite(wrong.page);
			await newPlan(wrong.page);
			await titleOf(wrong.page).fill('Plan');
			await join(right.page, link, 'Ben');
			await right.page.getByRole('link', { name: 'Plan', exact: true }).click();
			await write(right.page, 'Right time.');
			await expect(textOf(wrong.page)).toContainText('Right time.');
			await write(wrong.page, 'Wrong time.');
			await expect(textOf(right.page)).toContainText('Wrong time.');
			await saved(wrong.page);
			await saved(right.page);

			// and the other way round: the wrong clock joins
			await right.page.goto('/');
			await right.page.getByRole('link', { name: 'Case one' }).click();
			const third = await newPerson({ clockOffDays: days });
			await join(third.page, await invite(right.page), 'Chloe');
		});
	}

	test('The relay is killed while people type: nothing that was acknowledged is missing afterwards', async ({
		relay,
		newPerson
	}) => {
		const amina = await newPerson();
		const ben = await newPerson();
		await found(amina.page, relay, 'Harbour House', 'Amina');
		await newCase(amina.page, 'Case one');
		const link = await invite(amina.page);
		await newPlan(amina.page);
		await titleOf(amina.page).fill('Plan');
		await join(ben.page, link, 'Ben');
		await ben.page.getByRole('link', { name: 'Plan', exact: true }).click();
		await expect(textOf(ben.page)).toBeVisible();
		for (const round of [1, 2, 3]) {
			await write(amina.page, `Round ${round}.`);
			const typing = amina.page.keyboard.type(`Typed in round ${round} while the relay died`, { delay: 10 });
			await relay.kill();
			await typing;
			await relay.start();
		}
		await saved(amina.page);
		for (const round of [1, 2, 3])
			await expect(textOf(ben.page)).toContainText(`Typed in round ${round} while the relay died`);
		await sameWords(amina.page, ben.page);
	});
});

/** Something else takes all the room of this origin, to the last hundred bytes. */
async function fillDisk(page: Page): Promise<void> {
	await page.evaluate(async () => {
		const opening = indexedDB.open('ballast', 1);
		opening.onupgradeneeded = () => opening.result.createObjectStore('rows', { autoIncrement: true });
		const database = await new Promise<IDBDatabase>((resolve) => {
			opening.onsuccess = () => resolve(opening.result);
		});
		const add = (size: number) =>
			new Promise<boolean>((resolve) => {
				const transaction = database.transaction('rows', 'readwrite');
				const bytes = new Uint8Array(size);
				for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
				transaction.objectStore('rows').add(bytes);
				transaction.oncomplete = () => resolve(true);
				transaction.onabort = () => resolve(false);
			});
		for (const size of [1_000_000, 100_000, 10_000, 1_000, 100]) while (await add(size));
		database.close();
	});
}
