/** Intake report, first version. Frozen: see seed.ts. */
import { block, bullets, lines, quote, section, table, ticks } from './parts.ts';
import type { Template } from './seed.ts';

export const template: Template = {
	id: 'intake-report.1',
	client: 105,
	content: [
		section('How they came to us'),
		lines('Who referred them or told them about us, when, and what for? Did they choose to come?'),
		section('The person'),
		table(
			['About them', 'What we know'],
			[
				['Name they like to be called by', null],
				['Date of birth', null],
				['Language, interpreter', null],
				['How to reach them safely', null],
				['Who to call in an emergency', null]
			]
		),
		section('In the person’s own words'),
		quote('What is happening, and what would they like to be different? Write it as it was said.'),
		section('Safety first'),
		lines(
			'Is anybody in danger now: from others, from themselves, from where they stay? What was done about it today?'
		),
		ticks(
			'We asked about safety at home',
			'We asked about thoughts of self-harm or suicide',
			'We asked about children and others in their care',
			'We talked about what stays confidential and what cannot'
		),
		section('Household and family'),
		table(
			['Name', 'Age', 'Who they are to the person', 'Lives there'],
			[
				[null, null, null, null],
				[null, null, null, null],
				[null, null, null, null]
			]
		),
		section('Where they live'),
		lines('Where do they stay, since when, how long can they stay, and is it safe and warm?'),
		section('Income and benefits'),
		lines('What comes in, from where? What might they be entitled to and not get? Debts that press?'),
		section('Health'),
		lines(
			'What should we know: doctor, medication, illness, disability, mental health, substance use, as far as they wish to tell?'
		),
		section('Education and work'),
		lines('School, training, work: what is now, what was, what do they hope for?'),
		section('Legal matters'),
		lines('Court dates, orders, conditions, immigration status, custody, a lawyer?'),
		section('Strengths'),
		bullets('What do they do well, who stands by them, what has helped before?'),
		section('What is needed at once'),
		block('need', { rating: 'high' }),
		block('action'),
		block('action'),
		section('Can we help?'),
		lines(
			'Do they meet the conditions of the programme? If not, where can they turn, and who goes with them?'
		),
		section('Recommendation'),
		lines('What do we propose, who takes it on, and by when will the person hear from us?'),
		block('agreement', { hint: 'Does the person agree with this, and with our keeping this record?' })
	]
};
