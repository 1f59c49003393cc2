import { describe, expect, test } from 'vitest';
import { toBase64Url, toHex, utf8, type Bytes } from '#lib/crypto/bytes.ts';
import { unwrap } from '#lib/crypto/wrap.ts';
import { exportDeviceSecrets, importDeviceSecrets } from './device.ts';
import { deviceIdOf, isCircleId, isDeviceId, isPersonId, newPersonId } from './ids.ts';
import { createLinkSecret, inviteReceivingSecretOf, inviteSecretOf, readLink, writeLink } from './link.ts';
import { openInvitedSecrets, openLabel, openName, readEpochSecrets, wrapEpochSecret } from './secrets.ts';
import { createPerson, TestCircle, type TestPerson } from './test-people.ts';

const [amina, ben, mallory] = (await Promise.all(
	['Amina Okafor-Lindqvist', 'Ben', 'Mallory'].map(createPerson)
)) as [TestPerson, TestPerson, TestPerson];

const zeros = { staff: new Uint8Array(32), everyone: new Uint8Array(32) };

const contains = (haystack: Uint8Array, needle: Uint8Array) =>
	Buffer.from(haystack).includes(Buffer.from(needle));

describe('[C5] What the relay sees of a circle', () => {
	test('holds no readable name and no secret', async () => {
		const circle = await TestCircle.found(amina, 'agency', 'Harbour House for Families');
		const link = createLinkSecret();
		await circle.append(await circle.invite(amina, 'editor', link));
		await circle.append(await circle.join(ben, link));
		const [secret] = [...(await readEpochSecrets(circle.state, amina.device)).values()];
		const log = Buffer.concat(circle.entries);
		const hidden: Bytes[] = [
			utf8('Amina'),
			utf8('Lindqvist'),
			utf8('Harbour'),
			secret!.everyone,
			secret!.staff!,
			link,
			(await exportDeviceSecrets(amina.device)).subarray(1, 33),
			(await exportDeviceSecrets(amina.device)).subarray(33)
		];
		for (const bytes of hidden) expect(contains(log, bytes), toHex(bytes)).toBe(false);
		expect(contains(log, amina.device.signing.publicKey), 'keys are clear').toBe(true);
	});

	test('tells nothing by the length of a name', async () => {
		const lengths = new Set<number>();
		for (const name of ['Bo', 'Maximiliane von und zu Guttenberg-Hohenlohe', '李小龍']) {
			const circle = await TestCircle.found({ ...amina, name }, 'agency', name);
			lengths.add(circle.entries[0]!.length);
			const secrets = await readEpochSecrets(circle.state, amina.device);
			expect(await openName(secrets, circle.state.circle, circle.state.people.get(amina.person)!)).toBe(name);
			expect(await openLabel(secrets, circle.state)).toBe(name);
		}
		expect(lengths.size).toBe(1);
	});

	test('keeps a very long name within its bounds, cut between characters', async () => {
		const circle = await TestCircle.found({ ...amina, name: '李'.repeat(5000) });
		const secrets = await readEpochSecrets(circle.state, amina.device);
		const name = await openName(secrets, circle.state.circle, circle.state.people.get(amina.person)!);
		expect(name).toBe('李'.repeat(333));
	});

	test('does not let one name stand for another person or in another circle', async () => {
		const circle = await (await TestCircle.found(amina)).letIn(amina, ben, 'editor');
		await circle.letIn(amina, mallory, 'editor');
		const secrets = await readEpochSecrets(circle.state, amina.device);
		const [a, b] = [circle.state.people.get(mallory.person)!, circle.state.people.get(ben.person)!];
		expect(await openName(secrets, circle.state.circle, a)).toBe('Mallory');
		expect(await openName(secrets, circle.state.circle, b)).toBe('Ben');
		expect(await openName(secrets, circle.state.circle, { ...b, name: a.name })).toBeNull();
		const other = await TestCircle.found(amina);
		expect(await openName(secrets, other.state.circle, b)).toBeNull();
		expect(await openName(new Map(), circle.state.circle, b)).toBeNull();
	});
});

describe('[S1] Epoch secrets', () => {
	test('open for members and nobody else', async () => {
		const circle = await (await TestCircle.found(amina)).letIn(amina, ben, 'editor');
		const ours = await readEpochSecrets(circle.state, amina.device);
		expect(await readEpochSecrets(circle.state, ben.device)).toEqual(ours);
		expect((await readEpochSecrets(circle.state, mallory.device)).size).toBe(0);
		// a device that claims to be Ben but has other keys
		const pretender = { ...mallory.device, device: ben.device.device };
		expect((await readEpochSecrets(circle.state, pretender)).size).toBe(0);
	});

	test('are wrapped for one circle, one epoch and one receiver', async () => {
		const [circle, other] = [await TestCircle.found(amina), await TestCircle.found(amina)];
		const link = createLinkSecret();
		await circle.append(await circle.invite(amina, 'editor', link));
		await circle.append(await circle.join(ben, link));
		const device = circle.state.devices.get(ben.device.device)!;
		const moved = (change: object) => ({
			...circle.state,
			...change
		});
		expect((await readEpochSecrets(circle.state, ben.device)).size).toBe(1);
		expect((await readEpochSecrets(moved({ circle: other.state.circle }), ben.device)).size).toBe(0);
		const otherEpoch = { ...device, wraps: [{ ...device.wraps[0]!, epoch: 1 }] };
		const inEpoch = moved({ devices: new Map([[device.device, otherEpoch]]) });
		expect((await readEpochSecrets(inEpoch, ben.device)).size).toBe(0);
		const wrapped = await wrapEpochSecret(zeros, 'staff', circle.state.circle, 0, device.receiveKey);
		expect(await unwrap(mallory.device.receiving, wrapped, utf8(''))).toBeNull();
	});

	test('a wrap of a founding entry is not taken for one of a circle', async () => {
		const circle = await (await TestCircle.found(amina)).letIn(amina, ben, 'editor');
		const unbound = await wrapEpochSecret(zeros, 'staff', null, 0, ben.device.receiving.publicKey);
		const device = {
			...circle.state.devices.get(ben.device.device)!,
			wraps: [{ epoch: 0, of: 'staff' as const, wrapped: unbound }]
		};
		const forged = { ...circle.state, devices: new Map([[device.device, device]]) };
		expect((await readEpochSecrets(forged, ben.device)).size).toBe(0);
	});

	test('garbage in the place of a wrap opens nothing and throws nothing', async () => {
		const circle = await TestCircle.found(amina);
		const device = circle.state.devices.get(amina.device.device)!;
		for (const wrapped of [new Uint8Array(0), new Uint8Array(80), new Uint8Array(80).fill(0xff)]) {
			const devices = new Map([
				[device.device, { ...device, wraps: [{ epoch: 0, of: 'staff' as const, wrapped }] }]
			]);
			expect((await readEpochSecrets({ ...circle.state, devices }, amina.device)).size).toBe(0);
		}
	});
});

describe('Links', () => {
	test('open, before joining, what their circle is and who invites, and no other circle', async () => {
		const circle = await TestCircle.found(amina, 'agency', 'Harbour House');
		const link = createLinkSecret();
		await circle.append(await circle.invite(amina, 'editor', link));
		const secrets = await openInvitedSecrets(circle.state, link);
		expect(await openLabel(secrets, circle.state)).toBe('Harbour House');
		const inviter = circle.state.people.get([...circle.state.invites.values()][0]!.by)!;
		expect(await openName(secrets, circle.state.circle, inviter)).toBe('Amina Okafor-Lindqvist');
		expect((await openInvitedSecrets(circle.state, createLinkSecret())).size).toBe(0);
		const other = await TestCircle.found(amina);
		expect((await openInvitedSecrets(other.state, link)).size).toBe(0);
	});

	test('are one identity for several circles, with a receiving key for each', async () => {
		const [circle, other] = [await TestCircle.found(amina), await TestCircle.found(amina)];
		const link = createLinkSecret();
		expect((await inviteSecretOf(link)).publicKey).toEqual((await inviteSecretOf(link)).publicKey);
		const [a, b] = [
			await inviteReceivingSecretOf(link, circle.state.circle),
			await inviteReceivingSecretOf(link, other.state.circle)
		];
		expect(a.publicKey).not.toEqual(b.publicKey);
	});

	test('with a character missing, doubled or changed are mangled; with a line break they are not', async () => {
		const link = createLinkSecret();
		const url = await writeLink('https://care.example', link);
		const fragment = url.slice(url.indexOf('#'));
		expect(url.startsWith('https://care.example/join#')).toBe(true);
		expect(await readLink(fragment)).toEqual({ ok: true, value: link });
		expect(await readLink(fragment.slice(1))).toEqual({ ok: true, value: link });
		expect(await readLink(`${fragment.slice(0, 20)}\r\n ${fragment.slice(20)}`)).toEqual({
			ok: true,
			value: link
		});
		for (let i = 1; i < fragment.length; i++) {
			const other = fragment[i] === 'A' ? 'B' : 'A';
			for (const changed of [
				fragment.slice(0, i) + fragment.slice(i + 1),
				fragment.slice(0, i) + other + fragment.slice(i),
				fragment.slice(0, i) + other + fragment.slice(i + 1)
			]) {
				expect(await readLink(changed), changed).toEqual({ ok: false, reason: 'mangled' });
			}
		}
		for (const text of ['', '#', '😀', '#'.repeat(60)]) expect((await readLink(text)).ok).toBe(false);
	});
});

describe('[I1] A device', () => {
	test('is named by its signing key, and comes back from its exported bytes', async () => {
		const { device } = amina;
		expect(device.device).toBe(await deviceIdOf(device.signing.publicKey));
		const again = await importDeviceSecrets(await exportDeviceSecrets(device));
		expect(again?.device).toBe(device.device);
		expect(again?.receiving.publicKey).toEqual(device.receiving.publicKey);
		expect(await importDeviceSecrets(new Uint8Array(65))).toBeNull();
		expect(await importDeviceSecrets(new Uint8Array(3))).toBeNull();
	});
});

test('Ids are told from anything else', () => {
	const person = newPersonId();
	expect(isPersonId(person) && isDeviceId(person)).toBe(true);
	for (const value of [
		null,
		3,
		'',
		person.slice(1),
		`${person}A`,
		`${person.slice(0, 21)}B`,
		toBase64Url(new Uint8Array(15))
	]) {
		expect(isPersonId(value), String(value)).toBe(false);
	}
	expect(isCircleId(person)).toBe(false);
});
