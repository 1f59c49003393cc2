/** A device's own keys [I1]: one to sign, one to receive secrets. They leave it only as bytes for its sealed keystore. */
import { asBytes, concatBytes, type Bytes } from '#lib/crypto/bytes.ts';
import {
	exportSigningSecret,
	generateSigningSecret,
	importSigningSecret,
	type SigningSecret
} from '#lib/crypto/sign.ts';
import {
	exportReceivingSecret,
	generateReceivingSecret,
	importReceivingSecret,
	type ReceivingSecret
} from '#lib/crypto/wrap.ts';
import { deviceIdOf, type DeviceId } from './ids.ts';

export interface DeviceSecrets {
	readonly device: DeviceId;
	readonly signing: SigningSecret;
	readonly receiving: ReceivingSecret;
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

async function deviceOf(signing: SigningSecret, receiving: ReceivingSecret): Promise<DeviceSecrets> {
	return { device: await deviceIdOf(signing.publicKey), signing, receiving };
}
