/** Who is in a circle, each once, as the most that they are there: by themselves, or by a team. */
import type { CircleId, PersonId } from '#lib/circle/ids.ts';
import { activeCircles, currentRole, isHigher, peopleIn } from '#lib/circle/roles.ts';
import type { CircleState, Role } from '#lib/circle/state.ts';

export interface PersonIn {
	readonly person: PersonId;
	readonly role: Role;
	/** ms */
	readonly since: number;
	readonly invitedBy: PersonId | null;
	/** The team by which they have that role; null: they have it by themselves. */
	readonly team: CircleId | null;
}

/** Those who are in by themselves first. */
export function peopleOf(state: CircleState): readonly PersonIn[] {
	const found = new Map<PersonId, PersonIn>();
	const note = (one: PersonIn) => {
		const before = found.get(one.person);
		if (before === undefined || isHigher(one.role, before.role)) found.set(one.person, one);
	};
	for (const member of state.people.values()) {
		const role = currentRole(member);
		const { person, since, invitedBy } = member;
		if (role !== null) note({ person, role, since, invitedBy, team: null });
	}
	for (const team of activeCircles(state)) {
		const role = currentRole(team);
		if (role === null || team.state === null) continue;
		const { circle, since } = team;
		for (const { person, guest } of peopleIn(team.state))
			if (!guest) note({ person, role, since, invitedBy: null, team: circle });
	}
	return [...found.values()];
}
