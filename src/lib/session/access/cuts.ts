/**
 * How much of somebody's work this device has, before their right to write ends: for each room of a circle and each
 * session of their devices, how many envelopes.
 *
 * Promises: a count stands only for what was opened and judged here, in rooms that are complete. The relay takes the
 * entry only if it stores no more, so nothing that was acknowledged is left behind.
 */
import { readCaseIndex } from '#lib/casework/case-index.ts';
import { templateUpdate } from '#lib/casework/templates.ts';
import type { DeviceId, DocumentId } from '#lib/circle/ids.ts';
import type { Cut, Lane } from '#lib/circle/state.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import { within } from '#lib/sync/queue.ts';
import type { KnownCircle } from '../known-circle.ts';
import type { RoomLease, Rooms } from '../rooms.ts';

/** Rooms opened at the same time: more would hold up what a person opens themselves. */
const AT_ONCE = 8;
/** How long one room may take until it is complete, ms. */
const PATIENCE = 20_000;

export interface Collecting {
	readonly rooms: Rooms;
	readonly known: KnownCircle;
	/** Whose right to write ends, and in which lanes. */
	readonly devices: ReadonlyMap<DeviceId, readonly Lane[]>;
	/** Told after each document. */
	readonly reached: (done: number, total: number) => void;
}

export async function collectCuts(collecting: Collecting): Promise<Verdict<Cut[], 'not-all-here'>> {
	const { rooms, known, devices, reached } = collecting;
	const lanes = [...new Set([...devices.values()].flat())];
	if (lanes.length === 0) return { ok: true, value: [] };
	const index = await indexDocumentOf(known.circle);
	const lease = rooms.open(known, index);
	const cuts: Cut[] = [];
	const documents: { id: DocumentId; template: string | null }[] = [{ id: index, template: null }];
	try {
		if (!(await isComplete(lease))) return { ok: false, reason: 'not-all-here' };
		for (const { id, template } of readCaseIndex(lease.sealed.clear).documents) {
			documents.push({ id: id as DocumentId, template });
		}
		let done = 0;
		let missing = false;
		const turns = documents.values();
		const work = async () => {
			for (const { id, template } of turns) {
				if (missing) return;
				const seed = template === null ? null : await templateUpdate(template).catch(() => null);
				for (const lane of lanes) {
					if (id === index && lane !== 'body') continue;
					const found = await cutsOf(collecting, id, lane, lane === 'body' ? seed : null);
					if (found === null) missing = true;
					else cuts.push(...found);
				}
				reached(++done, documents.length);
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, work));
		return missing ? { ok: false, reason: 'not-all-here' } : { ok: true, value: cuts };
	} finally {
		await lease.close();
	}
}

async function cutsOf(
	{ rooms, known, devices }: Collecting,
	document: DocumentId,
	lane: Lane,
	seed: Uint8Array | null
): Promise<Cut[] | null> {
	const lease = rooms.open(known, document, seed ?? undefined, lane);
	try {
		if (!(await isComplete(lease))) return null;
		const { generation } = lease.sealed.room;
		return [...devices].flatMap(([device, ended]) =>
			ended.includes(lane)
				? lease.sealed
						.sessionsOf(device)
						.map(({ session, count }) => ({ device, document, lane, generation, session, count }))
				: []
		);
	} finally {
		await lease.close();
	}
}

async function isComplete({ sealed }: RoomLease): Promise<boolean> {
	await within(sealed.synced, PATIENCE);
	await sealed.settled();
	return sealed.saved.complete;
}
