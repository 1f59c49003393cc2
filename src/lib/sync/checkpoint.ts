/**
 * What this device remembers of a document it has opened before, so that it verifies each envelope once only.
 *
 * A checkpoint is sealed with the device's own secret and bound to its lane; one that does not open is ignored, and
 * the document opened from its envelopes.
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { utf8, type Bytes } from '#lib/crypto/bytes.ts';
import { open, seal, type SealingSecret } from '#lib/crypto/seal.ts';
import type { SealedStorage } from './options.ts';
import { SessionChains, type SessionChainsRow } from './session-chains.ts';

export interface Checkpoint {
	readonly generation: number;
	/** State vector of the sealed log: every envelope in it is in `clear`, or set aside. */
	readonly covers: ReadonlyMap<number, number>;
	/** The clear document, encoding V2; null where only the generation is remembered and all of it is judged anew. */
	readonly clear: Uint8Array | null;
	readonly chains: SessionChainsRow;
	/** Highest schema version among the envelopes. */
	readonly schema: number;
}

export interface CheckpointsOptions {
	readonly storage: SealedStorage;
	readonly deviceSecret: SealingSecret;
	/** The beginning of the names of all rooms of this lane. */
	readonly lane: string;
	readonly where: () => Pick<Checkpoint, 'generation' | 'schema'>;
	/** All that has been opened by now. */
	readonly opened: () => Pick<Checkpoint, 'covers' | 'clear' | 'chains'>;
	/** Nothing stands out that a checkpoint would leave out for good. */
	readonly mayKeep: () => boolean;
}

const VERSION = 2;

/** A checkpoint spares verifying again; it costs one encoding of the document. */
const CHECKPOINT_EVERY = 300;

/** The checkpoint of one lane. Must never keep what will not stand. */
export class Checkpoints {
	#options: CheckpointsOptions;
	#since = 0;
	#tainted = false;

	constructor(options: CheckpointsOptions) {
		this.#options = options;
	}

	get isTainted(): boolean {
		return this.#tainted;
	}

	get isDue(): boolean {
		return this.#since >= CHECKPOINT_EVERY;
	}

	/** So many envelopes more were written or came. */
	count(envelopes: number): void {
		this.#since += envelopes;
	}

	/** What the last opening left, if it can be read. */
	async load(): Promise<Checkpoint | null> {
		const { storage, deviceSecret, lane } = this.#options;
		const row = await storage.rows.get('checkpoints', lane).catch(() => undefined);
		return row === undefined ? null : readCheckpoint(row, lane, deviceSecret);
	}

	/** What has been opened by now need not be verified again next time. False: it is not on disk. */
	async keep(): Promise<boolean> {
		if (this.#tainted || this.#since === 0 || !this.#options.mayKeep()) return false;
		this.#since = 0;
		return this.#write(this.#options.opened());
	}

	/** The clear document holds what will not stand: this opening keeps no checkpoint any more. */
	taint(): void {
		this.#tainted = true;
	}

	/** All of it is judged anew next time, from the generation we are in now. */
	forget(): Promise<boolean> {
		return this.#write({ covers: new Map(), clear: null, chains: new SessionChains().row() });
	}

	async #write(what: ReturnType<CheckpointsOptions['opened']>): Promise<boolean> {
		const { storage, deviceSecret, lane, where } = this.#options;
		const bytes = await writeCheckpoint({ ...where(), ...what }, lane, deviceSecret);
		return storage.rows.put('checkpoints', lane, bytes).then(
			() => storage.status === 'ok',
			() => false
		);
	}
}

async function writeCheckpoint(
	checkpoint: Checkpoint,
	lane: string,
	deviceSecret: SealingSecret
): Promise<Bytes> {
	const plain = encode(
		{
			v: VERSION,
			generation: checkpoint.generation,
			covers: [...checkpoint.covers],
			clear: checkpoint.clear,
			schema: checkpoint.schema,
			chains: checkpoint.chains
		},
		rfc8949EncodeOptions
	);
	return seal(deviceSecret, plain, aadOf(lane));
}

async function readCheckpoint(
	bytes: Bytes,
	lane: string,
	deviceSecret: SealingSecret
): Promise<Checkpoint | null> {
	const plain = await open(deviceSecret, bytes, aadOf(lane));
	if (plain === null) return null;
	try {
		// sealed by this very device: its shape is our own, only its version may be another
		const read = decode(plain) as {
			v: unknown;
			generation: number;
			covers: [number, number][];
			clear: Uint8Array | null;
			schema: number;
			chains: SessionChainsRow;
		};
		if (read.v !== VERSION) return null;
		return {
			generation: read.generation,
			covers: new Map(read.covers),
			clear: read.clear,
			schema: read.schema,
			chains: read.chains
		};
	} catch {
		return null;
	}
}

function aadOf(lane: string): Bytes {
	return utf8(`checkpoint-v2\0${lane}`);
}
