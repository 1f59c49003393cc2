/**
 * The teams of the agency: who is in which, founding one, and letting colleagues in. A case is granted to a team once;
 * whoever comes into the team is in the case, and whoever goes is not.
 *
 * Everybody of the agency sees its teams; only who decides in a team changes it.
 */
import { foundCircle, grantMember } from '#lib/circle/actions.ts';
import type { CircleId, PersonId } from '#lib/circle/ids.ts';
import { canWrite, currentRole, devicesOf, directRole, standingOf } from '#lib/circle/roles.ts';
import type { Role } from '#lib/circle/state.ts';
import type { Outcome } from '../case-file.svelte.ts';
import type { KnownCircle } from '../known-circle.ts';
import { sentenceFor } from '../sentences.ts';
import type { Session } from '../session.svelte.ts';

export interface TeamPerson {
	readonly person: PersonId;
	readonly name: string;
	/** `owner`: decides who is in the team. */
	readonly role: Role;
	readonly me: boolean;
}

export interface TeamSummary {
	readonly circle: CircleId;
	readonly name: string;
	readonly people: readonly TeamPerson[];
	/** I decide who is in it. */
	readonly mine: boolean;
}

export class Teams {
	#session: Session;

	constructor(session: Session) {
		this.#session = session;
	}

	get all(): readonly TeamSummary[] {
		const { agency, circles } = this.#session;
		if (agency === undefined) return [];
		return circles.all
			.filter(({ state }) => state.kind === 'team' && state.parent === agency.circle)
			.map((known) => this.#summaryOf(known))
			.sort((a, b) => a.name.localeCompare(b.name));
	}

	get(circle: string): TeamSummary | undefined {
		return this.all.find((team) => team.circle === circle);
	}

	/** Owners and editors of the agency found teams. */
	get canFound(): boolean {
		return canWrite(this.#session.agency?.role ?? null, 'body');
	}

	/** Who works here and is not in this team. */
	colleagues(team: TeamSummary): readonly { readonly person: PersonId; readonly name: string }[] {
		const { agency } = this.#session;
		if (agency === undefined) return [];
		return [...agency.state.people.values()]
			.filter((member) => currentRole(member) !== null && standingOf(member)?.guest === false)
			.filter(({ person }) => !team.people.some((one) => one.person === person))
			.map(({ person }) => ({ person, name: agency.nameOf(person) }))
			.sort((a, b) => a.name.localeCompare(b.name));
	}

	/** Cases that I am in, and the team is in. */
	casesOf({
		circle
	}: TeamSummary): readonly { readonly circle: CircleId; readonly name: string; readonly role: Role }[] {
		return this.#session.circles.all.flatMap((known) => {
			const member = known.state.circles.get(circle);
			const role = member === undefined ? null : currentRole(member);
			if (role === null || known.role === null || known.state.kind !== 'case') return [];
			return [{ circle: known.circle, name: this.#session.titleOfCircle(known.circle), role }];
		});
	}

	/** Its founder decides who is in it. */
	async found(name: string): Promise<(Outcome & { ok: true; circle: CircleId }) | (Outcome & { ok: false })> {
		const { agency, circles, vault } = this.#session;
		if (agency === undefined || !(await this.#session.reachesRelay())) return needsRelay;
		const { bytes, circle } = await foundCircle({
			kind: 'team',
			parent: agency.circle,
			label: name,
			announceTo: agency,
			device: vault.device,
			person: vault.profile.person,
			personName: vault.profile.name,
			at: Date.now()
		});
		const known = await circles.add(circle, [bytes], true);
		return known.ok ? { ok: true, circle } : { ok: false, message: sentenceFor(known.reason) };
	}

	/** Lets a colleague into a team, and so into every case that the team is in. */
	async add(circle: CircleId, person: PersonId): Promise<Outcome> {
		const { agency, circles, vault } = this.#session;
		const known = circles.get(circle);
		if (agency === undefined || known === undefined) return needsRelay;
		if (!(await this.#session.reachesRelay())) return needsRelay;
		const done = await circles.append(known, (state) =>
			grantMember(state, known.secrets, vault.device, {
				person,
				personName: agency.nameOf(person),
				role: 'editor',
				devices: devicesOf(agency.state, person),
				at: Date.now()
			})
		);
		return done.ok ? { ok: true } : { ok: false, message: sentenceFor(done.reason) };
	}

	#summaryOf(known: KnownCircle): TeamSummary {
		const { state } = known;
		const people = [...state.people.values()].flatMap((member): TeamPerson[] => {
			const role = currentRole(member);
			if (role === null) return [];
			const { person } = member;
			return [{ person, name: known.nameOf(person), role, me: person === this.#session.myPerson }];
		});
		return {
			circle: known.circle,
			name: known.label || 'A team',
			people: people.sort((a, b) => a.name.localeCompare(b.name)),
			mine: directRole(state, this.#session.vault.device.device) === 'owner'
		};
	}
}

const needsRelay = { ok: false, message: sentenceFor('needs-relay') } as const;
