/** Own changes become envelopes: rights are checked before anything is sealed [L6], the session's chain is kept [E3]. */
import { roleOf, canWrite } from '#lib/circle/policy.ts';
import type { DeviceSecrets } from '#lib/circle/device.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { SealingSecret } from '#lib/crypto/seal.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import { kindOf } from '#lib/envelope/check.ts';
import {
	fitsEnvelope,
	hashEnvelope,
	laneSecretOf,
	writeEnvelope,
	type EnvelopeHeader
} from '#lib/envelope/envelope.ts';
import type { Room } from '#lib/envelope/room.ts';
import type { FollowedCircle } from './options.ts';
import type { Writer } from './writer.ts';

export type SealReason = 'may-not-write' | 'no-secret' | 'too-large';

export interface SealedEnvelope {
	readonly bytes: Bytes;
	readonly header: EnvelopeHeader;
}

export interface SealerOptions {
	readonly room: Room;
	readonly device: DeviceSecrets;
	readonly circle: FollowedCircle;
	readonly schema: number;
	readonly now: () => number;
}

export class Sealer {
	#options: SealerOptions;
	#laneSecrets = new Map<number, Promise<SealingSecret>>();

	constructor(options: SealerOptions) {
		this.#options = options;
	}

	/** Null while the circle has not given us that epoch's secret. */
	async laneSecret(epoch: number): Promise<SealingSecret | null> {
		const known = this.#laneSecrets.get(epoch);
		if (known !== undefined) return known;
		const epochSecret = this.#options.circle.secrets.get(epoch);
		if (epochSecret === undefined) return null;
		const secret = laneSecretOf(epochSecret, this.#options.room);
		this.#laneSecrets.set(epoch, secret);
		return secret;
	}

	/** One at a time, and `follow` before the next. `anyway`: without the right to write, for the set-aside table. */
	async seal(writer: Writer, content: Bytes, anyway = false): Promise<Verdict<SealedEnvelope, SealReason>> {
		const { room, device, circle, schema, now } = this.#options;
		const { state } = circle;
		if (!anyway && !canWrite(roleOf(state, device.device), room.lane)) return refuse('may-not-write');
		if (!fitsEnvelope(content.length)) return refuse('too-large');
		const secret = await this.laneSecret(state.epoch);
		if (secret === null) return refuse('no-secret');
		const header: EnvelopeHeader = {
			...room,
			kind: kindOf(room.lane),
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
	async follow(writer: Writer, { bytes }: SealedEnvelope): Promise<Bytes> {
		const hash = await hashEnvelope(bytes);
		writer.seq++;
		writer.prev = hash;
		return hash;
	}
}
