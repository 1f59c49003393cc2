/**
 * A frozen log folded into what the next generation begins with, by the very judgement that took its envelopes in [L2].
 *
 * Promises: everybody who has the same log and the same circle folds it alike, so a snapshot can be checked [L3]: state
 * vector, deletions, every readable value, and who wrote what. Must never look at the clear document of the screen: that
 * holds what is not in the log yet.
 */
import * as Y from 'yjs';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import { asBytes, equalBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { Ingest, type IngestOptions } from './ingest.ts';
import { ORIGIN } from './origins.ts';
import type { SealingSecret } from '#lib/crypto/seal.ts';
import type { Room } from '#lib/envelope/room.ts';
import { SessionChains } from './session-chains.ts';
import type { Snapshot } from './snapshot.ts';

export interface Foldable extends Pick<IngestOptions, 'circle'> {
	readonly room: Room;
	readonly laneSecret: (epoch: number, room: Room) => Promise<SealingSecret | null>;
	/** In the order of the log, without snapshots. */
	readonly envelopes: readonly Bytes[];
	/**
	 * What was written in generations behind this one that began falsely. What stands on something that never was is
	 * left out.
	 */
	readonly behind?: readonly { readonly room: Room; readonly envelopes: readonly Bytes[] }[];
	/** What this generation itself began with. */
	readonly base: Snapshot | null;
	readonly seed: Uint8Array | undefined;
	/** As the clear document's own. */
	readonly forgets: ((item: Y.Item) => boolean) | undefined;
}

/** `later`: the circle has to be known better. `unsound`: something is missing, or was said twice. */
export type FoldReason = 'later' | 'unsound';

/** `leftOut`: envelopes from behind that could not come along. */
export interface Folded extends Snapshot {
	readonly leftOut: readonly Bytes[];
}

export async function foldLog(log: Foldable): Promise<Verdict<Folded, FoldReason>> {
	const clear = newDoc(log.forgets);
	const chains = new SessionChains();
	let { schema } = log.base ?? { schema: 0 };
	let isForged = false;
	let { room } = log;
	const leftOut: Bytes[] = [];
	try {
		if (log.seed !== undefined) Y.applyUpdate(clear, log.seed, ORIGIN.seed);
		if (log.base !== null) {
			Y.applyUpdateV2(clear, log.base.clear, ORIGIN.checkpoint);
			if (!chains.begin(log.base.chains)) return refuse('unsound');
		}
		const ingest = new Ingest({
			circle: log.circle,
			room: () => room,
			laneSecret: (epoch) => log.laneSecret(epoch, room),
			clear,
			chains,
			onForged: async () => {
				isForged = true;
			},
			fits: (content) => room === log.room || standsIn(clear, content),
			setAside: async (bytes) => void leftOut.push(bytes),
			accepted: async () => undefined,
			onSchema: (version) => (schema = Math.max(schema, version))
		});
		await ingest.take(log.envelopes);
		if (ingest.waiting > 0) return refuse('later');
		const hasHole = clear.store.pendingStructs !== null || clear.store.pendingDs !== null;
		if (isForged || hasHole || chains.gaps().length > 0) return refuse('unsound');
		leftOut.length = 0;
		for (const later of log.behind ?? []) {
			({ room } = later);
			// one by one: whether it stands on what is there is only known when that is there
			for (const envelope of later.envelopes) await ingest.take([envelope]);
			if (ingest.waiting > 0) return refuse('later');
		}
		const merged = asBytes(Y.encodeStateAsUpdateV2(clear));
		return accept({ clear: merged, chains: chains.rolled(), schema, leftOut });
	} finally {
		clear.destroy();
	}
}

/** Is everything that this update hangs on in the document? */
function standsIn(doc: Y.Doc, update: Uint8Array): boolean {
	const { structs, ds } = Y.decodeUpdate(update);
	const ends = Y.decodeStateVector(Y.encodeStateVector(doc));
	const isThere = (id: unknown) => !(id instanceof Y.ID) || id.clock < (ends.get(id.client) ?? 0);
	for (const struct of structs) {
		const { client, clock } = struct.id;
		if (clock > (ends.get(client) ?? 0)) return false;
		if (struct instanceof Y.Item && ![struct.origin, struct.rightOrigin, struct.parent].every(isThere))
			return false;
		ends.set(client, Math.max(ends.get(client) ?? 0, clock + struct.length));
	}
	return [...ds.clients].every(([client, ranges]) =>
		ranges.every(({ clock, len }) => clock + len <= (ends.get(client) ?? 0))
	);
}

/** Do both say the same, to the last letter and to the last author? A snapshot that cannot even be read does not. */
export function isSameSnapshot(a: Snapshot, b: Snapshot): boolean {
	const sameAuthors =
		a.schema === b.schema &&
		equalBytes(a.chains.chains, b.chains.chains) &&
		a.chains.clocks.length === b.chains.clocks.length &&
		a.chains.clocks.every((clock, at) => clock === b.chains.clocks[at]);
	if (!sameAuthors) return false;
	// nothing is collected here, so nothing can differ by when it was
	const [one, other] = [new Y.Doc({ gc: false }), new Y.Doc({ gc: false })];
	try {
		Y.applyUpdateV2(one, a.clear, ORIGIN.checkpoint);
		Y.applyUpdateV2(other, b.clear, ORIGIN.checkpoint);
		return Y.equalSnapshots(Y.snapshot(one), Y.snapshot(other)) && renderDoc(one) === renderDoc(other);
	} catch {
		return false;
	} finally {
		one.destroy();
		other.destroy();
	}
}

export function newDoc(forgets: ((item: Y.Item) => boolean) | undefined): Y.Doc {
	return new Y.Doc(forgets === undefined ? {} : { gcFilter: forgets });
}

/** Everything that can be read in it, what was replaced and kept included, whatever kinds of types it has, as one text. */
function renderDoc(doc: Y.Doc): string {
	const roots = [...doc.share].sort(([a], [b]) => (a < b ? -1 : 1));
	return JSON.stringify(roots.map(([name, type]) => [name, ...render(type)]));
}

function render(type: Pick<Y.AbstractType<unknown>, '_start' | '_map'>): unknown[] {
	const parts: unknown[] = [];
	/** The text run that the next letters may belong to: neighbours may be joined here and apart there. */
	let run: { client: number; next: number; text: string } | null = null;
	for (let item = type._start; item !== null; item = item.right) {
		if (item.content instanceof Y.ContentDeleted) continue;
		const { content, id } = item;
		if (!(content instanceof Y.ContentString)) {
			run = null;
			parts.push(renderItem(item));
		} else if (run !== null && run.client === id.client && run.next === id.clock) {
			run.text += content.str;
			run.next += item.length;
		} else {
			run = { client: id.client, next: id.clock + item.length, text: content.str };
			parts.push(run);
		}
	}
	const fields = [...type._map].sort(([a], [b]) => (a < b ? -1 : 1));
	return [parts, fields.map(([key, item]) => [key, valuesOf(item).map(renderItem)])];
}

/** The value in force, and those before it. */
function valuesOf(last: Y.Item): Y.Item[] {
	const values: Y.Item[] = [];
	for (let item: Y.Item | null = last; item !== null; item = item.left)
		if (!(item.content instanceof Y.ContentDeleted)) values.push(item);
	return values;
}

function renderItem({ content, id: { client, clock } }: Y.Item): unknown {
	if (content instanceof Y.ContentType) {
		const { type } = content;
		const name = type instanceof Y.XmlElement ? type.nodeName : '';
		return [client, clock, type.constructor.name, name, render(type)];
	}
	if (content instanceof Y.ContentFormat) return [client, clock, content.key, content.value];
	if (content instanceof Y.ContentEmbed) return [client, clock, content.embed];
	return content
		.getContent()
		.map((value: unknown, at) => [client, clock + at, value instanceof Uint8Array ? [...value] : value]);
}
