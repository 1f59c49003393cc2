/**
 * Carets and selections of the others, with their names. A name stands beside its caret while that moves, and folds to a
 * dot when it rests: in a meeting of fifteen the names would cover the words. Classes and one custom property, no style
 * tags.
 */
import { Extension } from '@tiptap/core';
import { Plugin } from '@tiptap/pm/state';
import { yCursorPlugin } from '@tiptap/y-tiptap';
import type { Awareness } from 'y-protocols/awareness';
import type { PersonHere } from '../open-document.ts';

/** How long a name stays after its caret moved, ms. */
const NAMED = 3_000;

interface User {
	readonly name?: string;
	readonly color?: string;
}

export const carets = (awareness: Awareness, me: PersonHere | undefined) =>
	Extension.create({
		name: 'carets',
		// before all that draws: a caret stands in front of what others put at the same place
		priority: 999,
		addProseMirrorPlugins: () => {
			const names = new CaretNames();
			return [
				yCursorPlugin(awareness, {
					cursorBuilder: (user: User, client) => names.draw(user, client),
					selectionBuilder: ({ color }: User) => ({
						class: 'caret-selection',
						style: `--person: ${String(color)}`
					})
				}) as Plugin,
				new Plugin({
					view: ({ dom }) => {
						const show = ({ added, updated }: { added: number[]; updated: number[] }) => {
							for (const client of [...added, ...updated]) names.show(dom, client);
						};
						awareness.setLocalStateField('user', {
							name: me?.name ?? '',
							color: me?.colour ?? '#6b6458'
						});
						awareness.on('change', show);
						return {
							destroy: () => {
								awareness.off('change', show);
								names.close();
							}
						};
					}
				})
			];
		}
	});

class CaretNames {
	/** Carets that moved a moment ago, by Yjs client. */
	#moving = new Map<number, ReturnType<typeof setTimeout>>();

	draw(user: User, client: number): HTMLElement {
		const colour = String(user.color);
		const caret = document.createElement('span');
		caret.className = 'caret';
		caret.setAttribute('aria-hidden', 'true'); // the list "People here" says who is here
		caret.style.setProperty('--person', colour);
		const label = document.createElement('span');
		label.className = isLight(colour) ? 'caret-name on-light' : 'caret-name';
		label.textContent = (user.name ?? '').slice(0, 40);
		caret.append(label);
		caret.dataset.client = String(client);
		if (this.#moving.has(client)) this.#unfold(caret);
		return caret;
	}

	show(text: Element, client: number): void {
		const carets = () => text.querySelectorAll<HTMLElement>(`.caret[data-client="${client}"]`);
		clearTimeout(this.#moving.get(client));
		const fold = () => {
			this.#moving.delete(client);
			for (const caret of carets()) caret.classList.remove('is-moving');
		};
		this.#moving.set(client, setTimeout(fold, NAMED));
		for (const caret of carets()) this.#unfold(caret);
	}

	close(): void {
		for (const timer of this.#moving.values()) clearTimeout(timer);
		this.#moving.clear();
	}

	/** To the other side where there is no room beside it. */
	#unfold(caret: HTMLElement): void {
		caret.classList.add('is-moving');
		requestAnimationFrame(() => {
			const label = caret.firstElementChild;
			if (label === null || !caret.isConnected) return;
			const needed = caret.getBoundingClientRect().left + label.clientWidth;
			caret.classList.toggle('at-the-edge', needed > document.documentElement.clientWidth);
		});
	}
}

function isLight(colour: string): boolean {
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
	return red * 0.299 + green * 0.587 + blue * 0.114 > 140;
}
