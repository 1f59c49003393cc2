/** The relay as a process of its own, killed with SIGKILL at every step of a roll [L2]. */
import { WebSocket as NodeWebSocket } from 'ws';
import * as Y from 'yjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newDocumentId, type CircleId } from '#lib/circle/ids.ts';
import { generationOf } from '#lib/circle/state.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import { writeRoom, type Room } from '#lib/envelope/room.ts';
import { connectCircles, type CirclesConnection } from '#lib/sync/circles-connection.ts';
import { admitTo } from '../support/admit.ts';
import { RelayProcess } from '../support/relay-process.ts';
import { AT_ONCE, devicesOf, type TestDevice } from '../support/setup.ts';
import { foundTeam, type Team } from '../support/team.ts';

const rollAt = { envelopes: 12, bytes: Infinity };

let relay: RelayProcess;
let team: Team;
let connection: CirclesConnection;

beforeAll(async () => {
	relay = await RelayProcess.start();
	team = await foundTeam(['amina', 'ben', 'chloe']);
	await admitTo(relay, team);
	connection = connectCircles({
		url: relay.socketUrl,
		origin: relay.origin,
		device: team.named('amina').device,
		WebSocket: NodeWebSocket as unknown as typeof WebSocket,
		firstWait: 20,
		longestWait: 300
	});
});
afterAll(async () => {
	connection.close();
	await relay.remove();
});

/** A socket that calls back before the first bytes of a snapshot leave. */
function watched(room: string, onSnapshot: () => void): typeof WebSocket {
	return class extends NodeWebSocket {
		override send(data: Uint8Array, ...rest: []): void {
			// what proves who we are, and what asks, is shorter than any envelope
			if (this.url.includes(room) && data.length > 400) onSnapshot();
			super.send(data, ...rest);
		}
	} as unknown as typeof WebSocket;
}

/** What the relay has of the circle, also what it stored and could not answer to. */
async function learnCircle(): Promise<void> {
	await expect.poll(() => connection.status).toBe('connected');
	const { circle, entries } = team.case;
	const more = await connection.fetch(circle, entries.length);
	if (!more.ok) throw new Error(more.reason);
	for (const entry of more.value) await team.case.append(entry);
}

const wordsOf = ({ document }: TestDevice) => document.clear.getText('t').toJSON();

test.each([
	'while the snapshot is laid down',
	'before the circle is told',
	'while it is told',
	'when it was told'
])(
	'A relay killed %s has the old or the new generation, whole, and all that it acknowledged',
	async (moment) => {
		const room: Room = { circle: team.case.circle, document: newDocumentId(), lane: 'body', generation: 0 };
		let dying = null as Promise<void> | null;
		const kill = () => (dying ??= relay.kill());
		const next = writeRoom({ ...room, generation: 1 });
		const way = {
			url: relay.socketUrl,
			origin: relay.origin,
			socketsOf: () =>
				moment === 'while the snapshot is laid down'
					? watched(next, () => void kill())
					: (NodeWebSocket as unknown as typeof WebSocket),
			cut: () => undefined,
			mend: () => undefined
		};
		const tell = async (circle: CircleId, entry: Bytes): Promise<Verdict<void>> => {
			const answer = await connection.append(circle, entry);
			return answer.ok ? { ok: true, value: undefined } : { ok: false, reason: answer.reason };
		};
		team.case.relay = async (circle, entry) => {
			if (dying !== null) return tell(circle, entry);
			if (moment === 'before the circle is told') {
				await kill();
				return { ok: false, reason: 'offline' };
			}
			const telling = tell(circle, entry);
			if (moment === 'while it is told') void kill();
			const answer = await telling;
			await kill();
			return answer;
		};
		const devices = devicesOf({ team, way, room, timing: AT_ONCE, rollAt });
		const [amina, ben, chloe] = devices as [TestDevice, TestDevice, TestDevice];
		for (const device of [amina, ben]) await device.open();
		await Promise.all([amina, ben].map(({ document }) => document.synced));
		/** For each Yjs client: up to where the relay has called it safe. */
		const acknowledged = new Map<number, number>();
		for (let i = 0; dying === null; i++) {
			for (const { document, name } of [amina, ben]) {
				document.edit((clear) => clear.getText('t').insert(clear.getText('t').length, `${name} ${i}. `));
				await document.flush();
				const client = document.clear.clientID;
				const clock = Y.getState(document.clear.store, client);
				if (await document.acknowledged(50)) acknowledged.set(client, clock);
			}
		}
		await dying;
		for (const device of [amina, ben]) await device.close();
		await relay.start();
		await learnCircle();

		// somebody with an empty disk reads what the relay has, before anybody can help it out
		const reading = await chloe.open();
		await reading.synced;
		await reading.settled();
		for (const [client, clock] of acknowledged)
			expect(Y.getState(reading.clear.store, client), moment).toBeGreaterThanOrEqual(clock);
		// who reads may write, and rolls what was left half rolled: for that moment it is in no generation to the end
		const whole = { complete: true, gaps: [], refused: null, setAside: 0 };
		await expect.poll(() => reading.saved).toMatchObject(whole);
		await expect
			.poll(() => reading.room.generation)
			.toBe(generationOf(team.case.state, room.document, 'body'));

		// and all go on, with every word, into a generation that everybody believes
		for (const device of [amina, ben]) await device.open();
		await expect.poll(() => new Set(devices.map(wordsOf)).size).toBe(1);
		amina.document.edit((clear) => clear.getText('t').insert(0, 'And on. '));
		await expect
			.poll(() => devices.map(({ document }) => document.room.generation > 0))
			.toEqual([true, true, true]);
		await expect
			.poll(() => devices.map((device) => wordsOf(device).includes('And on. ')))
			.toEqual([true, true, true]);
		// what was set aside when they went over comes again from whoever wrote it
		for (const { document } of devices)
			await expect.poll(() => document.saved).toMatchObject({ gaps: [], refused: null, setAside: 0 });
		for (const device of devices) await device.close();
	}
);
