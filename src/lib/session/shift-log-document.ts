/**
 * Which document is the log of a house on one day: two tablets that start it apart, offline, start the same one.
 *
 * Must never be computable without the circle's secret: the relay, which sees document ids, would learn which of them
 * are logs and of which day.
 */
import { idBytes, readId, SHORT_ID_LENGTH, type DocumentId } from '#lib/circle/ids.ts';
import { concatBytes, utf8 } from '#lib/crypto/bytes.ts';
import { deriveSecret } from '#lib/crypto/derive.ts';
import type { KnownCircle } from './known-circle.ts';

/** `day`: ISO. The oldest secret is used, which everybody has who may read the circle's history. */
export async function shiftLogDocumentOf(
	{ circle, secrets }: Pick<KnownCircle, 'circle' | 'secrets'>,
	day: string
): Promise<DocumentId> {
	const oldest = secrets.get(Math.min(...secrets.keys()));
	if (oldest === undefined) throw new Error('a member of a circle has one of its secrets');
	const salt = concatBytes(idBytes(circle), utf8(day));
	return readId<DocumentId>(
		(await deriveSecret(oldest.everyone, salt, 'shift-log')).subarray(0, SHORT_ID_LENGTH)
	);
}
