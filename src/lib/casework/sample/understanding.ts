import { formatDay } from '../dates.ts';
import { block, bullets, quote, says, section, subsection, table, ticks } from './parts.ts';
import type { Day, SampleDocument } from './sample-case.ts';

export const sampleUnderstanding = (day: Day): readonly SampleDocument[] => [intake(day), assessment(day)];

const intake = (day: Day): SampleDocument => ({
	kind: 'intake-report',
	title: 'Intake report',
	content: [
		section('How they came to us'),
		says(
			`Teddy telephoned herself on ${formatDay(day(-96))}, the day after the building she rented in was sold. A neighbour had our number from the library. She came in the next morning with a rucksack, a folder of letters and a tin of cardamom buns for the front desk.`
		),
		section('The person'),
		table(
			['About them', 'What we know'],
			['Name they like to be called by', 'Teddy (Teodora on paper)'],
			['Age', '41'],
			['Language, interpreter', 'English and Swedish; no interpreter needed'],
			['How to reach them safely', 'Text first, then call. Her phone is hers alone.'],
			['Who to call in an emergency', 'Her brother Anders']
		),
		section('In the person’s own words'),
		quote(
			'I am not a mess. I had a flat, a job and a knee that worked, and I lost them in that order, only backwards.',
			'What I want is a door I can lock and a table where my son can do his homework on Wednesdays.'
		),
		section('Safety first'),
		says(
			'She is in no danger from anybody. Asked directly about thoughts of ending her life, she said: “In March, yes, at night. Not now, and I told my brother then.” We agreed to write a safety plan this week, for nights like those.'
		),
		ticks(
			['We asked about safety at home', true],
			['We asked about thoughts of self-harm or suicide', true],
			['We asked about children and others in their care', true],
			['We talked about what stays confidential and what cannot', true]
		),
		section('Household and family'),
		table(
			['Name', 'Age', 'Who they are to her', 'Lives with her'],
			['Oskar', '14', 'Son', 'No; with his father, two bus rides away'],
			['Anders', '46', 'Brother', 'No; drives a snow plough up north']
		),
		section('Where they live'),
		says(
			'Nowhere of her own since the first of the month. Three nights at a friend’s, then here. The friend’s sofa is promised to somebody else from Friday.'
		),
		section('Income and benefits'),
		says(
			'Sick pay from the bakery ended six weeks ago. She has not asked for disability support: “I thought that was for people who are really ill.” About two thousand dollars of card debt, no other.'
		),
		section('Health'),
		says(
			'Fell on the bakery’s loading ramp in January; knee operated in February, swollen since. No doctor of her own after the clinic closed. Takes ibuprofen and nothing else. Sleeps badly.'
		),
		section('Education and work'),
		says(
			'Pastry cook for nineteen years, the last seven at the same bakery. Would train apprentices if she could sit.'
		),
		section('Legal matters'),
		says(
			'On probation until next summer: she drove to the night shift after her licence had lapsed. Meets her probation officer, Gil Tremaine, once a month and has missed no meeting.'
		),
		section('Strengths'),
		bullets(
			'Keeps every paper and knows what is in it',
			'Has never missed a Wednesday call with Oskar',
			'Makes friends of neighbours; feeds people',
			'Says plainly when something is too much'
		),
		section('What is needed at once'),
		block('need', 'A bed from Friday, with stairs she can manage', {
			domain: 'accommodation',
			rating: 'high',
			wantsChange: 'Y',
			evidence: 'The sofa ends on Thursday night. More than one flight of stairs is out of the question.'
		}),
		block('action', 'Ask Maple Street house for the ground-floor room', {
			who: 'Imani Bello',
			due: day(-94),
			status: 'completed',
			completedOn: day(-94)
		}),
		block('action', 'Find a doctor who takes new patients and looks at the knee', {
			who: 'Imani Bello',
			due: day(-80),
			status: 'completed',
			completedOn: day(-83)
		}),
		section('Can we help?'),
		says(
			'Yes: homeless for less than a year, wants to work with us, and the ground-floor room is free on Friday.'
		),
		section('Recommendation'),
		says(
			'A room at Maple Street house, then her own flat. Imani Bello works with her and calls her tomorrow by noon.'
		),
		block('agreement', 'Teddy agrees with this, and with our keeping this record', {
			agrees: 'yes',
			date: day(-95),
			means: 'in-person',
			reason: '“As long as I may read what you write.” She may, and did.'
		})
	]
});

const assessment = (day: Day): SampleDocument => ({
	kind: 'assessment',
	title: 'Strengths and needs assessment',
	content: [
		section('About this assessment'),
		says(
			`Three talks between ${formatDay(day(-88))} and ${formatDay(day(-79))}, two of them over baking in the house kitchen. Anders joined the last by telephone, at her wish.`
		),
		section('In the person’s own words'),
		quote(
			'I can feed forty people before six in the morning. Ask me to fill in one form and I hide in the pantry.'
		),
		section('Areas of life'),
		subsection('Home'),
		block('strength', 'Kept one flat for eleven years and left it clean', {
			domain: 'accommodation',
			rating: 'strong',
			evidence: 'A letter from the former landlady, who offers to be called.'
		}),
		block('need', 'A flat of her own, step-free, on Oskar’s bus line', {
			domain: 'accommodation',
			rating: 'high',
			wantsChange: 'Y',
			evidence: 'The room here is hers until spring. Two viewings so far; one had four flights, one was gone.'
		}),
		subsection('Education and work'),
		block('strength', 'Nineteen years of a craft that people pay for', {
			domain: 'education-work',
			rating: 'strong',
			evidence: 'Two bakers in town have asked after her.'
		}),
		block('need', 'Work that a knee allows', {
			domain: 'education-work',
			rating: 'medium',
			wantsChange: 'Y',
			evidence:
				'Cannot stand longer than twenty minutes. Teaching would suit her; the college hires in autumn.'
		}),
		subsection('Money'),
		block('need', 'Income that covers rent and the bus', {
			domain: 'finances',
			rating: 'high',
			wantsChange: 'Y',
			evidence: 'Has applied for disability support with our help; the answer is due within ninety days.'
		}),
		subsection('Drugs'),
		says('None, and none before. Nothing to work on.'),
		subsection('Alcohol'),
		says('A glass at Christmas. She asked us to write that down, because her last file hinted otherwise.'),
		subsection('Health and wellbeing'),
		block('need', 'The knee treated, and sleep', {
			domain: 'health-wellbeing',
			rating: 'high',
			wantsChange: 'Y',
			evidence: 'Wakes at three, the hour she used to start work. Pain at its worst in the evening.'
		}),
		subsection('Relationships and community'),
		block('strength', 'Oskar and Anders', {
			domain: 'relationships-community',
			rating: 'strong',
			evidence:
				'Calls every Wednesday and every Sunday. Oskar’s father says: “Whatever helps the two of them.”'
		}),
		block('need', 'Time with Oskar in a place of her own', {
			domain: 'relationships-community',
			rating: 'medium',
			wantsChange: 'Y',
			evidence: 'They meet in the library. He brings his homework, she brings buns; it closes at six.'
		}),
		subsection('Thinking and behaviour'),
		block('strength', 'Thinks aloud and changes her mind for good reasons', {
			domain: 'thinking-behaviour',
			rating: 'steady',
			evidence: 'Turned down a flat on the fourth floor although she wanted it badly.'
		}),
		section('Taken together'),
		says(
			'What carries her is her craft, her son and her stubborn good order. What presses is the knee: it holds up home, work and money alike. Start there, and keep Wednesdays sacred.'
		),
		section('What goes into the plan'),
		says(
			'Home, health and Wednesdays. Work follows once the knee is seen to; she agrees to leave it until then.'
		),
		block('agreement', 'Teddy sees it in this way too', {
			agrees: 'yes',
			date: day(-79),
			means: 'in-person',
			reason: '“You left out that I am funny.” We had. She is.'
		})
	]
});
