import { expect, test } from 'vitest';
import { grantCircle, changeRole, withdrawInvite, writeRoll } from '#lib/circle/actions.ts';
import { newDocumentId } from '#lib/circle/ids.ts';
import { randomBytes } from '#lib/crypto/bytes.ts';
import { readEntry } from '#lib/circle/entry.ts';
import { inviteSecretOf, createLinkSecret } from '#lib/circle/link.ts';
import { inviteToCircle } from '#lib/circle/actions.ts';
import { removeMembers } from '#lib/circle/removal.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import { createPerson, DAY, NOW, TestCircle } from '#lib/circle/test-people.ts';
import { accessRecord, recordAsCsv, recordAsText } from './access-record.ts';

async function story() {
	const [ana, ben, lee] = await Promise.all(['Ana', '=Ben "B"', 'Dr. Lee'].map(createPerson));
	if (!ana || !ben || !lee) throw new Error('three people');
	const circle = await TestCircle.found(ana, 'case');
	await circle.append(await circle.grant(ana, ben, 'editor'));
	const until = NOW + 30 * DAY;
	const change = { member: ben.person, role: 'commenter', until, cuts: [], at: NOW + 1 } as const;
	await circle.append(await changeRole(circle.state, ana.device, change));
	await circle.append(await changeRole(circle.state, ana.device, { ...change, until: null }));
	const link = createLinkSecret();
	const wish = { link, role: 'commenter', guest: true, until, expires: NOW + DAY, at: NOW + 2 } as const;
	const secrets = await readEpochSecrets(circle.state, ana.device);
	await circle.append(
		await inviteToCircle(circle.state, secrets, ana.device, { ...wish, until: NOW + 2 * DAY })
	);
	await circle.append(await circle.join(lee, link, NOW + 3));
	const asking = createLinkSecret();
	await circle.append(
		await inviteToCircle(circle.state, secrets, ana.device, { ...wish, link: asking, approval: true })
	);
	const { publicKey } = await inviteSecretOf(asking);
	await circle.append(await withdrawInvite(circle.state, ana.device, publicKey, NOW + 4));
	const removal = { members: [ben.person], reason: 'Left', cuts: [], at: NOW + 5 };
	await circle.append((await removeMembers(circle.state, secrets, ana.device, removal)).bytes);
	const team = await TestCircle.found(ana, 'team');
	const grant = { inner: team.state, name: 'Nights', role: 'reader', at: NOW + 6 } as const;
	await circle.append(
		await grantCircle(circle.state, await readEpochSecrets(circle.state, ana.device), ana.device, grant)
	);
	const end = { members: [team.state.circle], reason: null, cuts: [], at: NOW + 7 };
	const now = await readEpochSecrets(circle.state, ana.device);
	await circle.append((await removeMembers(circle.state, now, ana.device, end)).bytes);
	const document = newDocumentId();
	const rolled = {
		document,
		lane: 'body',
		hash: randomBytes(32),
		covers: randomBytes(1),
		at: NOW + 8
	} as const;
	await circle.append(await circle.grant(ana, ben, 'editor'));
	await circle.append(await writeRoll(circle.state, ben.device, rolled));
	await circle.append(await writeRoll(circle.state, ana.device, { ...rolled, from: 0 }));
	const people = [ana, ben, lee];
	const entries = (await Promise.all(circle.entries.map((bytes) => readEntry(bytes)))).flatMap((read) =>
		read.ok ? [read.value] : []
	);
	return accessRecord(entries, {
		team: () => 'Nights',
		person: (person) => people.find((one) => one.person === person)?.name ?? 'Somebody',
		ownerOf: (device) => circle.state.devices.get(device)?.person ?? null,
		reason: (seq) => (seq === 8 ? 'Left' : null),
		day: () => 'that day',
		moment: () => 'that moment'
	});
}

test('every change of access is one sentence, and who joined at once stands out', async () => {
	const record = await story();
	expect(record.map(({ sentence }) => sentence)).toEqual([
		'Ana opened this case.',
		'Ana let =Ben "B" in as an editor.',
		'Ana made =Ben "B" a commenter, until that day.',
		'Ana took away the end date of =Ben "B", who stays a commenter.',
		'Ana made an emergency link that lets somebody from outside in at once as a commenter.',
		'Dr. Lee joined at once, from outside, as a commenter on the invitation of Ana.',
		'Ana invited somebody from outside to ask for access as a commenter, until that day, with a link that works until that moment.',
		'Ana withdrew an invitation, or declined who asked with it.',
		'Ana removed =Ben "B"; what is written from then on they cannot read. Reason given: “Left”.',
		'Ana let the team Nights in, each as a reader: whoever is in the team is in here.',
		'Ana removed the team Nights; what is written from then on they cannot read.',
		'Ana let =Ben "B" in as an editor.',
		'Ana went back to the sound history of a document: what =Ben "B" had shortened did not match it.'
	]);
	expect(record.filter(({ emergency }) => emergency).map(({ seq }) => seq)).toEqual([4, 5]);
});

test('a spreadsheet opens it as text, whatever people are called', () => {
	const event = { seq: 0, at: NOW, who: '=Ben "B"', sentence: '=Ben "B" left.', emergency: true };
	expect(recordAsCsv([event])).toBe(
		'\uFEFF"Number","When","Who","What","Stands out"\r\n"1","2023-11-14T22:13:20.000Z","\'=Ben ""B""","\'=Ben ""B"" left.","emergency"\r\n'
	);
	expect(recordAsText('Record', [event], () => 'then')).toBe('Record\n\nthen  EMERGENCY: =Ben "B" left.\n');
});
