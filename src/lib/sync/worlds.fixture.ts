/** What the tests of sealed documents share: worlds that are closed after each test, and one text in each document. */
import { afterEach, vi } from 'vitest';
import type { SealedDocument } from './sealed-document.ts';
import { createWorld, type World } from './world.fixture.ts';

const worlds: World[] = [];

export async function setup(...args: Parameters<typeof createWorld>): Promise<World> {
	const world = await createWorld(...args);
	worlds.push(world);
	return world;
}

afterEach(async () => {
	vi.restoreAllMocks();
	for (const world of worlds.splice(0)) await world.close();
});

export const text = (document: SealedDocument) => document.clear.getText('t').toJSON();
export const type = (document: SealedDocument, words: string) =>
	document.edit((clear) => clear.getText('t').insert(clear.getText('t').length, words));
