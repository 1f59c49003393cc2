/** Own changes become envelopes: rights are checked before anything is sealed [L6], the session's chain is kept [E3]. */
import { mayWriteNow } from '#lib/circle/roles.ts';
import type { DeviceSecrets } from '#lib/circle/device.ts';
import type { SessionId } from '#lib/circle/ids.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { SealingSecret } from '#lib/crypto/seal.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import { kindOf } from '#lib/envelope/check.ts';
import {
	fitsEnvelope,
	hashEnvelope,
	laneSecretOf,
	writeEnvelope,
	type EnvelopeHeader,
	type EnvelopeKind
} from '#lib/envelope/envelope.ts';
import type { Room } from '#lib/envelope/room.ts';
import type { FollowedCircle } from './options.ts';

export type SealReason = 'may-not-write' | 'no-secret' | 'too-large';

export interface SealedEnvelope {
	readonly bytes: Bytes;
	readonly header: EnvelopeHeader;
}

/** Where a session goes on: a writer, or one that is gone and left something unsent. */
export interface ChainEnd {
	readonly session: SessionId;
	readonly yClient: number;
	seq: number;
	prev: Bytes;
}

export interface SealWish {
	readonly anyway?: boolean;
	readonly kind?: EnvelopeKind;
	/** Another generation than the one at hand. */
	readonly room?: Room;
}

export interface SealerOptions {
	readonly room: () => Room;
	readonly device: DeviceSecrets;
	readonly circle: FollowedCircle;
	readonly schema: number;
	readonly now: () => number;
}

export class Sealer {
	#options: SealerOptions;
	#laneSecrets = new Map<string, Promise<SealingSecret | null>>();

	constructor(options: SealerOptions) {
		this.#options = options;
	}

	/** Null while the circle has not given us that epoch's secret, and for what guests never get. */
	async laneSecret(epoch: number, room: Room = this.#options.room()): Promise<SealingSecret | null> {
		const key = `${room.generation}.${epoch}`;
		const known = this.#laneSecrets.get(key);
		if (known !== undefined) return known;
		const epochSecret = this.#options.circle.secrets.get(epoch);
		if (epochSecret === undefined) return null;
		const secret = laneSecretOf(epochSecret, room);
		this.#laneSecrets.set(key, secret);
		return secret;
	}

	/** One at a time, and `follow` before the next. `anyway`: without the right to write, for the set-aside table. */
	async seal(
		writer: ChainEnd,
		content: Bytes,
		{ anyway = false, kind, room = this.#options.room() }: SealWish = {}
	): Promise<Verdict<SealedEnvelope, SealReason>> {
		const { device, circle, schema, now } = this.#options;
		const { state } = circle;
		if (!anyway && !mayWriteNow(state, device.device, room.lane, null)) return refuse('may-not-write');
		if (!fitsEnvelope(content.length)) return refuse('too-large');
		const secret = await this.laneSecret(state.epoch, room);
		if (secret === null) return refuse('no-secret');
		const header: EnvelopeHeader = {
			...room,
			kind: kind ?? kindOf(room.lane),
			epoch: state.epoch,
			device: device.device,
			session: writer.session,
			seq: writer.seq,
			prev: writer.prev,
			circleHead: state.head,
			schema,
			yClient: writer.yClient,
			at: now()
		};
		const bytes = await writeEnvelope(header, content, secret, device.signing);
		return accept({ bytes, header });
	}

	/** The writer's next envelope follows this one. Apart from `seal`, so that sending need not wait for it. */
	async follow(writer: ChainEnd, { bytes }: SealedEnvelope): Promise<Bytes> {
		const hash = await hashEnvelope(bytes);
		writer.seq++;
		writer.prev = hash;
		return hash;
	}
}
