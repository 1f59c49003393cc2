/** Words out of changes whose document is not at hand, or is not to be shown as a whole. */
import * as Y from 'yjs';

/** Letters of one document put together again: what was typed in one go is one piece. */
export class Writing {
	#pieces: string[] = [];
	/** Last letter of a piece → its index. */
	#ends = new Map<string, number>();

	get words(): readonly string[] {
		return this.#pieces.filter((piece) => piece.trim() !== '');
	}

	/** `isMeant`: whose, by Yjs client; by default everybody's. */
	add(update: Uint8Array, isMeant: (yClient: number) => boolean = () => true): void {
		for (const struct of Y.decodeUpdate(update).structs) {
			if (!(struct instanceof Y.Item) || !isMeant(struct.id.client)) continue;
			const { content, id, origin, length, parentSub } = struct;
			if (content instanceof Y.ContentString) {
				const before = origin === null ? undefined : this.#ends.get(`${origin.client}.${origin.clock}`);
				const at = before ?? this.#pieces.length;
				this.#pieces[at] = (this.#pieces[at] ?? '') + content.str;
				this.#ends.set(`${id.client}.${id.clock + length - 1}`, at);
			} else if (content instanceof Y.ContentAny) {
				for (const value of content.arr as readonly unknown[]) this.#addValue(value, parentSub);
			}
		}
	}

	/** A field of a block, or something said in a discussion. */
	#addValue(value: unknown, field: string | null): void {
		if (typeof value === 'string' && field !== null && field !== 'id') this.#pieces.push(value);
		if (typeof value !== 'object' || value === null) return;
		const { text } = value as Record<string, unknown>;
		if (typeof text === 'string') this.#pieces.push(text);
	}
}
