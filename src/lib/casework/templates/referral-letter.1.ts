/** Referral letter, first version. Frozen: see seed.ts. */
import { lines, words } from './parts.ts';
import type { Template } from './seed.ts';

export const template: Template = {
	id: 'referral-letter.1',
	client: 109,
	content: [
		lines('Date'),
		lines('To: name, service, address'),
		{ type: 'heading', attributes: { level: 2, hint: 'Referral of (name), for (which service)' } },
		words('Dear colleagues,'),
		lines('Who is this person, how do we know them, and what do we ask of you?'),
		lines('What is the situation? Only what the service needs to know.'),
		lines('What has been tried, and what has helped?'),
		lines(
			'What does the person hope for, and what should be kept in mind: language, access, safety, how to reach them?'
		),
		lines('How soon is it, and when do we hope to hear from you?'),
		words('They know about this letter and have agreed to what it tells you.'),
		words('With kind regards,'),
		lines('Name, role, agency, phone and e-mail'),
		lines('Enclosed')
	]
};
