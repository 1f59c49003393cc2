/**
 * `npm run replay -- FILE [--seed N]`: a recorded session of several people writing one text, through the whole of sync.
 *
 * First one device for each author, each with a disk of its own, over a relay in memory whose queues are opened just so
 * far that each device has seen exactly what its author had seen. Then the same envelopes once more through the real
 * relay process, while devices drop out and come back at random times. Every device must end with the recorded text.
 */
import 'fake-indexeddb/auto';
import * as decoding from 'lib0/decoding';
import { parseArgs } from 'node:util';
import { WebSocket as NodeWebSocket } from 'ws';
import * as Y from 'yjs';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { readEnvelope } from '#lib/envelope/envelope.ts';
import { readLogUpdate } from '#lib/envelope/log.ts';
import { writeRoom, type Room } from '#lib/envelope/room.ts';
import { openStorage } from '#lib/storage/storage.ts';
import { openSealedDocument, type SealedDocument, type View } from '#lib/sync/sealed-document.ts';
import { frameType, SYNC, SYNC_STEP_1 } from '#lib/sync/wire.ts';
import { seededRandom, type Random } from './support/random.ts';
import { admitTo } from './support/admit.ts';
import { RelayProcess } from './support/relay-process.ts';
import { AT_ONCE, setup, turn, type TestDevice, type World } from './support/setup.ts';
import type { Team } from './support/team.ts';
import { readTrace, unitsAt, type Patch, type Trace } from './support/trace.ts';

const FIELD = 'text';
/** Far longer than any replay: what is merged is decided by who has to see it, never by a clock. */
const NEVER = 3_600_000;
const PATIENCE = 120_000;

async function replay(path: string, seed: number): Promise<void> {
	const trace = readTrace(path);
	const names = Array.from({ length: trace.agents }, (_, agent) => `agent-${agent}`);
	console.log(`${trace.agents} devices, ${trace.transactions.length} transactions, seed ${seed}`);
	const timing = {
		...AT_ONCE,
		together: NEVER,
		alone: NEVER,
		seen: NEVER,
		caret: NEVER,
		crowdedCaret: NEVER,
		resend: 0
	};
	const world = await setup(names, { seed, timing });

	let begun = performance.now();
	const written = await writeAll(world, trace);
	const envelopes = written.flat();
	const bytes = envelopes.reduce((sum, envelope) => sum + envelope.length, 0);
	console.log(`in memory: ${envelopes.length} envelopes, ${bytes} bytes, ${secondsSince(begun)} s`);

	begun = performance.now();
	const drops = await sendAll(world.team, world.room, written, trace.endContent, seededRandom(seed));
	console.log(
		`through the relay: ${envelopes.length} envelopes, ${drops} times away, ${secondsSince(begun)} s`
	);
	console.log(
		`all ${trace.agents} devices end with the recorded ${trace.endContent.length} characters, twice`
	);
}

/** Writes the trace. Answers with the envelopes of each agent, in order. */
async function writeAll(world: World, trace: Trace): Promise<Bytes[][]> {
	const authors: Author[] = [];
	for (const device of world.devices) authors.push(await Author.open(device));
	await world.until(
		() => authors.every(({ document }) => document.saved.connected),
		'every device connected'
	);
	authors.forEach((author, agent) => author.chooseClient(agent / trace.agents, (agent + 1) / trace.agents));

	for (const { agent, patches, seen } of trace.transactions) {
		const author = at(authors, agent);
		for (const [other, count] of seen.entries())
			if (other !== agent && count > 0) author.maySee(at(authors, other), count);
		await author.catchUp(world, authors);
		author.write(patches, trace.hasLongCharacters);
		if (at(trace.cuts, agent).has(author.count)) await author.seal();
	}

	for (const author of authors) await author.seal();
	const isDone = () =>
		authors.every(({ document }) => document.saved.inOutbox === 0 && document.saved.complete) &&
		authors.every((author) => authors.every((other) => author.hasAllOf(other)));
	await world.until(isDone, 'everything arrived and acknowledged', PATIENCE);
	authors.forEach((author, agent) =>
		compare(`device ${agent}, in memory`, author.text.toString(), trace.endContent)
	);
	const envelopes = authors.map((author) => author.envelopes);
	await world.close();
	return envelopes;
}

interface Seal {
	readonly envelopes: number;
	readonly clock: number;
}

/** One device of the first round, and how far it has come. */
class Author {
	count = 0;
	readonly envelopes: Bytes[] = [];
	readonly device: TestDevice;
	readonly document: SealedDocument;
	#view: View;
	/** After so many transactions: so many envelopes, and so far this author's Yjs clock. */
	readonly #seals = new Map<number, Seal>();
	/** How much of each other author this device may have received. */
	readonly #maySee = new Map<Author, Seal>();
	/** For each other device the numbers of its envelopes that came here. */
	readonly #received = new Map<string, Set<number>>();

	static async open(device: TestDevice): Promise<Author> {
		const document = await device.open();
		await document.loaded;
		return new Author(device, document);
	}

	private constructor(device: TestDevice, document: SealedDocument) {
		this.device = device;
		this.document = document;
		this.#view = document.openView();
		const { outbox } = device.storage;
		const add = outbox.add.bind(outbox);
		outbox.add = (room, envelope) => {
			this.envelopes.push(envelope);
			return add(room, envelope);
		};
	}

	get id(): string {
		return this.device.somebody.device.device;
	}

	get text(): Y.Text {
		return this.#view.doc.getText(FIELD);
	}

	/**
	 * Two who type at one place at one time are ordered by their Yjs clients, and a recording was made under one order:
	 * that of its agents. Clients are drawn at random, so views are opened until each has drawn from its own part.
	 */
	chooseClient(from: number, to: number): void {
		const fits = () => this.#view.yClient >= from * 2 ** 32 && this.#view.yClient < to * 2 ** 32;
		while (!fits()) {
			this.#view.close();
			this.#view = this.document.openView();
		}
	}

	write(patches: readonly Patch[], convert: boolean): void {
		const { text } = this;
		const view = this.#view;
		view.asUser(() =>
			view.doc.transact(() => {
				for (const [position, deleted, inserted] of patches) {
					const whole = convert ? text.toString() : '';
					const start = convert ? unitsAt(whole, position) : position;
					const length = convert ? unitsAt(whole.slice(start), deleted) : deleted;
					if (length > 0) text.delete(start, length);
					if (inserted !== '') text.insert(start, inserted);
				}
			}, this)
		);
		this.count++;
	}

	/** What was written so far goes out, as one envelope. */
	async seal(): Promise<void> {
		await this.document.flush();
		this.#seals.set(this.count, {
			envelopes: this.envelopes.length,
			clock: Y.getState(this.document.clear.store, this.#view.yClient)
		});
	}

	maySee(other: Author, count: number): void {
		const seal = other.#seals.get(count);
		if (seal === undefined) throw new Error(`${other.device.name} sealed nothing after transaction ${count}`);
		this.#maySee.set(other, seal);
	}

	hasAllOf(other: Author): boolean {
		const { store } = this.document.clear;
		return (
			Y.getState(store, other.#view.yClient) === Y.getState(other.document.clear.store, other.#view.yClient)
		);
	}

	/** Receives exactly what this author had seen: all of it, and nothing more. */
	async catchUp(world: World, authors: readonly Author[]): Promise<void> {
		const end = Date.now() + PATIENCE;
		while (this.#isBehind()) {
			if (Date.now() > end) throw new Error(`${this.device.name} did not receive what it should have`);
			world.network.deliverUp();
			world.relay.commit();
			await turn();
			for (const author of authors) world.network.deliverTo(author.device.address, author.#mayReceive);
			await this.document.settled();
		}
		for (const [other, { clock }] of this.#maySee) {
			const has = Y.getState(this.document.clear.store, other.#view.yClient);
			if (has !== clock)
				throw new Error(`${this.device.name} has not seen exactly what it should of ${other.device.name}`);
		}
	}

	/** By envelopes: what only deletes moves no clock. */
	#isBehind(): boolean {
		return [...this.#maySee].some(
			([other, { envelopes }]) => (this.#received.get(other.id)?.size ?? 0) < envelopes
		);
	}

	/** A frame without envelopes may always pass. */
	readonly #mayReceive = (frame: Uint8Array): boolean => {
		const envelopes = envelopesIn(frame).filter(({ device }) => device !== this.id);
		const passes = envelopes.every(({ device, seq }) => {
			const [, seal] = [...this.#maySee].find(([other]) => other.id === device) ?? [];
			return seal !== undefined && seq < seal.envelopes;
		});
		if (!passes) return false;
		for (const { device, seq } of envelopes) {
			const received = this.#received.get(device) ?? new Set();
			this.#received.set(device, received.add(seq));
		}
		return true;
	};
}

/**
 * The same envelopes through the relay process. Each device has a fresh disk and comes back again and again with what
 * it had written meanwhile; its sockets break at random moments. Answers how often devices were away.
 */
async function sendAll(
	team: Team,
	room: Room,
	written: readonly (readonly Bytes[])[],
	endContent: string,
	random: Random
): Promise<number> {
	const relay = await RelayProcess.start();
	try {
		await admitTo(relay, team);
		const devices = written.map(
			(envelopes, agent) => new Returning(agent, envelopes, { team, room, relay, random })
		);
		await Promise.all(devices.map((device) => device.sendAll()));
		for (const [agent, device] of devices.entries()) {
			const end = Date.now() + PATIENCE;
			while ((await device.read()) !== endContent && Date.now() < end) await device.arrival();
			compare(`device ${agent}, through the relay`, await device.read(), endContent);
		}
		for (const device of devices) await device.leave();
		return devices.reduce((sum, { drops }) => sum + drops, 0);
	} finally {
		await relay.remove();
	}
}

interface Way {
	readonly team: Team;
	readonly room: Room;
	readonly relay: RelayProcess;
	readonly random: Random;
}

/** One device of the second round. */
class Returning {
	drops = 0;
	readonly #agent: number;
	readonly #way: Way;
	readonly #waiting: Bytes[];
	readonly #random: Random;
	readonly #sockets = new Set<NodeWebSocket>();
	#open: { document: SealedDocument; close(): Promise<void> } | null = null;

	constructor(agent: number, envelopes: readonly Bytes[], way: Way) {
		this.#agent = agent;
		this.#way = way;
		this.#waiting = [...envelopes];
		this.#random = way.random.fork();
	}

	async sendAll(): Promise<void> {
		while (this.#waiting.length > 0) {
			const { document } = await this.#comeBack(1 + this.#random.below(200));
			// somewhere on the way the network goes, with frames in flight
			for (let times = this.#random.below(3); times > 0; times--) {
				await new Promise((resolve) => setTimeout(resolve, this.#random.below(80)));
				for (const socket of this.#sockets) socket.terminate();
				this.drops++;
			}
			if (this.#random.chance(0.7)) await document.acknowledged(PATIENCE);
			if (this.#waiting.length > 0) {
				await this.leave();
				this.drops++;
			}
		}
	}

	async read(): Promise<string> {
		const { document } = this.#open ?? (await this.#comeBack(0));
		await document.settled();
		return document.clear.getText(FIELD).toString();
	}

	/** Something came, or a while has passed. */
	arrival(): Promise<void> {
		return new Promise((resolve) => {
			const clear = this.#open?.document.clear;
			const done = (): void => {
				clearTimeout(timer);
				clear?.off('update', done);
				resolve();
			};
			const timer = setTimeout(done, 500);
			clear?.on('update', done);
		});
	}

	async leave(): Promise<void> {
		await this.#open?.close();
		this.#open = null;
	}

	/** Opens the document with so many more envelopes in the outbox, as if they had been written offline. */
	async #comeBack(more: number): Promise<{ document: SealedDocument }> {
		const { team, room, relay } = this.#way;
		const sockets = this.#sockets;
		const somebody = at(team.people, this.#agent);
		const storage = await openStorage(`second-round-${this.#agent}`, { locks: undefined });
		for (const envelope of this.#waiting.splice(0, more)) await storage.outbox.add(writeRoom(room), envelope);
		const document = openSealedDocument({
			room,
			device: somebody.device,
			deviceSecret: somebody.deviceSecret,
			circle: await team.case.followedBy(somebody),
			storage,
			url: relay.socketUrl,
			origin: relay.origin,
			schema: 1,
			broadcast: false,
			timing: { ...AT_ONCE, resend: 1_000 },
			WebSocket: class extends NodeWebSocket {
				constructor(url: string) {
					super(url);
					sockets.add(this);
					this.on('close', () => sockets.delete(this));
				}
			} as unknown as typeof WebSocket
		});
		const close = async (): Promise<void> => {
			await document.close();
			await storage.close();
		};
		this.#open = { document, close };
		await document.loaded;
		return { document };
	}
}

function envelopesIn(frame: Uint8Array): { device: string; seq: number }[] {
	if (frameType(frame) !== SYNC) return [];
	const decoder = decoding.createDecoder(frame);
	decoding.readVarUint(decoder);
	if (decoding.readVarUint(decoder) === SYNC_STEP_1) return [];
	const items = readLogUpdate(decoding.readVarUint8Array(decoder));
	if (!items.ok) throw new Error(`the relay sent what is ${items.reason}`);
	return items.value.map(({ envelope }) => {
		const read = readEnvelope(envelope);
		if (!read.ok) throw new Error(`the relay sent an envelope that is ${read.reason}`);
		return { device: read.value.device, seq: read.value.seq };
	});
}

/** Ends the replay at the first difference. */
function compare(where: string, is: string, should: string): void {
	if (is === should) return;
	let first = 0;
	while (is[first] === should[first]) first++;
	const around = (text: string) => JSON.stringify(text.slice(Math.max(0, first - 20), first + 20));
	throw new Error(
		`${where}: ${is.length} characters instead of ${should.length}; first difference at ${first}: ${around(is)} instead of ${around(should)}`
	);
}

function at<T>(items: readonly T[], index: number): T {
	const item = items[index];
	if (item === undefined) throw new Error(`there is no number ${index}`);
	return item;
}

function secondsSince(begun: number): string {
	return ((performance.now() - begun) / 1000).toFixed(1);
}

const { values, positionals } = parseArgs({
	options: { seed: { type: 'string', default: '1' } },
	allowPositionals: true
});
const [file] = positionals;
if (file === undefined) {
	console.error('Which file? npm run replay -- ../shared/data/traces/friendsforever.json.gz [--seed N]');
	process.exit(1);
}

try {
	await replay(file, Number(values.seed));
	process.exit(0);
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
}
