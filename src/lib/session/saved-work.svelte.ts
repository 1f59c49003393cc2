/**
 * What is saved of all that was written on this device: in documents that are open, in drafts, and in what waits in the
 * outbox. `saved-state.ts` makes the words of it.
 */
import { roleNow } from '#lib/circle/roles.ts';
import type { CircleId, PersonId } from '#lib/circle/ids.ts';
import { writeRoom } from '#lib/envelope/room.ts';
import type { DeviceStorage } from '#lib/storage/storage.ts';
import type { CircleBook } from './circle-book.ts';
import type { Drafts } from './drafts.ts';
import {
	DANGER_AFTER,
	onTheWay,
	refusalsOf,
	savedStateOf,
	type InOutbox,
	type SavedState
} from './saved-state.ts';
import { sentenceFor } from './sentences.ts';
import type { Session } from './session.svelte.ts';
import type { Vault } from './vault.ts';

/** What this device is put together of, as far as it matters here. */
interface Parts {
	readonly vault: Vault;
	readonly storage: DeviceStorage;
	readonly circles: CircleBook;
	readonly drafts: Drafts;
}

export class SavedWork {
	#now = $state(Date.now());
	#waiting: readonly InOutbox[] = $state.raw([]);
	#setAside = $state(0);
	#storageProblem: string | null = $state(null);
	#ticking: ReturnType<typeof setInterval> | undefined;
	#parts: Parts | undefined;
	readonly #session: Session;

	constructor(session: Session) {
		this.#session = session;
	}

	/** What waited in the outbox when it was counted last. */
	get waiting(): readonly InOutbox[] {
		return this.#waiting;
	}

	/** Changes of this circle that wait for the relay, for long enough that a person should notice. */
	waitingIn(circle: CircleId): number {
		return this.#waiting
			.filter(({ room }) => room.startsWith(`${circle}.`))
			.filter(({ since }) => !this.#isConnected || this.#now - since > DANGER_AFTER)
			.reduce((sum, { count }) => sum + count, 0);
	}

	get state(): SavedState {
		const { openDocuments: open, currentDocument } = this.#session;
		const { drafts, circles } = this.#parts ?? {};
		const details = open.map((sealed) => sealed.saved);
		const inOutbox = open.map(({ room, saved }) => ({
			room: writeRoom(room),
			count: saved.inOutbox,
			since: saved.since ?? this.#now
		}));
		const unsealed = details.reduce((sum, detail) => sum + detail.unsealed, drafts?.unsaved ?? 0);
		const unsealedSince = [drafts?.since, ...details.map(({ since }) => since)].map(
			(since) => since ?? this.#now
		);
		const gaps = details.flatMap((detail) => detail.gaps.map(({ person }) => this.#nameOf(person)));
		const lasting = [
			...(this.#storageProblem === null ? [] : [sentenceFor(this.#storageProblem)]),
			...[...(circles?.differing.values() ?? [])].map(sentenceFor),
			...gaps.map((name) => `Waiting for changes from ${name} that have not arrived yet.`),
			...refusalsOf(open, (circle) => this.#isOver(circle)).map(sentenceFor)
		];
		return savedStateOf({
			now: this.#now,
			connected: this.#isConnected,
			unsealed,
			unsealedSince: unsealed === 0 ? null : Math.min(...unsealedSince),
			waiting: onTheWay(this.#waiting, inOutbox).map(({ room, count, since }) => ({
				document: this.#titleOf(room),
				waiting: count,
				since
			})),
			seenBy: currentDocument?.sealed?.saved.seenBy.map((person) => this.#nameOf(person)) ?? [],
			problems: lasting.filter((sentence, index) => lasting.indexOf(sentence) === index),
			setAside: this.#setAside
		});
	}

	beginWith(parts: Parts): void {
		this.#parts = parts;
	}

	/** Counts what waits and what was set aside on this device. */
	async count(): Promise<void> {
		if (this.#parts === undefined) return;
		const { outbox, setAside } = this.#parts.storage;
		this.#waiting = await outbox.waiting();
		this.#setAside = (await setAside.list()).length;
	}

	hearOfStorage(status: DeviceStorage['status']): void {
		this.#storageProblem = status === 'ok' ? null : `device-${status}`;
	}

	/** Something has changed. The clock only runs while something waits, since only then does the time matter. */
	tick(): void {
		this.#now = Date.now();
		const pending =
			this.#waiting.length > 0 ||
			(this.#parts?.drafts.unsaved ?? 0) > 0 ||
			this.#session.openDocuments.some(({ saved }) => saved.unsealed > 0);
		if (pending) this.#ticking ??= setInterval(() => (this.#now = Date.now()), 1_000);
		else this.close();
	}

	close(): void {
		clearInterval(this.#ticking);
		this.#ticking = undefined;
	}
	get #isConnected(): boolean {
		return this.#session.relay === 'connected';
	}

	/** This device was let go, or its last day is over: a page of its own says what happened. */
	#isOver(circle: CircleId): boolean {
		const known = this.#parts?.circles.get(circle);
		if (this.#parts === undefined || known === undefined) return false;
		const role = roleNow(known.state, this.#parts.vault.device.device, this.#now);
		return known.isOut || (known.role !== null && role === null);
	}

	#nameOf(person: PersonId | null): string {
		if (person === null) return 'somebody';
		const known = this.#parts?.circles.all.find(({ state }) => state.people.has(person));
		return known?.nameOf(person) ?? 'somebody';
	}

	#titleOf(room: string): string {
		const { summaries } = this.#session;
		const [circle = '', document = ''] = room.split('.');
		return summaries?.get(document)?.title ?? summaries?.get(circle)?.title ?? 'A document';
	}
}
