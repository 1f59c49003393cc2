import { expect, test } from 'vitest';
import { grantCircle } from '#lib/circle/actions.ts';
import { withMemberState } from '#lib/circle/roles.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import { createPerson, NOW, TestCircle } from '#lib/circle/test-people.ts';
import { peopleOf } from './case-people.ts';

test('[C4] everybody is listed once, as the most that they are: by themselves or by a team', async () => {
	const [ana, ben, chidi, dara] = await Promise.all(['Ana', 'Ben', 'Chidi', 'Dara'].map(createPerson));
	if (!ana || !ben || !chidi || !dara) throw new Error('four people');
	const team = await TestCircle.found(ana, 'team');
	for (const who of [ben, chidi, dara]) await team.append(await team.grant(ana, who, 'reader'));
	const file = await TestCircle.found(ana, 'case');
	await file.append(await file.grant(ana, ben, 'reader'));
	await file.append(await file.grant(ana, chidi, 'editor'));
	const { circle } = team.state;
	const grant = { inner: team.state, name: 'Nights', role: 'editor', at: NOW } as const;
	const secrets = await readEpochSecrets(file.state, ana.device);
	await file.append(await grantCircle(file.state, secrets, ana.device, grant));

	const roles = (people: ReturnType<typeof peopleOf>) =>
		people.map(({ person, role, team: by }) => [
			[ana, ben, chidi, dara].find((one) => one.person === person)?.name,
			role,
			by
		]);
	// while the log of the team is missing here, it gives nobody anything
	expect(roles(peopleOf(file.state))).toEqual([
		['Ana', 'owner', null],
		['Ben', 'reader', null],
		['Chidi', 'editor', null]
	]);
	expect(roles(peopleOf(withMemberState(file.state, team.state)))).toEqual([
		['Ana', 'owner', null],
		['Ben', 'editor', circle],
		['Chidi', 'editor', null],
		['Dara', 'editor', circle]
	]);
});
