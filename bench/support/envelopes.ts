/** One session of writing without a document behind it: updates in, envelopes out. */
import { newSessionId } from '#lib/circle/ids.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { SealingSecret } from '#lib/crypto/seal.ts';
import {
	hashEnvelope,
	laneSecretOf,
	NO_PREV,
	writeEnvelope,
	type EnvelopeHeader
} from '#lib/envelope/envelope.ts';
import type { Room } from '#lib/envelope/room.ts';
import type { Somebody, Team } from '../../tests/support/team.ts';

export class EnvelopeWriter {
	readonly #who: Somebody;
	readonly #laneSecret: SealingSecret;
	#header: EnvelopeHeader;

	private constructor(who: Somebody, laneSecret: SealingSecret, header: EnvelopeHeader) {
		this.#who = who;
		this.#laneSecret = laneSecret;
		this.#header = header;
	}

	static async open(team: Team, who: Somebody, room: Room, yClient: number): Promise<EnvelopeWriter> {
		const { state } = team.case;
		const held = (await readEpochSecrets(state, who.device)).get(state.epoch);
		const secret = held === undefined ? null : await laneSecretOf(held, room);
		if (secret === null) throw new Error(`${who.name} cannot open the case`);
		return new EnvelopeWriter(who, secret, {
			...room,
			kind: 'update',
			epoch: state.epoch,
			device: who.device.device,
			session: newSessionId(),
			seq: 0,
			prev: NO_PREV,
			circleHead: state.head,
			schema: 1,
			yClient,
			at: Date.now()
		});
	}

	get header(): EnvelopeHeader {
		return this.#header;
	}
	get laneSecret(): SealingSecret {
		return this.#laneSecret;
	}

	async write(update: Uint8Array): Promise<Bytes> {
		const { device } = this.#who;
		const bytes = await writeEnvelope(this.#header, update, this.#laneSecret, device.signing);
		this.#header = { ...this.#header, seq: this.#header.seq + 1, prev: await hashEnvelope(bytes) };
		return bytes;
	}
}
