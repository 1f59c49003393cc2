/**
 * From what was typed to what is sent: writers merge, this seals in order, and hands over.
 *
 * Promises: nothing typed is dropped. What cannot be sealed for now (no right to write, no secret yet) is held, in order
 * and before anything newer, tried again when the circle changes, and set aside when the document is closed.
 */
import * as Y from 'yjs';
import { newSessionId, type SessionId } from '#lib/circle/ids.ts';
import { randomBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { FIRST_SESSION_CLIENT } from '#lib/envelope/check.ts';
import { MAX_ENVELOPE } from '#lib/envelope/envelope.ts';
import { splitUpdate } from './pieces.ts';
import type { Queue } from './queue.ts';
import type { Sealer } from './sealer.ts';
import type { SessionChains } from './session-chains.ts';
import { holdSession } from './session-locks.ts';
import { Writer } from './writer.ts';

export interface OutgoingOptions {
	readonly queue: Queue;
	readonly sealer: Sealer;
	readonly chains: SessionChains;
	readonly mergeFor: () => number;
	readonly now: () => number;
	readonly post: (envelope: Bytes) => void;
	readonly setAside: (envelope: Bytes, reason: string) => Promise<void>;
	readonly changed: () => void;
}

/** Largest piece of content: padding and header still fit above it. */
const LARGEST_PIECE = Math.floor(MAX_ENVELOPE * 0.85);

export class Outgoing {
	#options: OutgoingOptions;
	#writers = new Set<Writer>();
	#held: { readonly writer: Writer; readonly content: Bytes }[] = [];
	#releases: (() => void)[] = [];
	#sealing = 0;
	#refused: string | null = null;

	constructor(options: OutgoingOptions) {
		this.#options = options;
	}

	/** Changes that are not sealed yet. */
	get unsealed(): number {
		let merging = 0;
		for (const writer of this.#writers) if (writer.waiting > 0) merging++;
		return merging + this.#sealing + this.#held.length;
	}

	get since(): number | null {
		let since: number | null = null;
		for (const writer of this.#writers)
			if (writer.since !== null) since = Math.min(since ?? writer.since, writer.since);
		return since;
	}

	get isHolding(): boolean {
		return this.#held.length > 0;
	}

	get isMerging(): boolean {
		for (const writer of this.#writers) if (writer.waiting > 0) return true;
		return false;
	}

	/** Why something is held, or null. */
	get refused(): string | null {
		return this.#refused;
	}

	/** A session of its own, with a Yjs client that nobody else may use. */
	newWriter(): Writer {
		const { chains, mergeFor, now } = this.#options;
		const session: SessionId = newSessionId();
		let yClient: number;
		do yClient = new DataView(randomBytes(4).buffer).getUint32(0);
		while (yClient < FIRST_SESSION_CLIENT || !chains.claim(session, yClient));
		this.#releases.push(holdSession(session));
		const send = (from: Writer, update: Bytes) => this.#send(from, update);
		const writer = new Writer({ session, yClient, mergeFor, send, now });
		this.#writers.add(writer);
		return writer;
	}

	remove(writer: Writer): void {
		writer.flush();
		this.#writers.delete(writer);
	}

	/** A new generation: each session goes on where that one knows it to have come. */
	goOnFrom(endOf: (session: SessionId) => { readonly seq: number; readonly prev: Bytes }): void {
		for (const writer of this.#writers) Object.assign(writer, endOf(writer.session));
	}

	flush(): void {
		for (const writer of this.#writers) writer.flush();
	}

	/** What could not be sealed before is tried again, in its order. To be run on the queue. */
	async sealHeld(): Promise<void> {
		const held = this.#held;
		if (held.length === 0) return;
		this.#held = [];
		this.#refused = null;
		for (const { writer, content } of held) await this.#seal(writer, content);
	}

	/** Never allowed out: kept as envelopes, readable to this circle alone. True if there was anything. */
	async keepHeld(): Promise<boolean> {
		const held = this.#held.splice(0);
		for (const { writer, content } of held) {
			const sealed = await this.#options.sealer.seal(writer, content, { anyway: true });
			if (!sealed.ok) continue;
			await this.#options.sealer.follow(writer, sealed.value);
			await this.#options.setAside(sealed.value.bytes, this.#refused ?? 'may-not-write');
		}
		return held.length > 0;
	}

	/** Whatever is not sent by now may be sealed by another tab. */
	close(): void {
		for (const release of this.#releases.splice(0)) release();
	}

	#send(writer: Writer, update: Bytes): void {
		this.#sealing++;
		void this.#options.queue
			.run(async () => {
				for (const content of splitUpdate(update, LARGEST_PIECE)) await this.#seal(writer, content);
			})
			.finally(() => {
				this.#sealing--;
				this.#options.changed();
			});
	}

	async #seal(writer: Writer, content: Bytes): Promise<void> {
		const { sealer, chains, post } = this.#options;
		if (this.#held.length > 0) {
			this.#held.push({ writer, content });
			return;
		}
		const sealed = await sealer.seal(writer, content);
		if (!sealed.ok) {
			if (sealed.reason !== 'no-secret') this.#refused = sealed.reason;
			this.#held.push({ writer, content });
			return;
		}
		const { bytes, header } = sealed.value;
		post(bytes);
		const clock = Y.parseUpdateMeta(content).to.get(header.yClient);
		chains.take(header, await sealer.follow(writer, sealed.value));
		if (clock !== undefined) chains.setClock(header.session, clock);
	}
}
