/** Every key that does something, for the list on `?`. "Mod" is ⌘ on a Mac and Ctrl elsewhere. */

export interface Shortcut {
	readonly keys: readonly string[];
	readonly does: string;
}

export const shortcuts: readonly { readonly where: string; readonly list: readonly Shortcut[] }[] = [
	{
		where: 'Everywhere',
		list: [
			{ keys: ['?'], does: 'Show this list' },
			{ keys: ['Mod', '/'], does: 'Show this list, also while writing' },
			{ keys: ['Esc'], does: 'Close what is open' }
		]
	},
	{
		where: 'Caseload',
		list: [
			{ keys: ['/'], does: 'Filter the cases' },
			{ keys: ['W'], does: 'Go to what is waiting for you; then arrow keys' }
		]
	},
	{
		where: 'Writing',
		list: [
			{ keys: ['/'], does: 'At the start of a line: insert a goal, a step, a table …' },
			{ keys: ['Enter'], does: 'In a goal or step: go on to the next' },
			{ keys: ['Tab'], does: 'In a goal or step: go to its status and date' },
			{ keys: ['Mod', 'Enter'], does: 'Go on writing below the goal or step' },
			{ keys: ['Alt', '↑'], does: 'Move the goal, step, item or line up; with ↓ down' },
			{ keys: ['Alt', 'F10'], does: 'Go to the formatting bar' },
			{ keys: ['Esc'], does: 'Then Tab: leave the text' },
			{ keys: ['Mod', 'Z'], does: 'Undo what you did' },
			{ keys: ['Mod', 'Shift', 'Z'], does: 'Do it again' },
			{ keys: ['Mod', 'B'], does: 'Bold' },
			{ keys: ['Mod', 'I'], does: 'Italic' },
			{ keys: ['Mod', 'U'], does: 'Underline' },
			{ keys: ['Mod', 'Shift', 'S'], does: 'Strike through' },
			{ keys: ['Mod', 'Shift', 'H'], does: 'Highlight' },
			{ keys: ['Mod', 'Alt', '1'], does: 'Heading, also with 2 and 3' },
			{ keys: ['Mod', 'Shift', '8'], does: 'List' },
			{ keys: ['Mod', 'Shift', '7'], does: 'Numbered list' },
			{ keys: ['Mod', 'Shift', '9'], does: 'Task list' },
			{ keys: ['Mod', 'Shift', 'B'], does: 'Quote' },
			{ keys: ['Mod', 'K'], does: 'Link' }
		]
	},
	{
		where: 'Shift log',
		list: [
			{ keys: ['Enter'], does: 'Enter what you wrote' },
			{ keys: ['Shift', 'Enter'], does: 'A new line in it' },
			{ keys: ['N'], does: 'In the categories: choose one by its letter, and go on to the words' }
		]
	},
	{
		where: 'Comments',
		list: [
			{ keys: ['Mod', 'Alt', 'M'], does: 'Comment on the selected words' },
			{ keys: ['Mod', 'Alt', 'S'], does: 'Suggest a change of the selected words' },
			{ keys: ['Mod', 'Alt', 'Shift', 'S'], does: 'Suggest what you type, instead of writing it' },
			{ keys: ['Shift', 'F10'], does: 'Menu of the selected words, also with the menu key' },
			{ keys: ['F6'], does: 'From the text to its comments, and back' },
			{ keys: ['Alt', 'F7'], does: 'Next comment, also with Page Down' },
			{ keys: ['Shift', 'Alt', 'F7'], does: 'Previous comment, also with Alt and Page Up' },
			{ keys: ['@'], does: 'Mention somebody' },
			{ keys: ['Mod', 'Enter'], does: 'Send what you wrote' },
			{ keys: ['Esc'], does: 'Back to the words' }
		]
	}
];

const MAC = /mac|iphone|ipad/i;

/** The key as it is printed on this keyboard. */
export function nameKey(key: string, platform = navigator.platform): string {
	return key === 'Mod' ? (MAC.test(platform) ? '⌘' : 'Ctrl') : key;
}

const SINGLE_KEYS = 'throughline.single-keys';

/** Single keys can be switched off: speech input and shaky hands press them by accident. */
export function singleKeysOn(): boolean {
	return localStorage.getItem(SINGLE_KEYS) !== 'off';
}

export function switchSingleKeys(on: boolean): void {
	localStorage.setItem(SINGLE_KEYS, on ? 'on' : 'off');
}

/** Is the person writing somewhere, so that a single key is a letter and no command? */
export function isWriting(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
	);
}
