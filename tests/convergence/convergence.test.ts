/**
 * Many devices, a bad network, a relay that dies, tabs that are killed: afterwards everybody has the same document, and
 * whatever was called saved is in it. `SEED=7 npx vitest run --project convergence` repeats one; `RUNS=50` tries more.
 */
import * as Y from 'yjs';
import { expect, test } from 'vitest';
import { bodyOf } from '../support/edits.ts';
import { seededRandom, seeds, type Random } from '../support/random.ts';
import { setup, turn, type World } from '../support/setup.ts';
import { WritingDevice } from '../support/writing-device.ts';

const NAMES = ['amina', 'ben', 'chloe', 'dev', 'eva'];
const EDITS = Number(process.env['EDITS'] ?? 2_000);

const FAULTS = { repeat: 0.05, overtake: 0.05, lose: 0.01 };
const NO_FAULTS = { repeat: 0, overtake: 0, lose: 0 };
/** [L2]–[L4] Every other story rolls its log again and again. */
const rollAt = { envelopes: 40, bytes: 60_000 };

test.each(seeds(2))('Devices converge and nothing saved is lost, seed %i', async (seed) => {
	const random = seededRandom(seed);
	const names = NAMES.slice(0, 3 + random.below(3));
	const rolls = seed % 2 === 0;
	const world = await setup(names, { seed, ...(rolls && { rollAt }) });
	const writers = world.devices.map((device) => new WritingDevice(device, random.fork()));
	const story: string[] = [`${names.length} devices`];
	try {
		for (const writer of writers) await writer.open();
		world.network.faults = FAULTS;
		const writeUntil = async (until: number) => {
			while (writers.some((writer) => writer.edits < until)) {
				const writer = random.pick(writers.filter(({ edits }) => edits < until));
				writer.burst(1 + random.below(30));
				if (random.chance(0.7)) await writer.flush();
				for (let frames = random.below(40); frames > 0; frames--) world.network.deliverOne();
				if (random.chance(0.5)) world.relay.commit();
				if (random.chance(0.6)) await turn();
				await maybeMisfortune(world, writers, random, story);
			}
		};
		await writeUntil(EDITS / 2);
		if (rolls) {
			// a pause in which the log rolls, while somebody is away and writes on
			const [away, ...here] = writers;
			for (const { device } of here) device.mend();
			away?.device.cut();
			world.network.faults = NO_FAULTS;
			const hasRolled = () => here.every(({ device }) => device.document.room.generation > 0);
			await world.until(hasRolled, () => `the log rolls, but ${writers.map(stateOf).join('; ')}`);
			story.push('rolled');
			world.network.faults = FAULTS;
		}
		await writeUntil(EDITS);
		world.network.faults = NO_FAULTS;
		for (const writer of writers) {
			writer.device.mend();
			await writer.flush();
		}
		const isQuiet = () =>
			writers.every(
				({
					device: {
						document: { saved }
					}
				}) => saved.complete && saved.inOutbox === 0 && saved.unsealed === 0
			) && new Set(writers.map(({ device }) => bodyOf(device.document.clear))).size === 1;
		await world.until(isQuiet, () => `everybody has everything, but ${writers.map(stateOf).join('; ')}`);

		for (const { device, promised } of writers) {
			const { saved, clear } = device.document;
			expect(saved).toMatchObject({ unsealed: 0, gaps: [], setAside: 0, refused: null });
			for (const [client, clock] of promised) {
				for (const reader of writers)
					expect(
						Y.getState(reader.device.document.clear.store, client),
						`${device.name}'s words at ${reader.device.name}`
					).toBeGreaterThanOrEqual(clock);
			}
			expect(clear.store.pendingStructs).toBeNull();
		}
		if (rolls) expect(writers[0]?.device.document.room.generation).toBeGreaterThan(0);
		// a device that was never there reads the same from the relay alone
		const body = bodyOf(writers[0]?.device.document.clear ?? new Y.Doc());
		for (const writer of writers) await writer.close();
		for (const writer of writers) {
			const document = await writer.device.open();
			await document.read;
			expect(bodyOf(document.clear), `${writer.device.name} reopened`).toBe(body);
		}
	} catch (error) {
		throw new Error(`seed ${seed}: ${story.join(', ')}`, { cause: error });
	} finally {
		await world.close();
	}
});

function stateOf({ device }: WritingDevice): string {
	const { saved, clear } = device.document;
	const size = [...clear.store.clients.keys()].reduce(
		(sum, client) => sum + Y.getState(clear.store, client),
		0
	);
	const { connected, complete, inOutbox, unsealed, gaps, setAside, refused } = saved;
	return `${device.name} ${JSON.stringify({ size, connected, complete, inOutbox, unsealed, gaps: gaps.length, setAside, refused })}`;
}

async function maybeMisfortune(
	world: World,
	writers: readonly WritingDevice[],
	random: Random,
	story: string[]
): Promise<void> {
	const writer = random.pick(writers);
	const dice = random.next();
	if (dice < 0.01) {
		story.push(`${writer.device.name} cut off`);
		writer.device.cut();
	} else if (dice < 0.03) {
		writer.device.mend();
	} else if (dice < 0.035) {
		story.push(`${writer.device.name}'s tab killed`);
		await writer.device.kill(random.below(8));
		writer.forget();
		await writer.open();
	} else if (dice < 0.038) {
		story.push(`${writer.device.name}'s tab closed and opened`);
		await writer.close();
		await writer.open();
	} else if (dice < 0.042) {
		story.push('relay killed');
		world.relay.crash();
		world.relay.start();
	}
}
