/**
 * Proposing changes in one editor, and writing those that are accepted.
 *
 * Promises: what one types is seen at once and said when one pauses, leaves or goes; what is typed on grows the same
 * suggestion. Accepting is one ordinary edit of the person who accepts, and one step to undo, which opens the suggestion
 * again [V2] [D6]. What two people wrote at once by accepting the same is there once.
 * Must never: change the document while one proposes.
 */
import { Extension, type Editor } from '@tiptap/core';
import { TextSelection, type EditorState } from '@tiptap/pm/state';
import { ySyncPluginKey, yUndoPluginKey } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import type { Thread } from '#lib/discussion/fold.ts';
import type { Written } from '#lib/discussion/suggestion.ts';
import type { AnchoredWords } from '../comments/anchored-words.ts';
import { textBlocksOf, type Range } from '../comments/text-of-document.ts';
import { wordAt } from '../comments/word-at.ts';
import type { DocumentDiscussion, DocumentView } from '../open-document.ts';
import { drawnIn, drawnSuggestions, withDrawn, type DrawnSuggestion } from './drawn-suggestions.ts';
import { planOf, proposalOf, writeChange, type Plan } from './plan-change.ts';
import type { Refusal } from './refusals.ts';
import { SuggestionHost } from './suggestion-host.ts';
import { surplusIn, writtenAnew, type WriterOf } from './written-twice.ts';

/** How long a person pauses before what they propose is said, ms. */
const PAUSE = 1_200;
/** What a step of the undo stack has accepted. */
const ACCEPTED = 'accepted suggestions';

export interface SuggestingOptions {
	readonly view: DocumentView;
	readonly words: AnchoredWords;
	discussion(): DocumentDiscussion | null;
	/** The person whose session a Yjs client is; null for what nobody is known to have signed. */
	readonly writerOf: WriterOf;
	/** What is typed from now on is for staff alone. */
	staffOnly(): boolean;
	/** A sentence about what could not be done; empty: nothing any more. */
	refused(reason: Refusal | ''): void;
	/** Said to screen readers. */
	said(sentence: string): void;
}

interface Step {
	readonly meta: Map<unknown, unknown>;
}

/** What one edit did in the shared document. */
interface Edit {
	/** Null when it only took away. */
	readonly written: Written | null;
	readonly removed: readonly Written[];
}
interface Accepted extends Edit {
	readonly thread: string;
}
const NOTHING: Edit = { written: null, removed: [] };

export class Suggesting {
	#options: SuggestingOptions;
	#editor: Editor | null = null;
	#host: SuggestionHost;
	/** The thread of what is being written, once it was said, and what was said. */
	#saidAs: string | null = null;
	#saidText = '';
	/** What is being written is for staff alone; decided as it is begun. */
	#forStaff = false;
	#pause: ReturnType<typeof setTimeout> | null = null;
	#isPlacing = false;
	#removers: (() => void)[] = [];
	#followed: Y.UndoManager | null = null;

	constructor(options: SuggestingOptions) {
		this.#options = options;
		this.#host = new SuggestionHost({
			written: () => this.#sayLater(),
			take: (direction, by) => this.#take(direction, by),
			finish: (to) => !this.#isPlacing && this.#finish(to)
		});
	}

	extension(): Extension {
		return Suggesting.#extensionOf(this);
	}

	/** Beside `extension`, since inside of Tiptap's object `this` is the extension. */
	static #extensionOf(suggesting: Suggesting): Extension {
		return Extension.create({
			name: 'suggesting',
			addProseMirrorPlugins() {
				suggesting.#editor = this.editor;
				return [drawnSuggestions(() => suggesting.#host.element)];
			}
		});
	}

	draw(list: readonly DrawnSuggestion[]): void {
		const editor = this.#live;
		if (!editor || (list.length === 0 && drawnIn(editor.state).list.length === 0)) return;
		this.#placing(() => editor.view.dispatch(withDrawn(editor.state.tr, { list })));
	}

	/** Opens the box at the caret, or over the selection; `text` stands in it already. */
	start(text = ''): boolean {
		const editor = this.#live;
		const discussion = this.#options.discussion();
		if (!editor || discussion?.canComment !== true) return false;
		const { from, to, $from } = editor.state.selection;
		if (!$from.parent.isTextblock) return false;
		if (this.#range !== null) this.#finish(null);
		this.#options.refused('');
		this.#forStaff = this.#options.staffOnly();
		this.#host.text = text;
		this.#host.element.style.setProperty('--person', discussion.colourOf(discussion.me));
		this.#place({ from, to });
		this.#host.focus();
		if (text !== '') this.#sayLater();
		return true;
	}

	/** Takes out what is selected, or one letter or word beside the caret. */
	startTaking(direction: 'back' | 'forward', by: 'letter' | 'word'): boolean {
		const wasEmpty = this.#live?.state.selection.empty === true;
		if (!this.start()) return false;
		if (wasEmpty) this.#take(direction, by);
		else this.#sayLater();
		return true;
	}

	/** What is being written is said; what came of it stays open for more. */
	rest(): void {
		if (this.#pause !== null) clearTimeout(this.#pause);
		this.#pause = null;
		this.#say();
	}

	/** Proposes `text` in place of the words in `range`. Null, and the reason told, where it cannot be. */
	propose(range: Range, text: string, why: string, staffOnly: boolean): string | null {
		const editor = this.#live;
		const discussion = this.#options.discussion();
		if (!editor || !discussion) return null;
		if (staffOnly && !discussion.canCommentToStaff) {
			this.#options.refused('not-staff');
			return null;
		}
		const proposed = proposalOf(editor.state.doc, range, text);
		const anchor = proposed.ok ? this.#options.words.anchorAt(proposed.words) : null;
		if (!proposed.ok || !anchor) {
			this.#options.refused(proposed.ok ? 'no-words' : proposed.reason);
			return null;
		}
		this.#options.refused('');
		return discussion.suggest(anchor, proposed.change, why, staffOnly);
	}

	/** Null where its words are gone. */
	planOf({ id, suggestion, anchor }: Thread): Plan | null {
		const editor = this.#live;
		const range = this.#options.words.rangeOf(id);
		return editor && range && suggestion
			? planOf(editor.state.doc, suggestion.change, range, anchor.quote.exact)
			: null;
	}

	/** Writes these changes as one step, from the end of the text to its beginning. How many were written. */
	accept(threads: readonly Thread[]): number {
		const editor = this.#live;
		const discussion = this.#options.discussion();
		if (!editor || discussion?.canModerate !== true || this.#options.view.detached) return 0;
		const { words } = this.#options;
		const later = (thread: Thread) => words.rangeOf(thread.id)?.from ?? -1;
		const undo = this.#undoManager;
		this.#followUndo(undo);
		undo.stopCapturing();
		const before = undo.undoStack.length;
		const accepted: Accepted[] = [];
		for (const thread of [...threads].sort((a, b) => later(b) - later(a))) {
			const plan = this.planOf(thread);
			if (!plan || thread.suggestion?.state !== 'open') continue;
			const edit = plan.done ? NOTHING : this.#write(plan);
			discussion.judge(thread.id, { verdict: 'accepted', written: edit.written });
			accepted.push({ thread: thread.id, ...edit });
		}
		const step = undo.undoStack.at(-1);
		if (undo.undoStack.length > before) step?.meta.set(ACCEPTED, accepted);
		undo.stopCapturing();
		return accepted.length;
	}

	/** Takes out what was written twice by two verdicts that did not know of each other. */
	mend({ suggestion }: Thread): void {
		const doc = this.#doc;
		if (!doc || !suggestion || this.#options.view.detached) return;
		const { clientID } = doc;
		const me = this.#options.discussion()?.me ?? null;
		// what this view wrote may not be signed yet
		const writerOf: WriterOf = (client) => (client === clientID ? me : this.#options.writerOf(client));
		for (const { client, update } of surplusIn(doc, suggestion, writerOf)) {
			this.#options.view.asUser(() => Y.applyUpdate(doc, update, this));
			// undoing what was taken out would bring back the words that stood there before, beside the new ones
			if (client === clientID) this.#undoManager.clear();
		}
	}

	close(): void {
		this.#finish(null);
		for (const remove of this.#removers.splice(0)) remove();
		this.#editor = null;
	}

	get #live(): Editor | null {
		return this.#editor && !this.#editor.isDestroyed ? this.#editor : null;
	}
	get #range(): Range | null {
		const editor = this.#live;
		return editor ? (drawnIn(editor.state).draft?.range ?? null) : null;
	}
	get #doc(): Y.Doc | null {
		const state = this.#live?.state;
		return state ? ((ySyncPluginKey.getState(state) as { doc: Y.Doc } | undefined)?.doc ?? null) : null;
	}
	get #undoManager(): Y.UndoManager {
		const state = this.#live?.state as EditorState;
		return (yUndoPluginKey.getState(state) as { undoManager: Y.UndoManager }).undoManager;
	}

	#write(plan: Plan): Edit {
		const editor = this.#live;
		const doc = this.#doc;
		if (!editor || !doc) return NOTHING;
		const client = doc.clientID;
		const from = Y.getState(doc.store, client);
		const removed: Written[] = [];
		const follow = ({ deleteSet }: Y.Transaction) => {
			for (const [of, pieces] of deleteSet.clients)
				for (const { clock, len } of pieces) removed.push({ client: of, from: clock, to: clock + len });
		};
		doc.on('afterTransaction', follow);
		editor.view.dispatch(writeChange(editor.state.tr, plan));
		doc.off('afterTransaction', follow);
		const to = Y.getState(doc.store, client);
		return { written: to > from ? { client, from, to } : null, removed };
	}

	/** The box must not be left because it is drawn at another place. */
	#placing(place: () => void): void {
		const before = this.#isPlacing;
		const inBox = document.activeElement === this.#host.element;
		this.#isPlacing = true;
		try {
			place();
			if (inBox && document.activeElement !== this.#host.element && this.#range) this.#host.focus();
		} finally {
			this.#isPlacing = before;
		}
	}

	#place(range: Range | null): void {
		const editor = this.#live;
		const discussion = this.#options.discussion();
		if (!editor || !discussion) return;
		const draft = range && { range, colour: discussion.colourOf(discussion.me) };
		this.#placing(() =>
			editor.view.dispatch(withDrawn(editor.state.tr, { draft, draftThread: this.#saidAs }))
		);
	}

	/** Strikes one letter or word more, within the line. */
	#take(direction: 'back' | 'forward', by: 'letter' | 'word'): void {
		const editor = this.#live;
		const range = this.#range;
		if (!editor || !range) return;
		const at = direction === 'back' ? range.from : range.to;
		const line = textBlocksOf(editor.state.doc).find(
			({ from, text }) => at >= from && at <= from + text.length
		);
		if (!line) return;
		const letters =
			direction === 'back' ? line.text.slice(0, at - line.from) : line.text.slice(at - line.from);
		if (letters === '') return;
		const step = stepIn(letters, direction, by);
		this.#place(
			direction === 'back'
				? { from: range.from - step, to: range.to }
				: { from: range.from, to: range.to + step }
		);
		this.#sayLater();
	}

	#sayLater(): void {
		if (this.#pause !== null) clearTimeout(this.#pause);
		this.#pause = setTimeout(() => {
			this.#pause = null;
			this.#say();
		}, PAUSE);
	}

	#say(): void {
		const editor = this.#live;
		const discussion = this.#options.discussion();
		const range = this.#range;
		if (!editor || !discussion || !range) return;
		const { text } = this.#host;
		const spelt = this.#spelt(range);
		if (spelt === this.#saidText) return;
		// what was begun for staff never goes to everybody because the right to it went meanwhile
		if (this.#lostStaff(discussion)) return this.#options.refused('not-staff');
		const proposed = proposalOf(editor.state.doc, range, text);
		if (!proposed.ok) {
			if (proposed.reason !== 'nothing') this.#options.refused(proposed.reason);
			else if (this.#saidAs !== null) {
				discussion.judge(this.#saidAs, { verdict: 'withdrawn' });
				this.#saidAs = null;
			}
			return;
		}
		const anchor = this.#options.words.anchorAt(proposed.words);
		if (!anchor) return this.#options.refused('no-words');
		this.#options.refused('');
		this.#saidText = spelt;
		if (this.#saidAs !== null) discussion.revise(this.#saidAs, anchor, proposed.change);
		else this.#saidAs = discussion.suggest(anchor, proposed.change, '', this.#forStaff);
		this.#place(range);
	}

	#finish(to: 'here' | 'before' | 'after' | null): void {
		const editor = this.#live;
		const range = this.#range;
		if (!editor || !range) return;
		this.rest();
		const wasSaid = this.#saidAs !== null;
		// what cannot be proposed is not thrown away: the box stays until one empties it
		if (this.#host.text !== '' && this.#refusedNow(range, wasSaid)) return;
		this.#saidAs = null;
		this.#saidText = '';
		this.#isPlacing = true;
		try {
			const { tr } = editor.state;
			const at = to === 'before' ? range.from : range.to;
			if (to !== null) tr.setSelection(TextSelection.create(tr.doc, at));
			editor.view.dispatch(withDrawn(tr, { draft: null, draftThread: null }));
			if (to !== null) {
				editor.view.dom.focus({ preventScroll: true });
				editor.view.focus();
			}
		} finally {
			this.#isPlacing = false;
		}
		if (wasSaid) this.#options.said('Suggestion added.');
	}

	/** What was said last is not said again. */
	#spelt({ from, to }: Range): string {
		return `${from} ${to} ${this.#host.text}`;
	}

	#lostStaff(discussion: DocumentDiscussion): boolean {
		return this.#forStaff && !discussion.canCommentToStaff;
	}

	#refusedNow(range: Range, wasSaid: boolean): boolean {
		const editor = this.#live;
		const discussion = this.#options.discussion();
		if (discussion && this.#lostStaff(discussion)) return this.#spelt(range) !== this.#saidText;
		const proposed = editor && !wasSaid ? proposalOf(editor.state.doc, range, this.#host.text) : null;
		return proposed?.ok === false && proposed.reason !== 'nothing';
	}

	/** Undoing an acceptance opens the suggestion again; doing it again accepts it again. */
	#followUndo(undo: Y.UndoManager): void {
		if (this.#followed === undo) return;
		this.#followed = undo;
		const popped = ({ stackItem, type }: { stackItem: Step; type: 'undo' | 'redo' }) => {
			const accepted = stackItem.meta.get(ACCEPTED) as readonly Accepted[] | undefined;
			const discussion = this.#options.discussion();
			const doc = this.#doc;
			if (!accepted || !discussion || !doc) return;
			const opposite = (type === 'undo' ? undo.redoStack : undo.undoStack).at(-1);
			opposite?.meta.set(ACCEPTED, accepted);
			for (const { thread: id, written, removed } of accepted) {
				const suggestion = discussion.current.threads.find((thread) => thread.id === id)?.suggestion;
				// it may have been for staff, and this person one of them no more
				if (!suggestion) continue;
				if (type === 'redo') {
					const anew = written && writtenAnew(doc, [written]);
					discussion.judge(id, { verdict: 'accepted', written: anew });
				} else if (suggestion.verdicts.length > 0) {
					const anew = writtenAnew(doc, removed);
					discussion.judge(id, { verdict: 'reopened', takes: suggestion.verdicts, written: anew });
				}
			}
			const many = accepted.length > 1 ? `${accepted.length} suggestions are` : 'The suggestion is';
			this.#options.said(`${many} ${type === 'undo' ? 'open' : 'accepted'} again.`);
		};
		undo.on('stack-item-popped', popped);
		this.#removers.push(() => undo.off('stack-item-popped', popped));
	}
}

function stepIn(letters: string, direction: 'back' | 'forward', by: 'letter' | 'word'): number {
	const word =
		direction === 'back'
			? /[\p{L}\p{N}\p{M}'’-]*[^\p{L}\p{N}\p{M}'’-]*$/u
			: /^[^\p{L}\p{N}\p{M}'’-]*[\p{L}\p{N}\p{M}'’-]*/u;
	if (by === 'word') return Math.max(1, word.exec(letters)?.[0].length ?? 1);
	const graphemes = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(letters)];
	return (direction === 'back' ? graphemes.at(-1) : graphemes[0])?.segment.length ?? 1;
}

/** The word at the caret or what is selected, as a box for a change of it begins with. */
export function wordsToChange({ doc, selection }: EditorState): Range {
	const { from, to, empty } = selection;
	return empty ? wordAt(doc, from) : { from, to };
}
