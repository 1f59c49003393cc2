/** The tools of the formatting bar, as data, in groups. Labels are the accessible names. */
import type { ChainedCommands } from '@tiptap/core';
import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import Bold from '@lucide/svelte/icons/bold';
import Footprints from '@lucide/svelte/icons/footprints';
import Heading1 from '@lucide/svelte/icons/heading-1';
import Heading2 from '@lucide/svelte/icons/heading-2';
import Heading3 from '@lucide/svelte/icons/heading-3';
import Highlighter from '@lucide/svelte/icons/highlighter';
import Italic from '@lucide/svelte/icons/italic';
import Link from '@lucide/svelte/icons/link';
import List from '@lucide/svelte/icons/list';
import ListOrdered from '@lucide/svelte/icons/list-ordered';
import ListTodo from '@lucide/svelte/icons/list-todo';
import Plus from '@lucide/svelte/icons/plus';
import Quote from '@lucide/svelte/icons/text-quote';
import Redo from '@lucide/svelte/icons/redo-2';
import Search from '@lucide/svelte/icons/search';
import Strikethrough from '@lucide/svelte/icons/strikethrough';
import Table from '@lucide/svelte/icons/table';
import Target from '@lucide/svelte/icons/target';
import Underline from '@lucide/svelte/icons/underline';
import Undo from '@lucide/svelte/icons/undo-2';
import type { CaseEditor } from '../case-editor.svelte.ts';
import { insertables } from '../insertable.ts';

export interface Tool {
	readonly label: string;
	readonly icon: typeof Bold;
	/** Shown beside the label; `Mod` is ⌘ or Ctrl. */
	readonly keys?: string;
	/** Undefined: not a switch. */
	readonly pressed?: (editor: CaseEditor) => boolean;
	readonly enabled?: (editor: CaseEditor) => boolean;
	readonly use: (editor: CaseEditor, ask: Asks) => void;
	/** Opens a menu. */
	readonly menu?: true;
	/** Its name stands beside its picture. */
	readonly worded?: true;
}

/** What a tool asks for before anything is done. */
export interface Asks {
	link(): void;
	insert(): void;
	find(): void;
}

const chain = (run: (chain: ChainedCommands) => ChainedCommands) => (editor: CaseEditor) =>
	void run(editor.editor.chain().focus()).run();

const mark = (name: string, label: string, icon: typeof Bold, keys: string): Tool => ({
	label,
	icon,
	keys,
	pressed: (editor) => editor.isActive(name),
	use: chain((commands) => commands.toggleMark(name))
});

const heading = (level: 1 | 2 | 3, icon: typeof Bold): Tool => ({
	label: `Heading ${level}`,
	icon,
	keys: `Mod+Alt+${level}`,
	pressed: (editor) => editor.isActive('heading', { level }),
	use: chain((commands) => commands.toggleHeading({ level }))
});

const insert = (id: string, label: string, icon: typeof Bold): Tool => ({
	label,
	icon,
	use: ({ editor }) => insertables.find((item) => item.id === id)?.insert(editor)
});

export const toolGroups: readonly (readonly Tool[])[] = [
	[heading(1, Heading1), heading(2, Heading2), heading(3, Heading3)],
	[
		mark('bold', 'Bold', Bold, 'Mod+B'),
		mark('italic', 'Italic', Italic, 'Mod+I'),
		mark('underline', 'Underline', Underline, 'Mod+U'),
		mark('strike', 'Strikethrough', Strikethrough, 'Mod+Shift+S'),
		mark('highlight', 'Highlight', Highlighter, 'Mod+Shift+H')
	],
	[
		{
			label: 'Bullet list',
			icon: List,
			keys: 'Mod+Shift+8',
			pressed: (editor) => editor.isActive('bulletList'),
			use: chain((commands) => commands.toggleBulletList())
		},
		{
			label: 'Numbered list',
			icon: ListOrdered,
			keys: 'Mod+Shift+7',
			pressed: (editor) => editor.isActive('orderedList'),
			use: chain((commands) => commands.toggleOrderedList())
		},
		{
			label: 'Task list',
			icon: ListTodo,
			keys: 'Mod+Shift+9',
			pressed: (editor) => editor.isActive('taskList'),
			use: chain((commands) => commands.toggleTaskList())
		},
		{
			label: 'Quote',
			icon: Quote,
			keys: 'Mod+Shift+B',
			pressed: (editor) => editor.isActive('blockquote'),
			use: chain((commands) => commands.toggleBlockquote())
		}
	],
	[
		insert('goal', 'Insert goal', Target),
		insert('step', 'Insert step', Footprints),
		{ label: 'Insert', icon: Plus, menu: true, worded: true, use: (_editor, ask) => ask.insert() },
		insert('table', 'Table', Table),
		{
			label: 'Link',
			icon: Link,
			keys: 'Mod+K',
			pressed: (editor) => editor.isActive('link'),
			use: (_editor, ask) => ask.link()
		}
	],
	[
		{ label: 'Move up', icon: ArrowUp, keys: 'Alt+↑', use: ({ mover }) => void mover.step(-1) },
		{ label: 'Move down', icon: ArrowDown, keys: 'Alt+↓', use: ({ mover }) => void mover.step(1) }
	],
	[
		{
			label: 'Undo',
			icon: Undo,
			keys: 'Mod+Z',
			enabled: (editor) => editor.canUndo,
			use: chain((commands) => commands.undo())
		},
		{
			label: 'Redo',
			icon: Redo,
			keys: 'Mod+Shift+Z',
			enabled: (editor) => editor.canRedo,
			use: chain((commands) => commands.redo())
		},
		{ label: 'Find', icon: Search, keys: 'Mod+F', use: (_editor, ask) => ask.find() }
	]
];

export const tableTools: readonly { readonly label: string; readonly use: (editor: CaseEditor) => void }[] = [
	{ label: 'Add row', use: chain((commands) => commands.addRowAfter()) },
	{ label: 'Add column', use: chain((commands) => commands.addColumnAfter()) },
	{ label: 'Delete row', use: chain((commands) => commands.deleteRow()) },
	{ label: 'Delete column', use: chain((commands) => commands.deleteColumn()) },
	{ label: 'Delete table', use: chain((commands) => commands.deleteTable()) }
];
