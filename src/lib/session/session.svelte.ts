/**
 * Throughline on this device, put together: who I am, my cases, what is open, what is saved.
 */
import { SHIFT_LOG } from '#lib/casework/kinds.ts';
import { SCHEMA_VERSION } from '#lib/casework/schema-version.ts';
import { foundCircle } from '#lib/circle/actions.ts';
import { isCircleId, type CircleId, type DeviceId, type DocumentId, type PersonId } from '#lib/circle/ids.ts';
import { deviceOf, roleNow } from '#lib/circle/roles.ts';
import type { Role } from '#lib/circle/state.ts';
import { indexDocumentOf, writeRoom } from '#lib/envelope/room.ts';
import { openStorage, type DeviceStorage } from '#lib/storage/storage.ts';
import { connectCircles, type CirclesConnection } from '#lib/sync/circles-connection.ts';
import type { Outcome } from './case-file.svelte.ts';
import type { Background, Progress } from './background.ts';
import { Changes } from './changes.ts';
import { CircleBook } from './circle-book.ts';
import { DiscussionSummaries } from './discussion-summaries.ts';
import { Drafts } from './drafts.ts';
import { dueEntries, type DueEntry } from './due-entries.ts';
import { acceptInvitation, askToJoin, readInvitation, type Invitation } from './invitations.ts';
import { KeptNames } from './kept-names.ts';
import type { KnownCircle } from './known-circle.ts';
import { caseOf } from './own-document.ts';
import type { OpenDocument } from './open-document.svelte.ts';
import type { Rooms } from './rooms.ts';
import {
	DANGER_AFTER,
	onTheWay,
	refusalsOf,
	savedStateOf,
	type InOutbox,
	type SavedState
} from './saved-state.ts';
import { sentenceFor } from './sentences.ts';
import { Summaries } from './summaries.ts';
import { WaitingForMe } from './waiting-for-me.ts';
import { openVault, type Vault } from './vault.ts';

export interface CaseSummary {
	readonly circle: CircleId;
	readonly title: string;
	readonly role: Role;
	readonly updatedAt: number;
	/** Fields that were set differently by people who were apart. */
	readonly toSettle: number;
	/** Changes of this case that wait for the relay, for long enough that a person should notice. */
	readonly waiting: number;
}

/** How long a new case stays open in the background to be sent, ms. */
const SENDING_PATIENCE = 15_000;

export class Session {
	#status: 'loading' | 'empty' | 'ready' | 'failed' = $state('loading');
	#failure: string | null = $state(null);
	#relay: 'connecting' | 'connected' | 'offline' = $state('connecting');
	#founded: boolean | null = $state(null);
	/** What changed in circles, summaries and rooms. */
	#changes = new Changes();
	#now = $state(Date.now());
	#waiting: readonly InOutbox[] = $state.raw([]);
	#setAside = $state(0);
	#storageProblem: string | null = $state(null);
	#catchingUp = $state(false);
	#current: OpenDocument | null = $state.raw(null);
	#keepingHouse = false;
	#houseChanged = false;

	#storage: DeviceStorage | undefined;
	#vault: Vault | undefined;
	#connection: CirclesConnection | undefined;
	#circles: CircleBook | undefined;
	#rooms: Rooms | undefined;
	#openingRooms: Promise<Rooms> | undefined;
	#summaries: Summaries | undefined;
	/** What I call my devices. */
	#deviceNames: KeptNames<DeviceId> | undefined;
	/** What cases were called that this device was shut out of. */
	#formerTitles: KeptNames<CircleId> | undefined;
	#waitingForMe: WaitingForMe | undefined;
	#drafts: Drafts | undefined;
	#removers: (() => void)[] = [];
	#ticking: ReturnType<typeof setInterval> | undefined;
	#background: Background | null = $state.raw(null);
	/** Counts connections, so that a slow start for an earlier one does not outlive it. */
	#connections = 0;

	readonly #namespace: string;

	constructor(namespace = 'throughline') {
		this.#namespace = namespace;
	}

	get status() {
		return this.#status;
	}
	/** Why the session failed, as a sentence. */
	get failure() {
		return this.#failure;
	}
	get relay() {
		return this.#relay;
	}
	/** Does an agency work at this relay already? null until the relay has said. */
	get founded() {
		return this.#founded;
	}
	/** Is it still possible that the relay is about to tell us of a case? */
	get looking(): boolean {
		return this.#status === 'loading' || this.#relay === 'connecting' || this.#catchingUp;
	}

	get myPerson(): PersonId {
		return this.vault.profile.person;
	}
	get myName(): string {
		return this.vault.profile.name;
	}
	get agencyName(): string {
		this.#changes.follow();
		return this.agency?.label ?? this.#anyCase?.label ?? '';
	}
	/** The agency's circle, unless we are only a guest in somebody's case. */
	get agency(): KnownCircle | undefined {
		this.#changes.follow();
		return this.#circles?.all.find(({ state, role }) => state.kind === 'agency' && role !== null);
	}

	/** A case, or a document that I may open though not its case. */
	#isCase(known: KnownCircle): known is KnownCircle & { readonly role: Role } {
		const { kind } = known.state;
		if (known.role === null) return false;
		return kind === 'case' || (kind === 'document' && caseOf(known, this.circles) === known.circle);
	}

	get cases(): readonly CaseSummary[] {
		this.#changes.follow();
		const toSettle = this.#summaries?.toSettle;
		return (this.#circles?.all ?? [])
			.flatMap((known) => {
				if (!this.#isCase(known)) return [];
				const summary = this.#summaries?.get(known.circle);
				if (summary?.removed === true) return [];
				const waiting = this.#waiting
					.filter(({ room }) => room.startsWith(`${known.circle}.`))
					.filter(({ since }) => this.#relay !== 'connected' || this.#now - since > DANGER_AFTER)
					.reduce((sum, { count }) => sum + count, 0);
				return {
					circle: known.circle,
					title: summary?.title ?? '',
					role: known.role,
					updatedAt: summary?.updatedAt ?? 0,
					toSettle: toSettle?.get(known.circle) ?? 0,
					waiting
				};
			})
			.sort((a, b) => b.updatedAt - a.updatedAt || a.title.localeCompare(b.title));
	}

	/** How far everything of my circles has come to this device; null while there is little to fetch. */
	get progress(): Progress | null {
		return this.#background?.progress ?? null;
	}

	/** What is due in all cases, the nearest first. */
	get due(): readonly DueEntry[] {
		this.#changes.follow();
		return this.#summaries === undefined ? [] : dueEntries(this.#summaries);
	}

	get saved(): SavedState {
		this.#changes.follow();
		const open = this.#rooms?.sealedDocuments ?? [];
		const details = open.map((sealed) => sealed.saved);
		const inOutbox = open.map(({ room, saved }) => ({
			room: writeRoom(room),
			count: saved.inOutbox,
			since: saved.since ?? this.#now
		}));
		const drafts = this.#drafts?.unsaved ?? 0;
		const unsealed = details.reduce((sum, detail) => sum + detail.unsealed, drafts);
		const unsealedSince = [this.#drafts?.since, ...details.map(({ since }) => since)].map(
			(since) => since ?? this.#now
		);
		const gaps = details.flatMap((detail) => detail.gaps.map(({ person }) => this.#nameAnywhere(person)));
		const lasting = [
			...(this.#storageProblem === null ? [] : [sentenceFor(this.#storageProblem)]),
			...[...(this.#circles?.differing.values() ?? [])].map(sentenceFor),
			...gaps.map((name) => `Waiting for changes from ${name} that have not arrived yet.`),
			...refusalsOf(open, (circle) => this.#isOver(circle)).map(sentenceFor)
		];
		return savedStateOf({
			now: this.#now,
			connected: this.#relay === 'connected',
			unsealed,
			unsealedSince: unsealed === 0 ? null : Math.min(...unsealedSince),
			waiting: onTheWay(this.#waiting, inOutbox).map(({ room, count, since }) => ({
				document: this.#titleOf(room),
				waiting: count,
				since
			})),
			seenBy: this.#current?.sealed?.saved.seenBy.map((person) => this.#nameAnywhere(person)) ?? [],
			problems: lasting.filter((sentence, index) => lasting.indexOf(sentence) === index),
			setAside: this.#setAside
		});
	}

	/** This device was let go, or its last day is over: a page of its own says what happened. */
	#isOver(circle: CircleId): boolean {
		const known = this.#circles?.get(circle);
		if (known === undefined) return false;
		const role = roleNow(known.state, this.vault.device.device, this.#now);
		return known.isOut || (known.role !== null && role === null);
	}

	/** Opens this device. Settles when the first page can be drawn; the relay is looked for meanwhile. */
	async start(): Promise<void> {
		this.#status = 'loading';
		this.#failure = null;
		try {
			this.#storage = await openStorage(this.#namespace);
		} catch {
			return this.#fail('device-refused');
		}
		const vault = await openVault(this.#storage).catch(
			() => ({ ok: false, reason: 'device-refused' }) as const
		);
		if (!vault.ok) return this.#fail(vault.reason);
		this.#vault = vault.value;
		await this.#putTogether(this.#storage, vault.value);
		this.#judge();
	}

	/** Founds the agency with the code that the relay printed. */
	async found(wish: { agencyName: string; yourName: string; code: string }): Promise<Outcome> {
		const { vault } = this;
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
		const answer = await this.#need(this.#connection).append(founded.circle, founded.bytes, {
			foundingCode: wish.code
		});
		if (!answer.ok) return { ok: false, message: sentenceFor(answer.reason) };
		await this.circles.add(founded.circle, [founded.bytes], false);
		await vault.keepProfile({ ...vault.profile, agency: founded.circle });
		this.#judge();
		return { ok: true };
	}

	/** Opens a new case, offline too, and answers with its circle. */
	async createCase(title: string): Promise<CircleId> {
		const { vault } = this;
		const { agency } = this;
		if (agency === undefined) throw new Error('a case stands under an agency');
		const founded = await foundCircle({
			kind: 'case',
			parent: agency.circle,
			label: agency.label,
			device: vault.device,
			person: vault.profile.person,
			personName: vault.profile.name,
			at: Date.now()
		});
		const known = await this.circles.add(founded.circle, [founded.bytes], true);
		if (!known.ok) throw new Error(`a case made here was refused: ${known.reason}`);
		const { renameCase } = await import('#lib/casework/case-index.ts');
		const rooms = await this.openRooms();
		const lease = rooms.open(known.value, await indexDocumentOf(founded.circle));
		lease.sealed.edit((doc) => renameCase(doc, title));
		await this.#need(this.#summaries).note(founded.circle, {
			title,
			updatedAt: Date.now(),
			here: true,
			circle: founded.circle,
			caseCircle: founded.circle
		});
		await lease.sealed.flush();
		// the page that opens next takes it over; closing it now would only cut a socket that is just being opened
		void lease.sealed.acknowledged(SENDING_PATIENCE).then(async () => {
			await lease.close();
			await this.#bringDevices();
		});
		return founded.circle;
	}

	/** Opens an invented case to try everything in, offline too. See `sample.ts`. */
	async loadSampleCase(onBegun: (circle: CircleId) => void): Promise<void> {
		const { loadSampleCase } = await import('./sample.ts');
		return loadSampleCase(this, onBegun);
	}

	/** Only a member of the agency may open new cases. */
	get canCreateCase(): boolean {
		const role = this.agency?.role;
		return role === 'owner' || role === 'editor';
	}

	async readInvitation(
		fragment: string
	): Promise<{ ok: true; invitation: Invitation } | { ok: false; message: string }> {
		const connection = this.#need(this.#connection);
		const read = await readInvitation(connection, () => this.#reachRelay(), this.vault, fragment, Date.now());
		return read.ok ? { ok: true, invitation: read.value } : { ok: false, message: sentenceFor(read.reason) };
	}

	/** Joins with the name given; answers with the case the invitation leads to. */
	async join(invitation: Invitation, yourName: string): Promise<Outcome & { circle?: CircleId }> {
		const { vault } = this;
		await vault.keepProfile({ ...vault.profile, name: yourName });
		const joined = await acceptInvitation(this.circles, vault, invitation, yourName, () => Date.now());
		if (!joined.ok) return { ok: false, message: sentenceFor(joined.reason) };
		void this.#bringDevices();
		const agency = invitation.circles.find(({ state }) => state.kind === 'agency');
		if (agency !== undefined) await vault.keepProfile({ ...vault.profile, agency: agency.circle });
		this.#judge();
		return invitation.caseCircle === null ? { ok: true } : { ok: true, circle: invitation.caseCircle };
	}

	/** Asks, with the name given, to be let in; who made the link says yes or no. */
	async ask(invitation: Invitation, yourName: string): Promise<Outcome> {
		const { vault } = this;
		await vault.keepProfile({ ...vault.profile, name: yourName });
		return this.#ask(invitation, { person: vault.profile.person, personName: yourName });
	}

	/** Asks to become a device of whoever made the link, who knows it by `deviceName`. */
	async askAsDevice(invitation: Invitation, deviceName: string): Promise<Outcome> {
		const { deviceOf } = invitation;
		if (deviceOf === null) throw new Error('this link is for another person');
		const works = this.circles.all.some(({ role }) => role !== null);
		if (works && deviceOf !== this.myPerson) return { ok: false, message: sentenceFor('other-person-here') };
		await this.nameDevice(this.vault.device.device, deviceName);
		return this.#ask(invitation, { person: deviceOf, personName: deviceName });
	}

	async #ask(invitation: Invitation, who: { person: PersonId; personName: string }): Promise<Outcome> {
		const connection = this.#need(this.#connection);
		const asked = await askToJoin(connection, this.vault, invitation, who, Date.now());
		return asked.ok ? { ok: true } : { ok: false, message: sentenceFor(asked.reason) };
	}

	/** What could not be opened, checked or allowed, as bytes to hand to somebody who can look into it [E6]. */
	async exportSetAside(): Promise<Blob> {
		const rows = await this.#need(this.#storage).setAside.list();
		return new Blob([JSON.stringify(rows.map((row) => ({ ...row, bytes: [...row.bytes] })))], {
			type: 'application/json'
		});
	}

	async close(): Promise<void> {
		this.#connections++;
		await this.#background?.close();
		clearInterval(this.#ticking);
		for (const remove of this.#removers.splice(0)) remove();
		await (await this.#openingRooms)?.close();
		await this.#circles?.close();
		this.#summaries?.close();
		this.#connection?.close();
		await this.#storage?.close();
	}

	/** What I call this device of mine; '' for one without a name. */
	deviceName(device: DeviceId): string {
		return this.#deviceNames?.get(device) ?? '';
	}
	async nameDevice(device: DeviceId, name: string): Promise<void> {
		await this.#need(this.#deviceNames).keep(device, name);
		this.#changes.tell();
	}

	/** The agency and cases that this device was in once, and is no more. */
	get former(): readonly KnownCircle[] {
		this.#changes.follow();
		const me = this.#vault?.device.device;
		return (this.#circles?.all ?? []).filter(
			({ isOut, state }) => isOut && me !== undefined && state.kind !== 'team' && deviceOf(state, me) !== null
		);
	}

	// for the classes of this folder

	/** Read what follows anew whenever circles, summaries or rooms change. */
	follow(): void {
		this.#changes.follow();
	}
	get storage(): DeviceStorage {
		return this.#need(this.#storage);
	}

	get vault(): Vault {
		return this.#need(this.#vault);
	}
	get circles(): CircleBook {
		return this.#need(this.#circles);
	}
	/** What is being written and was not entered yet. */
	get drafts(): Drafts {
		return this.#need(this.#drafts);
	}
	/** Once `openRooms` has settled. */
	get rooms(): Rooms {
		return this.#need(this.#rooms);
	}

	/** What opens documents, with Yjs: loaded after the first page, since a list of cases needs none of it. */
	openRooms(): Promise<Rooms> {
		this.#openingRooms ??= import('./rooms.ts').then(({ Rooms }) => {
			const rooms = new Rooms({
				vault: this.vault,
				storage: this.#need(this.#storage),
				url: relayAddress(),
				origin: location.origin,
				schema: SCHEMA_VERSION
			});
			this.#rooms = rooms;
			this.#removers.push(rooms.onChange(() => this.#touched()));
			return rooms;
		});
		return this.#openingRooms;
	}
	/** What others said to me, in all documents. */
	get waiting(): WaitingForMe | undefined {
		this.#changes.follow();
		return this.#waitingForMe;
	}
	get summaries(): Summaries | undefined {
		return this.#summaries;
	}

	/** The circle with this id, as soon as this device knows it; undefined when the id is none at all. */
	async circleOf(circle: CircleId): Promise<KnownCircle | undefined> {
		if (!isCircleId(circle)) return undefined;
		const book = this.circles;
		const known = book.get(circle);
		if (known !== undefined) return known;
		return new Promise((resolve) => {
			const remove = book.onChange(() => {
				const found = book.get(circle);
				if (found === undefined) return;
				remove();
				resolve(found);
			});
			this.#removers.push(remove, () => resolve(undefined));
		});
	}

	/** These are listed nowhere any more: what lists, search and “For you” showed of them goes, on disk too. */
	async forgetDocuments(ids: readonly string[]): Promise<void> {
		if (ids.length === 0) return;
		await this.#summaries?.forget((_, id) => ids.includes(id));
		await this.#waitingForMe?.summaries.forget(({ document }) => ids.includes(document));
	}

	/** Makes all summaries anew, from what this device has. */
	async rebuildSummaries(): Promise<void> {
		const [rooms, { rebuildSummaries }] = await Promise.all([
			this.openRooms(),
			import('./summary-keeping.ts')
		]);
		const cases = this.circles.all.filter(
			({ state, role }) => (state.kind === 'case' || state.kind === 'document') && role !== null
		);
		await rebuildSummaries(this.#need(this.#summaries), rooms, this.circles, cases);
	}

	enterDocument(document: OpenDocument): void {
		this.#current = document;
	}
	leaveDocument(document: OpenDocument): void {
		if (this.#current === document) this.#current = null;
	}

	async #putTogether(storage: DeviceStorage, vault: Vault): Promise<void> {
		const connection = connectCircles({
			url: relayAddress(),
			origin: location.origin,
			device: vault.device
		});
		const circles = new CircleBook(vault, connection, `${this.#namespace}/circles`);
		const summaries = new Summaries(vault, `${this.#namespace}/summaries`);
		const discussions = new DiscussionSummaries(vault, `${this.#namespace}/discussions`);
		const deviceNames = new KeptNames<DeviceId>(vault, 'device');
		const formerTitles = new KeptNames<CircleId>(vault, 'former');
		this.#deviceNames = deviceNames;
		this.#formerTitles = formerTitles;
		this.#connection = connection;
		this.#circles = circles;
		this.#summaries = summaries;
		this.#waitingForMe = new WaitingForMe(this, discussions, () => this.#changes.follow());
		const touched = () => this.#touched();
		this.#drafts = new Drafts(vault, touched);
		const counted = async () => {
			this.#waiting = await storage.outbox.waiting();
			this.#setAside = (await storage.setAside.list()).length;
			this.#background?.tellWaiting();
			touched();
		};
		this.#removers.push(
			circles.onChange(() => void this.#learnWhoIAm().then(() => this.#judge())),
			circles.onChange(touched),
			circles.onChange(() => void this.#forgetUnreadable()),
			circles.onChange(() => void this.#keepHouse()),
			summaries.onChange(touched),
			discussions.onChange(touched),
			() => discussions.close(),
			storage.outbox.onChange(() => void counted()),
			storage.setAside.onChange(() => void counted()),
			storage.onStatus((status) => {
				this.#storageProblem = status === 'ok' ? null : `device-${status}`;
			}),
			connection.onStatus((status) => this.#follow(status))
		);
		await Promise.all([summaries.open(), discussions.open()]);
		await Promise.all([deviceNames.open(), formerTitles.open()]);
		await circles.open();
		await this.#learnWhoIAm();
		await this.#forgetUnreadable();
		if (summaries.incomplete) void this.rebuildSummaries();
		await counted();
		this.#follow(connection.status);
	}

	/** What this device was shut out of leaves no summary behind. */
	async #forgetUnreadable(): Promise<void> {
		// one that is not known (yet) says nothing
		const lost = (circle: CircleId | null) => circle !== null && this.#circles?.get(circle)?.isOut === true;
		for (const { circle } of this.#circles?.all ?? []) {
			const title = lost(circle) ? this.#summaries?.get(circle)?.title : undefined;
			if (title !== undefined && title !== '') await this.#formerTitles?.keep(circle, title);
		}
		await this.#summaries?.forget(({ circle, caseCircle }) => lost(circle) || lost(caseCircle));
		await this.#waitingForMe?.summaries.forget(({ circle, lane }) => {
			const known = this.#circles?.get(circle);
			return known !== undefined && (known.isOut || (known.role !== null && !known.mayOpen(lane)));
		});
	}

	/** A device that was added has the person and the name that the log gives it. */
	async #learnWhoIAm(): Promise<void> {
		const { vault } = this;
		const me = vault.device.device;
		const personIn = ({ state }: KnownCircle) => state.devices.get(me)?.person;
		if (this.circles.all.some((known) => personIn(known) === vault.profile.person)) return;
		const known = this.circles.all.find((one) => one.role !== null && personIn(one) !== undefined);
		const person = known === undefined ? undefined : personIn(known);
		if (known === undefined || person === undefined) return;
		const agency = known.state.kind === 'agency' ? known.circle : null;
		await vault.keepProfile({ person, name: known.nameOf(person), agency });
	}

	/** What my other devices lack they get from here; what does not succeed now is due again at the next catching up. */
	async #bringDevices(): Promise<void> {
		const { spreadDevices } = await import('./access/own-devices.ts');
		await spreadDevices(this);
	}

	#touched(): void {
		this.#changes.tell();
		this.#tick();
	}

	#follow(status: CirclesConnection['status']): void {
		const before = this.#relay;
		this.#relay = status === 'connected' || status === 'connecting' ? status : 'offline';
		if (status !== 'connected') return this.#leaveBackground();
		this.#founded = this.#connection?.relayFounded() ?? null;
		if (before !== 'connected') void this.#catchUp();
	}

	async #catchUp(): Promise<void> {
		const connection = ++this.#connections;
		this.#catchingUp = true;
		await this.circles.catchUp();
		this.#catchingUp = false;
		const [rooms, { Background }, { noteDocument }, { noteShiftLog }, { noteDiscussion }] = await Promise.all(
			[
				this.openRooms(),
				import('./background.ts'),
				import('./summary-keeping.ts'),
				import('./shift-log-summary.ts'),
				import('./read-discussions.ts')
			]
		);
		if (connection !== this.#connections) return;
		this.#background = new Background({
			namespace: this.#namespace,
			vault: this.vault,
			connection: this.#need(this.#connection),
			circles: this.circles,
			rooms,
			summaries: this.#need(this.#summaries),
			waiting: () => this.#waiting.map(({ room }) => room),
			onGone: (ids) => this.forgetDocuments(ids),
			onVisited: async (listed, known, lane, sealed) => {
				if (listed.removed) return;
				if (lane === 'body') return noteDocument(this.#need(this.#summaries), listed, sealed, { here: true });
				if (lane === 'discussion' && listed.kind === SHIFT_LOG)
					await noteShiftLog({ summaries: this.#need(this.#summaries), rooms }, listed, known, sealed);
				const { summaries } = this.#need(this.#waitingForMe);
				const document = listed.id as DocumentId;
				await noteDiscussion(summaries, this.myPerson, { known, document, lane, sealed });
			}
		});
		await this.#keepHouse();
	}

	/** In one tab of this browser only: two would begin the same epoch twice. */
	async #keepHouse(): Promise<void> {
		if (this.#relay !== 'connected' || this.#catchingUp) return;
		this.#houseChanged = true;
		if (this.#keepingHouse) return;
		this.#keepingHouse = true;
		try {
			const { isHouseDue, keepHouse } = await import('./access/housekeeping.ts');
			while (this.#houseChanged) {
				this.#houseChanged = false;
				if (isHouseDue(this)) await this.withoutHousekeeping(() => keepHouse(this));
			}
		} finally {
			this.#keepingHouse = false;
		}
	}

	/** While people are removed by hand, nothing removes them a second time. */
	withoutHousekeeping<T>(work: () => Promise<T>): Promise<T> {
		return navigator.locks.request(`${this.#namespace}/housekeeping`, work);
	}

	/** Without the relay there is nothing to fetch; what is left to fetch is kept. */
	#leaveBackground(): void {
		this.#connections++;
		void this.#background?.close();
		this.#background = null;
	}

	#judge(): void {
		if (this.#status === 'failed') return;
		const mine = this.circles.all.some(({ role }) => role !== null) || this.former.length > 0;
		this.#status = mine ? 'ready' : 'empty';
	}

	#fail(reason: string): void {
		this.#failure = sentenceFor(reason);
		this.#status = 'failed';
	}

	/** The clock only runs while something waits, since only then does the time matter. */
	#tick(): void {
		this.#now = Date.now();
		const pending =
			this.#waiting.length > 0 ||
			(this.#drafts?.unsaved ?? 0) > 0 ||
			(this.#rooms?.sealedDocuments ?? []).some(({ saved }) => saved.unsealed > 0);
		if (pending) this.#ticking ??= setInterval(() => (this.#now = Date.now()), 1_000);
		else {
			clearInterval(this.#ticking);
			this.#ticking = undefined;
		}
	}

	/** Is the relay there? While it is being looked for nobody is told that it is not: waits until that is known. */
	async reachesRelay(): Promise<boolean> {
		return this.#relay === 'connecting' ? this.#reachRelay() : this.#relay === 'connected';
	}

	/** Waits until the relay has answered or cannot be reached. */
	async #reachRelay(): Promise<boolean> {
		const connection = this.#need(this.#connection);
		if (connection.status === 'connected') return true;
		return new Promise((resolve) => {
			const remove = connection.onStatus((status) => {
				if (status === 'connecting') return;
				remove();
				resolve(status === 'connected');
			});
		});
	}

	get #anyCase(): KnownCircle | undefined {
		return this.#circles?.all.find(({ role, state }) => role !== null && state.kind !== 'team');
	}

	/** What a case is called on this device. */
	titleOfCircle(circle: CircleId): string {
		this.#changes.follow();
		return this.#summaries?.get(circle)?.title || this.#formerTitles?.get(circle) || 'Untitled case';
	}

	#nameAnywhere(person: PersonId | null): string {
		if (person === null) return 'somebody';
		const known = this.#circles?.all.find(({ state }) => state.people.has(person));
		return known?.nameOf(person) ?? 'somebody';
	}

	#titleOf(room: string): string {
		const [circle = '', document = ''] = room.split('.');
		return this.#summaries?.get(document)?.title ?? this.#summaries?.get(circle)?.title ?? 'A document';
	}

	#need<T>(part: T | undefined): T {
		if (part === undefined) throw new Error('the session has not been started');
		return part;
	}
}

/** The relay serves the app, so it is where the app came from. */
function relayAddress(): string {
	return location.origin.replace(/^http/, 'ws');
}
