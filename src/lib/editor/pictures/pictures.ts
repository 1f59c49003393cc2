/**
 * The pictures of the document that one writes in.
 *
 * Promises: what is put in leaves as the user's own change [V2]; nothing is written when a picture is refused.
 */
import type { Editor } from '@tiptap/core';
import { createSubscriber } from 'svelte/reactivity';
import {
	keepPicture,
	onPictures,
	pictureIn,
	pictureName,
	readPicture,
	type Picture
} from '#lib/casework/pictures.ts';
import { insertBlock } from '../insertable.ts';
import type { DocumentView } from '../open-document.ts';
import { shrinkPicture, type PictureRefusal } from './shrink.ts';

const sentences: Readonly<Record<PictureRefusal | 'document-full', string>> = {
	'not-a-picture':
		'This file is not a picture that can be shown here. Nothing was changed. Photos (JPEG, PNG, WebP) can be put in.',
	'picture-too-large':
		'This picture is too large to be made small enough. Nothing was changed. Try a smaller one.',
	'document-full':
		'This document holds as many pictures as it can. Nothing was changed. Put this one into another document.'
};

export class Pictures {
	#view: DocumentView;
	#notify: (sentence: string) => void;
	#follow: () => void;

	constructor(view: DocumentView, notify: (sentence: string) => void) {
		this.#view = view;
		this.#notify = notify;
		this.#follow = createSubscriber((changed) => onPictures(view.doc, changed));
	}

	/** Reactive. */
	of(name: string): Picture | null {
		this.#follow();
		return pictureIn(this.#view.doc, name);
	}

	/** Made small and put into the document; its name, or null when it was refused, which is said. */
	async take(file: Blob): Promise<string | null> {
		const picture = await shrinkPicture(file);
		if (typeof picture !== 'string') return this.#keep(picture);
		this.#notify(sentences[picture]);
		return null;
	}

	/** Each becomes a block where one writes, in their order. */
	async insert(editor: Editor, files: readonly Blob[]): Promise<void> {
		for (const file of files) {
			const name = await this.take(file);
			if (name === null || editor.isDestroyed || !editor.isEditable) return;
			insertBlock(editor, 'image', { file: name });
		}
	}

	/** What was copied out of another document of ours brings its pictures as text. */
	keepCopied(html: string): void {
		const { body } = new DOMParser().parseFromString(html, 'text/html');
		for (const image of body.querySelectorAll('section[data-block="image"] > img')) {
			const bytes = fromDataAddress(image.getAttribute('src') ?? '');
			const picture = readPicture(bytes);
			if (picture === null || pictureName(picture.bytes) !== image.parentElement?.dataset.file) continue;
			if (this.#keep(picture) === null) return;
		}
	}

	/** Null when it was refused, which is said. */
	#keep(picture: Picture): string | null {
		const { doc, detached } = this.#view;
		if (detached) return null;
		const name = this.#view.asUser(() => doc.transact(() => keepPicture(doc, picture)));
		if (name === null) this.#notify(sentences['document-full']);
		return name;
	}
}

const HEAD = 'data:image/jpeg;base64,';

export function toDataAddress({ bytes }: Picture): string {
	let binary = '';
	for (let at = 0; at < bytes.length; at += 8192)
		binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
	return HEAD + btoa(binary);
}

function fromDataAddress(address: string): Uint8Array | null {
	if (!address.startsWith(HEAD)) return null;
	try {
		return Uint8Array.from(atob(address.slice(HEAD.length)), (letter) => letter.charCodeAt(0));
	} catch {
		return null;
	}
}
