/**
 * Throughline on this device, put together: who I am, my cases, what is open, what is saved.
 */
import { SCHEMA_VERSION } from '#lib/casework/schema-version.ts';
import { isCircleId, type CircleId, type DeviceId, type PersonId } from '#lib/circle/ids.ts';
import type { Role } from '#lib/circle/state.ts';
import { openStorage, type DeviceStorage } from '#lib/storage/storage.ts';
import { connectCircles, type CirclesConnection } from '#lib/sync/circles-connection.ts';
import type { SealedDocument } from '#lib/sync/sealed-document.ts';
import type { Progress } from './background.ts';
import { CatchingUp } from './catching-up.svelte.ts';
import { Changes } from './changes.ts';
import { CircleBook } from './circle-book.ts';
import { DiscussionSummaries } from './discussion-summaries.ts';
import { Drafts } from './drafts.ts';
import { dueEntries, type DueEntry } from './due-entries.ts';
import { Joining } from './joining.ts';
import { KeptNames } from './kept-names.ts';
import type { KnownCircle } from './known-circle.ts';
import { caseOf } from './own-document.ts';
import type { OpenDocument } from './open-document.svelte.ts';
import type { Rooms } from './rooms.ts';
import type { SavedState } from './saved-state.ts';
import { SavedWork } from './saved-work.svelte.ts';
import { sentenceFor } from './sentences.ts';
import { ShutOut } from './shut-out.ts';
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

export class Session {
	#status: 'loading' | 'empty' | 'ready' | 'failed' = $state('loading');
	#failure: string | null = $state(null);
	/** What changed in circles, summaries and rooms. */
	#changes = new Changes();
	#current: OpenDocument | null = $state.raw(null);

	#storage: DeviceStorage | undefined;
	#vault: Vault | undefined;
	#connection: CirclesConnection | undefined;
	#circles: CircleBook | undefined;
	#rooms: Rooms | undefined;
	#openingRooms: Promise<Rooms> | undefined;
	#summaries: Summaries | undefined;
	/** What I call my devices. */
	#deviceNames: KeptNames<DeviceId> | undefined;
	#shutOut: ShutOut | undefined;
	#waitingForMe: WaitingForMe | undefined;
	#drafts: Drafts | undefined;
	#removers: (() => void)[] = [];

	/** How somebody comes in. */
	readonly joining: Joining;
	readonly #namespace: string;
	readonly #catchingUp: CatchingUp;
	readonly #savedWork = new SavedWork(this);

	constructor(namespace = 'throughline') {
		this.#namespace = namespace;
		const waiting = () => this.#savedWork.waiting.map(({ room }) => room);
		const relay = new CatchingUp({ session: this, namespace, waiting });
		this.#catchingUp = relay;
		this.joining = new Joining({ session: this, relay, joined: () => this.#judge() });
	}

	get status() {
		return this.#status;
	}
	/** Why the session failed, as a sentence. */
	get failure() {
		return this.#failure;
	}
	get relay() {
		return this.#catchingUp.relay;
	}
	/** Does an agency work at this relay already? null until the relay has said. */
	get founded() {
		return this.#catchingUp.founded;
	}
	/** Is it still possible that the relay is about to tell us of a case? */
	get looking(): boolean {
		return this.#status === 'loading' || this.#catchingUp.looking;
	}

	get myPerson(): PersonId {
		return this.vault.profile.person;
	}
	get myName(): string {
		return this.vault.profile.name;
	}
	get agencyName(): string {
		this.#changes.follow();
		const anyCase = this.#circles?.all.find(({ role, state }) => role !== null && state.kind !== 'team');
		return this.agency?.label ?? anyCase?.label ?? '';
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
				return {
					circle: known.circle,
					title: summary?.title ?? '',
					role: known.role,
					updatedAt: summary?.updatedAt ?? 0,
					toSettle: toSettle?.get(known.circle) ?? 0,
					waiting: this.#savedWork.waitingIn(known.circle)
				};
			})
			.sort((a, b) => b.updatedAt - a.updatedAt || a.title.localeCompare(b.title));
	}

	/** How far everything of my circles has come to this device; null while there is little to fetch. */
	get progress(): Progress | null {
		return this.#catchingUp.progress;
	}

	/** What is due in all cases, the nearest first. */
	get due(): readonly DueEntry[] {
		this.#changes.follow();
		return this.#summaries === undefined ? [] : dueEntries(this.#summaries);
	}

	get saved(): SavedState {
		this.#changes.follow();
		return this.#savedWork.state;
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

	/** Only a member of the agency may open new cases. */
	get canCreateCase(): boolean {
		const role = this.agency?.role;
		return role === 'owner' || role === 'editor';
	}

	/** What could not be opened, checked or allowed, as bytes to hand to somebody who can look into it [E6]. */
	async exportSetAside(): Promise<Blob> {
		const rows = await this.storage.setAside.list();
		return new Blob([JSON.stringify(rows.map((row) => ({ ...row, bytes: [...row.bytes] })))], {
			type: 'application/json'
		});
	}

	async close(): Promise<void> {
		await this.#catchingUp.close();
		this.#savedWork.close();
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
		return this.#shutOut?.circles ?? [];
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
				storage: this.storage,
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
	get openDocuments(): readonly SealedDocument[] {
		return this.#rooms?.sealedDocuments ?? [];
	}
	/** The one that is on the screen. */
	get currentDocument(): OpenDocument | null {
		return this.#current;
	}

	/** The circle with this id, as soon as this device knows it; undefined when the id is none at all. */
	async circleOf(circle: CircleId): Promise<KnownCircle | undefined> {
		return isCircleId(circle) ? this.circles.whenKnown(circle) : undefined;
	}

	/** These are listed nowhere any more: what lists, search and “For you” showed of them goes, on disk too. */
	async forgetDocuments(ids: readonly string[]): Promise<void> {
		if (ids.length === 0) return;
		await this.#summaries?.forget((_, id) => ids.includes(id));
		await this.#waitingForMe?.summaries.forget(({ document }) => ids.includes(document));
	}

	/** What my other devices lack they get from here; what does not succeed now is due again at the next catching up. */
	async bringDevices(): Promise<void> {
		const { spreadDevices } = await import('./access/own-devices.ts');
		await spreadDevices(this);
	}

	/** Is the relay there? While it is being looked for nobody is told that it is not: waits until that is known. */
	reachesRelay(): Promise<boolean> {
		return this.#catchingUp.reachesRelay();
	}

	/** While people are removed by hand, nothing removes them a second time. */
	withoutHousekeeping<T>(work: () => Promise<T>): Promise<T> {
		return this.#catchingUp.withoutHousekeeping(work);
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
		const shutOut = new ShutOut({ vault, circles, summaries, discussions });
		this.#deviceNames = deviceNames;
		this.#shutOut = shutOut;
		this.#connection = connection;
		this.#circles = circles;
		this.#summaries = summaries;
		this.#waitingForMe = new WaitingForMe(this, discussions, () => this.#changes.follow());
		const touched = () => this.#touched();
		const drafts = new Drafts(vault, touched);
		this.#drafts = drafts;
		this.#catchingUp.beginWith(connection);
		this.#savedWork.beginWith({ vault, storage, circles, drafts });
		const counted = async () => {
			await this.#savedWork.count();
			this.#catchingUp.tellWaiting();
			touched();
		};
		this.#removers.push(
			circles.onChange(() => void this.#learnWhoIAm().then(() => this.#judge())),
			circles.onChange(touched),
			circles.onChange(() => void shutOut.forget()),
			circles.onChange(() => void this.#catchingUp.keepHouse()),
			summaries.onChange(touched),
			discussions.onChange(touched),
			() => discussions.close(),
			storage.outbox.onChange(() => void counted()),
			storage.setAside.onChange(() => void counted()),
			storage.onStatus((status) => this.#savedWork.hearOfStorage(status)),
			connection.onStatus((status) => this.#catchingUp.follow(status))
		);
		await Promise.all([summaries.open(), discussions.open()]);
		await Promise.all([deviceNames.open(), shutOut.open()]);
		await circles.open();
		await this.#learnWhoIAm();
		await shutOut.forget();
		if (summaries.incomplete) void this.#rebuildSummaries();
		await counted();
		this.#catchingUp.follow(connection.status);
	}

	/** Makes all summaries anew, from what this device has. */
	async #rebuildSummaries(): Promise<void> {
		const [rooms, keeping] = await Promise.all([this.openRooms(), import('./summary-keeping.ts')]);
		await keeping.rebuildSummaries(this.#need(this.#summaries), rooms, this.circles);
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

	#touched(): void {
		this.#changes.tell();
		this.#savedWork.tick();
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

	/** What a case is called on this device. */
	titleOfCircle(circle: CircleId): string {
		this.#changes.follow();
		return this.#summaries?.get(circle)?.title || this.#shutOut?.titleOf(circle) || 'Untitled case';
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
