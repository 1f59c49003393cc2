/**
 * One tab of a browser writes a sealed log; the others wait for their turn. Where there are no Web Locks (Node, old
 * browsers) every tab writes: twice the rows, never fewer.
 */
export interface WritingTurn {
	/** True from the moment that this tab is the one that writes. */
	readonly mine: boolean;
	/** Gives the turn to the next tab. Idempotent. */
	release(): void;
}

/** Asks once, at once; and if another tab writes, waits in line and calls `onTurn` when that tab is gone. */
export async function takeWritingTurn(
	name: string,
	onTurn: () => void,
	locks: LockManager | undefined = globalThis.navigator?.locks
): Promise<WritingTurn> {
	if (locks === undefined) return { mine: true, release() {} };
	const waiting = new AbortController();
	let letGo = () => {};
	const held = new Promise<void>((resolve) => (letGo = resolve));
	const turn = {
		mine: false,
		release() {
			waiting.abort();
			letGo();
		}
	};
	await new Promise<void>((resolve) => {
		void locks
			.request(name, { ifAvailable: true }, (lock) => {
				turn.mine = lock !== null;
				resolve();
				return lock === null ? undefined : held;
			})
			.catch(() => {
				// locks refused (an opaque origin): better to write twice than not at all
				turn.mine = true;
				resolve();
			});
	});
	if (!turn.mine) {
		void locks
			.request(name, { signal: waiting.signal }, () => {
				turn.mine = true;
				onTurn();
				return held;
			})
			.catch(() => undefined); // released before its turn came
	}
	return turn;
}
