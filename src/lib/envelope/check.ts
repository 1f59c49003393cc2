/**
 * May this envelope be here? Pure checks that relay and peers share; README.md gives their order.
 *
 * Promises: every refusal has a reason from a closed list, under which the envelope is set aside [E6]; nothing throws.
 * The relay runs `checkHeader` and `checkWriter`; only a peer can run `checkContent`.
 */
import * as Y from 'yjs';
import { equalBytes } from '#lib/crypto/bytes.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import { canWrite, deviceOf, epochAt, routesAt, type Route } from '#lib/circle/roles.ts';
import { cutKey, type CircleState, type Device, type Lane } from '#lib/circle/state.ts';
import type { EnvelopeHeader, EnvelopeReason } from './envelope.ts';
import { isSameRoom, OPERATIONS_FIELD, type Room } from './room.ts';

export type HeaderReason = 'wrong-room' | 'wrong-kind';
/**
 * `unknown-head`: fetch the circle's log and try again. `forked-head`: the writer saw another log [C3]. `too-late`: written
 * after the right to write had ended, in the name of an older head.
 */
export type WriterReason =
	'unknown-head' | 'forked-head' | 'not-a-member' | 'may-not-write' | 'too-late' | 'wrong-epoch';
export type ContentReason = 'malformed-update' | 'foreign-client' | 'not-an-operation';
/** Why an envelope is set aside [E6]. The last three come from verifying, opening and the chain. */
export type SetAsideReason =
	EnvelopeReason | HeaderReason | WriterReason | ContentReason | 'bad-signature' | 'cannot-open' | 'forged';

/** Yjs client ids below this belong to templates [V4]; a session must draw its own from here on. */
export const FIRST_SESSION_CLIENT = 1000;

/** The kind of envelope that carries what people write in this lane. */
export function kindOf(lane: Lane): 'update' | 'ops' {
	return lane === 'body' ? 'update' : 'ops';
}

/** [E1] Is it in the room it was written for, and of a kind that belongs there? */
export function checkHeader(header: EnvelopeHeader, room: Room): Verdict<true, HeaderReason> {
	if (!isSameRoom(header, room)) return refuse('wrong-room');
	const isOrdinary = header.kind === 'update' || header.kind === 'ops';
	return isOrdinary && header.kind !== kindOf(header.lane) ? refuse('wrong-kind') : accept(true);
}

/**
 * [E2] Was the signer a member who may write this lane, at the head that the header names, under its epoch? If that right
 * has ended since, the envelope must be among those that were there then.
 */
export function checkWriter(header: EnvelopeHeader, state: CircleState): Verdict<Device, WriterReason> {
	const { seq, hash } = header.circleHead;
	const known = header.circle === state.circle ? state.hashes[seq] : undefined;
	if (known === undefined) return refuse('unknown-head');
	if (!equalBytes(known, hash)) return refuse('forked-head');
	const device = deviceOf(state, header.device);
	const routes = routesAt(state, header.device, seq);
	if (device === null || routes.length === 0) return refuse('not-a-member');
	const allowing = routes.filter(({ role, guest }) => canWrite(role, header.lane, guest));
	if (allowing.length === 0) return refuse('may-not-write');
	if (!allowing.some((route) => isInTime(header, route, state))) return refuse('too-late');
	return header.epoch === epochAt(state, seq) ? accept(device) : refuse('wrong-epoch');
}

/** Did the entry that ended its writer's right count this envelope as there? */
export function isCounted(header: EnvelopeHeader, state: CircleState): boolean {
	return header.seq < (state.cuts.get(cutKey(header)) ?? 0);
}

function isInTime(header: EnvelopeHeader, route: Route, state: CircleState): boolean {
	const end = route.endOf(header.lane);
	if (end === null || end <= header.circleHead.seq) return true;
	if (isCounted(header, state)) return true;
	// a generation that had ended before is bounded by what its snapshot covers
	const rolls = state.rolls.get(`${header.document}.${header.lane}`) ?? [];
	return rolls.some((roll) => roll.seq < end && roll.generation > header.generation);
}

/**
 * [E4] A Yjs update in which every struct belongs to `yClient`. Deleting what others wrote is editing and stays
 * possible. That it decodes does not mean that it applies: apply it inside a try.
 */
export function checkContent(content: Uint8Array, yClient: number): Verdict<true, ContentReason> {
	if (yClient < FIRST_SESSION_CLIENT) return refuse('foreign-client');
	try {
		for (const struct of Y.decodeUpdate(content).structs) {
			if (struct.id.client !== yClient) return refuse('foreign-client');
			const isEmpty = struct.length < 1 || !Number.isSafeInteger(struct.id.clock + struct.length);
			const isSubdocument = struct instanceof Y.Item && struct.content instanceof Y.ContentDoc;
			if (isEmpty || isSubdocument) return refuse('malformed-update');
		}
		return accept(true);
	} catch {
		return refuse('malformed-update');
	}
}

/**
 * [D1] [D2] What a discussion may hold: plain values added to one list, by this session and nobody else. Nothing that
 * was said is ever deleted here; who takes words back says so in another operation.
 */
export function checkOperations(content: Uint8Array, yClient: number): Verdict<true, ContentReason> {
	const sound = checkContent(content, yClient);
	if (!sound.ok) return sound;
	const { structs, ds } = Y.decodeUpdate(content);
	if (ds.clients.size > 0) return refuse('not-an-operation');
	for (const struct of structs) {
		if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny))
			return refuse('not-an-operation');
		// an item that stands beside another one shares its parent, so only the first has to name it
		const isFirst = struct.origin === null && struct.rightOrigin === null;
		const parent: unknown = struct.parent;
		if (struct.parentSub !== null || (isFirst && parent !== OPERATIONS_FIELD))
			return refuse('not-an-operation');
	}
	return accept(true);
}
