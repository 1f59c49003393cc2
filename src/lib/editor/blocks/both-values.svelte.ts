/**
 * The values of one document that were set twice while apart, for the fields that show them.
 *
 * Promises: looks at the document only after a change that may have set a value; picking is the user's own act, and can
 * be undone: then the question is there again, for everybody.
 */
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import {
	askAgain,
	countOpen,
	disagreementsOf,
	findDisagreements,
	leaveToOthers,
	settle,
	type BlockDisagreements,
	type Disagreement,
	type SetValue,
	type Settlement
} from '#lib/casework/both-values.ts';
import type { Id } from '#lib/casework/moving/moves.ts';
import { PICKS_FIELD } from '#lib/casework/picks.ts';
import { elementOfBlock } from '#lib/casework/moving/move-block.ts';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import type { DocumentView } from '../open-document.ts';

export class BothValues {
	#view: DocumentView;
	#found = $state.raw<readonly BlockDisagreements[]>([]);
	#remove: () => void;
	#tell: () => void;

	/** `found`: told when there may be others. */
	constructor(view: DocumentView, found: () => void) {
		this.#view = view;
		this.#tell = found;
		const look = (transaction: Y.Transaction) => {
			if (transaction.origin === ySyncPluginKey) this.#pickWhatIsSet(transaction);
			if (transaction.origin instanceof Y.UndoManager) this.#askAgain(transaction, transaction.origin);
			const takes = this.#found.length > 0 && transaction.deleteSet.clients.size > 0;
			if (takes || setsValue(transaction)) this.#look();
		};
		view.doc.on('afterTransaction', look);
		this.#remove = () => view.doc.off('afterTransaction', look);
		this.#look();
	}

	/** Reactive. */
	get count(): number {
		return countOpen(this.#found);
	}

	/** Reactive. */
	openIn(block: unknown, attribute: string): Disagreement | null {
		return this.#of(block)?.open.find((one) => one.attribute === attribute) ?? null;
	}

	/** Reactive. */
	settledIn(block: unknown, attribute: string): Settlement | null {
		return this.#of(block)?.settled.find((one) => one.attribute === attribute) ?? null;
	}

	/** Was a value of it set apart, settled or not? */
	concerns(block: unknown): boolean {
		return this.#of(block) !== undefined;
	}

	/** For everybody; can be undone. */
	choose(block: string, attribute: string, chosen: SetValue): void {
		const element = elementOfBlock(this.#view.doc.getXmlFragment(BODY_FIELD), block);
		if (!element || this.#view.detached) return;
		this.#view.asUser(() =>
			this.#view.doc.transact(() => settle(element, attribute, chosen), ySyncPluginKey)
		);
	}

	close(): void {
		this.#remove();
	}

	/** Who sets a value in its field has seen what is asked beside it. */
	#pickWhatIsSet({ changed }: Y.Transaction): void {
		for (const [element, keys] of changed) {
			if (!(element instanceof Y.XmlElement) || element._item?.deleted === true) continue;
			const asked = this.#of(element.getAttribute('id'))?.open ?? [];
			const still = disagreementsOf(element as Y.XmlElement)?.open ?? [];
			for (const { attribute } of asked.filter((one) => keys.has(one.attribute))) {
				const mine = still.find((one) => one.attribute === attribute)?.values[0];
				if (mine?.yClient === this.#view.doc.clientID)
					this.choose(String(element.getAttribute('id')), attribute, mine);
			}
		}
	}

	/** Of what was undone or redone, what the question was about. */
	#askAgain(transaction: Y.Transaction, { currStackItem: step, undoing }: Y.UndoManager): void {
		if (step === null || !setsValue(transaction)) return;
		const { changed, beforeState, doc } = transaction;
		const before = beforeState.get(doc.clientID) ?? 0;
		const how = {
			isUndo: undoing,
			isUndone: ([client, clock]: Id) => Y.isDeleted(step.insertions, Y.createID(client, clock)),
			isNew: ([client, clock]: Id) => client === doc.clientID && clock >= before
		};
		this.#view.asUser(() =>
			doc.transact(() => {
				for (const [element, keys] of changed) {
					if (!(element instanceof Y.XmlElement) || element._item?.deleted === true) continue;
					const asked = this.#of(element.getAttribute('id'))?.open ?? [];
					for (const key of keys) {
						if (key === null) continue;
						askAgain(element as Y.XmlElement, key, how);
						const isGone = element._map.get(key)?.deleted === true;
						if (isGone && asked.some(({ attribute }) => attribute === key))
							leaveToOthers(element as Y.XmlElement, key);
					}
				}
			})
		);
	}

	#of(block: unknown): BlockDisagreements | undefined {
		return this.#found.find((one) => one.block === block);
	}

	#look(): void {
		const found = findDisagreements(this.#view.doc.getXmlFragment(BODY_FIELD));
		if (found.length === 0 && this.#found.length === 0) return;
		this.#found = found;
		this.#tell();
	}
}

function setsValue({ changed, doc }: Y.Transaction): boolean {
	const picks = doc.share.get(PICKS_FIELD);
	for (const [type, keys] of changed) {
		if (type === picks) return true;
		if (type instanceof Y.XmlElement) for (const key of keys) if (key !== null) return true;
	}
	return false;
}
