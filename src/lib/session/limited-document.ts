/**
 * A document of a case that is limited to some of its people: a document of its own takes its place.
 *
 * Keys cannot be taken back, so the earlier document cannot be closed to those who have it. Its words and what was said
 * beside it go into a circle of their own, sealed under keys that only the chosen people get; the earlier one leaves the
 * list of the case for everybody.
 * Promises: nothing leaves the list before its copy is at the relay; whatever anybody wrote into the earlier one without
 * having heard of it stays there and is told apart (`EarlierDocument`); it can be put back as a whole.
 * Must never: carry along only a part. What this app cannot read whole, it does not limit.
 */
import { countOpen, findDisagreements } from '#lib/casework/both-values.ts';
import {
	announceRestricted,
	markDocument,
	markMoved,
	readCaseIndex,
	type DocumentRow,
	type Vectors
} from '#lib/casework/case-index.ts';
import { bodyCopy } from '#lib/casework/copy-body.ts';
import { BODY_FIELD, SCHEMA_VERSION } from '#lib/casework/schema-version.ts';
import { templateUpdate } from '#lib/casework/templates.ts';
import { newDocumentId, type CircleId, type DocumentId, type PersonId } from '#lib/circle/ids.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import * as Y from 'yjs';
import { carryDiscussion } from './carry-discussion.ts';
import { DocumentDiscussion } from './document-discussion.ts';
import type { KnownCircle } from './known-circle.ts';
import { foundOwnCircle, listOwnDocument } from './own-document.ts';
import type { RoomLease } from './rooms.ts';
import type { Session } from './session.svelte.ts';
import type { Summaries } from './summaries.ts';
import { noteDocument } from './summary-keeping.ts';

/** How long the relay may take to bring all of a document, or to take its copy, ms. */
const PATIENCE = 30_000;

export const LANES = ['body', 'discussion', 'internal'] as const;
type OpenLanes = Readonly<Record<(typeof LANES)[number], RoomLease>>;

export type Here = Pick<
	Session,
	'circles' | 'vault' | 'rooms' | 'myPerson' | 'waiting' | 'forgetDocuments'
> & { readonly summaries: Summaries | undefined };

/** Only staff limit, so all three lanes are open to them. */
export async function limitDocument(
	here: Here,
	above: KnownCircle,
	row: DocumentRow,
	wish: { readonly people: readonly PersonId[]; readonly announce: boolean }
): Promise<Verdict<{ readonly circle: CircleId; readonly document: DocumentId }>> {
	const seed = await seedOf(row.template);
	if (seed === null) return { ok: false, reason: 'newer-document' };
	const id = row.id as DocumentId;
	const earlier = openLanes(here, above, id, seed);
	const opened: OpenLanes[] = [earlier];
	try {
		if (!(await allIsHere(earlier))) return { ok: false, reason: 'document-not-here' };
		const unfit = whyNot(earlier);
		if (unfit !== null) return { ok: false, reason: unfit };
		const founded = await foundOwnCircle(here.circles, here.vault, above, wish.people);
		if (!founded.ok) return founded;
		const own = founded.value;
		const document = newDocumentId();
		const fresh = openLanes(here, own, document);
		opened.push(fresh);
		await Promise.all(LANES.map((lane) => fresh[lane].sealed.loaded));

		// in one go: nothing comes between what is copied and the note of how far that went
		const unfitNow = whyNot(earlier);
		if (unfitNow !== null) return { ok: false, reason: unfitNow };
		const carried = vectorsOf(earlier);
		for (const write of bodyCopy(earlier.body.sealed.clear)) fresh.body.sealed.edit(write);
		const [from, to] = [discuss(here, above, id), discuss(here, own, document)];
		carryDiscussion(from, to);
		await Promise.all([from.close(), to.close()]);

		const sent = await Promise.all(LANES.map((lane) => fresh[lane].sealed.acknowledged(PATIENCE)));
		if (!sent.every(Boolean)) return { ok: false, reason: 'needs-relay' };
		const { title, kind, createdAt, createdBy, fromTemplate, final } = row;
		const listed = await listOwnDocument(
			{ rooms: here.rooms, summaries: need(here.summaries) },
			own,
			above.circle,
			{
				...{ id: document, title, kind, createdAt, createdBy, fromTemplate, final },
				template: null,
				schema: Math.max(row.schema, SCHEMA_VERSION),
				from: { document: id, made: vectorsOf(fresh) }
			}
		);
		if (!(await listed.sent)) return { ok: false, reason: 'needs-relay' };
		await noteDocument(
			need(here.summaries),
			{ id: document, title, kind, caseCircle: above.circle },
			fresh.body.sealed,
			{ here: true }
		);
		await editList(here, above, (list) => {
			markMoved(list, id, { to: own.circle, by: here.myPerson, at: Date.now(), carried });
			if (wish.announce) announceRestricted(list, own.circle, here.myPerson);
		});
		await here.forgetDocuments([id]);
		return { ok: true, value: { circle: own.circle, document } };
	} finally {
		for (const lanes of opened) await closeLanes(lanes);
	}
}

/**
 * Lists the earlier document in its case again, as it is. The one that took its place goes when it holds no more than it
 * began with, and this person decides about it; else it stays, limited as it was.
 */
export async function putBackDocument(here: Here, above: KnownCircle, id: DocumentId): Promise<void> {
	let to: CircleId | null = null;
	let listed: DocumentRow | undefined;
	await editList(here, above, (list) => {
		listed = readCaseIndex(list).documents.find((row) => row.id === id);
		to = (listed?.moved?.to ?? null) as CircleId | null;
		markMoved(list, id, null);
		if (to !== null) announceRestricted(list, to, null);
	});
	const own = to === null ? undefined : here.circles.get(to);
	if (own?.directRole === 'owner') await retire(here, own, id);
	const seed = await seedOf(listed?.template ?? null);
	if (listed === undefined || seed === null) return;
	const lease = here.rooms.open(above, id, seed);
	await lease.sealed.loaded;
	const { title, kind } = listed;
	await noteDocument(need(here.summaries), { id, title, kind, caseCircle: above.circle }, lease.sealed, {
		here: true
	});
	await lease.close();
}

/** Everything that is in these lanes now. */
export function vectorsOf(lanes: Readonly<Partial<Record<string, RoomLease>>>): Vectors {
	return Object.fromEntries(
		Object.entries(lanes).flatMap(([lane, lease]) =>
			lease === undefined ? [] : [[lane, Y.encodeStateVector(lease.sealed.clear)] as const]
		)
	);
}

/** Is there anything in this text that was not there then? */
export function hasGrown(doc: Y.Doc, since: Uint8Array | undefined): boolean {
	const before = since === undefined ? new Map<number, number>() : Y.decodeStateVector(since);
	return [...Y.decodeStateVector(Y.encodeStateVector(doc))].some(
		([client, clock]) => clock > (before.get(client) ?? 0)
	);
}

/** The fixed beginning of a document; undefined for none, null when this app does not know it. */
export async function seedOf(template: string | null): Promise<Uint8Array | undefined | null> {
	return template === null ? undefined : templateUpdate(template);
}

async function retire(here: Here, own: KnownCircle, earlier: DocumentId): Promise<void> {
	const index = here.rooms.open(own, await indexDocumentOf(own.circle));
	await index.sealed.loaded;
	const row = readCaseIndex(index.sealed.clear).documents.find(({ from }) => from?.document === earlier);
	await index.close();
	if (row?.from == null || row.removed) return;
	const { made } = row.from;
	const lanes = openLanes(here, own, row.id as DocumentId);
	const isWhole = await allIsHere(lanes);
	const isUntouched = LANES.every((lane) => !hasGrown(lanes[lane].sealed.clear, made[lane]));
	await closeLanes(lanes);
	if (!isWhole || !isUntouched) return;
	await editList(here, own, (list) => markDocument(list, row.id, 'removed', true));
	await here.forgetDocuments([row.id, own.circle]);
}

/** Why this text would not come along whole; null when it would. */
function whyNot(lanes: OpenLanes): 'newer-document' | 'two-values' | null {
	if (LANES.some((lane) => lanes[lane].sealed.schema > SCHEMA_VERSION)) return 'newer-document';
	const body = lanes.body.sealed.clear.getXmlFragment(BODY_FIELD);
	return countOpen(findDisagreements(body)) > 0 ? 'two-values' : null;
}

function openLanes({ rooms }: Here, known: KnownCircle, document: DocumentId, seed?: Uint8Array): OpenLanes {
	return {
		body: rooms.open(known, document, seed),
		discussion: rooms.open(known, document, undefined, 'discussion'),
		internal: rooms.open(known, document, undefined, 'internal')
	};
}

async function closeLanes(lanes: OpenLanes): Promise<void> {
	for (const lane of LANES) await lanes[lane].close();
}

async function allIsHere(lanes: OpenLanes): Promise<boolean> {
	const all = LANES.map((lane) => lanes[lane].sealed);
	let timer: ReturnType<typeof setTimeout> | undefined;
	const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE)));
	await Promise.race([Promise.all(all.map(({ synced }) => synced)), patience]);
	clearTimeout(timer);
	return all.every(({ saved }) => saved.complete);
}

function discuss(here: Here, known: KnownCircle, document: DocumentId): DocumentDiscussion {
	return new DocumentDiscussion(here, known, document, (lane) =>
		here.rooms.open(known, document, undefined, lane)
	);
}

async function editList({ rooms }: Here, known: KnownCircle, change: (list: Y.Doc) => void): Promise<void> {
	const lease = rooms.open(known, await indexDocumentOf(known.circle));
	await lease.sealed.loaded;
	lease.sealed.edit(change);
	await lease.sealed.flush();
	void lease.sealed.acknowledged(PATIENCE).then(() => lease.close());
}

function need<T>(part: T | undefined): T {
	if (part === undefined) throw new Error('the session has not been started');
	return part;
}
