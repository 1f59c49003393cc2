/**
 * The clear document as people have it before them: in memory, with the views that editors are bound to.
 *
 * Promises: whatever is written in it, through a view or past all of them, goes to a writer and so to everybody; what came
 * from elsewhere does not go back. Once a newer schema is met no view is written in any more [V1].
 */
import * as Y from 'yjs';
import { newDoc } from './fold.ts';
import type { SealedDocumentOptions } from './options.ts';
import { ORIGIN } from './origins.ts';
import type { Outgoing } from './outgoing.ts';
import { Listeners } from './queue.ts';
import { ClearView, type View } from './view.ts';
import type { Writer } from './writer.ts';

export interface ClearDocumentOptions extends Pick<SealedDocumentOptions, 'seed' | 'schema' | 'forgets'> {
	readonly outgoing: Outgoing;
	/** What is written next is written with this Yjs client. */
	readonly moved: (yClient: number) => void;
	readonly changed: () => void;
}

export class ClearDocument {
	readonly doc: Y.Doc;
	#options: ClearDocumentOptions;
	/** Of what is written without a view. */
	#writer: Writer;
	#views = new Set<ClearView>();
	#schema = 0;
	#schemas = new Listeners<[number]>();

	constructor(options: ClearDocumentOptions) {
		this.#options = options;
		this.doc = newDoc(options.forgets);
		this.#writer = options.outgoing.newWriter();
		this.doc.clientID = this.#writer.yClient;
		if (options.seed !== undefined) Y.applyUpdate(this.doc, options.seed, ORIGIN.seed);
		this.doc.on('update', this.#written);
	}

	/** The Yjs client of what is written without a view. */
	get yClient(): number {
		return this.#writer.yClient;
	}

	/** Highest schema version met. */
	get schema(): number {
		return this.#schema;
	}
	onSchema(listener: (schema: number) => void): () => void {
		return this.#schemas.on(listener);
	}

	edit(change: (clear: Y.Doc) => void): void {
		this.doc.transact(() => change(this.doc), ORIGIN.edit);
	}

	openView(): View {
		const { outgoing, moved, changed } = this.#options;
		const writer = outgoing.newWriter();
		const view: ClearView = new ClearView({
			clear: this.doc,
			yClient: writer.yClient,
			send: (update) => {
				writer.add(update);
				changed();
			},
			closed: () => {
				outgoing.remove(writer);
				this.#views.delete(view);
				moved([...this.#views].at(-1)?.yClient ?? this.yClient);
			}
		});
		this.#views.add(view);
		if (this.#schema > this.#options.schema) view.detach();
		moved(view.yClient);
		return view;
	}

	/** To be called before anything of this schema version is applied. */
	meetSchema(schema: number): void {
		if (schema <= this.#schema) return;
		this.#schema = schema;
		if (schema > this.#options.schema) for (const view of this.#views) view.detach();
		this.#schemas.tell(schema);
	}

	/** What a checkpoint or a snapshot holds; encoding V2. */
	restore(state: Uint8Array): void {
		// nothing of it is new to the relay, and Yjs would write all of it out once more for whoever listens
		this.doc.off('update', this.#written);
		try {
			Y.applyUpdateV2(this.doc, state, ORIGIN.checkpoint);
		} finally {
			this.doc.on('update', this.#written);
		}
	}

	/** It shows something that will not stand: every view starts anew. */
	diverge(): void {
		for (const view of this.#views) view.diverge();
	}

	closeViews(): void {
		for (const view of [...this.#views]) view.close();
	}

	/** What is written from now on goes nowhere. */
	mute(): void {
		this.doc.off('update', this.#written);
	}

	close(): void {
		this.doc.destroy();
		this.#schemas.clear();
	}

	#written = (update: Uint8Array, origin: unknown) => {
		if (
			origin === ORIGIN.incoming ||
			origin === ORIGIN.seed ||
			origin === ORIGIN.checkpoint ||
			origin instanceof ClearView
		)
			return;
		// `edit`, and whoever changed the clear document past it: written is written
		this.#writer.add(update);
		this.#options.changed();
	};
}
