import { formatDay } from '../dates.ts';
import { block, bullets, quote, says, section, table, ticks } from './parts.ts';
import type { Day, SampleDocument } from './sample-case.ts';

export const samplePlans = (day: Day): readonly SampleDocument[] => [
	casePlan(day),
	safetyPlan(day),
	releasePlan(day),
	budget(day)
];

const casePlan = (day: Day): SampleDocument => ({
	kind: 'case-plan',
	title: 'Case plan',
	content: [
		section('Who and why'),
		says(
			'Teddy Lindqvist, 41, pastry cook, lives at Maple Street house until she has a flat. She, Imani Bello and the people named below work on this plan together.'
		),
		section('In the person’s own words'),
		quote('A door, a knee and Wednesdays. In that order, and the rest will rise by itself, like dough.'),
		section('Strengths'),
		bullets(
			'Order: every paper in its folder',
			'A craft, and people who want it',
			'Oskar, Anders, and a landlady who vouches for her'
		),
		section('Needs'),
		block('need', 'A flat of her own, step-free, on Oskar’s bus line', {
			domain: 'accommodation',
			rating: 'high',
			wantsChange: 'Y'
		}),
		block('need', 'The knee treated, and sleep', {
			domain: 'health-wellbeing',
			rating: 'high',
			wantsChange: 'Y'
		}),
		section('Goals'),
		block(
			'goal',
			'Teddy has the key to a flat of her own',
			{
				id: 'goal-home',
				areaOfNeed: 'accommodation',
				lifecycle: 'active',
				achievement: 'improving',
				priority: 'high-priority',
				start: day(-76),
				target: day(60)
			},
			[
				block('step', 'Put her name on the list for Quarry Road', {
					who: 'Imani Bello',
					due: day(-62),
					status: 'completed',
					completedOn: day(-66)
				}),
				block('step', 'View two flats a week, ground floor or lift only', {
					who: 'Teddy',
					due: day(0),
					frequency: 'weekly',
					status: 'in-progress'
				}),
				block('step', 'Send the support letter to the Quarry Road office', {
					who: 'Imani Bello',
					due: day(3),
					status: 'not-started'
				}),
				block('step', 'Ask Anders about his trailer for moving day', {
					who: 'Teddy',
					due: day(21),
					status: 'not-started'
				})
			]
		),
		block(
			'goal',
			'The knee carries her through a working morning',
			{
				id: 'goal-knee',
				areaOfNeed: 'health-wellbeing',
				lifecycle: 'active',
				achievement: 'in-progress',
				priority: 'high-priority',
				start: day(-76),
				target: day(120)
			},
			[
				block('step', 'See Dr. Haddad and bring the hospital letters', {
					who: 'Teddy',
					due: day(-55),
					status: 'completed',
					completedOn: day(-55)
				}),
				block('step', 'Physiotherapy, and the exercises at home', {
					who: 'Teddy',
					due: day(5),
					frequency: 'weekly',
					status: 'in-progress',
					referral: 'referral-physio'
				}),
				block('step', 'Ring the sleep clinic about the waiting list', {
					who: 'Imani Bello',
					due: day(-4),
					status: 'not-started'
				}),
				block(
					'measure',
					'How far she can walk before it hurts',
					{
						lowest: '0',
						highest: '60',
						unit: 'minutes',
						better: 'higher'
					},
					[
						block('reading', 'To the bus stop and back', { date: day(-55), value: '12' }),
						block('reading', 'After three sessions', { date: day(-27), value: '18' }),
						block('reading', 'Around the pond, once', { date: day(-6), value: '25' })
					]
				)
			]
		),
		block(
			'goal',
			'Oskar spends every Wednesday afternoon with her',
			{
				id: 'goal-wednesday',
				areaOfNeed: 'relationships-community',
				lifecycle: 'active',
				achievement: 'achieved',
				priority: 'medium-priority',
				start: day(-76),
				target: day(30)
			},
			[
				block('step', 'Agree with Oskar’s father on Wednesdays until seven', {
					who: 'Teddy',
					due: day(-60),
					status: 'completed',
					completedOn: day(-61)
				}),
				block('step', 'Keep the house kitchen free on Wednesdays, four to six', {
					who: 'Maple Street house',
					frequency: 'weekly',
					status: 'in-progress'
				})
			]
		),
		section('Referrals'),
		block('referral', 'Physiotherapy for the right knee', {
			id: 'referral-physio',
			status: 'in-progress',
			urgency: 'urgent',
			agency: 'Northgate physiotherapy',
			contact: 'Front desk, 555 0142',
			consent: 'active',
			sent: day(-54),
			respondBy: day(-40),
			followUp: day(10),
			reason: 'Swelling and weakness after an operation in February.',
			outcome: 'First session three weeks after the letter; one a week since.'
		}),
		block('referral', 'Sleep clinic', {
			status: 'requested',
			urgency: 'routine',
			agency: 'Alder hospital',
			consent: 'active',
			sent: day(-30),
			respondBy: day(-2),
			followUp: day(1),
			reason: 'Wakes at three every night since spring.'
		}),
		section('Conditions'),
		block('condition', 'Shall report to the probation officer once a month', {
			state: 'compliant',
			order: 'Probation order, municipal court',
			supervisedBy: 'Gil Tremaine',
			from: day(-200),
			to: day(230),
			lastChecked: day(-12),
			nextCheck: day(18),
			evidence: 'Mr. Tremaine confirms every meeting by e-mail.'
		}),
		block('condition', 'Shall not drive until the licence is renewed', {
			state: 'compliant',
			order: 'Probation order, municipal court',
			supervisedBy: 'Gil Tremaine',
			from: day(-200),
			to: day(230),
			evidence: 'Takes the bus; her car was sold in spring.'
		}),
		section('Agreement'),
		block('agreement', 'Teddy agrees with this plan', {
			agrees: 'yes',
			date: day(-76),
			means: 'in-person',
			witness: 'Imani Bello',
			reason: '“It says what I said. That is new.”'
		}),
		ticks(
			['We read this plan together', true],
			['The person agrees with it', true],
			['The person was offered a copy', true]
		),
		section('Next review'),
		says(`On ${formatDay(day(14))}, in the house kitchen, with Dr. Haddad on the telephone.`)
	]
});

const safetyPlan = (day: Day): SampleDocument => ({
	kind: 'safety-plan',
	title: 'Safety plan',
	content: [
		says('If you are in danger right now, call the emergency number, or go to where there are people.'),
		section('1. How I notice that it is getting hard'),
		bullets(
			'I stop answering Anders',
			'I am awake at three and start counting what I have lost',
			'I do not want to cook'
		),
		section('2. What I can do by myself'),
		bullets(
			'Put the radio on, the Swedish station',
			'Knead something, even if nobody eats it',
			'Walk to the pond and back, if it is light'
		),
		section('3. People and places that take my mind off it'),
		bullets('The library on a Wednesday', 'The kitchen here, before breakfast: somebody is always up'),
		section('4. People I can ask for help'),
		table(
			['Name', 'Phone', 'When I can reach them'],
			['Anders', '555 0117', 'Any time; he drives nights'],
			['Night staff, Maple Street', 'Knock, or 555 0100', 'Any time']
		),
		section('5. Professionals and crisis lines'),
		table(
			['Who', 'Phone', 'Hours'],
			['Crisis line', '555 0199', 'Day and night'],
			['Dr. Haddad’s clinic', '555 0163', 'Weekdays, eight to five'],
			['Emergency', 'The emergency number', 'Day and night']
		),
		section('6. Making the place where I am safer'),
		bullets('The strong painkillers from the hospital are in the office, not in my room. I asked for that.'),
		section('What I want to live for'),
		says('Oskar’s face when the dough has risen over the edge of the bowl. Spring. My own table.'),
		section('This plan'),
		says(
			`Made on ${formatDay(day(-92))} with Imani. Anders has a copy. We look at it again on ${formatDay(day(14))}.`
		)
	]
});

const releasePlan = (day: Day): SampleDocument => ({
	kind: 'release-plan',
	title: 'Plan for moving out',
	content: [
		section('Release'),
		says(
			`From Maple Street house to a flat of her own, as soon as there is one; we plan for ${formatDay(day(60))}. Imani prepares it with her.`
		),
		section('In the person’s own words'),
		quote('I look forward to the quiet and I am afraid of it. Ask me on the second evening how I am.'),
		section('The first 72 hours'),
		table(
			['When', 'What happens', 'Who is there'],
			['The way out', 'Anders comes with the trailer at nine', 'Anders, Imani'],
			[
				'First evening and night',
				'Supper at her own table; a call at ten',
				'Oskar until seven; night staff call'
			],
			['Second day', 'Rent office, electricity, the bus pass', 'Imani'],
			['Third day', 'Physiotherapy as usual; Imani asks how the nights are', 'Imani']
		),
		section('A place to live'),
		says(
			'Quarry Road if the office says yes. If it falls through, the room here stays hers until the end of April.'
		),
		section('Papers'),
		ticks(
			['Identity card or birth certificate', true],
			['Health card', true],
			['Social insurance number', true],
			['Bank account or another way to be paid', true],
			['Belongings and property collected', false]
		),
		section('Income'),
		says(
			'Disability support is applied for; until the answer comes, social assistance covers the rent of Quarry Road.'
		),
		section('Health'),
		says(
			'Dr. Haddad stays her doctor. Physiotherapy is on the same bus line. Nothing changes but the address.'
		),
		section('People and support'),
		says(
			'Oskar on Wednesdays, Anders by telephone, supper at the house on Sundays for as long as she likes.'
		),
		section('Conditions'),
		block('condition', 'Shall tell the probation officer of a new address within five days', {
			state: 'not-yet-due',
			order: 'Probation order, municipal court',
			supervisedBy: 'Gil Tremaine',
			nextCheck: day(62)
		}),
		section('Steps before and after release'),
		block('goal', 'The move goes well and the first weeks hold', { lifecycle: 'planned', target: day(90) }, [
			block('step', 'Pack the kitchen last', { who: 'Teddy', due: day(59), status: 'not-started' }),
			block('step', 'Visit once a week in the first two months', {
				who: 'Imani Bello',
				due: day(67),
				frequency: 'weekly',
				status: 'not-started'
			})
		]),
		section('If it gets hard'),
		says('The safety plan goes with her. The house’s night number stays hers to call after she has moved.'),
		block('agreement', 'Teddy agrees with this plan', { agrees: 'yes', date: day(-9), means: 'in-person' })
	]
});

const line = (kind: string, title: string, amount: string, frequency = 'monthly', who = 'Teddy') =>
	block('budgetLine', title, { kind, amount, frequency, who });

const budget = (day: Day): SampleDocument => ({
	kind: 'household-budget',
	title: 'Household budget',
	content: [
		section('Household'),
		says('Teddy, and Oskar on Wednesdays and some weekends; for the first months at Quarry Road.'),
		block('budget', 'First months at Quarry Road', {}, [
			line('income', 'Social assistance', '112000'),
			line('income', 'Baking for the Saturday market', '4500', 'weekly'),
			line('expense', 'Rent', '78000'),
			line('expense', 'Heat, light and water', '9500'),
			line('expense', 'Food', '7500', 'weekly'),
			line('expense', 'Phone and internet', '4500'),
			line('expense', 'Bus pass', '6800'),
			line('expense', 'Oskar: school and pocket money', '4000'),
			line('expense', 'Card debt, agreed with the bank', '5000'),
			block('budgetLine', 'Credit card', { kind: 'debt', amount: '198000', who: 'Teddy' })
		]),
		section('What we notice'),
		bullets(
			'It does not add up yet, and she is not the one who is bad at sums: the rent is seven tenths of what comes in',
			'With disability support it would add up, with something left for winter boots',
			'The bus pass is half price with the form from Dr. Haddad'
		),
		section('What we do about it'),
		block('action', 'Ask Dr. Haddad for the form for the bus pass', {
			who: 'Teddy',
			due: day(2),
			status: 'in-progress'
		}),
		block('action', 'Ask where the application for disability support stands', {
			who: 'Imani Bello',
			due: day(7),
			status: 'not-started'
		})
	]
});
