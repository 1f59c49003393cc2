/** One keystroke sealed; one opened and verified. In the browser, where people type. */
import { randomBytes } from '#lib/crypto/bytes.ts';
import { newDocumentId } from '#lib/circle/ids.ts';
import { openEnvelope, readEnvelope, verifyEnvelope, writeEnvelope } from '#lib/envelope/envelope.ts';
import { foundTeam } from '../../tests/support/team.ts';
import { EnvelopeWriter } from '../support/envelopes.ts';

export async function measure(count: number): Promise<{ seal: number; open: number }> {
	const team = await foundTeam(['amina']);
	const [amina] = team.people;
	if (amina === undefined) throw new Error('nobody');
	const room = { circle: team.case.circle, document: newDocumentId(), lane: 'body', generation: 0 } as const;
	const { header, laneSecret } = await EnvelopeWriter.open(team, amina, room, 4711);
	const content = randomBytes(100);
	const envelopes: Uint8Array[] = [];
	let begun = performance.now();
	for (let at = 0; at < count; at++)
		envelopes.push(await writeEnvelope({ ...header, seq: at }, content, laneSecret, amina.device.signing));
	const seal = ((performance.now() - begun) * 1000) / count;
	begun = performance.now();
	for (const bytes of envelopes) {
		const read = readEnvelope(bytes);
		if (!read.ok || !(await verifyEnvelope(read.value, amina.device.signing.publicKey)))
			throw new Error('not verified');
		if ((await openEnvelope(read.value, laneSecret))?.length !== 100) throw new Error('not opened');
	}
	return { seal, open: ((performance.now() - begun) * 1000) / count };
}
