/** The sealed documents that are open in this tab, each opened once however many pages look at it. */
import { keepsWhatWasReplaced } from '#lib/casework/both-values.ts';
import { MoveKeeper } from '#lib/casework/moving/move-keeper.ts';
import type { DocumentId } from '#lib/circle/ids.ts';
import type { Lane } from '#lib/circle/state.ts';
import { writeRoom, type Room } from '#lib/envelope/room.ts';
import { openSealedDocument, type SealedDocument } from '#lib/sync/sealed-document.ts';
import type { DeviceStorage } from '#lib/storage/storage.ts';
import type { KnownCircle } from './known-circle.ts';
import type { Vault } from './vault.ts';

export interface RoomLease {
	readonly sealed: SealedDocument;
	close(): Promise<void>;
}

export interface RoomsOptions {
	readonly vault: Vault;
	readonly storage: DeviceStorage;
	/** Where the relay is, `ws(s)://host`. */
	readonly url: string;
	readonly origin: string;
	readonly schema: number;
}

export class Rooms {
	#options: RoomsOptions;
	#open = new Map<string, { sealed: SealedDocument; leases: number }>();
	#listeners = new Set<() => void>();

	constructor(options: RoomsOptions) {
		this.#options = options;
	}

	/** Told whenever a document is opened or closed, or its saved state changes. */
	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	get sealedDocuments(): readonly SealedDocument[] {
		return [...this.#open.values()].map(({ sealed }) => sealed);
	}

	open(known: KnownCircle, document: DocumentId, seed?: Uint8Array, lane: Lane = 'body'): RoomLease {
		const room: Room = { circle: known.circle, document, lane, generation: 0 };
		const name = writeRoom(room);
		const existing = this.#open.get(name) ?? this.#openRoom(room, name, known, seed);
		existing.leases++;
		let closed = false;
		return {
			sealed: existing.sealed,
			close: async () => {
				if (closed) return;
				closed = true;
				if (--existing.leases > 0) return;
				this.#open.delete(name);
				await existing.sealed.close();
				this.#tell();
			}
		};
	}

	/** By the name of its first generation, as `writeRoom` spells it. */
	isOpen(room: string): boolean {
		return this.#open.has(room);
	}

	/** Everything typed so far is on this device when it settles. */
	async flush(): Promise<void> {
		await Promise.all(this.sealedDocuments.map((sealed) => sealed.flush()));
	}

	async close(): Promise<void> {
		const open = this.sealedDocuments;
		this.#open.clear();
		await Promise.all(open.map((sealed) => sealed.close()));
		this.#listeners.clear();
	}

	#openRoom(room: Room, name: string, known: KnownCircle, seed: Uint8Array | undefined) {
		const { vault, storage, url, origin, schema } = this.#options;
		const sealed = openSealedDocument({
			room,
			device: vault.device,
			deviceSecret: vault.deviceSecret,
			circle: known,
			storage,
			url,
			origin,
			schema,
			...(room.lane === 'body' ? { forgets: keepsWhatWasReplaced } : {}),
			// carets carry the name the circle knows, whatever a device claims of itself
			userOf: (person) => ({ name: known.nameOf(person), color: known.colourOf(person) }),
			...(seed === undefined ? {} : { seed })
		});
		const opened = { sealed, leases: 0 };
		this.#open.set(name, opened);
		if (room.lane === 'body') this.#settleMoves(sealed, known);
		sealed.onSaved(() => this.#tell());
		this.#tell();
		return opened;
	}

	/** What a colleague wrote into a block that somebody else was moving finds its way, whoever is here to see it. */
	#settleMoves(sealed: SealedDocument, known: KnownCircle): void {
		const keeper = new MoveKeeper(sealed.clear, {
			edit: (change) => sealed.edit(change),
			isMine: (yClient) => sealed.writerOf(yClient) === this.#options.vault.device.device,
			mayWrite: () => known.role === 'owner' || known.role === 'editor'
		});
		sealed.clear.on('destroy', () => keeper.close());
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}
