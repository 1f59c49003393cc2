import { afterEach, expect, test } from 'vitest';
import { createWorld, until, type World } from './world.fixture.ts';
import type { SealedDocument } from './sealed-document.ts';

const worlds: World[] = [];
async function setup(...args: Parameters<typeof createWorld>): Promise<World> {
	const world = await createWorld(...args);
	worlds.push(world);
	return world;
}
afterEach(async () => {
	for (const world of worlds.splice(0)) await world.close();
});

const text = (document: SealedDocument) => document.clear.getText('t').toString();
const type = (document: SealedDocument, words: string) =>
	document.edit((clear) => clear.getText('t').insert(clear.getText('t').length, words));

test('two people write one document through a relay, and it is acknowledged', async () => {
	const world = await setup();
	const [amina, ben] = [await world.open('amina'), await world.open('ben')];
	await Promise.all([amina.synced, ben.synced]);
	type(amina, 'Housing by May. ');
	await world.calm(amina, ben);
	type(ben, 'Call the landlord.');
	await world.calm(amina, ben);
	expect(text(amina)).toBe('Housing by May. Call the landlord.');
	expect(text(ben)).toBe(text(amina));
	expect(amina.saved).toMatchObject({
		unsealed: 0,
		inOutbox: 0,
		connected: true,
		complete: true,
		setAside: 0
	});
});
