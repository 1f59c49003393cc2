/**
 * The facts of a block as words, where its controls are not on the page: what a reader sees (FieldControl.svelte), in as
 * much room as the controls take. Plain elements: a long plan has hundreds of blocks.
 */
import type { Field } from '#lib/casework/blocks/block-spec.ts';
import { isoDay } from '#lib/casework/dates.ts';
import { fieldWords, lateWords, needsName } from '#lib/casework/field-words.ts';
import type { BlockHandle } from './node-view.svelte.ts';

/** How the component of the block lays its fields out. */
export type WordsLook = 'facts' | 'line' | 'row' | 'tick';

export function wordsOfFields(block: BlockHandle, look: WordsLook): readonly Element[] {
	const { fields } = block.spec;
	const words = (named: boolean, which: (field: Field) => boolean = () => true) =>
		fields.filter(which).flatMap((field) => wordsOf(block, field, named) ?? []);
	const label = element('span', 'block-label', block.spec.label);
	switch (look) {
		case 'row':
			return [label, ...words(false)];
		case 'line':
		case 'tick':
			return [element('span', 'step-fields', ...words(false))];
		case 'facts':
			return [
				element('div', 'block-head', label, ...words(false, (field) => field.first === true)),
				element('div', 'facts', ...words(true, (field) => field.first !== true))
			];
	}
}

/** The tick before a step or an action. */
export function makeTick(block: BlockHandle): HTMLInputElement {
	const tick = document.createElement('input');
	tick.type = 'checkbox';
	tick.className = 'step-tick';
	tick.setAttribute('aria-label', `${block.spec.label} done`);
	tick.addEventListener('change', () => setDone(block, tick.checked));
	return tick;
}

export function isDone(block: BlockHandle): boolean {
	return block.attributes.status === 'completed';
}

export function setDone(block: BlockHandle, done: boolean): void {
	block.set(
		done
			? { status: 'completed', completedOn: isoDay(new Date()) }
			: { status: 'in-progress', completedOn: '' }
	);
}

function wordsOf(block: BlockHandle, field: Field, named: boolean): Element | null {
	const value = block.attributes[field.attribute];
	if (typeof value !== 'string' || value === '') return null;
	const name = named
		? element('span', 'field-name', field.label, element('span', 'unseen', ': '))
		: element('span', needsName(field) ? 'lone-name' : 'unseen', `${field.label}: `);
	const words = fieldWords(field, value, block.around.offers.titleOf);
	const late = lateWords(field, block.attributes);
	const found = element('span', `field word field-${field.attribute}`, name, words + late);
	found.dataset.value = value;
	found.classList.toggle('named', named);
	found.classList.toggle('first', field.first === true);
	found.classList.toggle('still', block.editable);
	return found;
}

function element(tag: 'div' | 'span', className: string, ...content: (string | Element)[]): HTMLElement {
	const made = document.createElement(tag);
	made.className = className;
	made.append(...content);
	return made;
}
