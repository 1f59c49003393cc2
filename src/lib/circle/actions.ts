/**
 * Making entries: each action answers with signed bytes for the place after `state`'s head.
 *
 * Promises: what is built here passes `applyEntry`, if policy allows it at that head; whoever was faster makes it be
 * built again [C2]. Must never put a secret or a readable name into an entry [C5].
 */
import { sha256, type Bytes } from '#lib/crypto/bytes.ts';
import { sign } from '#lib/crypto/sign.ts';
import type { DeviceSecrets } from './device.ts';
import { writeEntry } from './entry.ts';
import { idBytes, readId, type CircleId, type PersonId } from './ids.ts';
import { inviteReceivingSecretOf, inviteSecretOf, type LinkSecret } from './link.ts';
import { activeDevices } from './policy.ts';
import { joinProof } from './reduce.ts';
import {
	createEpochSecret,
	openInvitedSecrets,
	sealFormerSecret,
	sealLabel,
	sealName,
	wrapEpochSecret,
	type EpochSecrets
} from './secrets.ts';
import type { CircleKind, CircleState, Role } from './state.ts';

export interface Founding {
	readonly kind: CircleKind;
	/** The agency of a case; null for an agency. */
	readonly parent: CircleId | null;
	readonly agencyName: string;
	readonly device: DeviceSecrets;
	readonly person: PersonId;
	readonly personName: string;
	readonly at: number;
}

/** The first entry, the id it gives the circle, and the secret of epoch 0. */
export async function foundCircle(
	founding: Founding
): Promise<{ readonly bytes: Bytes; readonly circle: CircleId; readonly secret: Bytes }> {
	const { kind, parent, agencyName, device, person, personName, at } = founding;
	const secret = createEpochSecret();
	const bytes = await writeEntry(
		null,
		device,
		'init',
		{
			kind,
			parent: parent === null ? null : idBytes(parent),
			label: await sealLabel(secret, agencyName),
			person: idBytes(person),
			name: await sealName(secret, null, person, personName),
			signKey: device.signing.publicKey,
			receiveKey: device.receiving.publicKey,
			wrapped: await wrapEpochSecret(secret, null, 0, device.receiving.publicKey)
		},
		at
	);
	return { bytes, circle: readId<CircleId>(await sha256(bytes)), secret };
}

export async function inviteToCircle(
	state: CircleState,
	secrets: EpochSecrets,
	device: DeviceSecrets,
	wish: { readonly link: LinkSecret; readonly role: Role; readonly expires: number; readonly at: number }
): Promise<Bytes> {
	const { publicKey: key } = await inviteSecretOf(wish.link);
	const { publicKey: receiveKey } = await inviteReceivingSecretOf(wish.link, state.circle);
	const wrapped = await wrapEpochSecret(currentSecret(state, secrets), state.circle, state.epoch, receiveKey);
	const body = { key, receiveKey, role: wish.role, expires: wish.expires, wrapped };
	return writeEntry(state, device, 'invite', body, wish.at);
}

export function withdrawInvite(
	state: CircleState,
	device: DeviceSecrets,
	inviteKey: Bytes,
	at: number
): Promise<Bytes> {
	return writeEntry(state, device, 'invite-withdraw', { key: inviteKey }, at);
}

/** Throws when the link opens no secret of this circle: ask `openInvitedSecrets` first. */
export async function joinCircle(
	state: CircleState,
	device: DeviceSecrets,
	link: LinkSecret,
	who: { readonly person: PersonId; readonly personName: string; readonly at: number }
): Promise<{ readonly bytes: Bytes; readonly secrets: EpochSecrets }> {
	const invite = await inviteSecretOf(link);
	const secrets = await openInvitedSecrets(state, link);
	const secret = currentSecret(state, secrets);
	const { circle, epoch, head } = state;
	const signKey = device.signing.publicKey;
	const receiveKey = device.receiving.publicKey;
	const proof = joinProof(circle, head.hash, { person: who.person, signKey, receiveKey });
	const body = {
		key: invite.publicKey,
		person: idBytes(who.person),
		name: await sealName(secret, circle, who.person, who.personName),
		signKey,
		receiveKey,
		wrapped: await wrapEpochSecret(secret, circle, epoch, receiveKey),
		inviteSignature: await sign(invite, proof)
	};
	return { bytes: await writeEntry(state, device, 'join', body, who.at), secrets };
}

export interface Grant {
	readonly person: PersonId;
	readonly personName: string;
	readonly role: Role;
	readonly devices: readonly { readonly signKey: Bytes; readonly receiveKey: Bytes }[];
	readonly at: number;
}

export async function grantMember(
	state: CircleState,
	secrets: EpochSecrets,
	device: DeviceSecrets,
	{ person, personName, role, devices, at }: Grant
): Promise<Bytes> {
	const { circle, epoch } = state;
	const secret = currentSecret(state, secrets);
	const body = {
		person: idBytes(person),
		role,
		name: await sealName(secret, circle, person, personName),
		devices: await Promise.all(
			devices.map(async ({ signKey, receiveKey }) => ({
				signKey,
				receiveKey,
				wrapped: await wrapEpochSecret(secret, circle, epoch, receiveKey)
			}))
		)
	};
	return writeEntry(state, device, 'grant', body, at);
}

/** A new secret for everybody who is in, and for every open invitation. */
export async function beginEpoch(
	state: CircleState,
	secrets: EpochSecrets,
	device: DeviceSecrets,
	at: number
): Promise<{ readonly bytes: Bytes; readonly secret: Bytes }> {
	const { circle } = state;
	const epoch = state.epoch + 1;
	const secret = createEpochSecret();
	const invites = [...state.invites.values()].filter((invite) => invite.state === 'open');
	const body = {
		epoch,
		wraps: await Promise.all(
			activeDevices(state).map(async (member) => ({
				device: idBytes(member.device),
				wrapped: await wrapEpochSecret(secret, circle, epoch, member.receiveKey)
			}))
		),
		inviteWraps: await Promise.all(
			invites.map(async ({ key, receiveKey }) => ({
				key,
				wrapped: await wrapEpochSecret(secret, circle, epoch, receiveKey)
			}))
		),
		before: await sealFormerSecret(currentSecret(state, secrets), secret, circle, state.epoch)
	};
	return { bytes: await writeEntry(state, device, 'epoch', body, at), secret };
}

function currentSecret(state: CircleState, secrets: EpochSecrets): Bytes {
	const secret = secrets.get(state.epoch);
	if (secret === undefined) throw new Error('the secret of the running epoch is not known here');
	return secret;
}
