/**
 * Which items of an update follow what a room already has, and in which order? Pure, and linear in the update.
 *
 * Clocks of one client are contiguous, and an item stands on its neighbours: so what is accepted here can be integrated
 * at once by everybody who has what came before.
 */
import type { LogId, LogItem } from '#lib/envelope/log.ts';

export interface Arranged {
	/** In an order in which each stands on what is there. */
	readonly fresh: readonly LogItem[];
	/** Something before these is missing. */
	readonly hasGap: boolean;
}

/** `next`: the next clock of each client. Items must be of clock `next` or later, ascending for each client. */
export function arrangeItems(items: readonly LogItem[], next: ReadonlyMap<number, number>): Arranged {
	const runs = new Map<number, { items: LogItem[]; at: number }>();
	for (const item of items) {
		const run = runs.get(item.client);
		if (run === undefined) runs.set(item.client, { items: [item], at: 0 });
		else run.items.push(item);
	}
	const reached = new Map<number, number>();
	const nextOf = (client: number) => reached.get(client) ?? next.get(client) ?? 0;
	const isThere = (id: LogId | null) => id === null || id.clock < nextOf(id.client);

	const fresh: LogItem[] = [];
	/** Clients that wait until another one has moved on. */
	const waiting = new Map<number, number[]>();
	const ready = [...runs.keys()].reverse();
	for (let client = ready.pop(); client !== undefined; client = ready.pop()) {
		const run = runs.get(client);
		if (run === undefined) continue;
		const before = run.at;
		for (let item = run.items[run.at]; item !== undefined; item = run.items[run.at]) {
			if (item.clock !== nextOf(client)) break;
			const lacking = !isThere(item.left) ? item.left : !isThere(item.right) ? item.right : null;
			if (lacking !== null) {
				waiting.set(lacking.client, [...(waiting.get(lacking.client) ?? []), client]);
				break;
			}
			fresh.push(item);
			reached.set(client, item.clock + 1);
			run.at += 1;
		}
		if (run.at > before) {
			ready.push(...(waiting.get(client) ?? []));
			waiting.delete(client);
		}
	}
	return { fresh, hasGap: fresh.length < items.length };
}
