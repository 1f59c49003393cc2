/**
 * Draws a case block: its fields by a Svelte component, its text by ProseMirror, side by side in one element.
 *
 * Promises: the component sees every change of the block's attributes, own or remote; the editor sees no key or click
 * that is meant for a field; writing an attribute changes that attribute alone.
 */
import type { NodeViewRenderer } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { Selection } from '@tiptap/pm/state';
import { yUndoPluginKey } from '@tiptap/y-tiptap';
import type { Decoration } from '@tiptap/pm/view';
import { mount, unmount } from 'svelte';
import type { UndoManager } from 'yjs';
import type { Disagreement, Settlement, SetValue } from '#lib/casework/both-values.ts';
import type { BlockSpec } from '#lib/casework/blocks/block-spec.ts';
import { blockSpec } from '#lib/casework/block-specs.ts';
import type { CaseAround } from '../open-document.ts';
import { isBlank } from './blank.ts';
import CaseLine from './CaseLine.svelte';
import { isDone, makeTick, wordsOfFields } from './field-words.ts';
import { newBlock } from '../insertable.ts';
import type { BlockMover } from '../plugins/move-blocks.ts';
import type { Pictures } from '../pictures/pictures.ts';
import type { BothValues } from './both-values.svelte.ts';
import MoveHandle from './MoveHandle.svelte';
import type { NearScreen } from './near-screen.ts';
import type { Offers } from './offers.ts';
import type { BlockLook } from './views.ts';

export interface BlockHandle {
	readonly spec: BlockSpec;
	/** Reactive: changes with every local or remote transaction that changes the block. */
	readonly attributes: Readonly<Record<string, unknown>>;
	/** Reactive: text of the title. */
	readonly title: string;
	/** Reactive: the case blocks in it, in their order. */
	readonly children: readonly BlockInside[];
	/** Reactive: false for a reader. */
	readonly editable: boolean;
	/** What stands around it: who wrote what, what may be suggested. */
	readonly around: Surroundings;
	/** Reactive: its values that two people set apart. */
	disagreement(attribute: string): Disagreement | null;
	settlement(attribute: string): Settlement | null;
	choose(attribute: string, value: SetValue): void;
	set(attributes: Readonly<Record<string, string>>): void;
	/** Adds a block at the end of this one, after the last child that `follows` says, and puts the caret into it. */
	add(
		name: string,
		attributes?: Readonly<Record<string, string>>,
		follows?: (child: BlockInside) => boolean
	): void;
	/** Where it begins; null when somebody removed it meanwhile. */
	position(): number | null;
	/** Puts the caret back into the text: into the title, or into the line after it. */
	leave(to: 'title' | 'next'): void;
}

/** A block inside a block, as its holder sees it. */
export interface BlockInside {
	readonly name: string;
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly title: string;
}

/** What a block needs to know of the editor and its document. */
export interface Surroundings {
	/** Reactive. */
	readonly editable: boolean;
	readonly both: BothValues;
	readonly near: NearScreen;
	readonly mover: BlockMover;
	readonly offers: Offers;
	readonly pictures: Pictures;
	/** "You", a name, or null. */
	readonly nameOfWriter: (yClient: number) => string | null;
	readonly around: CaseAround | null;
}

export function blockView(
	spec: BlockSpec,
	{ fields, words }: BlockLook,
	surroundings: Surroundings
): NodeViewRenderer {
	return ({ node: first, editor, getPos, decorations }) => {
		let node = $state.raw(first);
		let active = isActive(decorations);
		const dom = document.createElement('section');
		dom.dataset.block = spec.name;
		dom.dataset.look = spec.look;
		dom.setAttribute('role', 'group');
		const fieldsDom = document.createElement('div');
		fieldsDom.className = 'block-fields';
		fieldsDom.contentEditable = 'false';
		const contentDOM = document.createElement('div');
		contentDOM.className = 'block-content';
		dom.append(fieldsDom, contentDOM);
		describe(dom, spec, first);

		const block: BlockHandle = {
			spec,
			get attributes() {
				return node.attrs;
			},
			get title() {
				return titleOf(node);
			},
			get children() {
				return childrenOf(node).map(({ inside }) => inside);
			},
			get editable() {
				return surroundings.editable;
			},
			around: surroundings,
			disagreement: (attribute) => surroundings.both.openIn(node.attrs.id, attribute),
			settlement: (attribute) => surroundings.both.settledIn(node.attrs.id, attribute),
			choose: (attribute, value) => {
				if (typeof node.attrs.id !== 'string') return;
				// undone by itself, not together with what was typed just before
				(yUndoPluginKey.getState(editor.state) as { undoManager: UndoManager }).undoManager.stopCapturing();
				surroundings.both.choose(node.attrs.id, attribute, value);
			},
			add: (name, attributes, follows = () => true) => {
				const pos = getPos();
				const made = newBlock(editor.schema, name, attributes ?? null);
				if (pos === undefined || !made) return;
				const last = childrenOf(node).findLast(({ inside }) => follows(inside));
				const at = pos + 1 + (last?.end ?? node.content.size);
				const transaction = editor.state.tr.insert(at, made);
				transaction.setSelection(Selection.near(transaction.doc.resolve(at + 1)));
				editor.view.dispatch(transaction.scrollIntoView());
				editor.view.focus();
			},
			set: (attributes) => {
				const pos = getPos();
				if (pos === undefined) return; // somebody removed the block meanwhile
				const transaction = editor.state.tr;
				for (const [name, value] of Object.entries(attributes))
					if (node.attrs[name] !== value) transaction.setNodeAttribute(pos, name, value);
				if (transaction.docChanged) editor.view.dispatch(transaction);
			},
			position: () => getPos() ?? null,
			leave: (to) => {
				editor.view.focus(); // first: leaving a field may write its value
				const pos = getPos();
				if (pos === undefined) return;
				const { doc, tr, selection } = editor.state;
				const afterTitle = pos + 1 + (node.firstChild?.nodeSize ?? 0);
				const end = Selection.near(doc.resolve(Math.max(pos + 1, afterTitle - 1)), -1);
				const next = Selection.findFrom(doc.resolve(Math.min(afterTitle, doc.content.size)), 1, true);
				editor.view.dispatch(tr.setSelection(to === 'title' ? end : (next ?? selection)).scrollIntoView());
			}
		};
		const { around, both, near } = surroundings;
		let takeControls: (() => void) | null = null;
		const tick = words === 'tick' ? makeTick(block) : null;
		const drawWords = () => {
			if (words === null || takeControls !== null) return;
			if (tick !== null) {
				tick.checked = isDone(block);
				tick.disabled = !block.editable;
			}
			// the tick stays, since somebody may be at it
			for (const old of [...fieldsDom.children]) if (old !== tick) old.remove();
			fieldsDom.append(...(tick === null || tick.isConnected ? [] : [tick]), ...wordsOfFields(block, words));
		};
		const stopWatching = near.watch(dom, {
			get needsControls() {
				return words === null || active || both.concerns(node.attrs.id) || isUsed(fieldsDom);
			},
			redraw: drawWords,
			showWords() {
				if (this.needsControls) return false;
				takeControls?.();
				takeControls = null;
				drawWords();
				return true;
			},
			showControls() {
				if (takeControls !== null) return true;
				if (fieldsDom.matches(':active')) return false;
				const atTick = tick !== null && document.activeElement === tick;
				fieldsDom.replaceChildren();
				const parts = [MoveHandle, fields].map((part) =>
					mount(part, { target: fieldsDom, props: { block } })
				);
				takeControls = () => {
					for (const part of parts) void unmount(part);
				};
				if (atTick) fieldsDom.querySelector<HTMLElement>('.step-tick')?.focus();
				return true;
			}
		});
		wakers.set(dom, () => near.wake(dom));
		let line: { readonly dom: HTMLElement; readonly mounted: object } | null = null;
		if (around !== null && hasCaseLine(first)) {
			const caseDom = document.createElement('div');
			caseDom.className = 'block-case no-print';
			caseDom.contentEditable = 'false';
			dom.append(caseDom);
			line = { dom: caseDom, mounted: mount(CaseLine, { target: caseDom, props: { block, around } }) };
		}
		const ownDom = (target: globalThis.Node) =>
			fieldsDom.contains(target) || line?.dom.contains(target) === true;

		return {
			dom,
			contentDOM,
			update(next, outer) {
				if (next.type !== node.type) return false;
				active = isActive(outer);
				if (active) near.wake(dom);
				// every change of others brings all blocks anew; most of them say the same as before
				if (next.eq(node)) return true;
				const factsStay = next.sameMarkup(node);
				node = next;
				describe(dom, spec, next);
				if (!factsStay) drawWords();
				return true;
			},
			stopEvent: (event) => event.target instanceof Element && ownDom(event.target),
			ignoreMutation: (mutation) =>
				mutation.type === 'selection' ? ownDom(mutation.target) : !contentDOM.contains(mutation.target),
			destroy: () => {
				stopWatching();
				takeControls?.();
				if (line !== null) void unmount(line.mounted);
			}
		};
	};
}

/** What gives the block drawn by this element its controls. */
const wakers = new WeakMap<globalThis.Node, () => void>();

/** Moves the keyboard into the fields of a block. False when it has none to go to. */
export function focusFirstField(dom: globalThis.Node | null): boolean {
	if (dom !== null) wakers.get(dom)?.();
	const field =
		dom instanceof Element ? dom.querySelector<HTMLElement>(':scope > .block-fields [data-field]') : null;
	field?.focus();
	return field !== null;
}

/** Does the caret stand in it? plugins/here.ts says so. */
function isActive(decorations: readonly Decoration[]): boolean {
	return decorations.some(({ spec }) => (spec as { active?: boolean }).active === true);
}

/** Somebody is at a control, or has typed into it what it could not take. */
function isUsed(fieldsDom: HTMLElement): boolean {
	const { activeElement } = document;
	if (activeElement !== null && fieldsDom.contains(activeElement))
		return !activeElement.matches('.step-tick');
	return fieldsDom.querySelector('[aria-invalid="true"]') !== null;
}

function titleOf(node: Node): string {
	return node.firstChild?.type.name === 'blockTitle' ? node.firstChild.textContent : '';
}

/** `end`: where the child ends, counted from the beginning of the content. */
function childrenOf(node: Node): { inside: BlockInside; end: number }[] {
	const found: { inside: BlockInside; end: number }[] = [];
	node.forEach((child, offset) => {
		if (blockSpec(child.type.name) === null) return;
		const inside = { name: child.type.name, attributes: child.attrs, title: titleOf(child) };
		found.push({ inside, end: offset + child.nodeSize });
	});
	return found;
}

/** Where the case has nothing to say, there is nothing to draw: a plan has hundreds of steps. */
function hasCaseLine(node: Node): boolean {
	return node.type.name === 'goal' || node.type.name === 'contact' || typeof node.attrs.source === 'string';
}

/** What the style sheet and a screen reader need to know about a block. */
function describe(dom: HTMLElement, spec: BlockSpec, node: Node): void {
	const title = titleOf(node);
	dom.setAttribute('aria-label', title === '' ? spec.label : `${spec.label}: ${title}`);
	dom.style.setProperty('--title-hint', JSON.stringify(spec.titleHint));
	dom.toggleAttribute('data-blank', isBlank(node)); // leaves nothing on paper
	for (const name of ['id', 'status', 'lifecycle', 'kind']) {
		const value: unknown = node.attrs[name];
		if (typeof value === 'string' && value !== '') dom.dataset[name] = value;
		else delete dom.dataset[name];
	}
}
