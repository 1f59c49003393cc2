import { formatDay } from '../dates.ts';
import { block, bullets, quote, says, section, table } from './parts.ts';
import type { Day, SampleDocument } from './sample-case.ts';

export const sampleRecords = (day: Day): readonly SampleDocument[] => [
	{
		kind: 'case-note',
		title: 'Case note: two viewings',
		content: [
			block('contact', 'Two flats, one with a lift', {
				outcome: 'fulfilled',
				type: 'outreach',
				direction: 'outgoing',
				who: 'Teddy',
				date: day(-20),
				time: '10:30',
				duration: '2 h',
				goals: 'goal-home'
			}),
			section('What happened'),
			says(
				'First flat: three flights, she stopped at the first landing and laughed. Second: Quarry Road, a lift, a window over the sink. She stood there for a while and then measured the wall for a table with her scarf.'
			),
			says(
				'The man from the office asked where she lives now. She told him. He did not write it down and asked about references instead.'
			),
			section('What comes next'),
			block('action', 'Write the support letter for the Quarry Road office', {
				who: 'Imani Bello',
				due: day(3),
				status: 'in-progress'
			})
		]
	},
	{
		kind: 'case-note',
		title: 'Case note: the clinic rang',
		content: [
			block('contact', 'Dr. Haddad about the knee', {
				outcome: 'fulfilled',
				type: 'phone',
				direction: 'incoming',
				who: 'Dr. Haddad',
				date: day(-13),
				time: '16:10',
				duration: '15 min',
				goals: 'goal-knee'
			}),
			section('What happened'),
			says(
				'The new pictures show that the knee heals as it should, only slowly. No second operation. Walking is good for it, standing is not. Teddy was in the room and asked the questions herself; I mostly held the phone.'
			),
			section('What comes next'),
			block('action', 'Ask the college whether the teaching kitchen has stools', {
				who: 'Teddy',
				due: day(9),
				status: 'not-started'
			})
		]
	},
	{
		kind: 'case-note',
		title: 'Case note: a bad night, and after',
		content: [
			block('contact', 'The morning after', {
				outcome: 'fulfilled',
				type: 'office-visit',
				direction: 'incoming',
				who: 'Teddy',
				date: day(-6),
				time: '08:15',
				duration: '40 min',
				goals: 'goal-knee goal-wednesday'
			}),
			section('Subjective'),
			says(
				'She woke at three, counted, and then did what the plan says: knocked at the office. “It worked. I hate that it worked.”'
			),
			section('Objective'),
			says('The night log has the same: tea, the radio, dough at half past four, back to bed at six.'),
			section('Assessment'),
			says(
				'The plan carries. The hour is still the hour she used to begin work; the sleep clinic has not answered.'
			),
			section('Plan'),
			says('Imani rings the sleep clinic today. On Wednesday Oskar comes as always.'),
			block('action', 'Ring the sleep clinic', { who: 'Imani Bello', due: day(-4), status: 'not-started' })
		]
	},
	{
		kind: 'case-conference',
		title: 'Case conference: is Quarry Road the one?',
		content: [
			section('Meeting'),
			table(
				['Date and time', 'Place', 'Chair', 'Notes by'],
				[`${formatDay(day(-9))}, 14:00`, 'House kitchen, Maple Street', 'Imani Bello', 'Ruth Castellano']
			),
			section('Who was there'),
			table(
				['Name', 'Role', 'Agency', 'Present or apologies'],
				['Teddy Lindqvist', 'Whose plan it is', '', 'Present'],
				['Imani Bello', 'Housing worker', 'Our agency', 'Present'],
				['Dr. Farah Haddad', 'Doctor', 'Alder clinic', 'By telephone'],
				['Gil Tremaine', 'Probation officer', 'Probation office', 'Present'],
				['Anders Lindqvist', 'Brother', '', 'Apologies; sent a message']
			),
			section('Why we met'),
			says(
				'Quarry Road would take her from the first of the month after next. Is it right, and what has to happen before?'
			),
			section('How the person sees it'),
			quote('I want it. I want it so much that somebody else should check whether I am being a fool.'),
			section('What each brought'),
			bullets(
				'Dr. Haddad: with the lift, the flat suits the knee. It is close to physiotherapy.',
				'Gil Tremaine: a fixed address helps; he needs to hear of the move within five days.',
				'Anders, in his message: has a trailer and two free days.'
			),
			section('Discussion'),
			says(
				'The rent is high against social assistance. Imani: three months of strain are likely, then disability support. Teddy: “I have lived on less, with worse windows.”'
			),
			section('Decisions'),
			block('decision', 'Teddy takes Quarry Road if the office offers it', {
				status: 'active',
				who: 'Teddy Lindqvist',
				due: day(30),
				reason:
					'A lift, a bus line, a landlord who looks at references. Waiting for a cheaper one could take the winter.',
				dissent: 'Ruth would rather wait until disability support is decided, because of the card debt.'
			}),
			block('decision', 'The room here is kept until the end of April', {
				status: 'active',
				who: 'Imani Bello',
				reason: 'So that a move that goes wrong does not end on a sofa.'
			}),
			section('Actions'),
			block('action', 'Support letter to Quarry Road', {
				who: 'Imani Bello',
				due: day(3),
				status: 'in-progress'
			}),
			block('action', 'Budget for the first three months', {
				who: 'Teddy',
				due: day(-3),
				status: 'completed',
				completedOn: day(-4)
			}),
			block('action', 'Letter to the college about teaching', {
				who: 'Ruth Castellano',
				due: day(12),
				status: 'not-started'
			}),
			section('Next meeting'),
			says(`On ${formatDay(day(14))} at two, in the kitchen. Imani invites.`)
		]
	},
	{
		kind: 'progress-report',
		title: 'Progress report',
		content: [
			section('Period'),
			says(
				`${formatDay(day(-76))} to ${formatDay(day(-2))}, for the probation office and the house. Written by Imani Bello, read and agreed by Teddy.`
			),
			section('In short'),
			says(
				'Twelve weeks in, Teddy has a doctor, a treated knee, her Wednesdays, and a flat in sight. What is missing is money and sleep.'
			),
			section('Contacts'),
			table(
				['When', 'How and with whom', 'Kept, moved or missed'],
				['Weekly', 'Talks with Imani at the house', 'Eleven kept, one moved'],
				[formatDay(day(-20)), 'Two viewings', 'Kept'],
				[formatDay(day(-13)), 'Dr. Haddad, telephone', 'Kept'],
				[formatDay(day(-12)), 'Probation officer', 'Kept']
			),
			section('Goals'),
			block(
				'goal',
				'Teddy has the key to a flat of her own',
				{
					areaOfNeed: 'accommodation',
					lifecycle: 'active',
					achievement: 'improving',
					target: day(60)
				},
				[says('Six viewings. Quarry Road wants her; the office decides when it has the support letter.')]
			),
			block(
				'goal',
				'The knee carries her through a working morning',
				{
					areaOfNeed: 'health-wellbeing',
					lifecycle: 'active',
					achievement: 'in-progress',
					target: day(120)
				},
				[
					says(
						'From twelve to twenty-five minutes of walking without pain. Standing comes later, says the doctor.'
					)
				]
			),
			block(
				'goal',
				'Oskar spends every Wednesday afternoon with her',
				{
					areaOfNeed: 'relationships-community',
					lifecycle: 'active',
					achievement: 'achieved',
					target: day(30)
				},
				[says('Eleven of eleven. Twice he brought a friend.')]
			),
			section('Conditions'),
			block('condition', 'Shall report to the probation officer once a month', {
				state: 'compliant',
				supervisedBy: 'Gil Tremaine',
				lastChecked: day(-12),
				evidence: 'All meetings kept.'
			}),
			section('What happened in this time'),
			bullets(
				'Moved into the ground-floor room at Maple Street',
				'One hard night, met with the safety plan',
				'Began to bake for the Saturday market'
			),
			section('How the person sees it'),
			quote('I came with a rucksack. Now I have a rolling pin again. Write that.'),
			section('Recommendation'),
			says(
				'Go on as agreed; keep the room until the end of April; ask again about disability support and the sleep clinic.'
			),
			section('Next report'),
			says(`Due on ${formatDay(day(82))}, to the same readers.`)
		]
	}
];
