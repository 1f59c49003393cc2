/**
 * Who this device is, and the one key that everything kept here is sealed under.
 *
 * The device key is a non-extractable AES-GCM key that lives in the same database as what it opens, so both share one
 * fate [K2]. A failure to open is reported and can be tried again; nothing is ever deleted because of it.
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import {
	createDeviceSecrets,
	exportDeviceSecrets,
	importDeviceSecrets,
	type DeviceSecrets
} from '#lib/circle/device.ts';
import { isCircleId, isPersonId, newPersonId, type CircleId, type PersonId } from '#lib/circle/ids.ts';
import { utf8, type Bytes } from '#lib/crypto/bytes.ts';
import { generateSealingSecret, open, seal, type SealingSecret } from '#lib/crypto/seal.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { DeviceStorage, RowTable } from '#lib/storage/storage.ts';

/** Who works on this device. `agency` is null until they founded or joined something. */
export interface Profile {
	readonly person: PersonId;
	readonly name: string;
	readonly agency: CircleId | null;
}

export interface Vault {
	readonly device: DeviceSecrets;
	readonly deviceSecret: SealingSecret;
	readonly profile: Profile;
	/** Keeps a new name or agency; durable when it settles. */
	keepProfile(profile: Profile): Promise<void>;
	/** Seals a value (anything CBOR can hold) into a row. */
	put(table: RowTable, id: string, value: unknown): Promise<void>;
	/** The value of a row; undefined when there is none or it cannot be opened (it stays where it is). */
	get(table: RowTable, id: string): Promise<unknown>;
	all(table: RowTable): Promise<readonly { readonly id: string; readonly value: unknown }[]>;
	delete(table: RowTable, id: string): Promise<void>;
}

/** Opens the vault of this device, making one on the very first start. */
export async function openVault(storage: DeviceStorage): Promise<Verdict<Vault, 'keystore-unreadable'>> {
	const row = await storage.keystore.read();
	if (row === null) return { ok: true, value: await createVault(storage) };
	const bytes = await open(row.deviceKey, row.sealed, utf8('keystore-v1'));
	const kept = bytes === null ? null : readKept(bytes);
	const device = kept === null ? null : await importDeviceSecrets(kept.device);
	if (kept === null || device === null) return { ok: false, reason: 'keystore-unreadable' };
	return { ok: true, value: vaultOf(storage, row.deviceKey, device, kept.profile) };
}

async function createVault(storage: DeviceStorage): Promise<Vault> {
	const [deviceSecret, device] = await Promise.all([generateSealingSecret(), createDeviceSecrets()]);
	const vault = vaultOf(storage, deviceSecret, device, { person: newPersonId(), name: '', agency: null });
	await vault.keepProfile(vault.profile);
	return vault;
}

function vaultOf(
	storage: DeviceStorage,
	deviceSecret: SealingSecret,
	device: DeviceSecrets,
	profile: Profile
): Vault {
	let current = profile;
	const openRow = async (table: RowTable, id: string, sealed: Bytes): Promise<unknown> => {
		const bytes = await open(deviceSecret, sealed, rowName(table, id));
		return bytes === null ? undefined : decode(bytes);
	};
	return {
		device,
		deviceSecret,
		get profile() {
			return current;
		},
		async keepProfile(next) {
			const kept = { v: 1, device: await exportDeviceSecrets(device), ...next };
			const sealed = await seal(deviceSecret, encode(kept, rfc8949EncodeOptions), utf8('keystore-v1'));
			await storage.keystore.write({ deviceKey: deviceSecret, sealed });
			current = next;
		},
		async put(table, id, value) {
			const plain = encode(value, rfc8949EncodeOptions);
			await storage.rows.put(table, id, await seal(deviceSecret, plain, rowName(table, id)));
		},
		async get(table, id) {
			const sealed = await storage.rows.get(table, id);
			return sealed === undefined ? undefined : openRow(table, id, sealed);
		},
		async all(table) {
			const rows = await storage.rows.all(table);
			return Promise.all(rows.map(async ({ id, bytes }) => ({ id, value: await openRow(table, id, bytes) })));
		},
		delete: (table, id) => storage.rows.delete(table, id)
	};
}

/** A row belongs to its place: moved to another table or id it does not open. */
function rowName(table: RowTable, id: string): Bytes {
	return utf8(`row-v1\0${table}\0${id}`);
}

function readKept(bytes: Uint8Array): { device: Bytes; profile: Profile } | null {
	const kept: unknown = decode(bytes);
	if (typeof kept !== 'object' || kept === null) return null;
	const { device, person, name, agency } = kept as Record<string, unknown>;
	if (!(device instanceof Uint8Array) || typeof name !== 'string' || !isPersonId(person)) return null;
	if (agency !== null && !isCircleId(agency)) return null;
	return { device: device as Bytes, profile: { person, name, agency } };
}
