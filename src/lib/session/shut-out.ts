/**
 * What this device was shut out of leaves nothing behind in lists, search and “For you”; only what a case was called is
 * kept, so that a person can be told which one it was.
 */
import type { CircleId } from '#lib/circle/ids.ts';
import { deviceOf } from '#lib/circle/roles.ts';
import type { CircleBook } from './circle-book.ts';
import type { DiscussionSummaries } from './discussion-summaries.ts';
import { KeptNames } from './kept-names.ts';
import type { KnownCircle } from './known-circle.ts';
import type { Summaries } from './summaries.ts';
import type { Vault } from './vault.ts';

export interface ShutOutOptions {
	readonly vault: Vault;
	readonly circles: CircleBook;
	readonly summaries: Summaries;
	readonly discussions: DiscussionSummaries;
}

export class ShutOut {
	readonly #options: ShutOutOptions;
	readonly #titles: KeptNames<CircleId>;

	constructor(options: ShutOutOptions) {
		this.#options = options;
		this.#titles = new KeptNames(options.vault, 'former');
	}

	open(): Promise<void> {
		return this.#titles.open();
	}

	/** The agency and cases that this device was in once, and is no more. */
	get circles(): readonly KnownCircle[] {
		const { vault, circles } = this.#options;
		return circles.all.filter(
			({ isOut, state }) => isOut && state.kind !== 'team' && deviceOf(state, vault.device.device) !== null
		);
	}

	/** What a case was called. */
	titleOf(circle: CircleId): string | undefined {
		return this.#titles.get(circle);
	}

	async forget(): Promise<void> {
		const { circles, summaries, discussions } = this.#options;
		// one that is not known (yet) says nothing
		const lost = (circle: CircleId | null) => circle !== null && circles.get(circle)?.isOut === true;
		for (const { circle } of circles.all) {
			const title = lost(circle) ? summaries.get(circle)?.title : undefined;
			if (title !== undefined && title !== '') await this.#titles.keep(circle, title);
		}
		await summaries.forget(({ circle, caseCircle }) => lost(circle) || lost(caseCircle));
		await discussions.forget(({ circle, lane }) => {
			const known = circles.get(circle);
			return known !== undefined && (known.isOut || (known.role !== null && !known.mayOpen(lane)));
		});
	}
}
