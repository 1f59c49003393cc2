/**
 * Who may see and change what in one circle, and how that is changed: the model of the page "Circle of care".
 *
 * Reads through to the signed log. Every change needs the relay and answers with what became of it.
 */
import { approveRequest, grantCircle, leaveCircle, withdrawInvite } from '#lib/circle/actions.ts';
import { readEntry, type Entry } from '#lib/circle/entry.ts';
import type { CircleId, PersonId } from '#lib/circle/ids.ts';
import { activeCircles, devicesOf, directRole, ownersOf, standingOf } from '#lib/circle/roles.ts';
import { safetyNumber } from '#lib/circle/safety.ts';
import { openReason, openRequestName } from '#lib/circle/secrets.ts';
import type { Invite, JoinRequest, MemberId, Role } from '#lib/circle/state.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import { createSubscriber } from 'svelte/reactivity';
import type { Outcome } from '../case-file.svelte.ts';
import type { KnownCircle } from '../known-circle.ts';
import { sentenceFor } from '../sentences.ts';
import type { Session } from '../session.svelte.ts';
import { accessRecord, type AccessEvent } from './access-record.ts';
import { changeStanding, removeFrom } from './ending.ts';
import { Progress } from './progress.svelte.ts';
import { Teams } from './teams.svelte.ts';

export interface CareMember {
	readonly person: PersonId;
	readonly name: string;
	readonly role: Role;
	readonly me: boolean;
	/** From outside the agency. */
	readonly guest: boolean;
	readonly devices: number;
	readonly since: number;
	/** ms; null: no end. */
	readonly until: number | null;
	readonly over: boolean;
	readonly invitedByName: string | null;
	/** The last person who decides who is in. */
	readonly lastOwner: boolean;
}

/** A team: whoever is in it is in. */
export interface CareTeam {
	readonly circle: CircleId;
	readonly name: string;
	readonly role: Role;
	/** Who is in it, by name; null while this device has not seen the team. */
	readonly people: readonly string[] | null;
	/** I am in by it. */
	readonly withMe: boolean;
	readonly since: number;
	readonly letInByName: string | null;
}

export interface Request {
	/** The invitation's key. */
	readonly key: string;
	readonly name: string;
	readonly role: Role;
	readonly until: number | null;
	readonly at: number;
	/** To be compared by phone [I3]. */
	readonly safetyNumber: string;
	/** Made the invitation, or decides here. */
	readonly mayAnswer: boolean;
}

export class CircleOfCare {
	#session: Session;
	#known: KnownCircle;
	#follow: () => void;
	#entries: readonly Entry[] = $state.raw([]);
	#requests: readonly Request[] = $state.raw([]);
	#reasons: readonly (readonly [number, string])[] = $state.raw([]);
	readonly progress = new Progress();

	constructor(session: Session, known: KnownCircle) {
		this.#session = session;
		this.#known = known;
		this.#follow = createSubscriber((update) => {
			const changed = () => {
				void this.#read();
				update();
			};
			void this.#read();
			return known.onChange(changed);
		});
	}

	get circle(): CircleId {
		return this.#known.circle;
	}
	get kind() {
		return this.#known.state.kind;
	}
	/** Only owners decide who is in. */
	get canDecide(): boolean {
		this.#follow();
		return this.#role === 'owner';
	}
	get canInvite(): boolean {
		this.#follow();
		return this.#role === 'owner' || (this.#role === 'editor' && this.#known.state.kind !== 'agency');
	}
	get owners(): readonly string[] {
		return this.members.filter(({ role }) => role === 'owner').map(({ name }) => name);
	}

	get members(): readonly CareMember[] {
		this.#follow();
		const { state } = this.#known;
		const owners = ownersOf(state);
		const now = Date.now();
		return [...state.people.values()].flatMap((member): CareMember[] => {
			const standing = standingOf(member);
			if (standing === null) return [];
			const { role, guest, until } = standing;
			return [
				{
					person: member.person,
					name: this.#known.nameOf(member.person),
					role,
					me: member.person === this.#session.myPerson,
					guest,
					devices: devicesOf(state, member.person).length,
					since: member.since,
					until,
					over: until !== null && until <= now,
					invitedByName: member.invitedBy === null ? null : this.#known.nameOf(member.invitedBy),
					lastOwner: role === 'owner' && owners.length === 1
				}
			];
		});
	}

	get teams(): readonly CareTeam[] {
		this.#follow();
		const known = this.#known;
		return activeCircles(known.state).flatMap((member): CareTeam[] => {
			const standing = standingOf(member);
			if (standing === null) return [];
			const people =
				member.state === null
					? null
					: [...member.state.people.values()].filter((one) => standingOf(one)?.guest === false);
			return [
				{
					circle: member.circle,
					name: known.nameOfCircle(member.circle),
					role: standing.role,
					people: people?.map(({ person }) => known.nameOf(person)).sort() ?? null,
					withMe: people?.some(({ person }) => person === this.#session.myPerson) ?? false,
					since: member.since,
					letInByName: member.grantedBy === null ? null : known.nameOf(member.grantedBy)
				}
			];
		});
	}

	/** Teams of the agency that are not in. */
	get teamsToAdd(): readonly { readonly circle: CircleId; readonly name: string; readonly people: number }[] {
		this.#follow();
		const here = this.teams.map(({ circle }) => circle);
		return new Teams(this.#session).all
			.filter(({ circle }) => !here.includes(circle))
			.map(({ circle, name, people }) => ({ circle, name, people: people.length }));
	}

	/** Lets in whoever is in the team, now or later. */
	async addTeam(circle: CircleId, role: Exclude<Role, 'owner'>): Promise<Outcome> {
		const team = this.#session.circles.get(circle);
		if (team === undefined) return { ok: false, message: sentenceFor('unknown-circle') };
		const grant = () =>
			this.#append((state) =>
				grantCircle(state, this.#known.secrets, this.#session.vault.device, {
					inner: team.state,
					name: team.label,
					role,
					at: Date.now()
				})
			);
		const done = await grant();
		if (done.ok || done.reason !== 'wrong-heads') return this.#outcome(done);
		// the team has changed meanwhile
		await team.refresh();
		return this.#outcome(await grant());
	}

	/** Another role or end date for somebody who is in. */
	async change(member: CareMember, wish: { role: Role; until: number | null }): Promise<Outcome> {
		return this.#outcome(
			await changeStanding(this.#session, this.#known, member.person, wish, this.progress)
		);
	}

	/** What is written from then on they cannot read. `reason` is sealed, for those who stay. */
	async remove(member: MemberId, reason = ''): Promise<Outcome> {
		const words = reason.trim() === '' ? null : reason.trim();
		return this.#outcome(await removeFrom(this.#session, this.#known, [member], words, this.progress));
	}

	async leave(): Promise<Outcome> {
		return this.#outcome(
			await this.#append((state) => leaveCircle(state, this.#session.vault.device, Date.now()))
		);
	}

	/** Who has opened an invitation and asks to be let in. */
	get requests(): readonly Request[] {
		this.#follow();
		return this.#requests;
	}

	async approve(request: Request): Promise<Outcome> {
		if (this.#known.state.invites.get(request.key)?.state !== 'requested') return gone;
		return this.#outcome(
			await this.#append(async (state) => {
				const invite = state.invites.get(request.key);
				if (invite === undefined) throw new Error('an invitation stays in the log for ever');
				const { device } = this.#session.vault;
				const approval = { invite, personName: request.name, at: Date.now() };
				return approveRequest(state, this.#known.secrets, device, approval);
			})
		);
	}

	/** Answers no: the link opens nothing any more. */
	async decline(request: Request): Promise<Outcome> {
		const invite = this.#known.state.invites.get(request.key);
		if (invite?.state !== 'requested') return gone;
		return this.#outcome(
			await this.#append((state) => withdrawInvite(state, this.#session.vault.device, invite.key, Date.now()))
		);
	}

	/** Newest first. `day` and `moment` write a date as this reader reads it. */
	record(words: { day(at: number): string; moment(at: number): string }): readonly AccessEvent[] {
		this.#follow();
		const known = this.#known;
		const events = accessRecord(this.#entries, {
			...words,
			person: (person) => known.nameOf(person),
			team: (circle) => known.nameOfCircle(circle),
			ownerOf: (device) => known.state.devices.get(device)?.person ?? null,
			reason: (seq) => this.#reasons.find(([at]) => at === seq)?.[1] ?? null
		});
		return [...events].reverse();
	}

	get #role(): Role | null {
		return directRole(this.#known.state, this.#session.vault.device.device);
	}

	async #read(): Promise<void> {
		const { entries, state, secrets, circle } = this.#known;
		const read = (await Promise.all(entries.map((bytes) => readEntry(bytes)))).flatMap((entry) =>
			entry.ok ? [entry.value] : []
		);
		const reasons: (readonly [number, string])[] = [];
		for (const entry of read) {
			if (entry.type !== 'remove' || entry.body.reason === null) continue;
			const reason = await openReason(secrets, circle, entry.body.epoch, entry.body.reason);
			if (reason !== null) reasons.push([entry.seq, reason]);
		}
		const requests: Request[] = [];
		for (const [key, invite] of state.invites) {
			if (invite.state === 'requested' && invite.request !== null && !invite.ownDevice) {
				requests.push(await this.#requestOf(key, invite, invite.request));
			}
		}
		this.#reasons = reasons;
		this.#entries = read;
		this.#requests = requests;
	}

	async #requestOf(key: string, invite: Invite, request: JoinRequest): Promise<Request> {
		const { state, secrets, circle } = this.#known;
		const keys = devicesOf(state, invite.by).map(({ signKey }) => signKey);
		return {
			key,
			name: (await openRequestName(secrets, circle, invite, request)) ?? 'Somebody',
			role: invite.role,
			until: invite.until,
			at: request.at,
			safetyNumber: await safetyNumber([request.signKey], keys),
			mayAnswer: this.#role === 'owner' || invite.by === this.#session.myPerson
		};
	}

	async #append(build: Parameters<Session['circles']['append']>[1]): Promise<Verdict<void>> {
		if (!(await this.#session.reachesRelay())) return { ok: false, reason: 'needs-relay' };
		return this.#session.circles.append(this.#known, build);
	}

	#outcome(done: Verdict<void>): Outcome {
		if (done.ok) return { ok: true };
		return { ok: false, message: sentenceFor(done.reason === 'offline' ? 'needs-relay' : done.reason) };
	}
}

const gone = { ok: false, message: sentenceFor('request-gone') } as const;
