/**
 * Draws a case block: its fields by a Svelte component, its text by ProseMirror, side by side in one element.
 *
 * Promises: the component sees every change of the block's attributes, own or remote; the editor sees no key or click
 * that is meant for a field; writing an attribute changes that attribute alone.
 */
import type { NodeViewRenderer } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { Selection } from '@tiptap/pm/state';
import { mount, unmount, type Component } from 'svelte';
import type { BlockSpec } from '#lib/casework/blocks/block-spec.ts';
import { blockSpec } from '#lib/casework/block-specs.ts';
import { isBlank } from './blank.ts';
import { newBlock } from '../insertable.ts';

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
	set(attributes: Readonly<Record<string, string>>): void;
	/** Adds a block at the end of this one, after the last child that `follows` says, and puts the caret into it. */
	add(
		name: string,
		attributes?: Readonly<Record<string, string>>,
		follows?: (child: BlockInside) => boolean
	): void;
	/** Puts the caret back into the text: into the title, or into the line after it. */
	leave(to: 'title' | 'next'): void;
}

/** A block inside a block, as its holder sees it. */
export interface BlockInside {
	readonly name: string;
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly title: string;
}

/** Reactive facts about the editor that a block needs. */
export interface Surroundings {
	readonly editable: boolean;
}

export function blockView(
	spec: BlockSpec,
	fields: Component<{ block: BlockHandle }>,
	surroundings: Surroundings
): NodeViewRenderer {
	return ({ node: first, editor, getPos }) => {
		let node = $state.raw(first);
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
		const component = mount(fields, { target: fieldsDom, props: { block } });

		return {
			dom,
			contentDOM,
			update(next) {
				if (next.type !== node.type) return false;
				node = next;
				describe(dom, spec, next);
				return true;
			},
			stopEvent: (event) => event.target instanceof Element && fieldsDom.contains(event.target),
			ignoreMutation: (mutation) =>
				mutation.type === 'selection'
					? fieldsDom.contains(mutation.target)
					: !contentDOM.contains(mutation.target),
			destroy: () => void unmount(component)
		};
	};
}

/** Moves the keyboard into the fields of a block. False when it has none to go to. */
export function focusFirstField(dom: globalThis.Node | null): boolean {
	const field =
		dom instanceof Element ? dom.querySelector<HTMLElement>(':scope > .block-fields [data-field]') : null;
	field?.focus();
	return field !== null;
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
