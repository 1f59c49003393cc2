/**
 * The chains of a room's sessions [E3] [E4] as a peer follows them: `envelope/chain.ts` judges what comes in its turn;
 * here is what came before its turn (shown as "waiting for changes from"), whose Yjs clocks are contiguous, and which
 * Yjs clients are our own.
 *
 * Must be asked only about envelopes whose signature was verified.
 */
import type { DeviceId, SessionId } from '#lib/circle/ids.ts';
import { equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { acceptInChain, createChains, readChains, writeChains } from '#lib/envelope/chain.ts';
import { FIRST_SESSION_CLIENT } from '#lib/envelope/check.ts';
import type { EnvelopeHeader } from '#lib/envelope/envelope.ts';

export type Link = Pick<EnvelopeHeader, 'device' | 'session' | 'yClient' | 'seq' | 'prev'>;
export type Place = 'next' | 'early' | 'repeated' | 'forged' | 'foreign-client';

/** What a checkpoint keeps. */
export interface SessionChainsRow {
	readonly chains: Bytes;
	readonly clocks: readonly (readonly [SessionId, number | null])[];
	readonly early: readonly (readonly [DeviceId, SessionId, number, number, Bytes, Bytes])[];
}

interface Early {
	readonly link: Link;
	readonly hash: Bytes;
}

export class SessionChains {
	#chains = createChains();
	#early = new Map<SessionId, Map<number, Early>>();
	/** The Yjs clock that a session's next struct has; null once one of its envelopes was not accepted. */
	#clocks = new Map<SessionId, number | null>();

	/** A Yjs client of ours: nobody else may use it from now on. False when somebody has. */
	claim(session: SessionId, yClient: number): boolean {
		if (yClient < FIRST_SESSION_CLIENT || this.#chains.sessionOfClient.has(yClient)) return false;
		this.#chains.sessionOfClient.set(yClient, session);
		return true;
	}

	/** The device whose envelopes have used this Yjs client, or null. */
	deviceOf(yClient: number): DeviceId | null {
		const session = this.#chains.sessionOfClient.get(yClient);
		return (session === undefined ? undefined : this.#chains.sessions.get(session)?.device) ?? null;
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

	/** False when the row cannot be read; nothing is changed then. */
	restore(row: SessionChainsRow): boolean {
		const chains = readChains(row.chains);
		if (chains === null) return false;
		for (const [yClient, session] of this.#chains.sessionOfClient)
			chains.sessionOfClient.set(yClient, session);
		this.#chains = chains;
		this.#clocks = new Map(row.clocks);
		for (const [device, session, yClient, seq, prev, hash] of row.early) {
			const early = this.#early.get(session) ?? new Map<number, Early>();
			early.set(seq, { link: { device, session, yClient, seq, prev }, hash });
			this.#early.set(session, early);
		}
		return true;
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
