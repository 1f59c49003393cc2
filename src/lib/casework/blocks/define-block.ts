/**
 * The machinery of blocks: what a case block is, told once as data, becomes a node of the schema.
 *
 * Promises: every attribute has the default null, which is never written to the shared document, so that opening or
 * editing a block cannot overwrite what somebody else set; content is order-free and may be empty, so that no merge can
 * make a block invalid (an editor would then delete it) [V3].
 * Must never: know how a block looks. Its view is in editor/blocks/.
 */
import { Node } from '@tiptap/core';
import type { BlockSpec } from './block-spec.ts';

/** An attribute that lives as `data-…` in copied HTML; unset is null, cleared by a person is ''. */
export function textAttribute(name: string) {
	const data = `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
	return {
		default: null,
		keepOnSplit: false,
		parseHTML: (element: HTMLElement) => element.getAttribute(data),
		renderHTML: (attributes: Record<string, unknown>) =>
			typeof attributes[name] === 'string' && attributes[name] !== '' ? { [data]: attributes[name] } : {}
	};
}

/** An attribute that holds any JSON value. */
export function jsonAttribute(name: string) {
	const data = `data-${name}`;
	return {
		default: null,
		keepOnSplit: false,
		parseHTML: (element: HTMLElement): unknown => {
			try {
				return JSON.parse(element.getAttribute(data) ?? 'null');
			} catch {
				return null;
			}
		},
		renderHTML: (attributes: Record<string, unknown>) =>
			attributes[name] === null ? {} : { [data]: JSON.stringify(attributes[name]) }
	};
}

/** The node of a block: a title, other blocks, and attributes, any of which may be missing. */
export function defineBlock(spec: BlockSpec) {
	const attributes = [...spec.fields.map((field) => field.attribute), ...spec.attributes];
	return Node.create({
		name: spec.name,
		group: 'block',
		content: '(block | blockTitle | field)*',
		defining: true,
		isolating: true,
		addAttributes: () => Object.fromEntries(attributes.map((name) => [name, textAttribute(name)])),
		parseHTML: () => [{ tag: `section[data-block="${spec.name}"]` }],
		renderHTML: ({ HTMLAttributes }) => ['section', { ...HTMLAttributes, 'data-block': spec.name }, 0]
	});
}
