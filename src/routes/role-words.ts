/** What a person in a case may do, in plain words, and what changing it means. */
import type { CareMember } from '#lib/session/access/circle-of-care.svelte.ts';

type Role = CareMember['role'];

export const roleWords: Readonly<Record<Role, string>> = {
	owner: 'Writes, and decides who is here',
	editor: 'Writes',
	commenter: 'Comments and suggests',
	reader: 'Reads'
};

/** The choice, from most to least. */
export const roleChoices: readonly { readonly role: Role; readonly name: string; readonly may: string }[] = [
	{ role: 'owner', name: 'Owner', may: 'writes, and decides who is in' },
	{ role: 'editor', name: 'Editor', may: 'writes' },
	{ role: 'commenter', name: 'Commenter', may: 'comments and suggests' },
	{ role: 'reader', name: 'Reader', may: 'reads' }
];

export function roleName(role: Role): string {
	return roleChoices.find((choice) => choice.role === role)?.name ?? role;
}

/** What an invitation lets somebody do: the choice, and the end of "Whoever opens it first and joins …". */
export const invitedTo = {
	editor: { may: 'Write', then: 'can read and write in this case' },
	commenter: { may: 'Comment', then: 'can read this case and comment, but cannot change what is written' },
	reader: { may: 'Read', then: 'can read this case, and nothing else' }
} as const;

export function invitedToWords(role: Role): string {
	return role === 'owner' ? invitedTo.editor.then : invitedTo[role].then;
}

/** What this change means, before it is made: one or two sentences. `until` as words, null for no end. */
export function meaningOfChange(
	name: string,
	before: { readonly role: Role; readonly until: string | null },
	after: { readonly role: Role; readonly until: string | null }
): string {
	const sentences: string[] = [];
	if (before.role !== after.role) {
		sentences.push(`${name} ${becomes[after.role]}.`);
		const lost = loses(before.role, after.role);
		if (lost !== '') sentences.push(`${lost} What ${name} wrote so far stays.`);
	}
	if (before.until !== after.until) {
		sentences.push(
			after.until === null
				? `${name} stays in without an end date.`
				: `After ${after.until}, ${name} can open nothing here any more.`
		);
	}
	return sentences.length === 0 ? 'Nothing changes yet.' : sentences.join(' ');
}

const becomes: Readonly<Record<Role, string>> = {
	owner: 'writes, and decides with you who is in: lets people in, removes them, and could remove you',
	editor: 'reads and writes',
	commenter: 'reads, comments and suggests',
	reader: 'reads, and nothing else'
};

function loses(before: Role, after: Role): string {
	const order = roleChoices.map(({ role }) => role);
	if (order.indexOf(after) <= order.indexOf(before)) return '';
	const wrote = before === 'owner' || before === 'editor';
	if (after === 'editor') return 'Who is in is decided by others from then on.';
	return wrote ? 'Changing the text is over at once.' : 'Commenting is over at once.';
}
