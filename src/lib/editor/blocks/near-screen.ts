/**
 * Which blocks have their controls on the page: those near the screen, and those somebody is at. All others show the same
 * facts as words. A long plan has hundreds of blocks, and their controls cost more than all of its text.
 *
 * Promises: what is on the screen gets its controls without being asked for; few blocks are never taken their controls.
 */
export interface BlockFace {
	/** False: not at this moment, since somebody presses on it. */
	showControls(): boolean;
	/** False: they are needed. */
	showWords(): boolean;
	/** Draws the words again, where words are shown. */
	redraw(): void;
	/** May words alone be shown? */
	readonly needsControls: boolean;
}

/** So many have controls from the beginning: a short plan has all of them at once. */
const AT_ONCE = 12;
/** More than these keep them only while they are near. */
const MOST = 60;
/** Milliseconds of drawing before the keyboard has its turn. */
const TURN = 6;
const AGAIN = 60;

export class NearScreen {
	#faces = new Map<Element, BlockFace>();
	#near = new Set<Element>();
	#withControls = new Set<Element>();
	#first = AT_ONCE;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: '60% 0px' });

	/** Shows what the block begins with. Returns what ends the watching. */
	watch(element: Element, face: BlockFace): () => void {
		this.#faces.set(element, face);
		if (this.#first > 0 || face.needsControls) {
			this.#first--;
			this.wake(element);
		} else face.showWords();
		this.#observer.observe(element);
		return () => {
			this.#observer.unobserve(element);
			for (const known of [this.#faces, this.#near, this.#withControls]) known.delete(element);
		};
	}

	/** Somebody comes to it. */
	wake(element: Element): void {
		if (this.#faces.get(element)?.showControls() === true) this.#withControls.add(element);
	}

	/** What blocks need has changed. */
	look(): void {
		for (const [element, face] of this.#faces) if (face.needsControls) this.wake(element);
	}

	/** What words say has changed. */
	redraw(): void {
		for (const face of this.#faces.values()) face.redraw();
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#observer.disconnect();
	}

	#seen(entries: readonly IntersectionObserverEntry[]): void {
		for (const { target, isIntersecting } of entries)
			if (isIntersecting) this.#near.add(target);
			else this.#near.delete(target);
		clearTimeout(this.#timer);
		this.#takeTurn();
	}

	#takeTurn(): void {
		const until = performance.now() + TURN;
		for (const element of this.#near) {
			if (this.#withControls.has(element)) continue;
			if (performance.now() > until) {
				this.#timer = setTimeout(() => this.#takeTurn());
				return;
			}
			this.wake(element);
			if (!this.#withControls.has(element)) this.#timer = setTimeout(() => this.#takeTurn(), AGAIN);
		}
		// the longest without a visitor first
		for (const element of this.#withControls) {
			if (this.#withControls.size <= MOST) return;
			if (!this.#near.has(element) && this.#faces.get(element)?.showWords() === true)
				this.#withControls.delete(element);
		}
	}
}
