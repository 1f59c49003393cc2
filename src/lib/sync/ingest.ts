/**
 * From an envelope to the clear document, in the order that makes each check mean something:
 * shape → this room → signer may write here [E2] → signature → opens [E1] → chain [E3] → content [E4] → schema [V1] → apply.
 *
 * Promises: whatever cannot be accepted is told with its reason and bytes, never dropped [E6]; what only lacks news of
 * the circle waits for it; one poisonous update does not keep the others out; each writer's order is kept.
 * Must never: apply what has not been verified.
 */
import * as Y from 'yjs';
import type { DeviceId } from '#lib/circle/ids.ts';
import { activeCircles, deviceOf } from '#lib/circle/roles.ts';
import { toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import type { SealingSecret } from '#lib/crypto/seal.ts';
import { checkContent, checkHeader, checkOperations, checkWriter, kindOf } from '#lib/envelope/check.ts';
import {
	hashEnvelope,
	openEnvelope,
	readEnvelope,
	verifyEnvelope,
	type EnvelopeHeader
} from '#lib/envelope/envelope.ts';
import type { Room } from '#lib/envelope/room.ts';
import { ORIGIN } from './origins.ts';
import type { FollowedCircle } from './options.ts';
import type { SessionChains } from './session-chains.ts';

export interface IngestOptions {
	readonly room: () => Room;
	readonly circle: FollowedCircle;
	readonly clear: Y.Doc;
	readonly chains: SessionChains;
	readonly laneSecret: (epoch: number) => Promise<SealingSecret | null>;
	/** Verified, but the same (session, seq) was there before with other bytes: those as well are no longer trusted. */
	readonly onForged: (header: EnvelopeHeader) => Promise<void>;
	/** Does what it hangs on exist? Asked where something may be missing for good; by default nobody asks. */
	readonly fits?: (content: Bytes) => boolean;
	readonly setAside: (bytes: Bytes, reason: string) => Promise<void>;
	/** Was set aside once, and is accepted now. */
	readonly accepted: (bytes: Bytes) => Promise<void>;
	/** About to apply something of this schema version. */
	readonly onSchema: (schema: number) => void;
}

type Judged =
	| {
			readonly verdict: 'sound';
			readonly bytes: Bytes;
			readonly header: EnvelopeHeader;
			readonly hash: Bytes;
			readonly content: Bytes;
	  }
	/** Cannot be judged before we know more of the circle, or of one that is in it. */
	| { readonly verdict: 'later'; readonly bytes: Bytes; readonly device: DeviceId }
	/** `header` when its signature is good: it is there, though not accepted. */
	| {
			readonly verdict: 'refused';
			readonly bytes: Bytes;
			readonly reason: string;
			readonly header: EnvelopeHeader | null;
	  };

/** Verified side by side; more than this at once only fills memory. */
const TOGETHER = 256;

export class Ingest {
	#options: IngestOptions;
	#waiting = new Map<string, { bytes: Bytes; device: DeviceId }>();
	/** Places in chains that hold two envelopes. */
	#forged = new Set<string>();

	constructor(options: IngestOptions) {
		this.#options = options;
	}

	/** Devices whose envelopes wait for news of the circle. */
	get waitingFor(): DeviceId[] {
		return [...new Set([...this.#waiting.values()].map(({ device }) => device))];
	}

	get waiting(): number {
		return this.#waiting.size;
	}

	/** Another generation: nothing of the one before is waited for. */
	begin(): void {
		this.#waiting.clear();
		this.#forged.clear();
	}

	/** One call after the other: the caller's queue sees to that. `again`: they were set aside before. */
	async take(envelopes: readonly Bytes[], again = false): Promise<void> {
		for (let at = 0; at < envelopes.length; at += TOGETHER)
			await this.#takeSome(envelopes.slice(at, at + TOGETHER), again);
	}

	/** The circle has changed: what waited for that is judged again. */
	async retry(): Promise<void> {
		const waiting = [...this.#waiting.values()].map(({ bytes }) => bytes);
		this.#waiting.clear();
		await this.take(waiting);
	}

	async #takeSome(envelopes: readonly Bytes[], again: boolean): Promise<void> {
		let judged = await Promise.all(envelopes.map((bytes) => this.#judge(bytes)));
		const isOpen = (one: Judged) => one.verdict === 'later' || this.#mayBeNew(one);
		if (judged.some(isOpen)) {
			await this.#options.circle.refresh().catch(() => undefined);
			judged = await Promise.all(judged.map(async (one) => (isOpen(one) ? this.#judge(one.bytes) : one)));
		}
		const updates: { bytes: Bytes; content: Bytes; header: EnvelopeHeader }[] = [];
		for (const one of judged) {
			if (one.verdict === 'later') this.#waiting.set(toBase64Url(await hashEnvelope(one.bytes)), one);
			else if (one.verdict === 'refused') await this.#refuse(one);
			else if (await this.#chain(one, again)) updates.push(one);
		}
		// what was forged in this very batch is not applied and taken back, but never applied
		await this.#apply(updates.filter(({ header }) => !this.#forged.has(placeOf(header))));
	}

	/** Who is no member here may have come into a team that is one: that log grows by itself. */
	#mayBeNew(one: Judged): boolean {
		const isStranger = one.verdict === 'refused' && one.reason === 'not-a-member';
		return isStranger && activeCircles(this.#options.circle.state).length > 0;
	}

	async #judge(bytes: Bytes): Promise<Judged> {
		const { circle, laneSecret } = this.#options;
		const room = this.#options.room();
		const refused = (reason: string, header: EnvelopeHeader | null = null): Judged => {
			return { verdict: 'refused', bytes, reason, header };
		};
		const read = readEnvelope(bytes);
		if (!read.ok) return refused(read.reason);
		const header = read.value;
		const here = checkHeader(header, room);
		if (!here.ok) return refused(here.reason);
		const writer = checkWriter(header, circle.state);
		if (!writer.ok && writer.reason === 'unknown-head')
			return { verdict: 'later', bytes, device: header.device };
		const signKey = writer.ok ? writer.value.signKey : deviceOf(circle.state, header.device)?.signKey;
		if (signKey === undefined) return refused(writer.ok ? 'not-a-member' : writer.reason);
		const secret = writer.ok ? await laneSecret(header.epoch) : null;
		if (writer.ok && secret === null) return { verdict: 'later', bytes, device: header.device };
		// side by side, since each waits for the same; none of it is used before the signature is known to be good
		const [isSigned, content, hash] = await Promise.all([
			verifyEnvelope(header, signKey),
			secret === null ? null : openEnvelope(header, secret),
			hashEnvelope(bytes)
		]);
		if (!isSigned) return refused('bad-signature');
		if (!writer.ok) return refused(writer.reason, header);
		if (header.kind !== kindOf(room.lane)) return refused('unknown-kind', header);
		if (content === null) return refused('cannot-open', header);
		return { verdict: 'sound', bytes, header, hash, content };
	}

	/** Its place in its session's chain, and what it holds; true when it may be applied. */
	async #chain(one: Judged & { verdict: 'sound' }, again: boolean): Promise<boolean> {
		const { chains, setAside, onForged, fits } = this.#options;
		const { header, hash, content, bytes } = one;
		const clock = chains.clockOf(header.session);
		const place = chains.take(header, hash);
		if (place === 'repeated' && !again) return false;
		if (place === 'forged') {
			this.#forged.add(placeOf(header));
			await setAside(bytes, place);
			await onForged(header);
			return false;
		}
		if (place === 'foreign-client' || place === 'stale') {
			await setAside(bytes, place);
			return false;
		}
		const check = header.lane === 'body' ? checkContent : checkOperations;
		const sound = check(content, header.yClient);
		const clocks = sound.ok ? clocksOf(content, header.yClient) : null;
		const expected = place === 'next' ? clock : null;
		const reason = !sound.ok
			? sound.reason
			: clocks === null
				? 'malformed-update'
				: clocks !== 'none' && expected !== null && clocks.from !== expected
					? // a hole inside one writer's own structs: whatever stood behind it would wait for ever
						'clock-gap'
					: fits?.(content) === false
						? 'stands-on-nothing'
						: null;
		if (reason !== null || clocks === null || place !== 'next') chains.setClock(header.session, null);
		else if (clocks !== 'none' && clock !== null) chains.setClock(header.session, clocks.to);
		if (reason === null) return true;
		await setAside(bytes, reason);
		return false;
	}

	async #apply(updates: readonly { bytes: Bytes; content: Bytes; header: EnvelopeHeader }[]): Promise<void> {
		if (updates.length === 0) return;
		const { clear, onSchema, setAside, accepted } = this.#options;
		onSchema(Math.max(...updates.map(({ header }) => header.schema)));
		const poisonous = new Set<Bytes>();
		Y.transact(
			clear,
			() => {
				for (const { bytes, content } of updates) {
					try {
						Y.applyUpdate(clear, content, ORIGIN.incoming);
					} catch {
						poisonous.add(bytes);
					}
				}
			},
			ORIGIN.incoming,
			false
		);
		for (const { bytes } of updates)
			if (poisonous.has(bytes)) await setAside(bytes, 'poisonous');
			else await accepted(bytes);
	}

	async #refuse(one: Judged & { verdict: 'refused' }): Promise<void> {
		if (one.header !== null) {
			// it is there, so it is not what others wait for; but nothing of it counts
			const place = this.#options.chains.take(one.header, await hashEnvelope(one.bytes));
			if (place === 'next' || place === 'early') this.#options.chains.setClock(one.header.session, null);
		}
		await this.#options.setAside(one.bytes, one.reason);
	}
}

/** First and next Yjs clock of what an update holds of this client; 'none' for deletions alone. */
function clocksOf(content: Uint8Array, yClient: number): { from: number; to: number } | 'none' | null {
	try {
		const { from, to } = Y.parseUpdateMeta(content);
		const [first, next] = [from.get(yClient), to.get(yClient)];
		return first === undefined || next === undefined ? 'none' : { from: first, to: next };
	} catch {
		return null;
	}
}

function placeOf({ session, seq }: EnvelopeHeader): string {
	return `${session}.${seq}`;
}

/**
 * An envelope by its signature's last bytes, quick to look up. Others can copy those bytes: use it only to find what we
 * made ourselves, and judge equality on all bytes.
 */
export function keyOf(bytes: Uint8Array): string {
	let key = '';
	for (const byte of bytes.subarray(-16)) key += String.fromCharCode(byte);
	return `${bytes.length}:${key}`;
}
