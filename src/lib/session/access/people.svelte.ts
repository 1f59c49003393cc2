/**
 * The people of an agency, as far as this device can see: who is in which case, and what is left to do when somebody
 * leaves. The model of the page "People".
 *
 * It can speak only of cases that this device is in.
 */
import type { CircleId, PersonId } from '#lib/circle/ids.ts';
import { currentRole, directRole, ownersOf, standingOf } from '#lib/circle/roles.ts';
import type { Role } from '#lib/circle/state.ts';
import type { Outcome } from '../case-file.svelte.ts';
import type { KnownCircle } from '../known-circle.ts';
import { listNames, sentenceFor } from '../sentences.ts';
import type { Session } from '../session.svelte.ts';
import { removeFrom } from './ending.ts';
import { Progress } from './progress.svelte.ts';

export interface Place {
	readonly circle: CircleId;
	readonly kind: 'case' | 'team' | 'document';
	readonly name: string;
	readonly role: Role;
	/** Null: I can remove them here. Else why not, and who can, as a sentence. */
	readonly whyNot: string | null;
}

export interface AgencyPerson {
	readonly person: PersonId;
	readonly name: string;
	readonly me: boolean;
	/** Null: has left the agency, but is still in what `places` names. */
	readonly role: Role | null;
	readonly lastOwner: boolean;
	/** Cases, directly, and teams. */
	readonly places: readonly Place[];
}

/** What became of removing somebody everywhere. */
export interface Leaving {
	readonly removedFrom: readonly string[];
	/** Where they still are, and why. */
	readonly left: readonly { readonly name: string; readonly why: string }[];
}

export class People {
	#session: Session;
	readonly progress = new Progress();

	constructor(session: Session) {
		this.#session = session;
	}

	/** Owners of the agency decide who works here. */
	get canDecide(): boolean {
		const { agency } = this.#session;
		return agency !== undefined && this.#isOwner(agency);
	}

	/** Who has left but is still in a case comes first, then by name. */
	get all(): readonly AgencyPerson[] {
		const { agency, myPerson } = this.#session;
		if (agency === undefined) return [];
		const owners = ownersOf(agency.state);
		return [...agency.state.people.values()]
			.map((member) => {
				const role = currentRole(member);
				return {
					person: member.person,
					name: agency.nameOf(member.person),
					me: member.person === myPerson,
					role,
					lastOwner: role === 'owner' && owners.length === 1,
					places: this.#placesOf(member.person)
				};
			})
			.filter(({ role, places }) => role !== null || places.length > 0)
			.sort((a, b) => Number(a.role !== null) - Number(b.role !== null) || a.name.localeCompare(b.name));
	}

	/**
	 * Removes somebody from the agency, and from every case where I decide. It can be called again: what is done already
	 * is not done twice, and what failed is tried again.
	 */
	async removeEverywhere(person: PersonId): Promise<Outcome & { leaving?: Leaving }> {
		if (!(await this.#session.reachesRelay())) return { ok: false, message: sentenceFor('needs-relay') };
		const { agency, circles } = this.#session;
		const todo: { known: KnownCircle; name: string }[] = [];
		const member = agency?.state.people.get(person);
		if (agency !== undefined && member !== undefined && currentRole(member) !== null) {
			todo.push({ known: agency, name: agency.label });
		}
		const left: { name: string; why: string }[] = [];
		for (const { circle, name, whyNot } of this.#placesOf(person)) {
			const known = circles.get(circle);
			if (known === undefined) continue;
			if (whyNot === null) todo.push({ known, name });
			else left.push({ name, why: whyNot });
		}
		const removedFrom: string[] = [];
		const work = async () => {
			for (const [done, { known, name }] of todo.entries()) {
				this.progress.begin(`Removing from ${name}`, todo.length);
				this.progress.reach(done);
				const removed = await removeFrom(this.#session, known, [person], null, null);
				if (removed.ok || removed.reason === 'unknown-member') removedFrom.push(name);
				else left.push({ name, why: sentenceFor(removed.reason) });
			}
		};
		await this.#session.withoutHousekeeping(work).finally(() => this.progress.end());
		return { ok: true, leaving: { removedFrom, left } };
	}

	#isOwner({ state }: KnownCircle): boolean {
		return directRole(state, this.#session.vault.device.device) === 'owner';
	}

	#placesOf(person: PersonId): readonly Place[] {
		return this.#session.circles.all.flatMap((known): Place[] => {
			const { state } = known;
			const member = state.people.get(person);
			const standing = member === undefined ? null : standingOf(member);
			const { kind } = state;
			// of a team everybody of the agency knows who is in it
			if (standing === null || kind === 'agency' || (kind !== 'team' && known.role === null)) return [];
			const owners = ownersOf(state);
			const others = owners.filter((owner) => owner !== person && owner !== this.#session.myPerson);
			const isLast = standing.role === 'owner' && owners.length === 1;
			const whyNot = isLast
				? 'Nobody else decides who is in there. They have to make somebody else an owner first.'
				: this.#isOwner(known)
					? null
					: `${listNames(others.map((owner) => known.nameOf(owner)))} can remove them there.`;
			const name = kind === 'team' ? known.label : this.#session.titleOfCircle(known.circle);
			return [{ circle: known.circle, kind, name, role: standing.role, whyNot }];
		});
	}
}
