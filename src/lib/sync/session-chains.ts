/**
 * The chains of a room's sessions [E3] [E4] as a peer follows them: `envelope/chain.ts` judges what comes in its turn;
 * here is what came before its turn (shown as "waiting for changes from"), whose Yjs clocks are contiguous, and which
 * Yjs clients are our own.
 *
 * Must be asked only about envelopes whose signature was verified.
 */
import type { DeviceId, SessionId } from '#lib/circle/ids.ts';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import {
	acceptInChain,
	chainsAtRoll,
	createChains,
	readChains,
	rewindChain,
	writeChains,
	type Chains
} from '#lib/envelope/chain.ts';
import { FIRST_SESSION_CLIENT } from '#lib/envelope/check.ts';
import { NO_PREV, type EnvelopeHeader } from '#lib/envelope/envelope.ts';

export type Link = Pick<EnvelopeHeader, 'device' | 'session' | 'yClient' | 'seq' | 'prev'>;
export type Place = 'next' | 'early' | 'repeated' | 'forged' | 'foreign-client' | 'stale';

/** What a checkpoint keeps. */
export interface SessionChainsRow {
	readonly chains: Bytes;
	readonly clocks: readonly (readonly [SessionId, number | null])[];
	readonly early: readonly (readonly [DeviceId, SessionId, number, number, Bytes, Bytes])[];
}

/** What a snapshot keeps: who wrote with which Yjs client, and where each session goes on. */
export interface RolledChains {
	readonly chains: Bytes;
	/** For each session, in the order of `chains`. */
	readonly clocks: readonly (number | null)[];
}

interface Early {
	readonly link: Link;
	readonly hash: Bytes;
}

export class SessionChains {
	#chains = createChains();
	#early = new Map<SessionId, Map<number, Early>>();
	/** Yjs clients of the sessions of this opening. */
	#claimed = new Map<number, SessionId>();
	/** The Yjs clock that a session's next struct has; null once one of its envelopes was not accepted. */
	#clocks = new Map<SessionId, number | null>();

	/** A Yjs client of ours: nobody else may use it from now on. False when somebody has. */
	claim(session: SessionId, yClient: number): boolean {
		if (yClient < FIRST_SESSION_CLIENT || this.#chains.sessionOfClient.has(yClient)) return false;
		this.#chains.sessionOfClient.set(yClient, session);
		this.#claimed.set(yClient, session);
		return true;
	}

	/** The device whose envelopes have used this Yjs client, or null. */
	deviceOf(yClient: number): DeviceId | null {
		const session = this.#chains.sessionOfClient.get(yClient);
		return (session === undefined ? undefined : this.#chains.sessions.get(session)?.device) ?? null;
	}

	/** The sessions of a device in this generation, and how far each came in one unbroken run. */
	sessionsOf(device: DeviceId): { session: SessionId; count: number }[] {
		return [...this.#chains.sessions].flatMap(([session, chain]) =>
			chain.device === device && chain.nextSeq > chain.base ? { session, count: chain.nextSeq } : []
		);
	}

	/** Where the next envelope of a session goes on in this generation. */
	endOf(session: SessionId): { readonly seq: number; readonly prev: Bytes } {
		const chain = this.#chains.sessions.get(session);
		return { seq: chain?.nextSeq ?? 0, prev: chain?.lastHash ?? NO_PREV };
	}

	/** Where it stands; afterwards it is there, whether its content is accepted or not. */
	take(link: Link, hash: Bytes): Place {
		const early = this.#early.get(link.session);
		const before = early?.get(link.seq);
		if (before !== undefined) return equalBytes(before.hash, hash) ? 'repeated' : 'forged';
		const verdict = acceptInChain(this.#chains, link, hash);
		switch (verdict) {
			case 'duplicate':
				return 'repeated';
			case 'gap':
				this.#early.set(link.session, (early ?? new Map<number, Early>()).set(link.seq, { link, hash }));
				return 'early';
			case 'next':
				if (early !== undefined) this.#catchUp(link.session, link.seq + 1, early);
				return verdict;
			default:
				return verdict;
		}
	}

	/** The Yjs clock that the next struct of this session must have; null when that cannot be said. */
	clockOf(session: SessionId): number | null {
		const clock = this.#clocks.get(session);
		return clock === undefined ? 0 : clock;
	}

	setClock(session: SessionId, clock: number | null): void {
		this.#clocks.set(session, clock);
	}

	/** Devices of which something earlier is missing. */
	gaps(): DeviceId[] {
		const devices = new Set<DeviceId>();
		for (const early of this.#early.values()) for (const { link } of early.values()) devices.add(link.device);
		return [...devices];
	}

	row(): SessionChainsRow {
		const early = [...this.#early.values()].flatMap((links) => [...links.values()]);
		return {
			chains: writeChains(this.#chains),
			clocks: [...this.#clocks],
			early: early.map(({ link, hash }) => [
				link.device,
				link.session,
				link.yClient,
				link.seq,
				link.prev,
				hash
			])
		};
	}

	/** What the next generation begins with. */
	rolled(): RolledChains {
		const chains = chainsAtRoll(this.#chains);
		return { chains: writeChains(chains), clocks: [...chains.sessions.keys()].map((id) => this.clockOf(id)) };
	}

	/** From here on the chains are those of a new generation; Yjs clients of ours stay ours. False: cannot be read. */
	begin(rolled: RolledChains): boolean {
		const chains = readChains(rolled.chains);
		if (chains === null) return false;
		this.#replace(chains);
		this.#early.clear();
		this.#clocks = new Map([...chains.sessions.keys()].map((id, at) => [id, rolled.clocks[at] ?? null]));
		return true;
	}

	/** Own envelopes from this place on are sealed anew; `clock` is that of the first of them. */
	rewind(session: SessionId, seq: number, prev: Bytes, clock: number | null): void {
		rewindChain(this.#chains, session, seq, prev);
		this.#clocks.set(session, clock);
	}

	/** False when the row cannot be read; nothing is changed then. */
	restore(row: SessionChainsRow): boolean {
		const chains = readChains(row.chains);
		if (chains === null) return false;
		this.#replace(chains);
		this.#early.clear();
		this.#clocks = new Map(row.clocks);
		for (const [device, session, yClient, seq, prev, hash] of row.early) {
			const early = this.#early.get(session) ?? new Map<number, Early>();
			early.set(seq, { link: { device, session, yClient, seq, prev }, hash });
			this.#early.set(session, early);
		}
		return true;
	}

	/** All that came is judged anew; what was sealed in this opening stands. */
	forget(): void {
		const chains = createChains();
		const clocks = new Map<SessionId, number | null>();
		for (const session of this.#claimed.values()) {
			const chain = this.#chains.sessions.get(session);
			if (chain !== undefined) chains.sessions.set(session, chain);
			clocks.set(session, this.clockOf(session));
		}
		this.#replace(chains);
		this.#early.clear();
		this.#clocks = clocks;
	}

	#replace(chains: Chains): void {
		for (const [yClient, session] of this.#claimed) chains.sessionOfClient.set(yClient, session);
		this.#chains = chains;
	}

	/** What waited behind a gap takes its place. A broken link ends it: what stands behind stays early, and shown. */
	#catchUp(session: SessionId, from: number, early: Map<number, Early>): void {
		for (let seq = from; ; seq++) {
			const next = early.get(seq);
			if (next === undefined) break;
			if (acceptInChain(this.#chains, next.link, next.hash) !== 'next') return;
			early.delete(seq);
		}
		if (early.size === 0) this.#early.delete(session);
	}
}
