/**
 * How safe the words of one document are, told as it changes: `saved.ts` says what each light means.
 *
 * Promises: several changes at once are told once; nothing is told twice.
 */
import type { DeviceId } from '#lib/circle/ids.ts';
import { personOf } from '#lib/circle/roles.ts';
import type { Incoming } from './incoming.ts';
import type { LaneLog } from './lane-log.ts';
import type { SealedDocumentOptions } from './options.ts';
import type { Outgoing } from './outgoing.ts';
import type { Presence } from './presence.ts';
import { Listeners } from './queue.ts';
import { isSameDetail, seenBy, type SavedDetail } from './saved.ts';

export interface LightsOptions {
	readonly document: SealedDocumentOptions;
	readonly outgoing: Outgoing;
	readonly laneLog: LaneLog;
	readonly incoming: Incoming;
	readonly presence: Presence;
	/** Something has changed, and is about to be told. */
	readonly beforeTelling: () => void;
}

export class Lights {
	#options: LightsOptions;
	#isBroken = false;
	#told: SavedDetail;
	#touched = false;
	#listeners = new Listeners<[SavedDetail]>();

	constructor(options: LightsOptions) {
		this.#options = options;
		this.#told = this.detail;
	}

	get detail(): SavedDetail {
		const { document, outgoing, laneLog, incoming, presence } = this.#options;
		const { device, circle } = document;
		const { generation, posted, chains, setAside, succession } = laneLog;
		const since = [outgoing.since, posted.since].filter((time) => time !== null);
		const gaps = new Set<DeviceId>([...chains.gaps(), ...incoming.waitingFor]);
		const unsealed = outgoing.unsealed + posted.onScreenOnly;
		const me = personOf(circle.state, device.device);
		const isQuiet = incoming.isUpToDate && gaps.size === 0 && succession.isNewest;
		return {
			unsealed,
			inOutbox: posted.waiting,
			since: since.length > 0 ? Math.min(...since) : null,
			connected: generation.status === 'connected',
			complete: (generation.link?.complete ?? false) && isQuiet,
			seenBy:
				unsealed + posted.waiting > 0
					? []
					: seenBy(presence.seeing, me, generation.log.client, generation.log.pushed),
			gaps: [...gaps].map((id) => ({ person: personOf(circle.state, id), device: id })),
			setAside: setAside.count,
			storage: this.#storage,
			refused:
				laneLog.refused ?? succession.refused ?? outgoing.refused ?? generation.link?.refusedBecause ?? null
		};
	}

	on(listener: (saved: SavedDetail) => void): () => void {
		return this.#listeners.on(listener);
	}

	/** The disk cannot be had in this opening any more. */
	fail(): void {
		this.#isBroken = true;
	}

	/** Something has changed. */
	touch(): void {
		if (this.#touched) return;
		this.#touched = true;
		queueMicrotask(() => {
			this.#touched = false;
			this.#options.beforeTelling();
			const { detail } = this;
			if (isSameDetail(detail, this.#told)) return;
			this.#told = detail;
			this.#listeners.tell(detail);
		});
	}

	close(): void {
		this.#listeners.clear();
	}

	get #storage(): SavedDetail['storage'] {
		const { document, laneLog } = this.#options;
		const statuses = [document.storage.status, laneLog.generation.storage];
		if (statuses.includes('full')) return 'full';
		if (statuses.includes('refused') || this.#isBroken) return 'unavailable';
		return statuses.some((one) => one !== 'ok') ? 'failed' : 'ok';
	}
}
