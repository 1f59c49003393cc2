/**
 * Entries that begin an epoch: somebody goes, or went, and what is written from now on is not for them [S2].
 *
 * Promises: the new secret is random, wrapped to everybody who stays and to nobody else, and never under an old one.
 */
import { fromBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import { currentSecret, cutBody, forWhom, staffOf } from './actions.ts';
import type { DeviceSecrets } from './device.ts';
import { writeEntry } from './entry.ts';
import { idBytes, type DeviceId } from './ids.ts';
import { receiversOf } from './policy.ts';
import {
	circleReceivingSecretOf,
	createStaffSecret,
	epochSecretOf,
	sealFormerSecrets,
	sealReason,
	wrapEpochSecret,
	type EpochSecret,
	type EpochSecrets
} from './secrets.ts';
import type { CircleState, Cut, MemberId } from './state.ts';

export interface EpochBegun {
	readonly bytes: Bytes;
	readonly secret: EpochSecret;
}

/** `cuts`: of the devices that `devicesToCut` names of this entry. */
interface When {
	readonly cuts: readonly Cut[];
	readonly at: number;
}

/** New secrets for everybody who is in, and for every open invitation. */
export async function beginEpoch(
	state: CircleState,
	secrets: EpochSecrets,
	device: DeviceSecrets,
	{ cuts, at }: When
): Promise<EpochBegun> {
	const { body, secret } = await newEpoch(state, secrets, { type: 'epoch', at }, cuts);
	return { bytes: await writeEntry(state, device, 'epoch', body, at), secret };
}

/** People and circles go, in one entry with the new epoch. `reason`: for staff to read; null: none is given. */
export async function removeMembers(
	state: CircleState,
	secrets: EpochSecrets,
	device: DeviceSecrets,
	{
		members,
		reason,
		cuts,
		at
	}: When & { readonly members: readonly MemberId[]; readonly reason: string | null }
): Promise<EpochBegun> {
	const { body, secret } = await newEpoch(state, secrets, { type: 'remove', at, body: { members } }, cuts);
	const sealed = reason === null ? null : await sealReason(staffOf(secret), state.circle, body.epoch, reason);
	const removal = { ...body, members: members.map(idBytes), reason: sealed };
	return { bytes: await writeEntry(state, device, 'remove', removal, at), secret };
}

/** A device that was lost, or is not used any more. Its person stays. */
export async function removeDevice(
	state: CircleState,
	secrets: EpochSecrets,
	device: DeviceSecrets,
	{ lost, cuts, at }: When & { readonly lost: DeviceId }
): Promise<EpochBegun> {
	const ending = { type: 'device-remove', at, body: { device: lost } } as const;
	const { body, secret } = await newEpoch(state, secrets, ending, cuts);
	const removal = { ...body, device: idBytes(lost) };
	return { bytes: await writeEntry(state, device, 'device-remove', removal, at), secret };
}

/** The heads that an entry built now would name: what its cuts have to count with. */
export function headsOf(state: CircleState, without: readonly MemberId[] = []) {
	return receiversOf(state, { type: 'remove', at: 0, body: { members: without } }).circles.flatMap(
		(circle) => {
			const member = state.circles.get(circle);
			// not known here at the moment: what this log last saw still holds
			const head = member?.state?.head ?? member?.heads.at(-1)?.head;
			return head === undefined ? [] : [{ circle, seq: head.seq, hash: head.hash }];
		}
	);
}

async function newEpoch(
	state: CircleState,
	secrets: EpochSecrets,
	ending: Parameters<typeof receiversOf>[1],
	cuts: readonly Cut[]
) {
	const { circle } = state;
	const epoch = state.epoch + 1;
	const secret = await epochSecretOf(createStaffSecret(), circle, epoch);
	const former = currentSecret(state, secrets);
	const { devices, circles, invites } = receiversOf(state, ending);
	const wrap = (guest: boolean, receiver: Bytes) =>
		wrapEpochSecret(secret, forWhom(guest), circle, epoch, receiver);
	const members = ending.type === 'remove' ? ending.body.members : [];
	const body = {
		epoch,
		circleKey: (await circleReceivingSecretOf(secret.staff, epoch)).publicKey,
		wraps: await Promise.all(
			devices.flatMap((id) => {
				const known = state.devices.get(id);
				if (known === undefined) return [];
				const guest = state.people.get(known.person)?.roles.at(-1)?.guest ?? false;
				return wrap(guest, known.receiveKey).then((wrapped) => ({ device: idBytes(id), wrapped }));
			})
		),
		circleWraps: await Promise.all(
			circles.flatMap((id) => {
				const member = state.circles.get(id);
				const receiveKey = member?.state?.epochs.at(-1)?.circleKey ?? member?.wraps.at(-1)?.receiveKey;
				if (receiveKey === undefined) return [];
				return wrap(false, receiveKey).then((wrapped) => ({ circle: idBytes(id), receiveKey, wrapped }));
			})
		),
		inviteWraps: await Promise.all(
			invites.flatMap((text) => {
				const key = fromBase64Url(text);
				const invite = state.invites.get(text);
				if (key === null || invite === undefined) return [];
				return wrap(invite.guest, invite.receiveKey).then((wrapped) => ({ key, wrapped }));
			})
		),
		before: await sealFormerSecrets({ ...former, staff: staffOf(former) }, secret, circle, state.epoch),
		heads: headsOf(state, members).map(({ circle: id, seq, hash }) => ({ circle: idBytes(id), seq, hash })),
		cuts: cuts.map(cutBody)
	};
	return { body, secret };
}
