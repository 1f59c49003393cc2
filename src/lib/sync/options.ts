/** What a sealed document needs from outside. Storage is described by its shape: sync does not import it. */
import type { DeviceSecrets } from '#lib/circle/device.ts';
import type { DeviceId, PersonId } from '#lib/circle/ids.ts';
import type { EpochSecrets } from '#lib/circle/secrets.ts';
import type { CircleState } from '#lib/circle/state.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { SealingSecret } from '#lib/crypto/seal.ts';
import type { Room } from '#lib/envelope/room.ts';
import type * as Y from 'yjs';

/** The circle a document belongs to, as this device knows it now. */
export interface FollowedCircle {
	readonly state: CircleState;
	readonly secrets: EpochSecrets;
	/** Fetches what the relay has more. Settles either way. */
	refresh(): Promise<void>;
	onChange(listener: () => void): () => void;
	/**
	 * Appends what `build` makes of the newest state [C2], again if somebody was faster. Settles with the reason why not.
	 * Null: nothing to append any more.
	 */
	append(build: (state: CircleState) => Promise<Bytes | null>): Promise<Verdict<void>>;
}

export interface LogStore {
	readonly loaded: Promise<'loaded' | 'unavailable'>;
	readonly status: string;
	onStatus(listener: (status: string) => void): () => void;
	replace(log: Y.Doc): Promise<void>;
	flush(): Promise<void>;
	close(): Promise<void>;
}

export interface OutboxEnvelope {
	readonly id: number;
	readonly room: string;
	readonly envelope: Bytes;
	readonly at: number;
	readonly sent: boolean;
}

export interface SealedStorage {
	readonly rows: {
		get(table: 'checkpoints', id: string): Promise<Bytes | undefined>;
		put(table: 'checkpoints', id: string, bytes: Bytes): Promise<void>;
		delete(table: 'checkpoints', id: string): Promise<void>;
	};
	readonly outbox: {
		/** `sent`: may it have left this device? */
		add(room: string, envelope: Bytes, sent: boolean): Promise<number>;
		markSent(ids: readonly number[]): Promise<void>;
		/** Of all rooms whose name begins like this, oldest first. */
		list(room: string): Promise<OutboxEnvelope[]>;
		/** Removes these and adds those, in one step. */
		replace(ids: readonly number[], room: string, envelopes: readonly Bytes[]): Promise<number[]>;
		remove(ids: readonly number[]): Promise<void>;
	};
	readonly setAside: {
		add(row: { room: string; reason: string; bytes: Bytes; at: number }): Promise<number>;
		list(room: string): Promise<{ readonly id: number; readonly reason: string; readonly bytes: Bytes }[]>;
		remove(id: number): Promise<void>;
	};
	/** Its generation is over, and what it held is in the next one. */
	forgetLog(room: string): Promise<void>;
	openLog(room: string, log: Y.Doc, options: { isSound(row: Uint8Array): boolean }): Promise<LogStore>;
	readonly status: string;
	onStatus(listener: (status: string) => void): () => void;
}

/** Milliseconds; 0 everywhere makes a test that never waits. */
export interface Timing {
	/** How long keystrokes are merged while others are here [E5]. */
	readonly together: number;
	/** … and while nobody is. */
	readonly alone: number;
	/** Carets are sent at most this often … */
	readonly caret: number;
	/** … and above 20 people this often [P2]. */
	readonly crowdedCaret: number;
	/** "I have seen your words" is said at most this often. */
	readonly seen: number;
	/** After this silence about what we sent it is sent again. */
	readonly resend: number;
	/** How long local loading and writing may take before the document goes on without the disk. */
	readonly patience: number;
	/** How long after the last change a log is rolled, at least: in the middle of a conversation nobody rolls. */
	readonly roll: number;
	/** Delay before a reconnection, at most: drawn at random, so that a whole agency does not come back at once. */
	readonly jitter: number;
}

export const TIMING: Timing = {
	together: 100,
	alone: 700,
	caret: 50,
	crowdedCaret: 1_000,
	seen: 700,
	resend: 4_000,
	patience: 8_000,
	roll: 3_000,
	jitter: 2_000
};

/** When a sealed log rolls [L2]. */
export interface RollAt {
	readonly envelopes: number;
	readonly bytes: number;
}

export const ROLL_AT: RollAt = { envelopes: 500, bytes: 1_000_000 };

export interface SealedDocumentOptions {
	/** Its generation is the one to begin with where neither this device nor the circle knows a later one. */
	readonly room: Room;
	readonly device: DeviceSecrets;
	readonly circle: FollowedCircle;
	readonly storage: SealedStorage;
	/** Seals checkpoints, which never leave this device. */
	readonly deviceSecret: SealingSecret;
	/** `ws(s)://host`. */
	readonly url: string;
	/** HTTP origin the app was loaded from; the device signs it [R1]. */
	readonly origin: string;
	/** The schema version this app writes and can bind an editor to [V1]. */
	readonly schema: number;
	/** The template's fixed update: applied here, never sent [V4]. */
	readonly seed?: Uint8Array;
	/** May this deleted item of the clear document be forgotten? Default: all may. */
	readonly forgets?: (item: Y.Item) => boolean;
	readonly WebSocket?: typeof WebSocket;
	readonly now?: () => number;
	/** Talk to other tabs of this browser (default true). */
	readonly broadcast?: boolean;
	/** Connect to the relay (default true). */
	readonly connect?: boolean;
	readonly timing?: Partial<Timing>;
	readonly rollAt?: RollAt;
	/** 0 ≤ x < 1. */
	readonly random?: () => number;
	/** What carets of this person should say: laid over what they claim themselves. */
	readonly userOf?: (person: PersonId, device: DeviceId) => Readonly<Record<string, unknown>> | null;
}
