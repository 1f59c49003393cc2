/** How long a document takes from the press on its name until what one waits for can be seen. */
import type { Page } from '@playwright/test';

/** So many of these are on the page, at least one of them with these words. */
export interface Awaited {
	readonly selector: string;
	readonly least: number;
	readonly words?: string;
}

/** To the case's page, as one goes to it. */
export const toCase = (page: Page, path: string) =>
	page
		.locator(`nav a[href="${path.slice(0, path.lastIndexOf('/'))}"]`)
		.first()
		.click();

/** ms, by the page's own clock. The code of the editor is there already from the second time on. */
export async function timeToOpen(page: Page, path: string, awaited: readonly Awaited[]): Promise<number> {
	await toCase(page, path);
	const link = page.locator(`main a[href="${path}"]`).first();
	await link.waitFor();
	await link.evaluate((element, awaited) => {
		const seen = globalThis as { opening?: number; opened?: number };
		delete seen.opened;
		element.addEventListener('click', () => (seen.opening = performance.now()), {
			once: true,
			capture: true
		});
		const observer = new MutationObserver(() => {
			const isThere = awaited.every(({ selector, least, words = '' }) => {
				const found = [...document.querySelectorAll(selector)];
				return (
					found.length >= least && (words === '' || found.some((one) => one.textContent.includes(words)))
				);
			});
			if (!isThere) return;
			observer.disconnect();
			// the frame in which it can be seen
			requestAnimationFrame(() => setTimeout(() => (seen.opened = performance.now())));
		});
		observer.observe(document, { childList: true, subtree: true });
	}, awaited);
	await link.click();
	const took = await page.waitForFunction(
		() => {
			const { opening, opened } = globalThis as { opening?: number; opened?: number };
			return opened !== undefined && opening !== undefined ? opened - opening : undefined;
		},
		undefined,
		{ timeout: 120_000 }
	);
	return (await took.jsonValue()) ?? NaN;
}
