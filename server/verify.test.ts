import { expect, test } from 'vitest';
import { createDeviceSecrets } from '#lib/circle/device.ts';
import { readEnvelope, verifyEnvelope } from '#lib/envelope/envelope.ts';
import { newDocumentId } from '#lib/circle/ids.ts';
import { foundTeam } from '../tests/support/team.ts';
import { Writer } from './raw-client.fixture.ts';
import { isSigned } from './verify.ts';

test('[E1] answers as WebCrypto does, for good, flipped and foreign signatures', async () => {
	const team = await foundTeam(['amina']);
	const { device } = team.named('amina');
	const room = {
		circle: team.case.circle,
		document: newDocumentId(),
		lane: 'body',
		generation: 0
	} as const;
	const bytes = await (await Writer.open(room, device, () => team.case.state)).envelope();
	const other = await createDeviceSecrets();
	const cases = [
		bytes,
		...[8, 100, 300, bytes.length - 1, bytes.length - 40].map((at) => flipped(bytes, at))
	];
	const keys = [device.signing.publicKey, other.signing.publicKey, new Uint8Array(32), new Uint8Array(5)];
	let good = 0;
	for (const one of cases) {
		const read = readEnvelope(one);
		if (!read.ok) throw new Error(read.reason);
		for (const key of keys) {
			const expected = await verifyEnvelope(read.value, key);
			good += Number(expected);
			expect(isSigned(read.value, key, 1)).toBe(expected);
			expect(await isSigned(read.value, key, 1000)).toBe(expected);
		}
	}
	expect(good).toBe(1);
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
	const copy = bytes.slice();
	copy[at] = (copy[at] ?? 0) ^ 1;
	return copy;
}
