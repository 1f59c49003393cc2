/** The templates of the agency, read through to its sealed index. Works offline. */
import {
	MAX_TEMPLATE_NAME,
	readAgencyTemplates,
	removeAgencyTemplate,
	renameAgencyTemplate,
	saveAgencyTemplate,
	type AgencyTemplate
} from '#lib/casework/agency-templates.ts';
import { readTree, type TreePart } from '#lib/casework/body-tree.ts';
import { givenWords, outlineOfForm, wordsToKeep } from '#lib/casework/outline-of-form.ts';
import { BODY_FIELD, SCHEMA_VERSION } from '#lib/casework/schema-version.ts';
import { templateUpdate } from '#lib/casework/templates.ts';
import { canWrite } from '#lib/circle/roles.ts';
import { newDocumentId } from '#lib/circle/ids.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import * as Y from 'yjs';
import { Changes } from './changes.ts';
import type { KnownCircle } from './known-circle.ts';
import type { RoomLease } from './rooms.ts';
import type { Session } from './session.svelte.ts';

export class AgencyTemplates {
	#session: Session;
	#agency: KnownCircle | undefined;
	#lease: RoomLease | null = $state.raw(null);
	#loaded = $state(false);
	#changes = new Changes();
	#removers: (() => void)[] = [];
	#closed = false;

	constructor(session: Session) {
		this.#session = session;
		this.#agency = session.agency;
		void this.#open();
	}

	/** Guests of a case have no agency here, and none of its templates. */
	get all(): readonly AgencyTemplate[] {
		this.#changes.follow();
		return this.#lease === null || !this.#loaded ? [] : readAgencyTemplates(this.#lease.sealed.clear);
	}
	/** Those that this app can begin a document with; the others are of a newer Throughline. */
	get usable(): readonly AgencyTemplate[] {
		return this.all.filter(({ schema }) => schema <= SCHEMA_VERSION);
	}
	get canSave(): boolean {
		this.#changes.follow();
		return this.#lease !== null && canWrite(this.#agency?.role ?? null, 'body');
	}
	nameOf(person: string): string {
		return this.#agency?.nameOf(person as Parameters<KnownCircle['nameOf']>[0]) ?? '';
	}

	/** Keeps it for everybody in the agency; under `replaces` if that is named. */
	async save(wish: {
		readonly name: string;
		readonly kind: string;
		readonly content: readonly TreePart[];
		readonly replaces: string | null;
	}): Promise<void> {
		const template: AgencyTemplate = {
			id: wish.replaces ?? newDocumentId(),
			name: wish.name.trim().slice(0, MAX_TEMPLATE_NAME),
			kind: wish.kind,
			schema: SCHEMA_VERSION,
			savedBy: this.#session.myPerson,
			savedAt: Date.now(),
			content: wish.content
		};
		this.#edit((doc) => saveAgencyTemplate(doc, template));
		await this.#lease?.sealed.flush();
	}
	rename(id: string, name: string): void {
		this.#edit((doc) => renameAgencyTemplate(doc, id, name.trim().slice(0, MAX_TEMPLATE_NAME)));
	}
	remove(id: string): void {
		this.#edit((doc) => removeAgencyTemplate(doc, id));
	}

	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		for (const remove of this.#removers.splice(0)) remove();
		await this.#lease?.close();
	}

	#edit(change: (doc: Y.Doc) => void): void {
		if (this.#lease === null) throw new Error('the templates are not open yet');
		this.#lease.sealed.edit(change);
	}

	async #open(): Promise<void> {
		const agency = this.#agency;
		if (agency === undefined) return;
		const rooms = await this.#session.openRooms();
		const document = await indexDocumentOf(agency.circle);
		if (this.#closed) return;
		const lease = rooms.open(agency, document);
		this.#lease = lease;
		const tell = () => this.#changes.tell();
		lease.sealed.clear.on('update', tell);
		this.#removers.push(agency.onChange(tell), () => lease.sealed.clear.off('update', tell));
		await lease.sealed.loaded;
		this.#loaded = true;
		tell();
	}
}

/** What would be kept of a text: all that was written in it, or its headings and prompts. `template`: the built-in one it began with. */
export async function contentToKeep(
	body: Y.XmlFragment,
	template: string | null,
	keep: 'all' | 'form'
): Promise<readonly TreePart[]> {
	const doc = new Y.Doc();
	const update = template === null ? null : await templateUpdate(template);
	if (update !== null) Y.applyUpdate(doc, update);
	const given = givenWords(readTree(doc.getXmlFragment(BODY_FIELD)));
	return keep === 'all' ? wordsToKeep(readTree(body), given) : outlineOfForm(readTree(body), given);
}
