/** A long history of one author: as plain Yjs, and as a sealed log on a disk in memory. */
import * as Y from 'yjs';
import { newDocumentId } from '#lib/circle/ids.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { openSealedDocument } from '#lib/sync/sealed-document.ts';
import type { SealedStorage } from '#lib/sync/options.ts';
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
	const log = new Y.Doc({ gc: false });
	const writer = await EnvelopeWriter.open(team, amina, room, plain.clientID);
	let merging: Uint8Array[] = [];
	plain.on('update', (update: Uint8Array) => merging.push(update));
	const seal = async (): Promise<void> => {
		if (merging.length === 0) return;
		const envelope = await writer.write(
			merging.length === 1 && merging[0] ? merging[0] : Y.mergeUpdates(merging)
		);
		merging = [];
		log.getArray('log').push([envelope]);
	};
	const text = plain.getText(FIELD);
	for (const [index, { patches }] of trace.txns.entries()) {
		if (index % MERGED === 0) await seal();
		plain.transact(() => {
			for (const [position, deleted, inserted] of patches) {
				if (deleted > 0) text.delete(position, deleted);
				if (inserted !== '') text.insert(position, inserted);
			}
		});
	}
	await seal();
	if (text.toString() !== trace.endContent) throw new Error('the trace was not written as recorded');

	const plainState = Y.encodeStateAsUpdate(plain);
	const sealedLog = Y.encodeStateAsUpdate(log) as Bytes;
	const checkpoints = new Map<string, Bytes>();
	const storage = memoryStorage(sealedLog, checkpoints);
	const circle = await team.case.followedBy(amina);
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
		envelopes: log.getArray('log').length,
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
