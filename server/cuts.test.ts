import { afterEach, expect, test } from 'vitest';
import { removeMembers } from '#lib/circle/removal.ts';
import type { Cut } from '#lib/circle/state.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import { readEnvelope } from '#lib/envelope/envelope.ts';
import { writeUpdate } from './frames.ts';
import { append, RawClient, settle } from './raw-client.fixture.ts';
import { startRelay, type Relay } from './relay.ts';

let relay: Relay;
afterEach(() => relay.close());

test('a removal that would leave out what was acknowledged is not taken; with all of it counted it is', async () => {
	relay = await startRelay({ port: 0, host: '127.0.0.1', data: null });
	const house = await settle(relay, ['amina', 'ben']);
	const [amina, ben] = [house.named('amina'), house.named('ben')];
	const writer = await house.writer('ben');
	const client = await house.client('ben');
	const envelope = await writer.envelope();
	const read = readEnvelope(envelope);
	if (!read.ok) throw new Error(read.reason);
	client.send(writeUpdate(writer.push(envelope)));
	await client.message('acknowledged');
	client.send(await writer.frame());
	await client.until(() => client.messages('acknowledged').length === 2, 'both');

	const desk = await RawClient.open(relay, 'circles', amina.device);
	const { document, lane, generation } = house.room;
	const secrets = await readEpochSecrets(house.case.state, amina.device);
	const remove = async (counted: number | null) => {
		const { device, session } = read.value;
		const cut = { device, document, lane, generation, session };
		const cuts: Cut[] = counted === null ? [] : [{ ...cut, count: counted }];
		const removal = { members: [ben.person], reason: null, cuts, at: Date.now() };
		const { bytes } = await removeMembers(house.case.state, secrets, amina.device, removal);
		return append(desk, house.case.circle, bytes);
	};
	expect(await remove(null)).toBe('behind-rooms');
	expect(await remove(1)).toBe('behind-rooms');
	expect(await remove(2)).toBe('appended');
	expect(await client.closed()).toBe(4403);
});
