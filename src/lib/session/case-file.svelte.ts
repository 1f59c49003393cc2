/**
 * One case as pages see it: title, documents, people, invitations. Reads through to the case's sealed index, never
 * mirrors it.
 */
import { newBlockId } from '#lib/casework/block-id.ts';
import { writeTree, type TreePart } from '#lib/casework/body-tree.ts';
import {
	addDocument,
	announceRestricted,
	goneFrom,
	markDocument,
	markSample,
	readCaseIndex,
	removeCase,
	renameCase,
	renameDocument,
	type NewDocumentRow
} from '#lib/casework/case-index.ts';
import { formatDay } from '#lib/casework/dates.ts';
import type { CaseDocument, Period } from '#lib/casework/derive/case-document.ts';
import type { ImportedNote } from '#lib/casework/import/read-notes.ts';
import { documentKind, SHIFT_LOG } from '#lib/casework/kinds.ts';
import { BODY_FIELD, SCHEMA_VERSION } from '#lib/casework/schema-version.ts';
import { addResident, moveOut, readResidents, type Resident } from '#lib/casework/shift-log/residents.ts';
import { logDay } from '#lib/casework/shift-log/times.ts';
import { grantMember, withdrawInvite } from '#lib/circle/actions.ts';
import { newDocumentId, type CircleId, type DocumentId, type PersonId } from '#lib/circle/ids.ts';
import { canWrite, deviceOf, directRole, peopleIn, roleNow } from '#lib/circle/roles.ts';
import type { Invite, Role } from '#lib/circle/state.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import { fromBase64Url } from '#lib/crypto/bytes.ts';
import { CircleOfCare } from './access/circle-of-care.svelte.ts';
import { FormerCircle } from './access/former-circle.ts';
import type { Place } from './case-content.ts';
import { peopleOf } from './case-people.ts';
import { Changes } from './changes.ts';
import { dueEntries, type DueEntry } from './due-entries.ts';
import { makeInvitation, type InvitationWish } from './invitations.ts';
import { DocumentShiftLog } from './document-shift-log.svelte.ts';
import type { EarlierDocument } from './earlier-document.ts';
import type { KnownCircle } from './known-circle.ts';
import {
	admit,
	caseOf,
	foundOwnCircle,
	listOwnDocument,
	ownDocumentsOf,
	titleInList,
	type OwnDocument
} from './own-document.ts';
import { OpenDocument } from './open-document.svelte.ts';
import type { RoomLease } from './rooms.ts';
import { contentsOf, searchableIn, type SearchableDocument } from './search-case.ts';
import { sentenceFor } from './sentences.ts';
import type { Session } from './session.svelte.ts';
import { shiftLogDocumentOf } from './shift-log-document.ts';
import type { Summaries, Summary } from './summaries.ts';

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

/** How long a filled document stays open in the background to be sent, ms. */
const SENDING_PATIENCE = 15_000;
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
	/** The case above such a document, when I may open that too. */
	get above(): { readonly circle: CircleId; readonly title: string } | null {
		const known = this.#above;
		return known === undefined
			? null
			: { circle: known.circle, title: this.#session.titleOfCircle(known.circle) };
	}
	get #above(): KnownCircle | undefined {
		this.#changes.follow();
		const parent = this.isDocument ? (this.#known?.state.parent ?? null) : null;
		const known = parent === null ? undefined : this.#session.circles.get(parent);
		return known === undefined || known.role === null ? undefined : known;
	}

	/** Documents of this case that have a circle of their own, with me in it. */
	get ownDocuments(): readonly (OwnDocument & { readonly announced: boolean })[] {
		this.#changes.follow();
		this.#session.follow();
		const { summaries, circles } = this.#session;
		if (summaries === undefined) return [];
		const told = this.#restricted.map(({ circle }) => circle);
		return ownDocumentsOf(this.circle, circles.all, summaries).map((one) => ({
			...one,
			announced: told.includes(one.circle)
		}));
	}
	/** Those that I am not in, as far as we are told that they exist: who decides about each. */
	get closedDocuments(): readonly { readonly circle: string; readonly byName: string }[] {
		this.#changes.follow();
		this.#session.follow();
		return this.#restricted
			.filter(({ circle }) => (this.#session.circles.get(circle as CircleId)?.role ?? null) === null)
			.map(({ circle, by }) => ({ circle, byName: this.#nameOf(by as PersonId) }));
	}
	get #restricted() {
		return this.#index === null ? [] : readCaseIndex(this.#index.sealed.clear).restricted;
	}
	/** Tells the others in the case that there is such a document, or no more. */
	announce(circle: CircleId, on: boolean): void {
		this.#index?.sealed.edit((doc) => announceRestricted(doc, circle, on ? this.#session.myPerson : null));
	}

	/** Documents of this case that only some people may open since, and that are listed here no more. */
	get limited(): readonly {
		readonly id: DocumentId;
		readonly title: string;
		readonly byName: string;
		readonly at: number;
		readonly to: CircleId;
		/** Where it goes on, for those who may open that; null for all others. */
		readonly next: { readonly circle: CircleId; readonly document: DocumentId } | null;
	}[] {
		if (this.#index === null) return [];
		const own = this.ownDocuments;
		return readCaseIndex(this.#index.sealed.clear).documents.flatMap(({ id, title, moved }) => {
			if (moved === null) return [];
			const next = own.find(({ circle }) => circle === moved.to) ?? null;
			const { by, at } = moved;
			const to = moved.to as CircleId;
			return [{ id: id as DocumentId, title, byName: this.#nameOf(by as PersonId), at, to, next }];
		});
	}
	/** Who decides who is in the case decides that not everybody may open one of its documents. */
	get canLimit(): boolean {
		this.#changes.follow();
		return this.#known?.directRole === 'owner' && !this.isDocument;
	}
	/** Limits a document to these people and me. Needs the relay. */
	async limit(
		id: DocumentId,
		wish: { readonly people: readonly PersonId[]; readonly announce: boolean }
	): Promise<
		| { readonly ok: true; readonly circle: CircleId; readonly document: DocumentId }
		| { readonly ok: false; readonly message: string }
	> {
		const known = this.#known;
		if (known === undefined || this.#index === null || !(await this.#session.reachesRelay()))
			return { ok: false, message: sentenceFor('needs-relay') };
		const row = readCaseIndex(this.#index.sealed.clear).documents.find((one) => one.id === id);
		if (row === undefined || row.removed || row.kind === SHIFT_LOG) throw new Error('not a listed document');
		const { limitDocument } = await import('./limited-document.ts');
		const done = await limitDocument(this.#session, known, row, wish);
		return done.ok ? { ok: true, ...done.value } : { ok: false, message: sentenceFor(done.reason) };
	}
	/** Lists a document that was limited, in this case or in that above, again as it was then. Works offline. */
	async putBack(id: DocumentId): Promise<void> {
		const file = this.#above ?? this.#known;
		if (file === undefined) throw new Error('the case is not open yet');
		const { putBackDocument } = await import('./limited-document.ts');
		await putBackDocument(this.#session, file, id);
	}
	/** What there is to say of a document that was limited; the caller closes it. */
	async openEarlier(id: DocumentId): Promise<EarlierDocument | null> {
		return this.#known === undefined ? null : this.#openEarlier(this.#known, id);
	}
	/** Of the circle of one document: what it was limited from, for who may open that case too; the caller closes it. */
	async openOrigin(): Promise<EarlierDocument | null> {
		const { origin } = this;
		const above = this.#above;
		return origin === null || above === undefined ? null : this.#openEarlier(above, origin.id);
	}
	/** Of the circle of one document: what it was limited from, for who may open that case too. */
	get origin(): {
		readonly circle: CircleId;
		readonly id: DocumentId;
		/** It was put back, and there is nothing here any more. */
		readonly isBack: boolean;
		readonly canPutBack: boolean;
	} | null {
		const above = this.#above;
		if (this.#index === null || above === undefined) return null;
		const row = readCaseIndex(this.#index.sealed.clear).documents.find(({ from }) => from !== null);
		if (row?.from == null) return null;
		const canPutBack = above.directRole === 'owner';
		return { circle: above.circle, id: row.from.document as DocumentId, isBack: row.removed, canPutBack };
	}
	async #openEarlier(known: KnownCircle, id: DocumentId): Promise<EarlierDocument> {
		const { EarlierDocument } = await import('./earlier-document.ts');
		return new EarlierDocument(this.#session.rooms, known, id);
	}

	/** What search reads: these documents, and those with a circle of their own that I am in. */
	get searchable(): readonly SearchableDocument[] {
		const { summaries } = this.#session;
		return summaries === undefined
			? []
			: searchableIn(this.circle, this.contents, this.ownDocuments, summaries);
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

	/**
	 * Adds a document of this kind, on another of its templates if one is named, and answers with its id. It begins with
	 * what the case knows already: a progress report with the plan and the notes of its period. Works offline.
	 */
	async createDocument(kindId: string, template?: string, period: Period | null = null): Promise<DocumentId> {
		const kind = documentKind(kindId);
		const { summaries } = this.#session;
		if (kind === null || summaries === undefined) throw new Error(`no document kind ${kindId}`);
		if (kind.id === SHIFT_LOG) return this.startShiftLog();
		const id = newDocumentId();
		const listed = { id, kind: kind.id, title: kind.title };
		const standsOn = template ?? kind.template;
		await this.#addDocument({ ...listed, template: standsOn });
		const { firstContent, writeFirst } = await import('./case-content.ts');
		const first = firstContent(kind.id, this.contents, period);
		if (first !== null)
			await writeFirst(this.#place(summaries), { ...listed, caseCircle: this.circle }, standsOn, first);
		return id;
	}

	/**
	 * A document that only these people, and I, may open. Needs the relay. It begins as any of its kind does: with what
	 * the case knows, which all of them may read.
	 */
	async createOwnDocument(
		kindId: string,
		wish: {
			readonly people: readonly PersonId[];
			readonly announce: boolean;
			readonly template?: string;
			readonly period?: Period | null;
		}
	): Promise<
		| { readonly ok: true; readonly circle: CircleId; readonly document: DocumentId }
		| { readonly ok: false; readonly message: string }
	> {
		const kind = documentKind(kindId);
		const { summaries, circles, vault } = this.#session;
		const above = this.#known;
		if (kind === null || kind.id === SHIFT_LOG || summaries === undefined || above === undefined)
			throw new Error(`no document kind ${kindId} with a circle of its own`);
		if (!(await this.#session.reachesRelay())) return { ok: false, message: sentenceFor('needs-relay') };
		const founded = await foundOwnCircle(circles, vault, above, wish.people);
		if (!founded.ok) return { ok: false, message: sentenceFor(founded.reason) };
		const known = founded.value;
		const template = wish.template ?? kind.template;
		const row = this.#row({ title: kind.title, kind: kind.id, template, removed: false });
		const place = { ...this.#place(summaries), known };
		await listOwnDocument(place, known, this.circle, row);
		const { firstContent, writeFirst } = await import('./case-content.ts');
		const first = firstContent(kind.id, this.contents, wish.period ?? null);
		const listed = { id: row.id, kind: kind.id, title: kind.title, caseCircle: this.circle };
		if (first !== null) await writeFirst(place, listed, template, first);
		if (wish.announce) this.announce(known.circle, true);
		return { ok: true, circle: known.circle, document: row.id };
	}

	/**
	 * Writes notes of another system as case notes. They are listed together once all are written; stopped before, none
	 * is. Answers with their ids, so that the whole can be taken back; null when it was stopped.
	 */
	async importNotes(
		notes: readonly ImportedNote[],
		options: { readonly signal: AbortSignal; readonly onProgress: (done: number) => void }
	): Promise<readonly DocumentId[] | null> {
		const kind = documentKind('case-note');
		const { summaries } = this.#session;
		if (kind === null || this.#index === null || summaries === undefined)
			throw new Error('the case is not open');
		const { writeNotes } = await import('./case-content.ts');
		// listed at once, but out of sight: no room is ever written to that no list names
		const rows = notes.map((note) =>
			this.#row({
				title: titleOfNote(kind.title, note),
				kind: kind.id,
				template: kind.template,
				removed: true
			})
		);
		this.#index.sealed.edit((doc) => rows.forEach((row) => addDocument(doc, row)));
		const toWrite = rows.flatMap(({ id, title }, index) => {
			const note = notes[index];
			return note === undefined
				? []
				: { note, listed: { id, title, kind: kind.id, caseCircle: this.circle } };
		});
		const ids = rows.map(({ id }) => id);
		const all = await writeNotes(this.#place(summaries), kind.template, toWrite, options);
		this.setRemoved(ids, !all);
		await this.#index.sealed.flush();
		return all ? ids : null;
	}

	#place(summaries: Summaries): Place {
		if (this.#known === undefined) throw new Error('the case is not open');
		return {
			summaries,
			rooms: this.#session.rooms,
			known: this.#known,
			connected: () => this.#session.relay === 'connected'
		};
	}

	#row(
		facts: Pick<NewDocumentRow, 'title' | 'kind' | 'template' | 'removed'>
	): NewDocumentRow & { id: DocumentId } {
		const { myPerson } = this.#session;
		const id = newDocumentId();
		return { ...facts, id, schema: SCHEMA_VERSION, createdAt: Date.now(), createdBy: myPerson };
	}

	/**
	 * Adds a document that begins with these blocks: its creator's own first words, so that every struct is theirs [E4].
	 * Answers with its id. Works offline.
	 */
	async createFilledDocument(wish: {
		readonly kind: string;
		readonly title: string;
		readonly content: readonly TreePart[];
		readonly fromTemplate?: string;
		/** Old block id → new, for documents that refer to each other. */
		readonly ids?: Map<string, string>;
	}): Promise<DocumentId> {
		const known = this.#known;
		if (known === undefined) throw new Error('the case is not open yet');
		const id = newDocumentId();
		const lease = this.#session.rooms.open(known, id);
		await lease.sealed.loaded;
		lease.sealed.edit((doc) => writeTree(doc.getXmlFragment(BODY_FIELD), wish.content, newBlockId, wish.ids));
		// the words first: a row without them would be an empty document
		await lease.sealed.flush();
		await this.#addDocument({
			id,
			kind: wish.kind,
			title: wish.title,
			template: null,
			...(wish.fromTemplate === undefined ? {} : { fromTemplate: wish.fromTemplate })
		});
		void lease.sealed.acknowledged(SENDING_PATIENCE).then(() => lease.close());
		return id;
	}

	/** The log of this house and day (ISO; today), started if nobody has. Offline too: everybody starts the same one. */
	async startShiftLog(day = logDay(Date.now())): Promise<DocumentId> {
		const listed = this.shiftLogOf(day);
		if (listed !== null) return listed;
		if (this.#known === undefined) throw new Error('the case is not open yet');
		const id = await shiftLogDocumentOf(this.#known, day);
		await this.#addDocument({
			id,
			kind: SHIFT_LOG,
			title: `Shift log, ${formatDay(day)}`,
			template: null,
			day
		});
		return id;
	}
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
		const from = this.isDocument ? this.#above : this.#session.agency;
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
		const above = this.#above;
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

	async #addDocument(wish: {
		readonly id: DocumentId;
		readonly kind: string;
		readonly title: string;
		readonly template: string | null;
		readonly day?: string;
		readonly fromTemplate?: string;
	}): Promise<void> {
		if (this.#index === null) throw new Error('the case is not open yet');
		this.#index.sealed.edit((doc) =>
			addDocument(doc, {
				...wish,
				schema: SCHEMA_VERSION,
				createdAt: Date.now(),
				createdBy: this.#session.myPerson
			})
		);
		await this.#session.summaries?.note(wish.id, {
			title: wish.title,
			kind: wish.kind,
			updatedAt: Date.now(),
			here: true,
			circle: this.circle,
			caseCircle: this.circle
		});
		await this.#index.sealed.flush();
	}

	#nameOf(person: PersonId): string {
		return this.#known?.nameOf(person) ?? '';
	}

	#outcome(done: { ok: true } | { ok: false; reason: string }): Outcome {
		return done.ok ? { ok: true } : { ok: false, message: sentenceFor(done.reason) };
	}
}

/** "Case note, 3 Nov 2026". */
function titleOfNote(title: string, { day }: ImportedNote): string {
	return day === '' ? title : `${title}, ${formatDay(day)}`;
}
