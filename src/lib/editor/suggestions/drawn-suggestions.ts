/**
 * Proposed changes in the text of the editor: struck and underlined, with colour and name; decorations, never marks [D5].
 *
 * Promises: what is proposed can be told without seeing colours and without seeing at all: a line through or under the
 * words, the name beside them, and "suggested insertion by …" for whoever listens.
 */
import { Plugin, PluginKey, type EditorState, type Transaction } from '@tiptap/pm/state';
import type { Mappable } from '@tiptap/pm/transform';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import type { Suggestion } from '#lib/discussion/suggestion.ts';
import type { Range } from '../comments/text-of-document.ts';
import { mappingOf, wordsIn } from '../comments/words-plugin.ts';
import { differingWords, planOf } from './plan-change.ts';

export interface DrawnSuggestion {
	readonly thread: string;
	readonly suggestion: Suggestion;
	/** The words it is anchored to, as they were. */
	readonly madeOn: string;
	readonly name: string;
	readonly colour: string;
	/** Guests cannot read it. */
	readonly staffOnly: boolean;
	readonly open: boolean;
}

/** What is being proposed right now: `range` is struck, and where it ends one writes. */
interface Draft {
	readonly range: Range;
	readonly colour: string;
}

interface Drawn {
	readonly list: readonly DrawnSuggestion[];
	readonly draft: Draft | null;
	/** Its thread, once it was said: it is not drawn twice. */
	readonly draftThread: string | null;
}

export interface DrawnChange {
	readonly list?: readonly DrawnSuggestion[];
	readonly draft?: Draft | null;
	readonly draftThread?: string | null;
}

const key = new PluginKey<Drawn>('suggestions');
const nothing: Drawn = { list: [], draft: null, draftThread: null };

export const drawnIn = (state: EditorState): Drawn => key.getState(state) ?? nothing;

export const withDrawn = (transaction: Transaction, change: DrawnChange): Transaction =>
	transaction.setMeta(key, change).setMeta('addToHistory', false);

/** `host`: the element in which one writes what is proposed. */
export function drawnSuggestions(host: () => HTMLElement): Plugin<Drawn> {
	let last: { state: EditorState; ranges: unknown; drawn: Drawn; set: DecorationSet } | null = null;
	return new Plugin<Drawn>({
		key,
		state: {
			init: () => nothing,
			apply(transaction, drawn, before) {
				const change = transaction.getMeta(key) as DrawnChange | undefined;
				const { draft } = drawn;
				const moved =
					draft && transaction.docChanged ? movedDraft(draft, mappingOf(transaction, before.doc)) : draft;
				return moved !== draft || change ? { ...drawn, draft: moved, ...change } : drawn;
			}
		},
		props: {
			decorations(state) {
				const drawn = drawnIn(state);
				if (drawn.list.length === 0 && !drawn.draft) return null;
				const { ranges } = wordsIn(state);
				if (last?.ranges === ranges && last.drawn === drawn && last.state.doc === state.doc) return last.set;
				const set = DecorationSet.create(state.doc, [
					...drawn.list
						.filter(({ thread }) => thread !== drawn.draftThread)
						.flatMap((one) => decorationsOf(state, one, ranges.get(one.thread))),
					...(drawn.draft ? draftDecorations(drawn.draft, host) : [])
				]);
				last = { state, ranges, drawn, set };
				return set;
			}
		}
	});
}

function movedDraft(draft: Draft, mapping: Mappable): Draft {
	const from = mapping.map(draft.range.from, 1);
	return { ...draft, range: { from, to: Math.max(from, mapping.map(draft.range.to, -1)) } };
}

function decorationsOf(state: EditorState, one: DrawnSuggestion, range: Range | undefined): Decoration[] {
	if (!range) return [];
	const { thread, suggestion, madeOn, name, colour, staffOnly, open } = one;
	const by = staffOnly ? `${name}, only for staff` : name;
	const plan = planOf(state.doc, suggestion.change, range, madeOn);
	if (plan.done) return [];
	// of changed words it cannot be told which part was meant
	const { from, to, text } = plan.changed ? plan : differingWords(plan);
	const look = open ? ' is-open' : '';
	const style = `--person: ${colour}`;
	const struck = Decoration.inline(
		from,
		to,
		{ nodeName: 'del', class: `suggested-out${look}`, 'data-thread': thread, style },
		{ thread }
	);
	const words = () => {
		const place = document.createElement('span');
		place.className = 'suggested';
		place.style.cssText = style;
		place.contentEditable = 'false';
		place.dataset.thread = thread;
		const said = place.appendChild(document.createElement('span'));
		said.className = 'unseen';
		if (text === '') said.textContent = ` (suggested deletion by ${by}) `;
		else {
			said.textContent = ` (suggested insertion by ${by}: `;
			const inserted = place.appendChild(document.createElement('ins'));
			inserted.className = `suggested-in${look}`;
			inserted.textContent = text;
			const end = place.appendChild(document.createElement('span'));
			end.className = 'unseen';
			end.textContent = ') ';
		}
		const tag = place.appendChild(document.createElement('span'));
		tag.className = 'suggested-by';
		tag.ariaHidden = 'true';
		tag.textContent = name;
		tag.title = by;
		if (staffOnly) tag.appendChild(document.createElement('b')).textContent = 'only staff';
		return place;
	};
	const id = `${thread} ${text} ${by} ${colour} ${look}`;
	const widget = Decoration.widget(to, words, { key: id, side: 1, marks: [], ignoreSelection: true, thread });
	return from < to ? [struck, widget] : [widget];
}

function draftDecorations({ range, colour }: Draft, host: () => HTMLElement): Decoration[] {
	const { from, to } = range;
	const style = `--person: ${colour}`;
	const write = Decoration.widget(to, host, {
		key: 'draft',
		side: 1,
		marks: [],
		ignoreSelection: true,
		stopEvent: () => true
	});
	return from < to
		? [Decoration.inline(from, to, { nodeName: 'del', class: 'suggested-out is-open', style }), write]
		: [write];
}
