/** Support letter, first version. Frozen: see seed.ts. */
import { lines, words } from './parts.ts';
import type { Template } from './seed.ts';

export const template: Template = {
	id: 'support-letter.1',
	client: 110,
	content: [
		lines('Date'),
		lines('To: name, office, address'),
		{ type: 'heading', attributes: { level: 2, hint: 'In support of (name), about (what)' } },
		words('To whom it may concern,'),
		lines('Who writes, in which role, and how long do you know the person?'),
		lines('What do you know from your own work with them? Facts, with dates.'),
		lines('What have they done and reached in this time?'),
		lines('What do you support, and why would it make a difference?'),
		words('They have agreed to this letter. Please call me if you have questions.'),
		words('Yours sincerely,'),
		lines('Name, role, agency, phone and e-mail')
	]
};
