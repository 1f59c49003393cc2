/** What a person in a case may do, in plain words. */
import type { CasePerson } from '#lib/session/case-file.svelte.ts';

export const roleWords: Readonly<Record<CasePerson['role'], string>> = {
	owner: 'Writes, and decides who is here',
	editor: 'Writes',
	commenter: 'Comments',
	reader: 'Reads'
};

/** What an invitation lets somebody do: the choice, and the end of "Whoever opens it first and joins …". */
export const invitedTo = {
	editor: { may: 'Write', then: 'can read and write in this case' },
	commenter: { may: 'Comment', then: 'can read this case and comment, but cannot change what is written' },
	reader: { may: 'Read', then: 'can read this case, and nothing else' }
} as const;

export function invitedToWords(role: CasePerson['role']): string {
	return role === 'owner' ? invitedTo.editor.then : invitedTo[role].then;
}
