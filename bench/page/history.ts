/** A long history of one author: as plain Yjs, and as a sealed log that has rolled, on a disk in memory. */
import * as Y from 'yjs';
import { writeRoll } from '#lib/circle/actions.ts';
import { newDocumentId } from '#lib/circle/ids.ts';
import { asBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { openSealedDocument } from '#lib/sync/sealed-document.ts';
import { foldLog } from '#lib/sync/fold.ts';
import { ROLL_AT, type SealedStorage } from '#lib/sync/options.ts';
import { Sealer } from '#lib/sync/sealer.ts';
import { writeSnapshot } from '#lib/sync/snapshot.ts';
import { foundTeam } from '../../tests/support/team.ts';
import { EnvelopeWriter } from '../support/envelopes.ts';

interface RawTrace {
	readonly endContent: string;
	readonly txns: readonly { patches: readonly [number, number, string][] }[];
}
export interface History {
	readonly envelopes: number;
	readonly plainBytes: number;
	readonly sealedBytes: number;
	/** ms */
	readonly plainOpen: number[];
	readonly reopen: number[];
	readonly firstOpen: number[];
}

/** The recording has no times. Alone, keystrokes are merged for 700 ms: at an ordinary pace these are four. */
const MERGED = 4;
const FIELD = 'text';

export async function measure(runs: number): Promise<History> {
	const unzipped = (await fetch('/trace.json.gz')).body?.pipeThrough(new DecompressionStream('gzip'));
	const trace = (await new Response(unzipped).json()) as RawTrace;
	const team = await foundTeam(['amina']);
	const [amina] = team.people;
	if (amina === undefined) throw new Error('nobody');
	const room = { circle: team.case.circle, document: newDocumentId(), lane: 'body', generation: 0 } as const;

	const plain = new Y.Doc();
	plain.clientID = 1_234_567;
	let log = new Y.Doc({ gc: false });
	let writer = await EnvelopeWriter.open(team, amina, room, plain.clientID);
	let merging: Uint8Array[] = [];
	plain.on('update', (update: Uint8Array) => merging.push(update));
	let envelopes = 0;
	const seal = async (): Promise<void> => {
		if (merging.length === 0) return;
		const envelope = await writer.write(
			merging.length === 1 && merging[0] ? merging[0] : Y.mergeUpdates(merging)
		);
		merging = [];
		log.getArray('log').push([envelope]);
		envelopes++;
	};
	const text = plain.getText(FIELD);
	const circle = await team.case.followedBy(amina);
	// halfway between two rolls; of many rolls only the last one matters to whoever opens it
	const lastRoll = trace.txns.length - (ROLL_AT.envelopes / 2) * MERGED;
	for (const [index, { patches }] of trace.txns.entries()) {
		if (index % MERGED === 0) await seal();
		if (index === lastRoll) {
			log = await roll(log);
			plain.clientID++;
			writer = await EnvelopeWriter.open(team, amina, { ...room, generation: 1 }, plain.clientID);
		}
		plain.transact(() => {
			for (const [position, deleted, inserted] of patches) {
				if (deleted > 0) text.delete(position, deleted);
				if (inserted !== '') text.insert(position, inserted);
			}
		});
	}
	await seal();
	if (text.toString() !== trace.endContent) throw new Error('the trace was not written as recorded');

	/** As an app does it: folded, sealed, and said to the circle. The log of the next generation. */
	async function roll(before: Y.Doc): Promise<Y.Doc> {
		if (amina === undefined) throw new Error('nobody');
		const sealer = new Sealer({ room: () => room, device: amina.device, circle, schema: 1, now: Date.now });
		const folded = await foldLog({
			envelopes: before.getArray<Bytes>('log').toArray(),
			base: null,
			seed: undefined,
			forgets: undefined,
			circle,
			room,
			laneSecret: (epoch) => sealer.laneSecret(epoch)
		});
		if (!folded.ok) throw new Error(folded.reason);
		const written = await writeSnapshot(folded.value, { ...room, generation: 1 }, sealer);
		if (written === null) throw new Error('may not roll');
		const { document, lane } = room;
		const covers = asBytes(Y.encodeStateVector(before));
		const entry = { document, lane, hash: written.hash, covers, at: Date.now() };
		await team.case.append(await writeRoll(circle.state, amina.device, entry));
		const next = new Y.Doc({ gc: false });
		for (const envelope of written.envelopes) next.getArray('log').push([envelope]);
		return next;
	}

	const plainState = Y.encodeStateAsUpdate(plain);
	const sealedLog = Y.encodeStateAsUpdate(log) as Bytes;
	const checkpoints = new Map<string, Bytes>();
	const storage = memoryStorage(sealedLog, checkpoints);
	const open = async (): Promise<number> => {
		const begun = performance.now();
		const document = openSealedDocument({
			room,
			device: amina.device,
			deviceSecret: amina.deviceSecret,
			circle,
			storage,
			url: 'ws://nowhere.test',
			origin: 'http://nowhere.test',
			schema: 1,
			broadcast: false,
			connect: false,
			timing: { patience: 600_000 }
		});
		await document.loaded;
		const took = performance.now() - begun;
		if (document.clear.getText(FIELD).toString() !== trace.endContent)
			throw new Error('opened to something else');
		await document.close();
		return took;
	};
	const firstOpen: number[] = [];
	const reopen: number[] = [];
	const plainOpen: number[] = [];
	for (let run = 0; run < runs; run++) {
		checkpoints.clear();
		firstOpen.push(await open());
		reopen.push(await open());
		const begun = performance.now();
		Y.applyUpdate(new Y.Doc(), plainState);
		plainOpen.push(performance.now() - begun);
	}
	return {
		envelopes,
		plainBytes: plainState.length,
		sealedBytes: sealedLog.length,
		plainOpen,
		reopen,
		firstOpen
	};
}

/** A disk that costs nothing, as it costs nothing on the plain side. */
function memoryStorage(sealedLog: Bytes, checkpoints: Map<string, Bytes>): SealedStorage {
	return {
		rows: {
			get: async (_, id) => checkpoints.get(id),
			put: async (_, id, bytes) => void checkpoints.set(id, bytes),
			delete: async (_, id) => void checkpoints.delete(id)
		},
		outbox: {
			add: async () => 0,
			markSent: async () => undefined,
			list: async () => [],
			replace: async () => [],
			remove: async () => undefined
		},
		setAside: { add: async () => 0, list: async () => [], remove: async () => undefined },
		forgetLog: async () => undefined,
		openLog: async (_, log) => {
			Y.applyUpdate(log, sealedLog);
			return {
				loaded: Promise.resolve('loaded'),
				status: 'ok',
				onStatus: () => () => undefined,
				replace: async () => undefined,
				flush: async () => undefined,
				close: async () => undefined
			};
		},
		status: 'ok',
		onStatus: () => () => undefined
	};
}
