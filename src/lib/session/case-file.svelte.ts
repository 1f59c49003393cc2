/**
 * One case as pages see it: title, documents, people, invitations. Reads through to the case's sealed index, never
 * mirrors it.
 */
import { addDocument, readCaseIndex, renameCase, renameDocument } from '#lib/casework/case-index.ts';
import { documentKind } from '#lib/casework/kinds.ts';
import { SCHEMA_VERSION } from '#lib/casework/schema-version.ts';
import { grantMember, withdrawInvite } from '#lib/circle/actions.ts';
import { newDocumentId, type CircleId, type DocumentId, type PersonId } from '#lib/circle/ids.ts';
import { currentRole } from '#lib/circle/policy.ts';
import type { Invite, Role } from '#lib/circle/state.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import { fromBase64Url } from '#lib/crypto/bytes.ts';
import { Changes } from './changes.ts';
import { makeInvitation } from './invitations.ts';
import type { KnownCircle } from './known-circle.ts';
import { OpenDocument } from './open-document.svelte.ts';
import type { RoomLease } from './rooms.ts';
import { sentenceFor } from './sentences.ts';
import type { Session } from './session.svelte.ts';

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly message: string };

export interface DocumentEntry {
	readonly id: DocumentId;
	readonly title: string;
	readonly kind: string;
	readonly template: string | null;
	readonly schema: number;
	readonly createdAt: number;
	readonly createdByName: string;
}

export interface CasePerson {
	readonly person: PersonId;
	readonly name: string;
	readonly role: Role;
	readonly me: boolean;
	readonly since: number;
	readonly invitedByName: string | null;
}

export interface OpenInvitation {
	readonly key: string;
	readonly role: Role;
	readonly expires: number;
	readonly state: Invite['state'];
	readonly byName: string;
}

export class CaseFile {
	#session: Session;
	#known: KnownCircle | undefined = $state.raw();
	#index: RoomLease | null = $state.raw(null);
	#loaded = $state(false);
	#synced = $state(false);
	#closed = false;
	#changes = new Changes();
	#removers: (() => void)[] = [];
	readonly circle: CircleId;

	constructor(session: Session, circle: CircleId) {
		this.#session = session;
		this.circle = circle;
		void this.#open();
	}

	/** `unavailable`: not on this device and the relay cannot be asked; it goes on trying. */
	get status(): 'loading' | 'ready' | 'unavailable' {
		if (this.#known === undefined) return this.#session.looking ? 'loading' : 'unavailable';
		if (!this.#loaded) return 'loading';
		if (this.#synced || this.#known.unsent || this.#session.summaries?.get(this.circle)?.here) return 'ready';
		return this.#session.relay === 'offline' ? 'unavailable' : 'loading';
	}

	get title(): string {
		this.#changes.follow();
		return this.#index === null ? '' : readCaseIndex(this.#index.sealed.clear).title;
	}
	/** `caret`: where it stands in the field now, so that of two like letters the right one is meant. */
	rename(text: string, caret: number | null = null): void {
		this.#index?.sealed.edit((doc) => renameCase(doc, text, caret));
	}

	get documents(): readonly DocumentEntry[] {
		this.#changes.follow();
		if (this.#index === null) return [];
		return readCaseIndex(this.#index.sealed.clear).documents.map((entry) => ({
			...entry,
			id: entry.id as DocumentId,
			createdByName: this.#nameOf(entry.createdBy as PersonId)
		}));
	}
	renameDocument(id: DocumentId, text: string, caret: number | null = null): void {
		this.#index?.sealed.edit((doc) => renameDocument(doc, id, text, caret));
	}

	/** Adds a document of this kind, on another of its templates if one is named, and answers with its id. Works offline. */
	async createDocument(kindId: string, template?: string): Promise<DocumentId> {
		const kind = documentKind(kindId);
		if (kind === null || this.#index === null) throw new Error(`no document kind ${kindId}`);
		const id = newDocumentId();
		this.#index.sealed.edit((doc) =>
			addDocument(doc, {
				id,
				title: kind.title,
				kind: kind.id,
				template: template ?? kind.template,
				schema: SCHEMA_VERSION,
				createdAt: Date.now(),
				createdBy: this.#session.myPerson
			})
		);
		await this.#session.summaries?.note(id, { title: kind.title, updatedAt: Date.now(), here: true });
		await this.#index.sealed.flush();
		return id;
	}

	get role(): Role | null {
		this.#changes.follow();
		return this.#known?.role ?? null;
	}
	get canWrite(): boolean {
		return this.role === 'owner' || this.role === 'editor';
	}
	/** Owners and editors invite to a case; only owners add a colleague by themselves. */
	get canInvite(): boolean {
		return this.canWrite;
	}
	get canAddColleagues(): boolean {
		return this.role === 'owner';
	}

	get people(): readonly CasePerson[] {
		this.#changes.follow();
		const known = this.#known;
		if (known === undefined) return [];
		return [...known.state.people.values()].flatMap((member) => {
			const role = currentRole(member);
			if (role === null) return [];
			return {
				person: member.person,
				name: known.nameOf(member.person),
				role,
				me: member.person === this.#session.myPerson,
				since: member.since,
				invitedByName: member.invitedBy === null ? null : known.nameOf(member.invitedBy)
			};
		});
	}

	/** People of the agency who are not in this case yet. */
	get colleagues(): readonly { readonly person: PersonId; readonly name: string }[] {
		this.#changes.follow();
		const agency = this.#session.agency;
		if (agency === undefined) return [];
		const here = this.people.map(({ person }) => person);
		return [...agency.state.people.values()]
			.filter((member) => currentRole(member) !== null && !here.includes(member.person))
			.map((member) => ({ person: member.person, name: agency.nameOf(member.person) }));
	}

	/** Lets a colleague of the agency into this case. */
	async addColleague(person: PersonId): Promise<Outcome> {
		const known = this.#known;
		const agency = this.#session.agency;
		if (known === undefined || agency === undefined) return { ok: false, message: sentenceFor('offline') };
		const devices = [...agency.state.devices.values()].filter(
			(device) => device.person === person && device.removedAt === null
		);
		return this.#outcome(
			await this.#session.circles.append(known, (state) =>
				grantMember(state, known.secrets, this.#session.vault.device, {
					person,
					personName: agency.nameOf(person),
					role: 'editor',
					devices,
					at: Date.now()
				})
			)
		);
	}

	get invitations(): readonly OpenInvitation[] {
		this.#changes.follow();
		const known = this.#known;
		if (known === undefined) return [];
		return [...known.state.invites].map(([key, invite]) => ({
			key,
			role: invite.role,
			expires: invite.expires,
			state: invite.state,
			byName: known.nameOf(invite.by)
		}));
	}

	/**
	 * A link for one person into this case; for a colleague who writes, into the agency too where we may decide that.
	 * Who comments or reads comes from outside and sees this case alone.
	 */
	async invite(
		role: Role = 'editor'
	): Promise<{ ok: true; link: string; key: string; expires: number } | { ok: false; message: string }> {
		const known = this.#known;
		if (known === undefined) return { ok: false, message: sentenceFor('offline') };
		const agency = this.#session.agency;
		const circles = role === 'editor' && agency?.role === 'owner' ? [agency, known] : [known];
		const made = await makeInvitation(
			this.#session.circles,
			this.#session.vault,
			circles,
			role,
			location.origin,
			Date.now()
		);
		return made.ok ? { ok: true, ...made.value } : { ok: false, message: sentenceFor(made.reason) };
	}

	/** Makes an invitation worthless, everywhere it would have opened. */
	async withdraw(key: string): Promise<Outcome> {
		const inviteKey = fromBase64Url(key);
		const circles = [this.#session.agency, this.#known].filter(
			(known) => known !== undefined && known.state.invites.get(key)?.state === 'open'
		) as KnownCircle[];
		if (inviteKey === null) return { ok: false, message: sentenceFor('mangled') };
		for (const known of circles) {
			const done = await this.#session.circles.append(known, (state) =>
				withdrawInvite(state, this.#session.vault.device, inviteKey, Date.now())
			);
			if (!done.ok) return this.#outcome(done);
		}
		return { ok: true };
	}

	openDocument(id: DocumentId): OpenDocument {
		return new OpenDocument(this.#session, this, id);
	}

	/** Told when anything about the case changed. */
	onChange(listener: () => void): () => void {
		return this.#changes.on(listener);
	}

	/** The circle this case stands on, once it is known here. */
	get known(): KnownCircle | undefined {
		return this.#known;
	}

	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		for (const remove of this.#removers.splice(0)) remove();
		await this.#index?.close();
	}

	async #open(): Promise<void> {
		const known = await this.#session.circleOf(this.circle);
		if (known === undefined || this.#closed) return;
		const rooms = await this.#session.openRooms();
		const lease = rooms.open(known, await indexDocumentOf(this.circle));
		if (this.#closed) return lease.close();
		this.#known = known;
		this.#index = lease;
		const tell = () => this.#tell();
		lease.sealed.clear.on('update', tell);
		this.#removers.push(known.onChange(tell), () => lease.sealed.clear.off('update', tell));
		await lease.sealed.loaded;
		this.#loaded = true;
		this.#tell();
		await lease.sealed.synced;
		if (!lease.sealed.saved.complete) return;
		this.#synced = true;
		this.#tell();
	}

	#tell(): void {
		this.#changes.tell();
		const index = this.#index;
		if (index === null || !this.#loaded || this.#closed) return;
		const title = readCaseIndex(index.sealed.clear).title;
		const here = this.#synced || (this.#session.summaries?.get(this.circle)?.here ?? false);
		if (title !== '' || this.#synced) void this.#session.summaries?.note(this.circle, { title, here });
	}

	#nameOf(person: PersonId): string {
		return this.#known?.nameOf(person) ?? '';
	}

	#outcome(done: { ok: true } | { ok: false; reason: string }): Outcome {
		return done.ok ? { ok: true } : { ok: false, message: sentenceFor(done.reason) };
	}
}
