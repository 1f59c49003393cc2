/**
 * Taking access away: removing members, lowering a role, a new epoch after somebody left. Each needs an account of what
 * those concerned have written (`cuts.ts`), which is made again when they go on writing meanwhile.
 *
 * Must never leave a circle changed in part: one entry does it, or nothing happens.
 */
import { changeRole } from '#lib/circle/actions.ts';
import { devicesToCut, type Ending } from '#lib/circle/cuts.ts';
import { beginEpoch, headsOf, removeDevice, removeMembers } from '#lib/circle/removal.ts';
import type { DeviceId } from '#lib/circle/ids.ts';
import type { CircleState, Cut, MemberId, Role } from '#lib/circle/state.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { KnownCircle } from '../known-circle.ts';
import type { Session } from '../session.svelte.ts';
import { collectCuts } from './cuts.ts';
import type { Progress } from './progress.svelte.ts';

/** Who writes while they are removed is caught up with this often. */
const ATTEMPTS = 4;

export function removeFrom(
	session: Session,
	known: KnownCircle,
	members: readonly MemberId[],
	reason: string | null,
	progress: Progress | null
): Promise<Verdict<void>> {
	const ending = (state: CircleState): Ending => ({
		type: 'epoch',
		members,
		device: null,
		heads: headsOf(state, members)
	});
	return end(session, known, ending, progress, async (state, cuts) => {
		const at = Date.now();
		const removal = { members, reason, cuts, at };
		return (await removeMembers(state, known.secrets, session.vault.device, removal)).bytes;
	});
}

/** A lost device goes, its person stays: what is written from then on it cannot read. */
export function shutOutDevice(session: Session, known: KnownCircle, lost: DeviceId): Promise<Verdict<void>> {
	const ending = (state: CircleState): Ending => ({
		type: 'epoch',
		members: [],
		device: lost,
		heads: headsOf(state)
	});
	return end(session, known, ending, null, async (state, cuts) => {
		const removal = { lost, cuts, at: Date.now() };
		return (await removeDevice(state, known.secrets, session.vault.device, removal)).bytes;
	});
}

/** Less than before takes writing away; more, or another end date, takes nothing. */
export function changeStanding(
	session: Session,
	known: KnownCircle,
	member: MemberId,
	wish: { readonly role: Role; readonly until: number | null },
	progress: Progress
): Promise<Verdict<void>> {
	const ending = { type: 'change-role', member, role: wish.role } as const;
	return end(
		session,
		known,
		() => ending,
		progress,
		(state, cuts) => changeRole(state, session.vault.device, { member, ...wish, cuts, at: Date.now() })
	);
}

/** After somebody left by themselves: what comes is not for them. */
export function renewSecrets(session: Session, known: KnownCircle): Promise<Verdict<void>> {
	const ending = (state: CircleState): Ending => ({
		type: 'epoch',
		members: [],
		device: null,
		heads: headsOf(state)
	});
	return end(session, known, ending, null, async (state, cuts) => {
		const when = { cuts, at: Date.now() };
		return (await beginEpoch(state, known.secrets, session.vault.device, when)).bytes;
	});
}

async function end(
	session: Session,
	known: KnownCircle,
	endingOf: (state: CircleState) => Ending,
	progress: Progress | null,
	build: (state: CircleState, cuts: readonly Cut[]) => Promise<Bytes>
): Promise<Verdict<void>> {
	if (!(await session.reachesRelay())) return { ok: false, reason: 'needs-relay' };
	const rooms = await session.openRooms();
	progress?.begin('Fetching everything they wrote');
	try {
		for (let attempt = 1; ; attempt++) {
			const devices = devicesToCut(known.state, endingOf(known.state));
			const reached = (done: number, total: number) => progress?.reach(done, total);
			// nothing is ever written in a team itself
			const cuts =
				known.state.kind === 'team'
					? ({ ok: true, value: [] } as const)
					: await collectCuts({ rooms, known, devices, reached });
			if (!cuts.ok) return cuts;
			const done = await session.circles.append(known, (state) => build(state, cuts.value));
			const isBehind = !done.ok && (done.reason === 'behind-rooms' || done.reason === 'wrong-heads');
			if (!isBehind || attempt === ATTEMPTS) return done;
			// somebody wrote meanwhile, or a team of this circle changed
			if (done.reason === 'wrong-heads') await known.refresh();
		}
	} finally {
		progress?.end();
	}
}
