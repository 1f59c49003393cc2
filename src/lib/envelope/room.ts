/**
 * A room: one lane of one document in one generation. One sealed log, one y-websocket room, one y-indexeddb database.
 *
 * Promises: one room has one spelling; `readRoom` refuses any other.
 */
import { concatBytes, sha256, utf8 } from '#lib/crypto/bytes.ts';
import {
	idBytes,
	isCircleId,
	isDocumentId,
	readId,
	SHORT_ID_LENGTH,
	type CircleId,
	type DocumentId
} from '#lib/circle/ids.ts';
import { lanes, type Lane } from '#lib/circle/state.ts';

export interface Room {
	readonly circle: CircleId;
	readonly document: DocumentId;
	readonly lane: Lane;
	/** uint32 */
	readonly generation: number;
}

/** The one list of the clear document of a discussion lane. */
export const OPERATIONS_FIELD = 'operations';

/** `circle.document.lane.generation`, fit for a URL path and for a database name. */
export function writeRoom({ circle, document, lane, generation }: Room): string {
	return `${circle}.${document}.${lane}.${generation}`;
}

export function readRoom(text: string): Room | null {
	const [circle, document, name, digits, ...rest] = text.split('.');
	if (!isCircleId(circle) || !isDocumentId(document) || rest.length > 0) return null;
	const lane = lanes.find((known) => known === name);
	if (lane === undefined) return null;
	const generation = Number(digits);
	if (!Number.isInteger(generation) || generation < 0 || generation > 0xffffffff) return null;
	return String(generation) === digits ? { circle, document, lane, generation } : null;
}

/** What all generations of a lane begin with, as `writeRoom` spells it. */
export function laneOf(room: string): string {
	return room.slice(0, room.lastIndexOf('.'));
}

export function isSameRoom(a: Room, b: Room): boolean {
	return (
		a.circle === b.circle && a.document === b.document && a.lane === b.lane && a.generation === b.generation
	);
}

/** The document in which a circle lists its documents: found by everybody, registered nowhere. */
export async function indexDocumentOf(circle: CircleId): Promise<DocumentId> {
	const hash = await sha256(concatBytes(utf8('index'), idBytes(circle)));
	return readId<DocumentId>(hash.subarray(0, SHORT_ID_LENGTH));
}
