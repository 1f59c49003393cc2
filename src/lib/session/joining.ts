/** How somebody comes in: who founds the agency, who follows an invitation, and a device that becomes one of mine. */
import { foundCircle } from '#lib/circle/actions.ts';
import type { CircleId, PersonId } from '#lib/circle/ids.ts';
import type { Outcome } from './case-file.svelte.ts';
import type { CatchingUp } from './catching-up.svelte.ts';
import { acceptInvitation, askToJoin, readInvitation, type Invitation } from './invitations.ts';
import { sentenceFor } from './sentences.ts';
import type { Session } from './session.svelte.ts';

export interface JoiningOptions {
	readonly session: Session;
	readonly relay: Pick<CatchingUp, 'connection' | 'reachRelay'>;
	/** This device is in something. */
	readonly joined: () => void;
}

export class Joining {
	readonly #options: JoiningOptions;

	constructor(options: JoiningOptions) {
		this.#options = options;
	}

	/** Founds the agency with the code that the relay printed. */
	async found(wish: { agencyName: string; yourName: string; code: string }): Promise<Outcome> {
		const { session, relay, joined } = this.#options;
		const { vault } = session;
		await vault.keepProfile({ ...vault.profile, name: wish.yourName });
		const founded = await foundCircle({
			kind: 'agency',
			parent: null,
			label: wish.agencyName,
			device: vault.device,
			person: vault.profile.person,
			personName: wish.yourName,
			at: Date.now()
		});
		const answer = await relay.connection.append(founded.circle, founded.bytes, { foundingCode: wish.code });
		if (!answer.ok) return { ok: false, message: sentenceFor(answer.reason) };
		await session.circles.add(founded.circle, [founded.bytes], false);
		await vault.keepProfile({ ...vault.profile, agency: founded.circle });
		joined();
		return { ok: true };
	}

	async readInvitation(
		fragment: string
	): Promise<{ ok: true; invitation: Invitation } | { ok: false; message: string }> {
		const { session, relay } = this.#options;
		const reach = () => relay.reachRelay();
		const read = await readInvitation(relay.connection, reach, session.vault, fragment, Date.now());
		return read.ok ? { ok: true, invitation: read.value } : { ok: false, message: sentenceFor(read.reason) };
	}

	/** Joins with the name given; answers with the case the invitation leads to. */
	async join(invitation: Invitation, yourName: string): Promise<Outcome & { circle?: CircleId }> {
		const { session, joined } = this.#options;
		const { vault } = session;
		await vault.keepProfile({ ...vault.profile, name: yourName });
		const accepted = await acceptInvitation(session.circles, vault, invitation, yourName, () => Date.now());
		if (!accepted.ok) return { ok: false, message: sentenceFor(accepted.reason) };
		void session.bringDevices();
		const agency = invitation.circles.find(({ state }) => state.kind === 'agency');
		if (agency !== undefined) await vault.keepProfile({ ...vault.profile, agency: agency.circle });
		joined();
		return invitation.caseCircle === null ? { ok: true } : { ok: true, circle: invitation.caseCircle };
	}

	/** Asks, with the name given, to be let in; who made the link says yes or no. */
	async ask(invitation: Invitation, yourName: string): Promise<Outcome> {
		const { vault } = this.#options.session;
		await vault.keepProfile({ ...vault.profile, name: yourName });
		return this.#ask(invitation, { person: vault.profile.person, personName: yourName });
	}

	/** Asks to become a device of whoever made the link, who knows it by `deviceName`. */
	async askAsDevice(invitation: Invitation, deviceName: string): Promise<Outcome> {
		const { session } = this.#options;
		const { deviceOf } = invitation;
		if (deviceOf === null) throw new Error('this link is for another person');
		const works = session.circles.all.some(({ role }) => role !== null);
		if (works && deviceOf !== session.myPerson)
			return { ok: false, message: sentenceFor('other-person-here') };
		await session.nameDevice(session.vault.device.device, deviceName);
		return this.#ask(invitation, { person: deviceOf, personName: deviceName });
	}

	async #ask(invitation: Invitation, who: { person: PersonId; personName: string }): Promise<Outcome> {
		const { session, relay } = this.#options;
		const asked = await askToJoin(relay.connection, session.vault, invitation, who, Date.now());
		return asked.ok ? { ok: true } : { ok: false, message: sentenceFor(asked.reason) };
	}
}
