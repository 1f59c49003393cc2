/**
 * Devices with everything a session has but pages, for stories that many people live in one process. They hear each
 * other through the relay only.
 */
import { expect, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { foundCircle, grantMember } from '#lib/circle/actions.ts';
import { introduceDevice } from '#lib/circle/device.ts';
import type { CircleId } from '#lib/circle/ids.ts';
import { removeMembers } from '#lib/circle/removal.ts';
import type { CircleKind, Cut, MemberId, Role } from '#lib/circle/state.ts';
import { CircleBook } from '#lib/session/circle-book.ts';
import type { KnownCircle } from '#lib/session/known-circle.ts';
import { Rooms } from '#lib/session/rooms.ts';
import { openVault } from '#lib/session/vault.ts';
import { openStorage } from '#lib/storage/storage.ts';
import { connectCircles } from '#lib/sync/circles-connection.ts';

/** Where a device finds its relay: the real one, or whoever stands before it. */
export interface RelayAddress {
	readonly socketUrl: string;
	readonly origin: string;
}

class Silent {
	addEventListener() {}
	removeEventListener() {}
	postMessage() {}
	close() {}
}

/** Before the first device. */
export function keepDevicesApart(): void {
	vi.stubGlobal('BroadcastChannel', Silent);
	vi.stubGlobal('WebSocket', NodeWebSocket);
}

const closers: (() => Promise<unknown> | void)[] = [];

/** Closed in reverse order by `closeAll`. */
export function closeLater(close: () => Promise<unknown> | void): void {
	closers.push(close);
}
export async function closeAll(): Promise<void> {
	for (const close of closers.splice(0).reverse()) await close();
}

let devices = 0;

export async function createDevice({ socketUrl, origin }: RelayAddress, name: string) {
	const namespace = `device-${devices++}`;
	const storage = await openStorage(namespace);
	const opened = await openVault(storage);
	if (!opened.ok) throw new Error(opened.reason);
	const vault = opened.value;
	const address = { url: socketUrl, origin };
	const connection = connectCircles({ ...address, device: vault.device, firstWait: 20, longestWait: 300 });
	const circles = new CircleBook(vault, connection, null);
	const rooms = new Rooms({ vault, storage, ...address, schema: 1 });
	await circles.open();
	for (const close of [
		() => storage.close(),
		() => connection.close(),
		() => circles.close(),
		() => rooms.close()
	])
		closeLater(close);
	const me = vault.profile.person;
	return { name, namespace, vault, storage, connection, circles, rooms, me };
}

export type Device = Awaited<ReturnType<typeof createDevice>>;

export function knownTo({ circles }: Device, circle: CircleId): KnownCircle {
	const known = circles.get(circle);
	if (known === undefined) throw new Error('this circle is not known here');
	return known;
}

/** Waits for what others do; a failure says what was expected. */
export const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 20 });

/** Founds a circle; with the code of the relay's start the agency, otherwise under `above`. */
export async function found(
	by: Device,
	kind: CircleKind,
	label: string,
	above: KnownCircle | null,
	foundingCode?: string
): Promise<CircleId> {
	const { bytes, circle } = await foundCircle({
		kind,
		parent: above?.circle ?? null,
		label,
		device: by.vault.device,
		person: by.me,
		personName: by.name,
		at: Date.now(),
		...(kind === 'team' && above !== null ? { announceTo: above } : {})
	});
	const code = foundingCode === undefined ? {} : { foundingCode };
	expect(await by.connection.append(circle, bytes, code)).toEqual({ ok: true });
	expect(await by.circles.add(circle, [bytes], false)).toMatchObject({ ok: true });
	return circle;
}

/** Founds the agency and a case in it. */
export async function foundCase(owner: Device, foundingCode = ''): Promise<CircleId> {
	const agency = await found(owner, 'agency', 'Harbour House', null, foundingCode);
	return found(owner, 'case', 'Harbour House', knownTo(owner, agency));
}

/** Guests are in for a day. */
export async function letIn(
	by: Device,
	circle: CircleId,
	who: Device,
	role: Role = 'editor',
	guest = false
): Promise<void> {
	const into = knownTo(by, circle);
	const keys = [await introduceDevice(who.vault.device, who.me)];
	const granted = await by.circles.append(into, (state) =>
		grantMember(state, into.secrets, by.vault.device, {
			person: who.me,
			personName: who.name,
			role,
			guest,
			...(guest ? { until: Date.now() + 86_400_000 } : {}),
			devices: keys,
			at: Date.now()
		})
	);
	expect(granted).toEqual({ ok: true, value: undefined });
	await soon(() => expect(who.circles.get(circle)?.directRole).toBe(role));
}

/** What has been acknowledged of them is not counted unless `cuts` says so, and the relay may refuse that. */
export function removeFrom(
	by: Device,
	circle: CircleId,
	member: MemberId,
	cuts: readonly Cut[] = [],
	reason: string | null = null
) {
	const from = knownTo(by, circle);
	const removal = { members: [member], reason, cuts };
	return by.circles.append(
		from,
		async (state) =>
			(await removeMembers(state, from.secrets, by.vault.device, { ...removal, at: Date.now() })).bytes
	);
}
