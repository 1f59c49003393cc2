import { expect, test } from 'vitest';
import { isDocumentId, readId, type CircleId } from '#lib/circle/ids.ts';
import { randomBytes } from '#lib/crypto/bytes.ts';
import { shiftLogDocumentOf } from './shift-log-document.ts';

const house = readId<CircleId>(randomBytes(32));
const secretOfAnEpoch = () => ({ staff: randomBytes(32), everyone: randomBytes(32) });
const [first, second] = [secretOfAnEpoch(), secretOfAnEpoch()];
const known = (...secrets: (readonly [number, typeof first])[]) => ({
	circle: house,
	secrets: new Map(secrets)
});

test('A day’s log is the same document for everybody in the house, also after somebody was removed', async () => {
	const id = await shiftLogDocumentOf(known([0, first]), '2026-11-24');
	expect(isDocumentId(id)).toBe(true);
	expect(await shiftLogDocumentOf(known([1, second], [0, first]), '2026-11-24')).toBe(id);
});

test('Another day, another house or another secret is another document: the relay, which has no secret, cannot tell', async () => {
	const ids = [
		await shiftLogDocumentOf(known([0, first]), '2026-11-24'),
		await shiftLogDocumentOf(known([0, first]), '2026-11-25'),
		await shiftLogDocumentOf(known([0, second]), '2026-11-24'),
		await shiftLogDocumentOf(
			{ ...known([0, first]), circle: readId<CircleId>(randomBytes(32)) },
			'2026-11-24'
		)
	];
	expect(new Set(ids).size).toBe(ids.length);
});
