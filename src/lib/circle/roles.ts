/**
 * What a device may do, by itself and through the circles that it is in [C4].
 *
 * A *route* is one way in: as a person who is a member, or through a member circle. The highest role of all counts.
 * *Now* a team counts as it is in its newest log. *At a head* somebody is in through a team as long as this log has not
 * recorded (`heads`) that the team let them go: so peers judge alike, whatever they have seen of the team.
 *
 * Promises: pure; a route of a team whose log is not known here, or is another one than this log saw, gives nothing.
 */
import { equalBytes } from '#lib/crypto/bytes.ts';
import type { CircleId, DeviceId, PersonId } from './ids.ts';
import type { CircleState, Device, Lane, Member, MemberCircle, Role, Standing, Stay } from './state.ts';

/** Circles within circles: a case, its team, and a team in that. */
const MAX_DEPTH = 3;

const ranks: { readonly [R in Role]: number } = { owner: 3, editor: 2, commenter: 1, reader: 0 };

export interface Route {
	readonly role: Role;
	readonly guest: boolean;
	readonly until: number | null;
	/** Seq of the entry that took writing in this lane away from this route last. */
	endOf(lane: Lane): number | null;
}

export function isHigher(role: Role, than: Role): boolean {
	return ranks[role] > ranks[than];
}

/** Editors write the text; commenters too may discuss; readers read. What is internal is not for guests. */
export function canWrite(role: Role | null, lane: Lane, guest = false): boolean {
	if (lane === 'internal' && guest) return false;
	return role === 'owner' || role === 'editor' || (role === 'commenter' && lane !== 'body');
}

/** The role when the log was `seq` long, by default now, clocks aside; null: not in, not yet, or no more. */
export function roleOf(state: CircleState, device: DeviceId, seq?: number): Role | null {
	return highest(seq === undefined ? routesNow(state, device, null) : routesAt(state, device, seq));
}

/** The role by the clock: end dates count [C7]. */
export function roleNow(state: CircleState, device: DeviceId, now: number): Role | null {
	return highest(routesNow(state, device, now));
}

/** In, and only as a guest. `now`: by which clock end dates count; null counts none. */
export function isGuest(state: CircleState, device: DeviceId, now: number | null = null): boolean {
	const routes = routesNow(state, device, now);
	return routes.length > 0 && routes.every(({ guest }) => guest);
}

/** May this device open and write such a room now? */
export function mayOpen(state: CircleState, device: DeviceId, lane: Lane, now: number): boolean {
	return routesNow(state, device, now).some(({ guest }) => lane !== 'internal' || !guest);
}

export function mayWriteNow(state: CircleState, device: DeviceId, lane: Lane, now: number | null): boolean {
	return routesNow(state, device, now).some(({ role, guest }) => canWrite(role, lane, guest));
}

/** Whose device this is, or was, here or in a member circle. */
export function personOf(state: CircleState, device: DeviceId): PersonId | null {
	return deviceOf(state, device)?.person ?? null;
}

/** The device as this circle, or else a member circle, knows it; removed ones too. */
export function deviceOf(state: CircleState, device: DeviceId): Device | null {
	const own = state.devices.get(device);
	if (own !== undefined) return own;
	for (const { state: inner } of state.circles.values()) {
		const known = inner === null ? null : deviceOf(inner, device);
		if (known !== null) return known;
	}
	return null;
}

/** The role as a member of this very circle: only who is in directly decides in it. */
export function directRole(state: CircleState, device: DeviceId): Role | null {
	return directStanding(state, device)?.role ?? null;
}

/** What somebody is now; null when they are not in. */
export function standingOf(member: Pick<Member, 'roles'>): (Standing & { readonly role: Role }) | null {
	const last = member.roles.at(-1);
	return last === undefined || last.role === null ? null : { ...last, role: last.role };
}

/** The role somebody has now. */
export function currentRole(member: Pick<Member, 'roles'>): Role | null {
	return member.roles.at(-1)?.role ?? null;
}

/** The role somebody has, or had when they were last in: what they said then still counts as theirs. */
function lastRole(member: Pick<Member, 'roles'>): Role | null {
	return member.roles.findLast(({ role }) => role !== null)?.role ?? null;
}

/** The highest role that somebody has, or had when they were last in, by whatever way. */
export function lastRoleOf(state: CircleState, device: DeviceId): Role | null {
	const person = state.devices.get(device)?.person;
	const member = person === undefined ? undefined : state.people.get(person);
	let role = member === undefined ? null : lastRole(member);
	for (const circle of state.circles.values()) {
		const through =
			circle.state !== null && leftAt(circle.state, device) !== 'never' ? lastRole(circle) : null;
		if (through !== null && (role === null || isHigher(through, role))) role = through;
	}
	return role;
}

/** The epoch that ran when the log was `seq` long. */
export function epochAt(state: CircleState, seq: number): number {
	let epoch = state.epoch;
	while (epoch > 0 && (state.epochs[epoch]?.since ?? 0) > seq) epoch--;
	return epoch;
}

/** Devices that are in directly now, of people who are in now. */
export function activeDevices(state: CircleState): readonly Device[] {
	return [...state.devices.values()].filter(({ device }) => directRole(state, device) !== null);
}

export function devicesOf(state: CircleState, person: PersonId): readonly Device[] {
	return [...state.devices.values()].filter((one) => one.person === person && one.removedAt === null);
}

/** Everybody who is in now, by themselves or by a circle, once, as the most that they are. */
export function peopleIn(
	state: CircleState
): readonly { readonly person: PersonId; readonly role: Role; readonly guest: boolean }[] {
	const found = new Map<PersonId, { role: Role; guest: boolean }>();
	const note = (person: PersonId, role: Role, guest: boolean) => {
		const known = found.get(person);
		const isMore = known === undefined || isHigher(role, known.role);
		found.set(person, { role: isMore ? role : known.role, guest: guest && (known?.guest ?? true) });
	};
	for (const member of state.people.values()) {
		const standing = standingOf(member);
		if (standing !== null) note(member.person, standing.role, standing.guest);
	}
	for (const member of activeCircles(state)) {
		const role = currentRole(member);
		if (role === null || member.state === null) continue;
		for (const { person, guest } of peopleIn(member.state)) if (!guest) note(person, role, false);
	}
	return [...found].map(([person, standing]) => ({ person, ...standing }));
}

/** As `devicesOf`, of who is in by a circle too. */
export function devicesAround(state: CircleState, person: PersonId): readonly Device[] {
	const own = devicesOf(state, person);
	if (own.length > 0) return own;
	for (const { state: inner } of activeCircles(state)) {
		const theirs = inner === null ? [] : devicesAround(inner, person);
		if (theirs.length > 0) return theirs;
	}
	return [];
}

/** Every device that is in now, by itself or through a circle. */
export function everyDevice(state: CircleState, found = new Set<DeviceId>()): ReadonlySet<DeviceId> {
	for (const { device } of activeDevices(state)) found.add(device);
	for (const { state: inner } of activeCircles(state)) {
		if (inner === null) continue;
		for (const device of everyDevice(inner)) if (!isGuest(inner, device)) found.add(device);
	}
	return found;
}

/** The place of the entry that ended this device's time here, or that of its team; null: it is in, or never was. */
export function endOf(state: CircleState, device: DeviceId): number | null {
	if (roleOf(state, device) !== null) return null;
	let end = state.devices.get(device)?.removedAt ?? null;
	for (const member of state.circles.values()) {
		const gone = currentRole(member) === null ? member.roles.at(-1)?.seq : undefined;
		if (gone === undefined || !wasSeenIn(member, device)) continue;
		end = Math.max(end ?? gone, gone);
	}
	return end;
}

/** Is in, and was when this log last looked: who came later was never here. */
function wasSeenIn({ state, heads }: MemberCircle, device: DeviceId): boolean {
	const seen = heads.at(-1)?.head.seq;
	if (state === null || seen === undefined || roleOf(state, device) === null) return false;
	return roleOf(state, device, seen) !== null;
}

/** Whose time here the newest entry ended. */
export function devicesEndedBy(state: CircleState): readonly DeviceId[] {
	const known = new Set(state.devices.keys());
	for (const { state: inner } of state.circles.values())
		if (inner !== null) for (const device of everyDevice(inner)) known.add(device);
	return [...known].filter((device) => endOf(state, device) === state.head.seq);
}

export function activeCircles(state: CircleState): readonly MemberCircle[] {
	return [...state.circles.values()].filter((member) => currentRole(member) !== null);
}

/** People who decide here and have a device to do it with. */
export function ownersOf(state: CircleState): readonly PersonId[] {
	const owners = new Set<PersonId>();
	for (const { person, removedAt } of state.devices.values()) {
		const member = state.people.get(person);
		if (removedAt === null && member !== undefined && currentRole(member) === 'owner') owners.add(person);
	}
	return [...owners];
}

/** The earliest end date after `now` that anybody here has, also through a circle. */
export function nextEnd(state: CircleState, now: number): number | null {
	let next: number | null = null;
	const note = (until: number | null | undefined) => {
		if (until != null && until > now && (next === null || until < next)) next = until;
	};
	for (const member of state.people.values()) note(standingOf(member)?.until);
	for (const member of activeCircles(state)) {
		note(standingOf(member)?.until);
		if (member.state !== null) note(nextEnd(member.state, now));
	}
	return next;
}

/**
 * The same circle, with a member circle as it is known here. One that is not a member, that forms a ring, that is nested
 * too deeply, or whose log is not the one that this log saw, is left out: it gives nobody anything.
 */
export function withMemberState(state: CircleState, inner: CircleState): CircleState {
	const member = state.circles.get(inner.circle);
	if (member === undefined || member.state === inner) return state;
	const isSeen = member.heads.every(({ head }) => {
		const there = inner.hashes[head.seq];
		// an older copy than this log saw would let people in again who were let go
		return there !== undefined && equalBytes(there, head.hash);
	});
	if (!isSeen || !fitsInto(state.circle, inner)) return state;
	return { ...state, circles: new Map(state.circles).set(inner.circle, { ...member, state: inner }) };
}

/** The states of all circles that are members, and of those within them. */
function memberStates(state: CircleState): readonly CircleState[] {
	return [...state.circles.values()].flatMap(({ state: inner }) =>
		inner === null ? [] : [inner, ...memberStates(inner)]
	);
}

/** May a circle with this state be a member of `circle`? No ring, and not too deep. */
export function fitsInto(circle: CircleId, inner: CircleState): boolean {
	const within = [inner, ...memberStates(inner)];
	return (
		within.every((one) => one.circle !== circle && !one.circles.has(circle)) && depthOf(inner) < MAX_DEPTH
	);
}

/** The ways in that count by the newest logs. */
function routesNow(state: CircleState, device: DeviceId, now: number | null): readonly Route[] {
	const isOver = ({ until }: Standing) => now !== null && until !== null && now >= until;
	const routes: Route[] = [];
	const own = directStanding(state, device);
	const known = state.devices.get(device);
	if (own !== null && known !== undefined && !isOver(own)) routes.push(routeOf(own, known.ends, null));
	for (const member of state.circles.values()) {
		const standing = standingOf(member);
		if (standing === null || member.state === null || isOver(standing)) continue;
		if (!routesNow(member.state, device, now).some(({ guest }) => !guest)) continue;
		routes.push(routeOf(standing, member.ends, null));
	}
	return routes;
}

/** The ways in that there were when the log was `seq` long. */
export function routesAt(state: CircleState, device: DeviceId, seq: number): readonly Route[] {
	const routes: Route[] = [];
	const known = state.devices.get(device);
	const person = known === undefined ? undefined : state.people.get(known.person);
	if (known !== undefined && person !== undefined && staysOf(known).some((stay) => isWithin(stay, seq))) {
		const standing = standingAt(person, seq);
		if (standing !== null) routes.push(routeOf(standing, known.ends, null));
	}
	for (const member of state.circles.values()) {
		const standing = standingAt(member, seq);
		if (standing === null || member.state === null) continue;
		const left = leftAt(member.state, device);
		if (left === 'never') continue;
		const recorded = left === null ? null : recordedAt(member, left);
		if (recorded === null || seq < recorded) routes.push(routeOf(standing, member.ends, recorded));
	}
	return routes;
}

/**
 * When somebody who is staff of this circle left it, as a seq of its log; null: they are in, as far as this log says;
 * `never`: they were not in it.
 */
export function leftAt(state: CircleState, device: DeviceId): number | null | 'never' {
	let left: number | 'never' = 'never';
	const known = state.devices.get(device);
	const person = known === undefined ? undefined : state.people.get(known.person);
	if (known !== undefined && person?.roles.findLast(({ role }) => role !== null)?.guest === false) {
		if (known.removedAt === null) return null;
		left = known.removedAt;
	}
	for (const member of state.circles.values()) {
		const inner = member.state === null ? 'never' : leftAt(member.state, device);
		if (inner === 'never') continue;
		const gone = currentRole(member) === null ? (member.roles.at(-1)?.seq ?? null) : null;
		const recorded = inner === null ? null : recordedAt(member, inner);
		const end = gone === null ? recorded : recorded === null ? gone : Math.min(gone, recorded);
		if (end === null) return null;
		left = left === 'never' ? end : Math.max(left, end);
	}
	return left;
}

/** The entry by which this log knows what happened at `innerSeq` of a member circle's log; null: it does not yet. */
export function recordedAt(member: MemberCircle, innerSeq: number): number | null {
	return member.heads.find(({ head }) => head.seq >= innerSeq)?.at ?? null;
}

function highest(routes: readonly Route[]): Role | null {
	let role: Role | null = null;
	for (const route of routes) if (role === null || isHigher(route.role, role)) role = route.role;
	return role;
}

function directStanding(state: CircleState, device: DeviceId): (Standing & { readonly role: Role }) | null {
	const known = state.devices.get(device);
	if (known === undefined || known.removedAt !== null) return null;
	const member = state.people.get(known.person);
	return member === undefined ? null : standingOf(member);
}

function standingAt(member: Pick<Member, 'roles'>, seq: number): (Standing & { readonly role: Role }) | null {
	const last = member.roles.findLast((standing) => standing.seq <= seq);
	return last === undefined || last.role === null ? null : { ...last, role: last.role };
}

function routeOf(
	{ role, guest, until }: Standing & { readonly role: Role },
	ends: ReadonlyMap<Lane, number>,
	gone: number | null
): Route {
	return {
		role,
		guest,
		until,
		endOf: (lane) => {
			const end = ends.get(lane) ?? null;
			return end === null || gone === null ? (end ?? gone) : Math.max(end, gone);
		}
	};
}

function staysOf(device: Device): readonly Stay[] {
	return device.earlier.length === 0 ? [device] : [...device.earlier, device];
}

function isWithin({ addedAt, removedAt }: Stay, seq: number): boolean {
	return addedAt <= seq && (removedAt === null || removedAt > seq);
}

function depthOf(state: CircleState): number {
	return (
		1 +
		Math.max(0, ...[...state.circles.values()].map((one) => (one.state === null ? 0 : depthOf(one.state))))
	);
}
