/** Support letter, second version: one question asked better. Frozen: see seed.ts. */
import { template as first } from './support-letter.1.ts';
import { reworded } from './parts.ts';
import type { Template } from './seed.ts';

export const template: Template = {
	id: 'support-letter.2',
	client: 115,
	content: reworded(
		first.content,
		'Who writes, in which role, and how long do you know the person?',
		'Who is writing, in which role, and how long have you known the person?'
	)
};
