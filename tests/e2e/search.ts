/** Looks for words in everything that leaves memory: files, frames, databases. */
import type { Page } from '@playwright/test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One place where a word must not stand. */
export interface Place {
	readonly name: string;
	readonly bytes: Buffer;
}

/** `place: word` for each word found, in UTF-8, UTF-16 or base64 at any alignment. */
export function findWords(places: readonly Place[], words: readonly string[]): string[] {
	return places.flatMap(({ name, bytes }) =>
		words
			.filter((word) => formsOf(word).some((form) => bytes.includes(form)))
			.map((word) => `${name}: ${word}`)
	);
}

function formsOf(word: string): Buffer[] {
	const utf8 = Buffer.from(word, 'utf8');
	const inBase64 = [0, 1, 2].map((shift) => {
		const text = Buffer.concat([Buffer.alloc(shift), utf8]).toString('base64');
		// the first and the last characters depend on what stands around the word
		return Buffer.from(text.slice(shift === 0 ? 0 : shift + 1).replace(/.{0,2}=*$/, ''));
	});
	return [utf8, Buffer.from(word, 'utf16le'), ...inBase64];
}

export function readFolder(folder: string): Place[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.map((file) => ({ name: file, bytes: readFileSync(file) }));
}

/** Collects every WebSocket frame and every address this page asks for. */
export function listenIn(page: Page, who: string): Place[] {
	const heard: Place[] = [];
	page.on('request', (request) =>
		heard.push({ name: `${who} asked`, bytes: Buffer.from(request.url().split('#')[0] ?? '') })
	);
	page.on('websocket', (socket) => {
		socket.on('framesent', ({ payload }) => heard.push({ name: `${who} sent`, bytes: Buffer.from(payload) }));
		socket.on('framereceived', ({ payload }) =>
			heard.push({ name: `${who} received`, bytes: Buffer.from(payload) })
		);
	});
	return heard;
}

/** Every byte of every IndexedDB record, key and storage item of this origin. */
export async function readBrowser(page: Page, who: string): Promise<Place[]> {
	const rows = await page.evaluate(async () => {
		const found: { name: string; text: string; bytes: number[] }[] = [];
		const keep = (name: string, value: unknown): void => {
			const texts: string[] = [];
			const bytes: number[] = [];
			const walk = (part: unknown): void => {
				if (typeof part === 'string') texts.push(part);
				else if (part instanceof ArrayBuffer) bytes.push(...new Uint8Array(part));
				else if (ArrayBuffer.isView(part))
					bytes.push(...new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
				else if (Array.isArray(part)) part.forEach(walk);
				else if (part instanceof Map) [...part].forEach(walk);
				else if (part !== null && typeof part === 'object') Object.entries(part).forEach(walk);
				else texts.push(String(part));
			};
			walk(value);
			found.push({ name, text: texts.join('\n'), bytes });
		};
		const asked = <T>(request: IDBRequest<T>) =>
			new Promise<T>((resolve, reject) => {
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(new Error(String(request.error)));
			});
		for (const { name = '' } of await indexedDB.databases()) {
			keep('database', name);
			const database = await asked(indexedDB.open(name));
			for (const store of database.objectStoreNames) {
				const objects = database.transaction(store).objectStore(store);
				const [values, keys] = await Promise.all([asked(objects.getAll()), asked(objects.getAllKeys())]);
				values.forEach((value) => keep(`${name}/${store}`, value));
				keys.forEach((key) => keep(`${name}/${store} key`, key));
			}
			database.close();
		}
		keep('localStorage', { ...localStorage });
		keep('sessionStorage', { ...sessionStorage });
		keep('cookies', document.cookie);
		return found;
	});
	return rows.flatMap(({ name, text, bytes }) => [
		{ name: `${who} ${name}`, bytes: Buffer.from(text) },
		{ name: `${who} ${name}`, bytes: Buffer.from(bytes) }
	]);
}

/** Answers kept by the service worker: the app, and nothing that a person wrote. */
export async function readCaches(page: Page, who: string): Promise<Place[]> {
	const kept = await page.evaluate(async () => {
		const urls: string[] = [];
		for (const name of await caches.keys()) {
			for (const request of await (await caches.open(name)).keys()) urls.push(request.url);
		}
		return urls;
	});
	return kept.map((url) => ({ name: `${who} cache`, bytes: Buffer.from(url) }));
}
