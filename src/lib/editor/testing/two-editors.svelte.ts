/**
 * Support for the browser tests of this folder: documents that meet without a network, each with the firewall of [V2]
 * as sync/ has it, told in a few lines.
 */
import { generateJSON, getSchema, type Editor } from '@tiptap/core';
import { prosemirrorJSONToYDoc } from '@tiptap/y-tiptap';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { expect } from 'vitest';
import { keepsWhatWasReplaced } from '#lib/casework/both-values.ts';
import { MoveKeeper } from '#lib/casework/moving/move-keeper.ts';
import { readBlocks } from '#lib/casework/read-blocks.ts';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import { schemaExtensions } from '#lib/casework/schema.ts';
import { CaseEditor, type CaseEditorOptions } from '../case-editor.svelte.ts';
import type {
	DocumentDiscussion,
	DocumentView,
	EditableDocument,
	PersonHere,
	Suggestions
} from '../open-document.ts';

export class TestView implements DocumentView {
	readonly doc = new Y.Doc({ gcFilter: keepsWhatWasReplaced });
	detached = $state(false);
	repairs = 0;
	#depth = 0;
	#dropped: ((diverged: boolean) => void)[] = [];
	#detachings: (() => void)[] = [];

	constructor(clear: Y.Doc, yClient: number) {
		this.doc.clientID = yClient;
		Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(clear), 'clear');
		clear.on('update', (update: Uint8Array, origin: unknown) => {
			if (origin !== this && !this.detached) Y.applyUpdate(this.doc, update, 'clear');
		});
		this.doc.on('update', (update: Uint8Array, origin: unknown) => {
			if (origin === 'clear' || this.detached) return;
			if (this.#depth > 0 || origin instanceof Y.UndoManager) Y.applyUpdate(clear, update, this);
			else {
				this.repairs++;
				for (const report of this.#dropped) report(Y.parseUpdateMeta(update).to.size > 0);
			}
		});
	}
	asUser<T>(change: () => T): T {
		this.#depth++;
		try {
			return change();
		} finally {
			this.#depth--;
		}
	}
	detach(): void {
		this.detached = true;
		for (const report of this.#detachings) report();
	}
	onRepairDropped(report: (diverged: boolean) => void): () => void {
		this.#dropped.push(report);
		return () => void (this.#dropped = this.#dropped.filter((other) => other !== report));
	}
	onDetached(report: () => void): () => void {
		this.#detachings.push(report);
		return () => void (this.#detachings = this.#detachings.filter((other) => other !== report));
	}
}

let clients = 7000;

export class TestDocument implements EditableDocument {
	readonly id = 'test';
	readonly clear = new Y.Doc({ gcFilter: keepsWhatWasReplaced });
	readonly keeper: MoveKeeper;
	readonly awareness: Awareness;
	readonly people: readonly PersonHere[];
	status = $state<EditableDocument['status']>('ready');
	canWrite = $state(true);
	view = $state.raw<TestView>() as TestView;
	discussion = $state.raw<DocumentDiscussion | null>(null);
	suggestions?: Suggestions;
	writerOf: (yClient: number) => string | null = () => null;
	nameOfWriter: (yClient: number) => string | null = () => null;

	constructor(name: string, seed?: Uint8Array) {
		if (seed) Y.applyUpdate(this.clear, seed, 'seed');
		this.view = new TestView(this.clear, ++clients);
		this.keeper = new MoveKeeper(this.clear, {
			edit: (change) => this.clear.transact(() => change(this.clear), 'settling'),
			isMine: (yClient) => yClient === this.view.doc.clientID || yClient === this.clear.clientID,
			mayWrite: () => this.canWrite
		});
		this.awareness = new Awareness(this.view.doc);
		this.people = [{ name, colour: '#0b6e6e', me: true }];
	}
	get blocks() {
		return readBlocks(this.clear.getXmlFragment(BODY_FIELD));
	}
	get body(): string {
		return this.clear.getXmlFragment(BODY_FIELD).toJSON();
	}
	/** As if somebody else had written it. */
	write(html: string): void {
		const doc = generateJSON(html, schemaExtensions);
		const other = prosemirrorJSONToYDoc(getSchema(schemaExtensions), doc, BODY_FIELD);
		Y.applyUpdate(this.clear, Y.encodeStateAsUpdate(other));
	}
	renewView(): void {
		this.view.detach();
		this.view = new TestView(this.clear, ++clients);
	}
}

const NET = 'net';

/** Lets two documents see each other's changes at once, until the returned function is called. */
export function connect(a: TestDocument, b: TestDocument): () => void {
	const pass = (to: TestDocument) => (update: Uint8Array, origin: unknown) => {
		if (origin !== NET) Y.applyUpdate(to.clear, update, NET);
	};
	const [toB, toA] = [pass(b), pass(a)];
	Y.applyUpdate(b.clear, Y.encodeStateAsUpdate(a.clear), NET);
	Y.applyUpdate(a.clear, Y.encodeStateAsUpdate(b.clear), NET);
	a.clear.on('update', toB);
	b.clear.on('update', toA);
	return () => {
		a.clear.off('update', toB);
		b.clear.off('update', toA);
	};
}

export function edit(testDocument: TestDocument, options: CaseEditorOptions = {}): CaseEditor {
	const host = document.body.appendChild(document.createElement('div'));
	return new CaseEditor(host, testDocument, testDocument.view, {
		id: testDocument.people[0]?.name ?? 'x',
		...options
	});
}

/** What the browser has selected, the editor has too: it is told of that a little later. */
export async function selectionHeard(text: Element): Promise<void> {
	const { view } = (text as Element & { editor: Editor }).editor;
	const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection() ?? {};
	if (!anchorNode || !focusNode) throw new Error('nothing is selected');
	const selected = [view.posAtDOM(anchorNode, anchorOffset ?? 0), view.posAtDOM(focusNode, focusOffset ?? 0)];
	await expect.poll(() => [view.state.selection.anchor, view.state.selection.head]).toEqual(selected);
}
