/**
 * The change feed [R6]: which rooms moved since a cursor, so that a caseload of 500 documents needs no 500 sockets.
 *
 * A cursor is `run.move`: the relay numbers its commits, and each start of the relay is a run with a random token. A
 * store restored from a backup knows the run of a cursor not at all, or only up to an earlier move; then the feed says
 * `lost` and begins at the beginning, and the apps bring back what the store has forgotten [R7].
 *
 * Promises: what is told is durable; a device that holds a cursor, and asks before it listens, misses no room.
 */
import { randomBytes } from 'node:crypto';
import type { GroupCommit } from './group-commit.ts';
import { LIMITS } from './limits.ts';
import type { Store } from './store.ts';

export interface FeedAnswer {
	readonly rooms: string[];
	readonly cursor: string;
	readonly more: boolean;
	readonly lost: boolean;
}

/** Rooms that moved, by circle, and the cursor behind them. */
type MovedListener = (moved: ReadonlyMap<string, readonly string[]>, cursor: string) => void;

export class Feed {
	readonly #store: Store;
	readonly #token: string | null;
	readonly #listeners = new Set<MovedListener>();
	readonly #remove: () => void;
	#moved = new Map<string, Set<string>>();
	#timer: NodeJS.Timeout | null = null;

	constructor(store: Store, commit: GroupCommit) {
		this.#store = store;
		const token = randomBytes(9).toString('base64url');
		// on a full disk there is no run: every answer then begins at the beginning, which costs time and loses nothing
		this.#token = commit.note(store.beginRun(token)).ok ? token : null;
		this.#remove = commit.onCommitted((batches) => {
			for (const { circle, room } of batches) this.#note(circle, room);
		});
	}

	/** Returns its remover. */
	onMoved(listener: MovedListener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	since(cursor: string, circles: readonly string[]): FeedAnswer {
		const after = this.#moveOf(cursor);
		const moves = this.#store.moves(circles, after ?? 0, LIMITS.movesOfAnswer);
		const more = moves.length >= LIMITS.movesOfAnswer;
		const last = moves.at(-1)?.move ?? 0;
		return {
			rooms: moves.map(({ room }) => room),
			cursor: this.#cursorAt(more ? last : this.#store.lastMove),
			more,
			lost: after === null && cursor !== ''
		};
	}

	close(): void {
		this.#remove();
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#listeners.clear();
	}

	#note(circle: string, room: string): void {
		const rooms = this.#moved.get(circle) ?? new Set();
		this.#moved.set(circle, rooms.add(room));
		this.#timer ??= setTimeout(() => {
			this.#timer = null;
			const moved = new Map([...this.#moved].map(([of, names]) => [of, [...names]]));
			this.#moved = new Map();
			const cursor = this.#cursorAt(this.#store.lastMove);
			for (const listener of this.#listeners) listener(moved, cursor);
		}, LIMITS.moved);
	}

	#cursorAt(move: number): string {
		return this.#token === null ? '' : `${this.#token}.${move}`;
	}

	/** The move a cursor stands for; null when this store never made it. */
	#moveOf(cursor: string): number | null {
		const [token = '', digits = ''] = cursor.split('.');
		const run = token === '' ? null : this.#store.movesOfRun(token);
		const move = Number(digits);
		// while an answer is read in parts, its cursor may stand for a move of an earlier run
		const isKnown =
			run !== null && digits !== '' && Number.isSafeInteger(move) && move >= 0 && move <= run.to;
		return isKnown ? move : null;
	}
}
