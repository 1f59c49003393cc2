/** What the `/` menu and the toolbar can insert, as data. A new block appears here by its spec alone. */
import type { Editor } from '@tiptap/core';
import type { Node, Schema } from '@tiptap/pm/model';
import { Selection, TextSelection } from '@tiptap/pm/state';
import { blockSpec, blockSpecs } from '#lib/casework/block-specs.ts';

export interface Insertable {
	readonly id: string;
	readonly label: string;
	/** Other words that find it. */
	readonly words: string;
	insert(editor: Editor): void;
}

/** The case blocks, for the toolbar's menu. */
export const insertableBlocks: readonly (Insertable & { readonly what: string })[] = blockSpecs.flatMap(
	({ name, label, searchWords, titleHint }) =>
		searchWords === null
			? []
			: [
					{
						id: name,
						label,
						words: searchWords,
						what: titleHint,
						insert: (editor: Editor) => insertBlock(editor, name)
					}
				]
);

export const insertables: readonly Insertable[] = [
	...insertableBlocks,
	...([1, 2, 3] as const).map((level) => ({
		id: `heading-${level}`,
		label: `Heading ${level}`,
		words: 'title section',
		insert: (editor: Editor) => void editor.chain().focus().setNode('heading', { level }).run()
	})),
	{
		id: 'bullet-list',
		label: 'Bullet list',
		words: 'points unordered',
		insert: (editor) => void editor.chain().focus().toggleBulletList().run()
	},
	{
		id: 'numbered-list',
		label: 'Numbered list',
		words: 'ordered',
		insert: (editor) => void editor.chain().focus().toggleOrderedList().run()
	},
	{
		id: 'task-list',
		label: 'Task list',
		words: 'todo checklist tick boxes',
		insert: (editor) => void editor.chain().focus().toggleTaskList().run()
	},
	{
		id: 'quote',
		label: 'Quote',
		words: 'own words said',
		insert: (editor) => void editor.chain().focus().toggleBlockquote().run()
	},
	{ id: 'table', label: 'Table', words: 'rows columns grid', insert: insertTable },
	{
		id: 'divider',
		label: 'Line across',
		words: 'divider rule separator',
		insert: (editor) => void editor.chain().focus().setHorizontalRule().run()
	}
];

export function findInsertables(query: string): readonly Insertable[] {
	const wanted = query.toLowerCase();
	const byName = insertables.filter((item) => item.label.toLowerCase().startsWith(wanted));
	const byWord = insertables.filter(
		(item) => !byName.includes(item) && `${item.label} ${item.words}`.toLowerCase().includes(wanted)
	);
	return [...byName, ...byWord];
}

/** Puts a case block where one writes: in place of an empty line, otherwise after the block with the caret. */
export function insertBlock(
	editor: Editor,
	name: string,
	attributes: Readonly<Record<string, string>> | null = null
): void {
	const { state } = editor;
	const { $from } = state.selection;
	const { paragraph } = state.schema.nodes;
	const made = newBlock(state.schema, name, attributes);
	const spec = blockSpec(name);
	if (!made || !spec) return;
	// a step belongs into the goal one writes in; everything else stands on its own
	let holder = 0;
	for (let depth = 1; depth <= $from.depth && spec.belongsInto; depth++)
		if ($from.node(depth).type.name === spec.belongsInto) holder = depth;
	const depth = Math.min(holder + 1, $from.depth);
	const here = depth > 0 ? $from.node(depth) : null;
	const replaces = here?.type === paragraph && here?.content.size === 0;
	const from = depth === 0 ? $from.pos : replaces ? $from.before(depth) : $from.after(depth);
	const to = replaces ? $from.after(depth) : from;
	const transaction = state.tr.replaceWith(from, to, made);
	transaction.setSelection(TextSelection.create(transaction.doc, from + 2));
	editor.view.dispatch(transaction.scrollIntoView());
	editor.view.focus();
}

/** An empty block of that name with its title, its named texts and what it starts with. */
export function newBlock(
	schema: Schema,
	name: string,
	attributes: Readonly<Record<string, string>> | null = null
): Node | null {
	const spec = blockSpec(name);
	const { blockTitle, field, [name]: type } = schema.nodes;
	if (!spec || !type || !blockTitle || !field) return null;
	const texts = (spec.texts ?? []).map((text) => field.create({ ...text }));
	const inside = (spec.startsWith ?? []).flatMap(
		(start) => newBlock(schema, start.name, start.attributes ?? null) ?? []
	);
	return type.create(attributes, [blockTitle.create(), ...texts, ...inside]);
}

function insertTable(editor: Editor): void {
	const { state } = editor;
	const { table, tableRow, tableHeader, tableCell, paragraph } = state.schema.nodes;
	if (!table || !tableRow || !tableHeader || !tableCell || !paragraph) return;
	const cells = (type: typeof tableCell) => [0, 1, 2].map(() => type.create(null, paragraph.create()));
	const rows = [tableHeader, tableCell, tableCell].map((type) => tableRow.create(null, cells(type)));
	const { $from } = state.selection;
	const outer = $from.depth > 0 ? $from.node(1) : null;
	const replaces = outer?.type === paragraph && outer?.content.size === 0;
	const from = $from.depth === 0 ? $from.pos : replaces ? $from.before(1) : $from.after(1);
	const transaction = state.tr.replaceWith(from, replaces ? $from.after(1) : from, table.create(null, rows));
	transaction.setSelection(Selection.near(transaction.doc.resolve(from + 1)));
	editor.view.dispatch(transaction.scrollIntoView());
	editor.view.focus();
}
