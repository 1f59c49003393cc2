/**
 * Documents of a case that not everybody in it may open: those that began with a circle of their own, and those that were
 * limited since.
 */
import { announceRestricted, readCaseIndex } from '#lib/casework/case-index.ts';
import { SHIFT_LOG } from '#lib/casework/kinds.ts';
import type { CircleId, DocumentId, PersonId } from '#lib/circle/ids.ts';
import type { CaseFile } from './case-file.svelte.ts';
import type { EarlierDocument } from './earlier-document.ts';
import type { KnownCircle } from './known-circle.ts';
import { ownDocumentsOf, type OwnDocument } from './own-document.ts';
import { sentenceFor } from './sentences.ts';
import type { Session } from './session.svelte.ts';

export class RestrictedDocuments {
	readonly #session: Session;
	readonly #file: CaseFile;

	constructor(session: Session, file: CaseFile) {
		this.#session = session;
		this.#file = file;
	}

	/** Documents of this case that have a circle of their own, with me in it. */
	get mine(): readonly (OwnDocument & { readonly announced: boolean })[] {
		this.#file.followChanges();
		this.#session.follow();
		const { summaries, circles } = this.#session;
		if (summaries === undefined) return [];
		const told = this.#told.map(({ circle }) => circle);
		return ownDocumentsOf(this.#file.circle, circles.all, summaries).map((one) => ({
			...one,
			announced: told.includes(one.circle)
		}));
	}
	/** Those that I am not in, as far as we are told that they exist: who decides about each. */
	get closed(): readonly { readonly circle: string; readonly byName: string }[] {
		this.#file.followChanges();
		this.#session.follow();
		return this.#told
			.filter(({ circle }) => (this.#session.circles.get(circle as CircleId)?.role ?? null) === null)
			.map(({ circle, by }) => ({ circle, byName: this.#nameOf(by as PersonId) }));
	}
	get #told() {
		return this.#file.list === null ? [] : readCaseIndex(this.#file.list.sealed.clear).restricted;
	}
	/** Tells the others in the case that there is such a document, or no more. */
	announce(circle: CircleId, on: boolean): void {
		this.#file.list?.sealed.edit((doc) =>
			announceRestricted(doc, circle, on ? this.#session.myPerson : null)
		);
	}

	/** Documents of this case that only some people may open since, and that are listed here no more. */
	get limited(): readonly {
		readonly id: DocumentId;
		readonly title: string;
		readonly byName: string;
		readonly at: number;
		readonly to: CircleId;
		/** Where it goes on, for those who may open that; null for all others. */
		readonly next: { readonly circle: CircleId; readonly document: DocumentId } | null;
	}[] {
		if (this.#file.list === null) return [];
		const own = this.mine;
		return readCaseIndex(this.#file.list.sealed.clear).documents.flatMap(({ id, title, moved }) => {
			if (moved === null) return [];
			const next = own.find(({ circle }) => circle === moved.to) ?? null;
			const { by, at } = moved;
			const to = moved.to as CircleId;
			return [{ id: id as DocumentId, title, byName: this.#nameOf(by as PersonId), at, to, next }];
		});
	}
	/** Who decides who is in the case decides that not everybody may open one of its documents. */
	get canLimit(): boolean {
		this.#file.followChanges();
		return this.#file.known?.directRole === 'owner' && !this.#file.isDocument;
	}
	/** Limits a document to these people and me. Needs the relay. */
	async limit(
		id: DocumentId,
		wish: { readonly people: readonly PersonId[]; readonly announce: boolean }
	): Promise<
		| { readonly ok: true; readonly circle: CircleId; readonly document: DocumentId }
		| { readonly ok: false; readonly message: string }
	> {
		const known = this.#file.known;
		if (known === undefined || this.#file.list === null || !(await this.#session.reachesRelay()))
			return { ok: false, message: sentenceFor('needs-relay') };
		const row = readCaseIndex(this.#file.list.sealed.clear).documents.find((one) => one.id === id);
		if (row === undefined || row.removed || row.kind === SHIFT_LOG) throw new Error('not a listed document');
		const { limitDocument } = await import('./limited-document.ts');
		const done = await limitDocument(this.#session, known, row, wish);
		return done.ok ? { ok: true, ...done.value } : { ok: false, message: sentenceFor(done.reason) };
	}
	/** Lists a document that was limited, in this case or in that above, again as it was then. Works offline. */
	async putBack(id: DocumentId): Promise<void> {
		const file = this.#file.caseAbove ?? this.#file.known;
		if (file === undefined) throw new Error('the case is not open yet');
		const { putBackDocument } = await import('./limited-document.ts');
		await putBackDocument(this.#session, file, id);
	}
	/** What there is to say of a document that was limited; the caller closes it. */
	async openEarlier(id: DocumentId): Promise<EarlierDocument | null> {
		return this.#file.known === undefined ? null : this.#openEarlier(this.#file.known, id);
	}
	/** Of the circle of one document: what it was limited from, for who may open that case too; the caller closes it. */
	async openOrigin(): Promise<EarlierDocument | null> {
		const { origin } = this;
		const above = this.#file.caseAbove;
		return origin === null || above === undefined ? null : this.#openEarlier(above, origin.id);
	}
	/** Of the circle of one document: what it was limited from, for who may open that case too. */
	get origin(): {
		readonly circle: CircleId;
		readonly id: DocumentId;
		/** It was put back, and there is nothing here any more. */
		readonly isBack: boolean;
		readonly canPutBack: boolean;
	} | null {
		const above = this.#file.caseAbove;
		if (this.#file.list === null || above === undefined) return null;
		const row = readCaseIndex(this.#file.list.sealed.clear).documents.find(({ from }) => from !== null);
		if (row?.from == null) return null;
		const canPutBack = above.directRole === 'owner';
		return { circle: above.circle, id: row.from.document as DocumentId, isBack: row.removed, canPutBack };
	}
	async #openEarlier(known: KnownCircle, id: DocumentId): Promise<EarlierDocument> {
		const { EarlierDocument } = await import('./earlier-document.ts');
		return new EarlierDocument(this.#session.rooms, known, id);
	}

	#nameOf(person: PersonId): string {
		return this.#file.known?.nameOf(person) ?? '';
	}
}
