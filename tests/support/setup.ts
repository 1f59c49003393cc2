/**
 * Several devices in one process: `setup(['amina', 'ben'], { seed })` gives each of them keys, a disk and a network,
 * with the relay's own code between them. Nothing moves until the test delivers it.
 */
import { newDocumentId } from '#lib/circle/ids.ts';
import { writeRoom, type Room } from '#lib/envelope/room.ts';
import { openStorage, type DeviceStorage } from '#lib/storage/storage.ts';
import type { RollAt, SealedStorage, Timing } from '#lib/sync/options.ts';
import { openSealedDocument, type SealedDocument } from '#lib/sync/sealed-document.ts';
import { Network } from './network.ts';
import { seededRandom, type Random } from './random.ts';
import { ORIGIN, RELAY_URL, RelayInMemory } from './relay.ts';
import { foundTeam, type Somebody, type Team } from './team.ts';

/** What is written is never merged by the clock and never waits for it; carets may, or nothing else would get through. */
export const AT_ONCE: Timing = {
	together: 0,
	alone: 0,
	caret: 100,
	crowdedCaret: 100,
	seen: 100,
	resend: 200,
	patience: 8_000,
	roll: 0,
	jitter: 0
};

export interface World {
	readonly seed: number;
	readonly random: Random;
	readonly team: Team;
	readonly network: Network;
	readonly relay: RelayInMemory;
	readonly room: Room;
	readonly devices: readonly TestDevice[];
	/** Delivers, writes and opens until `isSo`; throws when that does not come. */
	until(isSo: () => boolean, what: string | (() => string), patience?: number): Promise<void>;
	close(): Promise<void>;
}

let worlds = 0;

export async function setup(
	names: readonly string[],
	{ seed = 1, timing = AT_ONCE, rollAt }: { seed?: number; timing?: Timing; rollAt?: RollAt } = {}
): Promise<World> {
	const random = seededRandom(seed);
	const network = new Network(random.fork());
	const relay = new RelayInMemory(network);
	relay.start();
	const team = await foundTeam(names);
	await relay.admit(team);
	team.case.relay = (circle, entry) => relay.append(circle, entry);
	const room: Room = { circle: team.case.circle, document: newDocumentId(), lane: 'body', generation: 0 };
	const way: Way = {
		url: RELAY_URL,
		origin: ORIGIN,
		socketsOf: (tab) => network.socketsOf(tab),
		cut: (tab) => network.cut(tab),
		mend: (tab) => network.mend(tab)
	};
	const devices = devicesOf({ team, way, room, timing, ...(rollAt && { rollAt }) });
	return {
		seed,
		random,
		team,
		network,
		relay,
		room,
		devices,
		until: async (isSo, what, patience = 120_000) => {
			const end = Date.now() + patience;
			for (;;) {
				network.deliverAll();
				relay.commit();
				await turn();
				if (network.waiting === 0 && isSo()) return;
				if (Date.now() > end) throw new Error(`never came true: ${typeof what === 'string' ? what : what()}`);
			}
		},
		close: async () => {
			await Promise.all(devices.map((device) => device.close()));
			relay.remove();
		}
	};
}

/** One device for each person of a team, each with a disk of its own. */
export function devicesOf(around: Omit<Surroundings, 'namespace'>): TestDevice[] {
	const world = ++worlds;
	return around.team.people.map(
		(somebody) => new TestDevice(somebody, { ...around, namespace: `w${world}-${somebody.name}` })
	);
}

/** How a device's tab finds its relay. */
export interface Way {
	readonly url: string;
	readonly origin: string;
	socketsOf(tab: string): typeof WebSocket;
	cut(tab: string): void;
	mend(tab: string): void;
}

export interface Surroundings {
	readonly team: Team;
	readonly way: Way;
	readonly room: Room;
	readonly timing: Timing;
	readonly rollAt?: RollAt;
	/** Of its disk. */
	readonly namespace: string;
}

/** One person's browser: a disk that outlives the tab, and at most one tab. */
export class TestDevice {
	readonly somebody: Somebody;
	readonly #around: Surroundings;
	#tab: {
		document: SealedDocument;
		storage: DeviceStorage;
		life: { over: boolean };
		name: string;
	} | null = null;
	#lives = 0;

	constructor(somebody: Somebody, around: Surroundings) {
		this.somebody = somebody;
		this.#around = around;
	}

	get name(): string {
		return this.somebody.name;
	}
	/** What the network calls the tab that is open. */
	get address(): string {
		return this.#tab?.name ?? '';
	}
	get isOpen(): boolean {
		return this.#tab !== null;
	}
	get document(): SealedDocument {
		if (this.#tab === null) throw new Error(`${this.name} has no tab open`);
		return this.#tab.document;
	}
	get storage(): DeviceStorage {
		if (this.#tab === null) throw new Error(`${this.name} has no tab open`);
		return this.#tab.storage;
	}

	/** Opens the document as a fresh tab would: from the disk. */
	async open(): Promise<SealedDocument> {
		const { team, way, room, timing, rollAt, namespace } = this.#around;
		const life = { over: false };
		const tabName = `${this.name}#${++this.#lives}`;
		const storage = await openStorage(namespace, { locks: undefined });
		const document = openSealedDocument({
			room,
			device: this.somebody.device,
			deviceSecret: this.somebody.deviceSecret,
			circle: await team.case.followedBy(this.somebody),
			storage: mortal(storage, life),
			url: way.url,
			origin: way.origin,
			schema: 1,
			WebSocket: way.socketsOf(tabName),
			broadcast: false,
			timing,
			...(rollAt && { rollAt })
		});
		this.#tab = { document, storage, life, name: tabName };
		return document;
	}

	/**
	 * The process is gone: nothing is flushed, no socket says goodbye, no write that had not begun happens. Of the sealed
	 * log the last rows are lost too: browsers write it with relaxed durability. The outbox is strict, so it stays.
	 */
	async kill(rowsLost = 0): Promise<void> {
		const tab = this.#tab;
		if (tab === null) return;
		const { logName } = this;
		this.#tab = null;
		tab.life.over = true;
		this.#around.way.cut(tab.name);
		await tab.storage.close();
		if (rowsLost > 0) await loseRows(logName, rowsLost);
	}

	/** No network for the tab that is open. */
	cut(): void {
		if (this.#tab !== null) this.#around.way.cut(this.#tab.name);
	}
	mend(): void {
		if (this.#tab !== null) this.#around.way.mend(this.#tab.name);
	}

	async close(): Promise<void> {
		const tab = this.#tab;
		this.#tab = null;
		await tab?.document.close();
		await tab?.storage.close();
	}

	/** The database of the room's sealed log. */
	private get logName(): string {
		return `${this.#around.namespace}/${writeRoom(this.#tab?.document.room ?? this.#around.room)}`;
	}
}

/** The newest rows of a sealed log never reached the disk. */
async function loseRows(name: string, count: number): Promise<void> {
	const opening = indexedDB.open(name);
	const database = await new Promise<IDBDatabase>((resolve, reject) => {
		opening.onsuccess = () => resolve(opening.result);
		opening.onerror = () => reject(new Error(`${name} cannot be opened`));
	});
	const transaction = database.transaction('updates', 'readwrite');
	let left = count;
	const walking = transaction.objectStore('updates').openCursor(null, 'prev');
	walking.onsuccess = () => {
		const cursor = walking.result;
		if (cursor === null || left-- === 0) return;
		cursor.delete();
		cursor.continue();
	};
	await new Promise((resolve) => (transaction.oncomplete = resolve));
	database.close();
}

/** Storage as a tab sees it; once the tab is dead, what it asks for never happens and is never answered. */
function mortal(storage: DeviceStorage, life: { readonly over: boolean }): SealedStorage {
	const guard = <T extends object>(part: T): T =>
		new Proxy(part, {
			get: (target, name) => {
				const member: unknown = Reflect.get(target, name, target);
				if (typeof member !== 'function') return member;
				return (...given: unknown[]): unknown =>
					life.over
						? new Promise(() => undefined)
						: (member as (...all: unknown[]) => unknown).apply(target, given);
			}
		});
	return {
		rows: guard(storage.rows),
		outbox: guard(storage.outbox),
		setAside: guard(storage.setAside),
		openLog: (room, log, options) => storage.openLog(room, log, options),
		forgetLog: (room) => (life.over ? Promise.resolve() : storage.forgetLog(room)),
		get status() {
			return storage.status;
		},
		onStatus: (listener) => storage.onStatus(listener)
	};
}

/** The next turn of the event loop. */
export function turn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}
