/**
 * What stands in a document of a case that was limited to some people since: when, by whom, and what was written in it by
 * colleagues who had not heard of that. The model of what both pages show of it.
 */
import { markMoved, readCaseIndex, type DocumentRow, type Vectors } from '#lib/casework/case-index.ts';
import type { CircleId, DocumentId, PersonId } from '#lib/circle/ids.ts';
import { personOf } from '#lib/circle/roles.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import * as Y from 'yjs';
import { Changes } from './changes.ts';
import type { KnownCircle } from './known-circle.ts';
import { hasGrown, LANES, seedOf, vectorsOf } from './limited-document.ts';
import type { RoomLease, Rooms } from './rooms.ts';
import { Writing } from './writing.ts';

export interface LateWords {
	readonly person: PersonId | null;
	readonly name: string;
	/** In the order in which they were written. */
	readonly words: readonly string[];
}

export class EarlierDocument {
	#rooms: Rooms;
	#known: KnownCircle;
	#id: DocumentId;
	#index: RoomLease | null = null;
	#lanes: Partial<Record<(typeof LANES)[number], RoomLease>> = {};
	#isOpening = false;
	#late: readonly LateWords[] | null = null;
	#changes = new Changes();
	#removers: (() => void)[] = [];
	#isClosed = false;

	/** `known`: the case. */
	constructor(rooms: Rooms, known: KnownCircle, id: DocumentId) {
		this.#rooms = rooms;
		this.#known = known;
		this.#id = id;
		void this.#open();
	}

	/** Null until it is known here that the document was limited, and again when it was put back. */
	get moved(): {
		readonly title: string;
		readonly to: CircleId;
		readonly byName: string;
		readonly at: number;
	} | null {
		this.#changes.follow();
		const row = this.#row;
		if (row?.moved == null) return null;
		const { to, by, at } = row.moved;
		return { title: row.title, to: to as CircleId, byName: this.#known.nameOf(by as PersonId), at };
	}

	/** What is not in the document that took its place, by who wrote it. */
	get late(): readonly LateWords[] {
		this.#changes.follow();
		return (this.#late ??= this.#readLate());
	}

	/** Somebody has looked at all of it and taken over what matters. The words stay in the earlier document. */
	settle(): void {
		const moved = this.#row?.moved ?? null;
		if (moved === null || this.#index === null) return;
		const carried: Vectors = { ...moved.carried, ...vectorsOf(this.#lanes) };
		this.#index.sealed.edit((list) => markMoved(list, this.#id, { ...moved, carried }));
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		for (const remove of this.#removers.splice(0)) remove();
		for (const lease of Object.values(this.#lanes)) await lease.close();
		await this.#index?.close();
	}

	get #row(): DocumentRow | undefined {
		const list = this.#index?.sealed.clear;
		return list === undefined ? undefined : readCaseIndex(list).documents.find(({ id }) => id === this.#id);
	}

	async #open(): Promise<void> {
		const index = this.#rooms.open(this.#known, await indexDocumentOf(this.#known.circle));
		if (this.#isClosed) return index.close();
		this.#index = index;
		this.#watch(index);
		await index.sealed.loaded;
		this.#tell();
	}

	async #openLanes(): Promise<void> {
		const row = this.#row;
		if (row?.moved == null || this.#isOpening) return;
		this.#isOpening = true;
		const seed = (await seedOf(row.template).catch(() => null)) ?? undefined;
		if (this.#isClosed) return;
		for (const lane of LANES) {
			// without its template the text cannot be judged
			const isUnknown = lane === 'body' && row.template !== null && seed === undefined;
			if (isUnknown || !this.#known.mayOpen(lane)) continue;
			const lease = this.#rooms.open(this.#known, this.#id, lane === 'body' ? seed : undefined, lane);
			this.#lanes[lane] = lease;
			this.#watch(lease);
			void lease.sealed.loaded.then(() => this.#tell());
		}
	}

	#watch({ sealed }: RoomLease): void {
		const tell = () => this.#tell();
		sealed.clear.on('update', tell);
		this.#removers.push(() => sealed.clear.off('update', tell));
	}

	#tell(): void {
		if (this.#isClosed) return;
		this.#late = null;
		void this.#openLanes();
		this.#changes.tell();
	}

	#readLate(): readonly LateWords[] {
		const moved = this.#row?.moved;
		if (moved == null) return [];
		const writers = new Map<PersonId | null, Writing>();
		for (const [lane, { sealed }] of Object.entries(this.#lanes)) {
			const since = moved.carried[lane];
			if (!hasGrown(sealed.clear, since)) continue;
			const update = Y.encodeStateAsUpdate(sealed.clear, since);
			const clients = new Set(Y.decodeUpdate(update).structs.map(({ id }) => id.client));
			for (const client of clients) {
				const device = sealed.writerOf(client);
				const person = device === null ? null : personOf(this.#known.state, device);
				const writing = writers.get(person) ?? new Writing();
				writers.set(person, writing);
				writing.add(update, (yClient) => yClient === client);
			}
		}
		return [...writers].flatMap(([person, { words }]) => {
			const name = person === null ? 'Somebody' : this.#known.nameOf(person);
			return words.length === 0 ? [] : [{ person, name, words }];
		});
	}
}
