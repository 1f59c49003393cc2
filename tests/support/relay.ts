/**
 * The relay's own code on the network in memory: the same store, circles, rooms and peers as in server/relay.ts, without
 * HTTP and ports. `crash` loses what was not yet written, as SIGKILL would; `start` begins again from the same folder.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import type { CircleId } from '#lib/circle/ids.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import { CLOSE } from '#lib/sync/wire.ts';
import { CircleDesk } from '../../server/circle-desk.ts';
import { Feed } from '../../server/feed.ts';
import { Circles } from '../../server/circles.ts';
import { GroupCommit } from '../../server/group-commit.ts';
import { silentLog } from '../../server/log.ts';
import { Peer } from '../../server/peer.ts';
import { Rooms } from '../../server/rooms.ts';
import { openSqliteStore } from '../../server/sqlite-store.ts';
import type { Store } from '../../server/store.ts';
import type { Network } from './network.ts';
import type { Team } from './team.ts';

export const ORIGIN = 'http://relay.test';
export const RELAY_URL = 'ws://relay.test';

interface Running {
	readonly store: Store;
	readonly commit: GroupCommit;
	readonly circles: Circles;
	readonly rooms: Rooms;
	readonly feed: Feed;
	readonly desk: CircleDesk;
}

export class RelayInMemory {
	readonly #network: Network;
	readonly #data = mkdtempSync(join(tmpdir(), 'throughline-memory-relay-'));
	readonly #now: () => number;
	#running: Running | null = null;
	#dead = { yes: false };

	constructor(network: Network, now: () => number = Date.now) {
		this.#network = network;
		this.#now = now;
	}

	start(): void {
		const opened = openSqliteStore(this.#data);
		if (!opened.ok) throw new Error(`the store did not open: ${opened.reason}`);
		const dead = { yes: false };
		const store = mortal(opened.value, dead);
		const now = this.#now;
		const log = silentLog;
		const commit = new GroupCommit(store, log);
		const circles = new Circles(store, commit, now);
		const rooms = new Rooms({ store, commit, circles, log, now });
		const feed = new Feed(store, commit);
		const desk = new CircleDesk(circles, feed, log, now);
		this.#dead = dead;
		this.#running = { store, commit, circles, rooms, feed, desk };
		this.#network.accept = (socket, url) => {
			const room = url.pathname.replace('/ws/', '');
			new Peer(socket as unknown as WebSocket, {
				room,
				origins: [ORIGIN],
				founded: circles.founded,
				log,
				now,
				proven: (peer, device) =>
					dead.yes
						? Promise.resolve(CLOSE.goingAway)
						: room === 'circles'
							? Promise.resolve(desk.enter(peer, device))
							: rooms.enter(room, peer, device),
				closed: () => undefined
			});
		};
	}

	/** Founds the agency and the case as their devices would. */
	async admit(team: Team): Promise<void> {
		const { circles } = this.#need();
		const code = circles.createFoundingCode() ?? undefined;
		for (const log of [team.agency, team.case]) {
			for (const entry of log.entries) {
				const appended = await circles.append(log.circle, entry, code, null);
				if (!appended.ok) throw new Error(`the relay refused the team: ${appended.reason}`);
			}
		}
	}

	/** As a device would over the control socket. */
	async append(circle: CircleId, entry: Bytes): Promise<Verdict<void>> {
		if (this.#running === null) return { ok: false, reason: 'offline' };
		const appended = await this.#running.circles.append(circle, entry, undefined, null);
		return appended.ok ? { ok: true, value: undefined } : { ok: false, reason: appended.reason };
	}

	/** What it has, durably: for each Yjs client of the room the next clock. */
	clocks(room: string): Map<number, number> {
		return this.#need().store.clocks(room);
	}

	/** Writes at once what waits for the next group commit. */
	commit(): void {
		this.#running?.commit.flush();
	}

	/** Gone in the middle of whatever it did. */
	crash(): void {
		const { store, rooms, feed, desk } = this.#need();
		this.#dead.yes = true;
		this.#running = null;
		this.#network.accept = null;
		this.#network.breakAll();
		rooms.close();
		desk.close();
		feed.close();
		store.close();
	}

	remove(): void {
		if (this.#running !== null) this.crash();
		rmSync(this.#data, { recursive: true, force: true });
	}

	#need(): Running {
		if (this.#running === null) throw new Error('the relay is not running');
		return this.#running;
	}
}

/** A store whose process may die: from then on nothing is written, and nobody hears of it. */
function mortal(store: Store, dead: { readonly yes: boolean }): Store {
	return new Proxy(store, {
		get: (target, name: keyof Store) => {
			if (dead.yes && name !== 'close') {
				if (
					name === 'commit' ||
					name === 'appendEntry' ||
					name === 'probe' ||
					name === 'putSetting' ||
					name === 'beginRun'
				)
					return () => ({ ok: false, reason: 'failed' });
				if (name === 'clocks') return () => new Map();
				if (name === 'lastMove') return 0;
				if (name === 'setting' || name === 'struct') return () => null;
				return () => [];
			}
			if (name === 'lastMove') return target.lastMove;
			return (target[name] as (...given: unknown[]) => unknown).bind(target);
		}
	});
}
