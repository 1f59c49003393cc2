/**
 * May these items be stored? [R2] All that can be said about an item without knowing what stands in the room already.
 *
 * Order: shape of the envelope → its room and kind [E1] → the writer's right at the head that the envelope names [E2] and
 * now → signature. A `mistake` refuses one item; an `attack` refuses the whole frame and ends the socket: no app of ours
 * could have sent it.
 */
import {
	checkHeader,
	checkWriter,
	FIRST_SESSION_CLIENT,
	isCounted,
	type HeaderReason,
	type WriterReason
} from '#lib/envelope/check.ts';
import { readEnvelope, type Envelope, type EnvelopeReason } from '#lib/envelope/envelope.ts';
import type { LogItem, LogReason } from '#lib/envelope/log.ts';
import type { Room } from '#lib/envelope/room.ts';
import { mayWriteNow as mayWriteByClock, roleNow } from '#lib/circle/roles.ts';
import type { CircleState, Device } from '#lib/circle/state.ts';
import { isSigned } from './verify.ts';

export type RefusedReason =
	| LogReason
	| EnvelopeReason
	| HeaderReason
	| WriterReason
	| 'foreign-client'
	| 'bad-schema'
	| 'bad-signature'
	| 'conflicting'
	| 'too-many-clients'
	| 'frozen'
	| 'unknown-generation'
	| 'too-many-rooms'
	| 'storage-full'
	| 'storage-failed';

/** A schema version that no release will reach: it would lock every app out of the document for ever [V1]. */
const MAX_SCHEMA = 1000;
/** Signatures checked side by side, so that a large frame leaves time for the others. */
const SIDE_BY_SIDE = 32;

export interface JudgedItem {
	readonly item: LogItem;
	/** Null: may be stored, as far as this page knows. */
	readonly refused: RefusedReason | null;
}

export function isAttack(reason: RefusedReason): boolean {
	switch (reason) {
		case 'malformed':
		case 'too-large':
		case 'deletes':
		case 'not-an-envelope-log':
		case 'wrong-room':
		case 'bad-signature':
			return true;
		default:
			return false;
	}
}

/** In the order of `items`. Ends at the first attack, which is then the last one judged. */
export async function judgeItems(
	items: readonly LogItem[],
	room: Room,
	state: CircleState,
	now: number
): Promise<readonly JudgedItem[]> {
	const judged: JudgedItem[] = [];
	for (let i = 0; i < items.length; i += SIDE_BY_SIDE) {
		const group = await Promise.all(
			items.slice(i, i + SIDE_BY_SIDE).map((item) => judge(item, room, state, now, items.length))
		);
		for (const one of group) {
			judged.push(one);
			if (one.refused !== null && isAttack(one.refused)) return judged;
		}
	}
	return judged;
}

/** The right to write, asked again when the circle changed while a signature was checked. */
export function mayWriteNow(item: LogItem, state: CircleState, now: number): RefusedReason | null {
	const read = readEnvelope(item.envelope);
	if (!read.ok) return read.reason;
	const writer = checkRights(read.value, state, now);
	return typeof writer === 'string' ? writer : null;
}

async function judge(
	item: LogItem,
	room: Room,
	state: CircleState,
	now: number,
	together: number
): Promise<JudgedItem> {
	const read = readEnvelope(item.envelope);
	if (!read.ok) return { item, refused: read.reason };
	const envelope = read.value;
	const placed = checkHeader(envelope, room);
	if (!placed.ok) return { item, refused: placed.reason };
	if (envelope.schema < 1 || envelope.schema > MAX_SCHEMA) return { item, refused: 'bad-schema' };
	if (envelope.yClient < FIRST_SESSION_CLIENT) return { item, refused: 'foreign-client' };
	const writer = checkRights(envelope, state, now);
	if (typeof writer === 'string') return { item, refused: writer };
	return { item, refused: (await isSigned(envelope, writer.signKey, together)) ? null : 'bad-signature' };
}

/**
 * By the relay's own clock, and by the newest log of every circle that leads here. What somebody wrote who is out since
 * may still be brought by others, after the store was lost [R7]: the circle has counted it.
 */
function checkRights(envelope: Envelope, state: CircleState, now: number): Device | WriterReason {
	const writer = checkWriter(envelope, state);
	if (!writer.ok) return writer.reason;
	if (mayWriteByClock(state, envelope.device, envelope.lane, now) || isCounted(envelope, state))
		return writer.value;
	return roleNow(state, envelope.device, now) === null ? 'not-a-member' : 'may-not-write';
}
