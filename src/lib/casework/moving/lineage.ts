/** Where a block that was removed lives on, and what stood in it that nobody brought along. Reads only. */
import * as Y from 'yjs';
import {
	asElement,
	blockIdOf,
	idOf,
	keyOf,
	readMoves,
	typeIn,
	type Carried,
	type Id,
	type Move,
	type Span
} from './moves.ts';

export class Lineage {
	readonly carried: readonly Carried[];
	readonly removed: ReadonlyMap<string, readonly Id[]>;
	/** Elements that were moved away, made by a move, or removed, and are not in the text now. */
	readonly gone: readonly Y.XmlElement[];
	/** Elements that live on in more than one place. */
	readonly doubled: readonly (readonly Y.XmlElement[])[];
	#next = new Map<string, { readonly element: Y.XmlElement; readonly move: Move }[]>();
	#madeBy = new Map<string, { readonly move: Move; readonly isRoot: boolean }>();
	#living = new Map<string, Y.XmlElement>();

	constructor(doc: Y.Doc, body: Y.XmlFragment) {
		const { moves, carried, removed } = readMoves(doc);
		this.carried = carried;
		this.removed = removed;
		for (const node of body.createTreeWalker(() => true)) {
			const id = node instanceof Y.XmlElement ? blockIdOf(node) : null;
			if (node instanceof Y.XmlElement && id !== null && !this.#living.has(id)) this.#living.set(id, node);
		}
		const known = new Map<string, Y.XmlElement>();
		for (const move of moves)
			move.pairs.forEach(([from, to], index) => {
				const [old, now] = [elementAt(doc, from), elementAt(doc, to)];
				if (!old || !now) return;
				known.set(keyOf(from), old).set(keyOf(to), now);
				const next = this.#next.get(keyOf(from)) ?? [];
				if (!next.some(({ element }) => element === now)) next.push({ element: now, move });
				this.#next.set(keyOf(from), next);
				this.#madeBy.set(keyOf(to), { move, isRoot: index < move.roots });
			});
		for (const key of removed.keys()) {
			const [client = -1, clock = -1] = key.split('-').map(Number);
			const element = elementAt(doc, [client, clock]);
			if (element) known.set(key, element);
		}
		this.gone = [...known.values()].filter((element) => element._item?.deleted === true);
		this.doubled = [...this.#next].flatMap(([key, next]) => {
			const from = known.get(key);
			const ends = [...(from?._item?.deleted === false ? [from] : []), ...next.map(({ element }) => element)];
			const homes = ends.map((element) => this.#follow(element)).filter((home) => home !== null);
			const different = homes.filter((home, at) => homes.indexOf(home) === at);
			return different.length > 1 ? [different.sort((one, other) => this.#order(one, other))] : [];
		});
	}

	isKnown(element: Y.XmlElement): boolean {
		return this.gone.includes(element);
	}

	/** The client that moved it here; null when it was never moved. */
	moverOf(element: Y.XmlElement): number | null {
		return this.#madeBy.get(keyOf(idOf(element)))?.move.made[0] ?? null;
	}

	/** Where it stands in the text now; null when nowhere. */
	homeOf(element: Y.XmlElement): Y.XmlElement | null {
		return this.#follow(element) ?? this.#living.get(blockIdOf(element) ?? '') ?? null;
	}

	/** A person removed it, or what it stood in, and knew that it was there. */
	isRemoved(element: Y.XmlElement): boolean {
		const seen = this.#removalOf(element);
		return seen !== null && isSeen(seen, idOf(element));
	}

	/** From which clock on what this client wrote in the element is not where the block lives now; Infinity: all is. */
	lateFrom(element: Y.XmlElement, client: number): number {
		const removal = this.#removalOf(element);
		if (removal) return seenUntil(removal, client);
		const home = this.homeOf(element);
		const copies = this.#nextOf(element).filter(({ element: next }) => this.#follow(next) === home);
		return Math.max(0, ...copies.map(({ move }) => seenUntil(move.seen, client)));
	}

	/** Was this letter of `element` there when it was copied to what is `home` now? */
	isCopiedTo(element: Y.XmlElement, home: Y.XmlElement, letter: Id): boolean {
		return this.#nextOf(element).some(
			({ element: next, move }) => this.#follow(next) === home && isSeen(move.seen, letter)
		);
	}

	/** What was made together with the element: copies, which are looked for where they were copied from. */
	madeWith(element: Y.XmlElement): Span | null {
		return this.#madeBy.get(keyOf(idOf(element)))?.move.made ?? null;
	}

	#nextOf(element: Y.XmlElement) {
		return this.#next.get(keyOf(idOf(element))) ?? [];
	}

	#follow(element: Y.XmlElement, visited = new Set<Y.XmlElement>()): Y.XmlElement | null {
		if (element._item?.deleted === false) return element;
		if (visited.has(element)) return null;
		visited.add(element);
		for (const { element: next } of this.#nextOf(element)) {
			const home = this.#follow(next, visited);
			if (home !== null) return home;
		}
		return null;
	}

	#removalOf(element: Y.XmlElement): readonly Id[] | null {
		for (let here: Y.XmlElement | null = element; here !== null; here = asElement(here.parent)) {
			const seen = this.removed.get(keyOf(idOf(here)));
			if (seen) return seen;
		}
		return null;
	}

	/** Of two places of one block the first stays: one somebody moved it to, before one it only came along to. */
	#order(one: Y.XmlElement, other: Y.XmlElement): number {
		const rank = (element: Y.XmlElement) => (this.#madeBy.get(keyOf(idOf(element)))?.isRoot === true ? 0 : 1);
		const [[client, clock], [otherClient, otherClock]] = [idOf(one), idOf(other)];
		return rank(one) - rank(other) || otherClient - client || otherClock - clock;
	}
}

/** The element of that item, removed or not; null when it is unknown or was forgotten. */
export function elementAt(doc: Y.Doc, [client, clock]: Id): Y.XmlElement | null {
	const structs = doc.store.clients.get(client);
	if (!structs || clock >= Y.getState(doc.store, client)) return null;
	const struct = structs[Y.findIndexSS(structs, clock)];
	return struct instanceof Y.Item ? asElement(typeIn(struct)) : null;
}

function seenUntil(seen: readonly Id[], client: number): number {
	return seen.find(([one]) => one === client)?.[1] ?? 0;
}

function isSeen(seen: readonly Id[], [client, clock]: Id): boolean {
	return clock < seenUntil(seen, client);
}
