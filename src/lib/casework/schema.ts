/**
 * Schema 1: every node and mark that a document may hold, without views.
 *
 * Promises [V3]: content is order-free and may be empty (`*`, never `+`), every attribute has a default, every block
 * has an id, and generic nodes (`caseBlock`, `field`, `chip`, the mark `note`) carry what later releases invent.
 * Frozen: what is here is never renamed, removed or narrowed. What is added raises SCHEMA_VERSION, and a release reads
 * it before the next one writes it.
 */
import type { Extensions } from '@tiptap/core';
import { Bold } from '@tiptap/extension-bold';
import { Highlight } from '@tiptap/extension-highlight';
import { Italic } from '@tiptap/extension-italic';
import { Strike } from '@tiptap/extension-strike';
import { Underline } from '@tiptap/extension-underline';
import { blockSpecs } from './block-specs.ts';
import { BlockTitle } from './blocks/block-title.ts';
import { Chip } from './blocks/chip.ts';
import { CommonAttributes } from './blocks/common-attributes.ts';
import { defineBlock } from './blocks/define-block.ts';
import { FieldNode } from './blocks/field.ts';
import { textBlocks } from './blocks/text-blocks.ts';
import { Link } from './marks/link.ts';
import { Note } from './marks/note.ts';

const marks: Extensions = [
	Bold,
	Italic,
	Underline,
	Strike,
	Highlight.configure({ multicolor: true }),
	Link,
	Note
];

/** Tiptap nodes and marks of schema 1. The editor adds views to some of them. */
export const schemaExtensions: Extensions = [
	...textBlocks,
	...blockSpecs.map(defineBlock),
	BlockTitle,
	FieldNode,
	Chip,
	...marks,
	CommonAttributes
];
