/** Release plan, first version. Frozen: see seed.ts. */
import { block, lines, quote, section, table, ticks } from './parts.ts';
import type { Template } from './seed.ts';

export const template: Template = {
	id: 'release-plan.1',
	client: 108,
	content: [
		section('Release'),
		lines('From where, on which date, on what terms, and who is preparing it with the person?'),
		section('In the person’s own words'),
		quote('What do they look forward to, what worries them, what do they want for the first weeks?'),
		section('The first 72 hours'),
		table(
			['When', 'What happens', 'Who is there'],
			[
				['The way out: who meets them, how they travel', null, null],
				['First evening and night', null, null],
				['Second day', null, null],
				['Third day', null, null]
			]
		),
		section('A place to live'),
		lines('Where, from which day, for how long, and what if it falls through?'),
		section('Papers'),
		ticks(
			'Identity card or birth certificate',
			'Health card',
			'Social insurance number',
			'Bank account or another way to be paid',
			'Belongings and property collected'
		),
		section('Income'),
		lines('What comes in from the first day, what was applied for, and what bridges the gap?'),
		section('Health'),
		lines(
			'Medication for how many days, which doctor takes over, appointments, records handed over with consent?'
		),
		block('referral'),
		section('People and support'),
		lines('Family, friends, mentors, workers, elders, groups: who has said they will be there?'),
		section('Conditions'),
		block('condition'),
		section('Steps before and after release'),
		block('goal', {}, [block('step'), block('step')]),
		section('If it gets hard'),
		lines('What are the signs, what helps, and whom to call at any hour?'),
		block('agreement', { hint: 'Does the person agree with this plan?' })
	]
};
