/** Progress report, first version. Frozen: see seed.ts. */
import { block, bullets, lines, quote, section, table } from './parts.ts';
import type { Template } from './seed.ts';

export const template: Template = {
	id: 'progress-report.1',
	client: 102,
	content: [
		section('Period'),
		lines('From when to when does this report look back, who is it for, and who wrote it?'),
		section('In short'),
		lines('Two or three sentences: how has it gone, and what matters most now?'),
		section('Contacts'),
		table(
			['When', 'How and with whom', 'Kept, moved or missed'],
			[
				[null, null, null],
				[null, null, null],
				[null, null, null]
			]
		),
		section('Goals'),
		lines(
			'For each goal of the plan: where it stands now, and what shows it. Set status and progress on each.'
		),
		block('goal', {}, [lines('What has been done, and what can be seen of it?')]),
		block('goal', {}, [lines('What has been done, and what can be seen of it?')]),
		section('Conditions'),
		lines(
			'If a court or a board has set conditions: which are met, which are not, and what is known about why?'
		),
		block('condition'),
		section('What happened in this time'),
		bullets('Anything that changed things, good or hard: a move, a birth, an illness, a conflict, a new job'),
		section('How the person sees it'),
		quote('What do they say about this time and about what should come next? Write it as it was said.'),
		section('Recommendation'),
		lines('What should go on, what should change, and who should do it? Give the reasons.'),
		section('Next report'),
		lines('When is the next report due, and who receives it?')
	]
};
