/**
 * Throughline as a person uses it, by its accessible names. Every test has a relay and a data folder of its own.
 */
import { test as base, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import axe from 'axe-core';
import { RelayProcess } from '../support/relay-process.ts';

export { expect };

declare global {
	interface Window {
		axe: typeof axe;
	}
}

/** `relay`: the real one, as built, on a fresh data folder. `newPerson`: a browser of somebody's own. */
export const test = base.extend<{
	relay: RelayProcess;
	newPerson: (options?: PersonOptions) => Promise<PersonAtWork>;
}>({
	// eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's form
	relay: async ({}, use) => {
		const relay = await RelayProcess.start({ built: true });
		await use(relay);
		await relay.remove();
	},
	newPerson: async ({ browser, relay }, use) => {
		const contexts: BrowserContext[] = [];
		await use(async (options = {}) => {
			const person = await arrive(browser, relay.origin, options);
			contexts.push(person.context);
			return person;
		});
		for (const context of contexts) await context.close();
	}
});

export interface PersonOptions {
	readonly viewport?: { width: number; height: number };
	readonly colorScheme?: 'light' | 'dark';
	/** Days by which this device's clock is wrong. */
	readonly clockOffDays?: number;
	/** Runs in every page before the app. */
	readonly before?: () => void;
}

export interface PersonAtWork {
	readonly context: BrowserContext;
	readonly page: Page;
	/** No network: HTTP and sockets, old and new. */
	goOffline(): Promise<void>;
	goOnline(): Promise<void>;
}

export const DESKTOP = { width: 1366, height: 768 };
export const PHONE = { width: 390, height: 844 };
const DAY = 86_400_000;

async function arrive(browser: Browser, origin: string, options: PersonOptions): Promise<PersonAtWork> {
	const context = await browser.newContext({
		baseURL: origin,
		viewport: options.viewport ?? DESKTOP,
		colorScheme: options.colorScheme ?? 'light',
		reducedMotion: 'reduce'
	});
	if (options.clockOffDays !== undefined) {
		await context.clock.install({ time: Date.now() + options.clockOffDays * DAY });
	}
	if (options.before !== undefined) await context.addInitScript(options.before);
	// emulated offline leaves open sockets alive, so they go through here and can be cut
	let offline = false;
	const cut = new Set<() => Promise<void>>();
	await context.routeWebSocket(/\/ws\//, (socket) => {
		if (offline) return void socket.close({ code: 1006 });
		socket.connectToServer();
		const close = () => socket.close({ code: 4599 });
		cut.add(close);
	});
	const page = await context.newPage();
	return {
		context,
		page,
		goOffline: async () => {
			offline = true;
			await context.setOffline(true);
			for (const close of cut) await close().catch(() => undefined);
			cut.clear();
		},
		goOnline: async () => {
			offline = false;
			await context.setOffline(false);
		}
	};
}

/** Founds the agency: the first thing that happens at a relay. */
export async function found(page: Page, relay: RelayProcess, agency: string, name: string): Promise<void> {
	await page.goto(relay.readyUrl);
	await page.getByLabel('Agency name').fill(agency);
	await page.getByLabel('Your name').fill(name);
	await page.getByRole('button', { name: 'Found agency' }).click();
	await expect(page.getByRole('heading', { name: 'Caseload' })).toBeVisible();
}

export async function newCase(page: Page, name: string): Promise<void> {
	await page.goto('/');
	await page.getByRole('button', { name: 'New case' }).click();
	await page.getByLabel('Case name').fill(name);
	await page.getByRole('button', { name: 'Create case' }).click();
	await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

/** From the case's page to a fresh case plan, ready for typing. */
export async function newPlan(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'New document' }).click();
	await page.getByRole('button', { name: 'Case plan' }).click();
	await expect(textOf(page)).toBeVisible();
}

/** From the case's page: a link for one person. */
export async function invite(page: Page): Promise<string> {
	await page.getByRole('button', { name: 'Invite' }).click();
	const link = await page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
	await page.keyboard.press('Escape');
	return link;
}

export async function join(page: Page, link: string, name: string): Promise<void> {
	await page.goto(link);
	await page.getByLabel('Your name').fill(name);
	await page.getByRole('button', { name: 'Join' }).click();
	await expect(page.getByRole('link', { name: 'Back to caseload' })).toBeVisible();
}

export const titleOf = (page: Page) => page.getByRole('textbox', { name: 'Document title' });
export const textOf = (page: Page) => page.getByRole('textbox', { name: 'Document text' });
export const savedState = (page: Page) => page.getByRole('status', { name: 'Saved state' });

/** What is written, without carets and without the choices of the blocks. */
export function wordsOf(page: Page): Promise<string[]> {
	return textOf(page).evaluate((text) => {
		const copy = text.cloneNode(true) as HTMLElement;
		for (const other of copy.querySelectorAll('.ProseMirror-widget, select, button, input')) other.remove();
		return [...copy.querySelectorAll('p, h1, h2, h3')].map((block) =>
			block.textContent.replaceAll('\u2060', '')
		);
	});
}

/** Both have the same words, in the same order. */
export async function sameWords(one: Page, other: Page): Promise<void> {
	await expect
		.poll(async () => {
			const [here, there] = await Promise.all([wordsOf(one), wordsOf(other)]);
			return here.join('\n') === there.join('\n') ? 'the same' : { here, there };
		})
		.toBe('the same');
}

/** Adds a paragraph below everything that is there. */
export async function write(page: Page, paragraph: string): Promise<void> {
	await textOf(page).focus();
	await page.keyboard.press('Control+End');
	await page.keyboard.press('Enter');
	await page.keyboard.insertText(paragraph);
	await expect(textOf(page)).toContainText(paragraph);
}

/** Types at the keyboard's pace, letter by letter. */
export async function typeSlowly(page: Page, words: string): Promise<void> {
	await textOf(page).focus();
	await page.keyboard.press('Control+End');
	await page.keyboard.type(words, { delay: 15 });
}

/** Everything is at the relay. */
export async function saved(page: Page): Promise<void> {
	await expect(savedState(page)).toContainText(/Saved at the relay|Saved · seen by/);
}

/** The service worker has everything it needs to open without a network. */
export async function readyForOffline(page: Page): Promise<void> {
	await page.evaluate(async () => {
		await navigator.serviceWorker.ready;
	});
	if (!(await page.evaluate(() => navigator.serviceWorker.controller !== null))) await page.reload();
	await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** Axe finds nothing. It is brought into a page once, and says of what is well no more than that it is. */
export async function cleanForAxe(page: Page, name: string): Promise<void> {
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
	const found = await page.evaluate(async () => {
		const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
		return violations.map(
			({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`
		);
	});
	expect.soft(found, `axe, ${name}`).toEqual([]);
}

/** Nothing stands out at the side. */
export async function fits(page: Page, name: string): Promise<void> {
	const overflow = await page.evaluate(
		() => document.documentElement.scrollWidth - document.documentElement.clientWidth
	);
	expect.soft(overflow, `sideways scrolling, ${name}`).toBeLessThanOrEqual(0);
}
