/** Carets and selections of the others, with their names. Classes and one custom property, no style tags. */
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret';
import type { Awareness } from 'y-protocols/awareness';
import type { PersonHere } from '../open-document.ts';

export function carets(awareness: Awareness, me: PersonHere | undefined) {
	return CollaborationCaret.configure({
		provider: { awareness },
		user: { name: me?.name ?? '', color: me?.colour ?? '#6b6458' },
		render: (user) => {
			const caret = document.createElement('span');
			caret.className = 'caret';
			caret.setAttribute('aria-hidden', 'true'); // the list "People here" says who is here
			const colour = String(user.color);
			caret.style.setProperty('--person', colour);
			const name = document.createElement('span');
			name.className = isLight(colour) ? 'caret-name on-light' : 'caret-name';
			name.textContent = String(user.name ?? '').slice(0, 40);
			caret.append(name);
			return caret;
		},
		selectionRender: (user) => ({ class: 'caret-selection', style: `--person: ${String(user.color)}` })
	});
}

function isLight(colour: string): boolean {
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
	return red * 0.299 + green * 0.587 + blue * 0.114 > 140;
}
