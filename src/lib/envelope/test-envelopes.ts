/** Envelopes for tests, honest ones. Not part of the app. */
import { type Bytes } from '#lib/crypto/bytes.ts';
import { newDocumentId, newSessionId } from '#lib/circle/ids.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import { NOW, type TestCircle, type TestPerson } from '#lib/circle/test-people.ts';
import {
	laneSecretOf,
	NO_PREV,
	readEnvelope,
	writeEnvelope,
	type Envelope,
	type EnvelopeHeader
} from './envelope.ts';

export function headerOf(
	circle: TestCircle,
	who: TestPerson,
	change: Partial<EnvelopeHeader> = {}
): EnvelopeHeader {
	return {
		kind: 'update',
		circle: circle.state.circle,
		document: newDocumentId(),
		lane: 'body',
		generation: 0,
		epoch: circle.state.epoch,
		device: who.device.device,
		session: newSessionId(),
		seq: 0,
		prev: NO_PREV,
		circleHead: circle.state.head,
		schema: 1,
		yClient: 4_000_000_001,
		at: NOW,
		...change
	};
}

export async function sealedBy(
	circle: TestCircle,
	who: TestPerson,
	header: EnvelopeHeader,
	content: Uint8Array
): Promise<Bytes> {
	const secret = (await readEpochSecrets(circle.state, who.device)).get(header.epoch);
	const laneSecret = secret === undefined ? null : await laneSecretOf(secret, header);
	if (laneSecret === null) throw new Error('no secret');
	return writeEnvelope(header, content, laneSecret, who.device.signing);
}

export function wellFormed(bytes: Uint8Array): Envelope {
	const read = readEnvelope(bytes);
	if (!read.ok) throw new Error(read.reason);
	return read.value;
}
