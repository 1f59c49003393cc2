/**
 * Own envelopes that have to be sealed anew: the generation they were sealed for is frozen [L4], or a new epoch began
 * before they left this device.
 *
 * Promises: every word is sealed again in its session and in its order, at the place where that session goes on; what the
 * new generation holds already is left out; what another living tab has to seal is left to it. In the outbox new rows
 * take the place of old ones in one step.
 * Must never: seal for a place that an envelope which may have left this device has taken in the same room [E3].
 */
import * as Y from 'yjs';
import { readRoom } from '#lib/envelope/room.ts';
import { openEnvelope, readEnvelope, type Envelope } from '#lib/envelope/envelope.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { PostedEnvelope, PostedEnvelopes } from './posted.ts';
import type { ChainEnd, Sealer } from './sealer.ts';
import type { SessionChains } from './session-chains.ts';
import { isSessionHeld } from './session-locks.ts';

export interface ResealingOptions {
	readonly sealer: Sealer;
	readonly chains: SessionChains;
	readonly posted: PostedEnvelopes;
	readonly setAside: (bytes: Bytes, reason: string) => Promise<void>;
}

interface Opened {
	readonly posted: PostedEnvelope;
	readonly header: Envelope;
	readonly content: Bytes;
}

/** To be run on the queue. The chains must stand where each session goes on. */
export async function resealAll(
	loose: readonly PostedEnvelope[],
	{ sealer, chains, posted, setAside }: ResealingOptions
): Promise<void> {
	const pairs: { old: Bytes; sealed: Bytes | null }[] = [];
	const again: Opened[] = [];
	for (const one of loose) {
		const opened = await openPosted(one, sealer);
		if (opened === 'later') continue;
		if (opened === null) {
			await setAside(one.envelope, 'cannot-open');
			pairs.push({ old: one.envelope, sealed: null });
		} else if (one.own || !(await isSessionHeld(opened.header.session))) again.push(opened);
		else posted.leaveToOthers(one.envelope);
	}
	const bySession = new Map<string, Opened[]>();
	for (const one of again) {
		const run = bySession.get(one.header.session);
		if (run === undefined) bySession.set(one.header.session, [one]);
		else run.push(one);
	}
	for (const run of bySession.values())
		for (const { posted: old, header, content } of run.sort((a, b) => a.header.seq - b.header.seq)) {
			const { session, yClient } = header;
			const end: ChainEnd = { session, yClient, ...chains.endOf(session) };
			if (header.seq < end.seq) {
				pairs.push({ old: old.envelope, sealed: null });
				continue;
			}
			const sealed = await sealer.seal(end, content);
			if (!sealed.ok) {
				// kept where it can be seen and exported, readable to this circle alone
				await setAside(old.envelope, sealed.reason);
				pairs.push({ old: old.envelope, sealed: null });
				continue;
			}
			chains.take(sealed.value.header, await sealer.follow(end, sealed.value));
			const clock = Y.parseUpdateMeta(content).to.get(yClient);
			if (clock !== undefined) chains.setClock(session, clock);
			pairs.push({ old: old.envelope, sealed: sealed.value.bytes });
		}
	if (pairs.length > 0) await posted.replace(pairs);
}

/** Null: not an envelope of ours that can be opened. `later`: the circle has not given us its secret. */
export async function openPosted(one: PostedEnvelope, sealer: Sealer): Promise<Opened | 'later' | null> {
	const read = readEnvelope(one.envelope);
	const room = readRoom(one.room);
	if (!read.ok || room === null) return null;
	const secret = await sealer.laneSecret(read.value.epoch, room);
	if (secret === null) return 'later';
	const content = await openEnvelope(read.value, secret);
	return content === null ? null : { posted: one, header: read.value, content };
}
