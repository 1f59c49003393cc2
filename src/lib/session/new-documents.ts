/**
 * What begins a document of a case: a kind and what the case knows already, blocks that somebody brings, notes of another
 * system, the log of a day.
 */
import { newBlockId } from '#lib/casework/block-id.ts';
import { writeTree, type TreePart } from '#lib/casework/body-tree.ts';
import { addDocument, type NewDocumentRow } from '#lib/casework/case-index.ts';
import { formatDay } from '#lib/casework/dates.ts';
import type { Period } from '#lib/casework/derive/case-document.ts';
import type { ImportedNote } from '#lib/casework/import/read-notes.ts';
import { documentKind, SHIFT_LOG } from '#lib/casework/kinds.ts';
import { BODY_FIELD, SCHEMA_VERSION } from '#lib/casework/schema-version.ts';
import { logDay } from '#lib/casework/shift-log/times.ts';
import { newDocumentId, type CircleId, type DocumentId, type PersonId } from '#lib/circle/ids.ts';
import type { Place } from './case-content.ts';
import type { CaseFile } from './case-file.svelte.ts';
import { foundOwnCircle, listOwnDocument } from './own-document.ts';
import { sentenceFor } from './sentences.ts';
import type { Session } from './session.svelte.ts';
import { shiftLogDocumentOf } from './shift-log-document.ts';
import type { Summaries } from './summaries.ts';

/** How long a filled document stays open in the background to be sent, ms. */
const SENDING_PATIENCE = 15_000;

export class NewDocuments {
	readonly #session: Session;
	readonly #file: CaseFile;

	constructor(session: Session, file: CaseFile) {
		this.#session = session;
		this.#file = file;
	}

	/**
	 * Adds a document of this kind, on another of its templates if one is named, and answers with its id. It begins with
	 * what the case knows already: a progress report with the plan and the notes of its period. Works offline.
	 */
	async create(kindId: string, template?: string, period: Period | null = null): Promise<DocumentId> {
		const kind = documentKind(kindId);
		const { summaries } = this.#session;
		if (kind === null || summaries === undefined) throw new Error(`no document kind ${kindId}`);
		if (kind.id === SHIFT_LOG) return this.startShiftLog();
		const id = newDocumentId();
		const listed = { id, kind: kind.id, title: kind.title };
		const standsOn = template ?? kind.template;
		await this.#addDocument({ ...listed, template: standsOn });
		const { firstContent, writeFirst } = await import('./case-content.ts');
		const first = firstContent(kind.id, this.#file.contents, period);
		if (first !== null)
			await writeFirst(this.#place(summaries), { ...listed, caseCircle: this.#file.circle }, standsOn, first);
		return id;
	}

	/**
	 * A document that only these people, and I, may open. Needs the relay. It begins as any of its kind does: with what
	 * the case knows, which all of them may read.
	 */
	async createOwn(
		kindId: string,
		wish: {
			readonly people: readonly PersonId[];
			readonly announce: boolean;
			readonly template?: string;
			readonly period?: Period | null;
		}
	): Promise<
		| { readonly ok: true; readonly circle: CircleId; readonly document: DocumentId }
		| { readonly ok: false; readonly message: string }
	> {
		const kind = documentKind(kindId);
		const { summaries, circles, vault } = this.#session;
		const above = this.#file.known;
		if (kind === null || kind.id === SHIFT_LOG || summaries === undefined || above === undefined)
			throw new Error(`no document kind ${kindId} with a circle of its own`);
		if (!(await this.#session.reachesRelay())) return { ok: false, message: sentenceFor('needs-relay') };
		const founded = await foundOwnCircle(circles, vault, above, wish.people);
		if (!founded.ok) return { ok: false, message: sentenceFor(founded.reason) };
		const known = founded.value;
		const template = wish.template ?? kind.template;
		const row = this.#row({ title: kind.title, kind: kind.id, template, removed: false });
		const place = { ...this.#place(summaries), known };
		await listOwnDocument(place, known, this.#file.circle, row);
		const { firstContent, writeFirst } = await import('./case-content.ts');
		const first = firstContent(kind.id, this.#file.contents, wish.period ?? null);
		const listed = { id: row.id, kind: kind.id, title: kind.title, caseCircle: this.#file.circle };
		if (first !== null) await writeFirst(place, listed, template, first);
		if (wish.announce) this.#file.restricted.announce(known.circle, true);
		return { ok: true, circle: known.circle, document: row.id };
	}

	/**
	 * Writes notes of another system as case notes. They are listed together once all are written; stopped before, none
	 * is. Answers with their ids, so that the whole can be taken back; null when it was stopped.
	 */
	async importNotes(
		notes: readonly ImportedNote[],
		options: { readonly signal: AbortSignal; readonly onProgress: (done: number) => void }
	): Promise<readonly DocumentId[] | null> {
		const kind = documentKind('case-note');
		const { summaries } = this.#session;
		if (kind === null || this.#file.list === null || summaries === undefined)
			throw new Error('the case is not open');
		const { writeNotes } = await import('./case-content.ts');
		// listed at once, but out of sight: no room is ever written to that no list names
		const rows = notes.map((note) =>
			this.#row({
				title: titleOfNote(kind.title, note),
				kind: kind.id,
				template: kind.template,
				removed: true
			})
		);
		this.#file.list.sealed.edit((doc) => rows.forEach((row) => addDocument(doc, row)));
		const toWrite = rows.flatMap(({ id, title }, index) => {
			const note = notes[index];
			return note === undefined
				? []
				: { note, listed: { id, title, kind: kind.id, caseCircle: this.#file.circle } };
		});
		const ids = rows.map(({ id }) => id);
		const all = await writeNotes(this.#place(summaries), kind.template, toWrite, options);
		this.#file.setRemoved(ids, !all);
		await this.#file.list.sealed.flush();
		return all ? ids : null;
	}

	#place(summaries: Summaries): Place {
		if (this.#file.known === undefined) throw new Error('the case is not open');
		return {
			summaries,
			rooms: this.#session.rooms,
			known: this.#file.known,
			connected: () => this.#session.relay === 'connected'
		};
	}

	#row(
		facts: Pick<NewDocumentRow, 'title' | 'kind' | 'template' | 'removed'>
	): NewDocumentRow & { id: DocumentId } {
		const { myPerson } = this.#session;
		const id = newDocumentId();
		return { ...facts, id, schema: SCHEMA_VERSION, createdAt: Date.now(), createdBy: myPerson };
	}

	/**
	 * Adds a document that begins with these blocks: its creator's own first words, so that every struct is theirs [E4].
	 * Answers with its id. Works offline.
	 */
	async createFilled(wish: {
		readonly kind: string;
		readonly title: string;
		readonly content: readonly TreePart[];
		readonly fromTemplate?: string;
		/** Old block id → new, for documents that refer to each other. */
		readonly ids?: Map<string, string>;
	}): Promise<DocumentId> {
		const known = this.#file.known;
		if (known === undefined) throw new Error('the case is not open yet');
		const id = newDocumentId();
		const lease = this.#session.rooms.open(known, id);
		await lease.sealed.loaded;
		lease.sealed.edit((doc) => writeTree(doc.getXmlFragment(BODY_FIELD), wish.content, newBlockId, wish.ids));
		// the words first: a row without them would be an empty document
		await lease.sealed.flush();
		await this.#addDocument({
			id,
			kind: wish.kind,
			title: wish.title,
			template: null,
			...(wish.fromTemplate === undefined ? {} : { fromTemplate: wish.fromTemplate })
		});
		void lease.sealed.acknowledged(SENDING_PATIENCE).then(() => lease.close());
		return id;
	}

	/** The log of this house and day (ISO; today), started if nobody has. Offline too: everybody starts the same one. */
	async startShiftLog(day = logDay(Date.now())): Promise<DocumentId> {
		const listed = this.#file.shiftLogOf(day);
		if (listed !== null) return listed;
		if (this.#file.known === undefined) throw new Error('the case is not open yet');
		const id = await shiftLogDocumentOf(this.#file.known, day);
		await this.#addDocument({
			id,
			kind: SHIFT_LOG,
			title: `Shift log, ${formatDay(day)}`,
			template: null,
			day
		});
		return id;
	}
	async #addDocument(wish: {
		readonly id: DocumentId;
		readonly kind: string;
		readonly title: string;
		readonly template: string | null;
		readonly day?: string;
		readonly fromTemplate?: string;
	}): Promise<void> {
		if (this.#file.list === null) throw new Error('the case is not open yet');
		this.#file.list.sealed.edit((doc) =>
			addDocument(doc, {
				...wish,
				schema: SCHEMA_VERSION,
				createdAt: Date.now(),
				createdBy: this.#session.myPerson
			})
		);
		await this.#session.summaries?.note(wish.id, {
			title: wish.title,
			kind: wish.kind,
			updatedAt: Date.now(),
			here: true,
			circle: this.#file.circle,
			caseCircle: this.#file.circle
		});
		await this.#file.list.sealed.flush();
	}
}

/** "Case note, 3 Nov 2026". */
function titleOfNote(title: string, { day }: ImportedNote): string {
	return day === '' ? title : `${title}, ${formatDay(day)}`;
}
