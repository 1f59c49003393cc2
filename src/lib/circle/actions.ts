/**
 * Making entries: each action answers with signed bytes for the place after `state`'s head.
 *
 * Promises: what is built here passes `applyEntry`, if policy allows it at that head; whoever was faster makes it be
 * built again [C2]. Must never put a secret or a readable name into an entry [C5]. What begins an epoch is in removal.ts.
 */
import { sha256, type Bytes } from '#lib/crypto/bytes.ts';
import { sign } from '#lib/crypto/sign.ts';
import { introduceDevice, type DeviceSecrets, type NewDevice } from './device.ts';
import { writeEntry } from './entry.ts';
import { idBytes, readId, type CircleId, type DocumentId, type PersonId } from './ids.ts';
import { inviteReceivingSecretOf, inviteSecretOf, type LinkSecret } from './link.ts';
import { joinProof } from './reduce.ts';
import {
	circleReceivingSecretOf,
	createStaffSecret,
	epochSecretOf,
	openInvitedSecrets,
	sealAnnounced,
	sealCircleName,
	sealLabel,
	sealName,
	sealRequestName,
	sealRequestSecret,
	wrapEpochSecret,
	type EpochSecret,
	type EpochSecrets
} from './secrets.ts';
import {
	generationOf,
	type CircleKind,
	type CircleState,
	type Cut,
	type JoinRequest,
	type Lane,
	type MemberId,
	type Role,
	type Wrap
} from './state.ts';

export interface Founding {
	readonly kind: CircleKind;
	/** The agency of a case or team, the case of a document; null for an agency. */
	readonly parent: CircleId | null;
	/** What it is called; for a case or a document the agency's name, which guests are shown. */
	readonly label: string;
	readonly device: DeviceSecrets;
	readonly person: PersonId;
	readonly personName: string;
	readonly at: number;
	/** The circle above, when whoever is in it is to read the label too. */
	readonly announceTo?: { readonly state: CircleState; readonly secrets: EpochSecrets };
}

/** The first entry, the id it gives the circle, and the secrets of epoch 0. */
export async function foundCircle(
	founding: Founding
): Promise<{ readonly bytes: Bytes; readonly circle: CircleId; readonly secret: EpochSecret }> {
	const { kind, parent, label, device, person, personName, at, announceTo: above } = founding;
	const secret = await epochSecretOf(createStaffSecret(), null, 0);
	const { publicKey: circleKey } = await circleReceivingSecretOf(secret.staff, 0);
	const bytes = await writeEntry(
		null,
		device,
		'init',
		{
			kind,
			parent: parent === null ? null : idBytes(parent),
			label: await sealLabel(secret, label),
			announced:
				above === undefined
					? null
					: {
							epoch: above.state.epoch,
							label: await sealAnnounced(
								currentSecret(above.state, above.secrets),
								above.state.circle,
								above.state.epoch,
								circleKey,
								label
							)
						},
			person: idBytes(person),
			name: await sealName(secret, null, 0, person, personName),
			...(await introduceDevice(device, person)),
			circleKey,
			wrapped: await wrapEpochSecret(secret, 'staff', null, 0, device.receiving.publicKey)
		},
		at
	);
	return { bytes, circle: readId<CircleId>(await sha256(bytes)), secret };
}

export interface InviteWish {
	readonly link: LinkSecret;
	readonly role: Role;
	/** ms: until when the link can be used. */
	readonly expires: number;
	readonly at: number;
	/** Sees nothing internal, and must have an end date. Default: staff. */
	readonly guest?: boolean;
	/** ms: when the right of whoever joins ends. Default: never. */
	readonly until?: number | null;
	/** Somebody must say yes to who asks with the link. Default: whoever has it joins. */
	readonly approval?: boolean;
	/** For another device of who makes it, with `approval`; `role`, `guest` and `until` are theirs. */
	readonly ownDevice?: boolean;
}

export async function inviteToCircle(
	state: CircleState,
	secrets: EpochSecrets,
	device: DeviceSecrets,
	wish: InviteWish
): Promise<Bytes> {
	const { link, role, expires, at, guest = false, until = null, approval = false, ownDevice = false } = wish;
	const { circle, epoch } = state;
	const { publicKey: key } = await inviteSecretOf(link);
	const { publicKey: receiveKey } = await inviteReceivingSecretOf(link, circle);
	const secret = currentSecret(state, secrets);
	const requestSecret =
		approval && !ownDevice ? await sealRequestSecret(staffOf(secret), circle, epoch, link) : null;
	const wrapped = approval ? null : await wrapEpochSecret(secret, forWhom(guest), circle, epoch, receiveKey);
	const body = { key, receiveKey, role, guest, until, expires, approval, ownDevice, requestSecret, wrapped };
	return writeEntry(state, device, 'invite', body, at);
}

/** Also says no to who asked with it. */
export function withdrawInvite(
	state: CircleState,
	device: DeviceSecrets,
	inviteKey: Bytes,
	at: number
): Promise<Bytes> {
	return writeEntry(state, device, 'invite-withdraw', { key: inviteKey }, at);
}

interface Newcomer {
	readonly person: PersonId;
	readonly personName: string;
	readonly at: number;
}

/** Throws when the link opens no secret of this circle: ask `openInvitedSecrets` first. */
export async function joinCircle(
	state: CircleState,
	device: DeviceSecrets,
	link: LinkSecret,
	who: Newcomer
): Promise<{ readonly bytes: Bytes; readonly secrets: EpochSecrets }> {
	const secrets = await openInvitedSecrets(state, link);
	const secret = currentSecret(state, secrets);
	const { circle, epoch } = state;
	const name = await sealName(secret, circle, epoch, who.person, who.personName);
	const proven = await provenBy(state, device, link, 'join', who.person);
	const receiver = device.receiving.publicKey;
	const wrapped = await wrapEpochSecret(secret, forWhom(secret.staff === null), circle, epoch, receiver);
	return { bytes: await writeEntry(state, device, 'join', { ...proven, name, wrapped }, who.at), secrets };
}

/** With an invitation that asks for a yes. Gives no right. */
export async function requestToJoin(
	state: CircleState,
	device: DeviceSecrets,
	link: LinkSecret,
	who: Newcomer
): Promise<Bytes> {
	const name = await sealRequestName(link, state.circle, who.person, who.personName);
	const proven = await provenBy(state, device, link, 'join-request', who.person);
	return writeEntry(state, device, 'join-request', { ...proven, name }, who.at);
}

export interface Grant {
	readonly person: PersonId;
	readonly personName: string;
	readonly role: Role;
	readonly devices: readonly NewDevice[];
	readonly at: number;
	readonly guest?: boolean;
	/** ms */
	readonly until?: number | null;
	/** Public key of the invitation with which they asked. */
	readonly request?: Bytes | null;
}

export async function grantMember(
	state: CircleState,
	secrets: EpochSecrets,
	device: DeviceSecrets,
	grant: Grant
): Promise<Bytes> {
	const { person, personName, role, devices, at, guest = false, until = null, request = null } = grant;
	const { circle, epoch } = state;
	const secret = currentSecret(state, secrets);
	const body = {
		person: idBytes(person),
		role,
		guest,
		until,
		name: await sealName(secret, circle, epoch, person, personName),
		devices: await Promise.all(
			devices.map(async ({ signKey, receiveKey, statement }) => ({
				signKey,
				receiveKey,
				statement,
				wrapped: await wrapEpochSecret(secret, forWhom(guest), circle, epoch, receiveKey)
			}))
		),
		request
	};
	return writeEntry(state, device, 'grant', body, at);
}

/** Says yes to exactly who asked. Throws when nobody asks with this invitation: see `state.invites`. */
export function approveRequest(
	state: CircleState,
	secrets: EpochSecrets,
	device: DeviceSecrets,
	approval: {
		readonly invite: {
			readonly key: Bytes;
			readonly role: Role;
			readonly guest: boolean;
			readonly until: number | null;
			readonly request: JoinRequest | null;
		};
		/** As `openRequestName` read it. */
		readonly personName: string;
		readonly at: number;
	}
): Promise<Bytes> {
	const { invite, personName, at } = approval;
	const { key, role, guest, until, request } = invite;
	if (request === null) throw new Error('nobody asks with this invitation');
	const grant = {
		person: request.person,
		personName,
		role,
		guest,
		until,
		devices: [request],
		request: key,
		at
	};
	return grantMember(state, secrets, device, grant);
}

/** Lets in whoever is staff of `inner`, as its newest state says. */
export async function grantCircle(
	state: CircleState,
	secrets: EpochSecrets,
	device: DeviceSecrets,
	grant: {
		readonly inner: CircleState;
		/** What it is called, for those here who are not in it. */
		readonly name: string;
		readonly role: Role;
		readonly at: number;
	}
): Promise<Bytes> {
	const { inner, role, at } = grant;
	const { circle, epoch } = state;
	const secret = currentSecret(state, secrets);
	const receiveKey = inner.epochs.at(-1)?.circleKey;
	if (receiveKey === undefined) throw new Error('a circle has an epoch from its first entry on');
	const wrapped = await wrapEpochSecret(secret, 'staff', circle, epoch, receiveKey);
	const name = await sealCircleName(secret, circle, epoch, inner.circle, grant.name);
	const head = { seq: inner.head.seq, hash: inner.head.hash };
	return writeEntry(
		state,
		device,
		'grant-circle',
		{ circle: idBytes(inner.circle), role, name, receiveKey, head, wrapped },
		at
	);
}

/** `cuts`: of the devices that `devicesToCut` names, when this is less than before; else none. */
export function changeRole(
	state: CircleState,
	device: DeviceSecrets,
	change: {
		readonly member: MemberId;
		readonly role: Role;
		readonly until: number | null;
		readonly cuts: readonly Cut[];
		readonly at: number;
	}
): Promise<Bytes> {
	const { member, role, until, cuts, at } = change;
	return writeEntry(
		state,
		device,
		'change-role',
		{ member: idBytes(member), role, until, cuts: cuts.map(cutBody) },
		at
	);
}

/** Goes. The next owner's app begins a new epoch: see `isEpochDue`. */
export function leaveCircle(state: CircleState, device: DeviceSecrets, at: number): Promise<Bytes> {
	return writeEntry(state, device, 'leave', {}, at);
}

/** Another device of somebody who is in. */
export async function addDevice(
	state: CircleState,
	secrets: EpochSecrets,
	device: DeviceSecrets,
	wish: {
		readonly person: PersonId;
		readonly newDevice: NewDevice;
		/** Public key of the invitation with which it asked. */
		readonly request?: Bytes | null;
		readonly at: number;
	}
): Promise<Bytes> {
	const { person, request = null, at } = wish;
	const { signKey, receiveKey, statement } = wish.newDevice;
	const guest = state.people.get(person)?.roles.at(-1)?.guest ?? false;
	const secret = currentSecret(state, secrets);
	const wrapped = await wrapEpochSecret(secret, forWhom(guest), state.circle, state.epoch, receiveKey);
	return writeEntry(
		state,
		device,
		'device-add',
		{ person: idBytes(person), signKey, receiveKey, statement, wrapped, request },
		at
	);
}

/** Begins the next generation of a lane. */
export function writeRoll(
	state: CircleState,
	device: DeviceSecrets,
	roll: {
		readonly document: DocumentId;
		readonly lane: Lane;
		/** SHA-256 of the snapshot's envelope. */
		readonly hash: Bytes;
		/** State vector of the log that it ends. */
		readonly covers: Bytes;
		/** An earlier generation to go on from, where those since began falsely. */
		readonly from?: number;
		readonly at: number;
	}
): Promise<Bytes> {
	const { document, lane, hash, covers, from, at } = roll;
	const generation = generationOf(state, document, lane) + 1;
	const body = { document: idBytes(document), lane, generation, hash, covers };
	if (from === undefined) return writeEntry(state, device, 'roll', body, at);
	return writeEntry(state, device, 'roll-again', { ...body, from }, at);
}

export function cutBody({ device, document, lane, generation, session, count }: Cut) {
	return {
		device: idBytes(device),
		document: idBytes(document),
		lane,
		generation,
		session: idBytes(session),
		count
	};
}

export function forWhom(guest: boolean): Wrap['of'] {
	return guest ? 'everyone' : 'staff';
}

export function currentSecret(state: CircleState, secrets: EpochSecrets): EpochSecret {
	const secret = secrets.get(state.epoch);
	if (secret === undefined) throw new Error('the secret of the running epoch is not known here');
	return secret;
}

/** Policy asks nobody who is a guest for what needs this. */
export function staffOf({ staff }: EpochSecret): Bytes {
	if (staff === null) throw new Error('only staff holds this secret');
	return staff;
}

async function provenBy(
	state: CircleState,
	device: DeviceSecrets,
	link: LinkSecret,
	type: 'join' | 'join-request',
	person: PersonId
) {
	const invite = await inviteSecretOf(link);
	const { signKey, receiveKey, statement } = await introduceDevice(device, person);
	const proof = joinProof(type, state.circle, state.head.hash, { person, signKey, receiveKey });
	return {
		key: invite.publicKey,
		person: idBytes(person),
		signKey,
		receiveKey,
		statement,
		inviteSignature: await sign(invite, proof)
	};
}
