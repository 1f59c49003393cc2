/** Note of a case conference, first version. Frozen: see seed.ts. */
import { block, bullets, lines, quote, section, table } from './parts.ts';
import type { Template } from './seed.ts';

export const template: Template = {
	id: 'case-conference.1',
	client: 103,
	content: [
		section('Meeting'),
		table(['Date and time', 'Place', 'Chair', 'Notes by'], [[null, null, null, null]]),
		section('Who was there'),
		table(
			['Name', 'Role', 'Agency', 'Present or apologies'],
			[
				[null, null, null, null],
				[null, null, null, null],
				[null, null, null, null],
				[null, null, null, null]
			]
		),
		section('Why we met'),
		lines('What brought the meeting about, and what should be clear at the end of it?'),
		section('How the person sees it'),
		quote('What does the person want the meeting to know? Were they there, and if not, who spoke for them?'),
		section('What each brought'),
		bullets('Who, and what they reported or added', 'Who, and what they reported or added'),
		section('Discussion'),
		lines('What was weighed up? Facts first, then views, each with the name of who holds it.'),
		section('Decisions'),
		block('decision'),
		block('decision'),
		section('Actions'),
		block('action'),
		block('action'),
		block('action'),
		section('Next meeting'),
		lines('When and where, who invites, and who should be there?')
	]
};
