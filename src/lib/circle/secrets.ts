/**
 * The secrets of a circle's epochs, and the names they hide [C5] [S1].
 *
 * Each epoch has a staff secret, 32 random bytes, and what everyone holds, derived from it: who is staff has both, a
 * guest has the second alone and cannot come to the first.
 *
 * Promises: a wrap opens only in its circle, its epoch and for its receiver; a sealed name only for its person. What
 * cannot be opened is null or missing, never an exception. Secrets never stand in a `CircleState`.
 */
import {
	concatBytes,
	equalBytes,
	fromUtf8,
	randomBytes,
	toBase64Url,
	uint32,
	utf8,
	type Bytes
} from '#lib/crypto/bytes.ts';
import { deriveSecret } from '#lib/crypto/derive.ts';
import { pad, unpad } from '#lib/crypto/pad.ts';
import { importSealingSecret, open, seal } from '#lib/crypto/seal.ts';
import { receivingSecretFromSeed, unwrap, wrap, type ReceivingSecret } from '#lib/crypto/wrap.ts';
import type { DeviceSecrets } from './device.ts';
import { CIRCLE_ID_LENGTH, idBytes, type CircleId, type PersonId } from './ids.ts';
import { inviteReceivingSecretOf, inviteSecretOf, requestSecretOf, type LinkSecret } from './link.ts';
import type { CircleState, Invite, JoinRequest, Lane, Member, MemberCircle, Wrap } from './state.ts';

/** 32 bytes each. */
export interface EpochSecret {
	readonly everyone: Bytes;
	/** Null for a guest. */
	readonly staff: Bytes | null;
}

/** For each epoch that we may read. */
export type EpochSecrets = ReadonlyMap<number, EpochSecret>;

/** UTF-8 bytes; what is longer is cut, so that a sealed name always fits its bounds. */
const MAX_NAME = 1000;

export const createStaffSecret = () => randomBytes(32);

/** Both secrets of an epoch. The first one has no place in its derivation: it is there before the circle has an id. */
export async function epochSecretOf(
	staff: Bytes,
	circle: CircleId | null,
	epoch: number
): Promise<EpochSecret & { readonly staff: Bytes }> {
	return {
		staff,
		everyone: await deriveSecret(staff, placeOf(epoch === 0 ? null : circle, epoch), 'everyone')
	};
}

/** The key for which others wrap their secrets when this circle is a member of theirs. */
export async function circleReceivingSecretOf(staff: Bytes, epoch: number): Promise<ReceivingSecret> {
	return receivingSecretFromSeed(await deriveSecret(staff, uint32(epoch), 'circle-receive'));
}

/** The secret from which a lane's keys come [S3]; null: what is said there is not for who holds these. */
export function secretForLane(secret: EpochSecret, lane: Lane): Bytes | null {
	return lane === 'internal' ? secret.staff : secret.everyone;
}

/**
 * Everything this device may read: its own wraps, those for circles that it is in, and what the newer secrets open of
 * the older ones [S2]. `circles`: what it may read of the member circles.
 */
export async function readEpochSecrets(
	state: CircleState,
	device: DeviceSecrets,
	circles: ReadonlyMap<CircleId, EpochSecrets> = new Map()
): Promise<EpochSecrets> {
	const opened = new Map<number, EpochSecret>();
	const own = state.devices.get(device.device);
	if (own !== undefined) {
		// the founder's wrap stands in the entry whose hash is the circle's id, and so cannot name it
		const isFounder = own.addedAt === 0;
		const circleAt = (epoch: number) => (isFounder && epoch === 0 ? null : state.circle);
		await openWraps(state, own.wraps, device.receiving, circleAt, opened);
	}
	for (const member of state.circles.values()) {
		const held = circles.get(member.circle);
		if (held === undefined || member.state === null) continue;
		for (const { epoch, receiveKey, wrapped } of member.wraps) {
			if (opened.get(epoch)?.staff != null) continue;
			const at = member.state.epochs.findIndex(({ circleKey }) => equalBytes(circleKey, receiveKey));
			const theirs = held.get(at)?.staff ?? null;
			if (theirs === null) continue;
			const wraps = [{ epoch, of: 'staff', wrapped }] as const;
			await openWraps(state, wraps, await circleReceivingSecretOf(theirs, at), () => state.circle, opened);
		}
	}
	return withFormer(state, opened);
}

/** What the holder of an invitation's link may read before joining; empty when the link does not belong here. */
export async function openInvitedSecrets(state: CircleState, link: LinkSecret): Promise<EpochSecrets> {
	const { publicKey } = await inviteSecretOf(link);
	const invite = state.invites.get(toBase64Url(publicKey));
	const opened = new Map<number, EpochSecret>();
	if (invite === undefined) return opened;
	const receiving = await inviteReceivingSecretOf(link, state.circle);
	await openWraps(state, invite.wraps, receiving, () => state.circle, opened);
	return withFormer(state, opened);
}

/** Null when we do not hold the epoch's secret, or when it was not sealed for this place. */
export async function openName(
	secrets: EpochSecrets,
	circle: CircleId,
	member: Pick<Member, 'person' | 'name' | 'nameEpoch' | 'namedAt'>
): Promise<string | null> {
	const secret = secrets.get(member.nameEpoch);
	if (secret === undefined) return null;
	const isFounder = member.namedAt === 0;
	const key = await nameKey(secret.everyone, isFounder ? null : circle, member.nameEpoch);
	return openText(key, nameAad(member.person), member.name);
}

export async function openLabel(secrets: EpochSecrets, state: CircleState): Promise<string | null> {
	const secret = secrets.get(0);
	return secret === undefined
		? null
		: openText(await nameKey(secret.everyone, null, 0), labelAad, state.label);
}

/** What a circle that stands under this one is called; null when it is for those in it alone. `state`: that circle. */
export async function openAnnounced(
	secrets: EpochSecrets,
	above: CircleId,
	{ announced, epochs }: Pick<CircleState, 'announced' | 'epochs'>
): Promise<string | null> {
	const secret = announced === null ? undefined : secrets.get(announced.epoch);
	const circleKey = epochs[0]?.circleKey;
	if (announced === null || secret === undefined || circleKey === undefined) return null;
	const key = await nameKey(secret.everyone, above, announced.epoch);
	return openText(key, announcedAad(circleKey), announced.label);
}

/** What a member circle is called. */
export async function openCircleName(
	secrets: EpochSecrets,
	circle: CircleId,
	member: Pick<MemberCircle, 'circle' | 'name' | 'nameEpoch'>
): Promise<string | null> {
	const secret = secrets.get(member.nameEpoch);
	if (secret === undefined) return null;
	return openText(
		await nameKey(secret.everyone, circle, member.nameEpoch),
		circleNameAad(member.circle),
		member.name
	);
}

/** Who asks to be let in, as they call themselves; for staff. */
export async function openRequestName(
	secrets: EpochSecrets,
	circle: CircleId,
	invite: Pick<Invite, 'requestSecret' | 'epoch'>,
	request: Pick<JoinRequest, 'name' | 'person'>
): Promise<string | null> {
	const staff = secrets.get(invite.epoch)?.staff ?? null;
	if (staff === null || invite.requestSecret === null) return null;
	const secret = await open(await requestKey(staff, circle, invite.epoch), invite.requestSecret, requestAad);
	if (secret === null) return null;
	return openText(await importSealingSecret(secret), nameAad(request.person), request.name);
}

/** The same for whoever made the link and still holds it. */
export async function openRequestNameByLink(
	link: LinkSecret,
	circle: CircleId,
	request: Pick<JoinRequest, 'name' | 'person'>
): Promise<string | null> {
	const secret = await importSealingSecret(await requestSecretOf(link, circle));
	return openText(secret, nameAad(request.person), request.name);
}

/** Why somebody was removed, for staff; null when we may not read it. `epoch`: the one that the removal began. */
export async function openReason(
	secrets: EpochSecrets,
	circle: CircleId,
	epoch: number,
	reason: Bytes
): Promise<string | null> {
	const staff = secrets.get(epoch)?.staff ?? null;
	return staff === null ? null : openText(await nameKey(staff, circle, epoch), reasonAad, reason);
}

/** `circle` is null only inside the entry that founds it. */
export async function sealName(
	secret: EpochSecret,
	circle: CircleId | null,
	epoch: number,
	person: PersonId,
	name: string
): Promise<Bytes> {
	return sealText(await nameKey(secret.everyone, circle, epoch), nameAad(person), name);
}

export async function sealLabel(secret: EpochSecret, label: string): Promise<Bytes> {
	return sealText(await nameKey(secret.everyone, null, 0), labelAad, label);
}

/** `circleKey`: the first one of the circle that is founded, since it has no id yet. */
export async function sealAnnounced(
	secret: EpochSecret,
	above: CircleId,
	epoch: number,
	circleKey: Bytes,
	label: string
): Promise<Bytes> {
	return sealText(await nameKey(secret.everyone, above, epoch), announcedAad(circleKey), label);
}

export async function sealCircleName(
	secret: EpochSecret,
	circle: CircleId,
	epoch: number,
	member: CircleId,
	name: string
): Promise<Bytes> {
	return sealText(await nameKey(secret.everyone, circle, epoch), circleNameAad(member), name);
}

export async function sealReason(
	staff: Bytes,
	circle: CircleId,
	epoch: number,
	reason: string
): Promise<Bytes> {
	return sealText(await nameKey(staff, circle, epoch), reasonAad, reason);
}

/** The name of who asks with this link; what the invitation carries opens it for staff. */
export async function sealRequestName(
	link: LinkSecret,
	circle: CircleId,
	person: PersonId,
	name: string
): Promise<Bytes> {
	return sealText(await importSealingSecret(await requestSecretOf(link, circle)), nameAad(person), name);
}

export async function sealRequestSecret(
	staff: Bytes,
	circle: CircleId,
	epoch: number,
	link: LinkSecret
): Promise<Bytes> {
	return seal(await requestKey(staff, circle, epoch), await requestSecretOf(link, circle), requestAad);
}

/** What staff holds, or what everyone holds: a guest gets nothing else. Throws when we are a guest ourselves. */
export function wrapEpochSecret(
	secret: EpochSecret,
	of: Wrap['of'],
	circle: CircleId | null,
	epoch: number,
	receiver: Bytes
): Promise<Bytes> {
	const wanted = secret[of];
	if (wanted === null) throw new Error('a guest holds nothing to give to staff');
	return wrap(wanted, receiver, wrapInfo(of, circle, epoch, receiver));
}

/** The secrets of the epoch that ends, for whoever holds those of the one that begins. */
export async function sealFormerSecrets(
	former: EpochSecret & { readonly staff: Bytes },
	next: EpochSecret & { readonly staff: Bytes },
	circle: CircleId,
	epoch: number
): Promise<{ readonly staff: Bytes; readonly everyone: Bytes }> {
	const aad = formerAad(epoch);
	return {
		staff: await seal(await formerKey(next.staff, circle), former.staff, aad),
		everyone: await seal(await formerKey(next.everyone, circle), former.everyone, aad)
	};
}

async function openWraps(
	state: CircleState,
	wraps: readonly Wrap[],
	receiving: ReceivingSecret,
	circleAt: (epoch: number) => CircleId | null,
	opened: Map<number, EpochSecret>
): Promise<void> {
	for (const { epoch, of, wrapped } of wraps) {
		const info = wrapInfo(of, circleAt(epoch), epoch, receiving.publicKey);
		const secret = await unwrap(receiving, wrapped, info);
		if (secret?.length !== 32) continue;
		if (of === 'staff') opened.set(epoch, await epochSecretOf(secret, state.circle, epoch));
		else if (!opened.has(epoch)) opened.set(epoch, { everyone: secret, staff: null });
	}
}

async function withFormer(state: CircleState, opened: Map<number, EpochSecret>): Promise<EpochSecrets> {
	for (let epoch = state.epoch; epoch > 0; epoch--) {
		const newer = opened.get(epoch);
		const before = state.epochs[epoch]?.before ?? null;
		const older = epoch - 1;
		if (newer === undefined || before === null || opened.get(older)?.staff != null) continue;
		const staff =
			newer.staff === null ? null : await openFormer(newer.staff, state.circle, before.staff, older);
		if (staff !== null) {
			opened.set(older, await epochSecretOf(staff, state.circle, older));
		} else if (!opened.has(older)) {
			const everyone = await openFormer(newer.everyone, state.circle, before.everyone, older);
			if (everyone !== null) opened.set(older, { everyone, staff: null });
		}
	}
	return opened;
}

async function openFormer(
	newer: Bytes,
	circle: CircleId,
	sealed: Bytes,
	epoch: number
): Promise<Bytes | null> {
	const former = await open(await formerKey(newer, circle), sealed, formerAad(epoch));
	return former?.length === 32 ? former : null;
}

function sealText(key: CryptoKey, aad: Bytes, text: string): Promise<Bytes> {
	return seal(key, pad(cutUtf8(text)), aad);
}

async function openText(key: CryptoKey, aad: Bytes, sealed: Bytes): Promise<string | null> {
	const padded = await open(key, sealed, aad);
	const text = padded === null ? null : unpad(padded);
	return text === null ? null : fromUtf8(text);
}

/** Whole characters only. */
function cutUtf8(text: string): Bytes {
	const bytes = utf8(text);
	if (bytes.length <= MAX_NAME) return bytes;
	let end = MAX_NAME;
	while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
	return bytes.slice(0, end);
}

const labelAad = utf8('label-v1');
const reasonAad = utf8('reason-v1');
const requestAad = utf8('request-v1');
const announcedAad = (circleKey: Bytes) => concatBytes(utf8('announced-v1'), circleKey);
const circleNameAad = (member: CircleId) => concatBytes(utf8('circle-name-v1'), idBytes(member));
const nameAad = (person: PersonId) => concatBytes(utf8('name-v1'), idBytes(person));
const formerAad = (epoch: number) => concatBytes(utf8('former-v1'), uint32(epoch));
const noCircle = new Uint8Array(CIRCLE_ID_LENGTH);
/** Inside the founding entry the circle has no id yet. */
const placeOf = (circle: CircleId | null, epoch: number) =>
	concatBytes(circle === null ? noCircle : idBytes(circle), uint32(epoch));
const wrapInfo = (of: Wrap['of'], circle: CircleId | null, epoch: number, receiver: Bytes) =>
	concatBytes(
		utf8(of === 'staff' ? 'wrap-v1' : 'wrap-everyone-v1'),
		circle === null ? noCircle : idBytes(circle),
		uint32(epoch),
		receiver
	);
const nameKey = async (secret: Bytes, circle: CircleId | null, epoch: number) =>
	importSealingSecret(await deriveSecret(secret, placeOf(circle, epoch), 'names'));
const requestKey = async (staff: Bytes, circle: CircleId, epoch: number) =>
	importSealingSecret(await deriveSecret(staff, placeOf(circle, epoch), 'requests'));
const formerKey = async (secret: Bytes, circle: CircleId) =>
	importSealingSecret(await deriveSecret(secret, idBytes(circle), 'former'));
