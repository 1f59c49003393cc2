/**
 * What is known about how safe the words of one document are. Pure: the same facts give the same detail.
 *
 * The stages of protocol.md follow from it: `unsealed` > 0 is "on this screen"; nothing unsealed is "on this device";
 * an empty outbox is "at the relay"; `seenBy` is "seen by". It must never say more than is true.
 */
import type { DeviceId, PersonId } from '#lib/circle/ids.ts';

export interface Gap {
	/** Null while the circle does not tell us whose device this is. */
	readonly person: PersonId | null;
	readonly device: DeviceId;
}

export interface SavedDetail {
	/** Changes that are only on this screen: not yet sealed, or not yet written durably. */
	readonly unsealed: number;
	/** Envelopes the relay has not acknowledged as durable. */
	readonly inOutbox: number;
	/** Since when the oldest of both waits, ms. */
	readonly since: number | null;
	readonly connected: boolean;
	/** Everything the relay said it holds has been opened here. */
	readonly complete: boolean;
	/** Other people here now who have all that was written in this opening. */
	readonly seenBy: readonly PersonId[];
	/** Whose earlier changes are missing or cannot be judged yet [E3]. */
	readonly gaps: readonly Gap[];
	readonly setAside: number;
	readonly storage: 'ok' | 'failed' | 'unavailable' | 'full';
	/** Why something of ours (or a whole connection) was refused, or null. */
	readonly refused: string | null;
}

export interface Seeing {
	readonly person: PersonId;
	/** Up to where this peer has opened each writer's part of the sealed log. */
	readonly seen: ReadonlyMap<number, number>;
}

/** Who of the peers has opened everything up to `clock` of our part of the log. Nobody when nothing was written. */
export function seenBy(
	peers: readonly Seeing[],
	me: PersonId | null,
	client: number,
	clock: number
): PersonId[] {
	if (clock === 0) return [];
	const people = new Set<PersonId>();
	for (const { person, seen } of peers)
		if (person !== me && (seen.get(client) ?? 0) >= clock) people.add(person);
	return [...people].sort();
}

/** Does `vector` have all that `wanted` has? */
export function covers(vector: ReadonlyMap<number, number>, wanted: ReadonlyMap<number, number>): boolean {
	for (const [client, clock] of wanted) if ((vector.get(client) ?? 0) < clock) return false;
	return true;
}

export function isSameDetail(a: SavedDetail, b: SavedDetail): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}
