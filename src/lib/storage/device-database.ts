/**
 * The one Dexie database of a profile: wrapped keys, what waits for the relay, what was set aside, and sealed rows.
 *
 * Every column is ciphertext, a wrapped key, a random id or a time. Writes ask for strict durability: once settled,
 * they outlive a power cut (Chromium's default since 121 is "relaxed").
 */
import { Dexie, type EntityTable, type Table } from 'dexie';

type Bytes = Uint8Array<ArrayBuffer>;

export interface KeystoreRow {
	/** AES-GCM, non-extractable: opens `sealed`. */
	readonly deviceKey: CryptoKey;
	readonly sealed: Bytes;
}

/** An own envelope that the relay has not acknowledged. */
export interface OutboxRow {
	readonly id: number;
	readonly room: string;
	readonly envelope: Bytes;
	readonly at: number;
	/** May it have left this device? */
	readonly sent: boolean;
}

/** Something that was not accepted, kept with its reason [E6]. */
export interface SetAsideRow {
	readonly id: number;
	readonly room: string;
	readonly reason: string;
	readonly bytes: Bytes;
	readonly at: number;
}

export type RowTable = 'circles' | 'summaries' | 'discussions' | 'checkpoints' | 'settings';
export interface SealedRow {
	readonly id: string;
	readonly bytes: Bytes;
}

const KEYSTORE_ID = 'device';

export class DeviceDatabase extends Dexie {
	declare keystore: Table<KeystoreRow & { id: string }, string>;
	declare outbox: EntityTable<OutboxRow, 'id'>;
	declare setAside: EntityTable<SetAsideRow, 'id'>;
	declare circles: EntityTable<SealedRow, 'id'>;
	declare summaries: EntityTable<SealedRow, 'id'>;
	declare discussions: EntityTable<SealedRow, 'id'>;
	declare checkpoints: EntityTable<SealedRow, 'id'>;
	declare settings: EntityTable<SealedRow, 'id'>;

	constructor(name: string) {
		super(name, { chromeTransactionDurability: 'strict' });
		this.version(1).stores({
			keystore: 'id',
			outbox: '++id, room',
			setAside: '++id, room',
			circles: 'id',
			summaries: 'id',
			discussions: 'id',
			checkpoints: 'id',
			settings: 'id'
		});
	}

	async readKeystore(): Promise<KeystoreRow | null> {
		const row = await this.keystore.get(KEYSTORE_ID);
		return row === undefined ? null : { deviceKey: row.deviceKey, sealed: row.sealed };
	}

	async writeKeystore({ deviceKey, sealed }: KeystoreRow): Promise<void> {
		await this.keystore.put({ id: KEYSTORE_ID, deviceKey, sealed });
	}
}
