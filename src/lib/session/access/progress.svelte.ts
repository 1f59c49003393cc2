/** How far a long piece of work is, for a page that shows it. One at a time: starting anew forgets the last. */
export class Progress {
	#step: string | null = $state(null);
	#done = $state(0);
	#total = $state(0);

	/** What is being done, as words; null while nothing is. */
	get step(): string | null {
		return this.#step;
	}
	get done(): number {
		return this.#done;
	}
	/** 0: not known yet. */
	get total(): number {
		return this.#total;
	}

	begin(step: string, total = 0): void {
		this.#step = step;
		this.#done = 0;
		this.#total = total;
	}

	reach(done: number, total = this.#total): void {
		this.#done = done;
		this.#total = total;
	}

	end(): void {
		this.#step = null;
	}
}
