/**
 * The editor's side of [V2].
 *
 * Promises: what the user does, undo and redo included, runs inside `view.asUser`; what plugins would append to a change
 * that came from the shared document is refused, so it cannot leave later in the pocket of the user's next keystroke.
 */
import { Extension } from '@tiptap/core';
import { Collaboration, isChangeOrigin } from '@tiptap/extension-collaboration';
import { Plugin, type Transaction } from '@tiptap/pm/state';
import { ySyncPluginKey, yUndoPluginKey } from '@tiptap/y-tiptap';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import type { EditorView } from '@tiptap/pm/view';
import type * as Y from 'yjs';
import type { DocumentView } from '../open-document.ts';

export function userChanges(view: DocumentView) {
	let arriving: Transaction | null = null;
	return Extension.create({
		name: 'userChanges',
		priority: 100_000,
		dispatchTransaction({ transaction, next }) {
			const outer = arriving;
			const remote = isChangeOrigin(transaction);
			// nothing leaves a detached view: better refused at once than shown and lost
			if (view.detached && transaction.docChanged && !remote) return;
			arriving = remote ? transaction : null;
			try {
				if (transaction.docChanged && !remote) view.asUser(() => next(transaction));
				else next(transaction);
			} finally {
				arriving = outer;
			}
		},
		addProseMirrorPlugins: () => [
			new Plugin({
				filterTransaction: (transaction) =>
					arriving === null || transaction === arriving || !transaction.docChanged
			})
		]
	});
}

/** Collaboration on the view, with an undo that undoes only what was done here and counts as the user's own act. */
export function collaborationOn(view: DocumentView) {
	return Collaboration.extend({
		addCommands() {
			const commands = this.parent?.() ?? {};
			const asUser =
				(name: 'undo' | 'redo') =>
				() =>
				(props: Parameters<ReturnType<NonNullable<(typeof commands)['undo']>>>[0]) =>
					props.dispatch
						? view.asUser(() => commands[name]?.()(props) ?? false)
						: (commands[name]?.()(props) ?? false);
			return { undo: asUser('undo'), redo: asUser('redo') };
		},
		addProseMirrorPlugins() {
			return [...(this.parent?.() ?? []), new Plugin({ view: forgetOldCarets })];
		}
	}).configure({ document: view.doc, field: BODY_FIELD });
}

/**
 * y-tiptap keeps, when something was undone, the caret of long ago for the next change that arrives: it would jump there,
 * or throw where the text has become shorter, and the change would be missing on the screen (and then, with the next key,
 * in the document). Its plugin comes first, so this undoes it.
 */
function forgetOldCarets({ state }: EditorView) {
	const { undoManager } = yUndoPluginKey.getState(state) as { undoManager: Y.UndoManager };
	const sync = ySyncPluginKey.getState(state) as { binding: { beforeTransactionSelection: unknown } };
	const forget = () => (sync.binding.beforeTransactionSelection = null);
	undoManager.on('stack-item-popped', forget);
	return { destroy: () => undoManager.off('stack-item-popped', forget) };
}
