/** What a person in a case may do, in plain words. */
import type { CasePerson } from '#lib/session/case-file.svelte.ts';

export const roleWords: Readonly<Record<CasePerson['role'], string>> = {
	owner: 'Writes, and decides who is here',
	editor: 'Writes',
	commenter: 'Comments',
	reader: 'Reads'
};
