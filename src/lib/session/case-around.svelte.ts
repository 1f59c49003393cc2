/** What the case knows about the blocks of an open document: where they came from, notes about a goal, names to offer. */
import { contactTypes, wordsFor } from '#lib/casework/codes.ts';
import { formatDay } from '#lib/casework/dates.ts';
import { originOf } from '#lib/casework/derive/changed.ts';
import { leaveAsIs, takeOver } from '#lib/casework/derive/plan-edits.ts';
import { readRefs, writeRefs } from '#lib/casework/derive/source.ts';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import { namesIn, goalsOf, openGoalsOf } from '#lib/casework/summary-lists.ts';
import type { CaseFile } from './case-file.svelte.ts';
import type { OpenDocument } from './open-document.svelte.ts';

export class CaseAround {
	#case: CaseFile;
	#document: OpenDocument;

	constructor(caseFile: CaseFile, document: OpenDocument) {
		this.#case = caseFile;
		this.#document = document;
	}

	originOf(source: unknown): { href: string; words: string; now: string | null } | null {
		const origin = originOf(source, this.#case.contents);
		if (origin === null || origin.document.id === this.#document.id) return null;
		return {
			href: this.#href(origin.document.id),
			words: origin.document.title,
			now: origin.changed ? (origin.now?.title ?? null) : null
		};
	}

	settle(block: string, source: unknown, take: boolean): void {
		const now = originOf(source, this.#case.contents)?.now;
		if (!now) return;
		const settle = take ? takeOver : leaveAsIs;
		this.#document.edit((doc) => settle(doc.getXmlFragment(BODY_FIELD), block, now));
	}

	notesOf(goal: string): readonly { href: string; words: string }[] {
		return this.#contacts
			.filter(({ about }) =>
				about.some(({ document, block }) => document === this.#document.id && block === goal)
			)
			.map(({ id, words }) => ({ href: this.#href(id), words }));
	}

	/** Contacts that are about a goal, the newest first. */
	#contacts = $derived.by(() =>
		this.#case.contents
			.filter(({ kind }) => kind !== 'progress-report')
			.flatMap(({ id, title, summary }) =>
				summary.blocks
					.filter(({ name, attributes }) => name === 'contact' && attributes.goals !== undefined)
					.map(({ attributes }) => {
						const day = attributes.date ?? '';
						const facts = [formatDay(day), wordsFor(contactTypes, attributes.type ?? '')];
						const words = facts.filter((part) => part !== '').join(', ') || title;
						return { id, day, words, about: readRefs(attributes.goals, id) };
					})
			)
			.sort((a, b) => (a.day < b.day ? 1 : -1))
	);

	/** Names to offer where a field asks for one: of the circle, of the case's other documents, and goals of its plans. */
	get suggestions(): {
		people: readonly { id: string; name: string }[];
		names: readonly string[];
		agencies: readonly string[];
		goals: readonly { id: string; title: string; isOpen: boolean }[];
	} {
		return this.#suggestions;
	}

	#suggestions = $derived.by(() => {
		const others = this.#case.contents.filter(({ id }) => id !== this.#document.id);
		return {
			people: this.#case.people.map(({ person, name }) => ({ id: person, name })),
			names: namesIn(others, 'who'),
			agencies: [this.#case.known?.label ?? '', ...namesIn(others, 'agency')].filter((name) => name !== ''),
			goals: others
				.filter(({ kind }) => kind === 'case-plan' || kind === 'release-plan')
				.flatMap(({ id, summary }) => {
					const open = openGoalsOf(summary);
					return goalsOf(summary)
						.filter((goal) => goal.title !== '' && goal.id !== '')
						.map((goal) => ({
							id: writeRefs([{ document: id, block: goal.id }]),
							title: goal.title,
							isOpen: open.includes(goal)
						}));
				})
		};
	});

	#href(document: string): string {
		return `/case/${this.#case.circle}/${document}`;
	}
}
