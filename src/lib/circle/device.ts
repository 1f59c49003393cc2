/** A device's own keys [I1]: one to sign, one to receive secrets. They leave it only as bytes for its sealed keystore. */
import { asBytes, concatBytes, utf8, type Bytes } from '#lib/crypto/bytes.ts';
import {
	exportSigningSecret,
	generateSigningSecret,
	importSigningSecret,
	sign,
	verify,
	type SigningSecret
} from '#lib/crypto/sign.ts';
import {
	exportReceivingSecret,
	generateReceivingSecret,
	importReceivingSecret,
	type ReceivingSecret
} from '#lib/crypto/wrap.ts';
import { deviceIdOf, idBytes, type DeviceId, type PersonId } from './ids.ts';

export interface DeviceSecrets {
	readonly device: DeviceId;
	readonly signing: SigningSecret;
	readonly receiving: ReceivingSecret;
}

/** What a device shows to come into circles. Holds in every circle, so others of its person can bring it in. */
export interface NewDevice {
	readonly signKey: Bytes;
	readonly receiveKey: Bytes;
	/** Its own signature that it belongs to its person: nobody can take somebody else's device for theirs. */
	readonly statement: Bytes;
}

/** In front of exported keys, so that another form can come later. */
const exportVersion = 1;

export async function createDeviceSecrets(): Promise<DeviceSecrets> {
	return deviceOf(await generateSigningSecret(), await generateReceivingSecret());
}

/** 1 byte version ‖ 32 bytes signing seed ‖ 32 bytes receiving key. */
export async function exportDeviceSecrets(secrets: DeviceSecrets): Promise<Bytes> {
	return concatBytes(
		new Uint8Array([exportVersion]),
		await exportSigningSecret(secrets.signing),
		await exportReceivingSecret(secrets.receiving)
	);
}

/** Null when these bytes are not an exported device, or of a newer version. */
export async function importDeviceSecrets(bytes: Uint8Array): Promise<DeviceSecrets | null> {
	if (bytes.length !== 65 || bytes[0] !== exportVersion) return null;
	const exported = asBytes(bytes);
	return deviceOf(
		await importSigningSecret(exported.subarray(1, 33)),
		await importReceivingSecret(exported.subarray(33))
	);
}

export async function introduceDevice(device: DeviceSecrets, person: PersonId): Promise<NewDevice> {
	const keys = { signKey: device.signing.publicKey, receiveKey: device.receiving.publicKey };
	return { ...keys, statement: await sign(device.signing, statementOf(person, keys)) };
}

export function isOwnStatement(person: PersonId, { statement, ...keys }: NewDevice): Promise<boolean> {
	return verify(keys.signKey, statement, statementOf(person, keys));
}

function statementOf(person: PersonId, keys: Pick<NewDevice, 'signKey' | 'receiveKey'>): Bytes {
	return concatBytes(utf8('device-v1'), idBytes(person), keys.signKey, keys.receiveKey);
}

async function deviceOf(signing: SigningSecret, receiving: ReceivingSecret): Promise<DeviceSecrets> {
	return { device: await deviceIdOf(signing.publicKey), signing, receiving };
}
