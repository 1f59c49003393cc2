/** What fields may suggest: people, agencies and goals that the circle, the case or this document names. */
import type { Node } from '@tiptap/pm/model';
import { blockSpec } from '#lib/casework/block-specs.ts';
import type { Suggestions } from '../open-document.ts';

export interface Offered {
	readonly id: string;
	readonly title: string;
}

export class Offers {
	#doc: () => Node | null;
	#known: () => Suggestions | null;

	constructor(doc: () => Node | null, known: () => Suggestions | null) {
		this.#doc = doc;
		this.#known = known;
	}

	/** The circle first, then whoever stands in this document or another of the case. */
	get people(): readonly string[] {
		const known = this.#known();
		return distinct([
			...(known?.people ?? []).map(({ name }) => name),
			...this.#values('who'),
			...(known?.names ?? [])
		]);
	}

	get agencies(): readonly string[] {
		return distinct([...(this.#known()?.agencies ?? []), ...this.#values('agency')]);
	}

	/** The person of the circle who has this name; null when nobody or several have it. */
	personNamed(name: string): string | null {
		const wanted = folded(name);
		const found = (this.#known()?.people ?? []).filter((person) => folded(person.name) === wanted);
		return found.length === 1 ? (found[0]?.id ?? null) : null;
	}

	/** Of this document first; of others those that are not over, or `chosen` already. */
	goals(chosen: readonly string[]): readonly Offered[] {
		const here = this.blocks('goal');
		const elsewhere = (this.#known()?.goals ?? []).filter(
			({ id, isOpen }) => (isOpen || chosen.includes(id)) && !here.some((goal) => goal.id === id)
		);
		return [...here, ...elsewhere];
	}

	/** The blocks of that name in this document that have a title. */
	blocks(name: string): readonly Offered[] {
		const found: Offered[] = [];
		this.#doc()?.descendants((node) => {
			const id: unknown = node.attrs.id;
			const first = node.firstChild;
			const title = first?.type.name === 'blockTitle' ? first.textContent.trim() : '';
			if (node.type.name === name && typeof id === 'string' && title !== '') found.push({ id, title });
			return !node.isTextblock;
		});
		return found;
	}

	titleOf = (id: string): string | null =>
		[...this.blocks('goal'), ...(this.#known()?.goals ?? []), ...this.blocks('referral')].find(
			(one) => one.id === id
		)?.title ?? null;

	#values(kind: 'who' | 'agency'): readonly string[] {
		const found: string[] = [];
		this.#doc()?.descendants((node) => {
			for (const field of blockSpec(node.type.name)?.fields ?? []) {
				const value: unknown = node.attrs[field.attribute];
				if (field.kind === kind && typeof value === 'string' && value.trim() !== '') found.push(value.trim());
			}
			return !node.isTextblock;
		});
		return found;
	}
}

function distinct(names: readonly string[]): readonly string[] {
	return names.filter((name, at) => names.findIndex((other) => folded(other) === folded(name)) === at);
}

function folded(name: string): string {
	return name.trim().toLocaleLowerCase();
}
