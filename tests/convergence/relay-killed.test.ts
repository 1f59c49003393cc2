/** The same with the relay as a process of its own, which is killed with SIGKILL while people write. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket as NodeWebSocket } from 'ws';
import * as Y from 'yjs';
import { expect, test } from 'vitest';
import { newDocumentId } from '#lib/circle/ids.ts';
import { admitTo } from '../support/admit.ts';
import { bodyOf } from '../support/edits.ts';
import { seededRandom, seeds } from '../support/random.ts';
import { RelayProcess } from '../support/relay-process.ts';
import { AT_ONCE, devicesOf } from '../support/setup.ts';
import { foundTeam } from '../support/team.ts';
import { WritingDevice } from '../support/writing-device.ts';

const KILLS = 4;

test.each(seeds(1))(
	'A relay killed while people write has all that it acknowledged, seed %i',
	async (seed) => {
		const random = seededRandom(seed);
		const relay = await RelayProcess.start();
		const team = await foundTeam(['amina', 'ben', 'chloe']);
		await admitTo(relay, team);
		const room = {
			circle: team.case.circle,
			document: newDocumentId(),
			lane: 'body',
			generation: 0
		} as const;
		const way = {
			url: relay.socketUrl,
			origin: relay.origin,
			socketsOf: () => NodeWebSocket as unknown as typeof WebSocket,
			cut: () => undefined,
			mend: () => undefined
		};
		const writers = devicesOf({ team, way, room, timing: AT_ONCE }).map(
			(device) => new WritingDevice(device, random.fork())
		);
		try {
			for (const writer of writers) await writer.open();
			const acknowledged = new Map<number, number>();
			for (let kill = 0; kill < KILLS; kill++) {
				const dies = sleep(random.below(400)).then(() => relay.kill());
				let isDead = false;
				void dies.then(() => (isDead = true));
				while (!isDead) {
					const writer = random.pick(writers);
					writer.burst(1 + random.below(5));
					const { document } = writer.device;
					const clock = Y.getState(document.clear.store, writer.yClient);
					await writer.flush();
					if (await document.acknowledged(20)) acknowledged.set(writer.yClient, clock);
				}
				await dies;
				await relay.start();
			}
			// somebody with an empty disk reads what the relay has, before anybody else can help it out
			for (const writer of writers) await writer.close();
			const [reader] = devicesOf({ team, way, room, timing: AT_ONCE });
			if (reader === undefined) throw new Error('a team needs somebody');
			const fresh = await reader.open();
			await fresh.synced;
			await fresh.settled();
			for (const [client, clock] of acknowledged)
				expect(Y.getState(fresh.clear.store, client), `seed ${seed}`).toBeGreaterThanOrEqual(clock);

			for (const writer of writers) await writer.open();
			await expect
				.poll(
					() =>
						new Set(
							[fresh, ...writers.map(({ device }) => device.document)].map(({ clear }) => bodyOf(clear))
						).size,
					{ message: `seed ${seed}` }
				)
				.toBe(1);
			for (const { promised } of writers)
				for (const [client, clock] of promised)
					expect(Y.getState(fresh.clear.store, client), `seed ${seed}`).toBeGreaterThanOrEqual(clock);
			await reader.close();
			for (const writer of writers) await writer.close();
		} finally {
			await relay.remove();
		}
	}
);
