/**
 * One document as the document page and the editor see it.
 *
 * The editor is given a view, never the clear document itself [V2], and none at all when the document was written by
 * a newer Throughline: then it is read without a schema [V1].
 */
import type { Awareness } from 'y-protocols/awareness';
import { BODY_FIELD, SCHEMA_VERSION } from '#lib/casework/schema-version.ts';
import { readBlocks, type ReadingPart } from '#lib/casework/read-blocks.ts';
import { templateUpdate } from '#lib/casework/templates.ts';
import type { DocumentId, PersonId } from '#lib/circle/ids.ts';
import type { SealedDocument } from '#lib/sync/sealed-document.ts';
import type { View } from '#lib/sync/view.ts';
import type { CaseFile } from './case-file.svelte.ts';
import { Changes } from './changes.ts';
import { DocumentDiscussion } from './document-discussion.svelte.ts';
import type { RoomLease } from './rooms.ts';
import type { SavedState } from './saved-state.ts';
import type { Session } from './session.svelte.ts';

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
	#view: View | null = $state.raw(null);
	#loaded = $state(false);
	#synced = $state(false);
	#newer = $state(false);
	#opening = false;
	#closed = false;
	#changes = new Changes();
	#removers: (() => void)[] = [];
	readonly id: DocumentId;

	constructor(session: Session, caseFile: CaseFile, id: DocumentId) {
		this.#session = session;
		this.#case = caseFile;
		this.id = id;
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
		return this.#lease === null ? [] : readBlocks(this.#lease.sealed.clear.getXmlFragment(BODY_FIELD));
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
		this.#view?.close();
		await this.#discussion?.close();
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
		this.#discussion = new DocumentDiscussion(
			this.#session,
			known,
			this.#session.rooms.open(known, this.id, undefined, 'discussion')
		);
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
		tell();
		await sealed.synced;
		// it settles on closing too, and then this device may not have all of it
		if (!sealed.saved.complete) return;
		this.#synced = true;
		await this.#session.summaries?.note(this.id, { title: entry.title, here: true });
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
