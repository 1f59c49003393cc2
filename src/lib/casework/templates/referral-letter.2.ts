/** Referral letter, second version: one question asked better. Frozen: see seed.ts. */
import { template as first } from './referral-letter.1.ts';
import { reworded } from './parts.ts';
import type { Template } from './seed.ts';

export const template: Template = {
	id: 'referral-letter.2',
	client: 117,
	content: reworded(
		first.content,
		'How soon is it, and when do we hope to hear from you?',
		'How soon is it needed, and when do we hope to hear from you?'
	)
};
