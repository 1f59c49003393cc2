/**
 * The devices of the person who works here, over all circles.
 *
 * Must never bring a device back that was shut out anywhere: whoever holds it may be a stranger.
 */
import { addDevice } from '#lib/circle/actions.ts';
import type { NewDevice } from '#lib/circle/device.ts';
import type { DeviceId } from '#lib/circle/ids.ts';
import type { Device } from '#lib/circle/state.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { KnownCircle } from '../known-circle.ts';
import type { Session } from '../session.svelte.ts';
import type { Progress } from './progress.svelte.ts';

/** Circles that I am in by name; a team's I share with its other people. */
export function ownCircles(session: Session): readonly KnownCircle[] {
	return session.circles.all.filter((known) => known.directRole !== null);
}

/** In this circle now. */
export function ownDevicesIn({ state }: KnownCircle, session: Session): readonly Device[] {
	return [...state.devices.values()].filter(
		({ person, removedAt }) => person === session.myPerson && removedAt === null
	);
}

/** Every device of mine that is in somewhere, and since when, ms. */
export function ownDeviceDates(session: Session): ReadonlyMap<DeviceId, number> {
	const since = new Map<DeviceId, number>();
	for (const known of ownCircles(session)) {
		for (const { device, addedAt } of ownDevicesIn(known, session))
			since.set(device, Math.min(since.get(device) ?? Infinity, known.timeOf(addedAt)));
	}
	return since;
}

interface Missing {
	readonly known: KnownCircle;
	readonly device: NewDevice;
}

/** Each device of mine with each circle that lacks it. */
export function missingDevices(session: Session): readonly Missing[] {
	const circles = ownCircles(session);
	const mine = new Map<DeviceId, Device>();
	const lost = new Set<DeviceId>();
	for (const { state } of circles) {
		for (const one of state.devices.values()) {
			if (one.person !== session.myPerson) continue;
			mine.set(one.device, one);
			if (one.removedAt !== null) lost.add(one.device);
		}
	}
	return circles
		.filter((known) => !known.unsent)
		.flatMap((known) =>
			[...mine.values()]
				.filter(({ device }) => !lost.has(device) && !known.state.devices.has(device))
				.map((device) => ({ known, device }))
		);
}

/** Lets every device of mine into all circles that I am in. Can be begun again where it stopped. */
export async function spreadDevices(
	session: Session,
	progress: Progress | null = null
): Promise<Verdict<void>> {
	const missing = missingDevices(session);
	if (missing.length === 0) return { ok: true, value: undefined };
	progress?.begin('Giving your device everything that you have', missing.length);
	try {
		for (const [done, { known, device }] of missing.entries()) {
			const added = await session.circles.append(known, (state) =>
				addDevice(state, known.secrets, session.vault.device, {
					person: session.myPerson,
					newDevice: device,
					at: Date.now()
				})
			);
			if (!added.ok && added.reason !== 'already-a-member') return added;
			progress?.reach(done + 1);
		}
		return { ok: true, value: undefined };
	} finally {
		progress?.end();
	}
}
