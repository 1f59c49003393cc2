/**
 * The secrets of a circle's epochs, and the names they hide [C5] [S1].
 *
 * Promises: a wrap opens only in its circle, its epoch and for its receiver; a sealed name only for its person. What
 * cannot be opened is null or missing, never an exception. Secrets never stand in a `CircleState`.
 */
import {
	concatBytes,
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
import { unwrap, wrap, type ReceivingSecret } from '#lib/crypto/wrap.ts';
import type { DeviceSecrets } from './device.ts';
import { CIRCLE_ID_LENGTH, idBytes, type CircleId, type PersonId } from './ids.ts';
import { inviteReceivingSecretOf, inviteSecretOf, type LinkSecret } from './link.ts';
import type { CircleState, Member, Wrap } from './state.ts';

/** 32 bytes for each epoch that we may read. */
export type EpochSecrets = ReadonlyMap<number, Bytes>;

/** UTF-8 bytes; what is longer is cut, so that a sealed name always fits its bounds. */
const MAX_NAME = 1000;

export const createEpochSecret = () => randomBytes(32);

/** Everything this device may read: its own wraps, and what the newer secrets open of the older ones [S2]. */
export async function readEpochSecrets(state: CircleState, device: DeviceSecrets): Promise<EpochSecrets> {
	const own = state.devices.get(device.device);
	if (own === undefined) return new Map();
	// the founder's wrap stands in the entry whose hash is the circle's id, and so cannot name it
	const isFounder = own.addedAt === 0;
	return openWraps(state, own.wraps, device.receiving, (epoch) =>
		isFounder && epoch === 0 ? null : state.circle
	);
}

/** What the holder of an invitation's link may read before joining; empty when the link does not belong here. */
export async function openInvitedSecrets(state: CircleState, link: LinkSecret): Promise<EpochSecrets> {
	const { publicKey } = await inviteSecretOf(link);
	const invite = state.invites.get(toBase64Url(publicKey));
	if (invite === undefined) return new Map();
	const receiving = await inviteReceivingSecretOf(link, state.circle);
	return openWraps(state, invite.wraps, receiving, () => state.circle);
}

/** Null when we do not hold the epoch's secret, or when it was not sealed for this place. */
export async function openName(
	secrets: EpochSecrets,
	circle: CircleId,
	member: Pick<Member, 'person' | 'name' | 'nameEpoch' | 'roles'>
): Promise<string | null> {
	const secret = secrets.get(member.nameEpoch);
	if (secret === undefined) return null;
	const isFounder = member.roles[0]?.seq === 0;
	return openText(secret, isFounder ? null : circle, nameAad(member.person), member.name);
}

export async function openLabel(secrets: EpochSecrets, state: CircleState): Promise<string | null> {
	const secret = secrets.get(0);
	return secret === undefined ? null : openText(secret, null, labelAad, state.label);
}

/** `circle` is null only inside the entry that founds it. */
export function sealName(
	secret: Bytes,
	circle: CircleId | null,
	person: PersonId,
	name: string
): Promise<Bytes> {
	return sealText(secret, circle, nameAad(person), name);
}

export function sealLabel(secret: Bytes, label: string): Promise<Bytes> {
	return sealText(secret, null, labelAad, label);
}

export function wrapEpochSecret(
	secret: Bytes,
	circle: CircleId | null,
	epoch: number,
	receiver: Bytes
): Promise<Bytes> {
	return wrap(secret, receiver, wrapInfo(circle, epoch, receiver));
}

/** The secret of the epoch that ends, for whoever holds the one that begins. */
export async function sealFormerSecret(
	former: Bytes,
	next: Bytes,
	circle: CircleId,
	epoch: number
): Promise<Bytes> {
	return seal(await formerKey(next, circle), former, formerAad(epoch));
}

async function openWraps(
	state: CircleState,
	wraps: readonly Wrap[],
	receiving: ReceivingSecret,
	circleAt: (epoch: number) => CircleId | null
): Promise<EpochSecrets> {
	const secrets = new Map<number, Bytes>();
	for (const { epoch, wrapped } of wraps) {
		const info = wrapInfo(circleAt(epoch), epoch, receiving.publicKey);
		const secret = await unwrap(receiving, wrapped, info);
		if (secret?.length === 32) secrets.set(epoch, secret);
	}
	for (let epoch = state.epoch; epoch > 0; epoch--) {
		const newer = secrets.get(epoch);
		const before = state.epochs[epoch]?.before;
		if (newer === undefined || before === undefined || before === null || secrets.has(epoch - 1)) continue;
		const former = await open(await formerKey(newer, state.circle), before, formerAad(epoch - 1));
		if (former?.length === 32) secrets.set(epoch - 1, former);
	}
	return secrets;
}

async function sealText(secret: Bytes, circle: CircleId | null, aad: Bytes, text: string): Promise<Bytes> {
	return seal(await nameKey(secret, circle), pad(cutUtf8(text)), aad);
}

async function openText(
	secret: Bytes,
	circle: CircleId | null,
	aad: Bytes,
	sealed: Bytes
): Promise<string | null> {
	const padded = await open(await nameKey(secret, circle), sealed, aad);
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
const nameAad = (person: PersonId) => concatBytes(utf8('name-v1'), idBytes(person));
const formerAad = (epoch: number) => concatBytes(utf8('former-v1'), uint32(epoch));
const circleBytes = (circle: CircleId | null) =>
	circle === null ? new Uint8Array(CIRCLE_ID_LENGTH) : idBytes(circle);
const wrapInfo = (circle: CircleId | null, epoch: number, receiver: Bytes) =>
	concatBytes(utf8('wrap-v1'), circleBytes(circle), uint32(epoch), receiver);
const nameKey = async (secret: Bytes, circle: CircleId | null) =>
	importSealingSecret(await deriveSecret(secret, circleBytes(circle), 'names'));
const formerKey = async (secret: Bytes, circle: CircleId) =>
	importSealingSecret(await deriveSecret(secret, circleBytes(circle), 'former'));
