/**
 * Does an entry that takes writing away keep all that was acknowledged?
 *
 * What stands outside of its cuts counts no longer, for anybody. So the relay takes such an entry only when every
 * envelope that it has stored of the devices concerned is inside. It reads headers only, which are clear.
 */
import { devicesToCut, endingOf } from '#lib/circle/cuts.ts';
import type { Entry } from '#lib/circle/entry.ts';
import { generationOf, type CircleState, type Cut } from '#lib/circle/state.ts';
import { readEnvelope } from '#lib/envelope/envelope.ts';
import { readLogUpdate, writeLogUpdate } from '#lib/envelope/log.ts';
import { readRoom } from '#lib/envelope/room.ts';
import { LIMITS } from './limits.ts';
import type { Store } from './store.ts';

/** `state`: before the entry. What waits to be written has been written. */
export function cutsAreWhole(store: Store, state: CircleState, entry: Entry): boolean {
	const ending = endingOf(entry);
	if (ending === null || entry.type === 'newer' || !('cuts' in entry.body)) return true;
	const devices = devicesToCut(state, ending);
	if (devices.size === 0) return true;
	const counts = new Map(entry.body.cuts.map((cut) => [keyOf(cut), cut.count]));
	for (const { room: text } of store.moves([state.circle], 0, LIMITS.roomsOfCircle)) {
		const room = readRoom(text);
		// what ended in a snapshot is bounded by it
		if (room === null || room.generation < generationOf(state, room.document, room.lane)) continue;
		for (const { device, session, seq } of headersIn(store, text)) {
			if (devices.get(device)?.includes(room.lane) !== true) continue;
			if (seq >= (counts.get(keyOf({ ...room, device, session })) ?? 0)) return false;
		}
	}
	return true;
}

function* headersIn(store: Store, room: string) {
	for (const { from, to } of store.missing(room, new Map())) {
		for (let next = from; next <= to;) {
			const page = store.read(room, { from: next, to }, LIMITS.page);
			const last = page.at(-1);
			if (last === undefined) break;
			next = last.position + 1;
			const read = readLogUpdate(writeLogUpdate(page));
			for (const { envelope } of read.ok ? read.value : []) {
				const header = readEnvelope(envelope);
				if (header.ok) yield header.value;
			}
		}
	}
}

function keyOf({ device, document, lane, generation, session }: Omit<Cut, 'count'>): string {
	return `${device}.${document}.${lane}.${generation}.${session}`;
}
