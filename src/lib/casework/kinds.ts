/** The kinds of document that a case can hold, as data. Adding a kind: one template file and one row here. */

export interface DocumentKind {
	readonly id: string;
	readonly name: string;
	/** One line that helps to choose. */
	readonly whenToUse: string;
	/** Id of the template that a new document of this kind starts from. */
	readonly template: string;
	/** What the title field holds at the start. */
	readonly title: string;
}

export const documentKinds: readonly DocumentKind[] = [
	{
		id: 'case-plan',
		name: 'Case plan',
		whenToUse: 'To agree with a person where they want to get to, and who does what by when.',
		template: 'case-plan.1',
		title: 'Case plan'
	}
];

/** The kind of that id; null for one that only a newer app knows. */
export function documentKind(id: string): DocumentKind | null {
	return documentKinds.find((kind) => kind.id === id) ?? null;
}
