/**
 * One document as the document page and the editor see it.
 *
 * The editor is given a view, never the clear document itself [V2], and none at all when the document was written by
 * a newer Throughline: then it is read without a schema [V1].
 */
import type { Awareness } from 'y-protocols/awareness';
import type { TreePart } from '#lib/casework/body-tree.ts';
import { SHIFT_LOG } from '#lib/casework/kinds.ts';
import type * as Y from 'yjs';
import { withoutDoubles } from '#lib/casework/derive/doubles.ts';
import { BODY_FIELD, SCHEMA_VERSION } from '#lib/casework/schema-version.ts';
import { readBlocks, type ReadingPart } from '#lib/casework/read-blocks.ts';
import { pictureIn, type Picture } from '#lib/casework/pictures.ts';
import type { DocumentSummary } from '#lib/casework/summary.ts';
import { templateUpdate } from '#lib/casework/templates.ts';
import type { DocumentId, PersonId } from '#lib/circle/ids.ts';
import { personOf } from '#lib/circle/roles.ts';
import type { SealedDocument } from '#lib/sync/sealed-document.ts';
import type { View } from '#lib/sync/view.ts';
import { CaseAround } from './case-around.svelte.ts';
import type { CaseFile, Outcome } from './case-file.svelte.ts';
import { sentenceFor } from './sentences.ts';
import { Changes } from './changes.ts';
import { DocumentDiscussion } from './document-discussion.ts';
import type { DocumentShiftLog } from './document-shift-log.svelte.ts';
import type { RoomLease } from './rooms.ts';
import type { SavedState } from './saved-state.ts';
import type { Session } from './session.svelte.ts';
import { keepSummary, noteDocument, type Listed } from './summary-keeping.ts';

export interface PersonHere {
	readonly person: PersonId;
	readonly name: string;
	readonly colour: string;
	readonly me: boolean;
	/** How many tabs or devices they have open here. */
	readonly sessions: number;
}

export class OpenDocument {
	#session: Session;
	#case: CaseFile;
	#lease: RoomLease | null = $state.raw(null);
	#discussion: DocumentDiscussion | null = $state.raw(null);
	#shiftLog: DocumentShiftLog | null = $state.raw(null);
	#view: View | null = $state.raw(null);
	#loaded = $state(false);
	#synced = $state(false);
	#newer = $state(false);
	#opening = false;
	#closed = false;
	#changes = new Changes();
	#removers: (() => void)[] = [];
	#editor: ((change: (doc: Y.Doc) => void) => void) | null = null;
	#stopSummary: (() => Promise<void>) | null = null;
	readonly id: DocumentId;
	readonly around: CaseAround;

	constructor(session: Session, caseFile: CaseFile, id: DocumentId) {
		this.#session = session;
		this.#case = caseFile;
		this.id = id;
		this.around = new CaseAround(caseFile, this);
		// the case's index names the document's template, so it has to be here first
		this.#removers.push(caseFile.onChange(() => void this.#open()));
		void this.#open();
	}

	get #entry() {
		return this.#case.documents.find(({ id }) => id === this.id);
	}

	get title(): string {
		return this.#entry?.title ?? '';
	}
	/** `caret`: where it stands in the title field now. */
	rename(text: string, caret: number | null = null): void {
		this.#case.renameDocument(this.id, text, caret);
		void this.#session.summaries?.note(this.id, { title: text });
	}
	get #listed(): Listed | null {
		const entry = this.#entry;
		// who was shut out keeps no summary
		return entry === undefined || this.#case.role === null
			? null
			: {
					id: this.id,
					title: entry.title,
					kind: entry.kind,
					caseCircle: this.#case.above?.circle ?? this.#case.circle
				};
	}
	get kind(): string {
		return this.#entry?.kind ?? '';
	}

	/** `newer`: written by a newer Throughline, shown without an editor until this one is updated. */
	get status(): 'loading' | 'ready' | 'unavailable' | 'newer' {
		if (this.#newer) return 'newer';
		if (this.#entry === undefined)
			return this.#case.status === 'ready' || this.#case.status === 'unavailable' ? 'unavailable' : 'loading';
		if (!this.#loaded) return 'loading';
		if (this.#synced || this.#session.summaries?.get(this.id)?.here) return 'ready';
		return this.#session.relay === 'offline' ? 'unavailable' : 'loading';
	}

	get canWrite(): boolean {
		return this.#case.canWrite;
	}

	/** What the editor binds to; another object after `renewView`. */
	get view(): View | null {
		return this.status === 'ready' ? this.#view : null;
	}
	get awareness(): Awareness | null {
		return this.#lease?.sealed.presence ?? null;
	}

	/** What is said beside the words; null until the document is here. */
	get discussion(): DocumentDiscussion | null {
		return this.#discussion;
	}

	/** The entries, when this is a shift log and it is here. */
	get shiftLog(): DocumentShiftLog | null {
		return this.#shiftLog;
	}

	/** While an editor is open, edits go through it, so that they can be undone there. Returns its remover. */
	takeEdits(edit: (change: (doc: Y.Doc) => void) => void): () => void {
		this.#editor = edit;
		return () => {
			if (this.#editor === edit) this.#editor = null;
		};
	}

	/** One edit of the words, as if it had been typed. */
	edit(change: (doc: Y.Doc) => void): void {
		const { sealed } = this;
		if (!this.canWrite || this.#newer || sealed === null) return;
		if (this.#editor !== null) this.#editor(change);
		else sealed.edit(change);
		void this.#noteContent();
	}

	async #noteContent(facts: { readonly here?: true; readonly updatedAt?: number } = {}): Promise<void> {
		const { summaries } = this.#session;
		const { sealed } = this;
		const listed = this.#listed;
		if (summaries !== undefined && listed !== null && sealed !== null)
			await noteDocument(summaries, listed, sealed, facts);
	}

	/** What is in it, as of a moment ago: made anew when the writing pauses, and after every edit from beside the text. */
	get content(): DocumentSummary | null {
		this.#case.followChanges();
		return this.#session.summaries?.get(this.id)?.content ?? null;
	}

	/** Finished, and printed without "Draft". */
	get final(): boolean {
		return this.#entry?.final ?? false;
	}

	/** A fresh view from the clear document, for when the old one has gone its own way. */
	renewView(): void {
		const sealed = this.#lease?.sealed;
		if (sealed === undefined || this.#newer || this.#closed) return;
		this.#view?.close();
		this.#view = sealed.openView();
	}

	/** The document without a schema, for reading. */
	get blocks(): readonly ReadingPart[] {
		this.#changes.follow();
		return this.#lease === null
			? []
			: withoutDoubles(readBlocks(this.#lease.sealed.clear.getXmlFragment(BODY_FIELD)));
	}

	pictureOf(name: string): Picture | null {
		this.#changes.follow();
		return this.#lease === null ? null : pictureIn(this.#lease.sealed.clear, name);
	}

	/** What would be kept of the text as it is now, as a template: all of it, or its headings and prompts. */
	async contentToKeep(keep: 'all' | 'form'): Promise<readonly TreePart[]> {
		const body = this.#lease?.sealed.clear.getXmlFragment(BODY_FIELD);
		if (body === undefined) return [];
		const { contentToKeep } = await import('./agency-templates.svelte.ts');
		return contentToKeep(body, this.#entry?.template ?? null, keep);
	}

	/** Reactive, and costs nothing: changes whenever the text may have. */
	followText(): void {
		this.#changes.follow();
	}

	/** Who has this document open, ourselves first. */
	get people(): readonly PersonHere[] {
		this.#changes.follow();
		const me = this.#session.myPerson;
		const others = (this.#lease?.sealed.people ?? []).map(({ person }) => person);
		const here = [me, ...others];
		return here
			.filter((person, index) => here.indexOf(person) === index)
			.map((person) => ({
				person,
				name: person === me ? this.#session.myName : (this.#case.known?.nameOf(person) ?? 'Somebody'),
				colour: this.#case.known?.colourOf(person) ?? '',
				me: person === me,
				sessions: here.filter((other) => other === person).length
			}));
	}

	/** The person whose device wrote as this Yjs client; null when nobody is known to have. */
	writerOf(yClient: number): PersonId | null {
		const device = this.#lease?.sealed.writerOf(yClient) ?? null;
		const known = this.#case.known;
		return device === null || known === undefined ? null : personOf(known.state, device);
	}

	nameOfWriter(yClient: number): string | null {
		const person = this.writerOf(yClient);
		const known = this.#case.known;
		if (known === undefined || person === null) return null;
		return person === this.#session.myPerson ? 'You' : known.nameOf(person);
	}

	/** Names to offer where a field asks for one. */
	get suggestions() {
		return this.around.suggestions;
	}

	/** Somebody shortened the history of this document, or of what is said beside it, to what nobody wrote. */
	get falseHistory(): { readonly byName: string; readonly mayGoBack: boolean } | null {
		this.#changes.follow();
		this.#session.follow();
		const known = this.#case.known;
		const [found] = this.#falselyShortened;
		if (known === undefined || found === undefined) return null;
		const person = personOf(known.state, found.falseSnapshot.by);
		return {
			byName: person === null ? 'Somebody' : known.nameOf(person),
			mayGoBack: found.falseSnapshot.mayGoBack
		};
	}
	/** For everybody in the circle. Needs the relay. */
	async goBackToSoundHistory(): Promise<Outcome> {
		if (!(await this.#session.reachesRelay())) return { ok: false, message: sentenceFor('needs-relay') };
		for (const { sealed } of this.#falselyShortened) {
			const done = await sealed.goBack();
			if (!done.ok) return { ok: false, message: sentenceFor(done.reason) };
		}
		return { ok: true };
	}
	get #falselyShortened() {
		const mine = this.#lease === null ? [] : this.#session.rooms.sealedDocuments;
		return mine.flatMap((sealed) => {
			const { falseSnapshot, room } = sealed;
			return falseSnapshot === null || room.document !== this.id ? [] : [{ sealed, falseSnapshot }];
		});
	}

	get saved(): SavedState {
		return this.#session.saved;
	}

	async flush(): Promise<void> {
		await Promise.all([this.#lease?.sealed.flush(), this.#session.rooms.flush()]);
	}

	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		for (const remove of this.#removers.splice(0)) remove();
		this.#session.leaveDocument(this);
		await this.#lease?.sealed.flush();
		await this.#stopSummary?.();
		this.#view?.close();
		await this.#discussion?.close();
		await this.#shiftLog?.close();
		await this.#lease?.close();
	}

	/** The sealed document, for the session's own accounts. */
	get sealed(): SealedDocument | null {
		return this.#lease?.sealed ?? null;
	}

	async #open(): Promise<void> {
		const entry = this.#entry;
		const known = this.#case.known;
		if (this.#opening || this.#closed || entry === undefined || known === undefined) return;
		this.#opening = true;
		const seed = entry.template === null ? null : await loadSeed(entry.template);
		if (this.#closed) return;
		// without its template the text cannot be judged; tried again when the case tells of anything, or by reloading
		if (seed === 'failed') {
			this.#opening = false;
			return;
		}
		const lease = this.#session.rooms.open(known, this.id, seed ?? undefined);
		this.#lease = lease;
		this.#discussion = new DocumentDiscussion(this.#session, known, this.id, (lane) =>
			this.#session.rooms.open(known, this.id, undefined, lane)
		);
		if (entry.kind === SHIFT_LOG && entry.day !== null)
			this.#shiftLog = this.#case.openShiftLog(this.id, entry.day);
		const { sealed } = lease;
		const tell = () => this.#changes.tell();
		// a template we do not know is a newer Throughline's as well: its text would be missing from an editor
		const judge = () => {
			this.#newer =
				sealed.schema > SCHEMA_VERSION ||
				entry.schema > SCHEMA_VERSION ||
				(entry.template !== null && seed === null);
			if (this.#newer) this.#view = null;
		};
		sealed.clear.on('update', tell);
		this.#removers.push(
			() => sealed.clear.off('update', tell),
			sealed.onPeople(tell),
			sealed.onSaved(tell),
			sealed.onSchema(judge)
		);
		await sealed.loaded;
		if (this.#closed) return;
		judge();
		if (!this.#newer) this.#view = sealed.openView();
		this.#introduce(sealed);
		this.#loaded = true;
		this.#session.enterDocument(this);
		this.#stopSummary = keepSummary(sealed, (updatedAt) => this.#noteContent({ updatedAt }));
		tell();
		await sealed.synced;
		// it settles on closing too, and then this device may not have all of it
		if (!sealed.saved.complete) return;
		this.#synced = true;
		await this.#noteContent({ here: true });
	}

	#introduce(sealed: SealedDocument): void {
		const { myPerson, myName } = this.#session;
		sealed.presence.setLocalStateField('user', { name: myName, color: this.#case.known?.colourOf(myPerson) });
	}
}

/** The template's bytes; null when only a newer Throughline knows it, 'failed' when it could not be loaded just now. */
async function loadSeed(template: string): Promise<Uint8Array | null | 'failed'> {
	try {
		return await templateUpdate(template);
	} catch {
		return 'failed';
	}
}
