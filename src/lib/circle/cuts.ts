/**
 * Where words end: whose envelopes a change of rights bounds, and in which lanes.
 *
 * Whoever loses the right to write could go on in the name of an old head. So the entry that takes the right away says
 * how many of their envelopes count; app and relay ask here, of the state before it, whom that concerns.
 */
import type { Action } from './bodies.ts';
import type { CircleId, DeviceId, PersonId } from './ids.ts';
import { activeCircles, canWrite, devicesOf, leftAt, recordedAt, standingOf } from './roles.ts';
import { lanes, type CircleState, type Lane, type MemberCircle, type Role, type Standing } from './state.ts';

/** What of an entry decides who loses the right to write. */
export type Ending =
	| { readonly type: 'change-role'; readonly member: string; readonly role: Role }
	| {
			readonly type: 'epoch';
			readonly members: readonly string[];
			readonly device: DeviceId | null;
			readonly heads: readonly { readonly circle: CircleId; readonly seq: number }[];
	  };

/** Null: this entry takes nothing away. */
export function endingOf(action: Pick<Action, 'type' | 'body'> | { readonly type: 'newer' }): Ending | null {
	const known = action as Action;
	switch (known.type) {
		case 'change-role':
			return { type: 'change-role', member: known.body.member, role: known.body.role };
		case 'remove':
			return { type: 'epoch', members: known.body.members, device: null, heads: known.body.heads };
		case 'device-remove':
			return { type: 'epoch', members: [], device: known.body.device, heads: known.body.heads };
		case 'epoch':
			return { type: 'epoch', members: [], device: null, heads: known.body.heads };
		default:
			return null;
	}
}

/** Each device whose right to write ends, and in which lanes. `state`: before the entry, with its member circles. */
export function devicesToCut(state: CircleState, ending: Ending): ReadonlyMap<DeviceId, readonly Lane[]> {
	const cut = new Map<DeviceId, Set<Lane>>();
	const note = (device: DeviceId, ended: readonly Lane[]) => {
		if (ended.length === 0) return;
		const known = cut.get(device) ?? new Set();
		for (const lane of ended) known.add(lane);
		cut.set(device, known);
	};
	const endMember = (id: string, role: Role | null) => {
		const person = state.people.get(id as PersonId);
		const circle = state.circles.get(id as CircleId);
		const standing = standingOf(person ?? circle ?? { roles: [] });
		if (standing === null) return;
		const lost = lanesLost(standing, role);
		if (person !== undefined) for (const { device } of devicesOf(state, person.person)) note(device, lost);
		else if (circle !== undefined) for (const device of devicesThrough(circle)) note(device, lost);
	};
	if (ending.type === 'change-role') {
		endMember(ending.member, ending.role);
	} else {
		for (const member of ending.members) endMember(member, null);
		for (const device of state.uncut) note(device, lanes);
		const single = ending.device === null ? undefined : state.devices.get(ending.device);
		const owner = single === undefined ? undefined : state.people.get(single.person);
		const standing = owner === undefined ? null : standingOf(owner);
		if (single !== undefined && standing !== null) note(single.device, lanesLost(standing, null));
		for (const { circle, seq } of ending.heads) {
			const member = state.circles.get(circle);
			if (member !== undefined) for (const device of newlyGone(member, seq)) note(device, lanes);
		}
	}
	return new Map([...cut].map(([device, ended]) => [device, lanes.filter((lane) => ended.has(lane))]));
}

/** Lanes that could be written before, and cannot with the new role. */
export function lanesLost({ role, guest }: Standing, next: Role | null): readonly Lane[] {
	return lanes.filter((lane) => canWrite(role, lane, guest) && !canWrite(next, lane, guest));
}

/**
 * Has somebody lost their access since the running epoch began, so that an owner should begin a new one? After somebody
 * left, or when a team let somebody go.
 */
export function isEpochDue(state: CircleState): boolean {
	if (state.uncut.size > 0) return true;
	return activeCircles(state).some(
		(member) => member.state !== null && newlyGone(member, member.state.head.seq).length > 0
	);
}

/** Everybody who was ever in through this circle and is not recorded as gone. */
function devicesThrough(member: MemberCircle): readonly DeviceId[] {
	const { state: inner } = member;
	if (inner === null) return [];
	return devicesEver(inner).filter((device) => {
		const left = leftAt(inner, device);
		return left !== 'never' && (left === null || recordedAt(member, left) === null);
	});
}

/** Those who left the other circle up to `seq`, which this log has not recorded so far. */
function newlyGone(member: MemberCircle, seq: number): readonly DeviceId[] {
	const { state: inner } = member;
	if (inner === null) return [];
	return devicesThrough(member).filter((device) => {
		const left = leftAt(inner, device);
		return typeof left === 'number' && left <= seq;
	});
}

function devicesEver(state: CircleState): readonly DeviceId[] {
	const all = new Set<DeviceId>(state.devices.keys());
	for (const { state: inner } of state.circles.values()) {
		if (inner !== null) for (const device of devicesEver(inner)) all.add(device);
	}
	return [...all];
}
