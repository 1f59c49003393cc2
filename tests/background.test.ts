/**
 * Two devices with everything a session has but pages, on a real relay process: what one writes comes to the other
 * without being opened.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { addDocument, renameCase } from '#lib/casework/case-index.ts';
import { newDocumentId, type CircleId, type DocumentId } from '#lib/circle/ids.ts';
import { indexDocumentOf, writeRoom } from '#lib/envelope/room.ts';
import { Summaries } from '#lib/session/summaries.ts';
import {
	closeAll,
	closeLater,
	createDevice as createPlainDevice,
	foundCase,
	keepDevicesApart,
	knownTo,
	letIn,
	removeFrom,
	soon
} from './support/device.ts';
import { RelayProcess } from './support/relay-process.ts';

let Background: typeof import('#lib/session/background.ts').Background;
beforeAll(async () => {
	keepDevicesApart();
	({ Background } = await import('#lib/session/background.ts'));
});
afterEach(closeAll);

async function createDevice(relay: RelayProcess, name: string) {
	const device = await createPlainDevice(relay, name);
	const { namespace, vault, connection, circles, rooms } = device;
	const summaries = new Summaries(vault, namespace);
	const visited: string[] = [];
	return {
		...device,
		summaries,
		visited,
		/** `until`: closed when so many rooms were visited, as by somebody who shuts the laptop. `listed`: holds up whoever reads a list. */
		background: ({
			until = Infinity,
			retry,
			listed
		}: { until?: number; retry?: number; listed?: Promise<void> } = {}) => {
			const background = new Background({
				namespace,
				vault,
				connection,
				circles,
				rooms,
				summaries,
				waiting: () => [],
				...(retry === undefined ? {} : { retry }),
				onGone: async (ids) => {
					await listed;
					await summaries.forget((_, id) => ids.includes(id));
				},
				onVisited: async ({ id }, _known, lane, { clear }) => {
					if (visited.length >= until) throw new Error('the laptop is shut');
					visited.push(`${id} ${lane}`);
					await summaries.note(id, { here: true, title: clear.getText('words').toJSON() });
				}
			});
			closeLater(() => background.close());
			return background;
		}
	};
}

type Device = Awaited<ReturnType<typeof createDevice>>;

/** The relay has told these that the room moved. */
function heardBy(devices: readonly Pick<Device, 'connection'>[], room: string): Promise<unknown> {
	return Promise.all(
		devices.map(
			({ connection }) =>
				new Promise<void>((resolve) => {
					const remove = connection.onMoved((rooms) => {
						if (!rooms.includes(room)) return;
						remove();
						resolve();
					});
				})
		)
	);
}

/** Amina lists a document and writes in it; it is durable at the relay, and these have heard of it, when this settles. */
async function write(
	amina: Device,
	circle: CircleId,
	words: string,
	hearers: readonly Device[] = [amina]
): Promise<DocumentId> {
	const known = amina.circles.get(circle);
	if (known === undefined) throw new Error('no such case');
	const id = newDocumentId();
	const list = amina.rooms.open(known, await indexDocumentOf(circle));
	await list.sealed.synced;
	list.sealed.edit((doc) => {
		renameCase(doc, 'Rosa M.');
		const row = { id, title: words, kind: 'case-note', template: null, schema: 1 };
		addDocument(doc, { ...row, createdAt: Date.now(), createdBy: amina.vault.profile.person });
	});
	// so that whoever asks after this is not told of it once more
	const room = writeRoom({ circle, document: id, lane: 'body', generation: 0 });
	const told = heardBy(hearers, room);
	const text = amina.rooms.open(known, id);
	await text.sealed.synced;
	text.sealed.edit((doc) => doc.getText('words').insert(0, words));
	expect(await text.sealed.acknowledged(60_000)).toBe(true);
	expect(await list.sealed.acknowledged(60_000)).toBe(true);
	await Promise.all([text.close(), list.close(), told]);
	return id;
}

const titleOf = ({ summaries }: Device, id: string) => {
	const summary = summaries.get(id);
	return summary?.here === true ? summary.title : undefined;
};

async function setup() {
	const relay = await RelayProcess.start();
	closeLater(() => relay.remove());
	const [amina, ben] = [await createDevice(relay, 'Amina'), await createDevice(relay, 'Ben')];
	const circle = await foundCase(amina, relay.foundingCode);
	await letIn(amina, circle, ben);
	return { relay, amina, ben, circle };
}

test('[R6] what a colleague wrote before and writes now comes without being opened; later only what moved is fetched', async () => {
	const { amina, ben, circle } = await setup();
	const before = await write(amina, circle, 'written before');
	const first = ben.background();
	await soon(() => expect(titleOf(ben, before)).toBe('written before'));
	const now = await write(amina, circle, 'written now', [amina, ben]);
	await soon(() => expect(titleOf(ben, now)).toBe('written now'));
	await first.close();

	const later = await write(amina, circle, 'written while nobody listened');
	ben.visited.length = 0;
	ben.background();
	await soon(() => expect(titleOf(ben, later)).toBe('written while nobody listened'));
	expect(ben.visited).toEqual([`${later} body`]);
});

test('[R6] what moved while somebody had it open is visited when they have closed it', async () => {
	const { amina, ben, circle } = await setup();
	const id = await write(amina, circle, 'before');
	ben.background();
	await soon(() => expect(titleOf(ben, id)).toBe('before'));
	const known = { hers: amina.circles.get(circle), his: ben.circles.get(circle) };
	if (known.hers === undefined || known.his === undefined) throw new Error('no such case');
	const [his, hers] = [ben.rooms.open(known.his, id), amina.rooms.open(known.hers, id)];
	await hers.sealed.synced;
	const room = writeRoom({ circle, document: id, lane: 'body', generation: 0 });
	const heard = heardBy([ben], room);
	hers.sealed.edit((doc) => doc.getText('words').insert(0, 'after and '));
	await heard;
	// perhaps before it has come
	await his.close();
	await soon(() => expect(titleOf(ben, id)).toBe('after and before'));
	await hers.close();
});

test('[R6] what moves again while the list that names it is being read is visited again, without a rest', async () => {
	const { amina, ben, circle } = await setup();
	const id = await write(amina, circle, 'before', [amina, ben]);
	let read = () => {};
	const listed = new Promise<void>((resolve) => (read = resolve));
	ben.background({ listed, retry: 2 ** 31 - 1 });
	await soon(() => expect(ben.rooms.sealedDocuments.length).toBeGreaterThan(0));
	await soon(() => expect(ben.rooms.sealedDocuments.every(({ saved }) => saved.complete)).toBe(true));
	const room = writeRoom({ circle, document: id, lane: 'body', generation: 0 });
	const heard = heardBy([ben], room);
	const hers = amina.rooms.open(knownTo(amina, circle), id);
	await hers.sealed.synced;
	hers.sealed.edit((doc) => doc.getText('words').insert(0, 'after and '));
	await heard;
	expect(ben.rooms.isOpen(room)).toBe(false);
	read();
	await soon(() => expect(ben.visited).toEqual([`${id} body`, `${id} body`]));
	await hers.close();
});

test('[R6] a relay that does not answer what has moved is asked again', async () => {
	const { amina, ben, circle } = await setup();
	const id = await write(amina, circle, 'written before');
	const fetchMoves = ben.connection.fetchMoves.bind(ben.connection);
	let silent = 1;
	ben.connection.fetchMoves = (...asked) => (silent-- > 0 ? Promise.resolve(null) : fetchMoves(...asked));
	ben.background({ retry: 20 });
	await soon(() => expect(titleOf(ben, id)).toBe('written before'));
});

test('[R6] removed and let in again, one misses nothing of what moved meanwhile', async () => {
	const { amina, ben, circle } = await setup();
	const before = await write(amina, circle, 'written before');
	ben.background();
	await soon(() => expect(titleOf(ben, before)).toBe('written before'));
	expect(await removeFrom(amina, circle, ben.me)).toMatchObject({ ok: true });
	await soon(() => expect(ben.circles.get(circle)?.isOut).toBe(true));
	const meanwhile = await write(amina, circle, 'written while Ben was out');
	await letIn(amina, circle, ben);
	await soon(() => expect(titleOf(ben, meanwhile)).toBe('written while Ben was out'));
});

test('[R6] interrupted in the middle, it goes on with what is left', async () => {
	const { amina, ben, circle } = await setup();
	const ids = await Promise.all(Array.from({ length: 12 }, (_, i) => write(amina, circle, `note ${i}`)));
	const first = ben.background({ until: 5 });
	await soon(() => expect(ben.visited.length).toBe(5));
	await first.close();
	const before = [...ben.visited];
	const second = ben.background();
	await soon(() => expect(ids.map((id) => titleOf(ben, id))).toEqual(ids.map((_, i) => `note ${i}`)));
	await soon(() => expect(second.progress).toBeNull());
	// each document once, whichever of the two it was
	expect(ben.visited.filter((room) => before.includes(room))).toEqual(before);
	expect(ben.visited).toHaveLength(12);
});

test('[R7] a relay restored from last week’s backup gets back what it has forgotten', async () => {
	const { relay, amina, circle } = await setup();
	const first = amina.background();
	const kept = await write(amina, circle, 'in the backup');
	await soon(() => expect(titleOf(amina, kept)).toBe('in the backup'));
	await relay.stop();
	const backup = mkdtempSync(join(tmpdir(), 'relay-backup-'));
	closeLater(() => rmSync(backup, { recursive: true, force: true }));
	cpSync(relay.data, backup, { recursive: true });
	await relay.start();
	await soon(() => expect(amina.connection.status).toBe('connected'));
	const lost = await write(amina, circle, 'after the backup');
	await soon(() => expect(titleOf(amina, lost)).toBe('after the backup'));
	await first.close();

	await relay.stop();
	rmSync(relay.data, { recursive: true });
	cpSync(backup, relay.data, { recursive: true });
	await relay.start();
	await soon(() => expect(amina.connection.status).toBe('connected'));
	amina.background();

	// somebody who was never here finds both at the relay
	const known = amina.circles.get(circle);
	const room = writeRoom({ circle, document: lost, lane: 'body', generation: 0 });
	await soon(async () => expect((await amina.connection.fetchMoves([circle], ''))?.rooms).toContain(room));
	expect(known?.unsent).toBe(false);
});
