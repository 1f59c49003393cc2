/**
 * What every editor has: paragraphs, headings, lists, quotes, tables. Tiptap's own nodes with content that may be
 * empty, so that no merge of two people's edits is ever invalid and deleted by an editor [V3].
 */
import { Blockquote } from '@tiptap/extension-blockquote';
import { Document } from '@tiptap/extension-document';
import { HardBreak } from '@tiptap/extension-hard-break';
import { Heading } from '@tiptap/extension-heading';
import { HorizontalRule } from '@tiptap/extension-horizontal-rule';
import { BulletList, ListItem, OrderedList, TaskItem, TaskList } from '@tiptap/extension-list';
import { Paragraph } from '@tiptap/extension-paragraph';
import { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table';
import { Text } from '@tiptap/extension-text';

export const textBlocks = [
	Document.extend({ content: 'block*' }),
	Text,
	Paragraph,
	Heading.configure({ levels: [1, 2, 3] }),
	HardBreak,
	HorizontalRule,
	BulletList.extend({ content: 'listItem*' }),
	OrderedList.extend({ content: 'listItem*' }),
	ListItem.extend({ content: 'block*' }),
	TaskList.extend({ content: 'taskItem*' }),
	TaskItem.configure({ nested: true }).extend({ content: 'block*' }),
	Blockquote.extend({ content: 'block*' }),
	Table.configure({ resizable: false, renderWrapper: true }).extend({ content: 'tableRow*' }),
	TableRow,
	TableHeader.extend({ content: 'block*' }),
	TableCell.extend({ content: 'block*' })
];
