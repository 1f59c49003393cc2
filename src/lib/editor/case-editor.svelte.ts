/**
 * Owns the Tiptap editor of one view of one document: makes it, tells Svelte what is on and off, and closes it.
 *
 * Promises: binds only to a view whose content this schema knows completely [V1]; what the user does, and nothing else,
 * leaves the view [V2]; `close()` is idempotent.
 * Must never: be made again for the same view after `close()`; ask the document for a fresh one.
 */
import { Editor, getSchema, type Extensions } from '@tiptap/core';
import { Dropcursor, Gapcursor } from '@tiptap/extensions';
import { ySyncPluginKey, yUndoPluginKey } from '@tiptap/y-tiptap';
import type { Node } from '@tiptap/pm/model';
import { createSubscriber } from 'svelte/reactivity';
import type * as Y from 'yjs';
import { findUnknown } from '#lib/casework/schema-guard.ts';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import { blockSpec } from '#lib/casework/block-specs.ts';
import { schemaExtensions } from '#lib/casework/schema.ts';
import { BothValues } from './blocks/both-values.svelte.ts';
import { blockView, type Surroundings } from './blocks/node-view.svelte.ts';
import { NearScreen } from './blocks/near-screen.ts';
import { Offers } from './blocks/offers.ts';
import { lookOf } from './blocks/views.ts';
import { Find } from './find/find.svelte.ts';
import { SlashMenu } from './menu/slash-menu.svelte.ts';
import type { DocumentView, EditableDocument } from './open-document.ts';
import { Pictures } from './pictures/pictures.ts';
import { CopiedPictures } from './pictures/copied-pictures.ts';
import { accessibleText } from './plugins/accessible-text.ts';
import { BlockIds } from './plugins/block-ids.ts';
import { BlockKeys } from './plugins/block-keys.ts';
import { CaretGoesWithWords } from './plugins/caret-goes-with-words.ts';
import { CaretInSight } from './plugins/caret-in-sight.ts';
import { carets } from './plugins/carets.ts';
import { HideDoubles } from './plugins/hide-doubles.ts';
import { Here } from './plugins/here.ts';
import { KeepFilled } from './plugins/keep-filled.ts';
import { LeaveKeys } from './plugins/leave-keys.ts';
import { BlockMover } from './plugins/move-blocks.ts';
import { LinkKeys } from './plugins/link-keys.ts';
import { ManyBlocks } from './plugins/many-blocks.ts';
import { recordingView } from './plugins/own-moves.ts';
import { paste } from './plugins/paste.ts';
import { collaborationOn, userChanges } from './plugins/user-changes.ts';

export interface CaseEditorOptions {
	/** The schema to bind with; a test passes that of another version. */
	readonly schema?: Extensions;
	/** Unique in the page. */
	readonly id?: string;
	readonly onLink?: () => void;
	/** More, such as the words that are commented on. */
	readonly extensions?: Extensions;
}

export class CaseEditor {
	readonly editor: Editor;
	readonly menu: SlashMenu;
	readonly find = new Find();
	/** One sentence about something that was refused; empty when there is nothing to say. */
	notice = $state('');
	/** Values that two people set apart, until somebody picks. */
	readonly both: BothValues;
	readonly mover: BlockMover;
	#near = new NearScreen();
	#editable: boolean;
	#subscribe: () => void;
	#removers: ((() => void) | void)[] = [];

	constructor(
		host: HTMLElement,
		document: EditableDocument,
		bound: DocumentView,
		options: CaseEditorOptions = {}
	) {
		this.#editable = $state(document.canWrite);
		this.menu = new SlashMenu(`${options.id ?? 'editor'}-insert`);
		const { view, close } = recordingView(bound);
		this.#removers.push(close);
		this.both = new BothValues(view, () => this.#near.look());
		this.mover = new BlockMover(view);
		const pictures = new Pictures(view, (sentence) => (this.notice = sentence));
		const surroundings = surroundingsOf(document, view, {
			editable: () => this.#editable,
			both: this.both,
			near: this.#near,
			mover: this.mover,
			pictures,
			// blocks are drawn, and ask, while the editor is still being made
			doc: () => this.mover.doc
		});
		const me = document.people.find((person) => person.me);
		this.editor = new Editor({
			element: host,
			editable: document.canWrite,
			injectCSS: false,
			enableInputRules: true,
			extensions: [
				...withViews(options.schema ?? schemaExtensions, surroundings),
				userChanges(view),
				collaborationOn(view),
				CaretGoesWithWords,
				...(document.awareness ? [carets(document.awareness, me)] : []),
				BlockIds,
				HideDoubles,
				KeepFilled,
				this.mover.extension(),
				BlockKeys,
				LeaveKeys,
				LinkKeys.configure({ ask: () => options.onLink?.() }),
				Here,
				ManyBlocks,
				CaretInSight,
				paste((sentence) => (this.notice = sentence), pictures),
				CopiedPictures.configure({ of: (name: string) => pictures.of(name) }),
				this.menu.extension(),
				this.find.extension(),
				accessibleText(`${options.id ?? 'editor'}-help`, () => this.menu.describedBy),
				...(options.extensions ?? []),
				Gapcursor,
				Dropcursor.configure({ class: 'drop-cursor', color: false })
			]
		});
		this.#subscribe = createSubscriber((changed) => {
			// a moment later: the browser may blur, and thereby dispatch, while Svelte takes the text off the page
			const later = () => queueMicrotask(changed);
			this.editor.on('transaction', later);
			return () => this.editor.off('transaction', later);
		});
		this.#removers.push(
			view.onRepairDropped((diverged) => this.#repairDropped(document, diverged)),
			document.takeEdits?.((change) => this.#edit(view, change))
		);
	}

	get editable(): boolean {
		return this.#editable;
	}

	setEditable(editable: boolean): void {
		if (this.#editable === editable) return;
		this.#editable = editable;
		this.editor.setEditable(editable, false);
		this.#near.redraw();
	}

	/** Reactive: is the mark or block at the caret? */
	isActive(name: string, attributes?: Record<string, unknown>): boolean {
		this.#subscribe();
		return this.editor.isActive(name, attributes);
	}

	/** Reactive. */
	get canUndo(): boolean {
		this.#subscribe();
		return this.#undoManager.undoStack.length > 0;
	}

	/** Reactive. */
	get canRedo(): boolean {
		this.#subscribe();
		return this.#undoManager.redoStack.length > 0;
	}

	/** A line to write in after the last block, made if need be. */
	continueBelow(): void {
		if (!this.editor.isEditable) return;
		const { doc, schema, tr } = this.editor.state;
		const last = doc.lastChild;
		const paragraph = schema.nodes.paragraph?.create();
		if (paragraph && !(last?.type.name === 'paragraph' && last.content.size === 0))
			this.editor.view.dispatch(tr.insert(doc.content.size, paragraph));
		this.editor.commands.focus('end');
	}

	/** The first field that was set differently: its question in sight, the keyboard at its answers. */
	showQuestion(): void {
		const question = this.editor.view.dom.querySelector('.two-values');
		question?.scrollIntoView({ block: 'center' });
		question?.querySelector('button')?.focus({ preventScroll: true });
	}

	close(): void {
		for (const remove of this.#removers.splice(0).reverse()) remove?.();
		this.menu.close();
		this.both.close();
		this.#near.close();
		this.editor.destroy();
	}

	get #undoManager(): Y.UndoManager {
		return (yUndoPluginKey.getState(this.editor.state) as { undoManager: Y.UndoManager }).undoManager;
	}

	/** An edit from beside the text: one step of undo, and the user's own. */
	#edit(view: DocumentView, change: (doc: Y.Doc) => void): void {
		if (view.detached) return;
		this.#undoManager.stopCapturing();
		view.asUser(() => view.doc.transact(() => change(view.doc), ySyncPluginKey));
		this.#undoManager.stopCapturing();
	}

	/** Undoing a repair that nobody else has would write it to everybody: so the stack is emptied. */
	#repairDropped(document: EditableDocument, diverged: boolean): void {
		queueMicrotask(() => {
			if (this.editor.isDestroyed) return;
			this.#undoManager.clear();
			if (diverged) document.renewView?.();
		});
	}
}

const schema = getSchema(schemaExtensions);

/** True when an editor of this schema would delete nothing by opening the view [V1]. */
export function canBind(view: DocumentView): boolean {
	return !view.detached && findUnknown(view.doc.getXmlFragment(BODY_FIELD), schema).length === 0;
}

function surroundingsOf(
	document: EditableDocument,
	view: DocumentView,
	editor: {
		editable: () => boolean;
		both: BothValues;
		near: NearScreen;
		mover: BlockMover;
		pictures: Pictures;
		doc: () => Node | null;
	}
): Surroundings {
	return {
		around: document.around ?? null,
		get editable() {
			return editor.editable();
		},
		both: editor.both,
		near: editor.near,
		mover: editor.mover,
		pictures: editor.pictures,
		offers: new Offers(editor.doc, () => document.suggestions ?? null),
		nameOfWriter: (yClient) =>
			yClient === view.doc.clientID ? 'You' : (document.nameOfWriter?.(yClient) ?? null)
	};
}

function withViews(extensions: Extensions, surroundings: Surroundings): Extensions {
	return extensions.map((extension) => {
		const spec = blockSpec(extension.name);
		if (!spec || extension.type !== 'node') return extension;
		return (extension as ReturnType<typeof import('@tiptap/core').Node.create>).extend({
			addNodeView: () => blockView(spec, lookOf(spec), surroundings)
		});
	});
}
