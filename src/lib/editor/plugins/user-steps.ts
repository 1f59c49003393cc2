/** What a user's own transactions did to the structure of the document. Shared by the plugins that finish it. */
import { combineTransactionSteps, getChangedRanges } from '@tiptap/core';
import { isChangeOrigin } from '@tiptap/extension-collaboration';
import type { Node } from '@tiptap/pm/model';
import type { Transaction } from '@tiptap/pm/state';
import { ReplaceStep } from '@tiptap/pm/transform';

export interface Range {
	readonly from: number;
	readonly to: number;
}

/** Ranges of the new document that were changed by more than typing; empty when somebody else changed it. */
export function structuralRanges(transactions: readonly Transaction[], before: Node): readonly Range[] {
	if (transactions.some(isChangeOrigin)) return [];
	const steps = transactions.flatMap((transaction) => transaction.steps);
	if (steps.every((step) => step instanceof ReplaceStep && isTyping(step, before))) return [];
	return getChangedRanges(combineTransactionSteps(before, [...transactions])).map(
		(change) => change.newRange
	);
}

/** Letters put in, or letters taken out of one line. */
function isTyping(step: ReplaceStep, before: Node): boolean {
	if (step.slice.openStart > 0 || step.slice.openEnd > 0) return false;
	let inline = true;
	step.slice.content.forEach((node) => (inline &&= node.isInline));
	if (!inline || step.to > before.content.size) return false;
	return (
		before.resolve(step.from).sameParent(before.resolve(step.to)) &&
		before.resolve(step.from).parent.isTextblock
	);
}
