/**
 * One case as pages see it: title, documents, people, invitations. Reads through to the case's sealed index, never
 * mirrors it.
 */
import {
	goneFrom,
	markDocument,
	markSample,
	readCaseIndex,
	removeCase,
	renameCase,
	renameDocument
} from '#lib/casework/case-index.ts';
import type { CaseDocument } from '#lib/casework/derive/case-document.ts';
import { SHIFT_LOG } from '#lib/casework/kinds.ts';
import { addResident, moveOut, readResidents, type Resident } from '#lib/casework/shift-log/residents.ts';
import { grantMember, withdrawInvite } from '#lib/circle/actions.ts';
import { type CircleId, type DocumentId, type PersonId } from '#lib/circle/ids.ts';
import { canWrite, deviceOf, directRole, peopleIn, roleNow } from '#lib/circle/roles.ts';
import type { Invite, Role } from '#lib/circle/state.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import { fromBase64Url } from '#lib/crypto/bytes.ts';
import { CircleOfCare } from './access/circle-of-care.svelte.ts';
import { FormerCircle } from './access/former-circle.ts';
import { peopleOf } from './case-people.ts';
import { Changes } from './changes.ts';
import { dueEntries, type DueEntry } from './due-entries.ts';
import { makeInvitation, type InvitationWish } from './invitations.ts';
import { DocumentShiftLog } from './document-shift-log.svelte.ts';
import type { KnownCircle } from './known-circle.ts';
import { admit, caseOf, titleInList } from './own-document.ts';
import { NewDocuments } from './new-documents.ts';
import { OpenDocument } from './open-document.svelte.ts';
import { RestrictedDocuments } from './restricted-documents.ts';
import type { RoomLease } from './rooms.ts';
import { contentsOf, searchableIn, type SearchableDocument } from './search-case.ts';
import { sentenceFor } from './sentences.ts';
import type { Session } from './session.svelte.ts';
import type { Summary } from './summaries.ts';

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly message: string };

export interface DocumentEntry {
	readonly id: DocumentId;
	readonly title: string;
	readonly kind: string;
	readonly template: string | null;
	readonly schema: number;
	readonly createdAt: number;
	readonly createdByName: string;
	/** Of one that began with a template of the agency: what that was called. */
	readonly fromTemplate: string | null;
	/** Of a shift log: its day, ISO. */
	readonly day: string | null;
	readonly final: boolean;
}

export interface CasePerson {
	readonly person: PersonId;
	readonly name: string;
	readonly role: Role;
	readonly me: boolean;
	readonly since: number;
	readonly invitedByName: string | null;
	/** The team by which they have that role; null: they have it by themselves. */
	readonly team: string | null;
}

export interface OpenInvitation {
	readonly key: string;
	readonly role: Role;
	readonly expires: number;
	readonly state: Invite['state'];
	readonly byName: string;
}

/** Timers count in 31 bits, ms. */
const LONGEST_TIMER = 2_147_483_647;

export class CaseFile {
	#session: Session;
	#known: KnownCircle | undefined = $state.raw();
	#care: CircleOfCare | null = $state.raw(null);
	#index: RoomLease | null = $state.raw(null);
	#loaded = $state(false);
	#synced = $state(false);
	#closed = false;
	#changes = new Changes();
	#removers: (() => void)[] = [];
	#end: ReturnType<typeof setTimeout> | undefined;
	readonly circle: CircleId;
	/** Those of its documents that not everybody in it may open. */
	readonly restricted: RestrictedDocuments;
	/** What begins a document. */
	readonly newDocuments: NewDocuments;

	constructor(session: Session, circle: CircleId) {
		this.#session = session;
		this.circle = circle;
		this.restricted = new RestrictedDocuments(session, this);
		this.newDocuments = new NewDocuments(session, this);
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
		const known = this.#known;
		return this.#index === null || known === undefined ? '' : titleInList(known, this.#index.sealed.clear);
	}
	/** `caret`: where it stands in the field now, so that of two like letters the right one is meant. */
	rename(text: string, caret: number | null = null): void {
		this.#index?.sealed.edit((doc) => renameCase(doc, text, caret));
	}

	get documents(): readonly DocumentEntry[] {
		this.#changes.follow();
		if (this.#index === null) return [];
		return readCaseIndex(this.#index.sealed.clear)
			.documents.filter(({ removed }) => !removed)
			.map((entry) => ({
				...entry,
				id: entry.id as DocumentId,
				createdByName: this.#nameOf(entry.createdBy as PersonId)
			}));
	}

	/** Documents with what is in them, as far as this device has seen it. */
	get contents(): readonly CaseDocument[] {
		return this.#contents;
	}
	#contents = $derived.by(() => {
		const { summaries } = this.#session;
		const listed = this.documents.map((one) => ({ ...one, removed: false }));
		return summaries === undefined ? [] : contentsOf(listed, summaries);
	});

	/** This is the circle of one document, which only some people of its case may open. */
	get isDocument(): boolean {
		return this.#known?.state.kind === 'document';
	}
	/** What to call the case above such a document, when I may open that too. */
	get above(): { readonly circle: CircleId; readonly title: string } | null {
		const known = this.caseAbove;
		return known === undefined
			? null
			: { circle: known.circle, title: this.#session.titleOfCircle(known.circle) };
	}
	/** The circle of that case. */
	get caseAbove(): KnownCircle | undefined {
		this.#changes.follow();
		const parent = this.isDocument ? (this.#known?.state.parent ?? null) : null;
		const known = parent === null ? undefined : this.#session.circles.get(parent);
		return known === undefined || known.role === null ? undefined : known;
	}

	/** What search reads: these documents, and those with a circle of their own that I am in. */
	get searchable(): readonly SearchableDocument[] {
		const { summaries } = this.#session;
		return summaries === undefined
			? []
			: searchableIn(this.circle, this.contents, this.restricted.mine, summaries);
	}

	/** What is due in this case, the nearest first. */
	get due(): readonly DueEntry[] {
		this.#changes.follow();
		const { summaries } = this.#session;
		return summaries === undefined ? [] : dueEntries(summaries, this.circle);
	}

	/** Finished, or a draft again. */
	setFinal(id: DocumentId, final: boolean): void {
		this.#index?.sealed.edit((doc) => markDocument(doc, id, 'final', final));
	}

	/** Takes documents off the list, or puts them back, as one step. */
	setRemoved(ids: readonly DocumentId[], removed: boolean): void {
		this.#index?.sealed.edit((doc) => {
			for (const id of ids) markDocument(doc, id, 'removed', removed);
		});
		const { summaries } = this.#session;
		if (summaries === undefined) return;
		const these: readonly string[] = ids;
		if (removed) {
			this.#takenOff = [...summaries.all].filter(([id]) => these.includes(id));
			void summaries.forget((_, id) => these.includes(id));
		} else {
			for (const [id, summary] of this.#takenOff) if (these.includes(id)) void summaries.note(id, summary);
		}
	}
	/** What stood in the documents that were taken off last, so that they come back with what lists show of them. */
	#takenOff: readonly (readonly [string, Summary])[] = [];

	renameDocument(id: DocumentId, text: string, caret: number | null = null): void {
		this.#index?.sealed.edit((doc) => renameDocument(doc, id, text, caret));
	}

	/** Of this house and day (ISO), as far as it is listed. */
	shiftLogOf(day: string): DocumentId | null {
		return this.documents.find((entry) => entry.kind === SHIFT_LOG && entry.day === day)?.id ?? null;
	}

	/** The entries of a shift log; the caller closes it. */
	openShiftLog(id: DocumentId, day: string): DocumentShiftLog {
		if (this.#known === undefined) throw new Error('the case is not open yet');
		const lease = this.#session.rooms.open(this.#known, id, undefined, 'discussion');
		return new DocumentShiftLog(this.#session, this, this.#known, lease, day);
	}

	/** Invented, to try everything with. */
	get isSample(): boolean {
		this.#changes.follow();
		return this.#index !== null && readCaseIndex(this.#index.sealed.clear).sample;
	}
	get isRemoved(): boolean {
		return this.#index !== null && readCaseIndex(this.#index.sealed.clear).removed;
	}
	markSample(): void {
		this.#index?.sealed.edit(markSample);
	}
	/** Takes the sample and all of its documents off everybody's lists. Only a sample can go in one step. */
	async removeSample(): Promise<void> {
		if (this.#index === null || !this.isSample) throw new Error('only a sample is removed like this');
		this.#index.sealed.edit(removeCase);
		await this.#session.summaries?.forget(
			(summary) => summary.caseCircle === this.circle && summary.kind !== ''
		);
		await this.#index.sealed.flush();
	}

	/** Who lives in the house, for its logs. */
	get residents(): readonly Resident[] {
		this.#changes.follow();
		return this.#index === null ? [] : readResidents(this.#index.sealed.clear);
	}
	/** Answers with the resident's id; null for a name that says nothing. */
	addResident(name: string): string | null {
		let id: string | null = null;
		this.#index?.sealed.edit((doc) => (id = addResident(doc, name)));
		return id;
	}
	moveOut(resident: string): void {
		this.#index?.sealed.edit((doc) => moveOut(doc, resident));
	}

	/** Who is in, and how that is changed; null until the case is known here. */
	get care(): CircleOfCare | null {
		return this.#care;
	}

	get role(): Role | null {
		this.#changes.follow();
		return this.#known?.role ?? null;
	}
	/** This device may not open it any more: removed, left, or past the last day. Null while it may. */
	get former(): FormerCircle | null {
		this.#changes.follow();
		const known = this.#known;
		if (known === undefined) return null;
		const me = this.#session.vault.device.device;
		if (deviceOf(known.state, me) === null) return null;
		const mayBeIn = known.role === null ? !known.isOut : roleNow(known.state, me, Date.now()) !== null;
		if (mayBeIn) return null;
		return (this.#former ??= new FormerCircle(this.#session, known));
	}
	#former: FormerCircle | null = null;
	get canWrite(): boolean {
		return this.role === 'owner' || this.role === 'editor';
	}
	/** Owners and editors who are in by themselves, not by a team, invite to a case; only owners add a colleague by themselves. */
	get canInvite(): boolean {
		const known = this.#known;
		this.#changes.follow();
		const role = known === undefined ? null : directRole(known.state, this.#session.vault.device.device);
		return canWrite(role, 'body');
	}
	get canAddColleagues(): boolean {
		return this.role === 'owner';
	}

	get people(): readonly CasePerson[] {
		this.#changes.follow();
		const known = this.#known;
		if (known === undefined) return [];
		return peopleOf(known.state).map(({ person, role, since, invitedBy, team }) => ({
			...{ person, role, since },
			name: known.nameOf(person),
			me: person === this.#session.myPerson,
			invitedByName: invitedBy === null ? null : known.nameOf(invitedBy),
			team: team === null ? null : known.nameOfCircle(team)
		}));
	}

	/** People of the agency who are not in this case yet; of the case who may not open this document. */
	get colleagues(): readonly { readonly person: PersonId; readonly name: string }[] {
		this.#changes.follow();
		const from = this.isDocument ? this.caseAbove : this.#session.agency;
		if (from === undefined) return [];
		const here = this.people.map(({ person }) => person);
		return peopleIn(from.state)
			.filter(({ person }) => !here.includes(person))
			.map(({ person }) => ({ person, name: from.nameOf(person) }));
	}

	/** Lets a colleague of the agency into this case. */
	async addColleague(person: PersonId): Promise<Outcome> {
		const known = this.#known;
		const { agency, circles, vault } = this.#session;
		const above = this.caseAbove;
		if (known !== undefined && above !== undefined)
			return this.#outcome(await admit(circles, vault, above, known, person));
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
		const others = [...known.state.invites].filter(([, { ownDevice }]) => !ownDevice);
		return others.map(([key, invite]) => ({
			key,
			role: invite.role,
			expires: invite.expires,
			state: invite.state,
			byName: known.nameOf(invite.by)
		}));
	}

	/**
	 * A link for one person into this case; for a colleague who writes, into the agency too where we may decide that.
	 * Who comes from outside sees this case alone.
	 */
	async invite(
		wish: InvitationWish = { role: 'editor' }
	): Promise<{ ok: true; link: string; key: string; expires: number } | { ok: false; message: string }> {
		const known = this.#known;
		if (known === undefined) return { ok: false, message: sentenceFor('offline') };
		const agency = this.#session.agency;
		const intoAgency =
			wish.role === 'editor' && wish.guest !== true && agency?.role === 'owner' && !this.isDocument;
		const made = await makeInvitation(
			this.#session.circles,
			this.#session.vault,
			intoAgency ? [agency, known] : [known],
			wish,
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

	/** Reactive, and costs nothing: changes whenever anything about the case may have. */
	followChanges(): void {
		this.#changes.follow();
	}

	/** Told when anything about the case changed. */
	onChange(listener: () => void): () => void {
		return this.#changes.on(listener);
	}

	/** Its sealed list; null until it is open here. */
	get list(): RoomLease | null {
		return this.#index;
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
		this.#care = new CircleOfCare(this.#session, known);
		this.#index = lease;
		const tell = () => this.#tell();
		const awaitEnd = () => this.#awaitEnd(known);
		awaitEnd();
		lease.sealed.clear.on('update', tell);
		this.#removers.push(
			known.onChange(tell),
			known.onChange(awaitEnd),
			() => clearTimeout(this.#end),
			() => lease.sealed.clear.off('update', tell)
		);
		const learned = this.#session.summaries?.onChange(() => this.#changes.tell());
		if (learned !== undefined) this.#removers.push(learned);
		await lease.sealed.loaded;
		this.#loaded = true;
		this.#tell();
		await lease.sealed.synced;
		if (!lease.sealed.saved.complete) return;
		this.#synced = true;
		this.#tell();
	}

	/** The pages hear of it in the moment in which the last day is over. */
	#awaitEnd(known: KnownCircle): void {
		clearTimeout(this.#end);
		const until = known.directUntil;
		if (until === null || this.#closed) return;
		const wait = until - Date.now();
		if (wait <= 0) this.#changes.tell();
		else this.#end = setTimeout(() => this.#awaitEnd(known), Math.min(wait, LONGEST_TIMER));
	}

	#tell(): void {
		this.#changes.tell();
		const index = this.#index;
		if (index === null || !this.#loaded || this.#closed) return;
		const { removed, documents } = readCaseIndex(index.sealed.clear);
		const { title } = this;
		void this.#session.forgetDocuments(goneFrom(documents));
		const here = this.#synced || (this.#session.summaries?.get(this.circle)?.here ?? false);
		if (title !== '' || this.#synced)
			void this.#session.summaries?.note(this.circle, {
				title,
				removed,
				here,
				circle: this.circle,
				caseCircle: this.#known === undefined ? this.circle : caseOf(this.#known, this.#session.circles)
			});
	}

	#nameOf(person: PersonId): string {
		return this.#known?.nameOf(person) ?? '';
	}

	#outcome(done: { ok: true } | { ok: false; reason: string }): Outcome {
		return done.ok ? { ok: true } : { ok: false, message: sentenceFor(done.reason) };
	}
}
