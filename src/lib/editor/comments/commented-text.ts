/** The text that is commented on, whatever shows it: an editor, or a reading view of a newer document [V1]. */
import type { Anchor } from '#lib/discussion/anchor.ts';
import type { Suggesting } from '../suggestions/suggesting.ts';
import type { AnchoredThread, WordsState } from './anchored-words.ts';
import type { Range } from './text-of-document.ts';

export interface CommentedText {
	readonly element: HTMLElement;
	setThreads(threads: readonly AnchoredThread[]): void;
	setOpen(thread: string | null): void;
	/** Null: not looked up yet. */
	stateOf(thread: string): WordsState | null;
	rangeOf(thread: string): Range | null;
	/** Its words were taken away by an edit made here, and have not come back. */
	wasTakenHere(thread: string): boolean;
	/** Where a comment is being written about. */
	readonly draft: Range | null;
	setDraft(range: Range | null): void;
	/** Null where there are no words. */
	anchorAt(range: Range): Anchor | null;
	/** The selected words, or the word at the caret. */
	readonly selectedWords: Range | null;
	readonly hasSelection: boolean;
	/** Where one is in the text. */
	readonly caret: number;
	wordsIn(range: Range): string;
	/** From the top of the window, in pixels. */
	topOf(position: number): number;
	/** To these words, unless one is in them; null: where one was. */
	goTo(range: Range | null, focus: boolean): void;
	/** A comment on the words before this position was added. */
	leaveAt(position: number): void;
	/** Numbers the words of these threads, from 1 on, as notes on paper; none takes the numbers away. */
	setNumbers(threads: readonly string[]): void;
	/** What is meant to be said otherwise; null where nothing can be suggested. */
	readonly wordsToChange: Range | null;
	/** Null where nothing can be suggested. */
	readonly suggesting: Suggesting | null;
	/** The person pauses, or goes. */
	rest(): void;
}
