/**
 * The few letters in the text that one can write in while the text itself is only read: a proposal grows here.
 *
 * A small editing box of its own, so whatever writes into boxes (dictation, autocorrect, a phone's keyboard, composed
 * letters) works, and nothing of it can reach the document. An invisible letter stands at both ends: taking one away is
 * how keyboards that send no keys say "the letter before".
 */
const END = '\u2060';

export interface HostOwner {
	/** Something was written, composed letters included. */
	written(): void;
	/** Letters beside the box are to be taken out. */
	take(direction: 'back' | 'forward', by: 'letter' | 'word'): void;
	/** The proposal is finished; `to`: where the caret goes, if the person went on from here. */
	finish(to: 'here' | 'before' | 'after' | null): void;
}

export class SuggestionHost {
	readonly element: HTMLElement;
	#owner: HostOwner;

	constructor(owner: HostOwner) {
		this.#owner = owner;
		const element = document.createElement('ins');
		element.className = 'suggested-in suggested-here';
		element.contentEditable = 'plaintext-only';
		// a browser without it still gives a box; what it would format is read as text
		if (element.contentEditable !== 'plaintext-only') element.contentEditable = 'true';
		element.role = 'textbox';
		element.ariaLabel = 'Your suggestion';
		element.ariaMultiLine = 'true';
		element.spellcheck = true;
		element.addEventListener('beforeinput', this.#beforeInput);
		element.addEventListener('input', this.#input);
		element.addEventListener('keydown', this.#pressed);
		element.addEventListener('blur', () => this.#owner.finish(null));
		this.element = element;
		this.text = '';
	}

	get text(): string {
		return (this.element.textContent ?? '').replaceAll(END, '').replaceAll('\u00a0', ' ');
	}
	set text(text: string) {
		this.element.textContent = END + text + END;
	}

	focus(): void {
		this.element.focus({ preventScroll: true });
		const letters = this.element.firstChild;
		if (letters) getSelection()?.collapse(letters, Math.max(1, (letters.textContent?.length ?? 1) - 1));
	}

	/** Letters before the caret, and behind it, the ends not counted; null when something is selected. */
	#around(): { before: number; after: number } | null {
		const selection = getSelection();
		if (!selection?.isCollapsed || !selection.anchorNode || !this.element.contains(selection.anchorNode))
			return null;
		const range = document.createRange();
		range.selectNodeContents(this.element);
		range.setEnd(selection.anchorNode, selection.anchorOffset);
		const before = range.toString().replaceAll(END, '').length;
		return { before, after: this.text.length - before };
	}

	#beforeInput = (event: InputEvent) => {
		const { inputType } = event;
		if (event.isComposing) return;
		if (inputType === 'insertParagraph') {
			event.preventDefault();
			this.#owner.finish('here');
		} else if (/^(history|format)/.test(inputType)) event.preventDefault();
		else if (inputType.startsWith('delete')) {
			const around = this.#around();
			const back = !inputType.endsWith('Forward');
			if (!around || (back ? around.before : around.after) > 0) return;
			event.preventDefault();
			this.#owner.take(back ? 'back' : 'forward', /Word|Line/.test(inputType) ? 'word' : 'letter');
		}
	};

	#input = (event: Event) => {
		if (!(event as InputEvent).isComposing) this.#mendEnds();
		this.#owner.written();
	};

	/** Where the box could not be asked before, it shows afterwards that an end is gone. */
	#mendEnds(): void {
		const now = this.element.textContent ?? '';
		if (now.startsWith(END) && now.endsWith(END) && now.length > 1) return;
		const around = this.#around();
		const { text } = this;
		this.text = text;
		const letters = this.element.firstChild;
		if (letters) getSelection()?.collapse(letters, 1 + (around?.before ?? text.length));
		if (!now.startsWith(END) && text === '') this.#owner.take('back', 'letter');
	}

	#pressed = (event: KeyboardEvent) => {
		event.stopPropagation(); // these are not the text's
		if (event.isComposing) return;
		const around = this.#around();
		const leave = (to: 'here' | 'before' | 'after') => {
			event.preventDefault();
			this.#owner.finish(to);
		};
		// in a box of plain text a browser calls Enter a line break, as Shift+Enter, which is meant as one
		if (event.key === 'Escape' || (event.key === 'Enter' && !event.shiftKey)) leave('here');
		else if (event.shiftKey || !around) return;
		else if (event.key === 'ArrowLeft' && around.before === 0) leave('before');
		else if (event.key === 'ArrowRight' && around.after === 0) leave('after');
		else if (event.key === 'ArrowUp') leave('before');
		else if (event.key === 'ArrowDown') leave('after');
	};
}
